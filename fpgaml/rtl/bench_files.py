"""The bench of a project: its files, and the ports of its bench.json."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from fpgaml.project.ports import Port

FORMAT, VERSION = "fpgaml bench", 1
"""Of bench.json."""
BENCH_FOLDER = Path(__file__).parent / "bench"


def copy_bench(folder: Path) -> None:
    """Copy the bench's files, all but its bench.json, into a folder that is there."""
    for path in (*sorted(BENCH_FOLDER.glob("*.py")), BENCH_FOLDER / "Makefile"):
        shutil.copyfile(path, folder / path.name)


def port_row(port: Port, vectors: str) -> dict[str, Any]:
    """A port as bench.json holds it.

    Args:
        vectors: path of its golden vectors, relative to bench.json's folder or absolute.
    """
    return {
        "name": port.name,
        "elements": port.size,
        "width": port.width,
        "signed": port.signed,
        "fractional": port.fractional,
        "vectors": vectors,
    }
