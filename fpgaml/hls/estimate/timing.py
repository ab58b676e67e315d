"""How cycles add up: one pipeline, a dataflow of tensors, or a dataflow of streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from fpgaml.cost.resources import Cost
from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Input, Linear, Move
from fpgaml.hls.estimate import stage
from fpgaml.hls.estimate.delays import Clock, When
from fpgaml.hls.estimate.elements import width_of
from fpgaml.hls.estimate.stage import Beats, Choice
from fpgaml.hls.generated import CLASS_NAME
from fpgaml.hls.layers import LayerList
from fpgaml.hls.settings import Strategy

VITIS_POOL = 2
"""Cycles a position that pooling takes in Vitis, as the reports of 2023.2 say."""
VITIS_WINDOW = 2
"""Cycles around a convolution's products: its function is no pipeline in Vitis, and each position waits for it."""

LOOP_DEPTH = 3
"""Cycles to enter and to leave a loop that is a pipeline, besides what it computes."""


START, ONE_BEAT = When(), Beats(1, 1)


@dataclass(frozen=True)
class Found:
    """A layer with its choice, what it takes, and when it gives.

    Args:
        first, last: cycles until the first and the last beat leave, of a stream; when: a point in a pipeline.
        interval: cycles that a frame keeps it busy.
    """

    cost: Cost
    interval: int
    first: int = 0
    last: int = 0
    when: When = START
    beats: Beats = ONE_BEAT


@dataclass(frozen=True)
class Timed:
    """A whole project: by node; cycles from the first input to the last output, and between frames."""

    layers: Mapping[str, Found]
    latency: int
    interval: int


Chosen = Mapping[str, Choice]
"""By node; nodes that are no layer of their own are not there."""


def timed(layers: LayerList, chosen: Chosen, clock: Clock) -> Timed:
    """As hls4ml builds the project."""
    if layers.stream:
        return _streams(layers, chosen, clock)
    if is_dataflow(layers, chosen):
        return _tensors(layers, chosen, clock)
    return _pipeline(layers, chosen, clock)


def is_dataflow(layers: LayerList, chosen: Chosen) -> bool:
    """Whether its layers are processes of their own (hls4ml's `SetPipelineStyle`)."""
    looped = (stage.is_loop(layers, layers.graph[name], choice) for name, choice in chosen.items())
    return any(looped) or any(choice.strategy == Strategy.RESOURCE for choice in chosen.values())


def _inputs(layers: LayerList, node: Node, found: Mapping[str, Found]) -> list[Found]:
    """What a layer reads, through quantizers that are fused into what they follow."""
    origin = {quantize.name: name for name, quantize in layers.fused.items()}
    names = (origin.get(name, name) for name in node.inputs)
    return [found[name] for name in names if name in found]


def _pipeline(layers: LayerList, chosen: Chosen, clock: Clock) -> Timed:
    """One function: chains of operators, cut where a cycle has no room for more."""
    found: dict[str, Found] = {}
    for name, choice in chosen.items():
        node = layers.graph[name]
        start = max((each.when for each in _inputs(layers, node, found)), key=_place, default=When())
        end, registers = clock.after(start, stage.chain(layers, node, choice))
        if isinstance(node.op, Linear) and choice.reuse > 1:
            end = When(end.cycle + choice.reuse, 0.0)
        size = prod(layers.graph.shapes[name])
        if isinstance(node.op, Input):
            registers += size * stage.bits(layers, node)
        cost = stage.arithmetic(layers, node, choice, size) + Cost(ff=round(registers))
        found[name] = Found(cost, choice.reuse if isinstance(node.op, Linear) else 1, when=end)
    latency = max((each.when.cycle for each in found.values()), default=0)
    return Timed(found, max(latency, 1), max((each.interval for each in found.values()), default=1))


def _place(when: When) -> tuple[int, float]:
    return when.cycle, when.ns


def _tensors(layers: LayerList, chosen: Chosen, clock: Clock) -> Timed:
    """Processes one behind the other, a tensor in registers between them; a convolution is a loop over positions."""
    found: dict[str, Found] = {}
    for name, choice in chosen.items():
        node = layers.graph[name]
        depth, registers = stage.whole_cycles(clock, stage.chain(layers, node, choice))
        size = prod(layers.graph.shapes[name])
        work, interval, cost = depth, 1, Cost(ff=round(registers))
        if stage.is_loop(layers, node, choice):
            positions = prod(layers.graph.shapes[name][:-1])
            work = (positions - 1) * choice.reuse + depth + LOOP_DEPTH
            interval = work + 1 if _vitis(layers) else positions * choice.reuse
            cost += stage.CONTROL + _chosen_window(layers, node, positions)
        elif isinstance(node.op, Linear) and choice.reuse > 1:
            work, interval = depth + choice.reuse, choice.reuse
        if not isinstance(node.op, Input | Move):
            cost += Cost(ff=round(size * stage.bits(layers, node)))
        start = max((each.last for each in _inputs(layers, node, found)), default=0)
        found[name] = Found(cost + stage.arithmetic(layers, node, choice, size), interval, last=start + work)
    return _whole(found)


