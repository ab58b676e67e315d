"""What steps share: constant arrays, and functions that several call or that are called many times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fpgaml.emulator.integers import IntType, literal, smallest
from fpgaml.graph.types import Ints
from fpgaml.graph.values import magnitude

WIDTH = 118
"""Characters of a line."""


class Tables:
    """Constant arrays, each content once under a name of its own, and functions, those that call others last."""

    def __init__(self) -> None:
        self._names: dict[tuple[IntType, bytes], str] = {}
        self._texts: list[str] = []
        self.functions: list[str] = []
        self._taken = 0

    def fresh(self, stem: str) -> str:
        """A name that no other one begins with."""
        self._taken += 1
        return f"{stem}{self._taken}_"

    def add(self, values: Ints, label: str, kind: IntType | None = None) -> str:
        """A flat array of integers.

        Args:
            values: in row-major order.
            label: what it is called, besides its number.
            kind: the type of its elements; the narrowest by default.

        Returns:
            Its name in C++.
        """
        flat = [int(n) for n in np.asarray(values).ravel()]
        kind = kind or smallest(*flat)
        key = (kind, repr(flat).encode())
        if key not in self._names:
            name = self._names[key] = f"t{len(self._names)}_{label}"
            self._texts.append(_declaration(name, kind, flat))
        return self._names[key]

    def add_structs(self, entries: Sequence[Sequence[int]], struct: str, label: str) -> str:
        """An array of structs of integers; its name in C++."""
        name = f"s{len(self._texts)}_{label}"
        rows = [f"    {{{', '.join(literal(int(n)) for n in entry)}}}," for entry in entries]
        self._texts.append("\n".join([f"static const {struct} {name}[{len(rows)}] = {{", *rows, "};"]))
        return name

    @property
    def texts(self) -> list[str]:
        """The declarations, in order."""
        return list(self._texts)


def _declaration(name: str, kind: IntType, flat: list[int]) -> str:
    lines, line = [], "   "
    for number in flat:
        item = f" {literal(number)},"
        if len(line) + len(item) > WIDTH:
            lines.append(line)
            line = "   "
        line += item
    return "\n".join([f"alignas(64) static const {kind.cpp} {name}[{len(flat)}] = {{", *lines, line, "};"])


def uniform(values: Ints) -> int | None:
    """The one number that an array holds everywhere; None if there are several."""
    array = np.asarray(values).ravel()
    first = int(array[0])
    return first if magnitude(array - first) == 0 else None


def period(values: Ints, last: int) -> bool:
    """Whether a flat array repeats itself after every `last` elements."""
    rows = np.asarray(values).reshape(-1, last)
    return bool((rows == rows[:1]).all())
