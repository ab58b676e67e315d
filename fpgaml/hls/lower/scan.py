"""Recurrent layers: generated loops over the steps, or the steps one by one where a cell has no C++."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Operation
from fpgaml.graph.ops.scan import Scan
from fpgaml.hls.codegen import add_function, add_generated, site_of, stream_function
from fpgaml.hls.functions.graph import has_body
from fpgaml.hls.functions.scan import scan, streamed_scan, streams_by_step
from fpgaml.hls.layers import LayerList, Lowering
from fpgaml.hls.settings import HlsSettings
from fpgaml.passes.base import Pass, run
from fpgaml.passes.pipeline import FEWEST_OPERATIONS


def lower_scan(layers: LayerList, node: Node) -> None:
    """A loop over the steps, with the cell as a function."""
    assert isinstance(node.op, Scan)
    site, steps = site_of(layers, node), layers.shape(node.inputs[0])[0]
    _say_strategy(layers, node)
    if layers.stream:
        _say_streamed_reuse(layers, node, steps)
    if layers.stream and streams_by_step(site):
        texts, lines = streamed_scan(site)
        code = stream_function(site.name, len(site.operands), lines, site.target)
        add_function(layers, node, site.name, [*texts, code])
    else:
        add_generated(layers, node, scan(site, steps if layers.stream else _turns(layers, node, steps)))


def _turns(layers: LayerList, node: Node, steps: int) -> int:
    """How often each multiplier is used: the reuse factor, as far as it divides the steps."""
    wanted = layers.settings.of_layer(node.source or node.name).reuse_factor
    assert wanted is not None
    divisors = [n for n in range(1, steps + 1) if steps % n == 0]
    turns = min(divisors, key=lambda n: (abs(n - wanted), n))
    if turns != wanted:
        what = f"{steps} steps cannot be divided by a reuse factor of {wanted}"
        layers.messages.append(f"{node.source or node.name}: {what}; the closest possible one, {turns}, is used")
    return turns


def _say_streamed_reuse(layers: LayerList, node: Node, steps: int) -> None:
    where = node.source or node.name
    wanted = layers.settings.of_layer(where).reuse_factor
    if wanted not in (1, steps):
        what = f"over streams its cell is there once for all {steps} steps"
        layers.messages.append(f"{where}: {what}: a reuse factor of {steps}, not {wanted}")


def _say_strategy(layers: LayerList, node: Node) -> None:
    where = node.source or node.name
    choice = layers.settings.of_layer(where).strategy
    if choice not in (None, layers.settings.target.strategies[0]):
        name, tool = str(choice).replace("_", " "), layers.settings.target.vendor_tool
        what = f"how its cell multiplies is left to {tool}"
        layers.messages.append(f"{where}: its cell is plain C++: {what}, the {name} strategy changes nothing")


LOWERINGS: dict[type[Operation], Lowering] = {Scan: Lowering(lower_scan)}


def is_generated(op: Scan, settings: HlsSettings) -> bool:
    """Whether a cell can be a function of C++: one for each operation, and a backend that takes generated code."""
    return settings.io_type in settings.target.generates_code and has_body(op.cell)


def unrolled_notes(graph: Graph, settings: HlsSettings) -> list[str]:
    """A word on each Scan whose steps stand there one by one."""
    notes = []
    for node in graph.nodes:
        if isinstance(node.op, Scan) and not is_generated(node.op, settings):
            steps = graph.shapes[node.inputs[0]][0]
            what = f"its cell cannot be generated as a loop for {settings.target.name} with {settings.io_type}"
            notes.append(f"{node.source or node.name}: {what}: its {steps} steps are layers of their own")
    return notes


@dataclass(frozen=True)
class SimplifyCells(Pass):
    """The cells of Scans with the fewest operations."""

    name: ClassVar[str] = "simplify-cells"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit."""
        replaced = {}
        for node in graph.nodes:
            if isinstance(node.op, Scan):
                cell = run((*FEWEST_OPERATIONS, self), node.op.cell)
                replaced[node.name] = (replace(node, op=replace(node.op, cell=cell)),)
        return graph.rewired(replaced)
