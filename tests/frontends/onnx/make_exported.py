"""Writes ONNX models with the exporters that people use, and onnxruntime's answers; see make_models.py.

Run once where PyTorch and Keras 3 are installed, once where TensorFlow and tf2onnx are; what is missing is left out:

    python tests/frontends/onnx/make_exported.py tests/fixtures/onnx
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

sys.path.insert(0, str(Path(__file__).parent))
from make_models import write

os.environ.setdefault("KERAS_BACKEND", "torch")
BUILDERS = {}


def needs(*packages):
    """Register a function that returns a model, where these packages are installed."""

    def register(function):
        if all(importlib.util.find_spec(package) for package in packages):
            BUILDERS[function.__name__] = function
        return function

    return register


def from_torch(module, shape, dynamo):
    """A module as torch.onnx exports it, in either of its two ways."""
    import torch

    module = module.eval()
    example = torch.zeros(3, *shape)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        if dynamo:
            shapes = ({0: torch.export.Dim("N")},)
            torch.onnx.export(module, (example,), path, dynamo=True, dynamic_shapes=shapes, external_data=False)
        else:
            torch.onnx.export(module, (example,), path, dynamo=False, dynamic_axes={"x": {0: "N"}}, input_names=["x"])
        return onnx.load(path)


def torch_cnn():
    """Two convolutions with BatchNormalization, a skip, pools, Flatten, Dense, Softmax."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.norm = nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4)
            self.second = nn.Conv2d(4, 4, 3, padding=1, groups=2)
            self.pool, self.head = nn.MaxPool2d(2), nn.Linear(36, 3)

        def forward(self, x):
            a = torch.relu(self.norm(self.first(x)))
            return torch.softmax(self.head(torch.flatten(self.pool(self.second(a) + a), 1)), -1)

    torch.manual_seed(1)
    return Network()


@needs("torch")
def torch_cnn_script():
    return from_torch(torch_cnn(), (2, 6, 6), dynamo=False)


@needs("torch")
def torch_cnn_dynamo():
    return from_torch(torch_cnn(), (2, 6, 6), dynamo=True)


def torch_sequence():
    """A causal convolution over time, a Dense on every step, the mean over time."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.pad, self.conv = nn.ConstantPad1d((2, 0), 0.0), nn.Conv1d(3, 4, 3)
            self.step, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

        def forward(self, x):
            y = nn.functional.gelu(self.conv(self.pad(x.transpose(1, 2))))
            y = nn.functional.silu(self.step(y.transpose(1, 2)))
            return self.head(y.mean(1))

    torch.manual_seed(2)
    return Network()


@needs("torch")
def torch_sequence_script():
    return from_torch(torch_sequence(), (6, 3), dynamo=False)


@needs("torch")
def torch_sequence_dynamo():
    return from_torch(torch_sequence(), (6, 3), dynamo=True)


def torch_mobile():
    """Depthwise and pointwise convolutions, hard activations, a gate by channels, adaptive pools."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.Hardswish())
            self.depth = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1, groups=4), nn.ReLU6(), nn.Conv2d(4, 4, 1))
            self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 4, 1), nn.Hardsigmoid())
            self.head = nn.Linear(4, 2)

        def forward(self, x):
            y = self.stem(x)
            y = y + self.depth(y)
            y = y * self.gate(y)
            return self.head(nn.functional.adaptive_avg_pool2d(y, 1).flatten(1))

    torch.manual_seed(3)
    return Network()


@needs("torch")
def torch_mobile_script():
    return from_torch(torch_mobile(), (1, 8, 8), dynamo=False)


@needs("torch")
def torch_mobile_dynamo():
    return from_torch(torch_mobile(), (1, 8, 8), dynamo=True)


@needs("torch")
def torch_unet_dynamo():
    """Up-sampling, slices, concatenation of channels."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.down, self.up = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(4, 2, 3, padding=1)

        def forward(self, x):
            y = nn.functional.leaky_relu(nn.functional.max_pool2d(self.down(x), 2), 0.125)
            y = torch.cat([nn.functional.interpolate(y, scale_factor=2), x], 1)
            return self.up(y)[:, :, 1:-1, 1:-1]

    torch.manual_seed(4)
    return from_torch(Network(), (1, 6, 6), dynamo=True)


def keras_cnn(layers, start):
    """A small image network of Keras layers."""
    x = layers.Conv2D(3, 3, padding="same", activation="relu")(start)
    x = layers.BatchNormalization()(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.DepthwiseConv2D(2)(x)
    x = layers.Flatten()(x)
    return layers.Dense(2, activation="sigmoid")(layers.Dense(4, activation="tanh")(x))


@needs("torch", "keras")
def keras_export():
    """As Keras 3 exports it, by torch."""
    import keras

    keras.utils.set_random_seed(5)
    start = keras.Input((6, 6, 2), name="image")
    made = keras.Model(start, keras_cnn(keras.layers, start))
    made.predict(np.zeros((2, 6, 6, 2)), verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        made.export(path, format="onnx", verbose=False)
        return onnx.load(path)


@needs("tf2onnx", "tensorflow")
def tf2onnx_cnn():
    """As tf2onnx writes it: images channels-last."""
    import tensorflow as tf
    import tf2onnx

    tf.keras.utils.set_random_seed(6)
    start = tf.keras.Input((6, 6, 2), name="image")
    made = tf.keras.Model(start, keras_cnn(tf.keras.layers, start))
    spec = (tf.TensorSpec((None, 6, 6, 2), tf.float32, name="image"),)
    return tf2onnx.convert.from_keras(made, input_signature=spec, opset=15)[0]


@needs("tf2onnx", "tensorflow")
def tf2onnx_sequence():
    """Convolutions over time of tf.keras: expanded to images and back."""
    import tensorflow as tf
    import tf2onnx

    tf.keras.utils.set_random_seed(7)
    layers = tf.keras.layers
    start = tf.keras.Input((8, 2), name="series")
    x = layers.Conv1D(3, 3, padding="causal", activation="relu")(start)
    x = layers.AveragePooling1D(2)(x)
    x = layers.Dense(3, activation="elu")(x)
    x = layers.concatenate([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])
    made = tf.keras.Model(start, layers.Dense(2)(x))
    spec = (tf.TensorSpec((None, 8, 2), tf.float32, name="series"),)
    return tf2onnx.convert.from_keras(made, input_signature=spec, opset=13)[0]


if __name__ == "__main__":
    write(Path(sys.argv[1]), BUILDERS, sys.argv[2:] or list(BUILDERS))
