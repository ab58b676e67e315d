"""Tensors of an ONNX file as numpy arrays; sizes are checked before anything is allocated."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.onnx.program import Array

if TYPE_CHECKING:
    from onnx import TensorProto

LARGEST = 1 << 28
"""Elements of one constant."""
AGAIN = "Export the model again"
_BITS = {
    "FLOAT": 32, "DOUBLE": 64, "FLOAT16": 16, "BFLOAT16": 16, "BOOL": 8, "INT8": 8, "UINT8": 8, "INT16": 16,
    "UINT16": 16, "INT32": 32, "UINT32": 32, "INT64": 64, "UINT64": 64, "INT4": 4, "UINT4": 4, "INT2": 2, "UINT2": 2,
}  # fmt: skip
"""Bits of an element, by the name of its type; those in a typed field lie there one a number."""
_WIDENED = {"FLOAT16": np.float32, "BFLOAT16": np.float32, **dict.fromkeys(("INT4", "INT2"), np.int8)}
_WIDENED |= dict.fromkeys(("UINT4", "UINT2"), np.uint8)


def array_of(tensor: TensorProto, folder: Path, where: str) -> Array:
    """A tensor's values; types that numpy lacks in the next wider one that it has.

    Args:
        folder: that of the model file; data in other files is read from there alone.
        where: the file, for messages.

    Raises:
        FpgamlError: the data does not fill the shape, lies outside of the folder, or is of an unknown kind.
    """
    from onnx import TensorProto, numpy_helper

    where = f"{where}, tensor {tensor.name}"
    kinds = TensorProto.DataType
    kind = kinds.Name(tensor.data_type) if tensor.data_type in kinds.values() else str(tensor.data_type)
    if kind not in _BITS:
        raise FpgamlError(where, f"has elements of the kind {kind.lower()}", "Export the model in float32")
    count = prod(tensor.dims) if all(0 <= size <= LARGEST for size in tensor.dims) else -1
    if not 0 <= count <= LARGEST:
        raise FpgamlError(where, f"has the shape {tuple(tensor.dims)}, which no constant has", AGAIN)
    wanted = (count * _BITS[kind] + 7) // 8
    if tensor.data_location == TensorProto.EXTERNAL:
        copy = TensorProto()
        copy.CopyFrom(tensor)
        copy.data_location = TensorProto.DEFAULT
        copy.raw_data = _external(tensor, folder, wanted, where)
        tensor = copy
    elif tensor.HasField("raw_data"):
        _require(len(tensor.raw_data), wanted, where)
    else:
        fields = (tensor.float_data, tensor.double_data, tensor.int32_data, tensor.int64_data, tensor.uint64_data)
        given = max(len(values) for values in fields)
        packed = (count + 7) // 8 if _BITS[kind] < 8 else count
        if given < packed or given > count:
            raise FpgamlError(where, f"has {given} numbers for the shape {tuple(tensor.dims)}", AGAIN)
    array = np.asarray(numpy_helper.to_array(tensor))
    return array.astype(_WIDENED[kind]) if kind in _WIDENED else array


def _external(tensor: TensorProto, folder: Path, wanted: int, where: str) -> bytes:
    """The bytes of a tensor that lie in another file of the model's folder."""
    facts = {entry.key: entry.value for entry in tensor.external_data}
    name = facts.get("location", "")
    path = (folder / name).resolve()
    if not name or not path.is_relative_to(folder.resolve()):
        raise FpgamlError(
            where, f"its data lies in `{name}`, outside of the model's folder", "Keep it beside the model"
        )
    offset, length = _number(facts, "offset", 0, where), _number(facts, "length", wanted, where)
    _require(length, wanted, where)
    if not path.is_file():
        raise FpgamlError(where, f"its data lies in `{name}`, which is not there", "Copy it with the model")
    if path.stat().st_size < offset + length:
        raise FpgamlError(where, f"its data lies beyond the end of `{name}`", "Copy it with the model again")
    with path.open("rb") as file:
        file.seek(offset)
        return bytes(file.read(length))


def _number(facts: dict[str, str], key: str, default: int, where: str) -> int:
    text = facts.get(key, str(default))
    if not (text.isascii() and text.isdigit()):
        raise FpgamlError(where, f"its data's {key} is `{text}`", AGAIN)
    return int(text)


def _require(given: int, wanted: int, where: str) -> None:
    if given != wanted:
        raise FpgamlError(where, f"has {given} bytes of data, its shape takes {wanted}", AGAIN)
