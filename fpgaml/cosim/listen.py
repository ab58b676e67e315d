"""Listen to a running bench: how far it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from fpgaml.progress import Progress

MARK = "@progress "
"""What a line of the bench begins with that says how far it is: `@progress CHECK DONE TOTAL`, TOTAL 0 if unknown."""


class Teller:
    """Turns the bench's progress lines into steps and bars.

    Args:
        label: the simulator.
        on_built: called when everything is built.
        last: the check that begins when that is so; empty: the first one.
    """

    def __init__(self, progress: Progress, label: str, on_built: Callable[[], object], last: str = "") -> None:
        self._progress, self._label, self._on_built, self._last = progress, label, on_built, last
        self.check = ""
        """The check that is running; empty while the simulation is built."""
        self._total = self._done = 0
        self._advance: Callable[[int], object] = lambda _: None
        self._shown = ExitStack()

    def __enter__(self) -> Teller:
        self._shown.enter_context(self._progress.step(f"building the simulation with {self._label}"))
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.close()

    def hear(self, line: str) -> None:
        """A line that begins with MARK."""
        parts = line.split()
        if len(parts) != 4 or not (parts[2].isdecimal() and parts[3].isdecimal()):
            return
        check, done, total = parts[1], int(parts[2]), int(parts[3])
        if check != self.check and self._last in ("", check):
            self._on_built()
        if (check, total) != (self.check, self._total):
            self._begin(check, total)
        if done > self._done:
            self._advance(done - self._done)
            self._done = done

    def _begin(self, check: str, total: int) -> None:
        self._shown.close()
        title = f"{self._label}: {check.replace('_', ' ')}"
        self.check, self._total, self._done = check, total, 0
        if total:
            self._advance = self._shown.enter_context(self._progress.bar(title, total))
        else:
            self._shown.enter_context(self._progress.step(title))
            self._advance = lambda _: None
