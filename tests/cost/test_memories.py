"""Memories as yosys 0.70 maps them for UltraScale+ (`synth_xilinx -family xcup`): what it said for fpgaml_store."""

from __future__ import annotations

import pytest

from fpgaml.cost.memories import block_rams, is_block, lutram_groups


@pytest.mark.parametrize(
    ("address_bits", "width", "groups"),
    [(5, 16, 2), (6, 4, 1), (6, 16, 3), (6, 30, 5), (7, 9, 4), (7, 16, 6), (8, 8, 8), (9, 4, 8)],
)
def test_small_ones_are_luts(address_bits: int, width: int, groups: int) -> None:
    """RAM32M16 and RAM64M8 cells, of eight LUTs each."""
    assert not is_block(address_bits, width)
    assert lutram_groups(address_bits, width) == groups


@pytest.mark.parametrize(
    ("address_bits", "width", "blocks"),
    [
        *((7, 30, 1), (8, 16, 1), (9, 8, 1), (9, 30, 1), (10, 4, 1), (10, 16, 1), (10, 30, 2), (11, 9, 1), (11, 16, 2)),
        *(
            (11, 30, 4),
            (12, 4, 1),
            (12, 8, 2),
            (12, 16, 4),
            (12, 30, 8),
            (13, 4, 2),
            (13, 8, 4),
            (13, 16, 8),
            (13, 30, 15),
        ),
    ],
)
def test_large_ones_are_blocks(address_bits: int, width: int, blocks: int) -> None:
    """RAMB18E2 and, as two, RAMB36E2 cells."""
    assert is_block(address_bits, width)
    assert block_rams(address_bits, width) == blocks
