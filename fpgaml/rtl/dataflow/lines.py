"""Words of a stream that were some words ago: registers, and memories where nobody reads what lies between."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.cost.memories import block_rams
from fpgaml.cost.resources import Cost
from fpgaml.rtl.structure.module import Module, Wire

LUTRAM_WIDTH = 16
"""Bits of each of 32 words in eight LUTs, which are read and written at one address."""
MOST_LUTS = {**dict.fromkeys(range(7), 1 << 20), 7: 128}
"""By address bits: a line that would take more LUTs is block RAM (yosys 0.70, `synth_xilinx -family xcup`); else 64."""


def links(ages: Sequence[int], channels: int = 1) -> list[tuple[int, int]]:
    """From one word that is read to the next older one: words between the two, and the older one's age.

    Args:
        ages: words since it came, of each word that is read, ascending; channels: that come in turn, word by word.
    """
    found, before = [], -1
    for age in ages:
        found.append(((age - before) * channels if before >= 0 else age * channels + 1, age))
        before = age
    return found


def held_words(
    module: Module, enable: Wire, data: Wire, bits: int, ages: Sequence[int], channels: int = 1
) -> tuple[list[Wire], set[str]]:
    """The words of these ages, in that order, after each edge with enable; and the library modules that hold them.

    Args:
        bits: of a word; ages, channels: as in `links`.
    """
    held: list[Wire] = []
    library: set[str] = set()
    before = data
    for distance, age in links(ages, channels):
        word = module.wire(
            f"word_{age}", bits, f"the word {age} before the newest" + ", of its channel" * (channels > 1)
        )
        kind, depth = ("fpgaml_shift", 1) if distance == 1 else ("fpgaml_line", distance - 1)
        ports: dict[str, Wire | None] = {"clk": module.clk}
        if kind == "fpgaml_line":
            ports["rst"] = module.rst
        ports |= {"enable": enable, "in_data": before, "out_data": word}
        module.instance(f"line_{age}", kind, {"WIDTH": bits, "DEPTH": depth}, ports)
        library.add(kind)
        held.append(word)
        before = word
    return held, library


def held_cost(bits: int, ages: Sequence[int], channels: int = 1) -> Cost:
    """Of the same: registers, and the lines between them as yosys maps them."""
    total = Cost()
    for distance, _ in links(ages, channels):
        total += _line(distance - 1, bits) + Cost(buffer_bits=distance * bits)
    return total


def _line(depth: int, bits: int) -> Cost:
    """A memory of so many words that is read and written at one address, and the register behind it."""
    if depth <= 1:
        return Cost(ff=bits * (1 + depth))
    address = (depth - 1).bit_length()
    luts = 8 * -(-bits // LUTRAM_WIDTH) if address <= 5 else bits << (address - 6)
    if luts > MOST_LUTS.get(address, 64):
        return Cost(lut=address, ff=address, bram=block_rams(address, bits))
    return Cost(lut=luts + address, ff=bits + address)
