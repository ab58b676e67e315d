"""An operation is added as docs/architecture.md says: here from outside, by the tables that fpgaml itself fills."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import fpgaml
from fpgaml.boards import find_board
from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.graph.dump import dump
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import OPERATIONS, Dense, Input, Operation, Reshape, Shape, uniform_quantize
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.serial import from_json, to_json
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.hls.bodies import BODIES
from fpgaml.hls.bodies.site import Body, Site, Writer, alike, loop
from fpgaml.hls.tables import constant_table
from fpgaml.hls.target import HlsTarget
from fpgaml.rtl.lower.context import Context, Tensor, each
from fpgaml.rtl.lower.graph import LOWERINGS as RTL
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.netlist import Gate
from fpgaml.rtl.run import NetlistRun
from fpgaml.rtl.target import RtlTarget
from fpgaml.target import Evidence
from fpgaml.tflite.target import TfliteTarget
from tests.graph.build import fixed
from tests.hls.harness import differences, events_for, needs_compiler, settings

NOTHING = Evidence(None, None, 1, 8, 8)
"""A conversion without data."""


@dataclass(frozen=True)
class Distance(Operation):
    """|x - centre|: its three rules, side by side."""

    elementwise: ClassVar[bool] = True
    centre: FixedArray

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        x = inputs[0]
        unit = max(x.unit, self.centre.fractional)
        low, high = (bound - self._centre(unit) for bound in x.at(unit))
        nearest = np.where((low <= 0) & (high >= 0), 0, np.minimum(abs(low), abs(high)))
        return ValueRange(nearest, np.maximum(abs(low), abs(high)), np.maximum(x.fractional, unit), unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        unit = max(inputs[0].fractional, self.centre.fractional)
        return FixedArray(abs(inputs[0].at(unit) - self._centre(unit)), unit)

    def _centre(self, unit: int) -> int:
        return int(self.centre.at(unit)[0])


def to_cpp(site: Site) -> Body:
    """Statements in C++."""
    assert isinstance(site.op, Distance)
    table = constant_table("centre", site.op.centre, site.arithmetic)
    centre = table.at("0")
    lines = [f"if (in0[i] < {centre}) out[i] = {centre} - in0[i];", f"else out[i] = in0[i] - {centre};"]
    return Body(loop(prod(site.shape), *lines), [table.declaration])


def to_rtl(context: Context, node: Node, inputs: Sequence[Tensor]) -> Tensor:
    """Two subtractions and a choice, an element."""
    assert isinstance(node.op, Distance)
    builder = context.builder
    centre = builder.constant(int(node.op.centre.integers[0]), node.op.centre.fractional)
    return each(lambda x: builder.maximum(builder.subtract(x, centre), builder.subtract(centre, x)), inputs[0])


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What docs/architecture.md asks for."""
    monkeypatch.setitem(OPERATIONS, "Distance", Distance)
    monkeypatch.setitem(BODIES, Distance, Writer(to_cpp, alike))
    monkeypatch.setitem(RTL, Distance, to_rtl)


def network() -> Graph:
    """A Dense, its rounding, the new operation twice, and a rounding that HLS fuses into the second."""
    builder = GraphBuilder("distances")
    builder.add(Input((4,), Quantizer(FixedType(1, 3, 4))), name="x", source="x")
    builder.add(Dense(fixed([[3, -1], [0, 2], [5, 1], [-7, 4]], 2), fixed([1, -3], 2)), "x", name="dense")
    builder.add(uniform_quantize(1, 4, 3), "dense", name="rounded")
    builder.add(Distance(fixed([-5], 2)), "rounded", name="first", source="layer_one")
    builder.add(Reshape((1, 2)), "first", name="row")
    builder.add(Distance(fixed([7], 1)), "row", name="second", source="layer_two")
    builder.add(uniform_quantize(0, 3, 1), "second", name="y")
    return builder.build(["y", "first"])


@pytest.mark.usefixtures("registered")
def test_it_has_a_text_form_and_a_dump() -> None:
    graph = network()
    assert from_json(to_json(graph)) == graph
    assert "Distance" in dump(graph) and "centre" in dump(graph)


def test_without_registration_its_text_is_refused() -> None:
    with pytest.raises(TypeError, match="Distance is not among the operations"):
        to_json(network())


def test_a_text_that_names_it_is_refused_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(OPERATIONS, "Distance", Distance)
        text = to_json(network())
    with pytest.raises(FpgamlError, match="unknown operation 'Distance'"):
        from_json(text)


@needs_compiler
@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_hls_equals_the_interpreter(io_type: str, tmp_path: Path) -> None:
    graph = network()
    HlsTarget().check(graph, find_board("kcu116"), NOTHING)
    assert not differences(graph, settings(io_type=io_type), tmp_path, events=200)


@pytest.mark.usefixtures("registered")
def test_the_netlist_equals_the_interpreter() -> None:
    graph = network()
    RtlTarget().check(graph, find_board("kcu116"), NOTHING)
    netlist = to_netlist(graph)
    assert any(wire.gate == Gate.SELECT for wire in netlist.wires)
    values = events_for(graph, 500)
    assert NetlistRun(netlist).run(values) == interpret(graph, values)


@pytest.mark.usefixtures("registered")
def test_a_target_without_a_lowering_names_it() -> None:
    with pytest.raises(UnsupportedError) as caught:
        TfliteTarget().check(network(), find_board("kcu116"), NOTHING)
    assert [problem.where for problem in caught.value.problems] == ["layer_one (first)", "layer_two (second)"]


SIMPLE = ("LeakyRelu", "UpSample", "GroupSort")


@pytest.mark.parametrize("name", SIMPLE)
def test_an_operation_of_the_package_stands_in_six_files(name: str) -> None:
    root = Path(fpgaml.__file__).parent
    word = re.compile(rf"\b{name}\b")
    files = [path.relative_to(root) for path in root.rglob("*.py") if word.search(path.read_text(encoding="utf-8"))]
    files = [path for path in files if path.parts[0] in ("graph", "passes", "hls", "rtl", "tflite", "emulator")]
    # Streaming RTL needs none: what it knows nothing of is gathered and unrolled. Nor does HLS's estimate, which is
    # absent for a network with an operation that it has no model of, and names it; nor the sketch of a design, which
    # has a rule for all that it knows no better one for.
    optional = (("rtl", "dataflow"), ("hls", "estimate"), ("rtl", "sketch"))
    files = [path for path in files if path.parts[:2] not in optional]
    assert len([path for path in files if path.parts[0] == "graph"]) == 2  # its class, and the table's entry
    assert len(files) <= 6, files
