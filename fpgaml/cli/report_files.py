"""The files that a report is written to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from fpgaml.errors import FpgamlError

PRINTED = Path("-")
"""In place of a file: the standard output stream."""


@dataclass(frozen=True)
class ReportFiles:
    """Where renderings of a report go; None: not wanted."""

    html: Path | None
    markdown: Path | None
    junit: Path | None

    @property
    def whole(self) -> bool:
        """Whether the whole report is written somewhere: then it need not be shown too."""
        return bool(self.html or self.markdown)

    @property
    def printed(self) -> bool:
        """Whether one of them takes the standard output stream."""
        return PRINTED in (self.html, self.markdown, self.junit)

    def check(self, json_output: bool) -> None:
        """Make sure that nothing is printed into another.

        Raises:
            FpgamlError: two of them, or one and JSON, would be.
        """
        files = {"--html -": self.html, "--markdown -": self.markdown, "--junit -": self.junit}
        printed = ["--json"] * json_output + [option for option, path in files.items() if path == PRINTED]
        if len(printed) > 1:
            raise FpgamlError(" and ".join(printed), "would be printed one into the other", "Give one of them a file")

    def write(self, html: Callable[[], str], markdown: Callable[[], str], junit: Callable[[], str]) -> None:
        """Write those that are wanted, and say where they are.

        Raises:
            FpgamlError: one cannot be written.
        """
        self.write_pages(html, markdown)
        _write(self.junit, junit)

    def write_pages(self, html: Callable[[], str], markdown: Callable[[], str]) -> None:
        """The same without JUnit XML."""
        _write(self.html, html)
        _write(self.markdown, markdown)


def _write(path: Path | None, rendering: Callable[[], str]) -> None:
    from fpgaml.files import write_whole

    if path == PRINTED:
        typer.echo(rendering(), nl=False)
    elif path:
        write_whole(path, rendering())
        typer.echo(f"written: {path}", err=True)
