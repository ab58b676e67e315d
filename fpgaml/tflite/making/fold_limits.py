"""Limits of activations that cost nothing: a ReLU with a ceiling becomes the ReLU6 that kernels have built in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fpgaml.tflite.making.network import FloatNetwork, Step

CEILING = 6.0
LINEAR = frozenset({"matmul", "convolution", "depthwise"})
PASSING = frozenset(
    {"reshape", "transpose", "pad", "slice", "up_sample", "max_pool", "average_pool", "reduce_max", "reduce_mean"}
)
"""Steps that give c f(x) for c x, with c > 0."""


@dataclass(frozen=True)
class _Limit:
    """min(relu(layer), ceiling), where nothing else reads what lies between.

    Args:
        layer, relu, clip: the steps' names.
    """

    layer: str
    relu: str
    clip: str
    ceiling: float


def fold_limits(network: FloatNetwork) -> FloatNetwork:
    """The same function, with min(relu(W x + b), h) as relu6(6/h (W x + b)) h/6.

    TensorFlow Lite fuses a ReLU6 into the layer before it, where a minimum would be an operation of its own. The
    factor 6/h goes into the layer's weights, h/6 into those of the layers that read the result, or, where others read
    it too, into a multiplication. Scales of integers follow: the codes are those that a minimum gives.
    """
    while True:
        limit = _find(network)
        if limit is None:
            return network
        network = _folded(network, limit)


def _find(network: FloatNetwork) -> _Limit | None:
    steps, readers = {step.name: step for step in network.steps}, _readers(network)
    for clip in network.steps:
        if clip.kind != "clip" or set(clip.arrays) != {"high"} or clip.arrays["high"].size != 1:
            continue
        ceiling = float(clip.arrays["high"].item())
        relu = steps.get(clip.inputs[0])
        if ceiling <= 0 or relu is None or relu.kind != "relu" or readers[relu.name] != [clip.name]:
            continue
        layer = steps.get(relu.inputs[0])
        if layer is not None and layer.kind in LINEAR and readers[layer.name] == [relu.name]:
            return _Limit(layer.name, relu.name, clip.name, ceiling)
    return None


def _readers(network: FloatNetwork) -> Mapping[str, list[str]]:
    """The steps that read each step or input; an output is read by the world, which has no name."""
    found: dict[str, list[str]] = {name: [] for name in (*network.inputs, *(step.name for step in network.steps))}
    for step in network.steps:
        for name in step.inputs:
            found[name].append(step.name)
    for name in network.outputs:
        found[name].append("")
    return found


def _folded(network: FloatNetwork, limit: _Limit) -> FloatNetwork:
    up, down = CEILING / limit.ceiling, limit.ceiling / CEILING
    after = _layers_after(network, limit.clip)
    last = limit.clip if after else f"{limit.clip}_restored"
    steps = []
    for step in network.steps:
        if step.name == limit.relu:
            continue
        if step.name == limit.clip:
            capped = replace(step, kind="relu6", inputs=(limit.layer,), arrays={})
            steps.append(capped)
            if not after:
                value = np.full((1,) * (1 + len(step.shape)), down, np.float32)
                steps.append(Step(last, "times", (step.name,), step.shape, arrays={"value": value}))
            continue
        arrays = dict(step.arrays)
        if step.name == limit.layer:
            arrays = {name: _scaled(array, up) for name, array in arrays.items()}
        if step.name in after:
            arrays["kernel"] = _scaled(arrays["kernel"], down)
        inputs = tuple(last if name == limit.clip else name for name in step.inputs)
        steps.append(replace(step, inputs=inputs, arrays=arrays))
    outputs = tuple(last if name == limit.clip else name for name in network.outputs)
    return replace(network, steps=tuple(steps), outputs=outputs)


def _scaled(array: np.ndarray, factor: float) -> np.ndarray:
    return (array.astype(np.float64) * factor).astype(np.float32)


def _layers_after(network: FloatNetwork, name: str) -> frozenset[str]:
    """The layers that read a step, through steps that pass a factor on; none if anything else reads it."""
    steps, readers = {step.name: step for step in network.steps}, _readers(network)
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for reader in readers[waiting.pop()]:
            step = steps.get(reader)
            if step is not None and step.kind in LINEAR:
                found.add(reader)
            elif step is not None and step.kind in PASSING:
                waiting.append(reader)
            else:
                return frozenset()
    return frozenset(found)
