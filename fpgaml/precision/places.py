"""What the parts of a network are called whose numbers a file leaves in floating point, and what each of them got."""

from __future__ import annotations

from dataclasses import dataclass
from math import frexp

from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.ops import Quantize
from fpgaml.graph.types import FixedType, Quantizer

WEIGHTS = {"kernel": "weight", "bias": "bias", "scale": "scale", "offset": "bias"}


@dataclass(frozen=True)
class Place:
    """A tensor of the network.

    Args:
        layer: of the source model; an activation inside of a layer is called as in hls4ml, such as `dense_relu`.
        part: one of `asked.PARTS`, or `argument` for that of a table.
    """

    layer: str
    part: str

    def __str__(self) -> str:
        return f"{self.layer}.{self.part}"


@dataclass(frozen=True)
class Choice:
    """The type that a tensor got.

    Args:
        type: in words, with the modes where numbers are rounded at run time.
        saturated: how many constants lie beyond the type.
    """

    place: Place
    type: str
    saturated: int = 0


def of_weights(layer: Emitter, what: str) -> Place:
    """A constant tensor: weights by the name that hls4ml has for them."""
    return Place(layer.label, WEIGHTS.get(what, "weight"))


def of_result(layer: Emitter, what: str, part: str = "result") -> Place:
    """A layer's result, or that of a step inside of it."""
    return Place(f"{layer.label}_{what}" if what else layer.label, part)


def keeps(layer: Emitter, node: str, quantizer: Quantizer) -> bool:
    """Whether a quantizer changes no value that a node can have."""
    held = layer.graph.range(node)
    fine = bool((held.fractional <= quantizer.type.fractional).all())
    return fine and not Quantize(quantizer).overflows(held)


def rounded(layer: Emitter, node: str, quantizer: Quantizer, suffix: str) -> str:
    """The node after a quantizer."""
    return layer.add(Quantize(quantizer), node, suffix=suffix)


def magnitude_bits(low: float, high: float) -> int:
    """Integer bits, without a sign, of a type that holds both ends: high < 2**bits, low >= -2**bits."""
    bits = frexp(high)[1] if high > 0 else -1074
    if low < 0:
        mantissa, exponent = frexp(-low)
        bits = max(bits, exponent - 1 if mantissa == 0.5 else exponent)
    return bits


def of_width(signed: int, integer: int, width: int) -> FixedType:
    """A type by its integer bits (without the sign) and its width."""
    return FixedType(signed, integer, width - signed - integer)
