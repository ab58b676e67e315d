"""A search that is killed, joined or done by several processes finds what one finds that was left alone."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from fpgaml.cluster.workers import Local
from fpgaml.errors import FpgamlError
from fpgaml.explore.exploration import explore
from fpgaml.explore.objectives import read_objectives
from tests.explore.searches import FLOAT, front, request, searched

FORK = multiprocessing.get_context("fork")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, dict[str, float], str]]:
    return searched(tmp_path_factory.mktemp("alone"))


def test_killed_ten_times_and_started_again_gives_the_same_front(
    tmp_path: Path, alone: list[tuple[int, dict[str, float], str]]
) -> None:
    drawn, study, seen = random.Random(7), tmp_path / "explored" / "study.sqlite", [0]
    for _ in range(10):
        process = FORK.Process(target=searched, args=(tmp_path,))
        process.start()
        deadline = time.monotonic() + 60
        while not study.exists() and process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(drawn.uniform(0.0, 0.3))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        seen.append(_finished(tmp_path))
    assert seen == sorted(seen)
    assert searched(tmp_path) == alone


def test_a_second_process_joins_and_workers_share_what_one_does_alone(
    tmp_path: Path, alone: list[tuple[int, dict[str, float], str]]
) -> None:
    pair = [FORK.Process(target=searched, args=(tmp_path / "pair",)) for _ in range(2)]
    (tmp_path / "pair").mkdir()
    for process in pair:
        process.start()
    for process in pair:
        process.join()
    assert [process.exitcode for process in pair] == [0, 0]
    assert searched(tmp_path / "pair") == alone
    assert searched(tmp_path / "workers", workers=Local(2)) == alone


def test_fewer_designs_first_and_the_others_later_gives_the_same_front(
    tmp_path: Path, alone: list[tuple[int, dict[str, float], str]]
) -> None:
    searched(tmp_path, trials=7)
    assert _finished(tmp_path) == 7
    assert searched(tmp_path) == alone


def test_what_is_asked_for_again_does_nothing(tmp_path: Path) -> None:
    first = explore(FLOAT, request(tmp_path, 20))
    second = explore(FLOAT, request(tmp_path, 20))
    assert front(first) == front(second)
    assert [each.outcome for each in first.designs] == [each.outcome for each in second.designs]


def test_another_search_in_the_same_file_is_refused(tmp_path: Path) -> None:
    asked = request(tmp_path, 2)
    explore(FLOAT, asked)
    with pytest.raises(FpgamlError, match="its seed was 3, not 4"):
        explore(FLOAT, replace(asked, seed=4))
    with pytest.raises(FpgamlError, match="its objectives was"):
        explore(FLOAT, replace(asked, objectives=read_objectives(["lut"])))
    with pytest.raises(FpgamlError, match="holds another search: its space was"):
        explore(FLOAT, replace(asked, vary=("*.weight",)))


def test_a_file_that_cannot_grow_is_an_error_with_advice(tmp_path: Path) -> None:
    """As on a full disk: no file of the child may have more than so many bytes."""
    (tmp_path / "explored").mkdir()

    def search(answer: object) -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (160_000, 160_000))
        try:
            searched(tmp_path)
        except FpgamlError as error:
            answer.put((error.where, error.advice))  # type: ignore[attr-defined]

    queue = FORK.Queue()
    process = FORK.Process(target=search, args=(queue,))
    process.start()
    where, advice = queue.get(timeout=60)
    process.join()
    assert where.endswith("study.sqlite")
    assert "goes on when it is started again" in advice


def _finished(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "explored" / "study.sqlite")) as file:
        try:
            return int(file.execute("select count(*) from trials where state = 'COMPLETE'").fetchone()[0])
        except sqlite3.OperationalError:  # killed before it had tables
            return 0
