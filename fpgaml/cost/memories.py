"""What a memory takes: LUTs that are memory where it is small, blocks of 18 kbit where it is large.

The borders are those of yosys 0.70 for UltraScale+ (`synth_xilinx -family xcup`), measured over 64 to 8,192 words.
"""

from __future__ import annotations

LUTRAM_BITS = {5: 14, 6: 7}
"""Bits of each word of a group of eight LUTs that is a memory with a port to write and one to read; by address bits."""
MOST_GROUPS = 8
"""A memory that would take more such groups is block RAM."""

NARROW = {9: 36, 10: 18, 11: 9, 12: 4, 13: 2, 14: 1}
WIDE = {10: 36, 11: 18, 12: 9, 13: 4, 14: 2, 15: 1}
"""Widest words of a block, and of two that are one, by address bits; fewer words are no wider."""


def lutram_groups(address_bits: int, width: int) -> int:
    """Groups of eight LUTs."""
    deep = max(address_bits, 5)
    return -(-width // LUTRAM_BITS[min(deep, 6)]) << max(deep - 6, 0)


def is_block(address_bits: int, width: int) -> bool:
    """Whether a memory is block RAM."""
    return lutram_groups(address_bits, width) > MOST_GROUPS


def block_rams(address_bits: int, width: int) -> int:
    """Blocks of 18 kbit."""
    narrow, wide = max(address_bits, 9), max(address_bits, 10)
    return min(_side_by_side(NARROW, narrow, width), 2 * _side_by_side(WIDE, wide, width))


def _side_by_side(widths: dict[int, int], address_bits: int, width: int) -> int:
    deepest = min(address_bits, max(widths))
    return -(-width // widths[deepest]) << (address_bits - deepest)
