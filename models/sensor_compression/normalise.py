"""From charges to the network's input: divided by the leading bit of their sum, a shift, exact but for bits cut off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from .geometry import as_image

FRACTIONAL = c.INPUT_BITS - c.INPUT_INTEGER


def leading(charges: NDArray[np.int64]) -> NDArray[np.int64]:
    """floor(log2(sum)) of each event, 0 where there is no charge; (n,) [fastml-science, train.py: sumlog2]."""
    total = charges.sum(axis=1)
    return np.asarray(np.maximum(np.frexp(total.astype(np.float64))[1].astype(np.int64) - 1, 0))


def codes(charges: NDArray[np.int64]) -> NDArray[np.int64]:
    """floor(charge 2^9 / 2^floor(log2(sum))), (n, 48): 10 bits, since no charge is twice the power of two."""
    return (charges << FRACTIONAL) >> leading(charges)[:, None]


def to_input(charges: NDArray[np.int64]) -> NDArray[np.float32]:
    """Images for the network, (n, 8, 8, 1), float32: exact multiples of 2^-9 from 0 to below 2."""
    return np.asarray(as_image(codes(charges)) * 2.0**-FRACTIONAL, np.float32)


def fractions(charges: NDArray[np.generic]) -> NDArray[np.float64]:
    """Each cell's part of the sum, (n, 48); zeros where there is no charge."""
    values = np.asarray(charges, np.float64)
    total = values.sum(axis=1, keepdims=True)
    return np.asarray(values / np.where(total > 0, total, 1.0))
