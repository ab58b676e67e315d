"""Small phrases that several sections use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

FILES_SHOWN = 5


def percent(part: int, whole: int) -> str:
    """A share; one that is not zero is not shown as 0%."""
    if not part:
        return "0%"
    share = 100 * part / whole
    if share < 0.01:
        return "<0.01%"
    return ">99.9%" if 99.9 < share < 100 else f"{share:.3g}%"


def counted(number: float, one: str, many: str = "") -> str:
    """A number with its noun; `many` is the plural where that is not `one` with an s."""
    return f"{number:.10g} {one if number == 1 else many or one + 's'}"


def once(texts: Iterable[str]) -> str:
    """Each text once, in their order."""
    return ", ".join(dict.fromkeys(texts))


def few(names: Sequence[str], shown: int = FILES_SHOWN) -> str:
    """The first few names, and how many more."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"{', '.join(names[:shown])}{more}"


def clean(text: object) -> str:
    """Text from a file, without anything that a terminal would obey or a page would turn around."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in str(text))


def by_code(text: str) -> Iterator[tuple[str, bool]]:
    """Pieces of a text, and whether each stands between backquotes, which are left out: it is code."""
    for place, piece in enumerate(re.split("`([^`]+)`", text)):
        if piece:
            yield piece, bool(place % 2)
