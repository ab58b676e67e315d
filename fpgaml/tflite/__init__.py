"""Integer flatbuffers (`.tflite`): making them from a Graph, running them with LiteRT, scoring events with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fpgaml.litert import Kernels, run
    from fpgaml.tflite.running.scoring import scores

__all__ = ["Kernels", "run", "scores"]


def __getattr__(name: str) -> Any:
    """Load what is named when it is first used: the command line, which lists the target, stays quick."""
    if name == "scores":
        from fpgaml.tflite.running import scoring

        return scoring.scores
    if name in ("Kernels", "run"):
        from fpgaml import litert

        return getattr(litert, name)
    raise AttributeError(f"module `fpgaml.tflite` has no attribute `{name}`")
