"""Running a `.tflite` with LiteRT, by kernels that are named: they do not all compute the same bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError, ToolError

INSTALL = "Install it with `pip install 'fpgaml[tflite]'`"
LARGEST_BATCH = 1000
"""Events that one invocation takes, where the model's batch axis may be resized."""


class Kernels(StrEnum):
    """Which of LiteRT's implementations of the operators run. They differ by an LSB here and there."""

    REFERENCE = "reference"
    """The plain loops that define the operators (`OpResolverType.BUILTIN_REF`)."""
    OPTIMISED = "optimised"
    """The built-in optimised kernels, without a delegate."""
    XNNPACK = "xnnpack"
    """LiteRT's default: the XNNPACK delegate takes what it can."""


@dataclass(frozen=True)
class Port:
    """One input or output tensor of a model.

    Args:
        name: as in the file; index: of the tensor.
        shape: without the batch axis; batch: of the batch axis as the file has it, usually 1.
        resizable: whether the file leaves the batch axis open.
        dtype: of the elements.
        scales, zero_points: value = scale * (code - zero point); empty for a float tensor, several where `axis`
            counts channels.
    """

    name: str
    index: int
    shape: tuple[int, ...]
    batch: int
    resizable: bool
    dtype: np.dtype[Any]
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    axis: int = 0


@dataclass(frozen=True)
class Ports:
    """A model's inputs and outputs, in the file's order."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


def is_installed() -> bool:
    """Whether LiteRT can be imported in this Python."""
    from importlib.util import find_spec

    return find_spec("ai_edge_litert") is not None


def version() -> str:
    """LiteRT's version, such as `2.3.0`; empty where it is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as find

    try:
        return find("ai-edge-litert")
    except PackageNotFoundError:
        return ""


def describe(path: Path) -> Ports:
    """The inputs and outputs of a model, as LiteRT sees them.

    Raises:
        FpgamlError: the file cannot be read. ToolError: LiteRT is not installed.
    """
    interpreter = open_interpreter(path, Kernels.REFERENCE, 1)
    return _ports(interpreter, path)


def run(
    path: Path,
    inputs: Mapping[str, NDArray[Any]],
    kernels: Kernels = Kernels.REFERENCE,
    threads: int = 1,
    tensors: Mapping[str, int] | None = None,
) -> dict[str, NDArray[Any]]:
    """A model's outputs for a batch of events, and tensors inside it.

    LiteRT is native code that may crash on a damaged file: run only files that fpgaml has read, or in a process
    of its own.

    Args:
        path: the `.tflite` file.
        inputs: for each input tensor's name an array of shape (events, ...) in the tensor's own element type:
            integers are codes, nothing is quantised here. The shape behind the first axis may differ from the
            tensor's where it holds as many values.
        kernels: whose arithmetic.
        threads: of one invocation.
        tensors: others that are wanted, by any name the number that the file gives them; one event at a time then.

    Returns:
        For each output tensor's name an array of shape (events, ...), in the file's order and element types; behind
        them those of `tensors` by their names.

    Raises:
        FpgamlError: the file cannot be run, an input is missing or of another type or size.
        ToolError: LiteRT is not installed.
    """
    inside = dict(tensors or {})
    interpreter = open_interpreter(path, kernels, threads, keep_all=bool(inside))
    ports = _ports(interpreter, path)
    arrays = _fitted(path, ports.inputs, inputs)
    events = len(arrays[0])
    found: list[list[NDArray[Any]]] = [[] for _ in (*ports.outputs, *inside)]
    # Inside a network the first axis need not count events, so that a batch could not be taken apart again.
    step, first = (1, []) if inside else _first_batch(interpreter, path, ports, arrays)
    for start in range(0, events, step):
        part = [array[start : start + step] for array in arrays]
        values = first if first and start == 0 else _invoke(interpreter, path, ports, part, step)
        values = [*values, *(np.array(interpreter.get_tensor(index))[None] for index in inside.values())]
        for kept, value in zip(found, values, strict=True):
            kept.append(value)
    shapes = [*((port.shape, port.dtype) for port in ports.outputs), *(((), np.dtype(np.int8)) for _ in inside)]
    names = [*(port.name for port in ports.outputs), *inside]
    return {
        name: np.concatenate(kept) if kept else np.zeros((0, *shape), dtype)
        for name, kept, (shape, dtype) in zip(names, found, shapes, strict=True)
    }


