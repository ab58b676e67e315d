"""A precision whose types come from the extents of tensors and from numbers of bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.constants import same
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.tables import LOOKUP_BITS
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize_reals
from fpgaml.precision.observing import Extent
from fpgaml.precision.places import Choice, Place, keeps, magnitude_bits, of_result, of_weights, of_width, rounded


@dataclass(frozen=True)
class Bits:
    """How many bits each tensor has, its sign included.

    Args:
        everywhere: for all that nothing else is said of; own: of single tensors.
    """

    everywhere: int
    own: Mapping[Place, int] = field(default_factory=dict)

    def of(self, place: Place) -> int:
        """The bits of one tensor; a bias has those of its layer's weights, a table's argument those of a table."""
        if place.part == "bias":
            shared = [each for each in self.own if each.layer == place.layer and each.part in ("weight", "scale")]
            return self.own[shared[0]] if shared else self.everywhere
        bits = self.own.get(place, self.everywhere)
        return min(bits, LOOKUP_BITS) if place.part == "argument" else bits

    def changed(self, place: Place, by: int) -> Bits:
        """With more or fewer bits for one tensor."""
        return replace(self, own={**self.own, place: self.of(place) + by})

    def moved(self, by: int) -> Bits:
        """With more or fewer bits everywhere."""
        return Bits(self.everywhere + by, {place: bits + by for place, bits in self.own.items()})


@dataclass
class Calibrated:
    """Rounds to nearest and saturates, in types that hold what was seen; follows `Precision`.

    Args:
        extents: of tensors; headroom: integer bits beyond them.
        choices: what each tensor got; grows.
    """

    extents: Mapping[Place, Extent]
    bits: Bits
    headroom: int
    choices: dict[Choice, None] = field(default_factory=dict)

    def weights(self, layer: Emitter, values: NDArray[np.float64], what: str, channels: int = 1) -> FixedArray:
        """As in `Precision`: so many bits for each channel, below its own largest weight."""
        place = of_weights(layer, what)
        width = self.bits.of(place)
        kept = per_channel(values, width, channels)
        if not same(kept, values):
            layer.note(f"{place.part}: float32 values rounded to {width} bits in each channel")
        self.choices[Choice(place, f"{width} bits in each channel, within {kind_of(kept)}")] = None
        return kept

    def result(self, layer: Emitter, node: str, what: str) -> str:
        """As in `Precision`."""
        place = of_result(layer, what)
        held = layer.graph.range(node)
        low, high = (int(end) * 2.0**-held.unit for end in (held.low.min(), held.high.max()))
        seen = self.extents.get(place, Extent(low, high, False))
        integer = magnitude_bits(seen.low, seen.high) + self.headroom
        # What can never be reached needs no bits, and no sign.
        kind = of_width(int(low < 0), min(integer, magnitude_bits(low, high)), self.bits.of(place))
        return self._round(layer, node, place, kind, what or "result")

    def argument(self, layer: Emitter, node: str, usual: FixedType) -> str:
        """As in `Precision`."""
        place = of_result(layer, "", "argument")
        signed, integer = int(usual.signed), int(usual.integer)
        seen = self.extents.get(place)
        if seen is not None:
            integer = min(integer, magnitude_bits(seen.low if signed else 0.0, seen.high) + self.headroom)
        kind = of_width(signed, integer, self.bits.of(place))
        return self._round(layer, node, place, kind, "the argument of a table")

    def entries(self, layer: Emitter, values: NDArray[np.float64], what: str, usual: Quantizer) -> FixedArray:
        """As in `Precision`."""
        place = of_result(layer, "", "table")
        low, high = float(values.min()), float(values.max())
        kind = of_width(int(low < 0), magnitude_bits(low, high), self.bits.of(place))
        self.choices[Choice(place, str(kind))] = None
        layer.note(f"{what}: a table with entries of {kind}")
        return quantize_reals(values, Quantizer(kind, Rounding.RND, Overflow.SAT))

    def trial(self) -> Calibrated:
        """As in `Precision`."""
        return replace(self, choices={})

    def _round(self, layer: Emitter, node: str, place: Place, kind: FixedType, said: str) -> str:
        quantizer = Quantizer(kind, Rounding.RND, Overflow.SAT)
        if keeps(layer, node, quantizer):
            return node
        self.choices[Choice(place, str(quantizer))] = None
        layer.note(f"{said}: rounded to {quantizer}")
        return rounded(layer, node, quantizer, "rounded" if place.part == "result" else "narrowed")


def per_channel(values: NDArray[np.float64], width: int, channels: int) -> FixedArray:
    """Each channel in `width` bits, its sign included, below its own largest value: rounded to nearest, saturating.

    Args:
        channels: over how many of the last axes the channels run.
    """
    axes = tuple(range(max(values.ndim - channels, 0)))
    largest = np.abs(values).max(axis=axes, keepdims=True)
    exponent = np.frexp(largest)[1]
    scaled = np.rint(np.ldexp(values, width - 1 - exponent))
    end = 2.0 ** (width - 1) - 1
    return FixedArray.from_float(np.ldexp(np.clip(scaled, -end, end), exponent - (width - 1)))


def kind_of(values: FixedArray) -> FixedType:
    """The smallest type that holds constants."""
    kept = values.normalised()
    low, high = int(kept.integers.min()), int(kept.integers.max())
    bits = max(high.bit_length(), (-low - 1).bit_length() if low < 0 else 0)
    return FixedType(int(low < 0), bits - kept.fractional, kept.fractional)
