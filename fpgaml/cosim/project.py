"""Simulate a project: choose the simulator, run the bench, record what it found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fpgaml.cosim.job import SILENCE, Job, read_bench_json
from fpgaml.cosim.outcome import Outcome
from fpgaml.cosim.record import check_of, entry_of, record, with_run
from fpgaml.cosim.run import JUNIT, build_folder, run_job
from fpgaml.cosim.tools import Simulator, choose_simulator
from fpgaml.cosim.vectors import write_random_vectors
from fpgaml.errors import FpgamlError
from fpgaml.interrupts import interruptible
from fpgaml.progress import Progress, Silent
from fpgaml.project.hashes import edited_files
from fpgaml.record.checks import Check
from fpgaml.record.cosim import BenchCheck, Cosim
from fpgaml.record.files import read_manifest
from fpgaml.record.results import Results

SLOW_FRAMES = 1000
FAST_FRAMES = 20_000
"""Frames of the full load where none are asked for: with simulators that interpret, and with one that compiles."""
SHORT = 20
"""Cycles between frames up to which that many are simulated."""


@dataclass(frozen=True)
class Options:
    """What the user asks for.

    Args:
        simulator: "verilator", "icarus" or "ghdl"; None: the best one there is.
        frames: of the full load; None: as many as take a few seconds.
        random: so many events at random beside the golden vectors; 0: none.
        seed: of everything random; waves: write waveforms.
        timeout: seconds of silence after which a simulation counts as hung; 0: never.
        cycles: clock cycles that a check may take, about; None: as many as suit the simulator.
    """

    simulator: str | None = None
    frames: int | None = None
    random: int = 0
    seed: int = 1
    waves: bool = False
    timeout: float = SILENCE
    cycles: int | None = None

    def load(self, simulator: str, interval: int) -> int | None:
        """Frames of the full load; None: as many as the budget of cycles allows, which the bench knows."""
        usual = FAST_FRAMES if simulator == "verilator" else SLOW_FRAMES
        return self.frames or (usual if interval <= SHORT else None)


@dataclass(frozen=True)
class Cosimulation:
    """A project that was simulated.

    Args:
        outcome: what the bench found; edited: files that changed since the project was generated.
        results: the whole results.json as it is now; entry: this run's part of it; check: what it came to.
        build: folder with the JUnit file, the log and the waveforms.
    """

    outcome: Outcome
    simulator: Simulator
    edited: tuple[str, ...]
    results: Results
    entry: Cosim
    check: Check
    build: Path

    def put_into(self, results: Results) -> Results:
        """Other results of the same project, with this run among them."""
        return with_run(results, self.entry, self.check, self.simulator)

    @property
    def junit(self) -> Path:
        """The JUnit file."""
        return self.build / JUNIT


_NOT_READ = BenchCheck(
    name="tables",
    status="not applicable",
    message="this project's bench does not read its lookup tables entry by entry: convert the model again",
    frames=0,
    cycles=0,
    seconds=0.0,
    first=None,
)


def _has_tables(project: Path) -> bool:
    """Whether the network has lookup tables."""
    from fpgaml.graph.ops import Lookup
    from fpgaml.graph.ops.scan import every_node
    from fpgaml.graph.serial import read_graph

    return any(isinstance(node.op, Lookup) for node in every_node(read_graph(project)))


@interruptible()
def simulate(project: Path, options: Options | None = None, progress: Progress | None = None) -> Cosimulation:
    """Simulate a project with its own bench and write what was found into its results.json.

    Args:
        project: the folder that `fpgaml convert --target rtl` wrote; one edited by hand is simulated as it is.

    Raises:
        FpgamlError: it is no such project.
        ToolError: a tool is missing, does not take the design, or hangs.
    """
    options, progress = options or Options(), progress or Silent()
    manifest = read_manifest(project)
    edited = tuple(edited_files(project, manifest))
    sim = project / "sim"
    if not (sim / "Makefile").is_file():
        raise FpgamlError(
            str(project), "has no bench in sim/", "Give a project of `fpgaml convert --target rtl`, or convert again"
        )
    bench = read_bench_json(sim / "bench.json")
    simulator = choose_simulator(bench["hdl"], options.simulator)
    build = build_folder(project, simulator, options.waves)
    vectors = build / "vectors" if options.random else None
    if vectors is not None:
        write_random_vectors(project, bench, vectors, options.random, options.seed, progress)
    if options.frames and "continuous" in bench:
        reason = "is of frames, and this project reads an endless stream"
        raise FpgamlError("--frames", reason, "Take --cycles for more of its golden stream, or --bulk")
    frames = options.load(simulator.name, bench.get("interval") or 1)
    asked = options.seed, vectors, options.waves, options.timeout, options.cycles
    job = Job(sim, sim / "bench.json", build, simulator, frames, *asked)
    outcome = run_job(job, progress)
    if not job.with_tables and _has_tables(project):
        outcome = replace(outcome, checks=(*outcome.checks, _NOT_READ))
    entry, check = entry_of(outcome, simulator, edited), check_of(outcome, simulator, bench)
    results = record(project, entry, check, simulator)
    return Cosimulation(outcome, simulator, edited, results, entry, check, build)
