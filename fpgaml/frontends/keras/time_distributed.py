"""TimeDistributed: a layer on each step of the first axis."""

from __future__ import annotations

from collections.abc import Callable

from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.graph.ops import Concatenate, Slice

BY_POSITION = frozenset(
    (
        *("Dense", "QDense", "Activation", "QActivation", "ReLU", "LeakyReLU", "ThresholdedReLU", "ELU", "Rescaling"),
        *("Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "Identity"),
    )
)
"""Layers that treat every position alike: on all steps at once they do what they do on each."""


def distributed(layer: KerasLayer, kind: str, convert: Callable[[str], str]) -> str:
    """The layer inside, on each step of the input, one after another.

    Args:
        kind: the class of the layer inside; convert: adds its nodes for an input and returns its output.
    """
    x = layer.input
    if kind in BY_POSITION:
        return convert(x)
    steps, *inner = layer.shape(x)
    results = []
    for step in range(steps):
        box = Slice((step, *[0] * len(inner)), (step + 1, *inner), (1,) * (len(inner) + 1))
        one = layer.reshaped(layer.add(box, x, suffix="step"), tuple(inner), "step_shape")
        result = convert(one)
        results.append(layer.reshaped(result, (1, *layer.shape(result)), "step_result"))
    return layer.add(Concatenate(0), *results) if steps > 1 else results[0]
