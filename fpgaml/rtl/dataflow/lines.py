"""Words of a stream that were some words ago: registers, and memories where nobody reads what lies between."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.rtl.dataflow.stage import Cost
from fpgaml.rtl.structure.module import Module, Wire

LUT_MEMORY_BITS = 64
"""A LUT as a memory of one bit a word."""


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
    """Of the same: a register for each word, LUTs as memory for those between, and their addresses."""
    lut = ff = kept = 0
    for distance, _ in links(ages, channels):
        between = distance - 1
        ff += bits
        kept += distance * bits
        if between == 1:
            ff += bits
        elif between > 1:
            address = (between - 1).bit_length()
            lut += bits * -(-between // LUT_MEMORY_BITS) + address
            ff += address
    return Cost(lut, ff, buffer_bits=kept)
