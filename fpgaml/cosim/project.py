"""Simulate a project: choose the simulator, run the bench, record what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fpgaml.cosim.built import has_runtime, is_built
from fpgaml.cosim.choice import PACES, Ready, Work, choose
from fpgaml.cosim.job import SILENCE, Job, read_bench_json
from fpgaml.cosim.load import cycles, load_frames
from fpgaml.cosim.outcome import Outcome
from fpgaml.cosim.record import check_of, entry_of, record, with_run
from fpgaml.cosim.run import JUNIT, build_folder, run_job, usual_folder
from fpgaml.cosim.tools import Simulator
from fpgaml.cosim.vectors import write_random_vectors
from fpgaml.errors import FpgamlError
from fpgaml.interrupts import interruptible
from fpgaml.progress import Progress, Silent
from fpgaml.project.hashes import edited_files
from fpgaml.record.checks import Check
from fpgaml.record.cosim import BenchCheck, Cosim
from fpgaml.record.files import read_manifest
from fpgaml.record.results import Results


@dataclass(frozen=True)
class Options:
    """What the user asks for.

    Args:
        simulator: "verilator", "icarus" or "ghdl"; None: the one that is expected to be through first.
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
    if options.frames and "continuous" in bench:
        reason = "is of frames, and this project reads an endless stream"
        raise FpgamlError("--frames", reason, "Take --cycles for more of its golden stream, or --bulk")
    job, reason = _chosen_job(project, bench, options)
    if job.vectors is not None:
        write_random_vectors(project, bench, job.vectors, options.random, options.seed, progress)
    outcome = run_job(job, progress)
    if not job.with_tables and _has_tables(project):
        outcome = replace(outcome, checks=(*outcome.checks, _NOT_READ))
    simulator = job.simulator
    entry, check = entry_of(outcome, simulator, edited, chosen=reason), check_of(outcome, simulator, bench)
    results = record(project, entry, check, simulator)
    return Cosimulation(outcome, simulator, edited, results, entry, check, job.build)


def _chosen_job(project: Path, bench: Mapping[str, Any], options: Options) -> tuple[Job, str]:
    """What is to be run, and why with this simulator."""

    def job_of(simulator: Simulator, build: Path) -> Job:
        frames = load_frames(simulator.name, bench.get("interval") or 1, options.frames)
        vectors = build / "vectors" if options.random else None
        asked = options.seed, vectors, options.waves, options.timeout, options.cycles
        return Job(project / "sim", project / "sim" / "bench.json", build, simulator, frames, *asked)

    def ready(simulator: Simulator) -> Ready:
        job = job_of(simulator, usual_folder(project, simulator, options.waves))
        return Ready(is_built(job), has_runtime(job))

    choice = choose(bench["hdl"], options.simulator, work_of(project / "sim", bench, options), ready)
    return job_of(choice.simulator, build_folder(project, choice.simulator, options.waves)), choice.reason


def work_of(folder: Path, bench: Mapping[str, Any], options: Options) -> Work:
    """What is to be simulated; folder: that of bench.json, from where its sources are named."""
    size = sum(path.stat().st_size for name in bench["sources"] if (path := folder / name).is_file())
    asked = options.frames, options.random, options.cycles
    tables = [2 ** int(row["index_width"]) for row in (bench.get("tables") or {}).get("modules", ())]
    return Work(size / 1000, {name: cycles(bench, name, *asked) for name in PACES}, tables)
