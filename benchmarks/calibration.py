"""What yosys makes of what fpgaml estimates, design by design: `python -m benchmarks.calibration`.

Makes `fpgaml/cost/calibration/pairs.csv`: networks of this repository with more and fewer bits, unrolled and shared in
time, for the families that yosys maps to. It adds the designs that are missing, writes each as soon as it is
there, and can be stopped at any moment. `--jobs` at a time; `--minutes` and no new design is begun. `--anew` works
out the estimates of all designs in the file again, without synthesis, after a change of the estimates. With
`--anew-sketches` alone those that make no netlist, in a minute.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from threading import Lock

from fpgaml.boards import find_board
from fpgaml.cost.calibration.pairs import PAIRS, RESOURCES
from fpgaml.graph.graph import Graph
from fpgaml.precision.narrowing import narrowed, places
from fpgaml.progress import Silent
from fpgaml.rtl.firmware import write
from fpgaml.rtl.planned import plan
from fpgaml.rtl.target import RtlTarget
from fpgaml.source import load_model
from fpgaml.synth.design import HDL, Design
from fpgaml.synth.run import Request, Tools, run_target
from fpgaml.synth.target import choose_target
from fpgaml.synth.tools import YOSYS, find

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = (
    *("network", "bits", "schedule", "board", "family", "clock_mhz"),
    *(f"counted_{name}" for name in RESOURCES),
    *(f"sketched_{name}" for name in RESOURCES),
    *(f"yosys_{name}" for name in RESOURCES),
    *("latency", "interval", "sketched_latency", "sketched_interval", "yosys", "seconds"),
)
BOARDS = ("alveo-u250", "pynq-z2", "ecp5-evn", "stratix10-gx-dk")


@dataclass(frozen=True)
class Network:
    """A model of this repository.

    Args:
        path: its file; unrolled: for which bits it is laid out in space; intervals: cycles a frame, where it is shared
            in time; input_type: where the model does not say it.
    """

    path: str
    unrolled: tuple[int, ...] = ()
    intervals: tuple[int, ...] = ()
    input_type: str = ""


NETWORKS = {
    "dense_default": Network("tests/fixtures/keras3/dense_default.keras", (0, 2), (2, 6)),
    "qkeras_dense": Network("tests/fixtures/keras2/dense_quantizers.h5", (0, 1), (4,), "ap_fixed<10,4>"),
    "int8_dense": Network("tests/fixtures/tflite/dense_per_tensor.tflite", (0, 1, 2), (4,)),
    "qonnx_residual": Network("tests/fixtures/qonnx/residual_float_scale.onnx", (0, 1), (), "ap_fixed<8,4>"),
    "conv1d": Network("tests/fixtures/keras3/conv1d.keras", (0, 2), (12, 48)),
    "conv2d": Network("tests/fixtures/keras3/conv2d.keras", (0, 2), (30, 240)),
    "gru": Network("tests/fixtures/recurrent/hgq2_gru.keras", (0, 1), (20,), "ap_fixed<10,4>"),
    "lar_timing": Network("models/lar_timing/weights/quantised.keras", (0, 1, 3), (12, 48, 256)),
    "lar_gru": Network("models/lar_timing/weights/gru/quantised.keras", (), (40,)),
    "grand_trigger": Network("models/grand_trigger/weights/quantised.keras", (), (65536, 8192)),
    "calo_conv": Network("models/calo_anomaly/weights/conv/quantised.keras", (), (252,)),
    "calo_anomaly": Network("models/calo_anomaly/weights/quantised.keras", (4,), (252,)),
}
FEWER_STREAMED = (0, 2)
"""Bits that go from every place of what is shared in time."""


@dataclass(frozen=True)
class Job:
    """One design.

    Args:
        bits: that go from every place that has so many; interval: None for unrolled.
    """

    network: str
    bits: int
    interval: int | None
    board: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Of its row."""
        return self.network, str(self.bits), self.schedule, self.board

    @property
    def schedule(self) -> str:
        """In words."""
        return "unrolled" if self.interval is None else f"interval {self.interval}"

    def graph(self) -> Graph:
        """The network with its bits."""
        network = NETWORKS[self.network]
        graph = load_model(ROOT / network.path, [network.input_type] if network.input_type else []).graph
        return narrowed(graph, {place: min(self.bits, held - 1) for place, held in places(graph).items()})

    def target(self) -> RtlTarget:
        """Its settings."""
        if self.interval is None:
            return RtlTarget(schedule="unrolled")  # type: ignore[arg-type]  # texts are read
        return RtlTarget(schedule="streaming", interval=self.interval)  # type: ignore[arg-type]


def jobs() -> Iterator[Job]:
    """All designs: a first one of every network for every board, then a second one, and so on; small networks first."""
    wanted = {name: list(_forms(network)) for name, network in NETWORKS.items()}
    for number in range(max(map(len, wanted.values()))):
        for name, forms in wanted.items():
            for bits, interval in forms[number : number + 1]:
                yield from (Job(name, bits, interval, board) for board in BOARDS)


