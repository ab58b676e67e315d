"""Keras 2 and QKeras files against what the framework that wrote them computed, layer by layer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.frontends.keras2.functions import parse_function
from fpgaml.frontends.keras2.parsed import parse
from fpgaml.frontends.model import Built
from fpgaml.frontends.registry import find_frontend, parse_model
from fpgaml.graph.interpreter import read_inputs
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from tests.graph.build import layer_outputs

DATA = Path(__file__).parents[2] / "fixtures"
LEGACY, SMALL = DATA / "legacy_qkeras", DATA / "keras2"

LEGACY_INPUTS = {
    "calo_student_conv": "ap_ufixed<10,10>",
    "calo_student_dense": "ap_ufixed<10,10>",
    "jets_dense": "ap_fixed<14,4>",
    "waveform_conv1d": "ap_fixed<8,8>",
}

# Largest |difference| of the layers that keep something in floating point; all other layers are equal.
BOUNDED: dict[str, dict[str, float]] = {
    "jets_dense": {"softmax": 2**-8},
    "activations_dictionary": {"bits_scaled": 2**-17},
    "activations_tables": {
        "softmax": 2**-8,
        "softmax_layer": 2**-8,
        **dict.fromkeys(
            ("sigmoid", "tanh", "hard_sigmoid", "softplus", "softsign", "elu", "selu", "swish", "gelu", "elu_layer"),
            2**-16,
        ),
    },
    "activations_settings": {
        **dict.fromkeys(("elu", "all_settings", "leaky", "leaky_function"), 2**-16),
        **dict.fromkeys(("prelu", "prelu_shared"), 2**-12),
        **dict.fromkeys(("softmax_first", "softmax_both"), 2**-8),
    },
    "attention": {
        **dict.fromkeys(("itself", "cross", "causal"), 2**-5),
        **dict.fromkeys(("plain", "scaled"), 2**-7),
    },
    "average_three": {"average": 2**-15},
    "convolutions_more": dict.fromkeys(
        ("up_valid", "up_same", "gaps", "image_same", "image_valid", "local", "image_local", "dilated",
         "image_separable", "image_depthwise"),
        2**-10,
    ),
    "embeddings": dict.fromkeys(("embedding", "flat", "single"), 2**-15),
    "garnet": dict.fromkeys(("mean", "each"), 2**-10),
    "hgq1_proxy": {"dense": 2**-14},
    "normalizations": dict.fromkeys(("last", "both", "first", "unit", "groups"), 2**-7),
    "operations": {"tf.math.tanh": 2**-16, "tf.nn.softmax": 2**-8},
    "prepared_data": {"fitted": 2**-14, "bytes": 2**-27},
    "time_distributed": dict.fromkeys(("dense", "conv"), 2**-12),
    "dense_float_scales": {
        **dict.fromkeys(("bits_auto", "bits_point7", "binary_auto", "ternary_auto"), 2**-14),
        **dict.fromkeys(("ternary_point3", "no_bias"), 2**-14),
        "bias_auto": 2**-17,
    },
    "depthwise": {"two": 2**-17, "po2": 2**-17},
    "depthwise_auto": {"auto": 2**-14},
    "folded_float_bias": {"folded": 2**-16},
    "normalization": dict.fromkeys(
        ("plain", "no_scale", "first_axis", "defaults", "bits", "gamma_auto"), 2**-14
    ),
    "plain_conv1d": {"grouped": 2**-11, "drop": 2**-11, "depthwise": 2**-11, "score": 2**-11},
    # One step of the 8-bit activations between the layers, where a float layer's value lies near a tie.
    "plain_layers": {
        "conv": 2**-10, "q1": 2**-5, "depthwise": 2**-4, "q2": 2**-4, "separable": 2**-3, "q3": 2**-4,
        "flat": 2**-4, "dense": 2**-3, "q4": 2**-4, "classes": 2**-6,
    },
    "pools_rounded": {
        **dict.fromkeys(("mean", "mean_same", "global_mean", "global_mean_keep"), 2**-16),
        "q_global": 2**-23,  # TensorFlow's own float32 rounding of 1/42 * 42
    },
}  # fmt: skip


def quantizer(text: str) -> Quantizer:
    return Quantizer(FixedType.parse(text), Rounding.RND, Overflow.SAT)


def build(path: Path, text: str) -> Built:
    model = parse(path)
    return model.build({name: quantizer(text) for name in model.input_shapes})


def recorded(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    with np.load(path) as arrays:
        inputs = {key[2:]: arrays[key] for key in arrays if key.startswith("x/")}
        if not inputs:
            inputs = {"": arrays["x"]}
        return inputs, {key[6:]: arrays[key] for key in arrays if key.startswith("layer/")}


def compare(built: Built, inputs: Mapping[str, Any], layers: Mapping[str, Any], bounds: Mapping[str, float]) -> None:
    graph = built.graph
    given = {graph.layers[name] if name else graph.inputs[0].name: data for name, data in inputs.items()}
    exact = read_inputs(graph, given)
    assert all(np.array_equal(exact[name].to_float(), data) for name, data in given.items())
    got = layer_outputs(graph, exact)
    for name, wanted in layers.items():
        mine = got[name].to_float()
        assert mine.shape == wanted.shape, name
        distance = np.abs(mine - wanted.astype(np.float64)).max()
        assert distance <= bounds.get(name, 0.0), f"{name}: {distance}"
    rounded = {note.layer for note in built.approximations}
    inexact = {name for name, bound in bounds.items() if bound > 2**-20}
    assert rounded or not inexact


@pytest.mark.parametrize("name", LEGACY_INPUTS)
def test_trained_models_are_reproduced(name: str) -> None:
    inputs, layers = recorded(LEGACY / f"{name}.npz")
    compare(build(LEGACY / f"{name}.h5", LEGACY_INPUTS[name]), inputs, layers, BOUNDED.get(name, {}))


@pytest.mark.parametrize("path", sorted(SMALL.glob("*.npz")), ids=lambda path: path.stem)
def test_every_layer_is_reproduced(path: Path) -> None:
    inputs, layers = recorded(path)
    assert layers
    compare(build(path.with_suffix(".h5"), "ap_fixed<8,4>"), inputs, layers, BOUNDED.get(path.stem, {}))


def test_exact_models_report_no_approximation() -> None:
    for name in ("dense_quantizers", "folded_conv2d", "activations_string", "separable", "shared_and_nested"):
        assert build(SMALL / f"{name}.h5", "ap_fixed<8,4>").approximations == ()


def test_a_description_with_its_weights_beside_it() -> None:
    inputs, layers = recorded(SMALL / "plain_conv1d.npz")
    compare(build(SMALL / "pair.json", "ap_fixed<8,4>"), inputs, layers, BOUNDED["plain_conv1d"])


def test_names_shapes_and_versions() -> None:
    model = parse(SMALL / "merges.h5")
    assert dict(model.input_shapes) == {"a": (3, 4), "b": (3, 4), "c": (3, 4)}
    assert model.framework == "Keras 2.14.0"
    assert parse(SMALL / "plain_conv1d.h5").framework == "Keras 2.14.0, QKeras"
    assert parse(SMALL / "plain_conv1d.h5").name == "trigger"
    graph = build(SMALL / "shared_and_nested.h5", "ap_fixed<8,4>").graph
    assert {"shared", "shared:1", "block", "block/inner_dense"} <= set(graph.layers)
    assert all(node.source for node in graph.nodes)
    many = build(SMALL / "pools.h5", "ap_fixed<8,4>").graph
    assert len(many.outputs) == 8


def test_neither_keras_nor_tensorflow_is_imported() -> None:
    code = (
        "import sys, fpgaml.frontends.registry as k; from pathlib import Path; "
        f"k.parse_model(Path({str(SMALL / 'conv2d.h5')!r})); "
        "assert not {'keras', 'tensorflow', 'qkeras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=DATA.parents[1])


def test_which_files_are_keras2(tmp_path: Path) -> None:
    assert find_frontend(LEGACY / "jets_dense.h5").name == "keras2"
    assert find_frontend(SMALL / "pair.json").name == "keras2"
    with pytest.raises(FpgamlError, match="weights alone"):
        parse_model(SMALL / "pair_weights.h5")
    shutil.copy(LEGACY / "jets_dense.h5", tmp_path / "three.h5")
    with h5py.File(tmp_path / "three.h5", "r+") as file:
        file.attrs["keras_version"] = "3.15.1"
    assert find_frontend(tmp_path / "three.h5").name == "keras3"
    with pytest.raises(FpgamlError, match=r"written by Keras 3\.15\.1"):
        parse(tmp_path / "three.h5")


def edited(tmp_path: Path, change: Callable[[Any], None], source: Path = LEGACY / "jets_dense.h5") -> Path:
    """A copy of a model whose description was changed."""
    path = tmp_path / "edited.h5"
    shutil.copy(source, path)
    path.chmod(0o644)
    with h5py.File(path, "r+") as file:
        description = json.loads(file.attrs["model_config"])
        change(description)
        file.attrs["model_config"] = json.dumps(description)
    return path


def layer_of(description: Any, name: str) -> Any:
    return next(layer for layer in description["config"]["layers"] if layer["config"]["name"] == name)


def test_every_unsupported_layer_is_named_at_once(tmp_path: Path) -> None:
    def change(description: Any) -> None:
        layer_of(description, "relu1")["class_name"] = "Lambda"
        layer_of(description, "relu2")["config"]["activation"] = "bernoulli()"
        layer_of(description, "relu3")["config"]["activation"] = "quantized_relu(6,0,use_sigmoid=1)"
        layer_of(description, "softmax")["config"]["activation"] = "exponential"
        layer_of(description, "fc2")["config"]["kernel_quantizer"]["config"]["qnoise_factor"] = 0.5

    with pytest.raises(UnsupportedError) as caught:
        parse(edited(tmp_path, change))
    assert [problem.where for problem in caught.value.problems] == ["relu1", "fc2", "relu2", "relu3", "softmax"]
    assert "holds Python code, which fpgaml never runs" in str(caught.value)
    assert all(problem.advice for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("source", "layer", "settings", "message"),
    [
        ("garnet", "each", {"quantize_transforms": True}, "quantize_transforms"),
        ("hgq1_proxy", "each", {"SAT": "WRAP_SM"}, "WRAP_SM"),
        ("embeddings", "embedding", {"mask_zero": True}, "mask_zero"),
        ("attention", "plain", {"score_mode": "concat"}, "concat"),
        ("convolutions_more", "local", {"implementation": 2}, "implementation"),
        ("conv2d", "conv_0", {"data_format": "channels_first"}, "channels_first"),
        ("activations_plain", "relu", {"activation": "exponential"}, "exponential"),
        ("activations_string", "bits", {"activation": "quantized_bits(4,0,alpha='auto')"}, "depends on the batch"),
        ("activations_string", "bits", {"activation": "quantized_ulaw(4)"}, "quantized_ulaw"),
        ("activations_string", "bits", {"activation": "__import__('os').system('true')"}, "cannot be read"),
        ("activations_string", "bits", {"activation": "quantized_bits(4,colour=3)"}, "does not know"),
        ("activations_string", "bits", {"activation": "quantized_bits('four')"}, "cannot be read"),
        ("activations_string", "bits", {"activation": "quantized_relu(4,2,negative_slope=0.3)"}, "negative_slope"),
        ("shapes", "up", {"interpolation": "bilinear"}, "bilinear"),
        ("plain_layers", "conv", {"dtype": "float16"}, "float16"),
        ("plain_layers", "conv", {"dtype": {"config": {"name": "mixed_float16"}}}, "mixed_float16"),
        ("dense_quantizers", "bits_none", {"kernel_quantizer": "quantized_bits(4,0,scale_axis=0)"}, "scale_axis"),
        ("dense_quantizers", "bits_none", {"kernel_quantizer": "quantized_tanh(4)"}, "quantized_tanh"),
    ],
)
def test_refused_settings(tmp_path: Path, source: str, layer: str, settings: dict[str, Any], message: str) -> None:
    path = edited(tmp_path, lambda d: layer_of(d, layer)["config"].update(settings), SMALL / f"{source}.h5")
    with pytest.raises(UnsupportedError, match=message) as caught:
        build(path, "ap_fixed<8,4>")
    assert layer in str(caught.value)


@pytest.mark.parametrize("keep", [0, 4, 100, 2048, 20000, 60000])
def test_truncated_files(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "cut.h5"
    path.write_bytes((LEGACY / "jets_dense.h5").read_bytes()[:keep])
    with pytest.raises(FpgamlError, match=r"empty|HDF5|read"):
        parse(path)


def test_damaged_descriptions_never_end_in_a_traceback(tmp_path: Path) -> None:
    # Only the JSON text is damaged: HDF5's own structures are the HDF5 library's to check.
    whole = (SMALL / "conv1d.h5").read_bytes()
    start = whole.index(b'{"class_name"')
    length = len(json.dumps(json.loads(h5py.File(SMALL / "conv1d.h5").attrs["model_config"])))
    assert json.loads(whole[start : start + length])
    rng = np.random.default_rng(5)
    path = tmp_path / "damaged.h5"
    for _ in range(200):
        data = bytearray(whole)
        for position in rng.integers(start, start + length, 2):
            data[position] = rng.choice(bytearray(b'0123456789"[]{},:.-abcdefghijklmnopqrstuvwxyz_ '))
        path.write_bytes(bytes(data))
        try:
            build(path, "ap_fixed<8,4>")
        except FpgamlError as error:
            assert error.reason


def weights_edited(tmp_path: Path, change: Callable[[Any], None]) -> Path:
    path = tmp_path / "weights.h5"
    shutil.copy(LEGACY / "jets_dense.h5", path)
    path.chmod(0o644)
    with h5py.File(path, "r+") as file:
        change(file["model_weights"])
    return path


def test_broken_weights(tmp_path: Path) -> None:
    def put(name: str, value: Any) -> Callable[[Any], None]:
        def change(group: Any) -> None:
            del group["fc2/fc2"][name]
            if value is not None:
                group["fc2/fc2"][name] = value

        return change

    broken = np.zeros((64, 32), np.float32)
    broken[3, 4] = np.nan
    with pytest.raises(FpgamlError, match=r"fc2: the weight `fc2/kernel:0` holds NaN or infinity, first at \(3, 4\)"):
        parse(weights_edited(tmp_path, put("kernel:0", broken)))
    with pytest.raises(FpgamlError, match="contents cannot be read"):
        parse(weights_edited(tmp_path, put("kernel:0", None)))
    with pytest.raises(FpgamlError, match="fc2: the weight `bias` has shape"):
        build(weights_edited(tmp_path, put("bias:0", np.zeros(31, np.float32))), "ap_fixed<14,4>")
    with pytest.raises(FpgamlError, match="fc2: the weight `fc2/bias:0` holds no numbers"):
        parse(weights_edited(tmp_path, put("bias:0", "text")))

    def forget(group: Any) -> None:
        group["fc2"].attrs["weight_names"] = [b"fc2/kernel:0"]

    with pytest.raises(FpgamlError, match="fc2: the file has no weight `bias`"):
        build(weights_edited(tmp_path, forget), "ap_fixed<14,4>")


def test_other_bad_files(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="no such file"):
        parse(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("not a model")
    with pytest.raises(FpgamlError, match="HDF5"):
        parse(tmp_path / "text.h5")
    with pytest.raises(FpgamlError, match="weights only"):
        parse(SMALL / "pair_weights.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["table"] = [1, 2]
    with pytest.raises(FpgamlError, match="not a Keras model"):
        parse(tmp_path / "other.h5")
    shutil.copy(SMALL / "pair.json", tmp_path / "alone.json")
    with pytest.raises(FpgamlError, match=r"alone_weights\.h5, alone\.weights\.h5, alone\.h5"):
        parse(tmp_path / "alone.json")
    (tmp_path / "broken.json").write_text("{")
    shutil.copy(SMALL / "pair_weights.h5", tmp_path / "broken_weights.h5")
    with pytest.raises(FpgamlError, match="not JSON"):
        parse(tmp_path / "broken.json")
    (tmp_path / "broken.json").write_text("[1, 2]")
    with pytest.raises(FpgamlError, match="not one of a Keras network"):
        parse(tmp_path / "broken.json")


def test_inconsistent_networks(tmp_path: Path) -> None:
    def unknown_input(description: Any) -> None:
        layer_of(description, "conv")["inbound_nodes"][0][0][0] = "nowhere"

    def free_size(description: Any) -> None:
        description["config"]["layers"][0]["config"]["batch_input_shape"] = [None, None]

    def no_units(description: Any) -> None:
        del layer_of(description, "dense1")["config"]["units"]

    conv = LEGACY / "calo_student_conv.h5"
    with pytest.raises(FpgamlError, match="wait for each other"):
        parse(edited(tmp_path, unknown_input, conv))
    with pytest.raises(FpgamlError, match="not fixed"):
        parse(edited(tmp_path, free_size, conv))
    with pytest.raises(FpgamlError, match="dense1: the settings and weights of this QDense do not fit together"):
        build(edited(tmp_path, no_units, conv), "ap_ufixed<10,10>")
    with pytest.raises(FpgamlError, match="inputs_: no type is given"):
        parse(conv).build({})


def test_a_type_that_grows_too_wide_names_the_layer(tmp_path: Path) -> None:
    def widen(description: Any) -> None:
        for name in ("relu1", "relu2", "relu3"):
            layer_of(description, name)["config"]["activation"] = "linear"

    path = edited(tmp_path, widen)
    build(path, "ap_fixed<14,4>")
    with pytest.raises(FpgamlError, match=r"(fc\d|output): its exact values need \d+ bits, more than 144"):
        build(path, "ap_fixed<116,4>")


@pytest.mark.parametrize("text", ["quantized_bits", "quantized_relu(6, 2)", " binary( ) ", "ternary(threshold=-0.5)"])
def test_quantizers_in_string_form(text: str) -> None:
    function = parse_function(text, "layer")
    assert function is not None and function.kind == text.strip().partition("(")[0]
