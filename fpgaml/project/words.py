"""A port's numbers as raw bits: as unsigned integers, and as the 64-bit words that compiled simulations read."""

from __future__ import annotations

import numpy as np

from fpgaml.graph.types import Ints
from fpgaml.graph.values import INT64_BITS, FixedArray, as_ints
from fpgaml.project.ports import Port

WORD = 64


def to_bits(values: FixedArray, port: Port) -> Ints:
    """Each element's bits as an unsigned integer.

    Args:
        values: of shape (events, *shape), on the port's grid or a coarser one.

    Returns:
        Shape (events, elements): uint64, or Python integers where a port is wider.
    """
    codes, mask = values.at(port.fractional).reshape(values.shape[0], -1), (1 << port.width) - 1
    if port.width <= WORD and codes.dtype != object:
        return codes.view(np.uint64) & np.uint64(mask)
    bits = codes.astype(object) & mask
    return bits.astype(np.uint64) if port.width <= WORD else bits


def from_bits(bits: Ints, port: Port) -> FixedArray:
    """Numbers of shape (events, *shape) from bits of shape (events, elements); the inverse of `to_bits`."""
    narrow = port.width < INT64_BITS
    codes = bits.astype(np.int64 if narrow else object)
    if port.signed:
        codes = np.where(codes >> (port.width - 1) & 1, codes - (1 << port.width), codes)
    return FixedArray((codes if narrow else as_ints(codes)).reshape(-1, *port.shape), port.fractional)


def words_per_element(port: Port) -> int:
    """How many 64-bit words hold one element."""
    return -(-port.width // WORD)


def to_words(values: FixedArray, port: Port) -> Ints:
    """Raw bits as 64-bit words, least significant first: shape (events, elements, words), uint64."""
    bits, count = to_bits(values, port), words_per_element(port)
    if count == 1:
        return bits[:, :, None]
    words = [(bits >> (WORD * k) & (2**WORD - 1)).astype(np.uint64) for k in range(count)]
    return np.ascontiguousarray(np.stack(words, axis=-1))


def from_words(words: Ints, port: Port, events: int) -> FixedArray:
    """Numbers of shape (events, *shape) from words in their order; the inverse of `to_words`."""
    bits, count = words, words_per_element(port)
    if count > 1:
        parts = words.reshape(-1, count).astype(object)
        bits = np.asarray(sum(parts[:, k] << (WORD * k) for k in range(count)))
    return from_bits(bits.reshape(events, -1), port)
