"""Attention of Keras, 2 and 3 alike: MultiHeadAttention and Attention, with float weights.

Sources: Keras 3, `keras/src/layers/attention/multi_head_attention.py` and `attention.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import BIAS_BITS, WEIGHT_BITS, scaled, tensor
from fpgaml.frontends.building.softmax import softmax
from fpgaml.frontends.keras.arguments import Tensor
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.graph.ops import Einsum, EinsumDense, Scale
from fpgaml.graph.values import FixedArray

FAR_BELOW = 32
"""By how much a masked score lies below every other: its exponential is zero in any table."""


def roles(layer: KerasLayer) -> tuple[str, str, str]:
    """The nodes that are query, value and key of MultiHeadAttention's call.

    Raises:
        UnsupportedError: a call with masks, or one that gives the scores too.
    """
    given = [layer.arguments.get(0, "query"), layer.arguments.get(1, "value"), layer.arguments.get(2, "key")]
    if given[0] is None and layer.inputs:
        given[: len(layer.inputs)] = [Tensor(index) for index in range(len(layer.inputs))]
    masks = ("query_mask", "value_mask", "key_mask", "attention_mask")
    named = [name for name in masks if layer.arguments.named.get(name) is not None]
    if named or len(layer.arguments.positional) > 3:
        raise layer.unsupported(
            f"{layer.kind} is called with {', '.join(named) or 'masks'}",
            "Call it without, on events of one length; use_causal_mask is possible",
        )
    if layer.arguments.named.get("return_attention_scores"):
        raise layer.unsupported(f"{layer.kind} gives its scores too", "Call it without return_attention_scores")
    query, value, key = given
    if not isinstance(query, Tensor):
        raise FpgamlError(layer.label, "is called without a query", "Save the model again")
    nodes = [layer.inputs[each.index] if isinstance(each, Tensor) else "" for each in (query, value, key)]
    first, second, third = nodes
    second = second or first
    return first, second, third or second


def attention_equations(rank: int, axes: Sequence[int]) -> tuple[str, str]:
    """The products of query with key, and of the scores with the values; no batch axis.

    Args:
        rank: axes of the projected query, key and value: (..., heads, channels), without the batch.
        axes: that attention runs over, without the batch.

    Returns:
        The equation of key, query -> scores, whose last axes are those of the keys, and of scores, value -> result.
    """
    target = ascii_lowercase[:rank]
    others = ascii_lowercase[rank : rank + len(axes)]
    source = "".join(others[list(axes).index(axis)] if axis in axes else target[axis] for axis in range(rank))
    batch = "".join(target[axis] for axis in range(rank - 1) if axis not in axes)
    scores = batch + "".join(target[axis] for axis in axes) + others
    return f"{source},{target}->{scores}", f"{scores},{source}->{target}"


def attention_axes(layer: KerasLayer, rank: int) -> tuple[int, ...]:
    """The layer's attention axes without the batch: by default all but the heads' and the channels'.

    Args:
        rank: axes of the projected query, without the batch.
    """
    given = layer.config.get("attention_axes")
    if given is None:
        return tuple(range(rank - 2))
    listed = given if isinstance(given, list | tuple) else [given]
    return tuple(int(axis) - 1 if int(axis) > 0 else int(axis) + rank - 1 for axis in listed)


def multi_head_attention(layer: KerasLayer) -> str:
    """MultiHeadAttention: three projections, scores, softmax, and a projection back."""
    query, value, key = roles(layer)
    width = int(layer.config["key_dim"])
    query = _projected(layer, query, "query", 1)
    key = _projected(layer, key, "key", 1)
    value = _projected(layer, value, "value", 1)
    query = scaled(layer, query, 1.0 / sqrt(width), 0.0, "query_scaled", "1 / sqrt(key_dim)")
    rank = len(layer.shape(query))
    axes = attention_axes(layer, rank)
    products, combine = attention_equations(rank, axes)
    scores = layer.rounded(layer.add(Einsum(products), key, query, suffix="scores"), "scores")
    scores = causal(layer, scores, axes)
    weights = softmax(layer, scores, tuple(range(len(layer.shape(scores)) - len(axes), len(layer.shape(scores)))))
    weights = layer.rounded(weights, "softmax")
    context = layer.rounded(layer.add(Einsum(combine), weights, value, suffix="context"), "context")
    return _projected(layer, context, "attention_output", 2, "output_dense", "")


def causal(layer: KerasLayer, scores: str, axes: Sequence[int]) -> str:
    """The scores, those of later keys far below all others where the call has use_causal_mask."""
    if not layer.arguments.named.get("use_causal_mask"):
        return scores
    if len(axes) != 1:
        raise layer.unsupported("a causal mask over several axes", "Attend over one axis")
    shape = layer.shape(scores)
    kept = np.tril(np.ones(shape[-2:], dtype=np.int64)).reshape((1,) * (len(shape) - 2) + shape[-2:])
    return far_below(layer, scores, kept)


def far_below(layer: KerasLayer, x: str, kept: NDArray[np.int64]) -> str:
    """x where `kept` is 1, a number below all that x can be where it is 0.

    Args:
        kept: with the rank of x.
    """
    held = layer.graph.range(x)
    low = float(np.ldexp(float(int(held.low.min())), -held.unit))
    far = int(np.floor(low)) - FAR_BELOW
    return layer.add(Scale(FixedArray(kept, 0), FixedArray((1 - kept) * far, 0)), x, suffix="masked")


def _projected(layer: KerasLayer, x: str, part: str, bound: int, stored: str = "", what: str | None = None) -> str:
    """A projection (an EinsumDense of the layer's) of the last `bound` axes of x.

    Args:
        part: its name in Keras 2; stored: in Keras 3, by default `part` and `_dense`.
        what: what a precision knows the result by; None: `part`.
    """
    biased = bool(layer.config.get("use_bias", True))
    weights = layer.arrays(("kernel", "bias") if biased else ("kernel",), stored or f"{part}_dense", part)
    kernel = tensor(layer, weights["kernel"], WEIGHT_BITS, f"{part} kernel", weights["kernel"].ndim - bound)
    bias = None
    letters = ascii_lowercase[: len(layer.shape(x))]
    free = letters[: len(letters) - bound]
    new = ascii_lowercase[len(letters) : len(letters) + kernel.integers.ndim - bound]
    if biased:
        lifted = weights["bias"].reshape((1,) * len(free) + weights["bias"].shape)
        bias = tensor(layer, lifted, BIAS_BITS, f"{part} bias")
    equation = f"{letters},{letters[len(free) :]}{new}->{free}{new}"
    node = layer.add(EinsumDense(kernel, bias, equation), x, suffix="" if what == "" else part)
    return layer.rounded(node, part if what is None else what)


def attention(layer: KerasLayer) -> str:
    """Attention: softmax of query times key (and a trained scale), times value."""
    config = layer.config
    if config.get("score_mode", "dot") != "dot":
        raise layer.unsupported("an Attention with score_mode='concat'", "Use score_mode='dot'")
    if layer.arguments.named.get("mask") is not None or layer.arguments.named.get("return_attention_scores"):
        raise layer.unsupported("an Attention called with a mask, or for its scores", "Call it without")
    if not 2 <= len(layer.inputs) <= 3:
        raise FpgamlError(layer.label, f"{len(layer.inputs)} inputs", "Give query and value, or query, value and key")
    query, value, *rest = layer.inputs
    key = rest[0] if rest else value
    if any(len(layer.shape(node)) != 2 for node in (query, value, key)):
        raise layer.unsupported("an Attention of tensors that are not (steps, channels)", "Reshape before it")
    scores = layer.add(Einsum("td,sd->ts"), query, key, suffix="scores")
    if config.get("use_scale"):
        scale = float(layer.arrays(("scale",))["scale"])
        scores = scaled(layer, scores, scale, 0.0, "scores_scaled", "the trained scale")
    scores = causal(layer, layer.rounded(scores, "scores"), (0,))
    weights = layer.rounded(softmax(layer, scores), "softmax")
    return layer.rounded(layer.add(Einsum("ts,sd->td"), weights, value))
