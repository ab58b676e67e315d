"""Keras 3 and HGQ2 model files, read without Keras."""

from __future__ import annotations

from fpgaml.frontends.keras3.archive import is_keras3
from fpgaml.frontends.keras3.parsed import Keras3Model, parse

__all__ = ["Keras3Model", "is_keras3", "parse"]
