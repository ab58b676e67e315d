"""Work in processes of this machine: the same sum for any number of them, whatever happens to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from fpgaml.cluster.first import run_to_first
from fpgaml.cluster.job import Piece
from fpgaml.cluster.run import run_job
from fpgaml.cluster.workers import HERE, Local, Workers
from fpgaml.errors import RunFailedError
from fpgaml.progress import Silent
from tests.cluster.jobs import Squares, Total, squares_below


@pytest.mark.parametrize("workers", [HERE, Local(1), Local(3)])
def test_any_number_of_workers_gives_the_same_sum(workers: Workers) -> None:
    heard: dict[Piece, Total] = {}
    done = run_job(Squares(1000, 70), Silent(), workers=workers, keep=heard.__setitem__)
    assert done.total == Total(1000, squares_below(1000))
    assert not done.failed
    assert sorted(heard) == Squares(1000, 70).pieces()


def test_pieces_are_shared_among_processes_other_than_this_one() -> None:
    done = run_job(Squares(8, 1, seconds=0.2), Silent(), workers=Local(2))
    assert done.total is not None
    assert len(done.total.processes) == 2 and os.getpid() not in done.total.processes


def test_what_was_done_before_is_not_done_again() -> None:
    job = Squares(100, 10, deadly=(20, 30))
    before = {piece: Squares(100, 10).run(piece) for piece in job.pieces()[1:5]}
    heard: dict[Piece, Total] = {}
    done = run_job(job, Silent(), workers=Local(2), before=before, keep=heard.__setitem__)
    assert done.total == Total(100, squares_below(100)) and not done.failed
    assert heard.keys() == set(job.pieces()) - before.keys()


def test_pieces_that_fail_are_named_and_the_rest_is_done(tmp_path: Path) -> None:
    job = Squares(100, 10, refused=(10,), raising=(30,), deadly=(50,), fragile=(70,), memory=tmp_path)
    done = run_job(job, Silent(), workers=Local(2))
    pieces = job.pieces()
    missing = sum(n * n for first in (10, 30, 50) for n in range(first, first + 10))
    assert done.total == Total(70, squares_below(100) - missing)
    assert list(done.failed) == [pieces[1], pieces[3], pieces[5]]
    refused, raising, deadly = done.failed.values()
    assert refused == "numbers: NaN in entry 10"
    assert raising.startswith("ValueError: cannot square 30 (jobs.py, line ")
    assert deadly == "the process that did it was killed by SIGKILL"


def test_processes_killed_at_any_moment_cost_time_alone() -> None:
    killed: list[int] = []

    def kill(_: Piece, part: Total) -> None:
        """The one that has just finished a piece, about when it begins the next."""
        (process,) = part.processes
        if len(killed) < 5 and process not in killed:
            os.kill(process, signal.SIGKILL)
            killed.append(process)

    done = run_job(Squares(60, 1, seconds=0.01), Silent(), workers=Local(2), keep=kill)
    assert len(killed) == 5
    assert done.total == Total(60, squares_below(60)) and not done.failed


@dataclass(frozen=True)
class Unknown(Squares):
    """What no other process can read."""

    def __reduce__(self) -> tuple[object, ...]:
        return __import__, ("a_package_that_is_not_there",)


def test_workers_that_cannot_start_are_an_error_at_once() -> None:
    with pytest.raises(RunFailedError, match=r"cannot be started: .*exit code 1: ModuleNotFoundError"):
        run_job(Unknown(10, 1), Silent(), workers=Local(2))


def test_interrupted_work_ends_at_once_with_all_its_processes() -> None:
    script = (
        "from fpgaml.cluster.run import run_job\n"
        "from fpgaml.cluster.workers import Local\n"
        "from fpgaml.progress import Silent\n"
        "from tests.cluster.jobs import Squares\n"
        "def heard(piece, part): print(*part.processes, flush=True)\n"
        "run_job(Squares(99, 1, seconds=0.5), Silent(), workers=Local(2), keep=heard)\n"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert program.stdout is not None
    processes = {int(program.stdout.readline()) for _ in range(2)}
    program.send_signal(signal.SIGINT)
    began = time.monotonic()
    program.wait(10)
    assert time.monotonic() - began < 3
    program.stdout.close()
    assert not any(Path(f"/proc/{process}").exists() for process in processes)


@pytest.mark.parametrize("workers", [HERE, Local(3)])
def test_work_ends_with_the_first_find_and_all_before_it_is_done(workers: Workers) -> None:
    """Piece 4 of 40 numbers is slow, and found later than piece 6; what is behind piece 4 is not counted."""
    wanted = {sum(n * n for n in range(first, first + 10)) for first in (40, 60)}
    done = run_to_first(Squares(1000, 10, slow=(40,)), lambda part: part.sum in wanted, Silent(), workers)
    assert done.total == Total(50, squares_below(50))
