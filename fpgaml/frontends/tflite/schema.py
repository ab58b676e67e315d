"""A `.tflite` file as plain data: tensors, operators, ports.

Field numbers are those of TensorFlow Lite's public schema, version 3 (`schema.fbs`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.tflite.flatbuffer import FlatBuffer, Table
from fpgaml.frontends.tflite.operators import operator_name

VERSION = 3
LARGEST_FILE = 1 << 28
MOST_TENSORS, MOST_AXES = 1 << 15, 8
LARGEST_TENSOR = 1 << 22
"""Elements of one tensor: far beyond what an FPGA holds, small enough to be handled quickly."""


class TensorType(IntEnum):
    """What a tensor's elements are; the schema's numbers."""

    FLOAT32, FLOAT16, INT32, UINT8, INT64, STRING, BOOL, INT16 = range(8)
    COMPLEX64, INT8, FLOAT64, COMPLEX128, UINT64, RESOURCE, VARIANT, UINT32 = range(8, 16)
    UINT16, INT4, BFLOAT16, INT2, UINT4, FLOAT8_E4M3FN, FLOAT8_E5M2 = range(16, 23)

    @property
    def dtype(self) -> np.dtype[np.generic] | None:
        """As numpy has it; None for what is not read."""
        return _DTYPES.get(self)


_DTYPES: dict[TensorType, np.dtype[np.generic]] = {
    TensorType.FLOAT32: np.dtype("<f4"),
    TensorType.INT8: np.dtype("i1"),
    TensorType.INT16: np.dtype("<i2"),
    TensorType.INT32: np.dtype("<i4"),
    TensorType.INT64: np.dtype("<i8"),
}


@dataclass(frozen=True, eq=False)
class Quantisation:
    """value = scale * (code - zero point).

    Args:
        scales: float32, one or one a channel; zero_points: as many, or one; axis: the channels'.
    """

    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    axis: int

    @property
    def per_channel(self) -> bool:
        """Whether there are several scales."""
        return len(self.scales) > 1

    @property
    def scale(self) -> np.float32:
        """The one scale."""
        return np.float32(self.scales[0])

    @property
    def zero_point(self) -> int:
        """The one zero point."""
        return int(self.zero_points[0]) if len(self.zero_points) else 0


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor.

    Args:
        index: its number; name: as in the file; kind: of its elements.
        shape: the batch axis included; signature: the same with -1 for axes that the file leaves open.
        value: of a constant, else None; quantisation: None for a tensor without; oddity: what makes it unreadable.
    """

    index: int
    name: str
    kind: TensorType
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    value: NDArray[np.generic] | None
    quantisation: Quantisation | None
    oddity: str = ""


@dataclass(frozen=True)
class Folded:
    """What became of a convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND.

    Args:
        dilation: of height and width; pads: (before, after) of each.
    """

    dilation: tuple[int, int]
    pads: tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Operator:
    """One operator.

    Args:
        index: its place in the file; kind: its name in the schema; custom: a custom operator's own name.
        inputs, outputs: tensor numbers, -1 for an input that is left out.
        options: the table of its settings; fold: of a convolution that others were folded into.
    """

    index: int
    kind: str
    custom: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Table | None = field(repr=False)
    fold: Folded | None = None

    def number(self, slot: int, kind: str = "b", default: int = 0) -> int:
        """A whole number among the settings."""
        return default if self.options is None else self.options.number(slot, kind, default)

    def real(self, slot: int) -> float:
        """A float32 among the settings."""
        return 0.0 if self.options is None else self.options.real(slot)

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"operator {self.index} ({self.custom or self.kind})"


@dataclass(frozen=True, eq=False)
class ModelFile:
    """What a file holds.

    Args:
        where: its name; description: who wrote it, by its own words.
        tensors, operators: in the file's order; inputs, outputs: tensor numbers.
        port_names: the names that the file's signature gives to its ports, by tensor number.
    """

    where: str
    description: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    port_names: dict[int, str]