def open_interpreter(path: Path, kernels: Kernels, threads: int, *, keep_all: bool = False) -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError:
        raise ToolError(str(path), "running it needs LiteRT, which is not installed", INSTALL) from None
    resolvers = {
        Kernels.REFERENCE: OpResolverType.BUILTIN_REF,
        Kernels.OPTIMISED: OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        Kernels.XNNPACK: OpResolverType.BUILTIN,
    }
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}") from None
    try:
        interpreter = Interpreter(
            model_content=content,
            num_threads=threads,
            experimental_op_resolver_type=resolvers[kernels],
            experimental_preserve_all_tensors=keep_all,
        )
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise FpgamlError(str(path), f"LiteRT cannot load it: {_line(error)}", "Convert the model again") from None
    return interpreter


def _ports(interpreter: Any, path: Path) -> Ports:
    details = (interpreter.get_input_details(), interpreter.get_output_details())
    inputs, outputs = (tuple(_port(detail, path) for detail in side) for side in details)
    return Ports(inputs, outputs)


def _port(detail: Mapping[str, Any], path: Path) -> Port:
    shape = [int(size) for size in detail["shape"]]
    if not shape:
        raise FpgamlError(str(path), f"its tensor {detail['name']} has no batch axis", "Give every port a batch axis")
    signature = [int(size) for size in detail["shape_signature"]]
    quantisation = detail["quantization_parameters"]
    return Port(
        detail["name"],
        int(detail["index"]),
        tuple(shape[1:]),
        shape[0],
        bool(signature) and signature[0] == -1,
        np.dtype(detail["dtype"]),
        tuple(float(scale) for scale in quantisation["scales"]),
        tuple(int(zero) for zero in quantisation["zero_points"]),
        int(quantisation["quantized_dimension"]),
    )


def _fitted(path: Path, ports: Sequence[Port], inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
    """The arrays in the order of the model's inputs, each in its tensor's shape."""
    arrays = []
    for port in ports:
        if port.name not in inputs:
            raise FpgamlError(str(path), f"no data for its input {port.name}", f"Given: {', '.join(inputs) or 'none'}")
        array = np.asarray(inputs[port.name])
        if array.dtype != port.dtype:
            raise FpgamlError(str(path), f"its input {port.name} takes {port.dtype}, not {array.dtype}")
        try:
            arrays.append(np.ascontiguousarray(array).reshape(len(array), *port.shape))
        except (ValueError, TypeError):
            shape = ("events", *port.shape)
            raise FpgamlError(str(path), f"its input {port.name} takes {shape}, not {array.shape}") from None
    if not arrays or len({len(array) for array in arrays}) != 1:
        raise FpgamlError(str(path), "its inputs have different numbers of events, or there are none")
    return arrays


def _first_batch(
    interpreter: Any, path: Path, ports: Ports, arrays: Sequence[NDArray[Any]]
) -> tuple[int, list[NDArray[Any]]]:
    """How many events an invocation takes: resized where the file leaves the batch open, else as the file has it.

    Returns:
        The number, and the outputs of the first so many events where running them was what told; else nothing.
    """
    whole, wanted = ports.inputs[0].batch, min(len(arrays[0]), LARGEST_BATCH)
    if wanted <= whole or not all(port.resizable for port in ports.inputs):
        return whole, []
    try:
        _resize(interpreter, ports, wanted)
        found = _invoke(interpreter, path, ports, [array[:wanted] for array in arrays], wanted)
        if [value.shape for value in found] == [(wanted, *port.shape) for port in ports.outputs]:
            return wanted, found
    except (ValueError, RuntimeError, FpgamlError):  # a shape that is computed shows only now
        pass
    _resize(interpreter, ports, whole)
    return whole, []


def _resize(interpreter: Any, ports: Ports, events: int) -> None:
    for port in ports.inputs:
        interpreter.resize_tensor_input(port.index, (events, *port.shape))
    interpreter.allocate_tensors()


def _invoke(
    interpreter: Any, path: Path, ports: Ports, arrays: Sequence[NDArray[Any]], batch: int
) -> list[NDArray[Any]]:
    """One invocation; a batch that is not full is filled up with its last event."""
    count = len(arrays[0])
    for port, array in zip(ports.inputs, arrays, strict=True):
        full = array if count == batch else np.concatenate([array, np.repeat(array[-1:], batch - count, axis=0)])
        interpreter.set_tensor(port.index, full)
    try:
        interpreter.invoke()
    except (ValueError, RuntimeError) as error:
        raise FpgamlError(str(path), f"LiteRT cannot run it: {_line(error)}", "Convert the model again") from None
    return [np.array(interpreter.get_tensor(port.index))[:count] for port in ports.outputs]


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
