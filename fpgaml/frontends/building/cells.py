"""One step of a recurrent layer: SimpleRNN, GRU, LSTM, as every framework has them, and cells on top of one another.

What differs between frameworks (weights, activations, quantizers) is a cell's `Arithmetic`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.ops import Add, Multiply, Slice, Subtract
from fpgaml.graph.ranges import ValueRange

Growth = Callable[[float], float]
"""From a bound on a state's absolute value the bound one step later."""


@dataclass(frozen=True)
class Step:
    """What a step gives.

    Args:
        states: the nodes of the new states, as the framework computes them.
        growth: for each state how fast it can grow, where the cell's form says more than ranges do.
        output: which of the states is the output.
    """

    states: tuple[str, ...]
    growth: tuple[Growth | None, ...]
    output: int = 0


class Arithmetic(ABC):
    """One cell's weights, activations and quantizers, as nodes of a layer.

    Args:
        layer: receives the nodes; units: of the cell.
    """

    def __init__(self, layer: Emitter, units: int) -> None:
        self.layer, self.units = layer, units

    @abstractmethod
    def kernel(self, x: str) -> str:
        """The step times the kernels of all gates, with their bias: shape (gates * units,)."""

    @abstractmethod
    def recurrent(self, h: str, first: int, last: int) -> str:
        """The state times the recurrent kernels of the gates from `first` on before `last`, with their bias."""

    @abstractmethod
    def gate(self, x: str) -> str:
        """The recurrent activation."""

    @abstractmethod
    def candidate(self, x: str) -> str:
        """The activation."""

    def carried(self, x: str) -> str:
        """The activation of an LSTM's carry on its way out."""
        return self.candidate(x)

    def reset(self, x: str) -> str:
        """A quantizer of what the reset gate multiplies, or of that product where it comes before the kernel."""
        return x

    def state(self, layer: Emitter, x: str, number: int) -> str | None:
        """The quantizer of a state, which the framework applies before it uses it; None where there is none.

        Args:
            layer: receives its nodes; number: of the state.
        """
        return None


Make = Callable[[Emitter], Arithmetic]
Form = Callable[[Arithmetic, str, Sequence[str]], Step]


@dataclass(frozen=True)
class Cell:
    """One cell.

    Args:
        units: of each state; form: how a step is computed; make: its arithmetic, for a layer that receives the nodes.
    """

    units: tuple[int, ...]
    form: Form
    make: Make

    def step(self, layer: Emitter, x: str, states: Sequence[str]) -> Step:
        """Add the nodes of a step."""
        return self.form(self.make(layer), x, states)

    def quantized(self, layer: Emitter, x: str, number: int) -> str | None:
        """A state after its quantizer, as `Arithmetic.state`."""
        return self.make(layer).state(layer, x, number)


@dataclass(frozen=True)
class Stack:
    """Cells of which each reads the output of the one before."""

    cells: tuple[Cell, ...]

    @property
    def units(self) -> tuple[int, ...]:
        """Of each state, cell after cell."""
        return tuple(units for cell in self.cells for units in cell.units)

    def step(self, layer: Emitter, x: str, states: Sequence[str]) -> Step:
        """Add the nodes of a step."""
        done: list[Step] = []
        waiting = list(states)
        for number, cell in enumerate(self.cells):
            own, waiting = waiting[: len(cell.units)], waiting[len(cell.units) :]
            done.append(cell.step(replace(layer, prefix=f"{layer.prefix or ''}cell{number}_"), x, own))
            x = done[-1].states[0]
        new = tuple(state for step in done for state in step.states)
        growth = tuple(each for step in done for each in step.growth)
        return Step(new, growth, len(self.units) - len(self.cells[-1].units))

    def quantized(self, layer: Emitter, x: str, number: int) -> str | None:
        """A state after its quantizer."""
        for cell in self.cells:
            if number < len(cell.units):
                return cell.quantized(layer, x, number)
            number -= len(cell.units)
        raise IndexError(number)


AnyCell = Cell | Stack


def simple_rnn(units: int, make: Make) -> Cell:
    """h' = activation(x W + h U + b)."""
    return Cell((units,), _simple_rnn, make)


def gru(units: int, make: Make, reset_after: bool) -> Cell:
    """Gated recurrent unit (Cho et al., arXiv:1406.1078), gates in the order z, r, h: h' = z h + (1 - z) candidate.

    Args:
        reset_after: the reset gate multiplies after the recurrent kernel (as in cuDNN), not before.
    """
    return Cell((units,), _gru_after if reset_after else _gru_before, make)


