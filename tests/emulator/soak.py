"""Random networks as emulators: equal to the interpreter on every bit, many of them in one compilation.

    python -m tests.emulator.soak --graphs 10000 --seed 1
    python -m tests.emulator.soak --graphs 300 --sanitize --compiler clang++

Each graph gets corner vectors and random codes. One that differs is cut down to fewer nodes as long as it differs, and
written to `--keep FOLDER`. Exit code 1: something differs, or is refused.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from fpgaml.emulator.compiled import Emulator
from fpgaml.errors import FpgamlError
from fpgaml.graph.dump import dump
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops.scan import every_node
from fpgaml.graph.serial import to_json
from fpgaml.graph.values import magnitude
from fpgaml.proof.vectors import corner_vectors
from tests.emulator.random_graphs import drawn
from tests.emulator.together import QUICK, STRICT, compile_together, differences
from tests.strategies import prune

EVENTS = (37, 64, 65, 1)
"""In turn: no multiple of a block's lanes, one block, one event more, and one alone."""
SANITIZERS = ("-g1", "-fsanitize=undefined,address", "-fno-sanitize-recover=all")


@dataclass
class Tally:
    """What came of many graphs.

    Attributes:
        graphs, numbers: how many were run, and how many numbers were compared.
        operations: nodes by operation, in cells too; widest: graphs by the bits of their widest tensor.
        problems: (graph, what is wrong).
    """

    graphs: int = 0
    numbers: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    widest: Counter[int] = field(default_factory=Counter)
    problems: list[tuple[Graph, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take another's in."""
        self.graphs += other.graphs
        self.numbers += other.numbers
        self.operations += other.operations
        self.widest += other.widest
        self.problems += other.problems

    def __str__(self) -> str:
        nodes = ", ".join(f"{count} {name}" for name, count in self.operations.most_common())
        widths = ", ".join(f"{self.widest[bits]} to {bits}" for bits in sorted(self.widest))
        lines = [f"WRONG: {text}\n{dump(graph)}" for graph, text in self.problems]
        lines += [f"nodes: {nodes}", f"graphs by their widest tensor in bits: {widths}"]
        return "\n".join([*lines, f"{self.graphs} graphs, {self.numbers} numbers, {len(self.problems)} problems"])


def run(graphs: list[Graph], number: int, compiler: str, flags: tuple[str, ...], cut: bool = True) -> Tally:
    """Some graphs in one compilation.

    Args:
        number: of the seed for their inputs; cut: make those that differ smaller.
    """
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="fpgaml-soak-") as folder:
        try:
            emulators = compile_together(graphs, Path(folder), compiler, flags)
        except (FpgamlError, RuntimeError) as error:
            if len(graphs) == 1:
                tally.problems.append((graphs[0], str(error)))
                return tally
            for graph in graphs:
                tally.add(run([graph], number, compiler, flags, cut))
            return tally
        for graph, emulator in zip(graphs, emulators, strict=True):
            events = EVENTS[tally.graphs % len(EVENTS)]
            _count(tally, graph, events)
            if text := wrong(emulator, events, number):
                smaller = cut_down(graph, number, compiler, flags) if cut else graph
                tally.problems.append((smaller, text))
    return tally


def wrong(emulator: Emulator, events: int, number: int) -> str:
    """Where an emulator is not the interpreter; empty where it is, on no events at all too."""
    try:
        values = corner_vectors(emulator.graph, events, number)
        nothing = {name: type(value)(value.integers[:0], value.fractional) for name, value in values.items()}
        found = differences(emulator, values) + (differences(emulator, nothing) if nothing else [])
    except Exception:  # noqa: BLE001  # a crash is what a soak looks for
        return traceback.format_exc()
    return "; ".join(found)


def _count(tally: Tally, graph: Graph, events: int) -> None:
    tally.graphs += 1
    tally.numbers += events * sum(graph.ranges[name].low.size for name in set(graph.outputs))
    nodes = list(every_node(graph))
    tally.operations += Counter(type(node.op).__name__ for node in nodes)
    bits = max(magnitude(np.stack([r.low, r.high])).bit_length() + 1 for r in graph.ranges.values())
    tally.widest[next(most for most in (8, 16, 32, 64, 128, 256, 1 << 20) if bits <= most)] += 1


def cut_down(graph: Graph, number: int, compiler: str, flags: tuple[str, ...]) -> Graph:
    """The part of a graph up to its first node that differs."""
    for node in graph.nodes:
        part = prune(graph, (node.name,))
        if run([part], number, compiler, flags, cut=False).problems:
            return part
    return graph


def soak_batch(number: int, seed: int, together: int, compiler: str, flags: tuple[str, ...]) -> Tally:
    """A batch of graphs, the same for the same numbers."""
    return run(drawn(seed * 100_003 + number, together), number, compiler, flags)


def _address_sanitizer(compiler: str) -> str:
    """The library that must be there before Python's own memory is, for what was compiled with -fsanitize=address."""
    name = "libasan.so" if "clang" not in compiler else "libclang_rt.asan-x86_64.so"
    asked = [compiler, f"-print-file-name={name}"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--together", type=int, default=50, help="graphs in one compilation")
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--flags", default=" ".join(QUICK), help="of the compiler")
    parser.add_argument("--sanitize", action="store_true", help="-fsanitize=undefined,address, all warnings errors")
    parser.add_argument("--jobs", type=int, default=2, help="compilations at a time")
    parser.add_argument("--keep", type=Path, help="folder for what differs")
    given = parser.parse_args()
    flags = tuple(given.flags.split())
    if given.sanitize:
        shared = ("-shared-libasan",) if "clang" in given.compiler else ()
        flags = (*flags, *STRICT, *SANITIZERS, *shared)
        library = _address_sanitizer(given.compiler)
        if os.environ.get("LD_PRELOAD") != library:  # leaks are Python's own
            os.environ |= {"LD_PRELOAD": library, "ASAN_OPTIONS": "detect_leaks=0"}
            os.execv(sys.executable, [sys.executable, "-m", "tests.emulator.soak", *sys.argv[1:]])
    total, started = Tally(), time.monotonic()
    one = partial(soak_batch, seed=given.seed, together=given.together, compiler=given.compiler, flags=flags)
    with ProcessPoolExecutor(given.jobs) as pool:
        for tally in pool.map(one, range(-(-given.graphs // given.together))):
            total.add(tally)
            print(f"{total.graphs} graphs, {len(total.problems)} problems", file=sys.stderr, flush=True)  # noqa: T201
    print(total)  # noqa: T201
    print(f"seed {given.seed}, {given.compiler} {' '.join(flags)}, {time.monotonic() - started:.0f} s")  # noqa: T201
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
        for number, (graph, text) in enumerate(total.problems):
            (given.keep / f"seed_{given.seed}_{number}.json").write_text(to_json(graph), encoding="utf-8")
            (given.keep / f"seed_{given.seed}_{number}.txt").write_text(text, encoding="utf-8")
    return int(bool(total.problems))


if __name__ == "__main__":
    sys.exit(main())
