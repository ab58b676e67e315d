"""A dataflow: a network as stages in time. Run beat by beat, it is what the HDL has to equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.calendar import Calendar, Cycles, make_calendar
from fpgaml.rtl.dataflow.stage import Stage
from fpgaml.rtl.dataflow.stages.collect import whole_port
from fpgaml.rtl.dataflow.turns import apart, together, without_channels
from fpgaml.rtl.settings import Hdl

CHUNK = 64
"""Events at once: every stream's beats are kept until a chunk is through."""


def arrivals(sources: Sequence[Stream], spacing: int) -> dict[str, Cycles]:
    """The cycle of each beat of a frame, at the densest: the tensors follow one another."""
    first, found = 0, {}
    for source in sources:
        found[source.name] = (first + np.arange(source.beats.count)) * spacing
        first += source.beats.count
    return found


@dataclass(frozen=True, eq=False)
class Dataflow:
    """Stages, each after those that it reads from.

    Args:
        graph: the network; sources: the streams that enter; stages: in order.
        outputs: the results; of several, the last stage collects them, each whole.
        spacing: cycles between two beats that enter; interval: the fewest cycles from frame to frame.
        channels: more than one: the network is one of as many events that come in turn (`turns.in_turn`).
    """

    graph: Graph
    sources: tuple[Stream, ...]
    stages: tuple[Stage, ...]
    outputs: tuple[Stream, ...]
    spacing: int = 1
    interval: int = 1
    channels: int = 1

    @property
    def ports(self) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
        """The tensors of an event that enter, and those that leave."""
        inputs, outputs = (tuple(whole_port(stream) for stream in side) for side in (self.sources, self.outputs))
        if self.channels == 1:
            return inputs, outputs
        one_in, one_out = (
            tuple(replace(port, shape=without_channels(port.shape)) for port in side) for side in (inputs, outputs)
        )
        return one_in, one_out

    @property
    def output(self) -> Stream:
        """What leaves at y."""
        return self.outputs[0] if len(self.outputs) == 1 else self.stages[-1].output

    def boundary(self, name: str, hdl: Hdl) -> Boundary:
        """The core as it is seen from outside.

        Raises:
            FpgamlError: it would have no latency.
        """
        times = self.calendar.first[self.output.name]
        if int(times[0]) < 1:
            raise FpgamlError(self.graph.name, "a core needs a stage between its ports")
        return Boundary(
            name,
            hdl,
            *self.ports,
            int(times[0]),
            self.calendar.interval,
            sum(source.beats.count for source in self.sources),
            self.output.beats.count,
            self.sources[0].beats.lanes,
            self.output.beats.lanes,
            self.calendar.spacing,
            int(times[-1]),
            channels=self.channels,
        )

    @property
    def timing(self) -> str:
        """In words, for the header of the core."""
        beats, first = sum(source.beats.count for source in self.sources), int(self.calendar.first[self.output.name][0])
        turn = f", a beat of each of {self.channels} channels in turn," if self.channels > 1 else ""
        return (
            f"a frame of {beats} beat(s){turn} every {self.calendar.interval} cycles; its first beat in cycle t -> "
            f"the first of its result in cycle t + {first}."
        )

    @cached_property
    def calendar(self) -> Calendar:
        """When everything happens."""
        beats = sum(source.beats.count for source in self.sources)
        entering = arrivals(self.sources, self.spacing)
        return make_calendar(entering, self.stages, self.spacing, max(self.interval, beats * self.spacing))

    def run(self, values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        """A batch of events, beat by beat.

        Args:
            values: for each Input node values of shape (events, *shape).

        Returns:
            The output by name, alike.
        """
        if self.channels > 1:
            return apart(self._run(together(values, self.channels)), next(iter(values.values())).shape[0])
        return self._run(values)

    def _run(self, values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        events = next(iter(values.values())).shape[0]
        codes = np.concatenate([self._chunk(values, start) for start in range(0, events, CHUNK)])
        if len(self.outputs) == 1:
            return {self.output.node: self.output.tensor(codes)}
        each = zip(self.outputs, np.moveaxis(codes, 1, 0), strict=True)
        return {stream.node: stream.tensor(beat[:, None, : stream.beats.lanes]) for stream, beat in each}

    def _chunk(self, values: Mapping[str, FixedArray], start: int) -> Ints:
        streams: dict[str, Ints] = {}
        for source in self.sources:
            value = values[source.node]
            part = FixedArray(value.integers[start : start + CHUNK], value.fractional)
            streams[source.name] = source.codes(part)
        for stage in self.stages:
            streams[stage.output.name] = stage.run([streams[stream.name] for stream in stage.inputs])
        return streams[self.output.name]
