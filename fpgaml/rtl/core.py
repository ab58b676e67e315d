"""The core: what a shell stands around and an RTL project is written from, however the network became hardware.

A core never stalls. It is a module with the ports `clk`, `x` and `y`: a beat of the frame's elements enters at `x`,
packed without gaps, and a beat of the result leaves at `y`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port
from fpgaml.record.toggles import ToggleCoverage
from fpgaml.rtl.settings import Hdl

if TYPE_CHECKING:
    from fpgaml.rtl.emit.plan import Table

Run = Callable[[Mapping[str, FixedArray]], Mapping[str, FixedArray]]
"""A batch of inputs, each of shape (events, *shape), to the outputs, alike."""


Cover = Callable[[Mapping[str, FixedArray], int], tuple[dict[str, FixedArray], ToggleCoverage | None]]
"""Golden vectors, each of shape (events, *shape), and a seed to more of them, and to what all of them move."""


@dataclass(frozen=True)
class Boundary:
    """A core as it is seen from outside.

    Args:
        name: of its module; hdl: its language.
        inputs, outputs: a frame's tensors; their elements lie one after another.
        latency: register ranks from the first beat of a frame at x to the first beat of its result at y, at least 1.
        interval: the fewest cycles from one frame's first beat to the next one's.
        beats_in, beats_out: beats of a frame at x and of a result at y.

    Raises:
        FpgamlError: no core can be like that.
    """

    name: str
    hdl: Hdl
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    latency: int
    interval: int = 1
    beats_in: int = 1
    beats_out: int = 1

    def __post_init__(self) -> None:
        if self.latency < 1:
            raise FpgamlError(self.name, f"a core's latency is at least 1 cycle, not {self.latency}")
        if self.interval < max(self.beats_in, self.beats_out):
            reason = f"frames of {self.beats_in} beats in and {self.beats_out} out, every {self.interval} cycles"
            raise FpgamlError(self.name, reason)


@dataclass(frozen=True)
class Estimate:
    """Resources, of kind `estimate`.

    Args:
        lut, ff, dsp: numbers; layers: LUTs of each layer.
        bram: blocks of 18 kbit, of the tables that are memories.
    """

    lut: int
    ff: int
    dsp: int
    layers: Mapping[str, int]
    bram: int = 0


@dataclass(frozen=True)
class Layer:
    """When a layer of the network computes.

    Args:
        name: as the estimate's rows are named; note: what it is.
        first, last: pipeline stages in which it has logic; stage s lies between register ranks s and s + 1.
    """

    name: str
    note: str
    first: int
    last: int


@dataclass(frozen=True)
class Core:
    """A network as hardware.

    Args:
        boundary: what a shell sees.
        sources: file name to text, in compile order; the last holds the core's module.
        estimate: resources, for the core alone; layers: in the order of the network.
        run: what the sources compute, in integers, before any HDL is simulated.
        tables: modules that hold lookup tables alone, for the bench to read every entry of.
        facts: what else the manifest says of how the core was made.
        cover: finds golden vectors that move what others leave.
    """

    boundary: Boundary
    sources: Mapping[str, str]
    estimate: Estimate
    layers: tuple[Layer, ...]
    run: Run
    tables: tuple[Table, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    cover: Cover | None = None
