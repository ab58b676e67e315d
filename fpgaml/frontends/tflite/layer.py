"""One operator of a `.tflite` on its way into the Graph, with its tensors as nodes of codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError, Problem, UnsupportedError
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.tflite.schema import ModelFile, Operator, Quantisation, Tensor, TensorType
from fpgaml.graph.ops import Constant, Quantize, Reshape, Scale, Shape
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

CODE_BITS = {TensorType.INT8: 8, TensorType.INT16: 16}
"""The types that codes have."""


@dataclass
class Value:
    """A tensor of codes, as the node of the codes themselves, of codes minus zero point, or of both.

    The difference is what products and sums are made of, and what padding leaves at zero; a node is added only
    when somebody asks for it.

    Args:
        zero_point: of the codes; codes, centred: the nodes' names.
        any_shape: whether the output's tensor may have any other shape with as many elements.
    """

    zero_point: int
    codes: str | None = None
    centred: str | None = None
    any_shape: bool = False

    def __post_init__(self) -> None:
        if self.zero_point == 0:
            self.codes = self.centred = self.codes or self.centred


@dataclass(frozen=True)
class LayerTensor:
    """What the node of a layer holds.

    Args:
        index: the file's number of the tensor.
        subtracted: what the node has less than the tensor's codes: their zero point or 0.
    """

    index: int
    subtracted: int


@dataclass
class Known:
    """What is known of the whole network's tensors so far.

    Args:
        values: by tensor number, of the operators before.
        unshaped: the node that a Reshape was added to, by its own name.
        given: by operator, what its node holds.
    """

    values: dict[int, Value] = field(default_factory=dict)
    unshaped: dict[str, str] = field(default_factory=dict)
    given: dict[str, LayerTensor] = field(default_factory=dict)


@dataclass(kw_only=True)
class TfliteLayer(Emitter):
    """One operator.

    Args:
        file, operator: what is converted.
        known: the network's tensors; grows.
    """

    file: ModelFile
    operator: Operator
    known: Known

    def unsupported(self, reason: str, advice: str = "Leave it out of the model") -> UnsupportedError:
        """An error that names this operator."""
        return UnsupportedError(self.file.where, [Problem(self.operator.label, reason, advice)])

    def wrong(self, reason: str) -> FpgamlError:
        """An error for an operator that contradicts itself."""
        return FpgamlError(f"{self.file.where}, {self.operator.label}", reason, "Convert the model again")

    def tensor(self, index: int) -> Tensor:
        """A tensor of the file."""
        return self.file.tensors[index]

    def input(self, position: int) -> Tensor:
        """The tensor of the operator's input at a place; FpgamlError where it is left out."""
        found = self.optional(position)
        if found is None:
            raise self.wrong(f"it lacks its input {position}")
        return found

    def optional(self, position: int) -> Tensor | None:
        """The same, None where it is left out."""
        inputs = self.operator.inputs
        return self.tensor(inputs[position]) if position < len(inputs) and inputs[position] >= 0 else None

    @property
    def output(self) -> Tensor:
        """The operator's one output."""
        if len(self.operator.outputs) != 1:
            raise self.wrong(f"it has {len(self.operator.outputs)} outputs")
        return self.tensor(self.operator.outputs[0])

    def constant_input(self, position: int) -> NDArray[np.generic]:
        """The values of an input that must be a constant."""
        tensor = self.input(position)
        if tensor.value is None:
            raise self.unsupported(f"its input {position} is computed, not a constant")
        return tensor.value

    def scaling(self, tensor: Tensor) -> Quantisation:
        """A tensor's scale and zero point, which must be there."""
        if tensor.quantisation is None:
            raise self.unsupported(f"the tensor {tensor.name} has no scale", "Convert the model with integer tensors")
        return tensor.quantisation

    def zero_point(self, tensor: Tensor) -> int:
        """The zero point of a tensor of codes, checked: within the type, and 0 for 16 bits."""
        scaling, bits = self.scaling(tensor), CODE_BITS.get(tensor.kind)
        if bits is None:
            raise self.unsupported(f"the tensor {tensor.name} is {tensor.kind.name.lower()}")
        if scaling.per_channel:
            raise self.unsupported(f"the tensor {tensor.name} has a scale for each channel")
        zero = scaling.zero_point
        if not -(1 << (bits - 1)) <= zero < 1 << (bits - 1) or (zero and bits == 16):
            raise self.wrong(f"the tensor {tensor.name} of {bits} bits has the zero point {zero}")
        return zero

    def value(self, tensor: Tensor) -> Value:
        """The nodes of a tensor of codes; a constant becomes a node now."""
        if tensor.index not in self.known.values:
            if tensor.value is None:
                raise self.wrong(f"it reads the tensor {tensor.name}, which no earlier operator gives")
            zero = self.zero_point(tensor)
            codes = tensor.value.astype(np.int64).reshape(node_shape(tensor.shape))
            node = self.add(Constant(FixedArray(codes - zero, 0)), suffix="constant")
            self.known.values[tensor.index] = Value(zero, centred=node)
        return self.known.values[tensor.index]

    def centred(self, tensor: Tensor) -> str:
        """The node of codes minus zero point."""
        value = self.value(tensor)
        if value.centred is None:
            assert value.codes is not None
            value.centred = self.shifted(value.codes, -value.zero_point, "centred")
        return value.centred

    def codes(self, tensor: Tensor) -> str:
        """The node of the codes."""
        value = self.value(tensor)
        if value.codes is None:
            assert value.centred is not None
            value.codes = self.shifted(value.centred, value.zero_point, "codes")
        return value.codes

    def either(self, tensor: Tensor) -> tuple[str, int]:
        """A node of the tensor that is there already, and what is to be subtracted from it: 0 or the zero point."""
        value = self.value(tensor)
        if value.centred is not None:
            return value.centred, 0
        assert value.codes is not None
        return value.codes, value.zero_point

    def give(self, value: Value) -> None:
        """Set the operator's output."""
        tensor = self.output
        node = value.centred or value.codes
        assert node is not None
        shape = self.shape(node)
        if prod(shape) != prod(tensor.shape) or not (value.any_shape or _sizes(shape) == _sizes(tensor.shape)):
            raise self.wrong(f"it computes {shape}, its output {tensor.name} is {tensor.shape}")
        value.codes, value.centred = (self._as(n, node_shape(tensor.shape)) for n in (value.codes, value.centred))
        self.known.values[tensor.index] = value
        shaped = value.codes or value.centred
        assert shaped is not None
        self.graph.layers[self.label] = shaped
        self.known.given[self.label] = LayerTensor(tensor.index, 0 if value.codes == shaped else value.zero_point)

    def _as(self, node: str | None, dims: Shape) -> str | None:
        return None if node is None else self.reshaped(node, dims)

    def shifted(self, node: str, offset: int, suffix: str = "") -> str:
        """node + offset."""
        return node if offset == 0 else self.scale(node, 1, 0, offset, suffix)

    def scale(
        self, node: str, numerator: int, bits: int, offset: int = 0, suffix: str = "", *, rescales: bool = False
    ) -> str:
        """node * numerator * 2**-bits + offset.

        Args:
            rescales: it brings codes from one scale to another.
        """
        ones = np.ones((1,) * len(self.shape(node)), dtype=object)
        factor, add = FixedArray(ones * numerator, bits), FixedArray(ones * offset, 0)
        return self.add(Scale(factor, add, rescales=rescales), node, suffix=suffix)

    def reshaped(self, node: str, shape: Shape, suffix: str = "shape") -> str:
        """The node in another shape; shapes in between leave no trace."""
        origin = self.known.unshaped.get(node, node)
        if self.shape(origin) == shape:
            return origin
        if self.shape(node) == shape:
            return node
        new = self.add(Reshape(shape), origin, suffix=suffix)
        self.known.unshaped[new] = origin
        return new

    def in32(self, node: str) -> str:
        """The node as the kernels' 32-bit register holds it: as it is, where it always fits."""
        return self.wrapped(node, 31)

    def wrapped(self, node: str, bits: int) -> str:
        """The node's low `bits` bits and sign, where it may have more."""
        if int(self.graph.type(node).uniform().integer) <= bits:
            return node
        self.note(f"sums beyond {bits + 1} bits wrap around, which C++ leaves undefined")
        return self.add(Quantize(Quantizer(FixedType(1, bits, 0), Rounding.TRN, Overflow.WRAP)), node, suffix="wrapped")


def node_shape(shape: tuple[int, ...]) -> Shape:
    """A tensor's shape as a node has it: without its batch axis, and with at least one axis."""
    dims = shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
    return dims or (1,)


def _sizes(shape: tuple[int, ...]) -> list[int]:
    return [size for size in shape if size != 1]


def dropped_axes(shape: tuple[int, ...]) -> int:
    """How many leading axes `node_shape` leaves out."""
    return 1 if len(shape) > 1 and shape[0] == 1 else 0