def _forms(network: Network) -> Iterator[tuple[int, int | None]]:
    """Bits that go and the interval, None for unrolled; unrolled and shared in turn."""
    unrolled = [(bits, None) for bits in network.unrolled]
    shared = [(bits, interval) for interval in network.intervals for bits in FEWER_STREAMED]
    for pair in zip_longest(unrolled, shared):
        yield from (each for each in pair if each is not None)


def estimated(job: Job, folder: Path | None = None) -> dict[str, object]:
    """The columns of what fpgaml itself says of a design.

    Args:
        folder: an empty one that its HDL is written into.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="fpgaml-calibration-") as scratch:
            return estimated(job, Path(scratch))
    board = find_board(job.board)
    written = write(job.target(), folder, job.graph(), board, 1, Silent())
    found = written.estimate
    assert found is not None
    return {
        "network": job.network,
        "bits": job.bits,
        "schedule": job.schedule,
        "board": job.board,
        "clock_mhz": f"{board.clock_mhz:g}",
        **{f"counted_{name}": getattr(found, name) for name in RESOURCES},
        "latency": found.latency_cycles,
        "interval": found.interval_cycles,
        **sketched(job),
    }


def sketched(job: Job) -> dict[str, object]:
    """The columns of what is said without a netlist."""
    found = plan(job.target(), job.graph(), find_board(job.board))
    return {
        **{f"sketched_{name}": getattr(found.estimate, name) for name in RESOURCES},
        "sketched_latency": found.latency,
        "sketched_interval": found.interval,
    }


def measured(job: Job) -> dict[str, object]:
    """A whole row.

    Raises:
        FpgamlError: the design does not fit, or a tool failed.
    """
    with tempfile.TemporaryDirectory(prefix="fpgaml-calibration-") as scratch:
        folder, board = Path(scratch), find_board(job.board)
        row = estimated(job, folder)
        names = tuple((folder / HDL / "files.txt").read_text().split())
        design = Design(folder, names, names[-1].removesuffix(".v"), board, board.clock_ns, ())
        start = time.monotonic()
        target = choose_target(design, None, None)
        (found,) = run_target(design, target, Tools(find(YOSYS, Silent()), None), Request(), Silent())
        used = {resource.name.lower(): resource.used for resource in found.resources}
        return row | {
            "family": found.family,
            **{f"yosys_{name}": used.get(name, 0) for name in RESOURCES},
            "yosys": found.tools["yosys"],
            "seconds": round(time.monotonic() - start, 1),
        }


def read_pairs() -> list[dict[str, str]]:
    """All rows there are."""
    if not PAIRS.exists():
        return []
    with PAIRS.open(newline="") as file:
        return list(csv.DictReader(file))


def write_line(*words: object) -> None:
    """To standard output, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def write_pairs(rows: list[Mapping[str, object]]) -> None:
    """All rows, in the order of `jobs`."""
    order = {job.key: number for number, job in enumerate(jobs())}
    rows.sort(key=lambda row: order.get(key_of(row), len(order)))
    new = PAIRS.with_suffix(".new")
    with new.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    new.replace(PAIRS)


def key_of(row: Mapping[str, object]) -> tuple[str, str, str, str]:
    """Of a row, as `Job.key`."""
    return str(row["network"]), str(row["bits"]), str(row["schedule"]), str(row["board"])


def measure(wanted: list[Job], count: int, minutes: float) -> None:
    """Synthesise what is missing, each design in a process of its own; its row is written as soon as it is there."""
    rows: list[Mapping[str, object]] = list(read_pairs())
    have, end = {key_of(row) for row in rows}, time.monotonic() + 60 * minutes
    lock = Lock()

    def one(job: Job) -> None:
        if time.monotonic() > end:
            return
        command = [sys.executable, "-m", "benchmarks.calibration", "--one", json.dumps(asdict(job))]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
        if done.returncode:
            write_line(f"{job}: {done.stderr.strip()[-300:] or done.returncode}")
            return
        with lock:
            row = json.loads(done.stdout.splitlines()[-1])
            rows.append(row)
            write_pairs(rows)
            write_line(*row.values())

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, [job for job in wanted if job.key not in have]))


def again(count: int, *, fast: bool) -> None:
    """The estimates of all designs in the file anew; fast: those that make no netlist alone."""
    rows = read_pairs()
    known = {job.key: job for job in jobs()}
    kept = [row for row in rows if key_of(row) in known]
    with ProcessPoolExecutor(count) as pool:
        found = list(pool.map(sketched if fast else estimated, [known[key_of(row)] for row in kept]))
    write_pairs([{**row, **new} for row, new in zip(kept, found, strict=True)])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--only", nargs="*", default=[], help="networks")
    parser.add_argument("--boards", nargs="*", default=[], help="boards")
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("--anew-sketches", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        write_line(json.dumps(measured(Job(**json.loads(asked.one)))))
        return
    if asked.anew or asked.anew_sketches:
        again(asked.jobs, fast=not asked.anew)
        return
    wanted = [job for job in jobs() if not asked.only or job.network in asked.only]
    measure([job for job in wanted if not asked.boards or job.board in asked.boards], asked.jobs, asked.minutes)


if __name__ == "__main__":
    main()
