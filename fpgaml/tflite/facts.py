"""The settings of a TensorFlow Lite project as manifest.json holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fpgaml.record.base import Count, Name, Positive
from fpgaml.record.settings import Settings

ARITHMETIC = {"int8": "int8", "int16x8": "int16 activations, int8 weights"}


class TfliteFacts(Settings):
    """How the flatbuffer was made."""

    target: Literal["tflite"] = "tflite"
    activations: Literal["int8", "int16x8"]
    name: Name
    calibration_events: Positive
    float32: bool
    """Whether the float32 flatbuffer stays in the project."""
    converter: Mapping[str, Name]
    """Versions of what converted."""
    dropped_quantizers: Count
    """Quantizers that only round on the calibration data."""
    clips: tuple[Name, ...]
    """What the float network kept of quantizers that saturate."""
    output_ranges: Mapping[str, tuple[float, float]]
    """Events with an output beyond its range set no scale; `*` stands for all outputs."""

    @property
    def summary(self) -> str:
        """What was made, and what the converter's float network left out."""
        kept = f"; kept as limits: {len(self.clips)}" if self.clips else ""
        return (
            f"TensorFlow Lite {self.name}.tflite, {ARITHMETIC[self.activations]}, by TensorFlow "
            f"{self.converter['tensorflow']}, calibrated on {self.calibration_events} events\n"
            f"quantizers that only round, left out: {self.dropped_quantizers}{kept}"
        )

    @property
    def on_board(self) -> bool:
        """A flatbuffer is for no board."""
        return False

    @property
    def of_graph(self) -> bool:
        """They are codes."""
        return False
