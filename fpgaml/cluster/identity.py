"""What does the work, so that two machines can tell whether they would do the same."""

from __future__ import annotations

import hashlib
import platform
import socket
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import fpgaml


@dataclass(frozen=True)
class Identity:
    """Of a Python that runs fpgaml.

    Args:
        fpgaml: version; source: digest of its code, which a version alone does not tell of a checkout.
        python, numpy: versions; of Python without the last number.
    """

    fpgaml: str
    source: str
    python: str
    numpy: str

    def __str__(self) -> str:
        return f"fpgaml {self.fpgaml} ({self.source}), Python {self.python}, numpy {self.numpy}"


@cache
def identity() -> Identity:
    """Of this process."""
    digest = hashlib.sha256()
    folder = Path(fpgaml.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Identity(fpgaml.__version__, digest.hexdigest()[:12], python, np.__version__)


def host() -> str:
    """This machine, as its neighbours know it."""
    return socket.gethostname() or platform.node()
