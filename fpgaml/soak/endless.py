"""The Verilog of a core that reads an endless stream: events one behind the other, each the window of one result."""

from __future__ import annotations

from math import lcm

import numpy as np

from fpgaml.cosim.bulk.build import BulkProgram
from fpgaml.cosim.bulk.run import NO_PAUSES, Fault, Run, Share
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.soak.firmware import Ran
from fpgaml.soak.tally import Values


class EndlessRun:
    """Follows `fpgaml.soak.firmware.Run`; every call begins with a reset.

    Events go to the channels in turn. In a channel one follows the other at the nearest distance at which a window
    begins, with zeros between them where that is longer than an event. Results of windows that hold parts of two
    events are simulated, and not compared.
    """

    def __init__(self, program: BulkProgram) -> None:
        continuous = program.design.continuous
        assert continuous is not None
        self._program, self._continuous = program, continuous
        self.spacing = -(-continuous.window.shape[0] // continuous.hop) * continuous.hop
        """Samples of a channel from one event to the next."""

    def __call__(self, values: Values) -> Ran:
        window, result = self._continuous.window, self._continuous.result
        codes = np.asarray(values[window.name].at(window.fractional))
        events, channels = len(codes), self._continuous.channels
        slots, turns = np.divmod(np.arange(events), channels)
        rows = slots * (self.spacing // self._continuous.hop) * channels + turns
        beats = FixedArray(self._beats(codes, int(rows[-1]) // channels), window.fractional)
        with Run(self._program, {window.name: beats}, NO_PAUSES, 1) as run:
            chunk = run.wait()
        found = chunk.outputs[result.name]
        row, problem = self._problem(chunk.shares[0], int(rows[-1]))
        outputs = {result.name: FixedArray(found.integers[rows], found.fractional)}
        return Ran(outputs, min(int(np.searchsorted(rows, row)), events - 1), problem)

    def _beats(self, codes: Ints, last: int) -> Ints:
        """Beats of all channels in turn, enough of them that each channel's result `last` comes."""
        continuous = self._continuous
        channels, samples = continuous.channels, continuous.samples
        slots = -(-len(codes) // channels)
        filled = np.take(codes, np.arange(slots * channels), axis=0, mode="wrap")
        streams = filled.reshape(slots, channels, *codes.shape[1:]).swapaxes(0, 1)
        gap = self.spacing - codes.shape[1]
        streams = np.pad(streams, ((0, 0), (0, 0), (0, gap), *[(0, 0)] * (codes.ndim - 2)))
        streams = streams.reshape(channels, slots * self.spacing, *codes.shape[2:])
        beats, step = -(-streams.shape[1] // samples), lcm(self.spacing, samples) // samples
        while continuous.results(beats) <= last:
            beats += step
        more = beats * samples - streams.shape[1]
        streams = np.pad(streams, ((0, 0), (0, more), *[(0, 0)] * (codes.ndim - 2)))
        return np.asarray(streams.reshape(channels, beats, -1).swapaxes(0, 1)).reshape(-1, *continuous.beat.shape)

    def _problem(self, share: Share, last: int) -> tuple[int, str]:
        """What is wrong besides values, and with which result; the last that is needed has the number `last`."""
        design = self._program.design
        each = len(self._continuous.due) * self._continuous.channels
        if share.fault is not Fault.NONE:
            late = {Fault.STUCK: "a result did not come in the cycle in which it is due"}
            late[Fault.SURPLUS] = "a result came in a cycle in which none is due"
            return share.fault_frame, late.get(share.fault, share.fault_text)
        if share.frames <= last:
            return share.frames, f"{share.frames} results came, and not the next one"
        if max(share.latency, 1) != design.latency:
            return 0, f"the latency is {share.latency} cycles, declared are {design.latency}"
        if share.frames > each:
            interval = round(share.span / ((share.frames - 1) // each * each), 4)
            if interval != design.interval:
                return 0, f"the interval is {interval:g} cycles, declared are {design.interval:g}"
        return 0, ""
