"""Small floating-point formats for charges, as trigger links use them: exact integers both ways.

With E exponent and M mantissa bits a code stands for m where e = 0, else for (2^M + m) 2^(e - 1): whole counts up to
2^(M + 1), then M + 1 significant bits. Encoding rounds to the nearest, halves up, and saturates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Format = tuple[int, int]


def bits(form: Format) -> int:
    """Of a code."""
    return sum(form)


def largest(form: Format) -> int:
    """The largest count that has a code."""
    exponent, mantissa = form
    return int((2 ** (mantissa + 1) - 1) << (2**exponent - 2))


def encode(counts: NDArray[np.integer], form: Format) -> Counts:
    """Codes of counts that are not negative; any shape."""
    _, mantissa = form
    value = np.minimum(np.asarray(counts, np.int64), largest(form))
    shift = np.maximum(_length(value) - mantissa - 1, 0)
    rounded = (value + ((np.int64(1) << shift) >> 1)) >> shift
    # 1.11...1 rounded up is the next power of two.
    carried = rounded >> (mantissa + 1)
    rounded, shift = rounded >> carried, shift + carried
    code = np.where(rounded >> mantissa > 0, rounded + (shift << mantissa), rounded)
    return np.asarray(np.minimum(code, 2 ** bits(form) - 1))


def decode(codes: Counts, form: Format) -> Counts:
    """The counts that codes stand for."""
    exponent, mantissa = codes >> form[1], codes & (2 ** form[1] - 1)
    return np.asarray(
        np.where(exponent > 0, (mantissa + 2 ** form[1]) << np.maximum(exponent - 1, 0), mantissa), np.int64
    )


def through(counts: NDArray[np.integer], form: Format) -> Counts:
    """What arrives of counts that are sent in a format."""
    return decode(encode(counts, form), form)


def _length(values: Counts) -> Counts:
    """Bits that each needs; 0 for 0. Exact below 2^53."""
    return np.asarray(np.frexp(values.astype(np.float64))[1], np.int64)
