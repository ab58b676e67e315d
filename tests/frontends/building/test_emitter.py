"""An emitter's names, notes and limits; all unsupported layers named at once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.frontends.building.converters import convert_all
from fpgaml.frontends.building.emitter import MOST_VALUES, Emitter
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Input, Relu, UpSample
from fpgaml.graph.types import FixedType, Quantizer


@dataclass(frozen=True)
class Call:
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def emitter(label: str = "block/relu") -> Emitter:
    layer = Emitter(GraphBuilder("network"), label)
    layer.graph.add(Input((4, 2), Quantizer(FixedType(1, 3, 2))), name="x")
    return layer


def test_nodes_are_named_after_the_layer_and_unique() -> None:
    layer = emitter()
    assert [layer.add(Relu(), "x"), layer.add(Relu(), "x"), layer.add(Relu(), "x", suffix="positive")] == [
        "block_relu",
        "block_relu_2",
        "block_relu_positive",
    ]
    assert layer.graph.build(["block_relu"])["block_relu_2"].source == "block/relu"


def test_a_note_is_kept_once_for_each_layer() -> None:
    layer = emitter("one")
    other = Emitter(layer.graph, "two", layer.notes)
    for each in (layer, other, layer):
        each.note("a table")
    assert [(note.layer, note.what) for note in layer.notes] == [("one", "a table"), ("two", "a table")]


def test_a_result_that_fills_the_memory_is_refused_before_it_is_computed() -> None:
    with pytest.raises(FpgamlError, match=f"more than {MOST_VALUES}"):
        emitter("up").add(UpSample((1 << 22,)), "x")


def test_every_unsupported_layer_is_named_and_what_is_behind_it_is_not() -> None:
    calls = [Call((0,), (1,)), Call((0,), (2,)), Call((1,), (3,)), Call((2,), (4,)), Call((3, 4), (5,))]
    done = []

    def convert(call: Call) -> None:
        if call.outputs[0] in (1, 4):
            raise Emitter(GraphBuilder("n"), f"layer{call.outputs[0]}").unsupported("is odd", "Use another")
        done.append(call.outputs[0])

    with pytest.raises(UnsupportedError) as caught:
        convert_all("model.any", calls, convert)
    assert [problem.where for problem in caught.value.problems] == ["layer1", "layer4"]
    assert done == [2], "3 and 5 stand behind one that could not be built"
    assert str(caught.value).startswith("model.any: 2 layers are not supported: layer1: is odd. Use another")
