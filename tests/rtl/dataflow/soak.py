"""Random networks as streaming cores: interpreter = beats = HDL, and the calendar = what is measured, many at once.

    python -m tests.rtl.dataflow.soak --seed 1 --count 500 --sim verilator

Each graph gets a random rate, and frames arrive densely, with pauses, and broken off by resets. What fails is written
beside its Graph into `--keep FOLDER`. Exit code 1: something failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from fpgaml.cosim.tools import choose_simulator
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Constant, Input, Reshape
from fpgaml.graph.serial import to_json
from fpgaml.graph.values import FixedArray
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.core import Core
from fpgaml.rtl.dataflow.ahead import steps_ahead
from fpgaml.rtl.dataflow.assemble import assemble
from fpgaml.rtl.dataflow.core import streaming_core
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from tests.cosim.running import LANGUAGES
from tests.rtl.dataflow.arrivals import Arrivals, Problem, Source, wrong
from tests.rtl.dataflow.random_graphs import streaming_graphs
from tests.rtl.dataflow.simulate import Cycle, Seen, Trial, simulate

PART, CLOCK_NS = "xcku5p-ffvb676-2-e", 5.0
FIFOS = {"join": "in{}_fifo", "sliding": "words", "narrow": "words", "feedback": "words"}
"""What a stage calls the FIFO of its input of a number, by engine."""
EVENTS, FRAMES = 40, 6
"""For the interpreter, and of these at most so many for a simulator each time."""


@dataclass(frozen=True)
class Wish:
    """A network and the rate that is asked for: positions or pixels a beat, and cycles a frame, at most."""

    graph: Graph
    samples: int
    interval: int
    pixels: int | None = None

    def __str__(self) -> str:
        beat = f"{self.pixels} pixels" if self.pixels else str(self.samples)
        return f"{beat} a beat, every {self.interval}"


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    """A random network, which does more than to rename its input, and a rate."""
    graph = draw(streaming_graphs())
    assume(not all(isinstance(node.op, Input | Constant | Reshape) for node in graph.nodes))
    positions = max(graph.shapes[node.name][0] for node in graph.inputs)
    samples = min(draw(st.sampled_from((1, 1, 2, 3, 4, positions))), positions)
    pixels = draw(pixels_a_beat(graph))
    beats = sum(-(-graph.shapes[node.name][0] // samples) for node in graph.inputs)
    if pixels:
        beats = prod(graph.shapes[graph.inputs[0].name][:2]) // pixels
    interval = beats * draw(st.sampled_from((1, 1, 1, 2, 2, 4, 20))) + draw(st.sampled_from((0, 0, 1)))
    return Wish(graph, samples, interval, pixels)


@st.composite
def pixels_a_beat(draw: st.DrawFn, graph: Graph) -> int | None:
    """Of an image that comes alone less than a row, most of the time."""
    rows, columns = graph.shapes[graph.inputs[0].name][:2] if len(graph.shapes[graph.inputs[0].name]) == 3 else (0, 0)
    if not rows or len(graph.inputs) > 1:
        return None
    return draw(st.sampled_from((None, *(n for n in range(1, columns) if columns % n == 0))))


def drawn(number: int, count: int) -> list[Wish]:
    """So many wishes, from a seed."""
    found: list[Wish] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(wishes())
    def collect(wish: Wish) -> None:
        found.append(wish)

    collect()
    return found


@dataclass
class Tally:
    """What came of many wishes.

    Attributes:
        streamed, frames, beats: cores, and what left them in simulation; engines: stages by kind.
        refused: reasons, and how often; problems: (wish, what is wrong).
    """

    streamed: int = 0
    frames: int = 0
    beats: int = 0
    engines: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[Wish, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take another's in."""
        self.streamed += other.streamed
        self.frames += other.frames
        self.beats += other.beats
        self.engines += other.engines
        self.refused += other.refused
        self.problems += other.problems

    def __str__(self) -> str:
        engines = ", ".join(f"{count} {name}" for name, count in self.engines.most_common())
        lines = [f"{count:5d} refused: {reason}" for reason, count in self.refused.most_common()]
        lines += [f"WRONG ({wish}): {text}" for wish, text in self.problems]
        lines += [
            f"{self.streamed} graphs streamed ({engines}), {self.refused.total()} refused; "
            f"{self.frames} frames, {self.beats} beats out of simulated cores; {len(self.problems)} problems"
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Made:
    """A core, what it came from, and its events with their results."""

    wish: Wish
    dataflow: Dataflow
    core: Core
    values: Mapping[str, FixedArray]
    results: Mapping[str, FixedArray]


def make(wish: Wish, top: str, hdl: Hdl, tally: Tally, events: int = EVENTS) -> Made | None:
    """The core of a wish, run beat by beat; None where it is refused, or is wrong already."""
    try:
        dataflow = assemble(
            steps_ahead(wish.graph), DelayModel.of_part(PART, CLOCK_NS), wish.samples, wish.interval, pixels=wish.pixels
        )
        core = streaming_core(dataflow, top, hdl)
    except FpgamlError as error:
        tally.refused[f"{error.reason}"] += 1
        return None
    except Exception:  # noqa: BLE001  # a crash is what a soak looks for
        tally.problems.append((wish, traceback.format_exc()))
        return None
    values = corner_vectors(wish.graph, events, 1)
    wanted, found = interpret(wish.graph, values), core.run(values)
    for name, value in wanted.items():
        if not np.array_equal(value.to_float(), found[name].to_float()):
            tally.problems.append((wish, f"the beats' {name} is not the interpreter's"))
            return None
    if core.boundary.interval > max(wish.interval, 1) and not _bound_by_ports(core):
        tally.problems.append((wish, f"an interval of {core.boundary.interval}"))
    return Made(wish, dataflow, core, values, wanted)


def _bound_by_ports(core: Core) -> bool:
    bounds = core.boundary
    return bounds.interval <= max(bounds.beats_in * bounds.spacing, bounds.beats_out)


def arrivals_of(made: Made, rng: np.random.Generator, frames: int = FRAMES) -> list[Arrivals]:
    """Dense ones, ones with the pauses that fill FIFOs most and one at random, ragged ones, ones with resets."""
    core, calendar = made.core.boundary, made.dataflow.calendar
    source = Source(core, made.values, rng)

    def events(count: int = frames) -> list[int]:
        under_way = core.last // core.interval
        return [int(event) for event in rng.integers(0, EVENTS, count + under_way)]

    pauses = {pause for every in calendar.pauses.values() for pause in every} | {int(rng.integers(0, core.beats_in))}
    return [
        source.dense(events()),
        *(source.with_pause(events(4), pause, core.last + core.interval) for pause in sorted(pauses - {0})),
        source.ragged(events()),
        source.ragged(events(), resets=0.4),
    ]


def joined(arrivals: Sequence[Arrivals]) -> Arrivals:
    """Several arrivals after one another, each from its own reset on; times are those of the first."""
    cycles: list[Cycle] = []
    frames: list[tuple[int, tuple[int, ...]]] = []
    resets: list[int] = []
    first = 0
    for each in arrivals:
        cycles += each.cycles
        frames += [(event, tuple(edge + first for edge in edges)) for event, edges in each.frames]
        resets += [edge + first for edge in each.resets]
        first = len(cycles)
    return Arrivals(tuple(cycles), tuple(frames), tuple(resets), arrivals[0].dense)


def run(found: Sequence[Wish], number: int, simulator: str, folder: Path) -> Tally:
    """Some wishes in one simulation."""
    tally, rng = Tally(), np.random.default_rng(number)
    hdl = Hdl(LANGUAGES[simulator])
    every = [make(wish, f"g{k}", hdl, tally) for k, wish in enumerate(found)]
    kept = [made for made in every if made is not None]
    if not kept:
        return tally
    arrivals = [joined(arrivals_of(made, rng)) for made in kept]
    trials = [
        Trial(made.core, coming.cycles, () if hdl is Hdl.VHDL else probes(made.dataflow))
        for made, coming in zip(kept, arrivals, strict=True)
    ]
    try:
        every_seen = simulate(trials, folder, choose_simulator(hdl.value, simulator))
    except RuntimeError as error:
        tally.problems.append((kept[0].wish, f"or one of the {len(kept)} beside it: {error}"))
        return tally
    for made, coming, seen in zip(kept, arrivals, every_seen, strict=True):
        tally.streamed += 1
        tally.frames += len(coming.frames)
        tally.beats += len(seen.beats)
        tally.engines += Counter(stage.engine for stage in made.dataflow.stages)
        tally.problems += [(made.wish, str(problem)) for problem in checked(made, coming, seen)]
    return tally


def checked(made: Made, coming: Arrivals, seen: Seen) -> list[Problem]:
    """What is wrong with a core in simulation."""
    calendar = made.dataflow.calendar
    output = made.dataflow.output.name
    times = (calendar.first[output], calendar.settled[output])
    problems = wrong(made.core.boundary, coming, seen, made.results, times)
    depths = declared_depths(made.dataflow)
    for name, fullest in seen.largest.items():
        if fullest != depths[name]:
            text = f"{name}: {fullest} words at most, the calendar says {depths[name]}"
            problems.append(Problem("depths", text))
    return problems


def declared_depths(dataflow: Dataflow) -> dict[str, int]:
    """For each FIFO the words that wait in it, the one that comes counted, at a clock edge: what the calendar says."""
    found = {}
    for stage in dataflow.stages:
        for number, depth in enumerate(dataflow.calendar.depths[stage.name]):
            if depth and stage.engine in FIFOS:
                fifo = f"core.{stage.name}_stage.{FIFOS[stage.engine].format(number)}"
                found[f"{fifo}.count + {fifo}.in_valid"] = depth
    return found


def probes(dataflow: Dataflow) -> tuple[str, ...]:
    """The fullness of every FIFO."""
    return tuple(declared_depths(dataflow))


def keep(tally: Tally, folder: Path, name: str) -> None:
    """Write what is wrong, with its Graph."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (wish, text) in enumerate(tally.problems):
        (folder / f"{name}_{number}.json").write_text(to_json(wish.graph))
        (folder / f"{name}_{number}.txt").write_text(f"{wish}\n{text}\n")


def soak_batch(number: int, count: int, simulator: str, kept: Path | None) -> Tally:
    """One batch, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        tally = run(drawn(number, count), number, simulator, Path(folder))
    if kept is not None and tally.problems:
        keep(tally, kept, f"seed_{number}")
    return tally


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the first batch")
    parser.add_argument("--count", type=int, default=500, help="graphs that stream, at least")
    parser.add_argument("--together", type=int, default=25, help="graphs drawn for one simulation")
    parser.add_argument("--sim", choices=tuple(LANGUAGES), default="verilator")
    parser.add_argument("--jobs", type=int, default=2, help="simulations at a time")
    parser.add_argument("--keep", type=Path, help="folder for what fails")
    given_ = parser.parse_args()
    total, started, number = Tally(), time.monotonic(), given_.seed
    with ProcessPoolExecutor(given_.jobs) as pool:
        while total.streamed < given_.count and number < given_.seed + given_.count:
            numbers = range(number, number + given_.jobs)
            number += given_.jobs
            work = [pool.submit(soak_batch, n, given_.together, given_.sim, given_.keep) for n in numbers]
            for future in work:
                total.add(future.result())
            print(f"{total.streamed} graphs, {len(total.problems)} problems", file=sys.stderr, flush=True)  # noqa: T201
    print(total)  # noqa: T201
    seeds = f"seeds {given_.seed} to {number - 1}"
    print(f"{seeds}, {given_.sim}, {time.monotonic() - started:.0f} s")  # noqa: T201
    return int(bool(total.problems))


if __name__ == "__main__":
    sys.exit(main())
