"""Constants that the source model keeps in floating point, rounded to what hardware multiplies and adds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.ops import Scale
from fpgaml.graph.values import FixedArray, magnitude

SCALE_BITS = 18
"""Significant bits of a constant that multiplies a channel (a float scale, a BatchNormalization, 1/n).

18 bits is the narrow port of a DSP48E2 multiplier (UG579): a wider constant costs a second one. The
relative error is at most 2**-19, far below the step of any activation that follows.
"""

WEIGHT_BITS = 16
"""Bits of an unquantised kernel, counted from its largest weight: what int16 hardware keeps."""

BIAS_BITS = 18
"""Bits of an unquantised bias, counted from its largest entry."""


def tensor(layer: Emitter, values: NDArray[np.floating], bits: int, what: str, channels: int = 1) -> FixedArray:
    """An unquantised tensor, rounded to `bits` bits counted from its largest entry, or as a precision says.

    Args:
        what: the part, such as `kernel`; channels: over how many of the last axes the output's channels run.
    """
    wide = np.asarray(values, dtype=np.float64)
    if layer.precision is not None:
        return layer.precision.weights(layer, wide, what, channels)
    exact = FixedArray.from_float(wide)
    if _width(exact) <= bits:
        return exact
    kept = on_grid(wide, grid_of(wide, bits))
    if not same(kept, wide):
        layer.note(f"{what}: float32 values rounded to {bits} bits below the largest")
    return kept


def scaled(
    layer: Emitter, x: str, factor: ArrayLike, offset: ArrayLike, suffix: str, what: str = "", trained: bool = False
) -> str:
    """Append x * factor + offset, the constants rounded where they have too many bits.

    Args:
        factor, offset: scalars, or arrays with the rank of x.
        what: names the constants in the Approximation.
        trained: whether they are float weights of the layer (`scale` and `bias`), which a precision rounds.
    """
    ones = (1,) * len(layer.shape(x))
    wide_factor, wide_offset = (np.asarray(v, dtype=np.float64) for v in (factor, offset))
    if trained and layer.precision is not None:
        parts = (
            ("scale", wide_factor.reshape(wide_factor.shape or ones)),
            ("bias", wide_offset.reshape(wide_offset.shape or ones)),
        )
        return layer.add(Scale(*(layer.precision.weights(layer, v, part) for part, v in parts)), x, suffix=suffix)
    wide_factor, wide_offset = (wide.reshape(wide.shape or ones) for wide in (wide_factor, wide_offset))
    return decoded(layer, x, wide_factor, np.zeros(ones), wide_offset, suffix, what)


def decoded(
    layer: Emitter,
    x: str,
    factor: NDArray[np.float64],
    zero: NDArray[np.float64],
    offset: NDArray[np.float64],
    suffix: str,
    what: str = "",
    *,
    rescales: bool = False,
    bits: int = SCALE_BITS,
) -> str:
    """Append (x - zero) * factor + offset; x = zero gives the offset, however the factor is rounded.

    Args:
        factor, zero, offset: arrays with the rank of x; zero: whole numbers.
        what: names the constants in the Approximation; rescales: as of `Scale`.
        bits: significant ones of the factor.
    """
    kept_factor = significant(factor, bits)
    product = int(layer.uniform(x).fractional) + kept_factor.normalised().fractional
    wanted = offset - kept_factor.to_float() * zero
    kept_offset = on_grid(wanted, max(product, grid_of(wanted)))
    if not (same(kept_factor, factor) and same(kept_offset, wanted)):
        layer.note(f"{what or suffix}: factor rounded to {bits} significant bits, offset to the product's step")
    return layer.add(Scale(kept_factor, kept_offset, rescales=rescales), x, suffix=suffix)


def grid_of(values: NDArray[np.float64], bits: int = BIAS_BITS) -> int:
    """The fractional bits that give the largest of the values `bits` significant bits."""
    largest = float(np.abs(values).max()) if values.size else 0.0
    return bits - int(np.frexp(largest)[1]) if largest else 0


def on_grid(values: ArrayLike, fractional: int) -> FixedArray:
    """Values rounded to the nearest multiple of 2**-fractional, ties to even."""
    integers = np.rint(np.ldexp(np.asarray(values, dtype=np.float64), fractional))
    return FixedArray.from_float(np.ldexp(integers, -fractional))


def significant(values: ArrayLike, bits: int) -> FixedArray:
    """Each value rounded to that many significant bits of its own."""
    mantissa, exponent = np.frexp(np.asarray(values, dtype=np.float64))
    return FixedArray.from_float(np.ldexp(np.rint(np.ldexp(mantissa, bits)), exponent - bits))


def same(kept: FixedArray, wide: ArrayLike) -> bool:
    """Whether rounding changed nothing."""
    return bool((kept.to_float().reshape(-1) == np.asarray(wide, dtype=np.float64).reshape(-1)).all())


def is_power_of_two(value: float) -> bool:
    """Whether a number is 2**k for a whole k (negative k included)."""
    return value > 0 and float(np.frexp(value)[0]) == 0.5


def _width(values: FixedArray) -> int:
    return magnitude(values.normalised().integers).bit_length()