def lstm(units: int, make: Make) -> Cell:
    """Long short-term memory, gates in the order i, f, c, o: c' = f c + i candidate, h' = o activation(c')."""
    return Cell((units, units), _lstm, make)


def part(layer: Emitter, node: str, first: int, last: int, suffix: str) -> str:
    """Elements of the last axis."""
    shape = layer.shape(node)
    if (first, last) == (0, shape[-1]):
        return node
    starts, stops = (*(0 for _ in shape[:-1]), first), (*shape[:-1], last)
    return layer.add(Slice(starts, stops, (1,) * len(shape)), node, suffix=suffix)


def largest(held: ValueRange) -> float:
    """A bound on the absolute value of what has a range."""
    ends = (abs(int(n)) for bounds in (held.low, held.high) for n in bounds.flat)
    return float(np.ldexp(float(max(ends, default=0)), -held.unit))


def _simple_rnn(a: Arithmetic, x: str, states: Sequence[str]) -> Step:
    total = a.layer.add(Add(), a.kernel(x), a.recurrent(states[0], 0, 1), suffix="sum")
    return Step((a.candidate(total),), (None,))


def _gru_after(a: Arithmetic, x: str, states: Sequence[str]) -> Step:
    (h,), n, layer = states, a.units, a.layer
    inputs, inner = a.kernel(x), a.recurrent(h, 0, 3)
    gates = _gru_gates(a, inputs, part(layer, inner, 0, 2 * n, "inner_gates"))
    reset = part(layer, gates, n, 2 * n, "reset")
    kept = layer.add(Multiply(), reset, a.reset(part(layer, inner, 2 * n, 3 * n, "inner_h")), suffix="kept")
    return _mixed(a, inputs, gates, kept, h)


def _gru_before(a: Arithmetic, x: str, states: Sequence[str]) -> Step:
    (h,), n, layer = states, a.units, a.layer
    inputs = a.kernel(x)
    gates = _gru_gates(a, inputs, a.recurrent(h, 0, 2))
    kept = layer.add(Multiply(), part(layer, gates, n, 2 * n, "reset"), h, suffix="kept")
    return _mixed(a, inputs, gates, a.recurrent(a.reset(kept), 2, 3), h)


def _gru_gates(a: Arithmetic, inputs: str, inner: str) -> str:
    """z and r beside one another."""
    outer = part(a.layer, inputs, 0, 2 * a.units, "gates_x")
    return a.gate(a.layer.add(Add(), outer, inner, suffix="gates_sum"))


def _mixed(a: Arithmetic, inputs: str, gates: str, inner: str, h: str) -> Step:
    """z h + (1 - z) candidate, as candidate + z (h - candidate): the same number, and one product less."""
    n, layer = a.units, a.layer
    outer = part(layer, inputs, 2 * n, 3 * n, "candidate_x")
    candidate = a.candidate(layer.add(Add(), outer, inner, suffix="candidate_sum"))
    update = part(layer, gates, 0, n, "update")
    apart = layer.add(Subtract(), h, candidate, suffix="apart")
    mixed = layer.add(Add(), candidate, layer.add(Multiply(), update, apart, suffix="moved"), suffix="mixed")
    most = largest(layer.graph.range(candidate))
    return Step((mixed,), ((lambda bound: max(bound, most)) if _share(layer, update) else None,))


def _lstm(a: Arithmetic, x: str, states: Sequence[str]) -> Step:
    (h, c), n, layer = states, a.units, a.layer
    total = layer.add(Add(), a.kernel(x), a.recurrent(h, 0, 4), suffix="sum")
    entering = a.gate(part(layer, total, 0, 2 * n, "gates_sum"))
    candidate = a.candidate(part(layer, total, 2 * n, 3 * n, "candidate_sum"))
    output = a.gate(part(layer, total, 3 * n, 4 * n, "output_sum"))
    new = layer.add(Multiply(), part(layer, entering, 0, n, "input"), candidate, suffix="new")
    forget = part(layer, entering, n, 2 * n, "forget")
    carry = layer.add(Add(), layer.add(Multiply(), forget, c, suffix="kept"), new, suffix="carry")
    hidden = layer.add(Multiply(), output, a.carried(carry), suffix="hidden")
    most = largest(layer.graph.range(new))
    return Step((hidden, carry), (None, (lambda bound: bound + most) if _share(layer, forget) else None))


def _share(layer: Emitter, node: str) -> bool:
    """Whether a gate stays between 0 and 1."""
    held = layer.graph.range(node)
    return int(held.low.min()) >= 0 and largest(held) <= 1
