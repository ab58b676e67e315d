"""Where pieces of work are done, as a user chooses it; nothing is started before a job runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fpgaml.errors import FpgamlError


@dataclass(frozen=True)
class Here:
    """In this process, one piece after the other."""


@dataclass(frozen=True)
class Local:
    """On this machine, each piece in one of several processes.

    Args:
        processes: how many; 0: one a core that this process may use.
    """

    processes: int = 0


@dataclass(frozen=True)
class Scheduler:
    """On the workers of a Dask scheduler that runs.

    Args:
        address: `tcp://host:port`, or the path of the file that `dask scheduler --scheduler-file` wrote.
    """

    address: str


class System(StrEnum):
    """What starts workers elsewhere."""

    SLURM = "slurm"
    HTCONDOR = "htcondor"
    KUBERNETES = "kubernetes"


@dataclass(frozen=True)
class Batch:
    """On workers that a batch system, or Kubernetes, starts for this call and ends with it.

    Args:
        config: a YAML file with the arguments of the class of dask-jobqueue or dask-kubernetes that starts them.
    """

    system: System
    config: Path


Workers = Here | Local | Scheduler | Batch
HERE = Here()
_HOST_AND_PORT = re.compile(r"[\w.-]+:\d+")


def choose_workers(cluster: str | None, config: Path | None) -> Workers:
    """What the options `--cluster` and `--cluster-config` say; without them this machine's cores.

    Args:
        cluster: `tcp://host:port` or a scheduler file of Dask; `slurm`, `htcondor` or `kubernetes`.

    Raises:
        FpgamlError: it is none of these, or comes without the file that it needs, or with one that it does not.
    """
    named = cluster if cluster in tuple(System) else ""
    if config is not None and not named:
        reason = f"goes with --cluster {'|'.join(System)}"
        raise FpgamlError("--cluster-config", reason, "Leave it out: a scheduler that runs has its workers")
    if cluster is None:
        return Local()
    if named:
        if config is None:
            reason = f"`{named}` needs the arguments of its workers: how many, which queue, how long"
            raise FpgamlError("--cluster", reason, "Give --cluster-config FILE.yaml; docs/cluster.md has examples")
        return Batch(System(named), config)
    if "://" not in cluster and not Path(cluster).is_file():
        if not _HOST_AND_PORT.fullmatch(cluster):
            reason = f"`{cluster}` is neither an address such as tcp://host:8786 nor a scheduler file of Dask"
            raise FpgamlError("--cluster", reason, f"Or one of {', '.join(System)}, with --cluster-config FILE.yaml")
        cluster = f"tcp://{cluster}"
    return Scheduler(cluster)
