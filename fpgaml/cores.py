"""How many processor cores this process may use."""

from __future__ import annotations

import os

VARIABLE = "FPGAML_CORES"
"""Environment: so many at most; a worker, one among several on its machine, has one."""


def cores() -> int:
    """Those that the CPU affinity allows, or fewer where FPGAML_CORES says so."""
    allowed = len(os.sched_getaffinity(0))
    said = os.environ.get(VARIABLE, "")
    return max(1, min(allowed, int(said))) if said.isdigit() else allowed
