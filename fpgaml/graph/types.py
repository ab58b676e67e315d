"""Fixed-point types: what bits a value has, how a real number is rounded to them, what an overflow does.

The meaning of every rounding and overflow mode is that of `ap_fixed` in AMD UG1399,
"Arbitrary Precision Fixed-Point Data Types".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import FpgamlError

Ints = NDArray[Any]
"""An integer array: int64 where every value fits, else object (Python integers)."""


class Rounding(StrEnum):
    """What happens to the bits below the least significant one."""

    TRN = "TRN"  # towards minus infinity
    TRN_ZERO = "TRN_ZERO"  # towards zero
    RND = "RND"  # to nearest, ties towards plus infinity
    RND_ZERO = "RND_ZERO"  # to nearest, ties towards zero
    RND_INF = "RND_INF"  # to nearest, ties away from zero
    RND_MIN_INF = "RND_MIN_INF"  # to nearest, ties towards minus infinity
    RND_CONV = "RND_CONV"  # to nearest, ties to even


class Overflow(StrEnum):
    """What happens to a value outside of the range."""

    WRAP = "WRAP"  # keep the low bits
    SAT = "SAT"  # the nearest end of the range
    SAT_SYM = "SAT_SYM"  # as SAT, and a signed minimum becomes minus the maximum
    SAT_ZERO = "SAT_ZERO"  # zero


_AP_PATTERN = re.compile(r"^\s*(?:ap_|ac_)?(u?)(fixed|int)\s*<\s*([^>]*)>\s*$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class FixedType:
    """A set of values n * 2**-fractional with -signed * 2**(integer + fractional) <= n < 2**(integer + fractional).

    Args:
        signed: 0 or 1; integer bits without the sign; fractional bits. Each is a scalar, or an array
            that broadcasts to the tensor's shape (a type per element). `integer` and `fractional` may
            be negative.

    Raises:
        ValueError: a sign that is neither 0 nor 1.
    """

    signed: Ints
    integer: Ints
    fractional: Ints

    def __init__(self, signed: ArrayLike, integer: ArrayLike, fractional: ArrayLike) -> None:
        arrays = [np.asarray(a).astype(np.int64) for a in (signed, integer, fractional)]
        if not np.isin(arrays[0], (0, 1)).all():
            raise ValueError("the sign of a fixed-point type is 0 or 1")
        if all(a.size and (a == a.flat[0]).all() for a in arrays):
            arrays = [np.asarray(a.flat[0]) for a in arrays]  # one canonical form for a uniform type
        else:
            arrays = [a.copy() for a in np.broadcast_arrays(*arrays)]
        for name, array in zip(("signed", "integer", "fractional"), arrays, strict=True):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def is_uniform(self) -> bool:
        """Whether all elements have the same type."""
        return self.signed.ndim == 0

    @property
    def width(self) -> Ints:
        """Bits, the sign included; zero or less for a type that holds nothing but zero."""
        return np.asarray(self.signed + self.integer + self.fractional)

    def bounds(self) -> tuple[Ints, Ints]:
        """The smallest and the largest integer n, as Python integers in object arrays."""
        width = self.width
        powers = [1 << max(int(bits), 0) for bits in (self.integer + self.fractional).flat]
        power = np.array(powers, dtype=object)  # one axis: arithmetic on a 0-d object array leaves a bare int
        empty, signed = (width <= 0).reshape(-1), (self.signed == 1).reshape(-1)
        low = np.where(signed & ~empty, -power, 0).reshape(width.shape)
        high = np.where(empty, 0, power - 1).reshape(width.shape)
        return low, high

    def uniform(self) -> FixedType:
        """The smallest single type that holds every element's values."""
        if self.is_uniform:
            return self
        held = self.width > 0
        if not held.any():
            return FixedType(0, 0, 0)
        return FixedType(int(self.signed[held].max()), int(self.integer[held].max()), int(self.fractional[held].max()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FixedType) and all(
            np.array_equal(getattr(self, n), getattr(other, n)) for n in ("signed", "integer", "fractional")
        )

    def __hash__(self) -> int:
        return hash((self.signed.tobytes(), self.integer.tobytes(), self.fractional.tobytes()))

    def __str__(self) -> str:
        """`ap_fixed<width, integer + sign>` or `ap_ufixed<...>`; a range of widths where elements differ."""
        if self.is_uniform:
            stem = "ap_fixed" if self.signed else "ap_ufixed"
            return f"{stem}<{int(self.width)},{int(self.signed + self.integer)}>"
        widths = self.width
        return f"per element, {max(int(widths.min()), 0)} to {int(widths.max())} bits within {self.uniform()}"

    __repr__ = __str__

    @classmethod
    def parse(cls, text: str, where: str = "type") -> FixedType:
        """Read `ap_fixed<W,I>`, `ap_ufixed<W,I>`, `ap_int<W>`, `ap_uint<W>` (the prefix `ap_` is optional).

        Raises:
            FpgamlError: the text is not such a type, or has rounding and overflow modes.
        """
        advice = "Write for example ap_fixed<14,4>: 14 bits in all, 4 of them integer bits with the sign"
        match = _AP_PATTERN.match(text)
        if match is None:
            raise FpgamlError(where, f"`{text}` is not a fixed-point type", advice)
        unsigned, kind, arguments = match.group(1), match.group(2).lower(), match.group(3).split(",")
        if not all(re.fullmatch(r"\s*[+-]?[0-9]+\s*", argument) for argument in arguments):
            raise FpgamlError(where, f"`{text}` has a part that is not a whole number", advice)
        numbers = [int(argument) for argument in arguments]
        if len(numbers) != (2 if kind == "fixed" else 1) or numbers[0] < 1:
            raise FpgamlError(where, f"`{text}` has the wrong number of widths, or none above zero", advice)
        width, signed = numbers[0], int(not unsigned)
        integer = numbers[-1] - signed
        return cls(signed, integer, width - signed - integer)


@dataclass(frozen=True)
class Quantizer:
    """A type with the way that values get into it.

    Args:
        type: the type that values have afterwards.
        rounding: what happens to lower bits.
        overflow: what happens outside of the range.
    """

    type: FixedType
    rounding: Rounding = Rounding.TRN
    overflow: Overflow = Overflow.WRAP

    def __str__(self) -> str:
        return f"{self.type} {self.rounding} {self.overflow}"
