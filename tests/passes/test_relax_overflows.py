"""Saturations that can never act cost nothing where only types are seen; all others stay."""

from __future__ import annotations

import pytest

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Dense, Input, Quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.hls.lower.prepare import prepare
from fpgaml.passes.relax_overflows import RelaxOverflows
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.netlist import Gate
from tests.graph.build import fixed
from tests.hls.harness import settings

WHOLE = FixedType(1, 3, 0)
"""-8 to 7."""


def rounded(weight: int, overflow: Overflow, rounding: Rounding = Rounding.RND, kind: FixedType = WHOLE) -> Graph:
    """-1 to 127 / 128 times a weight of 1/16 (-weight / 16 to just below weight / 16), into whole numbers."""
    builder = GraphBuilder("rounded")
    builder.add(Input((1,), Quantizer(FixedType(1, 0, 7))), name="x")
    builder.add(Dense(fixed([[weight]], 4), None), "x", name="dense")
    builder.add(Quantize(Quantizer(kind, rounding, overflow)), "dense", name="y")
    return builder.build(["y"])


def mode(graph: Graph) -> Overflow:
    """How the quantizer overflows."""
    op = graph["y"].op
    assert isinstance(op, Quantize)
    return op.quantizer.overflow


@pytest.mark.parametrize("overflow", [Overflow.SAT, Overflow.SAT_SYM, Overflow.SAT_ZERO])
def test_what_the_range_excludes_and_the_type_does_not(overflow: Overflow) -> None:
    graph = rounded(119, overflow)  # at most 7.38, which rounds to 7; its type holds 7.99, which would round to 8
    assert mode(RelaxOverflows().apply(graph)) == Overflow.WRAP
    assert mode(prepare(graph, settings())) == Overflow.WRAP


@pytest.mark.parametrize(
    ("weight", "rounding"),
    [
        (121, Rounding.RND),  # 7.5 to nearest is 8
        (200, Rounding.TRN),  # 12
    ],
)
def test_a_saturation_that_acts_stays(weight: int, rounding: Rounding) -> None:
    assert mode(RelaxOverflows().apply(rounded(weight, Overflow.SAT, rounding))) == Overflow.SAT


def test_a_symmetric_one_that_can_meet_the_lowest_code_stays() -> None:
    assert mode(RelaxOverflows().apply(rounded(-126, Overflow.SAT_SYM, Rounding.TRN))) == Overflow.SAT_SYM


def test_what_the_type_excludes_already_is_left_as_the_model_wrote_it() -> None:
    graph = rounded(119, Overflow.SAT, Rounding.TRN)  # cut off, 7.99 is 7
    assert RelaxOverflows().apply(graph) is graph


def test_rtl_has_ranges_on_its_wires_and_needs_no_pass() -> None:
    def gates(graph: Graph) -> list[Gate]:
        return [wire.gate for wire in to_netlist(graph).wires]

    assert Gate.CLAMP not in gates(rounded(119, Overflow.SAT))
    assert Gate.CLAMP in gates(rounded(121, Overflow.SAT))
    exact = FixedType(1, 3, 12)  # as fine as the sums: nothing to round
    sums = [gate for gate in gates(rounded(119, Overflow.WRAP, kind=exact)) if gate in (Gate.ADD, Gate.SUBTRACT)]
    assert len(sums) == 2  # 119 is 128 - 8 - 1
