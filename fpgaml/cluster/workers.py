"""Where pieces of work are done, as a user chooses it; nothing is started before a job runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


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
