"""One layer of an hls4ml project: what it takes, and how long it works on a frame."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from fpgaml.cost.memories import block_rams, lutram_groups
from fpgaml.cost.resources import Cost
from fpgaml.graph.graph import Node
from fpgaml.graph.ops import AveragePool, Constant, Conv1D, Conv2D, Gather, Input, Linear, MaxPool, ScatterAdd
from fpgaml.hls.bodies import BODIES
from fpgaml.hls.codegen import site_of
from fpgaml.hls.estimate import elements, products
from fpgaml.hls.estimate.delays import Clock, Operator, When
from fpgaml.hls.generated import CLASS_NAME
from fpgaml.hls.layers import LayerList
from fpgaml.hls.settings import Strategy

CONTROL = Cost(lut=120, ff=60)
"""Of a process of a dataflow: its state machine and handshakes."""
FIFO = Cost(lut=50, ff=40)
"""Pointers and flags of a FIFO."""
IN_LUTS = 64
"""Words up to which a FIFO's memory is made of LUTs, as Vivado 2023.2 does with those of Vitis HLS."""
LOOPED = ("Dense", "Conv1D", "Conv2D")
"""hls4ml's layers that compute one position at a time."""
SRL = 32
"""Words of a shift register in a LUT."""
MUX = 1 / 3
"""LUTs a bit for each input of a multiplexer."""


@dataclass(frozen=True)
class Beats:
    """How a tensor travels over a stream: so many beats, elements in each."""

    count: int
    lanes: int


@dataclass(frozen=True)
class Choice:
    """What hls4ml was told of a layer.

    Args:
        kind: its class there.
    """

    kind: str
    strategy: Strategy
    reuse: int


def choices(layers: LayerList) -> dict[str, Choice]:
    """Of every node that is a layer of its own, in the order of the network."""
    kinds = {layer["name"]: str(layer["class_name"]) for layer in layers.layers}
    fused = {quantize.name for quantize in layers.fused.values()}
    found = {}
    for node in layers.graph.nodes:
        if node.name in fused or isinstance(node.op, Constant):
            continue
        name = layers.carrier(node)
        if name in kinds:
            config = layers.config[name]
            found[node.name] = Choice(kinds[name], Strategy(config["Strategy"]), config["ReuseFactor"])
    return found


def chain(layers: LayerList, node: Node, choice: Choice) -> list[Operator]:
    """The steps of a node and of the quantizer fused into it."""
    graph, fused = layers.graph, layers.fused.get(node.name)
    if isinstance(node.op, Linear):
        steps = products.chain(products.products_of(graph, node, choice.strategy, at_once(layers, node, choice)))
    else:
        steps = elements.chain_of(graph, node)
    return steps + (elements.chain_of(graph, fused) if fused is not None else [])


def arithmetic(layers: LayerList, node: Node, choice: Choice, count: int) -> Cost:
    """What computes so many elements of a node at once, and of the quantizer fused into it."""
    graph, fused = layers.graph, layers.fused.get(node.name)
    if isinstance(node.op, Linear):
        made = products.products_of(graph, node, choice.strategy, at_once(layers, node, choice))
        found = products.cost_of(made, choice.strategy, choice.reuse)
    else:
        # What an index chooses or adds up is unrolled whole, in streams too.
        whole = isinstance(node.op, Gather | ScatterAdd)
        found = elements.cost_of_elements(graph, node, prod(graph.shapes[node.name]) if whole else count)
    return found + (elements.cost_of_elements(graph, fused, count) if fused is not None else Cost())


def at_once(layers: LayerList, node: Node, choice: Choice) -> int:
    """Positions of a linear operation that are computed together: hls4ml's own layers loop over them."""
    op = node.op
    assert isinstance(op, Linear)
    if choice.kind in LOOPED:
        return 1
    repeats = op.repeats(layers.graph.shapes[node.inputs[0]])
    if layers.stream and choice.kind == CLASS_NAME and by_position(layers, node):
        return max(repeats // prod(layers.graph.shapes[node.name][:-1]), 1)
    return repeats


def is_loop(layers: LayerList, node: Node, choice: Choice) -> bool:
    """Whether it is a convolution for hls4ml; a Dense over several positions is one, of a single pixel."""
    positions = prod(layers.graph.shapes[node.name][:-1])
    return choice.kind in ("Conv1D", "Conv2D") or (choice.kind == "Dense" and positions > 1)


def bits(layers: LayerList, node: Node) -> float:
    """Of an element as it leaves, all of one type."""
    return float(layers.result(node).width)


def beats_of(layers: LayerList, node: Node, choice: Choice, entering: Beats) -> Beats:
    """How a layer's result leaves it."""
    shape = layers.graph.shapes[node.name]
    if isinstance(node.op, Input) or not _passes(layers, node, choice):
        return Beats(prod(shape[:-1]), shape[-1])
    return entering


def _passes(layers: LayerList, node: Node, choice: Choice) -> bool:
    """Whether each beat gives one, as it is: hls4ml's own layers without weights or windows, and ours by position."""
    if choice.kind == CLASS_NAME:
        return by_position(layers, node)
    return choice.kind in ("Reshape", "Activation", "Merge")


def by_position(layers: LayerList, node: Node) -> bool:
    """Whether a function of our own takes one beat after another; else it gathers the whole tensor."""
    writer = BODIES.get(type(node.op))
    return writer is not None and writer.by_position(site_of(layers, node))


def is_windowed(node: Node) -> bool:
    """Whether it slides over positions."""
    return isinstance(node.op, Conv1D | Conv2D | MaxPool | AveragePool)


def window(node: Node) -> tuple[int, ...]:
    """Its size along each axis."""
    op = node.op
    if isinstance(op, Conv1D | Conv2D):
        return op.kernel.shape[:-2]
    return op.size if isinstance(op, MaxPool | AveragePool) else ()


def line_buffers(layers: LayerList, node: Node) -> Cost:
    """What a window over a stream remembers: lines in shift registers, the window itself in registers."""
    size, shape = window(node), layers.graph.shapes[node.inputs[0]]
    width, channels = elements.width_of(layers.graph, node.inputs[0]), shape[-1]
    lines = (size[0] - 1) * -(-shape[1] // SRL) if len(size) == 2 else 0
    return Cost(lut=round(lines * channels * width), ff=round(prod(size) * channels * width))


def fifo(words: int, width: float) -> Cost:
    """Between two processes."""
    if words <= 1:
        return Cost(ff=round(width), lut=10)
    address, whole = (words - 1).bit_length(), round(width)
    if words <= IN_LUTS:
        return FIFO + Cost(lut=8 * lutram_groups(address, whole), ff=whole)
    return FIFO + Cost(bram=block_rams(address, whole))


def gathered(layers: LayerList, node: Node, leaving: Beats) -> Cost:
    """A whole tensor in registers, read beat by beat."""
    size = prod(layers.graph.shapes[node.name])
    width = elements.width_of(layers.graph, node.name)
    return Cost(ff=round(size * width), lut=round(MUX * size * width) if leaving.count > 1 else 0)


def whole_cycles(clock: Clock, steps: list[Operator]) -> tuple[int, float]:
    """Cycles of a chain by itself, and the register bits within."""
    end, registers = clock.after(When(), steps)
    return end.cycle, registers


def takes_all(layers: LayerList, node: Node, choice: Choice) -> bool:
    """Whether nothing leaves before everything came."""
    return choice.kind == "Dense" and not is_loop(layers, node, choice)
