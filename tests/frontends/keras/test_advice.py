"""Advice for what is not read names what is."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest

from fpgaml.errors import UnsupportedError
from fpgaml.frontends.keras.advice import LAYERS
from fpgaml.frontends.keras2.layers import CONVERTERS as KERAS2
from fpgaml.frontends.keras3.registry import HGQ, KERAS
from fpgaml.frontends.registry import parse_model
from tests.paths import LEGACY, ROOT


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
        ("Argsort", "keras.src.ops.numpy", "cut the model before it"),
        ("Dens", "keras.layers", "The nearest to it is Dense. Build it from Activation, "),
        ("Masking", "keras.layers", "Leave it out"),
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
        ("TFOpLambda", {"function": "math.exp"}, "cut the model before it"),
        ("QConv2DTranspose", {}, "Use UpSampling2D and QConv2D"),
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
