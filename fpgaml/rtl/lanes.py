"""How elements are moved between lanes, slots and packed frames, as Verilog concatenations.

One concatenation, not an assignment for each element: Icarus takes quadratic time over a vector that is assigned
piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fpgaml.project.ports import Port

PIECES_A_LINE = 4


def narrowed(vector: str, count: int, lane: int, slot: int) -> str:
    """The low `slot` bits of each of `count` lanes of a vector."""
    return _joined(_slice(vector, i * lane, slot) for i in reversed(range(count)))


def widened(vector: str, count: int, slot: int, lane: int, *, signed: bool) -> str:
    """`count` slots of a vector, each extended to a lane."""
    return _joined(_extended(vector, i * slot, slot, lane, signed) for i in reversed(range(count)))


def packed(vector: str, ports: Sequence[Port], slot: int) -> str:
    """All ports' elements without gaps, from slots."""
    pieces, first = [], 0
    for port in ports:
        pieces += [_slice(vector, (first + e) * slot, port.width) for e in range(port.size)]
        first += port.size
    return _joined(reversed(pieces))


def unpacked(vector: str, ports: Sequence[Port], slot: int, padding: int) -> str:
    """All ports' elements in slots, extended by their own signs, from a vector without gaps.

    Args:
        padding: zeros above the last element.
    """
    pieces, low = [], 0
    for port in ports:
        for _ in range(port.size):
            pieces.append(_extended(vector, low, port.width, slot, port.signed))
            low += port.width
    if padding:
        pieces.append(f"{padding}'b0")
    return _joined(reversed(pieces))


def _slice(vector: str, low: int, width: int) -> str:
    return f"{vector}[{low + width - 1}:{low}]"


def _extended(vector: str, low: int, width: int, wanted: int, signed: bool) -> str:
    own, more = _slice(vector, low, width), wanted - width
    if not more:
        return own
    above = f"{{{more}{{{vector}[{low + width - 1}]}}}}" if signed else f"{more}'b0"
    return f"{above}, {own}"


def _joined(pieces: Iterable[str]) -> str:
    """The pieces, highest bits first, some a line."""
    listed = list(pieces)
    lines = [", ".join(listed[i : i + PIECES_A_LINE]) for i in range(0, len(listed), PIECES_A_LINE)]
    inside = ",\n        ".join(lines)
    return f"{{\n        {inside}\n    }}"
