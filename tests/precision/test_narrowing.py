"""Bits that go from a quantised model: values worked out by hand, and the same Graph from a conversion."""

import json
from pathlib import Path

import numpy as np
import pytest

from fpgaml import api
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder, Node
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Dense, Input, Lookup, Quantize, Relu, Reshape
from fpgaml.graph.serial import graph_hash, read_graph
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.precision.by_narrowing import as_texts, narrow, read_narrow
from fpgaml.precision.narrowing import narrowed, places
from fpgaml.precision.places import Place
from fpgaml.record.verdict import Status
from fpgaml.source import load_model
from tests.paths import ROOT

FLOAT = ROOT / "tests/fixtures/float/keras3/mlp_tanh.keras"
MODEL = ROOT / "tests/fixtures/keras3/dense_default.keras"
KERNEL = [[3, 4, 1], [-5, -8, 0], [7, 12, 0]]  # eighths; channels of steps 1/8, 1/2 and 1/8


def _network(rounding: Rounding = Rounding.TRN, overflow: Overflow = Overflow.WRAP) -> Graph:
    """Three inputs, a Dense of three channels, a Quantize whose elements differ, and one at the end."""
    builder = GraphBuilder("small")
    x = builder.add(Input((3,), Quantizer(FixedType(1, 3, 2))), name="x")
    bias = FixedArray(np.array([5, 3, 8]), 4)
    dense = builder.add(Dense(FixedArray(np.array(KERNEL), 3), bias), x, name="dense", source="layer")
    kind = FixedType([1, 0, 1], [4, 1, 4], [3, 0, 2])
    middle = builder.add(Quantize(Quantizer(kind, rounding, overflow)), dense, name="middle", source="layer")
    relu = builder.add(Relu(), middle, name="relu")
    last = builder.add(Quantize(Quantizer(FixedType(0, 3, 2), Rounding.RND, Overflow.SAT)), relu, name="last")
    return builder.build([builder.add(Reshape((3, 1)), last, name="out")])


def test_places_are_what_may_fall_and_the_ports_stay() -> None:
    """Channels 3, -5, 7 need four bits, 4, -8, 12 as 1, -2, 3 three; biases 5, 3, 8 sixteenths four; widths 8, 1, 7."""
    found = places(_network())
    assert {str(place): bits for place, bits in found.items()} == {
        "dense.weight": 4,
        "dense.bias": 4,
        "middle.result": 8,
    }


def test_weights_are_rounded_channel_by_channel_ties_to_even_and_saturate() -> None:
    """One bit less: 3/2 -> 2, -5/2 -> -2, 7/2 -> 4, beyond 3; 1/2 -> 0, -2/2 -> -1, 3/2 -> 2, beyond 1."""
    dense = narrowed(_network(), {Place("dense", "weight"): 1})["dense"].op
    assert isinstance(dense, Dense)
    expected = [[4, 0, 1], [-4, -8, 0], [6, 8, 0]]  # eighths; the third channel is one bit of magnitude already
    assert dense.kernel == FixedArray(np.array(expected), 3)
    assert dense.bias == FixedArray(np.array([5, 3, 8]), 4)


def test_a_channel_keeps_its_last_bit() -> None:
    """Three bits less of channels that have three, two and one of magnitude: steps of 4/8, 8/8 and 1/8 are the end."""
    dense = narrowed(_network(), {Place("dense", "weight"): 3})["dense"].op
    assert isinstance(dense, Dense)
    assert dense.kernel == FixedArray(np.array([[4, 0, 1], [-4, -8, 0], [4, 8, 0]]), 3)


def test_biases_are_one_channel() -> None:
    """5, 3 and 8 sixteenths with two bits less: 5/4 -> 1, 3/4 -> 1, 8/4 -> 2."""
    dense = narrowed(_network(), {Place("dense", "bias"): 2})["dense"].op
    assert isinstance(dense, Dense)
    assert dense.bias == FixedArray(np.array([1, 1, 2]), 2)


def test_results_round_to_nearest_and_saturate_and_an_element_of_one_bit_stays() -> None:
    middle = narrowed(_network(), {Place("middle", "result"): 2})["middle"].op
    assert isinstance(middle, Quantize)
    assert middle.quantizer == Quantizer(FixedType([1, 0, 1], [4, 1, 4], [1, 0, 0]), Rounding.RND, Overflow.SAT)
    kept = narrowed(_network(Rounding.RND_CONV, Overflow.SAT_SYM), {Place("middle", "result"): 1})["middle"].op
    assert isinstance(kept, Quantize)
    assert (kept.quantizer.rounding, kept.quantizer.overflow) == (Rounding.RND_CONV, Overflow.SAT_SYM)


