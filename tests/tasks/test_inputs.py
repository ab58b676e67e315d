"""Events of a network with several inputs."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Add, Input
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.tasks.columns import read_events
from fpgaml.tasks.events import fingerprint
from fpgaml.tasks.inputs import events_in


def test_events_of_several_inputs_are_told_apart_by_name_and_order_of_events() -> None:
    a, b = np.arange(6.0).reshape(3, 2), np.ones((3, 1))
    first = fingerprint({"hits": a, "edges": b})
    assert first == fingerprint({"edges": b, "hits": a})
    others = ({"hits": b, "edges": a}, {"hits": a[::-1], "edges": b}, {"hits": a, "rows": b}, {"hits": a})
    assert first not in {fingerprint(other) for other in others}
    assert events_in({"hits": a, "edges": b}) == events_in(a) == 3


def test_a_graph_reads_inputs_by_name() -> None:
    builder = GraphBuilder("two")
    for name, bits in (("hits", 3), ("edges", 1)):
        builder.add(Input((2,), Quantizer(FixedType(0, bits, 0))), name=name, source=name)
    graph = builder.build([builder.add(Add(), "hits", "edges", name="y")])
    found = read_events(graph, {"edges": np.array([[0, 1]]), "hits": np.array([[7, 2]])})
    assert found["hits"].integers.tolist() == [[7, 2]] and found["edges"].integers.tolist() == [[0, 1]]
    with pytest.raises(FpgamlError, match="two: reads hits, edges, where the task's events have x"):
        read_events(graph, np.zeros((1, 4)))
