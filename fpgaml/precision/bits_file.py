"""A file of bits: how many each tensor of one network has, with all that building the same Graph again takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fpgaml.errors import FpgamlError
from fpgaml.graph.types import Quantizer
from fpgaml.precision.asked import read_type, text_of
from fpgaml.precision.calibrated import Bits
from fpgaml.precision.observing import Extent
from fpgaml.precision.places import Place

OPTION = "--bits"
FORMAT, VERSION = "fpgaml-bits", 1
LARGEST = 1 << 24
"""Bytes."""
ADVICE = "`fpgaml explore` writes such files"


@dataclass(frozen=True)
class BitsPlan:
    """Bits of a network, tensor by tensor.

    Args:
        source_sha256: of the model file that they are for.
        inputs: the type of each input layer that the model itself gives none.
        extents: between which values each tensor lies; headroom: integer bits beyond that.
    """

    source_sha256: str
    inputs: Mapping[str, Quantizer] = field(default_factory=dict)
    bits: Bits = field(default_factory=lambda: Bits(0))
    extents: Mapping[Place, Extent] = field(default_factory=dict)
    headroom: int = 1

    def to_text(self) -> str:
        """The file: floats are written with every bit."""
        content = {
            "format": FORMAT,
            "version": VERSION,
            "source_sha256": self.source_sha256,
            "inputs": {name: text_of(quantizer) for name, quantizer in self.inputs.items()},
            "everywhere": self.bits.everywhere,
            "headroom": self.headroom,
            "tensors": [
                {
                    "layer": place.layer,
                    "part": place.part,
                    "bits": self.bits.own.get(place),
                    "low": extent.low,
                    "high": extent.high,
                    "seen": extent.seen,
                }
                for place, extent in self.extents.items()
            ],
        }
        return json.dumps(content, indent=1) + "\n"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Tensor(_Strict):
    layer: str
    part: str
    bits: int | None = Field(ge=1, le=64)
    low: float
    high: float
    seen: bool


class _File(_Strict):
    format: str
    version: int
    source_sha256: str
    inputs: dict[str, str]
    everywhere: int = Field(ge=0, le=64)
    headroom: int = Field(ge=0, le=64)
    tensors: list[_Tensor]


def read_bits(path: Path) -> BitsPlan:
    """Read a file of bits.

    Raises:
        FpgamlError: there is none, or it is something else.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}", ADVICE) from None
    if len(text) > LARGEST:
        raise FpgamlError(str(path), f"has more than {LARGEST:,} bytes", ADVICE)
    try:
        content: Any = json.loads(text)
        if not isinstance(content, dict) or (content.get("format"), content.get("version")) != (FORMAT, VERSION):
            raise FpgamlError(str(path), f"is no file of bits of version {VERSION}", ADVICE)
        return _plan(_File.model_validate(content), str(path))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise FpgamlError(str(path), f"is damaged: {where}: {first['msg']}", ADVICE) from None
    except (ValueError, RecursionError) as error:
        raise FpgamlError(str(path), f"is damaged: {error}", ADVICE) from None


def _plan(file: _File, where: str) -> BitsPlan:
    own = {Place(each.layer, each.part): each.bits for each in file.tensors if each.bits is not None}
    return BitsPlan(
        source_sha256=file.source_sha256,
        inputs={name: read_type(text, where).beforehand for name, text in file.inputs.items()},
        bits=Bits(file.everywhere, own),
        extents={Place(each.layer, each.part): Extent(each.low, each.high, each.seen) for each in file.tensors},
        headroom=file.headroom,
    )
