"""Say what is being waited for: moving on a terminal, a line every ten seconds in a log, nothing with --quiet."""

from __future__ import annotations

import sys

from fpgaml.progress.protocol import Progress, Silent

__all__ = ["Progress", "Silent", "choose_progress"]


def choose_progress(quiet: bool = False) -> Progress:
    """What suits the standard error stream: a Terminal where it is one, else Lines; Silent where nothing is wanted."""
    if quiet:
        return Silent()
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        from fpgaml.progress.terminal import Terminal

        return Terminal(console)
    from fpgaml.progress.lines import Lines

    return Lines(sys.stderr)
