"""Random networks of TensorFlow operations, each from one seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

Rng = np.random.Generator
Network = Callable[..., Any]


def random_function(seed: int) -> tuple[Network, list[list[int]]]:
    """A function of one or two tensors, and their shapes without a batch axis."""
    rng = np.random.default_rng(seed)
    rank = int(rng.choice([1, 2, 3]))
    sizes = {
        1: [int(rng.integers(3, 24))],
        2: [int(rng.integers(8, 24)), int(rng.integers(1, 5))],
        3: [int(rng.integers(5, 11)), int(rng.integers(5, 11)), int(rng.integers(1, 4))],
    }
    inner, steps, inputs = int(rng.integers(1 << 30)), int(rng.integers(2, 6)), 1 + int(rng.random() < 0.25)

    def function(x: Any, *others: Any) -> Any:
        draw = np.random.default_rng(inner)  # the same numbers however often it is traced
        for other in others:
            x = activation(draw, merged(draw, x, other))
        for _ in range(steps):
            x = {4: image_step, 3: sequence_step, 2: vector_step}[len(x.shape)](draw, x)
        return head(draw, x)

    return function, [sizes[rank]] * inputs


def weights(rng: Rng, *shape: int) -> Any:
    """Weights whose channels have different spreads."""
    spread = rng.choice([0.1, 0.4, 1.0]) * np.exp(rng.normal(size=shape[-1:]) * 0.4)
    return tf.constant((rng.normal(size=shape) * spread).astype(np.float32))


def activation(rng: Rng, x: Any) -> Any:
    """One of the activations, often none or a ReLU."""
    slope = float(rng.choice([0.1, 0.2, 0.3, 0.01]))
    functions = [tf.identity, tf.nn.relu, tf.nn.relu6, None, tf.sigmoid, tf.tanh, tf.nn.relu, tf.nn.relu, tf.identity]
    chosen = functions[int(rng.integers(len(functions)))]
    return tf.nn.leaky_relu(x, slope) if chosen is None else chosen(x)


def merged(rng: Rng, a: Any, b: Any) -> Any:
    """Two tensors of one shape made one."""
    kind = int(rng.integers(4))
    return tf.concat([a, b], -1) if kind == 3 else (tf.add, tf.subtract, tf.multiply)[kind](a, b)


def image_step(rng: Rng, x: Any) -> Any:
    """An operation on (batch, height, width, channels)."""
    kind, (height, width, channels) = int(rng.integers(11)), x.shape[1:]
    narrow = min(height, width)
    padding = "SAME" if rng.random() < 0.5 or narrow < 3 else "VALID"
    if kind <= 2:
        filters, stride = int(rng.integers(2, 6)), int(rng.choice([1, 1, 2]))
        size = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        dilation = int(rng.choice([1, 2])) if stride == 1 and narrow > 6 else 1
        x = tf.nn.conv2d(x, weights(rng, *size, channels, filters), stride, padding, dilations=dilation)
        return activation(rng, tf.nn.bias_add(x, weights(rng, filters)) if rng.random() < 0.7 else x)
    if kind == 3:
        each = int(rng.choice([1, 2]))
        x = tf.nn.depthwise_conv2d(x, weights(rng, 3, 3, channels, each), [1, 1, 1, 1], "SAME")
        return activation(rng, tf.nn.bias_add(x, weights(rng, channels * each)))
    if kind == 4:
        return tf.nn.max_pool2d(x, 2, int(rng.choice([1, 2])), "SAME" if narrow < 2 else padding)
    if kind == 5:
        return tf.nn.avg_pool2d(x, int(rng.choice([2, 3])) if narrow > 2 else 1, int(rng.choice([1, 2])), padding)
    if kind == 6:
        return tf.pad(x, [[0, 0], [1, 0], [0, 2], [0, 0]], constant_values=float(rng.choice([0, 0, 0.5])))
    if kind == 7:
        return tf.transpose(x, [0, 2, 1, 3])
    if kind == 8:
        return tf.concat([x, activation(rng, x * weights(rng, 1))], -1)
    if kind == 9:
        return x + weights(rng, 1, channels)
    return x * tf.sigmoid(tf.nn.conv2d(x, weights(rng, 1, 1, channels, channels), 1, "SAME"))


def sequence_step(rng: Rng, x: Any) -> Any:
    """An operation on (batch, positions, channels)."""
    kind, channels = int(rng.integers(9)), x.shape[-1]
    if kind <= 2:
        filters = int(rng.integers(2, 6))
        x = tf.nn.conv1d(x, weights(rng, int(rng.integers(1, 5)), channels, filters), int(rng.choice([1, 2])), "SAME")
        return activation(rng, tf.nn.bias_add(x, weights(rng, filters)))
    if kind == 3:
        return tf.squeeze(tf.nn.max_pool2d(tf.expand_dims(x, 2), [2, 1], [2, 1], "SAME"), 2)
    if kind == 4:
        return tf.squeeze(tf.nn.avg_pool2d(tf.expand_dims(x, 1), [1, 3], [1, 2], "SAME"), 1)
    if kind == 5:
        return tf.transpose(x, [0, 2, 1])
    if kind == 6:
        x = tf.nn.bias_add(tf.tensordot(x, weights(rng, channels, 4), [[2], [0]]), weights(rng, 4))
        return activation(rng, x)
    if kind == 7:
        return x - activation(rng, x * weights(rng, 1))
    return tf.pad(x, [[0, 0], [2, 1], [0, 0]])


def vector_step(rng: Rng, x: Any) -> Any:
    """An operation on (batch, channels)."""
    kind, channels = int(rng.integers(5)), x.shape[-1]
    if kind <= 2:
        units = int(rng.integers(2, 12))
        x = tf.matmul(x, weights(rng, channels, units))
        return activation(rng, x + weights(rng, units) if rng.random() < 0.7 else x)
    if kind == 3:
        return activation(rng, x) + activation(rng, x * weights(rng, 1))
    return tf.concat([activation(rng, x), x], -1)


def head(rng: Rng, x: Any) -> Any:
    """Means, a flat vector, a last layer and a softmax, or some of them."""
    if len(x.shape) > 2 and rng.random() < 0.5:
        x = tf.reduce_mean(x, list(range(1, len(x.shape) - 1)), keepdims=bool(rng.random() < 0.3))
    if len(x.shape) > 2:
        x = tf.reshape(x, [-1, int(np.prod(x.shape[1:]))])
    kind = int(rng.integers(5))
    if kind in (1, 2):
        x = tf.matmul(x, weights(rng, x.shape[-1], 3))
        x = x + weights(rng, 3) if rng.random() < 0.5 else x
    return tf.nn.softmax(x) if kind in (0, 2) else x
