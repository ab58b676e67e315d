"""Progress on a terminal: lines that move while something goes on, and are gone when it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.table import Column
from rich.text import Text

from fpgaml.progress.running import Running


class Terminal:
    """A line for each open step: a spinner, what is done, a bar where the length is known, seconds, what is left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars: Bars | None = None

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[object]:
        with self._shown(Running(title)):
            yield None

    @contextlib.contextmanager
    def bar(self, title: str, total: int, unit: str = "") -> Iterator[Callable[[int], object]]:
        running = Running(title, total, unit)
        with self._shown(running) as (bars, task):

            def advance(more: int) -> None:
                running.done += more
                bars.advance(task, more)

            yield advance

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from rich.table import Table

        shown = Table(*header, box=None, title=title, title_justify="left", header_style="dim")
        for column in shown.columns[1:]:
            column.justify = "right"
        for row in rows:
            shown.add_row(*map(Text, row))
        self._console.print(shown)

    @contextlib.contextmanager
    def _shown(self, running: Running) -> Iterator[tuple[Bars, TaskID]]:
        """The line of a step; rich shows one display at a time, so steps within steps share it."""
        outermost = self._bars is None
        bars = self._bars or self._display()
        with bars if outermost else contextlib.nullcontext():
            self._bars = bars
            task = bars.add_task(running.title, total=running.total, running=running)
            try:
                yield bars, task
            finally:
                bars.remove_task(task)
                if outermost:
                    self._bars = None

    def _display(self) -> Bars:
        title = TextColumn("{task.description}", markup=False)
        columns = (SpinnerColumn(), title, _Bar(bar_width=16), _Numbers(Column(no_wrap=True)))
        return Bars(*columns, console=self._console, transient=True)


class _Bar(BarColumn):
    """A bar where the length is known."""

    def render(self, task: Task) -> Text:  # type: ignore[override]
        return Text() if task.total is None else super().render(task)  # type: ignore[return-value]


class _Numbers(ProgressColumn):
    """How much is done, since when, and how long it still takes."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        running: Running = task.fields["running"]
        amount = running.amount()
        return Text(f"{amount}, {running.times()}" if amount else running.times(), style="dim")
