"""Who answers for a Keras file, of whichever Keras: the framework that wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.frontends.frontend import Missing

if TYPE_CHECKING:
    from fpgaml.proof.oracle import Oracle


def missing() -> Missing | None:
    """As `Frontend.missing`: whether a Python with Keras is known."""
    from fpgaml.frontends.framework import framework_python
    from fpgaml.frontends.framework.session import INSTALL

    return Missing("Keras is not installed", INSTALL) if framework_python() is None else None


def oracle(path: Path, outputs: tuple[str, ...], layers: bool, limit: int) -> Oracle:
    """As `Frontend.oracle`: Keras itself, in a process of its own."""
    from fpgaml.frontends.framework.oracle import Framework

    return Framework(path, outputs, layers, limit)
