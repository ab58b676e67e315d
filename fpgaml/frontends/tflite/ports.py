"""What crosses the border of a `.tflite`: integer codes, with the scale and zero point that give them a meaning."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaml.data.coding import PortCoding
from fpgaml.errors import FpgamlError
from fpgaml.frontends.tflite.layer import CODE_BITS
from fpgaml.frontends.tflite.schema import ModelFile, Tensor, TensorType
from fpgaml.graph.graph import identifier


@dataclass(frozen=True)
class FilePort:
    """One input or output.

    Args:
        name: in the Graph and in data files; tensor: of the codes; outer: the tensor that LiteRT takes or gives.
    """

    name: str
    tensor: Tensor
    outer: Tensor

    @property
    def coding(self) -> PortCoding:
        """Scale, zero point and width of the codes."""
        scaling = self.tensor.quantisation
        assert scaling is not None
        return PortCoding(float(scaling.scale), scaling.zero_point, CODE_BITS[self.tensor.kind])


@dataclass(frozen=True)
class Border:
    """The ports, and the operators that stand between them and the integers.

    Args:
        inputs, outputs: in the file's order; operators: numbers of QUANTIZE and DEQUANTIZE operators at the border.
    """

    inputs: tuple[FilePort, ...]
    outputs: tuple[FilePort, ...]
    operators: frozenset[int]


def find_border(file: ModelFile) -> Border:
    """The codes behind every port.

    Raises:
        FpgamlError: a port that is neither int8 or int16 nor brought into them by one QUANTIZE.
    """
    taken: set[str] = set()
    used: set[int] = set()
    inputs = tuple(_input(file, index, taken, used) for index in file.inputs)
    outputs = tuple(_output(file, index, taken, used) for index in file.outputs)
    return Border(inputs, outputs, frozenset(used))


def _input(file: ModelFile, index: int, taken: set[str], used: set[int]) -> FilePort:
    outer = file.tensors[index]
    inner = outer
    if outer.kind == TensorType.FLOAT32:
        readers = [op for op in file.operators if index in op.inputs]
        if len(readers) != 1 or readers[0].kind != "QUANTIZE" or len(readers[0].outputs) != 1:
            raise FpgamlError(
                f"{file.where}, input {outer.name}",
                "is float32, and is not brought into integers by one QUANTIZE operator",
                "Convert the model with inference_input_type=tf.int8",
            )
        used.add(readers[0].index)
        inner = file.tensors[readers[0].outputs[0]]
    return FilePort(_name(file, index, taken), _checked(file, inner, "input"), outer)


def _output(file: ModelFile, index: int, taken: set[str], used: set[int]) -> FilePort:
    outer = file.tensors[index]
    inner = outer
    if outer.kind == TensorType.FLOAT32:
        makers = [op for op in file.operators if index in op.outputs]
        if len(makers) != 1 or makers[0].kind != "DEQUANTIZE" or len(makers[0].inputs) != 1:
            raise FpgamlError(
                f"{file.where}, output {outer.name}",
                "is float32, and is not made from integers by one DEQUANTIZE operator",
                "Convert the model with inference_output_type=tf.int8",
            )
        used.add(makers[0].index)
        inner = file.tensors[makers[0].inputs[0]]
    return FilePort(_name(file, index, taken), _checked(file, inner, "output"), outer)


def _checked(file: ModelFile, tensor: Tensor, side: str) -> Tensor:
    where = f"{file.where}, {side} {tensor.name}"
    if tensor.kind not in CODE_BITS:
        raise FpgamlError(where, f"is {tensor.kind.name.lower()}, not int8 or int16", "Convert the model to int8")
    if tensor.quantisation is None or tensor.quantisation.per_channel:
        raise FpgamlError(where, "does not have one scale", "Convert the model again")
    half, zero = 1 << (CODE_BITS[tensor.kind] - 1), tensor.quantisation.zero_point
    if not -half <= zero < half:
        raise FpgamlError(where, f"has the zero point {zero}, which is no code", "Convert the model again")
    if len(tensor.shape) < 1 or tensor.shape[0] != 1:
        raise FpgamlError(
            where,
            f"has the shape {tensor.shape}, which is not one event",
            "Convert the model with a batch of 1 or None",
        )
    if -1 in tensor.signature[1:] or min(tensor.shape) < 1:
        advice = "Fix every size but the batch's before converting"
        raise FpgamlError(where, f"has the open shape {tensor.signature}", advice)
    return tensor


def _name(file: ModelFile, index: int, taken: set[str]) -> str:
    """A port's name: the signature's, else the tensor's without what the converter puts around it."""
    text = file.port_names.get(index) or file.tensors[index].name
    text = text.removeprefix("serving_default_").split(":")[0]
    clean = identifier(text)
    name, count = clean, 1
    while name in taken:
        count += 1
        name = f"{clean}_{count}"
    taken.add(name)
    return name
