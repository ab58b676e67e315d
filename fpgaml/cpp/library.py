"""The project's library, compiled from its files as they lie in the folder."""

from __future__ import annotations

from pathlib import Path

from fpgaml.cores import cores
from fpgaml.cpp.ports import emulator_ports
from fpgaml.emulator.build import build
from fpgaml.emulator.compiled import Emulator
from fpgaml.emulator.source import Source
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.progress import Progress
from fpgaml.project.ports import CppPort

LARGEST = 1 << 28
"""Bytes of a source."""


def compiled(
    folder: Path, graph: Graph, name: str, ports: tuple[tuple[CppPort, ...], tuple[CppPort, ...]], progress: Progress
) -> Emulator:
    """Compile `NAME.h` and `NAME.cpp` of a folder, or take what was compiled from the same text.

    Args:
        ports: inputs and outputs, as the manifest has them.

    Raises:
        FpgamlError: a file is missing or too large. ToolError: no compiler, or it failed.
    """
    header, source = (_text(folder / f"{name}{suffix}") for suffix in (".h", ".cpp"))
    inputs, outputs = (emulator_ports(side) for side in ports)
    made = Source(name, f"{name}_emulator", header, source, inputs, outputs)
    library = build(made, progress)
    return Emulator(graph, made, library, threads=cores())


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise FpgamlError(str(path), f"has more than {LARGEST >> 20} MB", "Convert the model again")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", "Convert the model again") from None
