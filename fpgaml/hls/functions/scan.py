"""A recurrent layer: its cell as a function, in a loop over the steps, with the states in registers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgaml.graph.ops.scan import Scan
from fpgaml.hls.bodies import BODIES
from fpgaml.hls.bodies.site import Body, Site, Writer, loop
from fpgaml.hls.cpp import array, indented, read_stream, write_stream
from fpgaml.hls.functions.graph import Argument, GraphFunction, graph_function
from fpgaml.hls.tables import ConstantTable, constant_table

UNROLL = "    #pragma HLS UNROLL"
PIPELINE = "    #pragma HLS PIPELINE II=1"
"""For Vitis alone, which takes the smallest interval that the states allow; others would take it for an order."""


@dataclass(frozen=True)
class Recurrence:
    """What the code for whole tensors and that for streams are made of.

    Args:
        op: the operation; site: where it stands; cell: its function.
    """

    op: Scan
    site: Site
    cell: GraphFunction

    @classmethod
    def of(cls, site: Site) -> Recurrence:
        """A Scan's."""
        assert isinstance(site.op, Scan)
        about = "One step: what enters it, the states; the next states, what leaves it."
        return cls(site.op, site, graph_function(f"{site.name}_step", site.op.cell, site.target, about))

    @property
    def steps(self) -> int:
        """How many there are."""
        return self.site.operands[0].shape[0]

    @property
    def x(self) -> Argument:
        """What enters a step."""
        return self.cell.inputs[0]

    @property
    def y(self) -> Argument:
        """What leaves a step."""
        return self.cell.outputs[-1]

    @property
    def states(self) -> list[Argument]:
        """The states, each under the name that it has outside of the cell."""
        return [Argument(f"state{k}", a.kind, a.size) for k, a in enumerate(self.cell.inputs[1:])]

    @property
    def firsts(self) -> list[ConstantTable | None]:
        """What each state holds before the first step, where it is a constant."""
        arithmetic = self.site.arithmetic
        pairs = enumerate(self.op.initial)
        return [None if value is None else constant_table(f"first{k}", value, arithmetic) for k, value in pairs]

    @property
    def tables(self) -> list[str]:
        """Declarations of those constants."""
        return [table.declaration for table in self.firsts if table is not None]

    def step(self) -> list[str]:
        """From the array `x` and the states to the next states and the array `y`."""
        nexts = [Argument(f"next{k}", a.kind, a.size) for k, a in enumerate(self.cell.outputs[:-1])]
        names = [argument.name for argument in (*self.states, *nexts)]
        lines = [line for each in nexts for line in array(each.kind, each.name, each.size)]
        lines.append(f"{self.cell.name}({', '.join(['x', *names, 'y'])});")
        for state, new in zip(self.states, nexts, strict=True):
            lines += loop(state.size, f"{state.name}[i] = {new.name}[i];")
        return lines


def scan(site: Site, turns: int = 1) -> Body:
    """All steps of whole tensors.

    Args:
        turns: how often the hardware of a part of the steps is used; divides their number. 1: each step has its own.
    """
    parts = Recurrence.of(site)
    sequence, x, y, each = parts.op.sequence, parts.x, parts.y, parts.steps // turns
    reads = site.reads()
    given = iter(reads[1:])
    lines = []
    for state, first in zip(parts.states, parts.firsts, strict=True):
        lines += array(state.kind, state.name, state.size)
        lines += loop(state.size, f"{state.name}[i] = {(first or next(given)).at('i')};")
    inside = [f"const unsigned place = {_place(parts, turns)};", *array(x.kind, "x", x.size)]
    inside += loop(x.size, f"x[i] = {reads[0].at(f'place * {x.size} + i')};")
    if sequence:
        inside += [*array(y.kind, "y", y.size), *parts.step(), *loop(y.size, f"out[place * {y.size} + i] = y[i];")]
    else:
        lines += array(y.kind, "y", y.size)
        inside += parts.step()
    if each > 1:
        inside = [
            f"for (unsigned step = 0; step < {each}; step++) {{",
            "    #pragma HLS UNROLL",
            *indented(inside),
            "}",
        ]
    if turns > 1:
        inside = [f"for (unsigned turn = 0; turn < {turns}; turn++) {{", PIPELINE, *indented(inside), "}"]
    if not sequence:
        inside += loop(y.size, "out[i] = y[i];")
    tables = [*(read.declaration for read in reads), *parts.tables]
    return Body([*lines, *inside], tables, parts.cell.texts, rolled=turns > 1)


def _place(parts: Recurrence, turns: int) -> str:
    """Which step of x is taken, in C++."""
    each = parts.steps // turns
    terms = [*(["turn" if each == 1 else f"turn * {each}"] if turns > 1 else []), *(["step"] if each > 1 else [])]
    taken = " + ".join(terms) or "0"
    return f"{parts.steps - 1} - ({taken})" if parts.op.reverse else taken


BODIES[Scan] = Writer(scan)  # here and not there: a cell is a Graph, whose nodes have bodies


def streams_by_step(site: Site) -> bool:
    """Whether the steps can be taken from a stream as they come: in their order, and each operand from its own."""
    assert isinstance(site.op, Scan)
    arguments = [operand.argument for operand in site.operands if operand.constant is None]
    return not site.op.reverse and arguments == list(range(len(site.operands)))


def streamed_scan(site: Site) -> tuple[Sequence[str], Sequence[str]]:
    """A loop that takes one step after another from a stream.

    Returns:
        The texts of the functions that it calls; the lines of a function over streams.
    """
    parts = Recurrence.of(site)
    x, y = parts.x, parts.y
    lines, number = parts.tables, 0
    for state, first in zip(parts.states, parts.firsts, strict=True):
        lines += array(state.kind, state.name, state.size)
        if first is not None:
            lines += loop(state.size, f"{state.name}[i] = {first.at('i')};")
        else:
            number += 1
            lines += read_stream(f"in{number}_stream", f"in{number}_T", state.name, state.size)
    declared_y, written_y = array(y.kind, "y", y.size), write_stream("out_stream", "out_T", "y", y.size)
    inside = [*array(x.kind, "x", x.size), *read_stream("in0_stream", "in0_T", "x", x.size)]
    inside += [*declared_y, *parts.step(), *written_y] if parts.op.sequence else parts.step()
    over = [f"for (unsigned step = 0; step < {parts.steps}; step++) {{", PIPELINE, *indented(inside), "}"]
    return parts.cell.texts, [*lines, *over] if parts.op.sequence else [*lines, *declared_y, *over, *written_y]
