"""A recurrent layer as a Scan: types for its states, what it gives, steps in another order.

A state's type must hold what the state is in any step. Where the file has a quantizer for it, that is its type, and
what the Scan keeps is the quantized state. Where it has none, the type follows from the ranges, step after step; a
state that needs more than `STATE_FRACTION` fractional bits is rounded to them, which an Approximation says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import frexp

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.cells import AnyCell, Step, largest, part
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Concatenate, Constant, Input, Quantize, Slice
from fpgaml.graph.ops.scan import Scan, holds, over_steps
from fpgaml.graph.ranges import ValueRange, union
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

STATE_FRACTION = 16
"""Fractional bits that a state keeps which nothing quantizes: as many as the entries of unquantized tables."""
MOST_INTEGER = 32
"""Integer bits of a state beyond which it grows without bound."""
MOST_STEPS = 1 << 12
MOST_ATTEMPTS = MOST_STEPS + 64
"""Types of states that are tried: one wider after each step, as long as the states grow; then a few for fractions."""
FREE_ATTEMPTS = 3
"""Attempts with a type for each unit; then all units of a state have one, so that there are few attempts."""


@dataclass(frozen=True)
class Run:
    """How a recurrent layer is run.

    Args:
        cell: what it does in a step; x: the node of shape (steps, *step).
        before: for each state the node or the constant that it is before the first step; empty: zeros.
        reverse: from the last step to the first; outputs stand at the place of their step.
        sequence: all outputs, not the last alone; states: the last states too.
        suffix: of the Scan's name.
    """

    cell: AnyCell
    x: str
    before: tuple[str | FixedArray, ...] = ()
    reverse: bool = False
    sequence: bool = False
    states: bool = False
    suffix: str = ""


def run(layer: Emitter, how: Run) -> list[str]:
    """Add a recurrent layer; the nodes of its output and, where asked for, of its last states.

    Raises:
        FpgamlError: the states that are given do not fit, or grow without bound.
    """
    shape, units = layer.shape(how.x), how.cell.units
    if len(shape) < 2 or shape[0] > MOST_STEPS:
        raise FpgamlError(layer.label, f"a recurrent layer over a tensor of shape {shape}", "Give (steps, features)")
    if how.before and len(how.before) != len(units):
        raise FpgamlError(layer.label, f"{len(how.before)} initial states are given, the cell has {len(units)}")
    several = how.states and len(units) > 1
    node = _scan(layer, how, several)
    if not how.states:
        return [node]
    steps = shape[0]
    last = node
    if how.sequence:
        row = 0 if how.reverse else steps - 1
        width = layer.shape(node)[-1]
        row_node = layer.add(Slice((row, 0), (row + 1, width), (1, 1)), node, suffix=_name(how, "last"))
        last = layer.reshaped(row_node, (width,), _name(how, "last_states"))
    ends = np.cumsum([0, *units])
    states = [last]
    if several:
        bounds = enumerate(pairwise(ends))
        states = [part(layer, last, int(a), int(b), _name(how, f"state_{n}")) for n, (a, b) in bounds]
    output = part(layer, node, 0, units[0], _name(how, "output")) if several else node
    return [output, *states]


def flipped(layer: Emitter, node: str, suffix: str = "flipped") -> str:
    """The steps of a sequence in the opposite order."""
    steps, *rest = layer.shape(node)
    if steps == 1:
        return node
    ones, zeros = (1,) * (len(rest) + 1), (0,) * len(rest)
    rows = [
        layer.add(Slice((row, *zeros), (row + 1, *rest), ones), node, suffix=f"{suffix}_{row}")
        for row in reversed(range(steps))
    ]
    return layer.add(Concatenate(0), *rows, suffix=suffix)


def _name(how: Run, what: str) -> str:
    return f"{how.suffix}_{what}".lstrip("_")


def _scan(layer: Emitter, how: Run, several: bool) -> str:
    """The Scan; each step gives the states beside one another where `several`, else the output alone."""
    first = [_first(layer, how, number) for number in range(len(how.cell.units))]
    before = [layer.graph.range(each) if isinstance(each, str) else ValueRange.of_constant(each) for each in first]
    held, steps = before, layer.shape(how.x)[0]
    for attempt in range(MOST_ATTEMPTS):
        trial = replace(layer, notes=[], precision=layer.precision and layer.precision.trial())
        built = _Trial(trial, how, before, held).build(several, closed=attempt >= steps)
        types = [built.ranges[node.name] for node in built.inputs[1:]]
        reached = [union(kind, built.ranges[name]) for kind, name in zip(types, built.outputs, strict=False)]
        if all(holds(kind, value) for kind, value in zip(types, reached, strict=True)):
            built = _Trial(layer, how, before, held).build(several, closed=attempt >= steps)
            initial = tuple(None if isinstance(each, str) else each for each in first)
            given = [each for each in first if isinstance(each, str)]
            return layer.add(Scan(built, initial, how.reverse, how.sequence), how.x, *given, suffix=how.suffix)
        held = reached
        if attempt >= FREE_ATTEMPTS:
            held = [ValueRange.of_type(each.type().uniform(), each.shape) for each in reached]
        if max(int(each.type().integer.max()) for each in held) > MOST_INTEGER:
            break
    raise FpgamlError(
        layer.label,
        f"its states may grow beyond 2**{MOST_INTEGER} within {steps} steps",
        "Use a bounded activation such as tanh, quantize the states, or give --precision",
    )


def _first(layer: Emitter, how: Run, number: int) -> str | FixedArray:
    """A state before the first step: a node, or a constant."""
    units = how.cell.units[number]
    given = how.before[number] if how.before else FixedArray(np.zeros(units, dtype=np.int64), 0)
    if isinstance(given, str):
        given = layer.reshaped(given, (units,), _name(how, f"given_{number}"))
        quantized = how.cell.quantized(layer, given, number)
        return quantized or _rounded(layer, given, _name(how, f"first_{number}"))
    builder = GraphBuilder("first")
    scratch = replace(layer, graph=builder)
    constant = builder.add(Constant(given), name="given")
    node = how.cell.quantized(scratch, constant, number) or _rounded(scratch, constant, "rounded")
    value = interpret(builder.build([node]), {})[node]
    return FixedArray(value.integers[0], value.fractional).normalised()


@dataclass(frozen=True)
class _Trial:
    """A cell with states of some ranges.

    Args:
        before: the states' ranges before the first step; held: those that the cell is built for.
    """

    layer: Emitter
    how: Run
    before: Sequence[ValueRange]
    held: Sequence[ValueRange]

    def build(self, several: bool, closed: bool) -> Graph:
        """The cell.

        Args:
            several: a step gives all states beside one another; closed: the ranges were followed through all steps, so
                that no state of an event is outside of them: new ones are clipped to them, which changes none.
        """
        builder, label = GraphBuilder("cell"), self.layer.label
        inner = replace(self.layer, graph=builder, prefix="")
        step = over_steps(self.layer.graph.range(self.how.x))
        x = builder.add(Input(step.shape, Quantizer(step.type())), name="x", source=label)
        kinds = [each.type() for each in self.held]
        states = [
            builder.add(Input((units,), Quantizer(kind)), name=f"state_{number}", source=label)
            for number, (units, kind) in enumerate(zip(self.how.cell.units, kinds, strict=True))
        ]
        done = self.how.cell.step(inner, x, states)
        kept = [self._kept(inner, done, number) for number in range(len(states))]
        new = [state for state, _ in kept]
        if closed:
            new = [_clipped(inner, *each, number) for number, each in enumerate(zip(new, kinds, strict=True))]
        given = [node for _, node in kept]
        output = inner.add(Concatenate(0), *given, suffix="states") if several else given[done.output]
        return builder.build([*new, output])

    def _kept(self, inner: Emitter, done: Step, number: int) -> tuple[str, str]:
        """A new state as the Scan keeps it, and as it leaves the step."""
        node = done.states[number]
        quantized = self.how.cell.quantized(inner, node, number)
        if quantized is not None:
            return quantized, node
        rounded = inner.rounded(node, "state")
        bound, most = self._bound(done, number), STATE_FRACTION if rounded == node else None
        rounded = _rounded(inner, rounded, f"new_{number}", bound, most)
        return rounded, rounded

    def _bound(self, done: Step, number: int) -> float | None:
        """On a state's absolute value in any step, where the cell's form gives one."""
        growth, bound = done.growth[number], largest(self.before[number])
        if growth is None:
            return None
        for _ in range(self.layer.shape(self.how.x)[0]):
            bound = growth(bound)
        return bound


def _rounded(
    layer: Emitter, node: str, suffix: str, bound: float | None = None, most: int | None = STATE_FRACTION
) -> str:
    """A state within a bound on its absolute value, which changes none.

    Args:
        most: fractional bits that it keeps; None: all.
    """
    kind = layer.uniform(node)
    fraction = int(kind.fractional) if most is None else min(int(kind.fractional), most)
    integer = int(kind.integer) if bound is None else min(int(kind.integer), frexp(bound)[1])
    if fraction == int(kind.fractional) and integer == int(kind.integer):
        return node
    if fraction < int(kind.fractional):
        layer.note(f"a state that nothing quantizes, rounded to {fraction} fractional bits")
    quantizer = Quantizer(FixedType(kind.signed, integer, fraction), Rounding.RND, Overflow.SAT)
    return layer.add(Quantize(quantizer), node, suffix=suffix)


def _clipped(layer: Emitter, node: str, kind: FixedType, number: int) -> str:
    fine = FixedType(kind.signed, kind.integer, np.maximum(kind.fractional, layer.uniform(node).fractional))
    return layer.add(Quantize(Quantizer(fine, Rounding.TRN, Overflow.SAT)), node, suffix=f"within_{number}")
