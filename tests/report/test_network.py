"""A Graph by layers, and the section that draws it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Add, Concatenate, Dense, Input, Relu, Reshape
from fpgaml.graph.serial import to_json
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.record.estimate import LayerCost
from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.report.drawing import Network
from fpgaml.report.layer_costs import costs_of
from fpgaml.report.network import grouped
from fpgaml.report.read import with_graph
from fpgaml.report.section import Figure, Line, Section, Subject, Table
from fpgaml.report.sections.network import sections, type_text
from tests.report.samples import manifest, results
from tests.rtl.small import small_graph
from tests.strategies import graphs


def subject(graph: Graph | None, **changes: Any) -> Subject:
    return Subject(
        parse(Manifest, "manifest.json", manifest()), parse(Results, "results.json", results(**changes)), graph=graph
    )


def section(found: Subject) -> Section:
    (only,) = sections(found)
    return only


def drawing(found: Subject) -> Network:
    (figure,) = section(found).parts
    assert isinstance(figure, Figure) and isinstance(figure.drawing, Network)
    return figure.drawing


def begun() -> tuple[GraphBuilder, str]:
    builder = GraphBuilder("net")
    return builder, builder.add(Input((2, 2), Quantizer(FixedType(1, 3, 2))), name="x", source="in")


def dense(builder: GraphBuilder, before: str, source: str) -> str:
    return builder.add(Dense(FixedArray(np.eye(4, dtype=int), 0), None), before, name=source, source=source)


def test_a_layer_is_a_box_and_a_value_that_leaves_it_an_edge() -> None:
    costs = {"first": {"lut": 30, "ff": 9}, "second": {"lut": 10, "dsp": 2, "bram": 1}}
    estimate = {"lut": 40, "ff": 9, "dsp": 2, "bram": 1, "layers": costs, "latency_cycles": 4}
    found = drawing(subject(small_graph(), estimate=estimate | {"latency_ns": 20.0, "interval_cycles": 1}))
    assert [box.title for box in found.boxes] == ["x", "first", "relu", "second", "tanh", "output tanh"]
    assert list(found.boxes[1].lines) == ["Dense", "30 LUT", "9 FF"] and found.boxes[1].share == 0.75
    assert list(found.boxes[2].lines) == ["Relu, Quantize to ap_ufixed<4,3>"] and found.boxes[2].share is None
    assert list(found.boxes[3].lines)[1:] == ["10 LUT, 2 DSP", "1 BRAM"] and found.cost == "LUT"
    assert [(edge.source, edge.target) for edge in found.edges] == [(f"g{n}", f"g{n + 1}") for n in range(4)] + [
        ("g4", "o0")
    ]
    assert found.edges[0].text == "ap_fixed<6,4>, 6" and found.edges[2].text == "ap_ufixed<4,3>, 5"


def test_rows_are_of_the_layer_that_the_model_or_the_hdl_or_a_stage_is_called_after() -> None:
    builder, x = begun()
    flat = builder.add(Reshape((4,)), x, name="flat", source="in")
    one = builder.add(Relu(), flat, name="a", source="0.act:1")
    other = builder.add(Relu(), one, name="b", source="stage")
    groups = grouped(builder.build([other])).groups
    rows = {"n_0_act_1": LayerCost(lut=60), "b": LayerCost(lut=20), "glue": LayerCost(lut=20, ff=3)}
    costs = costs_of(groups, rows)
    assert [cost.lut if cost else None for cost in costs.groups] == [None, 60, 20]
    assert costs.shares() == ("LUT", [None, 0.6, 0.2]) and list(costs.elsewhere) == ["glue"]
    only_dsps = costs_of(groups, {"b": LayerCost(lut=0, dsp=2)})
    assert only_dsps.shares() == ("DSP", [None, None, 1.0])
    assert costs_of(groups, {}).shares() == ("", [None] * 3)


def test_types_that_differ_by_element_are_their_widths() -> None:
    assert type_text(FixedType([0, 1], [3, 4], [0, 7])) == "3..12 bits"
    assert type_text(FixedType(1, 3, 8)) == "ap_fixed<12,4>"


def test_a_layer_before_and_behind_another_one_is_two() -> None:
    builder, x = begun()
    a = builder.add(Relu(), x, name="a", source="outer")
    b = builder.add(Relu(), a, name="b", source="inner")
    c = builder.add(Add(), a, b, name="c", source="outer")
    found = grouped(builder.build([c]))
    assert [group.name for group in found.groups] == ["in", "outer", "inner", "outer (2)"]
    assert dict(found.edges) == {(0, 1): ("x",), (1, 2): ("a",), (1, 3): ("a",), (2, 3): ("b",)}


def test_moves_behind_one_another_are_one_and_branches_are_not() -> None:
    builder, x = begun()
    flat = builder.add(Reshape((4,)), x, name="flat", source="flat")
    again = builder.add(Reshape((2, 2)), flat, name="again", source="again")
    last = builder.add(Reshape((4,)), again, name="last", source="last")
    one, other = dense(builder, last, "one"), dense(builder, last, "other")
    both = builder.add(Concatenate(0), one, other, name="both", source="both")
    found = grouped(builder.build([both]))
    assert [group.name for group in found.groups] == ["in", "flat to last", "one", "other", "both"]
    assert [node.name for node in found.groups[1].nodes] == ["flat", "again", "last"]


def test_long_chains_are_shortened() -> None:
    builder, x = begun()
    before = builder.add(Reshape((4,)), x, name="flat", source="in")
    for number in range(100):
        before = builder.add(Relu(), before, name=f"r{number}", source=f"layer_{number}")
    found = grouped(builder.build([before]), most=60)
    assert 2 < len(found.groups) <= 60
    assert sum(len(group.nodes) for group in found.groups) == 102
    assert found.groups[1].name == "layer_0 to layer_2"


@given(graphs())
@settings(max_examples=40, deadline=None)
def test_every_node_is_in_one_group_and_edges_go_forward(graph: Graph) -> None:
    for most in (2, 60):
        found = grouped(graph, most)
        names = [node.name for group in found.groups for node in group.nodes]
        assert sorted(names) == sorted(node.name for node in graph.nodes)
        assert all(source < target for source, target in found.edges)
    assert {edge.text for edge in drawing(subject(graph)).edges}


def test_nothing_is_read_for_a_report_without_pictures_and_a_damaged_graph_is_a_remark(tmp_path: Path) -> None:
    plain = subject(None)
    assert list(sections(plain)) == []
    (tmp_path / "graph.json").write_text(to_json(small_graph()))
    assert with_graph(plain, tmp_path).graph == small_graph()
    (tmp_path / "graph.json").write_text(to_json(small_graph())[:-40])
    (remark,) = section(with_graph(plain, tmp_path)).parts
    assert isinstance(remark, Line) and "Not drawn" in str(remark.words[0]) and "not JSON" in str(remark.words[0])
    (tmp_path / "graph.json").unlink()
    assert with_graph(plain, tmp_path).no_graph


def test_too_many_branches_for_a_picture_are_said() -> None:
    builder, x = begun()
    flat = builder.add(Reshape((4,)), x, name="flat", source="in")
    several = [builder.add(Relu(), flat, name=f"r{number}", source=f"branch_{number}") for number in range(150)]
    both = builder.add(Concatenate(0), *several, name="both", source="both")
    remark, table = section(subject(builder.build([both]))).parts
    assert isinstance(remark, Line) and remark.words == ("153 layers that branch: too many for a picture",)
    assert isinstance(table, Table) and len(table.rows) == 152


def test_the_same_in_words() -> None:
    (figure,) = section(subject(small_graph())).parts
    assert isinstance(figure, Figure)
    (table,) = figure.instead
    assert isinstance(table, Table)
    rows = [[cell if isinstance(cell, str) else cell.text for cell in row] for row in table.rows]
    assert rows[2] == ["relu", "Relu, Quantize to ap_ufixed<4,3>", "ap_ufixed<4,3>, 5"]
    assert [row[0] for row in rows] == ["x", "first", "relu", "second", "tanh"]
