"""Workers that are started for one call: jobs of a batch system, or pods of Kubernetes."""

from __future__ import annotations

import difflib
import inspect
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from fpgaml.cluster.remote.connect import CONNECT_SECONDS, OPTION, await_worker, quiet, require
from fpgaml.cluster.workers import Batch, System
from fpgaml.errors import FileError, FpgamlError, Problem, RunFailedError
from fpgaml.files import reading
from fpgaml.progress import Progress

if TYPE_CHECKING:
    from distributed import Client

CONFIG = "--cluster-config"
COUNT = "n_workers"
"""How many, in all three classes."""
MOST_BYTES = 1 << 20
OURS = frozenset(("self", "loop", "asynchronous", "silence_logs", "job_cls", "scheduler_cls", "scheduler"))
"""Arguments that are Python objects, or that this module gives."""
_SECRET = re.compile(r"secret|token|password|passwd|credential|key|env", re.IGNORECASE)


@dataclass(frozen=True)
class Starter:
    """What starts workers.

    Args:
        module, name: of its class; extra: of fpgaml, that brings the package.
        command: a program that it needs; empty for none.
    """

    module: str
    name: str
    extra: str
    command: str = ""


STARTERS: Mapping[System, Starter] = {
    System.SLURM: Starter("dask_jobqueue.slurm", "SLURMCluster", "batch", "sbatch"),
    System.HTCONDOR: Starter("dask_jobqueue.htcondor", "HTCondorCluster", "batch", "condor_submit"),
    System.KUBERNETES: Starter("dask_kubernetes.operator", "KubeCluster", "kubernetes"),
}


@contextmanager
def started(batch: Batch, progress: Progress) -> Iterator[Client]:
    """A client of workers that are started now, and end with the block.

    Raises:
        FpgamlError: the package or a program is missing, the file is wrong, or they cannot be started.
    """
    starter = STARTERS[batch.system]
    require(starter.extra, "dask", "distributed", starter.module.partition(".")[0])
    with quiet():
        kind = getattr(import_module(starter.module), starter.name)
        arguments = read_arguments(batch.config, kind)
        if starter.command and shutil.which(starter.command) is None:
            reason = f"needs `{starter.command}`, which is not on PATH"
            raise FpgamlError(f"{OPTION} {batch.system}", reason, "Run this where jobs are submitted from")
        from dask import config

        # A piece that its worker does not survive is tried once more, and then named.
        with config.set({"distributed.scheduler.allowed-failures": 1}):
            with progress.step(f"starting workers with {starter.name}"):
                cluster = _start(kind, arguments, batch)
            try:
                yield from _client(cluster, batch, progress)
            finally:
                with suppress(Exception):
                    cluster.close(timeout=CONNECT_SECONDS)


def _client(cluster: Any, batch: Batch, progress: Progress) -> Iterator[Client]:
    from distributed import Client

    client = Client(cluster, set_as_default=False)
    try:
        with progress.step(f"waiting for the first worker of {batch.system}"):
            await_worker(client, float("inf"))
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=CONNECT_SECONDS)


def _start(kind: Any, arguments: Mapping[str, Any], batch: Batch) -> Any:
    try:
        return kind(**arguments)
    except Exception as error:  # noqa: BLE001 - of theirs, or of a program that they run
        told = hide(f"{type(error).__name__}: {' '.join(str(error).split())[:400]}", arguments)
        raise RunFailedError(f"{OPTION} {batch.system}", f"{kind.__name__} could not start: {told}") from None


def read_arguments(path: Path, kind: Any) -> dict[str, Any]:
    """What a file says, checked against what a class takes.

    Args:
        path: YAML, a mapping from names of arguments to their values.
        kind: SLURMCluster, HTCondorCluster or KubeCluster.

    Raises:
        FpgamlError: no such file, no such YAML, or no number of workers.
        FileError: arguments that the class does not take, all of them.
    """
    with reading(str(path)):
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("larger than 1 MiB")
        try:
            content = yaml.safe_load(path.read_text())
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f"line {mark.line + 1}: " if mark else ""
            raise FpgamlError(str(path), f"{line}is no YAML", "Write `name: value` lines") from None
    known = accepted(kind)
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise FpgamlError(str(path), "holds no arguments", f"Write `name: value` lines, such as `{COUNT}: 20`")
    problems = []
    for name in content:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            advice = f"Did you mean `{near[0]}`?" if near else f"It takes {', '.join(sorted(known))}"
            problems.append(Problem(name, f"{kind.__name__} takes no such argument", advice))
    count = content.get(COUNT)
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        problems.append(Problem(COUNT, "says how many workers are to be started, 1 or more", f"Such as `{COUNT}: 20`"))
    if problems:
        raise FileError(str(path), problems)
    return dict(content)


def accepted(kind: Any) -> frozenset[str]:
    """The arguments that a class takes, those that it hands on to its bases and to its jobs among them."""
    names: set[str] = set()
    for each in (kind, getattr(kind, "job_cls", None)):
        for base in each.__mro__ if each is not None else ():
            if base.__module__.partition(".")[0] in ("dask_jobqueue", "dask_kubernetes"):
                parameters = inspect.signature(base.__init__).parameters.values()
                names |= {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    return frozenset(names - OURS)


def hide(text: str, arguments: Mapping[str, Any]) -> str:
    """A text without the values of what may be secret."""
    for value in sorted(set(_secrets(arguments, False)), key=len, reverse=True):
        text = text.replace(value, "***")
    return text


def _secrets(content: Any, inside: bool) -> Iterator[str]:
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from _secrets(value, inside or bool(_SECRET.search(str(name))))
    elif isinstance(content, list):
        for value in content:
            yield from _secrets(value, inside)
    elif inside and len(str(content)) > 3:
        yield str(content)