def _chosen_window(layers: LayerList, node: Node, positions: int) -> Cost:
    """One window after another out of a tensor in registers."""
    shape = layers.graph.shapes[node.inputs[0]]
    bits = prod(stage.window(node)) * shape[-1] * width_of(layers.graph, node.inputs[0])
    return Cost(lut=round(stage.MUX * bits * positions))


def _streams(layers: LayerList, chosen: Chosen, clock: Clock) -> Timed:
    """Processes that pass beats on."""
    found: dict[str, Found] = {}
    for name, choice in chosen.items():
        node = layers.graph[name]
        inputs = _inputs(layers, node, found)
        entering = inputs[0].beats if inputs else Beats(1, 1)
        leaving = stage.beats_of(layers, node, choice, entering)
        if isinstance(node.op, Input):
            found[name] = Found(Cost(), leaving.count, 0, leaving.count - 1, beats=leaving)
            continue
        if choice.kind == "Reshape":  # another view of the same stream
            found[name] = Found(Cost(), 1, inputs[0].first, inputs[0].last, beats=leaving)
            continue
        first, last = max(each.first for each in inputs), max(each.last for each in inputs)
        found[name] = _process(layers, node, choice, clock, entering, leaving, first, last)
    return _whole(found)


def _process(
    layers: LayerList,
    node: Node,
    choice: Choice,
    clock: Clock,
    entering: Beats,
    leaving: Beats,
    first: int,
    last: int,
) -> Found:
    depth, registers = stage.whole_cycles(clock, stage.chain(layers, node, choice))
    lanes = layers.graph.shapes[node.name][-1]
    width = leaving.lanes * stage.bits(layers, node)
    waiting = 1 if node.name in _last(layers) else leaving.count
    cost = stage.arithmetic(layers, node, choice, lanes) + stage.CONTROL + stage.fifo(waiting, width)
    cost += Cost(ff=round(registers))
    each = _cycles_a_beat(layers, node, choice, depth)
    if stage.takes_all(layers, node, choice):
        work = entering.count + choice.reuse - 1 + depth
        interval = work + 1 if _vitis(layers) or entering.count > 1 else choice.reuse
        there = max(last, first + entering.count - 1) + choice.reuse + depth
        held = prod(layers.graph.shapes[node.inputs[0]]) * width_of(layers.graph, node.inputs[0])
        return Found(cost + Cost(ff=round(held)), interval, there, there, beats=leaving)
    if choice.kind == CLASS_NAME and not stage.by_position(layers, node):
        work = entering.count + depth + leaving.count + 2 * LOOP_DEPTH
        there = max(last, first + entering.count) + depth + LOOP_DEPTH
        held_cost = stage.gathered(layers, node, leaving)
        return Found(cost + held_cost, work + 1, there, there + leaving.count, beats=leaving)
    work = (entering.count - 1) * each + depth + (LOOP_DEPTH if entering.count > 1 else 1)
    interval = work + 1 if _vitis(layers) or entering.count > 1 else choice.reuse
    fill = 0
    if stage.is_windowed(node):
        cost += stage.line_buffers(layers, node)
        size, shape = stage.window(node), layers.graph.shapes[node.inputs[0]]
        fill = ((size[0] - 1) * shape[1] + size[1] - 1 if len(size) == 2 else size[0] - 1) * each
    start = first + fill + depth + 1
    return Found(cost, interval, start, max(last + depth + 1, first + work), beats=leaving)


def _vitis(layers: LayerList) -> bool:
    """Vivado HLS starts a function or a loop anew in the cycle after its last start; Vitis waits for its end."""
    return layers.settings.backend == "vitis"


def _last(layers: LayerList) -> set[str]:
    """What leaves the project: a register of its interface waits there, and no FIFO."""
    origin = {quantize.name: name for name, quantize in layers.fused.items()}
    return {origin.get(name, name) for name in layers.graph.outputs}


def _cycles_a_beat(layers: LayerList, node: Node, choice: Choice, depth: int) -> int:
    """Between two positions that a process takes."""
    vitis = _vitis(layers)
    if stage.is_loop(layers, node, choice):
        windowed = prod(stage.window(node)) > 1  # one of a single pixel is a dense layer in a loop
        return max(choice.reuse, depth + VITIS_WINDOW) if vitis and windowed else choice.reuse
    return VITIS_POOL if vitis and stage.is_windowed(node) else 1


def _whole(found: Mapping[str, Found]) -> Timed:
    latency = max((each.last for each in found.values()), default=1)
    return Timed(found, max(latency, 1), max((each.interval for each in found.values()), default=1))
