"""How work in pieces scales: here with one and two workers, and with 200 by Dask's own scheduler and pieces that sleep.

python -m benchmarks.scaling PROJECT [EVENTS]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaml.cluster.identity import Identity, host, identity
from fpgaml.cluster.job import Job, Piece
from fpgaml.cluster.remote.connect import quiet
from fpgaml.cluster.remote.pool import RemotePool
from fpgaml.cluster.remote.task import Answer
from fpgaml.cluster.run import run_job
from fpgaml.cluster.workers import Local, Scheduler, Workers
from fpgaml.progress import Silent
from fpgaml.project.hashes import content_of
from fpgaml.running.firmware import OpenProject
from fpgaml.soak.firmware import open_tried
from fpgaml.soak.job import SoakJob, piece_events
from fpgaml.soak.tally import Tally

MANY, EACH = 200, 10
"""Workers that are simulated, as threads; so many belong to one worker of Dask."""
LENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Seconds that a sleeping piece takes."""
ROUNDS = 5
"""Pieces for each worker, at the least."""
EVENTS = 1_000_000


@dataclass(frozen=True)
class Asleep:
    """Follows `Sum` and `Job`: pieces that take time and nothing else."""

    count: int
    seconds: float
    title: str = "asleep"
    unit: str = "pieces"

    def plus(self, other: Asleep) -> Asleep:
        """Both together."""
        return Asleep(self.count + other.count, self.seconds)

    def pieces(self) -> Sequence[Piece]:
        """One each."""
        return [Piece(f"{self.seconds}", number, 1) for number in range(self.count)]

    def run(self, piece: Piece) -> Asleep:
        """Sleep."""
        time.sleep(self.seconds)
        return Asleep(1, self.seconds)


def sleep(job: bytes, key: str, expected: Identity, piece: Piece) -> Answer:
    """In place of `fpgaml.cluster.remote.task.do`: as long as the piece says."""
    time.sleep(float(piece.source))
    return Answer(Asleep(1, float(piece.source)), expected, host())


def soak_job(project: Path, events: int) -> SoakJob:
    """Random events through a project's firmware."""
    opened = OpenProject.read(project)
    tried = open_tried(opened, Silent())
    content = content_of(project, opened.manifest)
    return SoakJob(project.absolute(), content, 1, [(0, events)], piece_events(tried), events)


def timed(job: Job[Tally], workers: Workers) -> tuple[float, Tally]:
    """Seconds, and what all pieces gave."""
    began = time.monotonic()
    done = run_job(job, Silent(), workers=workers)
    assert done.total is not None and not done.failed
    return time.monotonic() - began, done.total


def measured(job: SoakJob) -> float:
    """Print what one and two workers take; seconds that a piece takes on one."""
    from distributed import LocalCluster

    pieces = len(job.pieces())
    _say(f"{job.total:,} random events in {pieces} pieces of {job.piece_events:,}")
    _say(f"{'workers':>24} {'seconds':>8} {'events/s':>10} {'seconds a piece':>16}")
    totals, lengths = [], {}
    for count in (1, 2):
        seconds, total = timed(job, Local(count))
        totals.append(total)
        lengths[count] = seconds * count / pieces
        _say(f"{f'{count} process(es)':>24} {seconds:8.1f} {job.total / seconds:10,.0f} {lengths[count]:16.3f}")
    for count in (1, 2):
        with (
            quiet(),
            LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        ):
            seconds, total = timed(job, Scheduler(cluster.scheduler_address))
        totals.append(total)
        each = seconds * count / pieces
        _say(f"{f'{count} of Dask':>24} {seconds:8.1f} {job.total / seconds:10,.0f} {each:16.3f}")
    _say(f"the same bits: {all(total == totals[0] for total in totals)}")
    return lengths[1]


def simulated(lengths: Sequence[float]) -> None:
    """Print how much of 200 workers' time is work, by the length of a piece."""
    from distributed import Client, LocalCluster

    _say(f"\n{MANY} workers that sleep, in one process with Dask's scheduler and the client")
    _say(
        f"{'seconds a piece':>16} {'pieces':>7} {'seconds':>8} {'ideal':>7} {'efficiency':>11} {'overhead a piece':>17}"
    )
    with (
        quiet(),
        LocalCluster(
            n_workers=MANY // EACH, threads_per_worker=EACH, processes=False, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        for length in lengths:
            job = Asleep(MANY * max(ROUNDS, min(20, round(3 / length))), length)
            pool = RemotePool(client, job, 60.0, sleep)
            waiting, under_way, done = list(job.pieces()), 0, 0
            began = time.monotonic()
            while waiting or under_way:
                while waiting and pool.room > 0:
                    pool.submit(waiting.pop())
                    under_way += 1
                pool.next()
                under_way, done = under_way - 1, done + 1
            seconds = time.monotonic() - began
            ideal = job.count * length / MANY
            overhead = (seconds - ideal) / job.count * 1e3
            _say(f"{length:16.2f} {done:7} {seconds:8.1f} {ideal:7.1f} {ideal / seconds:11.0%} {overhead:14.2f} ms")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure, and simulate pieces of the length that was measured among others."""
    project = Path(sys.argv[1])
    events = int(float(sys.argv[2])) if len(sys.argv) > 2 else EVENTS
    _say(str(identity()))
    length = measured(soak_job(project, events))
    simulated(sorted({*LENGTHS, round(length, 2)}))


if __name__ == "__main__":
    main()
