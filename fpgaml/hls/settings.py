"""What the user may choose about an HLS project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from fpgaml.errors import FpgamlError

if TYPE_CHECKING:
    from fpgaml.boards import Board

PROJECT_NAME = "network"
"""The top function's name, the same in every project, so that scripts around it do not change."""


class IoType(StrEnum):
    """How tensors travel between layers."""

    PARALLEL = "io_parallel"  # all elements at once, in registers
    STREAM = "io_stream"  # one position after another, in FIFOs


class Strategy(StrEnum):
    """How multiplications become hardware."""

    LATENCY = "latency"
    RESOURCE = "resource"
    DISTRIBUTED_ARITHMETIC = "distributed_arithmetic"


@dataclass(frozen=True)
class Backend:
    """One of hls4ml's backends, and what can be done with its projects here.

    Args:
        name: hls4ml's own.
        vendor_tool: what synthesises its projects.
        arithmetic: "ap" (`ap_fixed`), "ac" (`ac_fixed`) as its sources use it.
        no_csim: why g++ alone cannot compile its projects; empty where it can.
        generates_code: whether fpgaml's own operations can be written for it, by input/output type.
        stream: its C++ class for a stream.
        strategies: those that hls4ml has for it, the one to take without a wish first.
        unroll, pipeline: its pragmas before a loop; empty for those of Vitis HLS, inside a loop.
        note: what its user ought to know; empty for nothing.
    """

    name: str
    vendor_tool: str
    arithmetic: str
    no_csim: str = ""
    generates_code: tuple[IoType, ...] = (IoType.PARALLEL, IoType.STREAM)
    stream: str = "hls::stream"
    strategies: tuple[Strategy, ...] = (Strategy.LATENCY, Strategy.RESOURCE)
    unroll: str = ""
    pipeline: str = ""
    note: str = ""


BACKENDS: dict[str, Backend] = {
    backend.name.lower(): backend
    for backend in (
        Backend("Vitis", "Vitis HLS", "ap", strategies=tuple(Strategy)),
        Backend("Vivado", "Vivado HLS 2020.1", "ap", strategies=tuple(Strategy)),
        Backend(
            "oneAPI",
            "Intel oneAPI for FPGA",
            "ac",
            "its sources are SYCL and need the icpx compiler with sycl/sycl.hpp",
            (),
            strategies=(Strategy.RESOURCE,),
        ),
        Backend(
            "Quartus",
            "Intel HLS compiler",
            "ac",
            stream="stream",
            strategies=(Strategy.RESOURCE,),
            unroll="#pragma unroll",
            pipeline="#pragma ii 1",
            note="Intel's HLS compiler is discontinued, and hls4ml's backend for it deprecated. Its C-simulation "
            "compiles with g++, so the project is checked here; `--backend oneapi` writes a SYCL project for the "
            "successor, which only Intel's own compiler can simulate",
        ),
        Backend(
            "Catapult",
            "Siemens Catapult",
            "ac",
            stream="ac_channel",
            unroll="#pragma hls_unroll",
            pipeline="#pragma hls_pipeline_init_interval 1",
        ),
        Backend(
            "Libero",
            "Microchip SmartHLS",
            "ap",
            "its sources include SmartHLS's own headers (hls/ap_fixpt.hpp), which come with Libero SoC",
            (),
        ),
    )
}


def choose_strategy(wanted: Strategy | None, backend: str, where: str = "--strategy") -> Strategy:
    """The strategy asked for, else the backend's first.

    Args:
        backend: a key of BACKENDS; where: names the option or layer in errors.

    Raises:
        FpgamlError: hls4ml has no such strategy for the backend: it would take another without a word.
    """
    known = BACKENDS[backend].strategies
    if wanted is None:
        return known[0]
    if wanted not in known:
        reason = f"hls4ml has no {wanted.replace('_', ' ')} strategy for {BACKENDS[backend].name}"
        raise FpgamlError(where, reason, f"Use {' or '.join(known)}, or leave it out")
    return wanted


