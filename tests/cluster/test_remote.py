"""Work on the workers of a Dask scheduler: the same sum for any number of them, whatever happens to them."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fpgaml
from fpgaml.checking import Checking
from fpgaml.cluster.identity import identity
from fpgaml.cluster.job import Piece
from fpgaml.cluster.remote import connect
from fpgaml.cluster.run import run_job
from fpgaml.cluster.workers import HERE, Scheduler
from fpgaml.data.dataset import open_data
from fpgaml.errors import FpgamlError, RunFailedError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Dense, Input
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent
from fpgaml.proof.oracle import FrameworkUse
from fpgaml.running import pieces
from fpgaml.running.pieces import EventsJob
from tests.cluster.jobs import Squares, Total, squares_below
from tests.explore import searches

pytest.importorskip("distributed", reason="needs `pip install fpgaml[cluster]`")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler here, and worker processes, one at first."""
    from dask import config
    from distributed import LocalCluster

    with (
        connect.quiet(),
        # A killed worker is started again by its nanny; on a busy machine that takes longer than LocalCluster waits.
        config.set({"distributed.deploy.lost-worker-timeout": "120s"}),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
    ):
        yield cluster


@pytest.fixture
def client(cluster: Any) -> Iterator[Any]:
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        yield client


@pytest.fixture
def there(cluster: Any, client: Any) -> Scheduler:
    client.wait_for_workers(1, timeout=120)
    return Scheduler(cluster.scheduler_address)


def network() -> Graph:
    builder = GraphBuilder("net")
    x = builder.add(Input((3,), Quantizer(FixedType(1, 3, 4))), name="x", source="x")
    kernel = FixedArray(np.array([[3, -2], [1, 5], [-7, 2]]), 2)
    return builder.build([builder.add(Dense(kernel, None), x, name="y", source="y")])


