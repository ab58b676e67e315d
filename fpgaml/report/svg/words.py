"""How wide text gets, and how it is made to fit."""

from __future__ import annotations

from collections.abc import Iterator

SIZE = 12.0
"""Of text, in units of a drawing, which are CSS pixels at its natural size."""
SMALL = 11.0
"""Of ticks and notes."""

_NARROW = frozenset("iIjl.,:;'|!()[]ft /")
_WIDE = frozenset("mwMW@%\u2026")


def width(text: str, size: float = SIZE) -> float:
    """The room that text takes, in the broadest fonts that a browser may have for `sans-serif`."""
    return size * sum(map(_em, text))


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.4
    if character in _WIDE:
        return 1.0
    if ord(character) > 0x2E80:  # East Asian scripts and emoji fill a square
        return 1.1
    return 0.72 if character.isupper() else 0.63


def shortened(text: str, room: float, size: float = SIZE) -> str:
    """Text with its middle left out where it is wider than the room: the ends tell names apart."""
    if width(text, size) <= room:
        return text
    for kept in range(len(text) - 1, 1, -1):
        tail = kept // 2
        shown = f"{text[: kept - tail]}\u2026{text[len(text) - tail :]}"
        if width(shown, size) <= room:
            return shown
    return "\u2026"


def wrapped(text: str, room: float, size: float = SIZE, most: int = 3) -> list[str]:
    """Text in lines that fit the room, broken at spaces; the last one is cut at its end where there are too many."""
    lines = list(_lines(text, room, size))
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width(f"{last}\u2026", size) > room:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip()}\u2026"]


def _lines(text: str, room: float, size: float) -> Iterator[str]:
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if width(joined, size) <= room:
            line = joined
            continue
        if line:
            yield line
        line = shortened(word, room, size)
    if line:
        yield line
