"""Random bits of a block, the same on every machine: raw words of a bit generator, and integers cut out of them.

numpy promises that the words of a bit generator stay what they are from version to version; it promises nothing of
the distributions made from them (NEP 19). So everything here comes from words by arithmetic on integers.
"""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.random import SFC64, SeedSequence
from numpy.typing import NDArray

from fpgaml.graph.ops import Shape
from fpgaml.graph.types import Ints

WORD = 64
LANES = (8, 16, 32, 64)
Unsigned = NDArray[np.unsignedinteger]


class Bits:
    """The bits of one block.

    SFC64 takes a fifth of the time of Philox. Each block has a generator of its own, whose state SeedSequence derives
    from seed and block, so that no block needs another one's.

    Args:
        seed, block: zero or more.
    """

    def __init__(self, seed: int, block: int) -> None:
        self._generator = SFC64(SeedSequence((seed, block)))

    def lanes(self, bits: int, shape: Shape) -> Unsigned:
        """Unsigned integers in lanes of 8, 16, 32 or 64 bits, uniform over the whole lane."""
        count = prod(shape)
        words: Unsigned = self._generator.random_raw(-(-count * bits // WORD)).astype("<u8", copy=False)
        return words.view(f"<u{bits // 8}")[:count].astype(f"u{bits // 8}", copy=False).reshape(shape)

    def wide(self, bits: int, shape: Shape) -> Ints:
        """Integers of so many bits, more than a word has: Python integers in an object array."""
        drawn = np.zeros(shape, dtype=object)
        for _ in range(-(-bits // WORD)):
            drawn = (drawn << WORD) + self.lanes(WORD, shape).astype(object)
        return drawn

    def below(self, limit: int, shape: Shape) -> NDArray[np.int64]:
        """Integers from 0 to limit - 1, for limits up to 2**16; of the largest none is favoured by more than 2 to 1."""
        drawn = self.lanes(16, shape).astype(np.uint32)
        return ((drawn * np.uint32(limit)) >> np.uint32(16)).astype(np.int64)


def lane_for(bits: int) -> int:
    """The narrowest lane that holds so many bits; 0 where none does."""
    return next((lane for lane in LANES if bits <= lane), 0)
