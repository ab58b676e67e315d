"""What long work tells of itself, whoever shows it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class Progress(Protocol):
    """Hears what is being done. Everything that takes more than two seconds is in a step or a bar; they may nest."""

    def step(self, title: str) -> AbstractContextManager[object]:
        """Something of unknown length begins; it ends with the block."""

    def bar(self, title: str, total: int, unit: str = "") -> AbstractContextManager[Callable[[int], object]]:
        """Something of known length begins; call the result with how much more was done.

        Args:
            unit: what is counted, in the plural: `events`.
        """

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Something was found out that is worth reading before the rest is done; the first column is words."""


class Silent:
    """Shows nothing."""

    def step(self, title: str) -> AbstractContextManager[object]:
        return contextlib.nullcontext()

    def bar(self, title: str, total: int, unit: str = "") -> AbstractContextManager[Callable[[int], object]]:
        return contextlib.nullcontext(lambda _: None)

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        pass
