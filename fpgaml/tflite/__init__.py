"""Integer flatbuffers (`.tflite`): making them from a Graph, running them with LiteRT, scoring events with them."""

from __future__ import annotations

from fpgaml.litert import Kernels, run
from fpgaml.tflite.running.scoring import scores

__all__ = ["Kernels", "run", "scores"]
