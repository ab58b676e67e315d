"""What a Serial engine takes before any synthesis: its kernels, and the modules around them, counted by their bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fpgaml.cost.memories import block_rams, is_block, lutram_groups
from fpgaml.cost.resources import Cost
from fpgaml.rtl.dataflow.stages.serial.address import loop_bits
from fpgaml.rtl.dataflow.stages.serial.sums import Mode
from fpgaml.rtl.dataflow.stages.serial.wired import store_bits

if TYPE_CHECKING:
    from fpgaml.rtl.dataflow.stages.serial.stage import Serial


def cost_of(stage: Serial, depth: int) -> Cost:
    """The whole stage.

    Args:
        depth: words that the store has to hold.
    """
    walk, total = stage.walk, stage.total
    address = store_bits(depth)
    words, width = 1 << address, stage.source.bits
    in_blocks = is_block(address, width)
    kernels = [kernel.estimate for kernel in (stage.address, stage.products, stage.after)]
    loops = sum(loop_bits(walk.loops))
    numbers = [walk.term_count * walk.group_count if stage.sums.weights is not None else 1, stage.finish.period()]
    loops += sum((number - 1).bit_length() for number in numbers)
    blocks = 3 * max(address + 1, walk.frame_words.bit_length()) + address + walk.block_count.bit_length()
    sums = total.bits * (1 if stage.sums.mode is Mode.SUM else 2)
    lut = sum(kernel.lut for kernel in kernels) + 2 * loops + blocks + sums
    lut += 0 if in_blocks else 8 * lutram_groups(address, width)
    ff = sum(kernel.ff for kernel in kernels) + loops + blocks + total.bits + stage.delay
    ff += width * (stage.read_ranks - 1 if in_blocks else stage.read_ranks)
    bram = sum(kernel.bram for kernel in kernels) + (block_rams(address, width) if in_blocks else 0)
    rom = 0 if stage.sums.weights is None else stage.sums.weights.integers.size * _weight_bits(stage)
    return Cost(round(lut), round(ff), sum(kernel.dsp for kernel in kernels), bram, rom, words * width)


def _weight_bits(stage: Serial) -> int:
    assert stage.sums.weights is not None
    return int(abs(stage.sums.weights.integers).max()).bit_length() + 1
