"""Run a tool in a private folder: show how far it is, end it with the command, quote its own error."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from fpgaml.errors import ToolError
from fpgaml.processes import own_group
from fpgaml.progress import Progress
from fpgaml.synth.tools import Tool

POLL = 0.5
"""Seconds between two looks at the log."""
TAIL = 4096
"""Bytes at the end of a log that hold the last headline."""
# yosys numbers its passes (`2.34.1. Executing OPT_EXPR pass (...)`), nextpnr says `Info: Packing LUTs..`.
_HEADLINE = re.compile(r"^(?:\d+(?:\.\d+)*\. Executing (\w+) pass|Info: (\w[\w ,-]{2,30})\.\.+$)", re.MULTILINE)
_ERROR = re.compile(r"ERROR: ?(.+)")


def run(tool: Tool, arguments: Sequence[str], folder: Path, log: str, title: str, progress: Progress) -> None:
    """Run a tool to its end.

    Args:
        folder: where it runs; no other process writes there.
        log: the file in it that the tool writes its log to.
        title: what is being done, for the user.

    Raises:
        ToolError: it failed; with its own first error.
    """
    said = folder / f"{log}.out"
    # The wheels make a folder for temporary files, which a killed one leaves behind.
    environment = {**os.environ, "TMPDIR": str(folder.absolute())}
    with said.open("wb") as output:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
        try:
            with own_group([*tool.command, *arguments], cwd=folder, env=environment, **pipes) as process:
                _watch(process, folder / log, title, progress)
        except OSError as error:
            raise ToolError(str(tool), f"cannot be run: {error.strerror}", "Check its installation") from None
    if process.returncode != 0:
        raise ToolError(str(tool), _cause(process.returncode, (folder / log, said)), "See the log: --keep FOLDER")


def _watch(process: subprocess.Popen[bytes], log: Path, title: str, progress: Progress) -> None:
    """Wait for the process and show each new headline of its log."""
    stage, ended = "", False
    with progress.step(title):
        while not ended:
            shown = stage
            with progress.step(shown) if shown else nullcontext():
                while stage == shown and not ended:
                    ended = _wait(process)
                    stage = _headline(log)


def _wait(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(POLL)
    except subprocess.TimeoutExpired:
        return False
    return True


def _headline(log: Path) -> str:
    """The last headline of a log that is being written."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    found = _HEADLINE.findall(text)
    return (found[-1][0] or found[-1][1]).lower() if found else ""


def _cause(code: int, logs: Sequence[Path]) -> str:
    """What a tool said went wrong."""
    for path in logs:
        text = path.read_text("utf-8", "replace") if path.is_file() else ""
        found = _ERROR.search(text)
        if found:
            line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()].strip()
            return f"{line} {found[1].strip()}".strip()
    said = [line for path in logs if path.is_file() for line in path.read_text("utf-8", "replace").splitlines() if line]
    last = f": {said[-1].strip()}" if said else ""
    return f"ended with exit code {code}{last}"
