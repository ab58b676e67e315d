"""Library modules as stages use them: delays and FIFOs, wired up."""

from __future__ import annotations

from fpgaml.rtl.structure.module import Module, Part, Wire, part


def delay(module: Module, label: str, depth: int, source: Wire, target: Wire, *, reset: bool = False) -> None:
    """The target is the source, so many cycles later; 0 cycles: the source itself.

    Args:
        source, target: both vectors of one width, or both bits.
        reset: whether rst clears what is on its way: for valid bits.
    """
    if depth == 0:
        module.assign(target, part(source))
        return
    width = 1 if source.width is None else source.width
    entering, leaving = source, target
    if source.width is None:
        entering, leaving = module.wire(f"{label}_in", 1), module.wire(f"{label}_out", 1)
        module.assign(entering, part(source))
    module.instance(
        label,
        "fpgaml_delay",
        {"WIDTH": width, "DEPTH": depth, "RESET": int(reset)},
        {"clk": module.clk, "rst": module.rst, "in_data": entering, "out_data": leaving},
    )
    if source.width is None:
        module.assign(target, Part(leaving, 0, 0))


def counted(module: Module, label: str, words: int, valid: Wire, note: str) -> Wire:
    """Which of `words` words, from 0 on, the one that is valid is; after the last one it begins anew."""
    width = max((words - 1).bit_length(), 1)
    index = module.wire("index", width, note)
    ports: dict[str, Wire | None] = {"clk": module.clk, "rst": module.rst, "in_valid": valid}
    ports |= {"take": None, "tick": None, "index": index}
    module.instance(label, "fpgaml_ticks", {"WORDS": words, "FLUSH": 0, "INDEX_BITS": width}, ports)
    return index


def fifo(module: Module, label: str, valid: Wire, data: Wire, take: Wire, depth: int) -> tuple[Wire, Wire]:
    """Words that wait: the valid bit and the word at the FIFO's head, which `take` takes.

    The calendar says how many words wait at most: the FIFO is never full when one comes.
    """
    waiting = module.wire(f"{label}_valid")
    word = module.wire(f"{label}_data", data.width)
    room = module.wire(f"{label}_room", note="never low when a word comes: the calendar's depth")
    module.instance(
        label,
        "fpgaml_fifo",
        {"WIDTH": data.width or 1, "DEPTH": depth, "EAGER": 1},
        {
            "clk": module.clk,
            "rst": module.rst,
            "in_data": data,
            "in_valid": valid,
            "in_ready": room,
            "out_data": word,
            "out_valid": waiting,
            "out_ready": take,
        },
    )
    return waiting, word


def fifo_luts(depth: int, width: int) -> int:
    """LUTs of a FIFO in distributed memory: 32 words of two bits in one, and its counters."""
    if not depth:
        return 0
    return -(-depth // 32) * -(-width // 2) + 3 * depth.bit_length()
