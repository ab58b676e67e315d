"""Float networks with the types that were asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.data.dataset import open_data
from fpgaml.errors import FpgamlError, TooWideError
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Dense, Lookup, Quantize
from fpgaml.graph.types import FixedType
from fpgaml.precision.asked import read_precision
from fpgaml.precision.by_plan import ByPlan
from fpgaml.source import LoadedModel, load_with_data, settle
from tests.paths import ROOT

FLOAT = ROOT / "tests" / "fixtures" / "float"
MODELS = sorted(path for folder in ("keras2", "keras3") for path in (FLOAT / folder).iterdir() if path.suffix != ".npz")


def loaded(path: Path, *texts: str) -> LoadedModel:
    asked = read_precision(texts)
    assert asked is not None
    return load_with_data(path, (), lambda _: None, ByPlan(asked))[0]


def test_there_are_models() -> None:
    assert len(MODELS) >= 25


@pytest.mark.parametrize("path", MODELS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_answers_are_near_the_frameworks(path: Path) -> None:
    """Nine fractional bits more leave at most a 64th of the distance, whatever the depth."""
    parsed = parse_model(path)
    data = next(open_data(path.with_suffix(".npz"), parsed.input_shapes).chunks())
    with np.load(path.with_suffix(".npz")) as arrays:
        wanted = arrays["y"]
    distances = []
    for text in ("ap_fixed<17,7>", "ap_fixed<26,7>"):
        graph = loaded(path, text).graph
        values = read_inputs(graph, {node: data[layer] for layer, node in graph.input_layers.items()})
        (found,) = interpret(graph, values).values()
        distances.append(float(np.abs(found.to_float() - wanted).max()))
    assert distances[0] < 0.03
    tables = any(isinstance(node.op, Lookup) for node in graph.nodes)
    assert distances[1] < (1e-2 if tables else distances[0] / 64)


def test_weights_saturate_and_results_truncate_and_wrap() -> None:
    model = loaded(FLOAT / "keras3" / "mlp_softmax.keras", "ap_fixed<6,1>", "dense.result=ap_fixed<14,6>")
    dense = next(node for node in model.graph.nodes if isinstance(node.op, Dense))
    assert isinstance(dense.op, Dense)
    assert int(abs(dense.op.kernel.at(5)).max()) <= 32
    after = [node.op for node in model.graph.nodes if isinstance(node.op, Quantize)]
    assert str(after[0].quantizer) == "ap_fixed<14,6> TRN WRAP"
    assert str(after[1].quantizer) == "ap_fixed<6,1> TRN WRAP"
    assert model.precision is not None
    parts = {(each.layer, each.part): each.type for each in model.precision.choices}
    assert parts["dense", "weight"] == "ap_fixed<6,1>"
    assert parts["dense", "result"] == "ap_fixed<14,6> TRN WRAP"
    assert ("dense_relu", "result") in parts  # <14,6> into <6,1>: the activation inside of the layer has its own name
    assert model.inputs[0].quantizer.type == FixedType(1, 0, 5)


def test_a_table_takes_the_entries_that_were_asked_for() -> None:
    model = loaded(FLOAT / "keras3" / "mlp_tanh.keras", "ap_fixed<16,6>", "dense_0.table=ap_fixed<9,1>")
    tables = [node.op for node in model.graph.nodes if isinstance(node.op, Lookup)]
    assert [int(table.table.normalised().fractional) for table in tables] == [8, 16]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dens_1.weight=ap_fixed<8,2>", "no layer `dens_1`. The nearest is dense_1"),
        ("dense_1.table=ap_fixed<8,2>", "nothing of the layer `dense_1` is a table"),
        ("dense_1.weights=ap_fixed<8,2>", "the layer `dense_1` has no part `weights`"),
        ("x.weight=ap_fixed<8,2>", "keeps nothing in floating point"),
    ],
)
def test_what_the_model_does_not_have_is_refused(text: str, said: str) -> None:
    with pytest.raises(FpgamlError, match=said):
        loaded(FLOAT / "keras3" / "mlp_deep.keras", "ap_fixed<16,6>", text)


def test_a_model_with_nothing_in_floating_point_refuses() -> None:
    with pytest.raises(FpgamlError, match="keeps nothing in floating point"):
        loaded(ROOT / "tests" / "fixtures" / "keras3" / "dense_default.keras", "ap_fixed<16,6>")


@pytest.mark.parametrize("name", ["keras2/mlp_deep.h5", "keras3/mlp_deep.keras"])
def test_without_either_the_error_offers_both(name: str) -> None:
    path = FLOAT / name
    parsed = parse_model(path)
    with pytest.raises(TooWideError) as found:
        settle(path, parsed, ("ap_fixed<16,6>",), open_data(path.with_suffix(".npz"), parsed.input_shapes))
    assert f"fpgaml convert {path} --precision 'ap_fixed<16,6>'" in str(found.value)
    assert f"fpgaml convert {path} --data {path.with_suffix('.npz')} --calibrate" in str(found.value)
