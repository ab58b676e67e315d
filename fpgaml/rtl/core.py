"""The core: what a shell stands around and an RTL project is written from, however the network became hardware.

A core never stalls. An unrolled one is a module with the ports `clk`, `x` and `y`: a whole frame's elements enter at
`x`, packed without gaps, and the whole result leaves at `y`.

A streaming one has the ports `clk`, `rst` (synchronous, active high), `x_valid`, `x`, `y_valid` and `y`. In each
cycle in which `x_valid` is high, `lanes_in` elements of a frame enter; in each in which `y_valid` is high,
`lanes_out` elements of a result leave. Element 0 lies in the lowest bits; all lanes of a side have the same width
(`Boundary.x_lane`, `y_lane`). A tensor's elements go in row-major order; the tensors of a frame follow one another,
each from a new beat on. Lanes of a tensor's last beat that have no element mean nothing. In a lane that is wider than
its element, the bits above mean nothing at `x`, and extend the element by its own sign at `y`.
The core counts beats by itself, from reset on, so a frame that was begun must be completed. It takes beats that come at
least as long after one another as in the densest arrival: `spacing` cycles within a frame, and `Boundary.rest` from a
frame's last beat to the next one's first, which makes `interval` from first beat to first. More than that only delays.
(First beats `interval` apart are not enough: where a frame paused before its last beats and the next one does not, the
core would have less than an interval for it.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fpgaml.cost.resources import Estimate
from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port, packed_bits
from fpgaml.record.timetable import Pipeline, Timetable
from fpgaml.record.toggles import ToggleCoverage
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.stream import Stream

if TYPE_CHECKING:
    from fpgaml.rtl.emit.plan import Table

Run = Callable[[Mapping[str, FixedArray]], Mapping[str, FixedArray]]
"""A batch of inputs, each of shape (events, *shape), to the outputs, alike."""


Cover = Callable[[Mapping[str, FixedArray], int], tuple[dict[str, FixedArray], ToggleCoverage | None]]
"""Golden vectors, each of shape (events, *shape), and a seed to more of them, and to what all of them move."""


@dataclass(frozen=True)
class Continuous:
    """What a core gives that reads an endless stream: a result for every window, and windows may overlap.

    A beat of each channel comes in turn, and results come in the channels' turn too. Counted from a reset on.

    Args:
        window, result: one window of samples, and what comes of it.
        hop: samples from one window to the next; samples: a beat; channels: that come in turn.
        due: of the results of a period, the beat of its own channel, from 0, that lets it out: the last that it needs,
            or a later one where beats between stages hold several positions.
        period: beats of a channel after which `due` repeats.
        delay: cycles from that beat at x to the result at y, always.
    """

    window: Port
    result: Port
    hop: int
    samples: int
    channels: int
    due: tuple[int, ...]
    period: int
    delay: int

    @property
    def beat(self) -> Port:
        """What enters at once."""
        return replace(self.window, shape=(self.samples, *self.window.shape[1:]))

    @property
    def interval(self) -> int | float:
        """Cycles from result to result, of whichever channel; a mean where it is none whole."""
        return self.hop // self.samples if self.hop % self.samples == 0 else round(self.hop / self.samples, 4)

    @property
    def latency(self) -> int:
        """Cycles from a window's last beat to its result, at the most of a stream without pauses."""
        lasts = ((number * self.hop + self.window.shape[0] - 1) // self.samples for number in range(len(self.due)))
        return max(self.delay + self.channels * max(due - last for due, last in zip(self.due, lasts, strict=True)), 1)

    def results(self, beats: int) -> int:
        """Results of one channel that so many of its beats let out."""
        whole, rest = divmod(max(beats - self.due[0], 0), self.period)
        return whole * len(self.due) + sum(due - self.due[0] < rest for due in self.due)


@dataclass(frozen=True)
class Boundary:
    """A core as it is seen from outside.

    Args:
        name: of its module; hdl: its language.
        inputs, outputs: a frame's tensors; their elements lie one after another.
        latency: cycles from the clock edge that samples the first beat of a frame at x to the edge that samples the
            first beat of its result at y, at least 1; of a streaming core: at the densest arrival, in an idle core.
        interval: the fewest cycles from one frame's first beat to the next one's.
        beats_in, beats_out: beats of a frame at x and of a result at y.
        lanes_in, lanes_out: elements a beat of a streaming core; None, both: a whole frame, an unrolled core.
        spacing: the fewest cycles from one beat at x to the next.
        drain: cycles as of `latency`, but to the last beat of the result; None: its beats come in a row.
        channels: of a streaming core: events whose beats come in turn; a frame is one of each.
        continuous: of a core that reads an endless stream; a frame is then what a channel brings until results come at
            the same beats again, and `latency` counts from a window's last beat.

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
    lanes_in: int | None = None
    lanes_out: int | None = None
    spacing: int = 1
    drain: int | None = None
    continuous: Continuous | None = None
    channels: int = 1

    def __post_init__(self) -> None:
        if self.latency < 1:
            raise FpgamlError(self.name, f"a core's latency is at least 1 cycle, not {self.latency}")
        if self.spacing < 1 or self.interval < max(self.beats_in * self.spacing, self.beats_out):
            apart = f", {self.spacing} cycles apart," if self.spacing != 1 else ""
            reason = f"frames of {self.beats_in} beats in{apart} and {self.beats_out} out, every {self.interval} cycles"
            raise FpgamlError(self.name, reason)
        if (self.lanes_in is None) != (self.lanes_out is None):
            raise FpgamlError(self.name, "a core streams at both ends or at neither")
        if self.streaming:
            self._check_beats("in", self.beats_in, self.x_stream)
            self._check_beats("out", self.beats_out, self.y_stream)
        if self.last < self.latency + self.beats_out - 1:
            reason = f"{self.beats_out} beats of a result from cycle {self.latency} on do not end at {self.drain}"
            raise FpgamlError(self.name, reason)

    def _check_beats(self, direction: str, beats: int, stream: Stream) -> None:
        if stream.beat < 1 or beats != stream.beats:
            reason = f"a frame's tensors {direction}, at {stream.beat} elements a beat, do not fill {beats} beats"
            raise FpgamlError(self.name, reason)

    @property
    def streaming(self) -> bool:
        """Whether frames pass in beats, with valid bits of the core's own."""
        return self.lanes_in is not None

    @property
    def rest(self) -> int:
        """The fewest cycles from a frame's last beat at x to the next one's first."""
        return self.interval - (self.beats_in - 1) * self.spacing

    @property
    def last(self) -> int:
        """Cycles to the last beat of a result: `drain`, or what it is when None."""
        return self.latency + self.beats_out - 1 if self.drain is None else self.drain

    @property
    def x_stream(self) -> Stream:
        """How frames lie at x; of an unrolled core as one beat."""
        return _stream(self.inputs, self.lanes_in, self.channels)

    @property
    def y_stream(self) -> Stream:
        """How results lie at y; of an unrolled core as one beat."""
        return _stream(self.outputs, self.lanes_out, self.channels)

    @property
    def x_lane(self) -> int:
        """Bits of a streaming core's lane at x: those of the widest element."""
        return self.x_stream.widest

    @property
    def y_lane(self) -> int:
        """Bits of a streaming core's lane at y: enough for its elements to be told whatever their signs."""
        return self.y_stream.slot

    @property
    def x_bits(self) -> int:
        """Bits of x."""
        return packed_bits(self.inputs) if self.lanes_in is None else self.lanes_in * self.x_lane

    @property
    def y_bits(self) -> int:
        """Bits of y."""
        return packed_bits(self.outputs) if self.lanes_out is None else self.lanes_out * self.y_lane


def _stream(ports: tuple[Port, ...], lanes: int | None, channels: int) -> Stream:
    if lanes is None:
        return Stream(ports, sum(port.size for port in ports))
    return Stream(ports, lanes, aligned=True, channels=channels)


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
        timetable: of a streaming core; pipeline: of an unrolled one.
    """

    boundary: Boundary
    sources: Mapping[str, str]
    estimate: Estimate
    layers: tuple[Layer, ...]
    run: Run
    tables: tuple[Table, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    cover: Cover | None = None
    timetable: Timetable | None = None
    pipeline: Pipeline | None = None
