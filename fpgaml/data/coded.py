"""Events for inputs that take integer codes: whole numbers are codes, real numbers are quantised to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import DataSet, Source
from fpgaml.data.stored import RowReader, as_float64, require_finite
from fpgaml.errors import FpgamlError
from fpgaml.record.manifest import Manifest

SNAP = 2.0**-6
"""Recorded real outputs so close to a code, in units of the scale, are that code: float32 has no exact ones."""


def coded(data: DataSet, codings: Mapping[str, PortCoding]) -> DataSet:
    """The same events, as codes for every input that has a coding."""
    sources = {
        name: CodedSource(source.array, source.layout, codings[name], by_shape=source.by_shape)
        for name, source in data.sources.items()
        if name in codings
    }
    return replace(data, sources={**data.sources, **sources})


def codings_in(manifest: Manifest) -> dict[str, PortCoding]:
    """The codings that a project's manifest records."""
    return {name: PortCoding(each.scale, each.zero_point, each.bits) for name, each in manifest.codings.items()}


@dataclass(frozen=True)
class CodedSource(Source):
    """One input's data, as codes."""

    coding: PortCoding

    def read(self, reader: RowReader, start: int, stop: int) -> NDArray[np.float64]:
        """Events start to stop - 1 as codes; FpgamlError for whole numbers that are none."""
        block = self.layout.apply(reader.rows(start, stop))
        require_finite(block, start, self.array.where)
        if block.dtype.kind == "f":
            return to_codes(block, self.coding)
        self._require_codes(block, start)
        return as_float64(block, start, self.array.where)

    def _require_codes(self, block: NDArray[Any], start: int) -> None:
        half = 1 << (self.coding.bits - 1)
        outside = (block < -half) | (block >= half)
        if outside.any():
            index = np.unravel_index(int(np.argmax(outside)), block.shape)
            raise FpgamlError(
                self.array.where,
                f"{int(block[index])} in event {start + int(index[0])} is no int{self.coding.bits} code; whole numbers "
                "are taken as codes",
                "Save real numbers as floats: they are quantised by the model's own scale",
            )


def to_codes(reals: NDArray[Any], coding: PortCoding) -> NDArray[np.float64]:
    """Real numbers as codes, as LiteRT's QUANTIZE operator has it.

    round(x / scale) + zero point in float32, ties away from zero, kept within the type (`AffineQuantize`).
    """
    ratio = (reals.astype(np.float32) / np.float32(coding.scale)).astype(np.float64)
    whole = np.trunc(ratio)
    rounded = whole + np.trunc(2 * (ratio - whole))  # exact: a float32 has its fraction exactly
    half = 1 << (coding.bits - 1)
    return np.asarray(np.clip(rounded + coding.zero_point, -half, half - 1))


def to_reals(codes: NDArray[Any], coding: PortCoding) -> NDArray[np.float32]:
    """Codes as the real numbers that they stand for, in float32, as LiteRT's DEQUANTIZE operator has it."""
    return np.asarray((codes - coding.zero_point) * np.float64(np.float32(coding.scale))).astype(np.float32)


def answers_as_codes(answers: NDArray[Any], coding: PortCoding) -> NDArray[Any]:
    """Recorded outputs as codes: whole numbers are codes, real numbers are divided by the scale."""
    if answers.dtype.kind != "f":
        return answers.astype(np.float64)
    ratio = answers.astype(np.float64) / coding.scale
    nearest = np.rint(ratio)
    return np.where(np.abs(ratio - nearest) < SNAP, nearest, ratio) + coding.zero_point
