"""Integer flatbuffers (`.tflite`): making them from a Graph, running them with LiteRT, scoring events with them."""

from __future__ import annotations

from fpgaml.tflite.litert import Kernels, run
from fpgaml.tflite.scoring import scores

__all__ = ["Kernels", "run", "scores"]