def test_values_of_the_narrower_network() -> None:
    """x = (1, -1, 2): 4/8 + 4/8 + 12/8 + 5/16 = 45/16, in halves 2.8125 -> 3."""
    graph = narrowed(_network(), {Place("dense", "weight"): 1, Place("middle", "result"): 2})
    kept: dict[str, FixedArray] = {}

    def watch(node: Node, _: list[FixedArray], value: FixedArray) -> None:
        kept[node.name] = value

    interpret(graph, {"x": FixedArray(np.array([[4, -4, 8]]), 2)}, watch)
    assert kept["dense"].to_float()[0, 0] == 45 / 16
    assert kept["middle"].to_float()[0, 0] == 3.0


def test_a_table_loses_what_nothing_reaches() -> None:
    """Entry j is j squared for j = -8 .. 7; with one bit less only even j come, and their squares stay."""
    builder = GraphBuilder("table")
    x = builder.add(Input((1,), Quantizer(FixedType(1, 3, 2))), name="x")
    codes = builder.add(Quantize(Quantizer(FixedType(1, 3, 0), Rounding.RND, Overflow.SAT)), x, name="codes")
    table = FixedArray(np.arange(-8, 8) ** 2, 0)
    graph = builder.build([builder.add(Lookup(FixedType(1, 3, 0), table), codes, name="square")])
    fewer = narrowed(graph, {Place("codes", "result"): 1})
    square = fewer["square"].op
    assert isinstance(square, Lookup)
    assert square.table == FixedArray(np.array([64, 36, 16, 4, 0, 4, 16, 36]), 0)
    outputs = interpret(fewer, {"x": FixedArray(np.arange(-32, 32)[:, None], 2)})
    nearest = np.clip(np.floor(np.arange(-32, 32) / 8 + 0.5), -4, 3) * 2
    assert (outputs["square"].to_float()[:, 0] == nearest**2).all()


@pytest.mark.parametrize(
    ("fewer", "said"),
    [
        (
            {Place("dense", "result"): 1},
            "no dense.result whose .* Did you mean dense.weight or dense.bias?",
        ),
        ({Place("last", "result"): 1}, "no last.result"),
        ({Place("dense", "weight"): 4}, "dense.weight has 4 bits, and 4 are to go"),
        ({Place("dense", "weight"): -1}, "-1 are to go"),
    ],
)
def test_what_cannot_fall_is_named(fewer: dict[Place, int], said: str) -> None:
    with pytest.raises(FpgamlError, match=said):
        narrowed(_network(), fewer)


@pytest.mark.parametrize("text", ["dense.weight", "dense.weight=2", "dense=-2", "dense.table=-1", "dense.weight=-0"])
def test_texts_that_mean_nothing(text: str) -> None:
    with pytest.raises(FpgamlError, match="--narrow"):
        read_narrow([text])


def test_texts_there_and_back() -> None:
    texts = ("block.dense.weight=-2", "middle.result=-1")
    found = read_narrow(texts)
    assert found == {Place("block.dense", "weight"): 2, Place("middle", "result"): 1}
    assert as_texts(found) == texts
    with pytest.raises(FpgamlError, match=r"two numbers for a\.bias"):
        read_narrow(["a.bias=-1", "a.bias=-2"])


def test_a_conversion_has_the_same_graph_and_says_how_far_it_is(tmp_path: Path) -> None:
    graph = load_model(MODEL).graph
    fewer = dict.fromkeys(list(places(graph))[:2], 1)
    done = api.convert(MODEL, tmp_path / "p", target="rtl", narrow=as_texts(fewer), framework="never", vectors=16)
    assert graph_hash(read_graph(tmp_path / "p")) == graph_hash(narrowed(graph, fewer)) != graph_hash(graph)
    manifest = json.loads((tmp_path / "p/manifest.json").read_text())
    assert manifest["precision"]["how"] == "narrowed"
    assert [each["what"].split(" of ")[0] for each in manifest["approximations"]] == [
        {"weight": "weights", "bias": "biases", "result": "results"}[place.part] for place in fewer
    ]
    source = done.results.checks[0]
    assert source.status == Status.DISTANCE and source.oracle.startswith("the same network with all of its bits")
    assert not done.proved and done.passed


def test_not_together_with_precision(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="--narrow: not together with --precision"):
        api.convert(
            ROOT / "tests/fixtures/float/keras3/mlp_tanh.keras",
            tmp_path / "p",
            target="rtl",
            narrow="a.weight=-1",
            precision="ap_fixed<16,6>",
        )


def test_notes_say_widths_before_and_after() -> None:
    found = narrow(_network(), ["dense.weight=-1"])
    assert [note.what for note in found.notes] == ["weights of 4 bits rounded to 3 (--narrow)"]
