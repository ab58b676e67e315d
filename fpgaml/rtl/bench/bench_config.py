"""What bench.json says about the design, and what the environment asks of the bench.

Standard library only: the Makefile runs this file to learn the sources (`python3 bench_config.py [tables]`).
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = "fpgaml bench"
VERSION = 1
HERE = Path(__file__).resolve().parent


class BenchError(Exception):
    """bench.json, a file of vectors or the environment is not as it must be."""


@dataclass(frozen=True)
class Port:
    """One tensor at the boundary; value = n * 2**-fractional.

    Args:
        elements: how many numbers, in C order; width: bits of each.
        vectors: file of golden vectors, one event a line.
    """

    name: str
    elements: int
    width: int
    signed: bool
    fractional: int
    vectors: Path


@dataclass(frozen=True)
class Stream:
    """How frames travel over AXI4-Stream.

    Args:
        lane_in, lane_out: bits that one element takes on the bus.
        beat_in, beat_out: elements a beat; beats_in, beats_out: beats a frame.
        tag_bits: width of tuser; 0 without one.
    """

    lane_in: int
    beat_in: int
    beats_in: int
    lane_out: int
    beat_out: int
    beats_out: int
    tag_bits: int


@dataclass(frozen=True)
class Streaming:
    """What else is declared of a core that takes a frame beat by beat, in cycles.

    Its tensors each begin a beat of their own, and a native shell has lanes and beats too.

    Args:
        spacing: the fewest from one beat in to the next; rest: from a frame's last beat to the next one's first.
        drain: from the first beat in to the last beat of the result, in an idle shell.
        fifo_depth: beats of results that the axis shell's FIFO holds; None for a native shell.
        channels: events whose beats come in turn; together they are a frame.
    """

    spacing: int
    rest: int
    drain: int
    fifo_depth: int | None
    channels: int = 1


@dataclass(frozen=True)
class Table:
    """A lookup table's module: ports a (the index) and y (the entry), and clk where it has registers.

    Args:
        name: of the module; source: its file.
        index_width, entry_width: bits of a and of y; first: the lowest index that can come, maybe negative.
        entries: file with the entry of each index from `first` on, raw bits in hexadecimal, one a line.
        ranks: clock edges from a to y.
    """

    name: str
    source: Path
    index_width: int
    entry_width: int
    first: int
    entries: Path
    ranks: int


@dataclass(frozen=True)
class Tables:
    """All lookup tables, each alone in a design of its own.

    Args:
        top: its module; source: its file. It has the ports place, which counts from the first index of each table on,
            y, the entries of all there, the first module's lowest, and clk if some table has registers.
    """

    top: str
    source: Path
    modules: tuple[Table, ...]


@dataclass(frozen=True)
class Bench:
    """bench.json.

    Args:
        top: top module; shell: which driver speaks to it; hdl: "verilog" or "vhdl"; sources: in compile order.
        clock_ns: period; latency, interval: as declared, in cycles; None where nothing is declared.
        stream: None for a shell that takes whole frames; streaming: None where the core is unrolled.
        tables: None for a design without one.
        extra: entries that only some driver knows.
    """

    top: str
    shell: str
    hdl: str
    sources: tuple[Path, ...]
    clock_ns: float
    latency: int | None
    interval: int | None
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    stream: Stream | None
    streaming: Streaming | None
    tables: Tables | None
    extra: dict[str, Any]

    @property
    def period_ps(self) -> int:
        """The clock as simulators can hold it: two equal halves of whole picoseconds."""
        return max(2 * round(500 * self.clock_ns), 2)


_KNOWN = {"format", "version", "top", "shell", "hdl", "sources", "clock_ns", "latency", "interval"}
_KNOWN |= {"inputs", "outputs", "stream", "streaming", "tables"}


def read_bench(path: Path) -> Bench:
    """Read bench.json; its paths are relative to its own folder.

    Raises:
        BenchError: there is none, or something in it is missing or of the wrong type.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] != FORMAT or content["version"] != VERSION:
            raise BenchError(f"{path}: is not a `{FORMAT}` file of version {VERSION}")
        return Bench(
            top=str(content["top"]),
            shell=str(content["shell"]),
            hdl=str(content["hdl"]),
            sources=tuple(path.parent / name for name in content["sources"]),
            clock_ns=float(content["clock_ns"]),
            latency=content.get("latency"),
            interval=content.get("interval"),
            inputs=tuple(_port(entry, path.parent) for entry in content["inputs"]),
            outputs=tuple(_port(entry, path.parent) for entry in content["outputs"]),
            stream=Stream(**content["stream"]) if content.get("stream") else None,
            streaming=Streaming(**content["streaming"]) if content.get("streaming") else None,
            tables=_tables(content["tables"], path.parent) if content.get("tables") else None,
            extra={key: value for key, value in content.items() if key not in _KNOWN},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BenchError(f"{path}: {type(error).__name__}: {error}") from None


def _port(entry: dict[str, Any], folder: Path) -> Port:
    return Port(
        name=str(entry["name"]),
        elements=int(entry["elements"]),
        width=int(entry["width"]),
        signed=bool(entry["signed"]),
        fractional=int(entry["fractional"]),
        vectors=folder / entry["vectors"],
    )


def _tables(entry: dict[str, Any], folder: Path) -> Tables:
    modules = tuple(
        Table(
            name=str(row["name"]),
            source=folder / row["source"],
            index_width=int(row["index_width"]),
            entry_width=int(row["entry_width"]),
            first=int(row["first"]),
            entries=folder / row["entries"],
            ranks=int(row["ranks"]),
        )
        for row in entry["modules"]
    )
    return Tables(str(entry["top"]), folder / entry["source"], modules)


@dataclass(frozen=True)
class Settings:
    """What the environment asks for.

    Args:
        seed: SEED, of everything random; frames: FRAMES, how many the full load has; None: as CYCLES allows.
        cycles: CYCLES, clock cycles that one check may take, about; None: as many as suit the simulator.
        vectors: VECTORS, a folder with more vectors, or None.
        results: BENCH_RESULTS, where the measurements go; progress: BENCH_PROGRESS, say how far a check is.
    """

    seed: int
    frames: int | None
    cycles: int | None
    vectors: Path | None
    results: Path
    progress: bool

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the environment.

        Raises:
            BenchError: a number is none.
        """
        folder = os.environ.get("VECTORS", "")
        return cls(
            seed=_number("SEED", 0) if os.environ.get("SEED") else 1,
            frames=_number("FRAMES", 2) if os.environ.get("FRAMES") else None,
            cycles=_number("CYCLES", 1) if os.environ.get("CYCLES") else None,
            vectors=Path(folder) if folder else None,
            results=Path(os.environ.get("BENCH_RESULTS", "bench_results.json")),
            progress=bool(os.environ.get("BENCH_PROGRESS", "")),
        )


def _number(name: str, least: int) -> int:
    text = os.environ[name]
    if not text.isdecimal() or int(text) < least:
        raise BenchError(f"{name}={text}: give a whole number from {least} on")
    return int(text)


def bench_file() -> Path:
    """BENCH, else bench.json beside this file."""
    return Path(os.environ.get("BENCH", "") or HERE / "bench.json")


def _facts_for_make(path: Path, part: str) -> str:
    """Top, language, shell or `continuous`, number of tables, sources; of the tables' own design for part "tables"."""
    bench = read_bench(path)
    tables = bench.tables
    top, shell, sources = bench.top, bench.shell, list(bench.sources)
    if part == "tables":
        if tables is None:
            raise BenchError(f"{path}: the design has no tables")
        top, shell, sources = tables.top, part, [*(table.source for table in tables.modules), tables.source]
    if "continuous" in bench.extra and part != "tables":
        shell = "continuous"
    names = [os.path.relpath(source) for source in sources]
    if any(" " in name for name in names):
        raise BenchError("make cannot work with blanks in the names of sources")
    return " ".join([top, bench.hdl, shell, str(len(tables.modules) if tables else 0), *names])


if __name__ == "__main__":
    try:
        sys.stdout.write(_facts_for_make(bench_file(), "".join(sys.argv[1:])) + "\n")
    except BenchError as problem:
        sys.exit(str(problem))
