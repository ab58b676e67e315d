"""A model in Keras 3 (with HGQ2) or Keras 2 (with QKeras), as `serve.py` runs it.

A script on its own, for any Python from 3.8 on that has the framework and numpy: it imports nothing of fpgaml.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

FRAMEWORKS = ("keras", "hgq", "qkeras", "tensorflow", "tf_keras", "builtins")
"""Top-level modules whose classes a file may name; `builtins` is how Keras writes a plain function's name."""
BACKENDS = ("tensorflow", "jax", "torch")
"""In the order that they are chosen in: JAX compiles each small operation that loading an HGQ2 model takes, which costs
two to three times the CPU time."""
FEW = 4
"""A batch is filled up to the size of one that was compiled before, if that is at most so many times its own."""


class RefusedError(Exception):
    """This file is not run: why, and what to do."""

    advice = "Use layers of Keras, HGQ2 or QKeras alone"


class UnavailableError(Exception):
    """This Python lacks what the file needs."""

    status = "unavailable"


def begin(job: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Load the model; the function runs it."""
    path = Path(job["model"])
    config, version = description(path)
    used = packages(config)
    if importlib.util.find_spec("keras") is None and importlib.util.find_spec("tensorflow") is None:
        raise UnavailableError("Keras is not installed in " + sys.executable)
    choose_backend(job["float64"])
    import keras

    modern = int(keras.__version__.split(".")[0]) >= 3
    custom = custom_objects(used, modern, version)
    model, rounding = load_float64(keras, path, custom, modern) if job["float64"] else (None, "")
    if model is None:
        model = load(keras, path, custom, modern)
    tensors = probes(model, modern) if job["layers"] else {}
    network = Network(keras.Model(list(model.inputs), [*model.outputs, *tensors.values()]), job["batch"])
    facts = {
        "outputs": unique([producer(tensor) for tensor in model.outputs]),
        "layers": list(tensors),
        "versions": versions(used),
        "precision": "float64" if job["float64"] and not rounding else "float32",
        "float32_because": rounding,
    }
    return facts, lambda inputs: network(feed(model, inputs))


def description(path: Path) -> tuple[Any, str]:
    """The model's configuration and the version of the Keras that wrote it, read as data."""
    if path.suffix == ".json":
        config = json.loads(path.read_text(encoding="utf-8"))
        return config, str(config.get("keras_version", ""))
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            metadata = json.loads(archive.read("metadata.json"))
            return json.loads(archive.read("config.json")), str(metadata.get("keras_version", ""))
    import h5py

    with h5py.File(path, "r") as store:
        return json.loads(store.attrs["model_config"]), str(store.attrs.get("keras_version", ""))


def packages(config: Any) -> set[str]:
    """The packages whose classes a configuration names.

    Raises:
        RefusedError: a class outside the frameworks, or Python code.
    """
    found: set[str] = set()
    waiting = [config]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found.update(named(item))
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def named(item: dict[str, Any]) -> set[str]:
    """The packages that one serialised object names."""
    kind = item.get("class_name")
    if not isinstance(kind, str):
        return set()
    if kind.rpartition(">")[2] in ("Lambda", "__lambda__"):
        raise RefusedError(f"it holds Python code ({kind}), which is not run")
    found = {text.split(">")[0] for text in (kind, str(item.get("registered_name"))) if ">" in text}
    if isinstance(item.get("module"), str):
        found.add(item["module"].split(".")[0])
    for package in sorted(found):
        if package not in FRAMEWORKS:
            raise RefusedError(f"it names `{kind}`, a class of the package `{package}`")
    if kind.startswith("Q") and "module" not in item:  # the form of Keras 2 files, which name no package
        found.add("qkeras")
    return found


def choose_backend(float64: bool) -> None:
    """Keras 3's backend: the one that the environment asks for, else the first that is installed."""
    if float64:
        os.environ["JAX_ENABLE_X64"] = "1"  # JAX reads it when it is imported
    if not os.environ.get("KERAS_BACKEND"):
        there = [name for name in BACKENDS if importlib.util.find_spec(name) is not None]
        if there:
            os.environ["KERAS_BACKEND"] = there[0]


def custom_objects(used: set[str], modern: bool, version: str) -> dict[str, Any]:
    """Import what the file needs beside Keras; returns the classes that Keras 2 has to be told of."""
    if "hgq" in used:
        if importlib.util.find_spec("hgq") is None:
            raise UnavailableError("the model uses HGQ2, which is not installed in " + sys.executable)
        load_state_quantizers(importlib.import_module("hgq.layers").QSimpleRNN)
    if "qkeras" not in used:
        return {}
    if modern or importlib.util.find_spec("qkeras") is None:
        raise UnavailableError(
            f"the model was written by Keras {version or '2'} with QKeras, and {sys.executable} does not have both"
        )
    restore_names()
    utilities = importlib.import_module("qkeras.utils")

    known: dict[str, Any] = {}
    utilities._add_supported_quantized_objects(known)
    return known


def load_state_quantizers(layer: Any) -> None:
    """Let HGQ2 load what it saves: a QSimpleRNN's state quantizer is in the file, and `enable_sq` is not."""
    plain = layer.__init__

    def start(self: Any, *args: Any, enable_sq: Any = False, sq_conf: Any = None, **more: Any) -> None:
        plain(self, *args, enable_sq=enable_sq or sq_conf is not None, sq_conf=sq_conf, **more)

    layer.__init__ = start


def restore_names() -> None:
    """Give TensorFlow back what QKeras 0.9's recurrent cells call by names of before TensorFlow 2.13."""
    import tensorflow as tf

    nest: Any = importlib.import_module("tensorflow.python.util.nest")
    array_ops: Any = importlib.import_module("tensorflow.python.ops.array_ops")
    if not hasattr(nest, "is_sequence"):
        nest.is_sequence = nest.is_nested
    if not hasattr(array_ops, "unstack"):
        array_ops.unstack = tf.unstack


def load(keras: Any, path: Path, custom: dict[str, Any], modern: bool) -> Any:
    """The model, not compiled; Keras 3 in its safe mode."""
    if path.suffix == ".json":
        config = json.loads(path.read_text(encoding="utf-8"))
        model = keras.models.model_from_json(json.dumps(config), custom_objects=custom)
        model.load_weights(str(weights_beside(path)[0]))
        return model
    options = {"safe_mode": True} if modern else {}
    return keras.models.load_model(str(path), custom_objects=custom, compile=False, **options)


def weights_beside(path: Path) -> list[Path]:
    """The files that hold the weights of a configuration that is a file of its own."""
    weights = [path.with_name(path.stem + end) for end in ("_weights.h5", ".weights.h5", ".h5")]
    return [candidate for candidate in weights if candidate.exists()]


def load_float64(keras: Any, path: Path, custom: dict[str, Any], modern: bool) -> tuple[Any, str]:
    """The model with every layer in float64, as its file has them in float32; or None, and why it is not to be had."""
    if not modern:
        return None, "Keras 2 computes in float32"
    keras.config.set_floatx("float64")
    try:
        with tempfile.TemporaryDirectory() as folder:
            model = load(keras, widened(path, Path(folder)), custom, modern)
        narrow = narrow_steps(keras, model)
    except Exception as error:  # noqa: BLE001 - whatever stops it, float32 is as good as it was before
        narrow = f"it cannot be loaded in float64 ({type(error).__name__}: {str(error)[:200]})"
    if not narrow:
        return model, ""
    keras.config.set_floatx("float32")
    if keras.backend.backend() == "jax":
        importlib.import_module("jax").config.update("jax_enable_x64", False)
    return None, narrow


def widened(path: Path, folder: Path) -> Path:
    """A copy of a model file with float64 for float32 in its configuration; the weights are as they were."""
    copy = folder / path.name
    if path.suffix == ".json":
        copy.write_text(json.dumps(in_float64(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
        for weights in weights_beside(path):
            shutil.copy(str(weights), str(folder))
        return copy
    if not zipfile.is_zipfile(path):
        import h5py

        shutil.copy(str(path), str(copy))
        with h5py.File(copy, "r+") as store:
            store.attrs["model_config"] = json.dumps(in_float64(json.loads(store.attrs["model_config"])))
        return copy
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as target:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "config.json":
                content = json.dumps(in_float64(json.loads(content))).encode()
            target.writestr(name, content)
    return copy


def in_float64(item: Any) -> Any:
    """A configuration with every dtype and dtype policy that is float32 in float64."""
    if isinstance(item, list):
        return [in_float64(value) for value in item]
    if not isinstance(item, dict):
        return item
    found = {key: in_float64(value) for key, value in item.items()}
    named = item.get("class_name") == "DTypePolicy"
    holder, key = (found["config"], "name") if named else (found, "dtype")
    if holder.get(key) == "float32":
        holder[key] = "float64"
    return found


def narrow_steps(keras: Any, model: Any) -> str:
    """What a model does not compute in float64, found in the operations that it is compiled from; empty if nothing."""
    network = keras.Model(list(model.inputs), list(model.outputs))
    shapes = [(1, *[int(size) for size in tuple(tensor.shape)[1:]]) for tensor in network.inputs]

    def run(*arrays: Any) -> Any:
        return network(list(arrays) if len(arrays) > 1 else arrays[0], training=False)

    backend = str(keras.backend.backend())
    if backend == "tensorflow":
        found = narrow_in_tensorflow(run, shapes)
    elif backend == "jax":
        found = narrow_in_jax(run, shapes)
    else:
        return "what the backend " + backend + " computes in float64 is not known"
    return "with " + backend + " some of its steps stay in it: " + ", ".join(sorted(found)[:3]) if found else ""


def narrow_in_tensorflow(run: Any, shapes: list[Any]) -> set[str]:
    """Kinds of operations with a floating-point type other than float64, in the traced graph and its functions."""
    import tensorflow as tf

    traced = tf.function(run).get_concrete_function(*[tf.TensorSpec(shape, tf.float64) for shape in shapes])
    graph = traced.graph.as_graph_def()
    nodes = [*graph.node, *[node for function in graph.library.function for node in function.node_def]]
    narrow = {kind.as_datatype_enum for kind in (tf.float32, tf.float16, tf.bfloat16)}

    def types(node: Any) -> set[int]:
        return {kind for value in node.attr.values() for kind in (value.type, *value.list.type)}

    wrong = {tensor.dtype.name for tensor in traced.outputs if tensor.dtype != tf.float64}
    return {node.op for node in nodes if types(node) & narrow} | wrong


def narrow_in_jax(run: Any, shapes: list[Any]) -> set[str]:
    """As `narrow_in_tensorflow`, in the text of the traced program: a line is `name:type[shape] = operation ...`."""
    import numpy as np

    jax = importlib.import_module("jax")

    traced = jax.make_jaxpr(run)(*[np.zeros(shape) for shape in shapes])
    wrong = [str(value.dtype) for value in traced.out_avals if value.dtype != np.float64]
    lines = [line.split("=", 1) for line in str(traced).splitlines() if "=" in line]
    narrow = [right.split()[0].split("[")[0] for left, right in lines if re.search(r":(f32|f16|bf16)\[", left)]
    return {*narrow, *wrong}


def feed(model: Any, inputs: dict[str, Any]) -> list[Any]:
    """The arrays in the order of the model's inputs."""
    names = [producer(tensor) for tensor in model.inputs]
    if len(names) == 1 and len(inputs) == 1:
        return list(inputs.values())
    missing = [name for name in names if name not in inputs]
    if missing:
        raise RefusedError("no data for its input " + ", ".join(missing))
    return [inputs[name] for name in names]


class Network:
    """A model that computes batches of the same size, since a backend compiles it for every new one."""

    def __init__(self, model: Any, largest: int) -> None:
        self.model, self.largest, self.size = model, largest, 0

    def __call__(self, arrays: list[Any]) -> list[Any]:
        """The outputs for any number of events."""
        import numpy as np

        shaped = [reshaped(array, tensor) for array, tensor in zip(arrays, self.model.inputs)]  # noqa: B905 - Python 3.8
        count = len(shaped[0])
        if not self.size or count > FEW * self.size or count * FEW < self.size:
            self.size = max(1, min(count, self.largest))
        parts = [
            self.batch([array[start : start + self.size] for array in shaped]) for start in range(0, count, self.size)
        ]
        return [np.concatenate(values) for values in zip(*parts)]  # noqa: B905 - Python 3.8

    def batch(self, arrays: list[Any]) -> list[Any]:
        """The outputs for at most a batch of events, which is filled up with its last event."""
        import numpy as np

        count = len(arrays[0])
        if count < self.size:
            arrays = [np.concatenate([array, np.repeat(array[-1:], self.size - count, axis=0)]) for array in arrays]
        found = self.model.predict_on_batch(arrays if len(arrays) > 1 else arrays[0])
        flat = found if isinstance(found, (list, tuple)) else [found]
        return [np.asarray(value)[:count] for value in flat]


def reshaped(array: Any, tensor: Any) -> Any:
    """An array in the shape that an input takes, where it holds as many values."""
    return array.reshape(len(array), *[int(size) for size in tuple(tensor.shape)[1:]])


def probes(model: Any, modern: bool) -> dict[str, Any]:
    """Each layer's output tensors by name; `:1` is appended for the second use of a shared layer."""
    network = getattr(model, "_functional", None) or model
    depths = getattr(network, "_nodes_by_depth", None) or {}
    used = {id(node) for nodes in depths.values() for node in nodes}
    tensors: dict[str, Any] = {}
    for layer in model.layers:
        nodes = [node for node in layer._inbound_nodes if id(node) in used and not node.is_input]
        for index, node in enumerate(nodes):
            outputs = node.output_tensors if modern else node.outputs
            flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
            if len(flat) == 1:
                tensors[f"{layer.name}:{index}" if index else layer.name] = flat[0]
    return tensors


def producer(tensor: Any) -> str:
    """The name of the layer that gives a tensor."""
    history = tensor._keras_history
    return str((history.operation if hasattr(history, "operation") else history.layer).name)


def unique(names: list[str]) -> list[str]:
    """Names in order, `:1` appended to a second one."""
    counts: dict[str, int] = {}
    result = []
    for name in names:
        count = counts.get(name, 0)
        counts[name] = count + 1
        result.append(f"{name}:{count}" if count else name)
    return result


def versions(used: set[str]) -> dict[str, str]:
    """Python's version and those of the packages that took part."""
    found = {"python": platform.python_version()}
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    wanted = ["keras", "numpy", backend, *(["jaxlib"] if backend == "jax" else []), *sorted(used & {"hgq", "qkeras"})]
    for name in wanted:
        version = getattr(sys.modules.get(name), "__version__", None)
        if version is not None:
            found[name] = str(version)
    return found
