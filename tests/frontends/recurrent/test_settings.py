"""Recurrent layers' settings: what is refused and why, damaged ones, types of states, roundings asked for."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.ops.scan import Scan
from fpgaml.precision.asked import read_precision
from fpgaml.precision.planned import Planned
from tests.frontends.recurrent.test_models import DATA, TYPE, computed, recorded

Config = dict[str, Any]


def changed(name: str, folder: Path, change: Callable[[Config], None]) -> Path:
    """A copy of a model with another configuration of its last layer."""
    source = next(DATA.glob(f"{name}.[kh]*"))
    path = folder / source.name
    if source.suffix == ".h5":
        path.write_bytes(source.read_bytes())
        with h5py.File(path, "r+") as store:
            whole = json.loads(store.attrs["model_config"])
            change(whole["config"]["layers"][-1])
            store.attrs["model_config"] = json.dumps(whole)
        return path
    with zipfile.ZipFile(source) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    whole = json.loads(members["config.json"])
    change(whole["config"]["layers"][-1])
    members["config.json"] = json.dumps(whole).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)
    return path


def setting(**values: Any) -> Callable[[Config], None]:
    """Other settings of the layer."""
    return lambda layer: layer["config"].update(values)


def inner(**values: Any) -> Callable[[Config], None]:
    """Other settings of the layer that a wrapper holds."""
    return lambda layer: layer["config"]["layer"]["config"].update(values)


REFUSED: list[tuple[str, Callable[[Config], None], str]] = [
    ("keras3_gru", setting(stateful=True), "stateful"),
    ("keras2_gru", setting(stateful=True), "stateful"),
    ("keras2_gru", setting(time_major=True), "time_major"),
    ("keras3_gru", setting(activation="softmax"), "softmax as activation"),
    ("keras3_lstm", setting(recurrent_activation="no_such"), "recurrent_activation `no_such`"),
    ("keras2_gru", setting(recurrent_activation="no_such"), "no_such"),
    ("keras3_bidirectional", setting(merge_mode="max"), "merge_mode='max'"),
    ("keras3_bidirectional", inner(stateful=True), "stateful"),
    ("qkeras_gru", setting(recurrent_quantizer=None), "no recurrent_quantizer"),
    ("qkeras_gru", setting(state_quantizer="quantized_bits(4,0,1,alpha='auto')"), "depends on the batch"),
    ("qkeras_bidirectional", inner(kernel_quantizer="bernoulli()"), "bernoulli"),
    ("keras3_stacked_cells", lambda layer: layer["config"].update(return_state=True), "states of several cells"),
]


@pytest.mark.parametrize(("name", "change", "says"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_refused_with_the_reason(name: str, change: Callable[[Config], None], says: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError) as caught:
        parse_model(changed(name, tmp_path, change))
    assert says in str(caught.value)
    assert all(problem.advice for problem in caught.value.problems)


def test_a_mask_in_the_call_is_refused(tmp_path: Path) -> None:
    def masked(layer: Config) -> None:
        node = layer["inbound_nodes"][0]
        node["kwargs"]["mask"] = node["args"][0]

    parsed = parse_model(changed("keras3_gru", tmp_path, masked))
    with pytest.raises(UnsupportedError, match="a GRU that is called with mask"):
        parsed.build(dict.fromkeys(parsed.input_shapes, TYPE))


DAMAGED: list[tuple[str, Callable[[Config], None]]] = [
    ("keras3_gru", setting(units=5)),
    ("keras3_gru", setting(units=-4)),
    ("keras3_gru", setting(units="many")),
    ("keras3_gru", setting(reset_after=False)),
    ("keras3_lstm", setting(use_bias=False)),
    ("hgq2_gru", setting(rkq_conf=None)),
    ("hgq2_gru", setting(sq_conf={"class_name": "Other", "config": {}})),
    ("keras3_bidirectional", setting(layer=None)),
    ("keras3_bidirectional", setting(layer={"class_name": "Dense", "config": {"units": 2}})),
    ("keras3_stacked_cells", setting(cell={"class_name": "Dense", "config": {}})),
    ("keras3_stacked_cells", setting(cell=[])),
    ("keras3_stacked_cells", setting(cell={"class_name": "StackedRNNCells", "config": {}})),
    ("keras2_gru", setting(units=1 << 40)),
    ("keras2_gru", setting(reset_after="no")),
    ("qkeras_lstm", setting(state_quantizer="quantized_bits(0)")),
    ("qkeras_lstm", setting(state_quantizer=7)),
    ("keras2_stacked_cells", setting(cell=None)),
]


@pytest.mark.parametrize(("name", "change"), DAMAGED)
def test_damaged_settings_are_errors_that_name_the_layer(
    name: str, change: Callable[[Config], None], tmp_path: Path
) -> None:
    try:
        parsed = parse_model(changed(name, tmp_path, change))
        parsed.build(dict.fromkeys(parsed.input_shapes, TYPE))
    except FpgamlError as error:
        assert str(error)
    else:
        assert name == "keras2_gru"  # a text counts as true: reset_after it is


def test_a_file_without_a_cells_weights(tmp_path: Path) -> None:
    with zipfile.ZipFile(DATA / "keras3_lstm.keras") as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    weights = io.BytesIO(members["model.weights.h5"])
    with h5py.File(weights, "r+") as store:
        del store["layers/lstm/cell/vars/1"]
    members["model.weights.h5"] = weights.getvalue()
    path = tmp_path / "cut.keras"
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)
    parsed = parse_model(path)
    with pytest.raises(FpgamlError, match="2 arrays of `cell` in the file where 3 belong"):
        parsed.build(dict.fromkeys(parsed.input_shapes, TYPE))


def scan_of(name: str) -> Scan:
    """The first recurrent layer of a model."""
    graph = recorded(next(DATA.glob(f"{name}.[kho]*")))[0].graph
    return next(node.op for node in graph.nodes if isinstance(node.op, Scan))


def test_types_of_states() -> None:
    """A GRU's state stays within what its candidate can be; an LSTM's carry grows by one a step at most."""
    (gru,) = scan_of("keras3_gru").cell.inputs[1:]
    assert str(scan_of("keras3_gru").cell.types[gru.name]) == "ap_fixed<18,2>"  # [-2, 2) in steps of 2**-16
    scan = scan_of("keras3_lstm")
    types = [str(scan.cell.types[node.name]) for node in scan.states]
    assert types == ["ap_fixed<18,2>", "ap_fixed<20,4>"]  # five steps: 5 is in [-8, 8)
    assert scan.initial == (scan.initial[0], scan.initial[1]) and not any(each.integers.any() for each in scan.initial)
    (kept,) = (str(scan_of("qkeras_gru").cell.types[node.name]) for node in scan_of("qkeras_gru").states)
    assert kept == "ap_fixed<6,1>"  # quantized_bits(6, 0, 1): the state that the cell uses


def test_a_state_that_grows_without_bound_is_said(tmp_path: Path) -> None:
    """ReLU and weights above one: within many steps its state may be anything."""
    path = tmp_path / "long.onnx"
    onnx = pytest.importorskip("onnx")
    model = onnx.load(DATA / "onnx_rnn_reverse.onnx")
    for value in (*model.graph.input, *model.graph.output):
        dims = value.type.tensor_type.shape.dim
        if len(dims) >= 3 and dims[1].dim_value == 5:
            dims[1].dim_value = 200
    for tensor in model.graph.initializer:
        if tensor.name == "R":
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.full((1, 3, 3), 2, np.float32), "R"))
    onnx.save(model, path)
    parsed = parse_model(path)
    with pytest.raises(FpgamlError, match=r"may grow beyond 2\*\*32 within 200 steps"):
        parsed.build(dict.fromkeys(parsed.input_shapes, TYPE))


def test_a_precision_rounds_states_and_functions() -> None:
    path = DATA / "keras3_lstm.keras"
    _, inputs, answers = recorded(path)
    parsed, asked = parse_model(path), read_precision(["ap_fixed<18,6,RND,SAT>", "lstm_state=ap_fixed<14,4,RND,SAT>"])
    assert asked is not None
    planned = Planned(asked)
    built = parsed.build(dict.fromkeys(parsed.input_shapes, TYPE), planned)
    found = computed(built, inputs, answers)
    for name, wanted in answers.items():
        np.testing.assert_allclose(found[name], wanted, atol=5e-3, rtol=0)
    scan = next(node.op for node in built.graph.nodes if isinstance(node.op, Scan))
    assert max(int(scan.cell.types[node.name].fractional) for node in scan.states) == 10
    parts = [str(choice.place) for choice in planned.choices]
    assert {"lstm.weight", "lstm.bias", "lstm_sigmoid.result", "lstm_state.result"} <= set(parts)
    assert len(parts) == len(set(zip(parts, (choice.type for choice in planned.choices), strict=True)))
