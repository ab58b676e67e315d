"""Show what takes long, on a terminal; say nothing elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from rich.console import Console


class Progress(Protocol):
    """Hears what is being done."""

    def step(self, title: str) -> AbstractContextManager[object]:
        """Something of unknown length begins; it ends with the block."""

    def bar(self, title: str, total: int) -> AbstractContextManager[Callable[[int], object]]:
        """Something of known length begins; call the result with how much more was done."""

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Something was found out that is worth reading before the rest is done; the first column is words."""


class Silent:
    """Shows nothing."""

    def step(self, title: str) -> AbstractContextManager[object]:
        return contextlib.nullcontext()

    def bar(self, title: str, total: int) -> AbstractContextManager[Callable[[int], object]]:
        return contextlib.nullcontext(lambda _: None)

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        pass


class Terminal:
    """A spinner or a bar on the standard error stream, gone when it ends."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def step(self, title: str) -> AbstractContextManager[object]:
        return self._console.status(f"{title} ...")

    @contextlib.contextmanager
    def bar(self, title: str, total: int) -> Iterator[Callable[[int], object]]:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bars(*columns, console=self._console, transient=True) as bars:
            task = bars.add_task(title, total=total)
            yield lambda done: bars.advance(task, done)

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from rich.table import Table
        from rich.text import Text

        shown = Table(*header, box=None, title=title, title_justify="left", header_style="dim")
        for column in shown.columns[1:]:
            column.justify = "right"
        for row in rows:
            shown.add_row(*map(Text, row))
        self._console.print(shown)


def choose_progress() -> Progress:
    """A Terminal where the standard error stream is one, else Silent."""
    console = Console(stderr=True)
    return Terminal(console) if console.is_terminal else Silent()
