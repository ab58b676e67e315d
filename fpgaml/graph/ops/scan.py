"""Scan: a small Graph, its cell, used for one step of a tensor after another, with states in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.interpreter import Watch, interpret
from fpgaml.graph.ops import OPERATIONS
from fpgaml.graph.ops.base import Operation, Shape, batch_of, require
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.values import FixedArray


@dataclass(frozen=True)
class Scan(Operation):
    """A recurrent layer.

    The first input is x, of shape (steps, *step); along its first axis the cell is used once a step. Where another
    axis is time, a Transpose stands before. What a state holds before the first step is a constant, or a further
    input of this node: one for each None in `initial`, in order.

    Args:
        cell: its Input nodes are the step, of shape (*step,), then the states; its outputs are the new states in the
            same order, then the step's output. The types of its Inputs hold whatever reaches them, in every step:
            they quantize nothing, so that the cell's own ranges are those of every step.
        initial: for each state its value before the first step, or None where an input of the node gives it.
        reverse: x is read from its last step to its first. Each output still stands at the place of its step.
        sequence: the outputs of all steps, of shape (steps, *output); else that of the step that comes last alone.
    """

    arity: ClassVar[int | None] = None
    cell: Graph
    initial: tuple[FixedArray | None, ...]
    reverse: bool = False
    sequence: bool = True

    @property
    def step(self) -> Node:
        """The cell's Input that takes one step of x."""
        return self.cell.inputs[0]

    @property
    def states(self) -> tuple[Node, ...]:
        """The cell's Inputs that hold the states."""
        return self.cell.inputs[1:]

    @property
    def new_states(self) -> tuple[str, ...]:
        """The cell's outputs that become the states of the next step."""
        return self.cell.outputs[:-1]

    @property
    def output(self) -> str:
        """The cell's output that leaves the step."""
        return self.cell.outputs[-1]

    def places(self, steps: int) -> tuple[int, ...]:
        """The steps' places in x, in the order in which they are taken."""
        return tuple(reversed(range(steps)) if self.reverse else range(steps))

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        states, shapes = len(self.initial), self.cell.shapes
        require(len(self.cell.inputs) == states + 1, f"a cell of {len(self.cell.inputs)} inputs for {states} states")
        require(len(self.cell.outputs) == states + 1, f"a cell of {len(self.cell.outputs)} outputs for {states} states")
        given = sum(value is None for value in self.initial)
        require(len(inputs) == 1 + given, f"{len(inputs) - 1} inputs for the states, {given} needed")
        x, step = inputs[0], shapes[self.step.name]
        require(x[1:] == step, f"steps of {x} into a cell that takes {step}")
        before = iter(inputs[1:])
        for value, state, new in zip(self.initial, self.states, self.new_states, strict=True):
            shape = next(before) if value is None else value.shape
            same = shape == shapes[state.name] == shapes[new]
            require(same, f"state {state.name} of {shapes[state.name]}: before it {shape}, after it {shapes[new]}")
        return (x[0], *shapes[self.output]) if self.sequence else shapes[self.output]

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        ranges, (x, *given) = self.cell.ranges, inputs
        require(holds(ranges[self.step.name], over_steps(x)), f"the type of {self.step.name} does not hold every step")
        before = iter(given)
        for value, state, new in zip(self.initial, self.states, self.new_states, strict=True):
            first = next(before) if value is None else ValueRange.of_constant(value)
            held = ranges[state.name]
            require(holds(held, first), f"the type of {state.name} does not hold what it is before the first step")
            require(holds(held, ranges[new]), f"the type of {state.name} does not hold {new}, its next value")
        result = ranges[self.output]
        if not self.sequence:
            return result
        steps = x.shape[0]
        return result.moved(lambda a: np.broadcast_to(a[:, None], (1, steps, *result.shape)))

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return self.run_inside(inputs, None)

    def run_inside(self, inputs: Sequence[FixedArray], watch: Watch | None) -> FixedArray:
        x, *given = inputs
        events = batch_of(inputs)
        before = iter(given)
        states = [_batched(next(before) if value is None else _alone(value), events) for value in self.initial]
        places = self.places(x.shape[1])
        outputs: list[FixedArray | None] = [None] * len(places)
        for place in places:
            step = _batched(FixedArray(x.integers[:, place], x.fractional), events)
            values = {self.step.name: step} | {node.name: v for node, v in zip(self.states, states, strict=True)}
            results = interpret(self.cell, values, watch)
            states = [results[name] for name in self.new_states]
            outputs[place] = results[self.output]
        if not self.sequence:
            last = outputs[places[-1]]
            assert last is not None
            return last
        taken = [output for output in outputs if output is not None]
        unit = max(output.fractional for output in taken)
        return FixedArray(np.stack([output.at(unit) for output in taken], axis=1), unit)

    def held(self, inputs: Sequence[Shape]) -> int:
        shapes = self.cell.shapes
        inside = (node.op.held([shapes[name] for name in node.inputs]) for node in self.cell.nodes)
        return max(super().held(inputs), *inside)


OPERATIONS[Scan.__name__] = Scan  # here and not there: a Scan holds a Graph, which holds operations


def has_scan(graph: Graph) -> bool:
    """Whether a network remembers something from one step to the next."""
    return any(isinstance(node.op, Scan) for node in graph.nodes)


def every_node(graph: Graph) -> Iterator[Node]:
    """The nodes of a graph, and those in the cells of its Scans behind them."""
    for node in graph.nodes:
        yield node
        if isinstance(node.op, Scan):
            yield from every_node(node.op.cell)


def over_steps(x: ValueRange) -> ValueRange:
    """The range of any step of a tensor, whose first axis runs over the steps."""
    return ValueRange(x.low.min(axis=0), x.high.max(axis=0), x.fractional.max(axis=0), x.unit)


def holds(held: ValueRange, value: ValueRange) -> bool:
    """Whether every value of the second range is one of the first."""
    unit = max(held.unit, value.unit)
    (low, high), (lowest, highest) = held.at(unit), value.at(unit)
    return bool((low <= lowest).all() and (highest <= high).all() and (value.fractional <= held.fractional).all())


def _alone(value: FixedArray) -> FixedArray:
    return FixedArray(value.integers[None], value.fractional)


def _batched(value: FixedArray, events: int) -> FixedArray:
    return FixedArray(np.broadcast_to(value.integers, (events, *value.shape[1:])), value.fractional)
