"""Rewrite a Graph, bit for bit the same, into one whose every part hls4ml can hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Constant, Conv1D, Conv2D, Input, Pad, Quantize, Reshape, Shape
from fpgaml.graph.ops.windows import output_size
from fpgaml.graph.types import Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.hls.lower.scan import SimplifyCells, is_generated
from fpgaml.hls.lower.wide_constants import SplitWideConstants
from fpgaml.hls.settings import HlsSettings, IoType
from fpgaml.passes.base import Pass, run
from fpgaml.passes.pipeline import FEWEST_OPERATIONS
from fpgaml.passes.unroll_scans import UnrollScans

MOST_READERS = 7
"""hls4ml copies a stream for at most seven readers."""


def prepare(graph: Graph, settings: HlsSettings) -> Graph:
    """The same outputs from the same inputs.

    Raises:
        FpgamlError: an output that is a constant, or an input that a stream would never empty.
    """
    stream = settings.io_type == IoType.STREAM
    own: tuple[Pass, ...] = (SplitWideConstants(), SettleOutputs(stream))
    if stream:
        own += (RequireReaders(), PadApart(), LimitReaders())
    unroll = UnrollScans(lambda op: not is_generated(op, settings))
    return run((unroll, *FEWEST_OPERATIONS, SimplifyCells(), *own), graph)


@dataclass(frozen=True)
class SettleOutputs(Pass):
    """Each output gets a variable of its own that some operation writes.

    Args:
        stream: tensors are streams, not arrays.
    """

    name: ClassVar[str] = "settle-outputs"
    stream: bool

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, some of them by other names.

        Raises:
            FpgamlError: an output is a constant.
        """
        nodes, outputs = list(graph.nodes), []
        for name in graph.outputs:
            node = graph[name]
            if isinstance(node.op, Constant):
                raise FpgamlError(node.source or name, "this output is the same for every input", "Leave it out")
            # Arrays are not reshaped in registers: the variable would be that of another node.
            shared = isinstance(node.op, Input) or (isinstance(node.op, Reshape) and not self.stream)
            if shared or name in outputs:
                nodes.append(_copy(graph, node, nodes))
                outputs.append(nodes[-1].name)
            else:
                outputs.append(name)
        return replace(graph, nodes=tuple(nodes), outputs=tuple(outputs))


@dataclass(frozen=True)
class RequireReaders(Pass):
    """A stream that nothing reads would fill and stop the network."""

    name: ClassVar[str] = "require-readers"

    def apply(self, graph: Graph) -> Graph:
        """The same graph.

        Raises:
            FpgamlError: nothing reads an input.
        """
        for node in graph.inputs:
            if not graph.consumers[node.name]:
                raise FpgamlError(
                    node.source or node.name,
                    "no output depends on this input, so nothing would empty its stream",
                    "Leave it out, or use --io io_parallel",
                )
        return graph


@dataclass(frozen=True)
class PadApart(Pass):
    """Convolutions without padding, behind an operation that pads.

    hls4ml does the same by itself, but before the wrong convolution where a tensor has several readers.
    """

    name: ClassVar[str] = "pad-apart"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit."""
        replaced: dict[str, tuple[Node, ...]] = {}
        names = {node.name for node in graph.nodes}
        for node in graph.nodes:
            op = _with_two_rows(node.op, graph.shapes[node.inputs[0]]) if isinstance(node.op, Conv2D) else node.op
            if isinstance(op, Conv1D | Conv2D) and any(max(pads) for pads in op.pads):
                name = f"{node.name}_pad"
                while name in names:
                    name += "_pad"
                names.add(name)
                pad = Node(name, Pad((*op.pads, (0, 0))), node.inputs, node.source)
                op = replace(op, pads=((0, 0),) * len(op.pads))
                replaced[node.name] = (pad, replace(node, op=op, inputs=(name,)))
            elif op is not node.op:
                replaced[node.name] = (replace(node, op=op),)
        return graph.rewired(replaced)


@dataclass(frozen=True)
class LimitReaders(Pass):
    """A node with more readers than a stream can be copied for feeds the rest of them through copies of itself."""

    name: ClassVar[str] = "limit-readers"

    def apply(self, graph: Graph) -> Graph:
        """The same outputs, bit for bit."""
        while True:
            crowded = next((n for n in graph.nodes if _uses(graph, n.name) > MOST_READERS), None)
            if crowded is None:
                return graph
            copy = _copy(graph, crowded, graph.nodes)
            direct = MOST_READERS - 1 - (crowded.name in graph.outputs)
            replaced: dict[str, tuple[Node, ...]] = {crowded.name: (crowded, copy)}
            for reader in graph.consumers[crowded.name][direct:]:
                inputs = (copy.name if name == crowded.name else name for name in reader.inputs)
                replaced[reader.name] = (replace(reader, inputs=tuple(inputs)),)
            graph = graph.rewired(replaced)


def _with_two_rows(op: Conv2D, shape: Shape) -> Conv2D:
    """An equal convolution with a row of zeros below a window of one row.

    hls4ml slides a window of one row along every row, whatever the stride.
    """
    height, width = op.kernel.shape[:2]
    if not height == 1 < min(width, op.strides[0]):
        return op
    kernel = FixedArray(np.concatenate([op.kernel.integers, 0 * op.kernel.integers]), op.kernel.fractional)
    top, bottom = op.pads[0]
    rows = output_size(shape, op.kernel.shape[:2], op.strides, op.dilation, op.pads)[0]
    bottom += max(0, (rows - 1) * op.strides[0] + 2 - (shape[0] + top + bottom))
    return replace(op, kernel=kernel, dilation=(1, op.dilation[1]), pads=((top, bottom), op.pads[1]))


def _uses(graph: Graph, name: str) -> int:
    return len(graph.consumers[name]) + (name in graph.outputs)


def _copy(graph: Graph, node: Node, others: Iterable[Node]) -> Node:
    """A quantizer that changes nothing: its type holds every value."""
    taken, name = {other.name for other in others}, f"{node.name}_copy"
    while name in taken:
        name += "_copy"
    same = Quantizer(graph.types[node.name].uniform(), Rounding.TRN, Overflow.WRAP)
    return Node(name, Quantize(same), (node.name,), node.source or node.name)
