"""Exact numbers: integer arrays with a common binary point, and the arithmetic on them.

Every function here is exact for any width: it works in int64 (or, for products, in float64 below 2**53)
where the operands prove that nothing is lost, and in Python integers otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.graph.types import FixedType, Ints, Overflow, Quantizer, Rounding

INT64_BITS = 62
"""Magnitudes below 2**62 leave room for a sign and for one addition in int64."""
FLOAT64_EXACT = 2**53
LARGE_MATRIX = 4096
"""Elements of a matrix from which on BLAS uses several threads for one small product."""
FEWEST_BITS = 8
"""Wide operands of a sum of products are taken in parts of at least so many bits."""


def magnitude(array: Ints) -> int:
    """The largest absolute value, as a Python integer; 0 for an empty array."""
    if array.size == 0:
        return 0
    return max(abs(int(array.max())), abs(int(array.min())))


def as_ints(array: Ints) -> Ints:
    """The same integers in int64 where all are below 2**62, else as Python integers in an object array."""
    if magnitude(array).bit_length() <= INT64_BITS:
        return array.astype(np.int64, copy=False)
    # A numpy integer among the objects would overflow when it meets a larger one.
    return np.array([int(n) for n in array.flat], dtype=object).reshape(array.shape)


def shift_left(array: Ints, bits: ArrayLike) -> Ints:
    """array * 2**bits for bits >= 0 (a scalar or a broadcasting array)."""
    amounts = np.asarray(bits, dtype=np.int64)
    if amounts.size and int(amounts.max()) + magnitude(array).bit_length() > INT64_BITS:
        factors = np.asarray(2 ** amounts.astype(object), dtype=object)
        return np.asarray(array.astype(object) * factors, dtype=object)
    return np.asarray(array * (np.int64(1) << amounts))


def add(a: Ints, b: Ints) -> Ints:
    """a + b, exact."""
    if max(magnitude(a), magnitude(b)).bit_length() >= INT64_BITS:
        return as_ints(np.asarray(a.astype(object) + b.astype(object), dtype=object))
    return np.asarray(a + b)


def multiply(a: Ints, b: Ints) -> Ints:
    """a * b, element by element, exact."""
    if magnitude(a).bit_length() + magnitude(b).bit_length() > INT64_BITS:
        return as_ints(np.asarray(a.astype(object) * b.astype(object), dtype=object))
    return np.asarray(a * b)


def matmul(a: Any, b: Any) -> Any:
    """np.matmul; for a large matrix b as one product, since BLAS starts its threads for each of a stack of them."""
    if b.ndim == 2 and a.ndim > 2 and b.size >= LARGE_MATRIX:
        return np.matmul(a.reshape(-1, a.shape[-1]), b).reshape(*a.shape[:-1], b.shape[-1])
    return np.matmul(a, b)


def contract(product: Callable[[Any, Any], Any], a: Ints, b: Ints, terms: int) -> Ints:
    """A sum of `terms` products (a matmul or an einsum) in the fastest arithmetic that is exact.

    Args:
        product: computes the contraction of two arrays of one dtype.
        a, b: the operands.
        terms: at most how many products are added into one output.
    """
    bound = magnitude(a) * magnitude(b) * max(terms, 1)
    if bound < FLOAT64_EXACT:
        return np.asarray(product(a.astype(np.float64), b.astype(np.float64))).astype(np.int64)
    if bound.bit_length() <= INT64_BITS:
        return np.asarray(product(a.astype(np.int64), b.astype(np.int64)))
    low = INT64_BITS - (magnitude(b) * max(terms, 1)).bit_length()
    if low < FEWEST_BITS:
        return as_ints(np.asarray(product(a.astype(object), b.astype(object)), dtype=object))
    # Python integers for the outputs alone: a = upper * 2**low + lower, 0 <= lower < 2**low.
    upper, lower = as_ints(np.asarray(a >> low)), as_ints(np.asarray(a & ((1 << low) - 1)))
    parts = [contract(product, part, b, terms).astype(object) for part in (upper, lower)]
    return as_ints(np.asarray(parts[0] * (1 << low) + parts[1], dtype=object))


@dataclass(frozen=True, eq=False)
class FixedArray:
    """Exact real numbers: integers * 2**-fractional.

    Args:
        integers: int64, or Python integers in an object array where 62 bits are not enough.
        fractional: the common number of fractional bits; may be negative.
    """

    integers: Ints
    fractional: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "integers", as_ints(np.asarray(self.integers)))

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return tuple(self.integers.shape)

    def __eq__(self, other: object) -> bool:
        """Equal as numbers, whatever the binary point."""
        if not isinstance(other, FixedArray) or self.shape != other.shape:
            return False
        common = max(self.fractional, other.fractional)
        return bool(np.array_equal(self.at(common), other.at(common)))

    __hash__ = None  # type: ignore[assignment]

    def at(self, fractional: int) -> Ints:
        """The integers with that many fractional bits.

        Raises:
            ValueError: that would lose bits.
        """
        if fractional == self.fractional:
            return self.integers
        if fractional > self.fractional:
            return shift_left(self.integers, fractional - self.fractional)
        shift = self.fractional - fractional
        if self.integers.size and int(self.trailing_zeros().min()) < shift:
            raise ValueError(f"{shift} bits would be lost")
        return as_ints(np.asarray(self.integers >> shift))

    def to_float(self) -> NDArray[np.float64]:
        """As float64: exact below 54 significant bits, else the nearest."""
        if self.integers.dtype == object:
            scaled = [float(int(n)) for n in self.integers.flat]
            array = np.array(scaled, dtype=np.float64).reshape(self.shape)
        else:
            array = self.integers.astype(np.float64)
        return np.asarray(np.ldexp(array, -self.fractional))

    def trailing_zeros(self) -> Ints:
        """For each element how many low bits are zero (a large number for zero itself)."""
        lowest = self.integers & -self.integers
        if lowest.dtype == object:
            counts = [int(n).bit_length() - 1 if n else 1 << 30 for n in lowest.flat]
            return np.array(counts, dtype=np.int64).reshape(self.shape)
        _, exponents = np.frexp(lowest.astype(np.float64))
        return np.where(lowest == 0, 1 << 30, exponents.astype(np.int64) - 1)

    def normalised(self) -> FixedArray:
        """The same numbers with the fewest fractional bits (negative where all are even); 0 for all zero."""
        zeros = int(self.trailing_zeros().min()) if self.integers.size else 0
        if zeros >= 1 << 30:
            return FixedArray(np.zeros(self.shape, dtype=np.int64), 0)
        return FixedArray(np.asarray(self.integers >> zeros), self.fractional - zeros)

    @classmethod
    def from_float(cls, values: ArrayLike) -> FixedArray:
        """Floating-point numbers exactly as they are: every finite one is an integer times a power of two.

        Raises:
            ValueError: NaN or an infinity.
        """
        array = np.asarray(values, dtype=np.float64)
        if not np.isfinite(array).all():
            raise ValueError("NaN or infinity has no fixed-point value")
        mantissa, exponent = np.frexp(array)
        integers = np.ldexp(mantissa, 53).astype(np.int64)  # exact: a double has 53 significant bits
        fractional = 53 - exponent.astype(np.int64)
        zeros = FixedArray(integers, 0).trailing_zeros()
        used = integers != 0
        if not used.any():
            return cls(np.zeros(array.shape, dtype=np.int64), 0)
        common = int((fractional - zeros)[used].max())
        shifts = np.where(used, common - fractional, 0)
        reduced = np.where(shifts < 0, integers >> np.minimum(np.maximum(-shifts, 0), 62), integers)
        return cls(shift_left(reduced, np.maximum(shifts, 0)), common)


def round_shift(integers: Ints, bits: ArrayLike, rounding: Rounding) -> Ints:
    """integers / 2**bits, rounded to integers; negative `bits` multiply instead.

    Args:
        integers: any integers.
        bits: how many low bits go, a scalar or a broadcasting array.
        rounding: the `ap_fixed` rounding mode (UG1399).
    """
    shape = np.broadcast_shapes(integers.shape, np.shape(bits))
    # At least one axis: arithmetic on a 0-d object array leaves a bare int, which numpy may then round.
    integers, amounts = np.atleast_1d(integers), np.atleast_1d(np.asarray(bits, dtype=np.int64))
    drop = np.maximum(amounts, 0)
    if drop.size and int(drop.max()) > INT64_BITS:
        integers, drop = integers.astype(object), drop.astype(object)
    floor = integers >> drop
    rest = integers - (floor << drop)  # in [0, 2**bits)
    half = np.where(drop > 0, (np.ones_like(drop) << np.maximum(drop - 1, 0)), 1)
    negative, tie, above = integers < 0, rest == half, rest > half
    match rounding:
        case Rounding.TRN:
            up = np.zeros_like(above)
        case Rounding.TRN_ZERO:
            up = negative & (rest != 0)
        case Rounding.RND:
            up = above | tie
        case Rounding.RND_ZERO:
            up = above | (tie & negative)
        case Rounding.RND_INF:
            up = above | (tie & ~negative.astype(bool))
        case Rounding.RND_MIN_INF:
            up = above
        case Rounding.RND_CONV:
            up = above | (tie & ((floor & 1) == 1))
    rounded = floor + np.where(drop > 0, up, False).astype(np.int64)
    return shift_left(as_ints(rounded), np.maximum(-amounts, 0)).reshape(shape)


def overflow_into(integers: Ints, kind: FixedType, overflow: Overflow) -> Ints:
    """Bring integers into the range of a type (per element), by the `ap_fixed` overflow mode."""
    low, high = kind.bounds()
    if max(magnitude(low), magnitude(high)).bit_length() <= INT64_BITS and integers.dtype != object:
        low, high = low.astype(np.int64), high.astype(np.int64)
    else:
        integers = integers.astype(object)
    match overflow:
        case Overflow.WRAP:
            span = high - low + 1
            return as_ints(np.asarray((integers - low) % span + low))
        case Overflow.SAT:
            return as_ints(np.asarray(np.clip(integers, low, high)))
        case Overflow.SAT_SYM:
            return as_ints(np.asarray(np.clip(integers, symmetric_low(kind).astype(low.dtype), high)))
        case Overflow.SAT_ZERO:
            return as_ints(np.asarray(np.where((integers < low) | (integers > high), 0, integers)))


def symmetric_low(kind: FixedType) -> Ints:
    """The smallest integer that SAT_SYM lets through, in an object array: minus the largest.

    One signed bit keeps its -1, as in `ap_fixed`, which sets the lowest bit of the minimum.
    """
    low, high = kind.bounds()
    return np.asarray(np.where(kind.signed * kind.width > 1, np.asarray(-high, dtype=object), low), dtype=object)


def quantize(values: FixedArray, quantizer: Quantizer) -> FixedArray:
    """Round, then bring into range; the result has the finest fractional width of the type.

    Args:
        values: shape (..., *shape); the type broadcasts to `shape`.
    """
    kind = quantizer.type
    rounded = round_shift(values.integers, values.fractional - kind.fractional, quantizer.rounding)
    inside = overflow_into(rounded, kind, quantizer.overflow)
    common = int(kind.fractional.max())
    return FixedArray(shift_left(inside, common - kind.fractional), common)


def quantize_reals(values: ArrayLike, quantizer: Quantizer) -> FixedArray:
    """Real numbers (float64, finite) into a quantizer's type, exactly as `ap_fixed` would convert them.

    Multiplying a double by a power of two is exact, so the only rounding is the quantizer's own.

    Raises:
        ValueError: NaN or an infinity.
    """
    kind = quantizer.type
    guard = 2  # bits that decide a rounding: the half and "anything below"
    reals = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        scaled = np.ldexp(reals, kind.fractional)
    size = np.abs(scaled)
    plain = (reals == 0) | ((size >= np.finfo(np.float64).tiny) & (size < 2.0**59))
    if not plain.all():  # a subnormal may have lost bits, int64 cannot hold the large, NaN is an error
        return quantize(FixedArray.from_float(reals), quantizer)
    whole = np.trunc(scaled)
    rest = np.abs(scaled - whole)  # exact, unlike the distance to the floor of a small negative number
    sticky = np.where(rest == 0, 0, np.where(rest < 0.5, 1, np.where(rest == 0.5, 2, 3)))
    integers = whole.astype(np.int64) * (1 << guard) + np.where(scaled < 0, -sticky, sticky)
    rounded = round_shift(integers, guard, quantizer.rounding)
    inside = overflow_into(rounded, kind, quantizer.overflow)
    common = int(kind.fractional.max())
    return FixedArray(shift_left(inside, common - kind.fractional), common)