def test_one_two_and_four_workers_find_the_same_bits_in_a_file(
    cluster: Any, client: Any, there: Scheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recorded answers that are wrong in event 777; outputs come back in the events' order."""
    monkeypatch.setattr(pieces, "PIECE_EVENTS", 64)
    graph = network()
    x = np.random.default_rng(3).normal(0, 3, (1000, 3))
    rounded = np.clip(np.floor(x * 16), -128, 127) / 16
    y = rounded @ np.array([[3, -2], [1, 5], [-7, 2]]) / 4
    y[777, 1] += 0.25
    np.savez(tmp_path / "events.npz", x=rounded, y=y)
    np.save(tmp_path / "labels.npy", x[:, 0] > 0)
    checking = Checking(tmp_path / "events.npz", labels=tmp_path / "labels.npy", framework=FrameworkUse.NEVER)
    data = open_data(tmp_path / "events.npz", {"x": (3,)})
    job = EventsJob(graph, data, checking, {}, {}, False, False, True, None)
    assert len(job.pieces()) == 16
    found = [run_job(job, Silent(), workers=HERE).total]
    for count in (1, 2, 4):
        cluster.scale(count)
        client.wait_for_workers(count, timeout=30)
        found.append(run_job(job, Silent(), workers=there).total)
    first = found[0]
    assert first is not None
    wrong = first.source["y"]
    assert (wrong.values, wrong.differing_values, wrong.first and wrong.first.event) == (2000, 1, 777)
    y[777, 1] -= 0.25
    assert np.array_equal(np.concatenate([first.outputs[k]["y"] for k in sorted(first.outputs)]), y)
    for other in found[1:]:
        assert other is not None
        assert other.source == first.source and other.counted == first.counted == 1000
        assert {k: v["y"].tobytes() for k, v in other.outputs.items()} == {
            k: v["y"].tobytes() for k, v in first.outputs.items()
        }
        assert [_counts(other, name) for name in ("x",)] == [_counts(first, name) for name in ("x",)]


def _counts(part: Any, name: str) -> bytes:
    tally = part.quantizers[name]
    return pickle.dumps((tally.values, tally.outside, tally.low, tally.high, tally.before, tally.after))


def test_workers_killed_cost_time_alone(cluster: Any, client: Any, there: Scheduler) -> None:
    """Twice the worker that has just given a result is killed, with the pieces that it has begun since."""
    cluster.scale(2)
    while len(client.nthreads()) != 2:
        time.sleep(0.1)
    killed: set[int] = set()

    def kill(piece: Piece, part: Total) -> None:
        (process,) = part.processes
        if len(killed) < 2 and piece.first % 10 == 0:
            worker = _parent(process)
            if worker is not None and worker not in killed:
                os.kill(worker, signal.SIGKILL)
                killed.add(worker)

    done = run_job(Squares(120, 2, seconds=0.1), Silent(), workers=there, keep=kill)
    assert len(killed) == 2
    assert done.total == Total(120, squares_below(120)) and not done.failed


def _parent(process: int) -> int | None:
    """Of a process; None if it has ended."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return None


def test_a_poisoned_piece_is_named_with_its_machine_and_the_rest_is_done(there: Scheduler) -> None:
    done = run_job(Squares(100, 10, raising=(30,), deadly=(50,)), Silent(), workers=there)
    missing = sum(n * n for first in (30, 50) for n in range(first, first + 10))
    assert done.total == Total(80, squares_below(100) - missing)
    raising, deadly = done.failed.values()
    host = socket.gethostname()
    assert raising.startswith("ValueError: cannot square 30 (jobs.py") and raising.endswith(f"[on {host}]")
    assert deadly == f"the process that did it was killed by SIGKILL [on {host}]"


def _pretend(version: str) -> None:
    fpgaml.__version__ = version
    identity.cache_clear()


def test_workers_with_another_fpgaml_are_refused_before_any_work(client: Any, there: Scheduler) -> None:
    right = fpgaml.__version__
    client.run(_pretend, "0.0.9")
    heard: dict[Any, Any] = {}
    try:
        with pytest.raises(FpgamlError, match=r"tcp://\S+ on \S+ has fpgaml 0\.0\.9 .*; here is fpgaml") as raised:
            run_job(Squares(10, 1), Silent(), workers=there, keep=heard.__setitem__)
    finally:
        client.run(_pretend, right)
    assert "Install the same" in raised.value.advice and not heard


class _Reads(Squares):
    @property
    def files(self) -> list[Path]:
        return [Path(__file__), self.memory or Path()]


def test_files_that_a_worker_does_not_see_are_named_with_its_machine(there: Scheduler, tmp_path: Path) -> None:
    with (tmp_path / "mine").open("w") as file:
        here_alone = Path(f"/proc/self/fd/{file.fileno()}")
        file.write("x" * 12345)
        file.flush()
        assert here_alone.stat().st_size == 12345
        with pytest.raises(FpgamlError, match=f"{here_alone} is (not on|another file on) {socket.gethostname()}"):
            run_job(_Reads(10, 1, memory=here_alone), Silent(), workers=there)


def test_an_exploration_there_finds_the_front_that_is_found_here(
    there: Scheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that is relative to this process's folder, which is not the workers'."""
    pytest.importorskip("optuna", reason="needs `pip install fpgaml[explore]`")
    here = searches.searched(tmp_path / "here", trials=4)
    monkeypatch.chdir(tmp_path)
    model = Path("mlp.keras")
    model.write_bytes(searches.FLOAT.read_bytes())
    assert searches.searched(tmp_path / "there", trials=4, workers=there, model=model) == here and here


def test_where_nobody_listens_is_said_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(FpgamlError, match=f"nobody answers at {address}") as raised:
        run_job(Squares(10, 1), Silent(), workers=Scheduler(address))
    assert "dask scheduler" in raised.value.advice


def test_a_scheduler_without_workers_is_said_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(connect, "WORKER_SECONDS", 0.3)
    with LocalCluster(n_workers=0, processes=False, dashboard_address=None, silence_logs=50) as empty:
        address = empty.scheduler_address
        with pytest.raises(RunFailedError, match="has no workers") as raised:
            run_job(Squares(10, 1), Silent(), workers=Scheduler(address))
    assert raised.value.advice == f"Start one: dask worker {address}"
