"""The tensors of an archive: raw bytes that a configuration describes, as arrays."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.emitter import MOST_VALUES
from fpgaml.frontends.pytorch.archive import Archive
from fpgaml.frontends.pytorch.schema import DTYPES, JsonObject, Size, TensorMeta, tensor_meta

PLAIN = "Convert the parameter to a plain tensor before `torch.export.export` (torchao: export the float model)"


def read_tensors(archive: Archive, folder: str, config: JsonObject) -> dict[str, NDArray[Any]]:
    """For each tensor's own name its values.

    Args:
        folder: of the payloads, with a slash; config: what describes them.

    Raises:
        FpgamlError: a payload that is missing, a pickle, or too short for what is said of it.
    """
    payloads: dict[str, bytes] = {}
    found = {}
    for name, meta in config["config"].items():
        if meta["use_pickle"] or meta["tensor_meta"] is None:
            raise FpgamlError(archive.where, f"its `{name}` is an object in a pickle, not a plain tensor", PLAIN)
        member = folder + meta["path_name"]
        if member not in payloads:
            payloads[member] = archive.read(member)
        found[name] = _array(f"{archive.where}, {name}", payloads[member], tensor_meta(meta["tensor_meta"]))
    return found


def _array(where: str, payload: bytes, meta: TensorMeta) -> NDArray[Any]:
    """A tensor's values from the bytes of the storage that it looks into; 16-bit floats become float32."""
    if meta.dtype not in DTYPES.values() or not meta.dense:
        what = "sparse" if not meta.dense else f"of the element type {meta.dtype}"
        raise FpgamlError(where, f"is {what}", "Convert it to a dense float32 tensor before the export")
    sizes, strides, offset = (_known(part) for part in (meta.sizes, meta.strides, (meta.offset,)))
    if prod(sizes) > MOST_VALUES:
        raise FpgamlError(where, f"has {prod(sizes)} values, more than {MOST_VALUES}")
    kind = np.dtype("uint16" if meta.dtype == "bfloat16" else meta.dtype).newbyteorder("<")
    stored = np.frombuffer(payload, kind, len(payload) // kind.itemsize)
    last = offset[0] + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    if prod(sizes) and last >= len(stored):
        raise FpgamlError(where, f"needs {last + 1} values, the archive holds {len(stored)}", "The file is damaged")
    if not prod(sizes):
        return np.zeros(sizes)
    if meta.dtype == "bfloat16":
        stored = (stored.astype(np.uint32) << 16).view(np.float32)
    if stored.dtype.kind == "f" and np.isnan(stored).any():
        raise FpgamlError(where, "holds values that are no numbers (NaN)", "Look for what failed in the training")
    view = as_strided(stored[offset[0] :], sizes, [stride * stored.itemsize for stride in strides], writeable=False)
    kept: NDArray[Any] = view.astype(np.float32 if stored.dtype == np.float16 else stored.dtype.newbyteorder("="))
    return kept


def _known(numbers: tuple[Size, ...]) -> tuple[int, ...]:
    """Sizes and strides that are written as numbers, and not negative."""
    known = tuple(number for number in numbers if isinstance(number, int) and 0 <= number <= MOST_VALUES)
    if len(known) != len(numbers):
        raise ValueError(f"a stored tensor has the sizes or strides {numbers}")
    return known
