"""Map: a kernel on every beat, with nothing to remember but which beat it is; on whole tensors it is unrolled RTL.

With several inputs it is where branches meet again: each input waits in a FIFO for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fpgaml.cost.resources import Cost
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.ops import Input, Reshape
from fpgaml.graph.types import Ints, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.elements import Elements, elements_of
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.localise import BeatGraph, index_input
from fpgaml.rtl.dataflow.parts import counted, delay, fifo, fifo_luts
from fpgaml.rtl.dataflow.positions import Place
from fpgaml.rtl.dataflow.region import grow_region
from fpgaml.rtl.dataflow.stage import Built, Pace
from fpgaml.rtl.dataflow.stages.collect import all_valid
from fpgaml.rtl.dataflow.stages.sliding import places_of
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Module, Part, Wire

INDEX = "beat_index"


@dataclass(frozen=True, eq=False)
class Map:
    """A run of nodes beat by beat, or any nodes on whole tensors.

    Latency: kernel.latency cycles; one more where inputs wait for each other.

    Args:
        name: of the stage; graph: the network; nodes: what is computed: the last one's values leave.
        inputs: streams that are read; output: the stream of the last node's values; delays: of the part.
    """

    name: str
    graph: Graph
    nodes: tuple[Node, ...]
    inputs: tuple[Stream, ...]
    output: Stream
    delays: DelayModel

    @property
    def engine(self) -> str:
        """A join where branches meet, unrolled where the tensor comes whole."""
        if len(self.inputs) > 1:
            return "join"
        return "unrolled" if self.whole else "map"

    @property
    def folding(self) -> str:
        """Nothing is shared."""
        return ""

    @property
    def copies(self) -> int:
        """Positions a beat, or pixels of an image, of which a beat may have less than a row."""
        if self.whole:
            return 1
        beats = self.output.beats
        return beats.lanes // beats.shape[-1] if self._in_elements else beats.positions

    @property
    def whole(self) -> bool:
        """Whether all tensors come in one beat."""
        return all(stream.beats.count == 1 for stream in (*self.inputs, self.output))

    @property
    def _in_elements(self) -> bool:
        """Whether beats hold less than whole positions."""
        return any(stream.beats.lanes % stream.beats.row for stream in (*self.inputs, self.output))

    @cached_property
    def kernel(self) -> Kernel:
        """Beats to a beat."""
        return Kernel(f"{self.name}_kernel", self._kernel_graph(), self.delays)

    @property
    def _indexed(self) -> bool:
        return any(node.name == INDEX for node in self.kernel.graph.inputs)

    @property
    def _waits(self) -> int:
        return 1 if len(self.inputs) > 1 else 0

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """What it computes with."""
        return (self.kernel,)

    @property
    def work(self) -> int:
        """Cycles of a frame."""
        return self.output.beats.count

    @property
    def pace(self) -> Pace:
        """A block is a beat."""
        count = self.output.beats.count
        claims = tuple(np.ones(count, dtype=np.int64) for _ in self.inputs)
        emits = np.stack([np.arange(count), np.full(count, self.kernel.latency)], axis=1)
        held = np.stack([np.arange(count), np.zeros(count, dtype=np.int64)], axis=1)
        holds = tuple(held if self._waits else None for _ in self.inputs)
        return Pace(claims, np.ones(count, dtype=np.int64), (self._waits,) * len(self.inputs), emits, holds)

    def run(self, beats: Sequence[Ints]) -> Ints:
        """Every beat through the kernel."""
        events, count = beats[0].shape[:2]
        inputs = {
            stream.name: stream.values(codes.reshape(events * count, -1))
            for stream, codes in zip(self.inputs, beats, strict=True)
        }
        if self._indexed:
            inputs[INDEX] = FixedArray(np.tile(np.arange(count), events)[:, None], 0)
        graph = self.kernel.graph
        result = self.kernel.run({node.name: inputs[node.name] for node in graph.inputs})[graph.outputs[0]]
        return self.output.taken(result).reshape(events, count, -1)

    def cost(self, depths: Sequence[int]) -> Cost:
        """The kernel, and the FIFOs."""
        estimate = self.kernel.estimate
        waiting = sum(depth * stream.bits for depth, stream in zip(depths, self.inputs, strict=True))
        lut = sum(fifo_luts(depth, stream.bits) for depth, stream in zip(depths, self.inputs, strict=True))
        ff = estimate.ff + self.kernel.latency + sum(4 * depth.bit_length() for depth in depths if depth)
        return Cost(estimate.lut + lut, ff, estimate.dsp, estimate.bram, 0, waiting)

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """FIFOs where branches meet, a counter where beats differ, and the kernel."""
        kernel = Kernel(f"{top}_{self.name}_kernel", self.kernel.graph, self.delays)
        module = Module(f"{top}_{self.name}", self._header(top))
        ports = [
            (module.input(f"in{n}_valid"), module.input(f"in{n}_data", stream.bits))
            for n, stream in enumerate(self.inputs)
        ]
        out_valid = module.output("out_valid")
        out_data = module.output("out_data", self.output.bits)
        library = ["fpgaml_delay"]
        valid, words = ports[0][0], [data for _, data in ports]
        if self._waits:
            valid, words = self._meet(module, ports, depths)
            library.append("fpgaml_fifo")
        pieces = [Part(word) for word in words]
        if self._indexed:
            pieces.append(Part(counted(module, "beats", self.output.beats.count, valid, "of the beat in its frame")))
            library.append("fpgaml_ticks")
        x = module.wire("x", sum(piece.width for piece in pieces))
        module.assign(x, *pieces)
        y = module.wire("y", kernel.outputs[0].bits)
        module.instance("kernel", kernel.module, {}, {"clk": module.clk, "x": x, "y": y})
        regrid(module, y, kernel.outputs[0], out_data, self.output.port)
        delay(module, "valids", kernel.latency, valid, out_valid, reset=True)
        return Built(module, kernel.sources(hdl), tuple(library), kernel.tables)

    def _meet(
        self, module: Module, ports: Sequence[tuple[Wire, Wire]], depths: Sequence[int]
    ) -> tuple[Wire, list[Wire]]:
        """A FIFO for each input; when all have a word, all give theirs."""
        take = module.wire("take", note="all inputs have a beat")
        heads = [fifo(module, f"in{n}_fifo", valid, data, take, depths[n]) for n, (valid, data) in enumerate(ports)]
        module.assign(take, Part(all_valid(module, [valid for valid, _ in heads])))
        return take, [word for _, word in heads]

    def _header(self, top: str) -> list[str]:
        work = ", ".join(node.name for node in self.nodes)
        waits = f" {len(self.inputs)} branches meet: each beat waits for the others." if self._waits else ""
        latency = self.kernel.latency + self._waits
        return [
            f"{top}_{self.name}: {work}.{waits}",
            "",
            f"Timing: in0_valid (the last one's, of several) in cycle t -> out_valid in cycle t + {latency}.",
        ]

    def _kernel_graph(self) -> Graph:
        builder = GraphBuilder(self.name)
        count = self.output.beats.count
        values = {}
        for stream in self.inputs:
            lanes = stream.beats.lanes
            entered = builder.add(Input((lanes,), Quantizer(stream.types)), name=stream.name)
            values[stream.node] = builder.add(Reshape(self._local(stream)), entered, name=f"{stream.name}_tensor")
        if self.whole:
            known = grow_region(builder, self.graph, self.nodes, values)
            result = known[self.nodes[-1].name]
            return builder.build([builder.add(Reshape((self.output.beats.lanes,)), result, name="lanes")])
        return self._beat_graph(builder, values, self._places(), count)

    def _local(self, stream: Stream) -> tuple[int, ...]:
        """The shape of a beat."""
        shape = stream.beats.shape
        if self.whole:
            return shape
        if self._in_elements:
            return Elements(stream.beats.lanes).local(shape)
        return (stream.beats.positions, *shape[1:])

    def _places(self) -> Sequence[Place | Elements]:
        """Of what the first node reads, then of each node's result."""
        if self._in_elements:
            counts = {stream.node: stream.beats.lanes for stream in self.inputs}
            found = elements_of(self.graph, self.nodes, counts)
            assert found is not None
            return [found[0], *found]
        places = places_of(self.graph, self.nodes, self.copies)
        assert places is not None
        return places

    def _beat_graph(
        self, builder: GraphBuilder, values: dict[str, str], places: Sequence[Place | Elements], count: int
    ) -> Graph:
        index = builder.add(Input((1,), index_input(count)), name=INDEX)
        beat = BeatGraph(self.graph, builder, count, index, range(count))
        result = beat.grow(self.nodes, values, places)
        graph = builder.build([builder.add(Reshape((self.output.beats.lanes,)), result, name="lanes")])
        if graph.consumers[index]:
            return graph
        return Graph(graph.name, tuple(node for node in graph.nodes if node.name != index), graph.outputs)
