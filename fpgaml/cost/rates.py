"""What a bit of each kind of logic takes; set once, for every target."""

from __future__ import annotations

SHARING = 0.5
"""Adder bits left after alkaid has shared common terms, relative to one adder a signed digit.

Measured on the unrolled layers of tests/fixtures/legacy_qkeras: 0.43 to 0.64."""

INCREMENT, COMPARATOR, CHOICE, CLAMPED, TABLE = 0.5, 0.25, 0.25, 0.8, 0.6
"""LUTs a bit of a rounding carry, a comparison, a choice, a clamp, and LUTs of a table relative to one a bit and 64
entries.

Neighbours share LUTs, and tables have patterns. Set by what yosys 0.70 makes of the networks in tests/data."""

BLOCK_BITS = 18 * 1024
"""Of the block that `Estimate.bram` counts."""

LARGEST_LUT_MULTIPLIER = 10
"""Products whose operands' widths sum to this much or less are made of LUTs by the synthesisers."""
