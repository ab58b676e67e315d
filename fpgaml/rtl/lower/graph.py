"""A Graph as a netlist: every operation unrolled into wires."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from fpgaml.errors import UnsupportedError
from fpgaml.graph.graph import Graph, Node, identifier
from fpgaml.graph.lowerings import missing
from fpgaml.graph.ops import Constant, Input, Operation
from fpgaml.graph.ranges import ZERO_STEP, ValueRange
from fpgaml.graph.types import FixedType
from fpgaml.passes.unroll_scans import UnrollScans
from fpgaml.project.ports import Port
from fpgaml.rtl.builder import NetlistBuilder, Value
from fpgaml.rtl.lower import elementwise, indexed, linear, quantize, rearrange
from fpgaml.rtl.lower.context import Context, Lowering, Tensor, tensor
from fpgaml.rtl.lower.sums import balanced
from fpgaml.rtl.netlist import Element, Gate, Netlist, Result, Wire

LOWERINGS: dict[type[Operation], Lowering] = {
    **elementwise.LOWERINGS,
    **indexed.LOWERINGS,
    **linear.LOWERINGS,
    **quantize.LOWERINGS,
    **rearrange.LOWERINGS,
}
"""How each operation becomes wires; inputs are the netlist's own."""

Advance = Callable[[int], object]


def check_supported(graph: Graph) -> None:
    """Refuse operations that have no lowering, or would take far too many wires.

    Raises:
        UnsupportedError: names all of them.
    """
    unrolled = UnrollScans().apply(graph)
    problems = [*missing(unrolled, {Input, *LOWERINGS}, "RTL"), *indexed.too_large(unrolled)]
    if problems:
        raise UnsupportedError("--target rtl", problems)


def to_netlist(graph: Graph, advance: Advance | None = None) -> Netlist:
    """Unroll a graph.

    Args:
        advance: hears of each node that is done.

    Raises:
        UnsupportedError: operations without a lowering.
        ToolError: alkaid is not installed.
    """
    check_supported(graph)
    graph = UnrollScans().apply(graph)
    context = Context(graph)
    builder, layers = context.builder, _LayerNames(graph)
    inputs = tuple(port_of(graph, node.name) for node in graph.inputs)
    tensors: dict[str, Tensor] = {}
    elements: dict[int, Element] = {}
    for position, node in enumerate(graph.nodes):
        builder.layer = layers.index(position)
        if isinstance(node.op, Input):
            tensors[node.name] = _entering(context, node, inputs)
        else:
            given = [tensors[name] for name in node.inputs]
            tensors[node.name] = _tightened(
                builder, LOWERINGS[type(node.op)](context, node, given), graph.ranges[node.name]
            )
        elements |= _elements(builder, node, tensors[node.name])
        if advance is not None:
            advance(1)
    outputs = tuple(port_of(graph, name) for name in graph.outputs)
    results = [
        _leaving(builder, value, port)
        for name, port in zip(graph.outputs, outputs, strict=True)
        for value in tensors[name].flat
    ]
    unrolled = Netlist(
        graph.name,
        inputs,
        outputs,
        tuple(layers.names),
        tuple(builder.wires),
        tuple(builder.tables),
        tuple(results),
        layers.notes,
        elements,
    )
    return _swept(balanced(unrolled, builder.narrowed))


def _elements(builder: NetlistBuilder, node: Node, values: Tensor) -> dict[int, Element]:
    """What the wires of a node's own layer are; of elements that are the same wire, the first."""
    found: dict[int, Element] = {}
    for index, value in enumerate(values.flat):
        if builder.wires[value.wire].layer == builder.layer:
            found.setdefault(value.wire, Element(node.name, index, value.fractional))
    return found


