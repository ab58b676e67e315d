"""Feedback: a recurrent layer, a step of it a beat; what it remembers comes back before the next step that needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import cast

import numpy as np

from fpgaml.cost.resources import Cost
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import Choose, Constant, Input, Reshape
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import Ints, Quantizer
from fpgaml.graph.values import FixedArray, as_ints
from fpgaml.rtl.dataflow.beats import Beats, Stream, lane_types, port
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.localise import index_input
from fpgaml.rtl.dataflow.parts import delay, fifo, fifo_luts
from fpgaml.rtl.dataflow.region import grow_region
from fpgaml.rtl.dataflow.rows import one_row
from fpgaml.rtl.dataflow.stage import Built, Pace
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Module, Part, Wire, bits


@dataclass(frozen=True, eq=False)
class Feedback:
    """A Scan along the axis that streams. Where its steps have rows that the cell treats alike, rows come in turn.

    A step's state is back `kernel.latency` cycles after the step began, and is there for another step one cycle later.
    So steps of one tensor are that far apart; of C rows, or channels, in turn a step begins C times in as long.
    Latency: the result of a step comes `kernel.latency` cycles after it began.

    Args:
        name: of the stage; graph: the network; node: the Scan, whose initial states are constants, read forwards.
        source: a step, or one row of a step, a beat; output: alike, of the Scan's values; delays: of the part.
    """

    name: str
    graph: Graph
    node: Node
    source: Stream
    output: Stream
    delays: DelayModel
    engine = "feedback"
    copies = 1

    @property
    def inputs(self) -> tuple[Stream, ...]:
        """The one stream that it reads."""
        return (self.source,)

    @property
    def folding(self) -> str:
        """Its steps, and how far apart they are."""
        turn = f", {self.channels} channels in turn" if self.channels > 1 else ""
        return f"{self.steps} steps{turn}, one every {self.spacing} cycle{'s' if self.spacing > 1 else ''}"

    @property
    def scan(self) -> Scan:
        """What it does."""
        return cast(Scan, self.node.op)

    @property
    def steps(self) -> int:
        """Of a frame, of one channel."""
        return self.source.beats.shape[0]

    @property
    def channels(self) -> int:
        """That come in turn, beat by beat."""
        return self.source.beats.count // self.steps

    @cached_property
    def cell(self) -> Graph:
        """What a beat does."""
        if self.channels == 1:
            return self.scan.cell
        cell = one_row(self.scan.cell)
        assert cell is not None
        return cell

    @cached_property
    def kernel(self) -> Kernel:
        """A step, the states, and whether the step is a frame's first, to the new states and the step's output."""
        return Kernel(f"{self.name}_kernel", self._kernel_graph(), self.delays)

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """What it computes with."""
        return (self.kernel,)

    @cached_property
    def spacing(self) -> int:
        """Cycles from one step to the next, of whichever channel."""
        return -(-(self.kernel.latency + 1) // self.channels)

    @cached_property
    def states(self) -> tuple[Stream, ...]:
        """What is remembered of a channel: each state in the type of what the cell gives, as one beat."""
        cell, found = self.cell, []
        for node, new in zip(cell.inputs[1:], cell.outputs, strict=False):
            beats = Beats(cell.shapes[new], prod(cell.shapes[new]))
            types = lane_types(cell.types[new], beats)
            found.append(Stream(node.name, new, beats, types, port(node.name, types, beats.lanes)))
        return tuple(found)

    @property
    def work(self) -> int:
        """Cycles of a frame."""
        return self.source.beats.count * self.spacing

    @property
    def pace(self) -> Pace:
        """A block is a step."""
        count = self.source.beats.count
        blocks = np.arange(count)
        given = blocks if self.scan.sequence else blocks[-self.channels :]
        emits = np.stack([given, np.full(len(given), self.kernel.latency)], axis=1)
        held = np.stack([blocks, np.zeros(count, dtype=np.int64)], axis=1)
        phases = np.full(count, self.spacing, dtype=np.int64)
        waits = self.spacing > 1
        return Pace((np.ones(count, dtype=np.int64),), phases, (int(waits),), emits, (held if waits else None,))

    def run(self, beats: Sequence[Ints]) -> Ints:
        """Step by step; before the first one the states are all ones, which cannot pass for what they begin as."""
        (codes,) = beats
        events, channels, steps = codes.shape[0], self.channels, self.steps
        words = codes.reshape(events, steps, channels, -1)
        graph, states = self.kernel.graph, self.states
        held = [np.full((events * channels, s.beats.lanes), -1 if s.port.signed else 1) for s in states]
        results = []
        for step in range(steps):
            word = self.source.values(words[:, step].reshape(events * channels, -1))
            first = FixedArray(np.full((events * channels, 1), int(step == 0)), 0)
            entering = [word, *(s.values(h) for s, h in zip(states, held, strict=True)), first]
            given = self.kernel.run({node.name: v for node, v in zip(graph.inputs, entering, strict=True)})
            held = [s.taken(given[name]) for s, name in zip(states, graph.outputs, strict=False)]
            results.append(self.output.taken(given[graph.outputs[-1]]).reshape(events, channels, -1))
        kept = results if self.scan.sequence else results[-1:]
        return as_ints(np.concatenate(kept, axis=1))

    def cost(self, depths: Sequence[int]) -> Cost:
        """The kernel, the states, and the FIFO."""
        estimate, width = self.kernel.estimate, sum(state.bits for state in self.states)
        counters = 2 * max(self.channels - 1, 1).bit_length() + max(self.steps - 1, 1).bit_length()
        waiting, memory = depths[0] * self.source.bits, self.channels * width
        lut = estimate.lut + fifo_luts(depths[0], self.source.bits) + 2 * counters
        ff = estimate.ff + counters + self.kernel.latency + 2 + (4 * depths[0].bit_length() if waiting else 0)
        if self.channels == 1:
            ff += width
        else:
            lut += fifo_luts(self.channels, width)
        return Cost(lut, ff, estimate.dsp, estimate.bram, 0, waiting + memory)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """States, kernel, and a pace where steps have to keep apart."""
        kernel = Kernel(f"{top}_{self.name}_kernel", self.kernel.graph, self.delays)
        module = Module(f"{top}_{self.name}", self._header(top))
        valid = module.input("in0_valid")
        data = module.input("in0_data", self.source.bits)
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        library = {"fpgaml_delay", "fpgaml_state"}
        take, word = valid, data
        if self.spacing > 1:
            take, word = self._paced(module, valid, data, depths[0])
            library |= {"fpgaml_fifo", "fpgaml_pause"}
        done, last = self._cell(module, kernel, take, word, out_data)
        if self.scan.sequence:
            module.assign(out_valid, Part(done))
        else:
            module.both(out_valid, done, last)
        return Built(module, kernel.sources(hdl), tuple(sorted(library)), kernel.tables)

    def _paced(self, module: Module, valid: Wire, data: Wire, depth: int) -> tuple[Wire, Wire]:
        """Words wait in a FIFO until a step may begin."""
        take, over = module.wire("take", note="a step begins"), module.wire("over", note="the state is back")
        waiting, word = fifo(module, "words", valid, data, take, depth)
        ports: dict[str, Wire | None] = {"clk": module.clk, "rst": module.rst, "start": take, "over": over}
        module.instance("pause", "fpgaml_pause", {"CYCLES": self.spacing}, ports)
        module.both(take, waiting, over)
        return take, word

    def _cell(self, module: Module, kernel: Kernel, take: Wire, word: Wire, out_data: Wire) -> tuple[Wire, Wire]:
        """The kernel and what it remembers.

        Returns:
            Whether a step is done, and whether it was its frame's last.
        """
        width = sum(state.bits for state in self.states)
        first, last = module.wire("first", note="step of its frame"), module.wire("last", note="step of its frame")
        held = module.wire("held", width, "the states before the step")
        fresh = module.wire("fresh", width, "the states after the step that is done")
        done = module.wire("done", note="a step is")
        module.instance(
            "states",
            "fpgaml_state",
            {"WIDTH": width, "CHANNELS": self.channels, "STEPS": self.steps},
            {
                "clk": module.clk,
                "rst": module.rst,
                "take": take,
                "first": first,
                "last": last,
                "state": held,
                "in_valid": done,
                "in_data": fresh,
            },
        )
        x = module.wire("x", self.source.bits + width + 1)
        y = module.wire("y", sum(each.bits for each in kernel.outputs))
        module.assign(x, Part(word), Part(held), Part(first))
        module.instance("kernel", kernel.module, {}, {"clk": module.clk, "x": x, "y": y})
        delay(module, "valids", kernel.latency, take, done, reset=True)
        low, targets = 0, [module.wire(f"new_{state.name}", state.bits) for state in self.states]
        module.assign(fresh, *(Part(target) for target in targets))
        wanted = [*(state.port for state in self.states), self.output.port]
        for given, target, kind in zip(kernel.outputs, [*targets, out_data], wanted, strict=True):
            piece = module.wire(f"{target.name}_given", given.bits)
            module.assign(piece, bits(y, low, given.bits))
            regrid(module, piece, given, target, kind)
            low += given.bits
        if self.scan.sequence:
            return done, last
        last_then = module.wire("last_then", note="step of its frame")
        delay(module, "lasts", kernel.latency, last, last_then)
        return done, last_then

    def _header(self, top: str) -> list[str]:
        beats, turn = self.source.beats, f" of each of {self.channels} channels in turn" if self.channels > 1 else ""
        gives = "a beat for each" if self.scan.sequence else "one beat for the last of each channel"
        apart = f", which begin at least {self.spacing} cycles apart" if self.spacing > 1 else ""
        return [
            f"{top}_{self.name}: {self.node.name}: a recurrent layer.",
            "",
            f"A frame has {self.steps} steps{turn}, a beat of {beats.lanes} element(s) each{apart}; {gives}.",
            f"Timing: a step that begins in cycle t -> its result in cycle t + {self.kernel.latency}, its state for "
            f"another step in cycle t + {self.kernel.latency + 1}.",
        ]

    def _kernel_graph(self) -> Graph:
        scan, cell, builder = self.scan, self.cell, GraphBuilder(self.name)
        step = cell.inputs[0].name
        word = builder.add(Input((self.source.beats.lanes,), Quantizer(self.source.types)), name="word")
        held = [builder.add(Input((s.beats.lanes,), Quantizer(s.types)), name=s.name) for s in self.states]
        first = builder.add(Input((1,), index_input(2)), name="first")
        values = {step: builder.add(Reshape(cell.shapes[step]), word, name="step_tensor")}
        for stream, initial, given in zip(self.states, scan.initial, held, strict=True):
            assert initial is not None
            begin = FixedArray(np.asarray(initial.integers).reshape(-1)[: stream.beats.lanes], initial.fractional)
            constant = builder.add(Constant(begin), name=f"{stream.name}_initial")
            chosen = builder.add(Choose(), first, given, constant, name=f"{stream.name}_chosen")
            values[stream.name] = builder.add(Reshape(stream.beats.shape), chosen, name=f"{stream.name}_tensor")
        inner = tuple(node for node in cell.nodes if not isinstance(node.op, Input | Constant))
        known = grow_region(builder, cell, inner, values)
        results = [known.get(name) or builder.add(cell[name].op, name=name) for name in cell.outputs]
        flat = (Reshape((prod(cell.shapes[name]),)) for name in cell.outputs)
        return builder.build([builder.add(op, result, name="lanes") for op, result in zip(flat, results, strict=True)])