def read(path: Path) -> ModelFile:
    """Read a file; nothing of it is run.

    Raises:
        FpgamlError: not such a file, a damaged one, or one of a kind that is not read.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FpgamlError(str(path), f"is larger than {LARGEST_FILE >> 20} MiB", "No FPGA holds such a network")
        content = path.read_bytes()
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}") from None
    return parse_bytes(str(path), content)


def parse_bytes(where: str, content: bytes) -> ModelFile:
    """As `read`, for a file in memory."""
    buffer = FlatBuffer(where, content)
    if content[4:8] != b"TFL3":
        raise FpgamlError(where, "is not a TensorFlow Lite file", "Its bytes 4 to 7 must be TFL3")
    root = buffer.root()
    version = root.number(0, "I")
    if version != VERSION:
        raise FpgamlError(where, f"has schema version {version}, not {VERSION}", "Convert the model again")
    if root.has(8) or root.has(9):
        raise FpgamlError(where, "keeps its weights in other files", "Convert the model again, as one file")
    graphs = root.tables(2, MOST_TENSORS)
    if len(graphs) != 1:
        reason = f"holds {len(graphs)} subgraphs (control flow, or several models)"
        raise FpgamlError(where, reason, "Convert one model without loops or conditions")
    return _model(buffer, root, graphs[0])


def _model(buffer: FlatBuffer, root: Table, graph: Table) -> ModelFile:
    buffers = root.tables(4, MOST_TENSORS)
    listed = graph.tables(0, MOST_TENSORS)
    tensors = tuple(_tensor(buffer, index, table, buffers) for index, table in enumerate(listed))
    codes = root.tables(1, MOST_TENSORS)
    operators = tuple(
        _operator(buffer, index, table, codes, len(tensors))
        for index, table in enumerate(graph.tables(3, MOST_TENSORS))
    )
    inputs, outputs = (_indices(buffer, graph, slot, len(tensors), least=0) for slot in (1, 2))
    if not inputs or not outputs:
        raise buffer.damaged("it has no inputs or no outputs")
    names = _port_names(root)
    return ModelFile(buffer.where, root.text(3), tensors, operators, inputs, outputs, names)


def _tensor(buffer: FlatBuffer, index: int, table: Table, buffers: list[Table]) -> Tensor:
    name, number = table.text(3), table.number(1, "b")
    if not 0 <= number < len(TensorType):
        raise buffer.damaged(f"tensor {index} ({name}) has elements of unknown type {number}")
    kind = TensorType(number)
    shape, signature = (_shape(buffer, index, table, slot) for slot in (0, 7))
    oddity = "its weights are sparse" if table.has(6) else ""
    if table.number(10, "I"):
        oddity = "its values are in another file"
    if table.number(5, "?"):
        oddity = "it is a variable, which lasts from one event to the next"
    value = None
    place = table.number(2, "I")
    if place >= max(len(buffers), 1):
        raise buffer.damaged(f"tensor {index} ({name}) has its values in buffer {place} of {len(buffers)}")
    if place:
        if buffers[place].number(1, "Q") > 1:
            oddity = "its values are outside of the flatbuffer"
        raw = buffers[place].numbers(0, np.uint8)
        value = _value(buffer, index, kind, shape, raw) if len(raw) else None
    return Tensor(index, name, kind, shape, signature or shape, value, _quantisation(buffer, index, table), oddity)


def _shape(buffer: FlatBuffer, index: int, table: Table, slot: int) -> tuple[int, ...]:
    sizes = table.numbers(slot, np.int32)
    if len(sizes) > MOST_AXES:
        raise buffer.damaged(f"tensor {index} has {len(sizes)} axes")
    shape = tuple(int(size) for size in sizes)
    if min(shape, default=0) < -1 or prod(max(size, 1) for size in shape) > LARGEST_TENSOR:
        raise buffer.damaged(f"tensor {index} has the shape {shape}")
    return shape


def _value(
    buffer: FlatBuffer, index: int, kind: TensorType, shape: tuple[int, ...], raw: NDArray[np.generic]
) -> NDArray[np.generic] | None:
    if kind.dtype is None:
        return None
    if min(shape, default=1) < 0 or prod(shape) * kind.dtype.itemsize != len(raw):
        raise buffer.damaged(f"tensor {index} of shape {shape} ({kind.name.lower()}) has {len(raw)} bytes of values")
    return raw.view(kind.dtype).reshape(shape)


def _quantisation(buffer: FlatBuffer, index: int, tensor: Table) -> Quantisation | None:
    table = tensor.table(4)
    if table is None:
        return None
    scales, zeros = table.numbers(2, np.float32), table.numbers(3, np.int64)
    if not len(scales):
        return None
    if len(scales) > LARGEST_TENSOR or len(zeros) not in (0, 1, len(scales)):
        raise buffer.damaged(f"tensor {index} has {len(scales)} scales and {len(zeros)} zero points")
    kept = np.asarray(scales, dtype=np.float32)
    if not (np.isfinite(kept).all() and (kept > 0).all()):
        raise buffer.damaged(f"a scale of tensor {index} is zero, negative or no number")
    return Quantisation(kept, np.asarray(zeros, dtype=np.int64), table.number(6, "i"))


def _operator(buffer: FlatBuffer, index: int, table: Table, codes: list[Table], tensors: int) -> Operator:
    number = table.number(0, "I")
    if number >= len(codes):
        raise buffer.damaged(f"operator {index} is of kind {number} of {len(codes)}")
    code = codes[number]
    kind = operator_name(max(code.number(0, "b"), code.number(3, "i")))
    inputs = _indices(buffer, table, 1, tensors, least=-1)
    outputs = _indices(buffer, table, 2, tensors, least=0)
    options = table.table(4) if table.number(3, "B") else None
    return Operator(index, kind, code.text(1) if kind == "CUSTOM" else "", inputs, outputs, options)


def _indices(buffer: FlatBuffer, table: Table, slot: int, tensors: int, least: int) -> tuple[int, ...]:
    numbers = table.numbers(slot, np.int32)
    if len(numbers) > MOST_TENSORS or any(not least <= int(n) < tensors for n in numbers):
        raise buffer.damaged(f"it refers to a tensor that is none of its {tensors}")
    return tuple(int(n) for n in numbers)


def _port_names(root: Table) -> dict[int, str]:
    """The ports' names in the first signature (SignatureDef: inputs 0, outputs 1; TensorMap: name 0, tensor 1)."""
    names: dict[int, str] = {}
    for signature in root.tables(7, MOST_TENSORS)[:1]:
        for slot in (0, 1):
            for port in signature.tables(slot, MOST_TENSORS):
                names.setdefault(port.number(1, "I"), port.text(0))
    return names
