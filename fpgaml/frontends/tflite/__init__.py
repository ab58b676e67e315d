"""Integer `.tflite` files: LiteRT's reference kernels, operator by operator, in the Graph's exact operations."""

from __future__ import annotations

from fpgaml.frontends.tflite.parsed import TfliteModel, parse

__all__ = ["TfliteModel", "parse"]
