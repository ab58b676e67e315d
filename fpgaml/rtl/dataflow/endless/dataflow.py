"""A network on an endless stream: what windows share, once; the rest, for every window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import lcm, prod

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port
from fpgaml.rtl.core import Boundary, Continuous
from fpgaml.rtl.dataflow.beats import Stream, stream
from fpgaml.rtl.dataflow.calendar import Calendar
from fpgaml.rtl.dataflow.endless.flatten import reshape_late
from fpgaml.rtl.dataflow.endless.grid import Grid
from fpgaml.rtl.dataflow.endless.rates import check_endless, open_input, plan
from fpgaml.rtl.dataflow.endless.stage import EndlessWindow, endless_stream
from fpgaml.rtl.dataflow.stages.collect import whole_port
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl

CHUNK = 64


@dataclass(frozen=True, eq=False)
class Endless:
    """Windows of an endless stream, one every `hop` samples.

    Args:
        graph: the network; sources: the stream that enters; stages: in order; outputs: the stream that leaves.
        samples: a beat; hop: samples from one window to the next; channels: that come in turn.
    """

    graph: Graph
    sources: tuple[Stream, ...]
    stages: tuple[EndlessWindow, ...]
    outputs: tuple[Stream, ...]
    samples: int
    hop: int
    channels: int

    @property
    def ports(self) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
        """A window, and its result."""
        return (whole_port(self.sources[0]),), (whole_port(self.output),)

    @property
    def output(self) -> Stream:
        """What leaves at y."""
        return self.outputs[0]

    @property
    def window(self) -> int:
        """Samples of a window."""
        return self.graph.shapes[self.sources[0].node][0]

    @property
    def beats_in(self) -> int:
        """Beats of one channel after which everything repeats."""
        return lcm(self.hop, self.samples) // self.samples

    @property
    def beats_out(self) -> int:
        """Results of one channel in as many beats."""
        return lcm(self.hop, self.samples) // self.hop

    @property
    def warmup(self) -> int:
        """Beats of one channel, from a reset on, up to the one that lets the first result out.

        Where a beat between stages holds several positions, that may be a little later than the window's last sample.
        """
        return self.continuous.due[0] + 1

    @property
    def latency(self) -> int:
        """Cycles from a window's last beat to its result, at the most of a stream without pauses."""
        return self.continuous.latency

    @cached_property
    def continuous(self) -> Continuous:
        """When results come."""
        spans = [self.samples]  # that the beats of each stream advance
        for stage in self.stages:
            spans.append(stage.grid.step * spans[-1] // stage.grid.word)
        every = lcm(*spans)
        count, beats = every // self.hop, -(-self.window // self.samples)
        while len(found := self._due(beats)) < count:
            beats += every // self.samples
        period, delay = every // self.samples, sum(stage.kernel.latency + 1 for stage in self.stages)
        window, result = whole_port(self.sources[0]), whole_port(self.output)
        due = tuple(int(beat) for beat in found[:count])
        return Continuous(window, result, self.hop, self.samples, self.channels, due, period, delay)

    def _due(self, beats: int) -> Ints:
        """Of the results that so many beats let out, the last beat that each needs."""
        due = np.arange(beats)
        for stage in self.stages:
            due = due[np.array(stage.complete(len(due)), dtype=np.int64)]
        return due

    def boundary(self, name: str, hdl: Hdl) -> Boundary:
        """The core as it is seen from outside: a frame is what one channel brings until everything repeats."""
        continuous = self.continuous
        source, output = continuous.window, continuous.result
        return Boundary(
            name,
            hdl,
            (replace(source, shape=(self.beats_in * self.samples, *source.shape[1:])),),
            (replace(output, shape=(self.beats_out, *output.shape)),),
            self.latency,
            self.beats_in,
            self.beats_in,
            self.beats_out,
            self.sources[0].beats.lanes,
            self.output.beats.lanes,
            continuous=continuous,
        )

    @property
    def timing(self) -> str:
        """In words, for the header of the core."""
        turn = f" of each of {self.channels} channels in turn" if self.channels > 1 else ""
        return (
            f"beats{turn} without end, a result every {self.hop} sample(s); a window's last beat in cycle t -> its "
            f"result in cycle t + {self.latency}{' at most' if self.latency > self.continuous.delay else ''}."
        )

    @cached_property
    def calendar(self) -> Calendar:
        """When everything happens for the first window, one channel alone, counted from its first beat on."""
        times = {self.sources[0].name: np.arange(self.warmup)}
        for stage in self.stages:
            times[stage.output.name] = stage.times(times[stage.source.name])
        starts = {stage.name: times[stage.source.name] for stage in self.stages}
        depths = {stage.name: (0,) for stage in self.stages}
        return Calendar(self.beats_in, 1, times, times, starts, depths, depths)

    def run(self, values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        """A batch of windows, each by itself from a reset on.

        Args:
            values: for the Input node values of shape (events, *shape).
        """
        value = values[self.sources[0].node]
        parts = []
        for start in range(0, value.shape[0], CHUNK):
            some = value.integers[start : start + CHUNK]
            after = max(self.warmup * self.samples - self.window, 0)  # a window's last samples may be read by nothing
            whole = np.pad(some, ((0, 0), (0, after), *[(0, 0)] * (some.ndim - 2)))
            part = FixedArray(whole, value.fractional)
            parts.append(self.results(part)[:, :1])
        codes = np.concatenate(parts)
        return {self.output.node: self.output.tensor(codes)}

    def results(self, samples: FixedArray) -> Ints:
        """All results of stretches of one channel's stream.

        Args:
            samples: shape (events, samples, *position).

        Returns:
            Codes of shape (events, results, lanes): the first of the window that begins with the first sample.
        """
        source = self.sources[0]
        flat = np.asarray(samples.at(source.port.fractional)).reshape(samples.shape[0], -1)
        spare = -flat.shape[1] % source.beats.lanes
        codes: Ints = np.pad(flat, ((0, 0), (0, spare))).reshape(samples.shape[0], -1, source.beats.lanes)
        for stage in self.stages:
            codes = stage.run([codes])
        return codes


def endless(graph: Graph, delays: DelayModel, samples: int, hop: int, channels: int = 1) -> Endless:
    """Stages for an endless stream.

    Args:
        samples: positions of the input's first axis a beat; hop: of them from one window to the next.
        channels: independent streams that come in turn, a beat of each.

    Raises:
        FpgamlError: the network has several inputs or outputs, or a beat brings several samples of several results.
    """
    check_endless(graph, samples, hop)
    graph = reshape_late(open_input(graph))
    made = plan(graph, hop)
    source = endless_stream(graph, graph.inputs[0].name, samples)
    stages: list[EndlessWindow] = []
    here = source
    for run in made.shared:
        word = here.beats.positions
        copies = -(-word // run.advance)
        output = endless_stream(graph, run.nodes[-1].name, copies)
        grid = Grid(word, run.taps, run.advance, copies)
        name = run.nodes[0].name
        stages.append(EndlessWindow(name, graph, run.nodes, here, output, grid, channels, False, delays))
        here = output
    word, size = here.beats.positions, prod(graph.shapes[graph.outputs[0]])
    if made.advance < word:
        raise FpgamlError("--hop", f"{word} positions of {made.source} a cycle bring more than one result a cycle")
    output = stream(graph, graph.outputs[0], size)
    grid = Grid(word, made.taps, made.advance, 1)
    name = made.rest[0].name
    stages.append(EndlessWindow(name, graph, made.rest, here, output, grid, channels, True, delays))
    return Endless(graph, (source,), tuple(stages), (output,), samples, hop, channels)
