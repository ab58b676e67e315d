"""A client of a Dask scheduler: whether there is one, whether it has workers, and whether they are what we are."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.cluster.identity import identity
from fpgaml.cluster.listening import REMEDY
from fpgaml.cluster.remote.task import look
from fpgaml.errors import FpgamlError, RunFailedError
from fpgaml.progress import Progress

if TYPE_CHECKING:
    from distributed import Client

OPTION = "--cluster"
CONNECT_SECONDS = 5.0
WORKER_SECONDS = 10.0
"""That a scheduler which runs may be without workers."""
LOGGERS = ("distributed", "tornado", "asyncio", "dask_jobqueue", "dask_kubernetes", "kr8s", "httpx")
SHOWN = 5
"""Workers, or files, that an error names."""


def require(extra: str, *packages: str) -> None:
    """Refuse what needs packages that are not here.

    Raises:
        FpgamlError: with the extra that brings them.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise FpgamlError(OPTION, f"needs {', '.join(missing)}", f"Install it: pip install 'fpgaml[{extra}]'")


@contextmanager
def quiet() -> Iterator[None]:
    """Dask tells of lost connections and the like in logs and warnings: here they are said once, by us."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        from dask import config

        stack.enter_context(config.set({"distributed.comm.timeouts.connect": CONNECT_SECONDS}))
        for name in LOGGERS:
            logger = logging.getLogger(name)
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL + 1)
        yield


@contextmanager
def connect(address: str, progress: Progress) -> Iterator[Client]:
    """A client of a scheduler that runs, and has a worker.

    Args:
        address: `tcp://host:port`, or the path of a scheduler file.

    Raises:
        FpgamlError: nobody answers there, or there is no worker.
    """
    require("cluster", "dask", "distributed")
    where: dict[str, str] = {"address": address}
    if "://" not in address:
        if not Path(address).is_file():
            reason = f"`{address}` is neither an address such as tcp://host:8786 nor a scheduler file"
            raise FpgamlError(OPTION, reason, REMEDY)
        where = {"scheduler_file": address}
    with quiet():
        from distributed import Client

        try:
            with progress.step(f"connecting to {address}"):
                client = Client(**where, timeout=CONNECT_SECONDS, set_as_default=False)
        except Exception as error:  # noqa: BLE001 - of a socket, or of whatever else listens there
            raise FpgamlError(OPTION, f"nobody answers at {address} ({_short(error)})", REMEDY) from None
        try:
            with progress.step(f"waiting for a worker of {address}"):
                await_worker(client, WORKER_SECONDS)
            yield client
        finally:
            with suppress(Exception):
                client.close(timeout=CONNECT_SECONDS)


def await_worker(client: Client, seconds: float) -> None:
    """Wait for the first worker.

    Raises:
        RunFailedError: none came in so many seconds.
    """
    end = time.monotonic() + seconds
    while not client.nthreads():
        if time.monotonic() > end:
            reason = f"the scheduler {client.scheduler.address} has no workers"
            raise RunFailedError(OPTION, reason, f"Start one: dask worker {client.scheduler.address}")
        time.sleep(0.1)


def check_workers(client: Client, files: Sequence[Path]) -> None:
    """Refuse workers that would not do the same as this process, or do not see what they are to read.

    Args:
        files: that pieces read where they are done.

    Raises:
        FpgamlError: naming workers and what differs.
    """
    mine = identity()
    answers = client.run(look, list(files), on_error="return")
    # One that is lost just now says nothing of versions; each says again what it is with every piece that it does.
    answers = {worker: answer for worker, answer in answers.items() if not isinstance(answer, OSError)}
    others = []
    for worker, answer in answers.items():
        if isinstance(answer, BaseException):
            others.append(f"{worker} cannot run fpgaml ({_short(answer)})")
        elif answer[0] != mine:
            others.append(f"{worker} on {answer[1]} has {answer[0]}")
    if others:
        raise FpgamlError(
            OPTION,
            f"workers are not as this fpgaml is: {_listed(others)}; here is {mine}",
            "Install the same fpgaml, Python and numpy there, and start the workers again",
        )
    sizes = {path: path.stat().st_size for path in files}
    unseen = sorted(
        {f"{path} is not on {told[1]}" for told in answers.values() for path in files if path not in told[2]}
    )
    unseen += sorted(
        f"{path} is another file on {told[1]}, of {told[2][path]:,} bytes and not {sizes[path]:,}"
        for told in answers.values()
        for path in files
        if told[2].get(path, sizes[path]) != sizes[path]
    )
    if unseen:
        advice = "Pieces are read where the worker is: give a path on a file system that all of them share"
        raise FpgamlError(OPTION, _listed(unseen), advice)


def _listed(parts: Sequence[str]) -> str:
    more = f"; and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return "; ".join(parts[:SHOWN]) + more


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
