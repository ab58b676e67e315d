"""Every target refuses, before any work, operations that it has no lowering for: all of them at once, with advice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from fpgaml.boards import find_board
from fpgaml.errors import UnsupportedError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Input, Operation, Relu, Shape, Slice, uniform_quantize
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.hls.settings import IoType
from fpgaml.hls.target import HlsTarget
from fpgaml.rtl.target import RtlTarget
from fpgaml.target import Evidence, Target
from fpgaml.tflite.target import TfliteTarget

NOTHING = Evidence(None, None, 1, 8, 8)
"""A conversion without data."""


@dataclass(frozen=True)
class Twice(Operation):
    """x + x, which no target knows."""

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        x = inputs[0]
        return ValueRange(2 * x.low, 2 * x.high, x.fractional - 1, x.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return FixedArray(2 * inputs[0].integers, inputs[0].fractional)


@dataclass(frozen=True)
class Thrice(Twice):
    """An operation of a derived class is another operation."""


def two_unknown() -> Graph:
    """Two unknown operations, one of them before a quantizer that could be fused into it, with known ones around."""
    builder = GraphBuilder("unknown")
    builder.add(Input((3,), Quantizer(FixedType(1, 3, 2), Rounding.RND, Overflow.SAT)), name="x", source="x")
    builder.add(Relu(), "x", name="relu", source="relu")
    builder.add(Twice(), "relu", name="first", source="layer_one")
    builder.add(uniform_quantize(1, 2, 0), "first", name="rounded", source="rounded")
    builder.add(Thrice(), "rounded", name="second", source="layer_two")
    return builder.build(("second",))


TARGETS: dict[str, tuple[Target, str]] = {
    "hls": (HlsTarget(), "HLS"),
    "hls, streams": (HlsTarget(io=IoType.STREAM), "HLS"),
    "rtl": (RtlTarget(), "RTL"),
    "tflite": (TfliteTarget(), "TensorFlow Lite"),
}


@pytest.mark.parametrize("key", TARGETS)
def test_all_are_named_with_reason_and_advice(key: str) -> None:
    target, name = TARGETS[key]
    with pytest.raises(UnsupportedError) as caught:
        target.check(two_unknown(), find_board("kcu116"), NOTHING)
    problems = {problem.where.split(" ")[0]: problem for problem in caught.value.problems}
    assert problems.keys() == {"layer_one", "layer_two"}
    assert problems["layer_one"].reason == f"{name} has no lowering for Twice"
    assert problems["layer_two"].reason == f"{name} has no lowering for Thrice"
    assert all("another --target" in problem.advice for problem in problems.values())


def test_what_a_backend_cannot_hold_is_named_along_with_it() -> None:
    builder = GraphBuilder("both")
    builder.add(Input((3,), Quantizer(FixedType(1, 3, 2), Rounding.RND, Overflow.SAT)), name="x", source="x")
    builder.add(Twice(), "x", name="first", source="unknown")
    builder.add(Slice((0,), (3,), (2,)), "first", name="second", source="cut")
    with pytest.raises(UnsupportedError) as caught:
        HlsTarget(backend="oneapi").check(builder.build(("second",)), find_board("agilex7"), NOTHING)
    assert {problem.where: problem.advice for problem in caught.value.problems} == {
        "unknown": "Replace this layer in the model, or choose another --target",
        "cut": "Use --backend quartus",
    }