def choose_backend(wanted: str | None, board: Board) -> str:
    """The backend for a board's part: the one asked for, else the first of its family.

    Args:
        wanted: a name in any case; None: whichever is for the part.

    Returns:
        A key of BACKENDS.

    Raises:
        FpgamlError: no backend of this name, one that makes no firmware for the part, or none that does.
    """
    fitting = board.family.hls
    place = f"{board.name} carries {board.family} ({board.part})"
    if wanted is not None and wanted.lower() not in BACKENDS:
        names = ", ".join(backend.name for backend in BACKENDS.values())
        raise FpgamlError("--backend", f"`{wanted}` is not known", f"Choose one of {names}")
    if not fitting:
        where = f"--backend {wanted}" if wanted else "--target hls"
        reason = f"{place}: hls4ml has no backend for it"
        raise FpgamlError(where, reason, "Use --target rtl, which writes Verilog or VHDL for every part")
    if wanted is None:
        return fitting[0]
    if wanted.lower() not in fitting:
        tool = BACKENDS[wanted.lower()].vendor_tool
        advice = f"Leave --backend out for {fitting[0]}"
        if fitting[1:]:
            advice += f", or give {' or '.join(fitting[1:])}"
        raise FpgamlError(f"--backend {wanted}", f"{place}, for which {tool} makes no firmware", advice)
    return wanted.lower()


@dataclass(frozen=True)
class LayerSettings:
    """A layer's own choice; None follows the model's.

    Args:
        strategy: how its multiplications become hardware.
        reuse_factor: how many multiplications share one multiplier.
    """

    strategy: Strategy | None = None
    reuse_factor: int | None = None


@dataclass(frozen=True)
class HlsSettings:
    """How a Graph becomes an hls4ml project.

    Args:
        part: the FPGA, in the vendor's notation.
        clock_ns: the target clock period in ns.
        backend: a key of BACKENDS.
        io_type: parallel or stream.
        strategy, reuse_factor: for the whole model.
        layers: for single layers of the source model, by name.

    Raises:
        FpgamlError: settings that exclude each other.
    """

    part: str
    clock_ns: float
    backend: str = "vitis"
    io_type: IoType = IoType.PARALLEL
    strategy: Strategy = Strategy.LATENCY
    reuse_factor: int = 1
    layers: Mapping[str, LayerSettings] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            names = ", ".join(backend.name for backend in BACKENDS.values())
            raise FpgamlError("--backend", f"`{self.backend}` is not known", f"Choose one of {names}")
        if self.backend == "libero" and self.io_type == IoType.STREAM:
            raise FpgamlError("--io", "hls4ml 1.3 cannot write streams for Libero", "Use --io io_parallel")
        chosen = [(None, LayerSettings(self.strategy, self.reuse_factor)), *self.layers.items()]
        for layer, choice in chosen:
            strategy, reuse = choice.strategy or self.strategy, choice.reuse_factor or self.reuse_factor
            where = f"layer {layer}" if layer else "--reuse"
            if reuse < 1:
                raise FpgamlError(where, f"a reuse factor of {reuse}", "Give 1 or more")
            if strategy == Strategy.DISTRIBUTED_ARITHMETIC:
                self._check_distributed(where, reuse)

    def _check_distributed(self, where: str, reuse: int) -> None:
        if reuse != 1:
            raise FpgamlError(
                where,
                "distributed arithmetic has no multipliers to share",
                "Use a reuse factor of 1, or --strategy resource",
            )
        if Strategy.DISTRIBUTED_ARITHMETIC not in self.target.strategies:
            raise FpgamlError(
                where,
                f"hls4ml has no distributed arithmetic for {self.target.name}",
                "Use --strategy latency or resource",
            )

    def advice_for(self, io_type: IoType) -> str:
        """Which backends for the same part have functions of fpgaml's own with this input/output type."""
        from fpgaml.boards import parse_part

        names = [name for name in parse_part(self.part).family.hls if io_type in BACKENDS[name].generates_code]
        return f"Use --backend {' or '.join(names)}" if names else "Use --target rtl"

    @property
    def target(self) -> Backend:
        """The backend's description."""
        return BACKENDS[self.backend]

    def of_layer(self, layer: str) -> LayerSettings:
        """A layer's strategy and reuse factor, both filled in."""
        own = self.layers.get(layer, LayerSettings())
        return LayerSettings(own.strategy or self.strategy, own.reuse_factor or self.reuse_factor)
