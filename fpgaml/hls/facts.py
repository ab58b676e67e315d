"""The settings of an HLS project as manifest.json holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fpgaml.hls.settings import BACKENDS, PROJECT_NAME
from fpgaml.record.base import Fact, Positive
from fpgaml.record.settings import Settings

StrategyName = Literal["latency", "resource", "distributed_arithmetic"]


class LayerChoice(Fact):
    """One layer's own; null follows the whole model."""

    strategy: StrategyName | None
    reuse_factor: Positive | None


class HlsFacts(Settings):
    """What hls4ml was told."""

    target: Literal["hls"] = "hls"
    backend: Literal["Vitis", "Vivado", "oneAPI", "Quartus", "Catapult", "Libero"]
    backend_chosen_for: str = ""
    """The device family that the backend was chosen for; empty where the user chose it."""
    io: Literal["io_parallel", "io_stream"]
    strategy: StrategyName
    reuse_factor: Positive
    layers: Mapping[str, LayerChoice]
    """By layer."""

    @property
    def top_module(self) -> str:
        """The function that hls4ml writes for the whole network."""
        return PROJECT_NAME

    @property
    def summary(self) -> str:
        """One line, and one more for each layer with settings of its own."""
        chosen = f" (chosen for {self.backend_chosen_for})" if self.backend_chosen_for else ""
        lines = [f"hls4ml {self.backend}{chosen}, {self.io}, {_choice(self.strategy, self.reuse_factor)}"]
        lines += [f"layer {name}: {_choice(own.strategy, own.reuse_factor)}" for name, own in self.layers.items()]
        return "\n".join(lines)

    @property
    def speaker(self) -> str:
        """hls4ml alone."""
        return "hls4ml"

    @property
    def how_to_check(self) -> str:
        """With the vendor's own co-simulation."""
        return f"`make cosim` in the project, with {BACKENDS[self.backend.lower()].vendor_tool} on PATH"


def _choice(strategy: str | None, reuse_factor: int | None) -> str:
    said = f"{strategy} strategy".replace("_", " ") if strategy else ""
    reuse = f"reuse factor {reuse_factor}" if reuse_factor else ""
    return ", ".join(part for part in (said, reuse) if part)
