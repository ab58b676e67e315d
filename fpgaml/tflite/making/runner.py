"""Builds a float network in TensorFlow and converts it to integers, as `serve.py` runs it.

A script on its own, for any Python from 3.8 on that has TensorFlow and numpy: it imports nothing of fpgaml.
The job's folder holds `network.json`, `network.npz` and `calibration.npz`; it receives `integer.tflite`,
`float.tflite` and `answer.npz`, the float network's own outputs on the calibration data.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import sys
from pathlib import Path
from typing import Any

BATCH = 100
"""Events that the calibrator and the float network take at a time."""


def begin(job: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Convert the network of a folder; there is nothing to ask afterwards."""
    if importlib.util.find_spec("tensorflow") is None:
        raise ModuleNotFoundError("TensorFlow is not installed in " + sys.executable)
    return convert(job, Path(job["folder"])), None


def convert(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Build the network, convert it twice; returns what there is to know of them."""
    import numpy as np
    import tensorflow as tf

    description = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    with np.load(folder / "network.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    with np.load(folder / "calibration.npz", allow_pickle=False) as stored:
        data = [stored["in/" + name] for name in description["inputs"]]
    module = tf.Module()
    module.network = tf.function(
        build(tf, description, arrays),
        input_signature=[
            tf.TensorSpec([None, *shape], tf.float32, name) for name, shape in description["inputs"].items()
        ],
    )
    concrete = module.network.get_concrete_function()
    parts = [[array[start : start + BATCH] for array in data] for start in range(0, len(data[0]), BATCH)]
    answers = [concrete(*map(tf.constant, part)) for part in parts]
    names = [output["name"] for output in description["outputs"]]
    outputs = [np.concatenate([answer[name].numpy() for answer in answers]) for name in names]
    answer: dict[str, Any] = {"out/" + str(index): value for index, value in enumerate(outputs)}
    np.savez(folder / "answer.npz", **answer)
    plain = tf.lite.TFLiteConverter.from_concrete_functions([concrete], module)
    (folder / "float.tflite").write_bytes(plain.convert())
    integer = tf.lite.TFLiteConverter.from_concrete_functions([concrete], module)
    integer.optimizations = [tf.lite.Optimize.DEFAULT]
    integer.representative_dataset = lambda: iter(parts)
    wide = job["int16x8"]
    sets = tf.lite.OpsSet
    integer.target_spec.supported_ops = [
        sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8 if wide else sets.TFLITE_BUILTINS_INT8
    ]
    integer.inference_input_type = integer.inference_output_type = tf.int16 if wide else tf.int8
    (folder / "integer.tflite").write_bytes(integer.convert())
    versions = {"python": platform.python_version(), "tensorflow": tf.__version__, "numpy": np.__version__}
    tensors = {name: tensor_names(tf, folder / (name + ".tflite"), description) for name in ("integer", "float")}
    return {"versions": versions, "tensors": tensors}


def tensor_names(tf: Any, path: Path, description: dict[str, Any]) -> dict[str, list[str]]:
    """The names that the converter gave the inputs and outputs, in the description's order.

    Two outputs that compute the same share a tensor, and the converter orders them as it likes: the signature tells.
    """
    interpreter = tf.lite.Interpreter(model_content=path.read_bytes())
    names = {detail["index"]: detail["name"] for detail in interpreter.get_tensor_details()}
    (signature,) = interpreter._get_full_signature_list().values()
    return {
        "inputs": [names[signature["inputs"][name]] for name in description["inputs"]],
        "outputs": [names[signature["outputs"][output["name"]]] for output in description["outputs"]],
    }


def build(tf: Any, description: dict[str, Any], arrays: dict[str, Any]) -> Any:
    """The function of TensorFlow that a description stands for."""

    def network(*given: Any) -> dict[str, Any]:
        values = dict(zip(description["inputs"], given))  # noqa: B905 - Python 3.8
        for step in description["steps"]:
            constants = {key: arrays[step["name"] + "/" + key] for key in step["arrays"]}
            inputs = [values[name] for name in step["inputs"]]
            values[step["name"]] = STEPS[step["kind"]](tf, step, inputs, constants)
        # An output that is an input, or another output too, needs a tensor of its own.
        return {output["name"]: tf.identity(values[output["step"]]) for output in description["outputs"]}

    return network


def with_batch(tf: Any, x: Any, shape: list[int]) -> Any:
    """The values of a batch in another shape, which is given without the batch axis."""
    return tf.reshape(x, [-1, *shape])


def matmul(tf: Any, step: dict[str, Any], inputs: list[Any], arrays: dict[str, Any]) -> Any:
    """Dense: a matrix product over the last axis."""
    kernel, x = arrays["kernel"], inputs[0]
    flat = x if len(x.shape) == 2 and x.shape[1] == kernel.shape[0] else with_batch(tf, x, [kernel.shape[0]])
    product = biased(tf, tf.matmul(flat, tf.constant(kernel)), arrays)
    if step["settings"].get("flat") or len(step["shape"]) == 1:
        return product
    return with_batch(tf, product, step["shape"])


def biased(tf: Any, x: Any, arrays: dict[str, Any]) -> Any:
    """With the bias of each channel, if there is one."""
    return tf.nn.bias_add(x, tf.constant(arrays["bias"])) if "bias" in arrays else x


class Plane:
    """A tensor with one or two spatial axes as an image, which TensorFlow's kernels take: one axis becomes a row."""

    def __init__(self, tf: Any, x: Any, settings: dict[str, Any]) -> None:
        self.tf, self.row = tf, len(x.shape) == 3
        if settings.get("pads"):
            x = tf.pad(x, [[0, 0], *settings["pads"], [0, 0]])
        self.x = with_batch(tf, x, [1, *x.shape[1:]]) if self.row else x

    def kernel(self, kernel: Any) -> Any:
        """A constant of shape (*size, ...) as (height, width, ...)."""
        return kernel[None] if self.row else kernel

    def sides(self, values: list[int], other: int = 1) -> list[int]:
        """Numbers for each spatial axis as (height, width)."""
        return [other, *values] if self.row else list(values)

    def back(self, x: Any, shape: list[int]) -> Any:
        """The image as the tensor that it stands for."""
        return with_batch(self.tf, x, shape) if self.row else x


def convolution(tf: Any, step: dict[str, Any], inputs: list[Any], arrays: dict[str, Any]) -> Any:
    """Conv1D and Conv2D; groups one after another, since TensorFlow's CPU kernels know no groups."""
    settings = step["settings"]
    plane = Plane(tf, inputs[0], settings)
    kernel, groups = plane.kernel(arrays["kernel"]), settings["groups"]
    inner, each = kernel.shape[-2], kernel.shape[-1] // groups
    parts = []
    for group in range(groups):
        x = plane.x if groups == 1 else plane.x[..., group * inner : (group + 1) * inner]
        part = tf.constant(kernel[..., group * each : (group + 1) * each])
        strides, dilations = plane.sides(settings["strides"]), plane.sides(settings["dilation"])
        parts.append(tf.nn.conv2d(x, part, strides, settings["padding"], dilations=dilations))
    whole = parts[0] if groups == 1 else tf.concat(parts, -1)
    return plane.back(biased(tf, whole, arrays), step["shape"])


def depthwise(tf: Any, step: dict[str, Any], inputs: list[Any], arrays: dict[str, Any]) -> Any:
    """A convolution of every channel by itself."""
    settings = step["settings"]
    plane = Plane(tf, inputs[0], settings)
    stride = settings["strides"][0]  # TensorFlow wants the same along both axes; a row has one position
    kernel = tf.constant(plane.kernel(arrays["kernel"]))
    dilations = plane.sides(settings["dilation"])
    whole = tf.nn.depthwise_conv2d(
        plane.x,
        kernel,
        [1, stride, stride, 1],
        settings["padding"],
        dilations=None if max(dilations) == 1 else dilations,
    )
    return plane.back(biased(tf, whole, arrays), step["shape"])


def pool(name: str) -> Any:
    """A pool over windows."""

    def build_pool(tf: Any, step: dict[str, Any], inputs: list[Any], arrays: dict[str, Any]) -> Any:
        settings = step["settings"]
        plane = Plane(tf, inputs[0], settings)
        size, strides = plane.sides(settings["size"]), plane.sides(settings["strides"])
        whole = getattr(tf.nn, name)(plane.x, size, strides, settings["padding"])
        return plane.back(whole, step["shape"])

    return build_pool


def up_sample(tf: Any, step: dict[str, Any], inputs: list[Any], arrays: dict[str, Any]) -> Any:
    """Every element repeated along the spatial axes."""
    plane = Plane(tf, inputs[0], {})
    factors = plane.sides(step["settings"]["factors"])
    size = [side * factor for side, factor in zip(plane.x.shape[1:3], factors)]  # noqa: B905 - Python 3.8
    return plane.back(tf.compat.v1.image.resize_nearest_neighbor(plane.x, size), step["shape"])


def clip(tf: Any, step: dict[str, Any], inputs: list[Any], arrays: dict[str, Any]) -> Any:
    """Kept within limits."""
    x = inputs[0]
    if "high" in arrays:
        x = tf.minimum(x, tf.constant(arrays["high"]))
    return tf.maximum(x, tf.constant(arrays["low"])) if "low" in arrays else x


def sort_pairs(tf: Any, step: dict[str, Any], inputs: list[Any], arrays: dict[str, Any]) -> Any:
    """Pairs along the last axis in ascending order."""
    shape = [*step["shape"][:-1], step["shape"][-1] // 2, 1]
    low, high = (with_batch(tf, inputs[0][..., place::2], shape) for place in (0, 1))
    return with_batch(tf, tf.concat([tf.minimum(low, high), tf.maximum(low, high)], -1), step["shape"])


def cut(tf: Any, step: dict[str, Any], inputs: list[Any], arrays: dict[str, Any]) -> Any:
    """A box out of a tensor."""
    settings = step["settings"]
    boxes = zip(settings["starts"], settings["stops"], settings["steps"])  # noqa: B905 - Python 3.8
    return inputs[0][(slice(None), *(slice(*box) for box in boxes))]


def function(tf: Any, step: dict[str, Any], inputs: list[Any], arrays: dict[str, Any]) -> Any:
    """A function of one value."""
    return FUNCTIONS[step["settings"]["function"]](tf, inputs[0])


FUNCTIONS = {
    "tanh": lambda tf, x: tf.tanh(x),
    "sigmoid": lambda tf, x: tf.sigmoid(x),
    "exp": lambda tf, x: tf.exp(x),
    "elu": lambda tf, x: tf.nn.elu(x),
    "gelu": lambda tf, x: tf.nn.gelu(x),
    "silu": lambda tf, x: x * tf.sigmoid(x),
    "hard_sigmoid": lambda tf, x: tf.nn.relu6(x + 3.0) * (1.0 / 6.0),
    "hard_sigmoid_keras2": lambda tf, x: tf.minimum(tf.nn.relu(x * 0.2 + 0.5), 1.0),
    "hard_swish": lambda tf, x: x * tf.nn.relu6(x + 3.0) * (1.0 / 6.0),
    "square": lambda tf, x: x * x,
    "abs": lambda tf, x: tf.abs(x),
}
STEPS: dict[str, Any] = {
    "constant": lambda tf, step, inputs, arrays: tf.constant(arrays["value"]),
    "matmul": matmul,
    "convolution": convolution,
    "depthwise": depthwise,
    "times": lambda tf, step, inputs, arrays: inputs[0] * tf.constant(arrays["value"]),
    "plus": lambda tf, step, inputs, arrays: inputs[0] + tf.constant(arrays["value"]),
    "add": lambda tf, step, inputs, arrays: inputs[0] + inputs[1],
    "subtract": lambda tf, step, inputs, arrays: inputs[0] - inputs[1],
    "multiply": lambda tf, step, inputs, arrays: inputs[0] * inputs[1],
    "maximum": lambda tf, step, inputs, arrays: tf.maximum(inputs[0], inputs[1]),
    "minimum": lambda tf, step, inputs, arrays: tf.minimum(inputs[0], inputs[1]),
    "relu": lambda tf, step, inputs, arrays: tf.nn.relu(inputs[0]),
    "relu6": lambda tf, step, inputs, arrays: tf.nn.relu6(inputs[0]),
    "leaky_relu": lambda tf, step, inputs, arrays: tf.nn.leaky_relu(inputs[0], step["settings"]["slope"]),
    "clip": clip,
    "function": function,
    "softmax": lambda tf, step, inputs, arrays: tf.nn.softmax(inputs[0]),
    "concatenate": lambda tf, step, inputs, arrays: tf.concat(inputs, step["settings"]["axis"]),
    "reduce_mean": lambda tf, step, inputs, arrays: tf.reduce_mean(inputs[0], step["settings"]["axes"], keepdims=True),
    "reduce_sum": lambda tf, step, inputs, arrays: tf.reduce_sum(inputs[0], step["settings"]["axes"], keepdims=True),
    "reduce_max": lambda tf, step, inputs, arrays: tf.reduce_max(inputs[0], step["settings"]["axes"], keepdims=True),
    "reduce_min": lambda tf, step, inputs, arrays: tf.reduce_min(inputs[0], step["settings"]["axes"], keepdims=True),
    "max_pool": pool("max_pool2d"),
    "average_pool": pool("avg_pool2d"),
    "reshape": lambda tf, step, inputs, arrays: with_batch(tf, inputs[0], step["settings"].get("dims", step["shape"])),
    "transpose": lambda tf, step, inputs, arrays: tf.transpose(inputs[0], step["settings"]["order"]),
    "pad": lambda tf, step, inputs, arrays: tf.pad(inputs[0], step["settings"]["pads"]),
    "slice": cut,
    "up_sample": up_sample,
    "sort_pairs": sort_pairs,
}
"""How each kind of step is built."""