class _LayerNames:
    """Which layer each node belongs to: neighbours from one source layer are together."""

    def __init__(self, graph: Graph) -> None:
        self.names: list[str] = []
        self.notes: dict[str, str] = {}
        self._of: list[int] = []
        source = None
        for node in graph.nodes:
            if isinstance(node.op, Input | Constant):
                self._of.append(max(len(self.names) - 1, 0))
                continue
            if (node.source or node.name) != source:
                source = node.source or node.name
                self.names.append(self._unique(identifier(source)))
                self.notes[self.names[-1]] = ""
            self._of.append(len(self.names) - 1)
            shape = "x".join(map(str, graph.shapes[node.name]))
            said = self.notes[self.names[-1]]
            self.notes[self.names[-1]] = f"{said}{', ' if said else ''}{type(node.op).__name__} -> {shape}"
        if not self.names:
            self.names.append("wires")

    def index(self, position: int) -> int:
        """The layer of the node at a position."""
        return self._of[position]

    def _unique(self, name: str) -> str:
        taken = {known.lower() for known in self.names}  # VHDL does not tell cases apart
        candidate, count = name, 1
        while candidate.lower() in taken:
            count += 1
            candidate = f"{name}_{count}"
        return candidate


def port_of(graph: Graph, name: str) -> Port:
    kind = graph.types[name].uniform()
    if isinstance(graph[name].op, Input):
        kind = cast(Input, graph[name].op).quantizer.type.uniform()
    if int(kind.width) < 1:
        kind = FixedType(0, 1, 0)
    return Port(name, graph.shapes[name], bool(kind.signed), int(kind.width), int(kind.fractional))


def _entering(context: Context, node: Node, ports: Sequence[Port]) -> Tensor:
    """The elements of an input; bits that an element's own type lacks are not read."""
    builder, span = context.builder, context.graph.ranges[node.name]
    index = next(i for i, port in enumerate(ports) if port.name == node.name)
    port = ports[index]
    low, high = span.at(max(span.unit, port.fractional))
    drop = max(span.unit, port.fractional) - port.fractional
    values = []
    for element, (lo, hi) in enumerate(zip(low.flat, high.flat, strict=True)):
        lowest, highest = int(lo) >> drop, int(hi) >> drop
        if lowest == highest:
            values.append(builder.constant(lowest, port.fractional))
        else:
            values.append(builder.input(index, element, lowest, highest, port.fractional))
    return _tightened(builder, tensor(values, port.shape), span)


def _tightened(builder: NetlistBuilder, values: Tensor, span: ValueRange) -> Tensor:
    """The same values on the narrowest wires that the Graph's own inference allows."""
    low, high = span.low.flat, span.high.flat
    steps = span.fractional.flat
    shape = span.shape

    def narrowed(value: Value, lo: int, hi: int, step: int) -> Value:
        if step <= ZERO_STEP:
            return builder.constant(0)
        spare = value.fractional - step
        if spare > 0:
            value = builder.floor(value, spare)
        return builder.within(value, lo, hi, span.unit)

    return tensor(
        [narrowed(v, int(lo), int(hi), int(s)) for v, lo, hi, s in zip(values.flat, low, high, steps, strict=True)],
        shape,
    )


def _leaving(builder: NetlistBuilder, value: Value, port: Port) -> Result:
    spare = value.fractional - port.fractional
    if spare > 0:
        value = builder.floor(value, spare)
    if builder.value_of(value) == 0:
        return Result(value.wire, 0)
    return Result(value.wire, port.fractional - value.fractional)


def _swept(netlist: Netlist) -> Netlist:
    """Without the wires that no result needs; constants and inputs move to the first layer that reads them."""
    place: dict[int, int] = {}
    wires: list[Wire] = []
    for index, wire in enumerate(netlist.wires):
        if netlist.living[index]:
            place[index] = len(wires)
            wires.append(replace(wire, arguments=tuple(place[a] for a in wire.arguments)))
    tables = sorted({wire.parameters[0] for wire in wires if wire.gate == Gate.LOOKUP})
    renumbered = {old: new for new, old in enumerate(tables)}
    wires = [
        replace(wire, parameters=(renumbered[wire.parameters[0]], *wire.parameters[1:]))
        if wire.gate == Gate.LOOKUP
        else wire
        for wire in wires
    ]
    return replace(
        netlist,
        wires=tuple(wires),
        tables=tuple(netlist.tables[old] for old in tables),
        results=tuple(Result(place[r.wire], r.shift) for r in netlist.results),
        elements={place[wire]: element for wire, element in netlist.elements.items() if wire in place},
    )
