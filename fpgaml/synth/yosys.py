"""Synthesise with yosys and read its statistics."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgaml.errors import ToolError
from fpgaml.progress import Progress
from fpgaml.synth import process
from fpgaml.synth.count import Statistics, read_statistics
from fpgaml.synth.families import YosysFamily
from fpgaml.synth.tools import Tool

SCRIPT, LOG, STATISTICS, NETLIST = "synth.ys", "synth.log", "statistics.json", "netlist.json"


def script(sources: Sequence[str], top: str, family: YosysFamily, *, flatten: bool) -> str:
    """The commands for yosys: read, synthesise, count, write the netlist of the design's own modules."""
    lines = [f"read_verilog {name}" for name in sources]
    lines += [
        family.synthesis(top, flatten),
        "check -assert",
        f"tee -q -o {STATISTICS} stat -json -top {top}",
        # Without the family's own cells, which the next reader of the netlist brings along.
        "select =*",
        f"write_json -selected {NETLIST}",
    ]
    return "\n".join(lines) + "\n"


def synthesise(
    tool: Tool,
    folder: Path,
    sources: Sequence[str],
    top: str,
    family: YosysFamily,
    title: str,
    progress: Progress,
    *,
    flatten: bool,
) -> Statistics:
    """Synthesise the sources that lie in a folder.

    Args:
        folder: holds the sources and gets script, log, statistics and netlist.
        flatten: synthesise across the borders of modules; otherwise the statistics are per module.

    Raises:
        ToolError: yosys failed, with its own error.
    """
    (folder / SCRIPT).write_text(script(sources, top, family, flatten=flatten))
    process.run(tool, ["-q", "-l", LOG, "-s", SCRIPT], folder, LOG, title, progress)
    return read_statistics(read_json(folder / STATISTICS, tool), top)


def read_json(path: Path, tool: Tool) -> Any:
    """A JSON file that a tool wrote.

    Raises:
        ToolError: it did not, or not wholly.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ToolError(str(tool), f"wrote no {path.name}: {error}", "Use another version of it") from None
