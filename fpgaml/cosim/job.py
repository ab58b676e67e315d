"""What is to be simulated: a bench, where it is built, with which simulator, how long."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.cosim.tools import Simulator
from fpgaml.errors import FpgamlError
from fpgaml.rtl import bench_files

TABLES = "tables"
"""The bench's check of every entry of the lookup tables, in a simulation of its own."""
SILENCE = 600.0
"""Seconds: much more than any design needs for the 256 clock cycles after which a check says how far it is."""


@dataclass(frozen=True)
class Job:
    """What to simulate.

    Args:
        sim: the folder with the bench (a project's `sim/`); bench: its bench.json.
        build: where everything goes that the simulation writes.
        frames: of the full load; None: as the bench has it. seed: of everything random.
        cycles: clock cycles that a check may take, about; None: as the bench has it.
        vectors: a folder with more vectors; waves: write waveforms.
        timeout: seconds without a line or a frame after which the simulation counts as hung; 0: never.
    """

    sim: Path
    bench: Path
    build: Path
    simulator: Simulator
    frames: int | None = None
    seed: int = 1
    vectors: Path | None = None
    waves: bool = False
    timeout: float = SILENCE
    cycles: int | None = None

    @property
    def with_tables(self) -> bool:
        """Whether the bench simulates the lookup tables by themselves, after the rest."""
        return bool(read_bench_json(self.bench).get("tables"))


def read_bench_json(path: Path) -> dict[str, Any]:
    """bench.json, as far as fpgaml needs it.

    Raises:
        FpgamlError: it is missing or damaged.
    """
    advice = "Convert the model again"
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise FpgamlError(str(path), "is missing: the project has no bench", advice) from None
    except (OSError, ValueError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", advice) from None
    if not isinstance(content, dict) or content.get("format") != bench_files.FORMAT:
        raise FpgamlError(str(path), "is no description of a bench", advice)
    missing = {"shell", "hdl", "sources", "inputs", "outputs"} - content.keys()
    if missing or content["hdl"] not in ("verilog", "vhdl"):
        what = f"lacks {', '.join(sorted(missing))}" if missing else f"has hdl `{content['hdl']}`"
        raise FpgamlError(str(path), what, advice)
    return content
