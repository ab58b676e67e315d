"""Advice for what is not read: followed to the letter, it gives a model that is read and computes the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from fpgaml.errors import UnsupportedError
from fpgaml.frontends.framework import PYTHON_VARIABLE, framework_python
from fpgaml.frontends.keras.advice import ACTIVATIONS, LAYERS, OPERATIONS, instead_of
from fpgaml.frontends.keras2.layers import CONVERTERS as KERAS2
from fpgaml.frontends.keras3.functions import KNOWN
from fpgaml.frontends.keras3.registry import HGQ, KERAS
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.types import FixedType, Quantizer
from tests.paths import LEGACY, ROOT

EXACT = Quantizer(FixedType(1, 3, 4))
KERAS3_NAMES = (
    *("absolute", "negative", "square", "add", "subtract", "multiply", "maximum", "minimum", "concatenate", "matmul"),
    *("leakyrelu", "clip", "mean", "max", "reshape", "expanddims", "squeeze", "transpose", "getitem", "pad"),
    *ACTIVATIONS,
)


def code_in(advice: str) -> str:
    found = re.search("`(.+?)`", advice)
    assert found, advice
    return found[1]


def has_keras3() -> bool:
    python = framework_python() if os.environ.get(PYTHON_VARIABLE) else None
    code = "import keras; assert keras.__version__[0] == '3'"
    return python is not None and subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


def test_what_is_advised_is_computed_alike(tmp_path: Path) -> None:
    """Each operation of keras.ops, and the layers that the advice for it names, built and run by Keras itself."""
    if not has_keras3():
        pytest.skip(f"the Python of {PYTHON_VARIABLE} has no Keras 3")
    names = [name for name in KERAS3_NAMES if name != "swish"]
    codes = {name: code_in(instead_of(name, KNOWN)) for name in names}
    (tmp_path / "advice.json").write_text(json.dumps(codes))
    python = str(framework_python())
    done = subprocess.run(
        [python, str(Path(__file__).with_name("advised.py")), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for name in names:
        graph = parse_model(tmp_path / f"{name}.keras").build(dict.fromkeys(("a", "b", "x"), EXACT)).graph
        with np.load(tmp_path / f"{name}.npz") as arrays:
            given = {node.name: arrays[node.source] for node in graph.inputs}
            (found,) = interpret(graph, read_inputs(graph, given)).values()
            for key in ("wanted", "model"):
                wanted = arrays[key]
                rounded = 2**-7 if name == "softmax" else 2**-14 if name in ACTIVATIONS else 0
                np.testing.assert_allclose(
                    found.to_float().reshape(wanted.shape), wanted, atol=rounded, rtol=0, err_msg=f"{name}, {key}"
                )


def test_every_operation_has_advice() -> None:
    assert set(OPERATIONS) | set(ACTIVATIONS) >= set(KERAS3_NAMES)
    known = {*KERAS} & {*KERAS2}
    for code in OPERATIONS.values():
        assert set(re.findall(r"\b([A-Z]\w+)\(", code)) - {"Dot"} <= known, code


@pytest.mark.parametrize("kind", LAYERS)
def test_advice_for_a_layer_names_layers_that_are_read(kind: str) -> None:
    assert kind not in KERAS and kind not in KERAS2
    named = set(re.findall(r"\b([A-Z]\w*[a-z]\w*[A-Z0-9]\w*)\b", LAYERS[kind][1]))
    assert named <= {*KERAS, *HGQ}
    assert named <= {*KERAS2}


def keras3_file(tmp_path: Path, kind: str, module: str) -> Path:
    """A model whose one layer has another class."""
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(ROOT / "tests/fixtures/keras3/plain_layout.keras") as source, zipfile.ZipFile(path, "w") as to:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "config.json":
                config = json.loads(content)
                layer = next(each for each in config["config"]["layers"] if each["class_name"] != "InputLayer")
                layer |= {"class_name": kind, "module": module}
                content = json.dumps(config).encode()
            to.writestr(item, content)
    return path


@pytest.mark.parametrize(
    ("kind", "module", "said"),
    [
        ("Absolute", "keras.src.ops.numpy", "`r = ReLU()(x); Subtract()([Add()([r, r]), x])`"),
        ("Sort", "keras.src.ops.numpy", "cut the model before it"),
        ("Dens", "keras.layers", "The nearest to it is Dense. Build it from Activation, "),
        ("PReLU", "keras.layers", "Use LeakyReLU, which has one slope"),
        ("Own", "my.package", "Build it from layers of Keras or HGQ2"),
    ],
)
def test_keras_3_files_get_it(kind: str, module: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError) as caught:
        parse_model(keras3_file(tmp_path, kind, module))
    (problem,) = caught.value.problems
    assert said in problem.advice


@pytest.mark.parametrize(
    ("kind", "config", "said"),
    [
        ("TFOpLambda", {"function": "math.abs"}, "`r = ReLU()(x); Subtract()([Add()([r, r]), x])`"),
        ("TFOpLambda", {"function": "__operators__.add"}, "`Add()([a, b])`. Fold a number into the layer before it"),
        ("TFOpLambda", {"function": "nn.tanh"}, "`Activation('tanh')(x)`"),
        ("TFOpLambda", {"function": "math.exp"}, "cut the model before it"),
        ("SlicingOpLambda", {"function": "__operators__.getitem"}, "`Cropping1D((1, 2))(x)`"),
        ("Conv2DTranspose", {}, "Use UpSampling2D and Conv2D"),
        ("QDens", {}, "The nearest to it are QDense and Dense. Build it from Activation, "),
    ],
)
def test_keras_2_files_get_it(kind: str, config: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(LEGACY / "jets_dense.h5", tmp_path))
    path.chmod(0o644)
    with h5py.File(path, "r+") as file:
        description = json.loads(file.attrs["model_config"])
        layer = next(each for each in description["config"]["layers"] if each["class_name"] == "QActivation")
        layer["class_name"] = kind
        layer["config"] |= config
        file.attrs["model_config"] = json.dumps(description)
    with pytest.raises(UnsupportedError) as caught:
        parse_model(path)
    (problem,) = caught.value.problems
    assert said in problem.advice
