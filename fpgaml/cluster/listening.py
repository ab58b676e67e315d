"""Whether anybody listens at a scheduler's address: asked first, before anything is compiled."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

from fpgaml.cluster.workers import Scheduler, Workers
from fpgaml.errors import FpgamlError

SECONDS = 5.0
REMEDY = "Start one: dask scheduler, and dask worker ADDRESS; then give the ADDRESS that it prints"


def require_listener(workers: Workers) -> None:
    """Try to reach a scheduler that is said to run.

    Raises:
        FpgamlError: nobody listens there, or it is no address.
    """
    if not isinstance(workers, Scheduler):
        return
    address = workers.address if "://" in workers.address else _in_file(Path(workers.address))
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme not in ("tcp", "tls"):
        raise FpgamlError("--cluster", f"`{address}` is no address", "Write tcp://host:port, or tls://host:port")
    try:
        socket.create_connection((host, port), SECONDS).close()
    except OSError as error:
        reason = f"nobody answers at {address} ({error.strerror or error})"
        raise FpgamlError("--cluster", reason, REMEDY) from None


def _in_file(path: Path) -> str:
    try:
        return str(json.loads(path.read_text())["address"])
    except (OSError, ValueError, KeyError, TypeError):
        reason = "is no scheduler file of Dask"
        raise FpgamlError(str(path), reason, "dask scheduler --scheduler-file FILE writes one") from None
