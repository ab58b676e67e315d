"""Integer `.tflite` files against the recorded answers of LiteRT's reference kernels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from fpgaml.boards import find_board
from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.frontends.tflite.parsed import parse
from fpgaml.frontends.tflite.schema import read
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Conv1D, Conv2D, Input, Multiply
from fpgaml.graph.serial import from_json, to_json
from fpgaml.graph.values import FixedArray
from fpgaml.hls.target import HlsTarget
from fpgaml.litert import is_installed
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.run import NetlistRun
from fpgaml.source import load_model
from tests.hls.harness import simulation
from tests.paths import ROOT, fpgaml, needs_compiler

FOLDER = ROOT / "tests" / "fixtures" / "tflite"
RECORDED = sorted(path.stem for path in FOLDER.glob("*.npz"))
needs_litert = pytest.mark.skipif(not is_installed(), reason="ai-edge-litert is not installed")


def recorded(name: str) -> tuple[dict[str, FixedArray], dict[str, np.ndarray]]:
    """The inputs and outputs of a model, as codes."""
    with np.load(FOLDER / f"{name}.npz") as arrays:
        inputs = {key[3:]: FixedArray(arrays[key].astype(np.int64), 0) for key in arrays if key.startswith("in/")}
        outputs = {key[4:]: arrays[key].astype(np.int64) for key in arrays if key.startswith("out/")}
    return inputs, outputs


def graph_of(name: str) -> Graph:
    return load_model(FOLDER / f"{name}.tflite").graph


@pytest.mark.parametrize("name", RECORDED)
def test_every_code_is_that_of_the_reference_kernels(name: str) -> None:
    inputs, outputs = recorded(name)
    graph = graph_of(name)
    found = interpret(graph, inputs)
    assert list(found) == list(outputs)
    for key, wanted in outputs.items():
        assert np.array_equal(found[key].at(0), wanted), f"{(found[key].at(0) != wanted).sum()} of {wanted.size} differ"


def test_the_recorded_models_cover_every_operator() -> None:
    seen = {op.kind for name in RECORDED for op in read(FOLDER / f"{name}.tflite").operators}
    wanted = (
        "CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED MAX_POOL_2D AVERAGE_POOL_2D MEAN REDUCE_MAX ADD SUB MUL MAXIMUM "
        "MINIMUM CONCATENATION PAD RESHAPE EXPAND_DIMS TRANSPOSE RELU LEAKY_RELU LOGISTIC TANH SOFTMAX QUANTIZE "
        "DEQUANTIZE SHAPE STRIDED_SLICE PACK SPACE_TO_BATCH_ND"
    ).split()
    assert not set(wanted) - seen
    wide = [name for name in RECORDED if name.endswith("int16")]
    assert len(RECORDED) >= 28
    assert len(wide) >= 10


def test_the_graph_survives_its_json_form() -> None:
    graph = graph_of("waveform_int8")
    inputs, outputs = recorded("waveform_int8")
    again = from_json(to_json(graph))
    assert np.array_equal(interpret(again, inputs)["output_0"].at(0), outputs["output_0"])


def test_ports_carry_codes_and_say_what_they_mean() -> None:
    model = load_model(FOLDER / "waveform_int8.tflite")
    (node,) = model.graph.inputs
    assert isinstance(node.op, Input)
    assert (node.name, node.op.dims, str(node.op.quantizer.type)) == ("wave", (20, 2), "ap_fixed<8,8>")
    assert str(model.graph.types["output_0"].uniform()) == "ap_fixed<8,8>"
    assert model.codings["output_0"].scale == 1 / 256
    assert model.codings["output_0"].zero_point == -128
    assert "the file's int8 codes: a value is" in model.inputs[0].reason


def test_float_ports_carry_the_codes_behind_them() -> None:
    plain, floating = load_model(FOLDER / "waveform_int8.tflite"), load_model(FOLDER / "waveform_float_ports.tflite")
    assert plain.codings.keys() == floating.codings.keys()
    inputs, outputs = recorded("waveform_int8")
    assert np.array_equal(interpret(floating.graph, inputs)["output_0"].at(0), outputs["output_0"])


def test_convolutions_over_one_axis_are_one_dimensional() -> None:
    operations = [type(node.op) for node in graph_of("waveform_int8").nodes]
    assert operations.count(Conv1D) == 2
    assert Conv2D not in operations


def test_only_a_softmax_multiplies_values() -> None:
    sources = {node.source for node in graph_of("waveform_int8").nodes if isinstance(node.op, Multiply)}
    assert all(source.startswith("softmax") for source in sources)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plain_float", "computes in float32. Make an integer file"),
        ("plain_dynamic_range", "dynamic-range quantisation"),
        ("plain_float16", "with weights in float16"),
    ],
)
def test_floating_point_is_refused_with_the_command_that_helps(name: str, said: str) -> None:
    with pytest.raises(FpgamlError, match=said) as caught:
        parse(FOLDER / f"{name}.tflite")
    assert "--target tflite" in caught.value.advice


def test_unsupported_operators_are_all_named() -> None:
    with pytest.raises(UnsupportedError) as caught:
        parse(FOLDER / "unsupported_int8.tflite")
    assert len(caught.value.problems) > 1
    assert all("operator" in problem.where and problem.advice for problem in caught.value.problems)


def test_an_input_type_is_the_files_own(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match=r"wave: takes the file's own codes, ap_fixed<8,8>"):
        load_model(FOLDER / "waveform_int8.tflite", ["ap_fixed<10,4>"])


@needs_compiler
@pytest.mark.parametrize("name", ["residual_int8", "branches_int16", "visual_words_int8"])
def test_c_simulation_is_exact(name: str, tmp_path: Path) -> None:
    graph = graph_of(name)
    target = HlsTarget().settings(graph, find_board("vu13p"))
    as_recorded(name, simulation(graph, target, tmp_path).run)


@pytest.mark.parametrize("name", ["dense_per_tensor", "random_14_int8"])
def test_the_netlist_is_exact(name: str) -> None:
    pytest.importorskip("alkaid")
    as_recorded(name, NetlistRun(to_netlist(graph_of(name))).run)


def as_recorded(name: str, run: Callable[[Mapping[str, FixedArray]], Mapping[str, FixedArray]]) -> None:
    inputs, outputs = recorded(name)
    found = run(inputs)
    for key, wanted in outputs.items():
        assert np.array_equal(found[key].at(0), wanted)


@needs_litert
@needs_compiler
def test_the_command_line_proves_codes_and_real_data(tmp_path: Path) -> None:
    data = tmp_path / "events.npy"
    np.save(data, np.random.default_rng(1).normal(size=(60, 6)).astype(np.float32))
    model = FOLDER / "dense_per_tensor.tflite"
    done = fpgaml("convert", model, "-b", "kcu116", "-o", tmp_path / "project", "--data", data)
    assert done.returncode == 0, done.stderr
    assert "source model = Graph  EXACT" in done.stdout
    said = " ".join(done.stdout.split())
    assert "reference kernels (BUILTIN_REF)" in said
    assert "multiplications by constants" in said
    cheap = fpgaml("convert", model, "-o", tmp_path / "cheap", "--data", data, "--requantize", "power-of-two")
    assert "DISTANCE" in cheap.stdout
    again = fpgaml("verify", tmp_path / "project", "--model", model, "--data", data)
    assert again.returncode == 0, again.stderr
    assert "source model = Graph    EXACT" in again.stdout
