"""HGQ2's attention: QMultiHeadAttention and QLinformerAttention.

Sources: HGQ2 0.2, `hgq/layers/attn/mha.py`, `attn/linformer.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt
from string import ascii_lowercase
from typing import Any

import numpy as np

from fpgaml.frontends.keras.attention import attention_axes, attention_equations, roles
from fpgaml.frontends.keras3 import hgq_linear, hgq_tables
from fpgaml.frontends.keras3.layer import Layer
from fpgaml.graph.ops import Einsum
from fpgaml.graph.ops.einsum import split_equation

SHARED = {"none": (), "kv": ("key", "value"), "qkv": ("query", "key", "value")}
"""By the layer's `fuse`, the projections that have one input quantizer, which the file holds once."""


def multi_head_attention(layer: Layer) -> str:
    """QMultiHeadAttention."""
    return _attended(layer, *roles(layer))


def linformer_attention(layer: Layer) -> str:
    """QLinformerAttention: steps of keys and values are first combined (Wang et al., arXiv:2006.04768)."""
    if layer.config.get("lin_kv_proj_mode", "dense") != "dense":
        raise layer.unsupported("layers of trained tables are not converted", "Use lin_kv_proj_mode='dense'")
    query, value, key = roles(layer)
    key = _combined(layer, key, "_lin_k_proj")
    shared = bool(layer.config.get("share_kv_proj"))
    value = _combined(layer, value, "_lin_k_proj" if shared else "_lin_v_proj")
    return _attended(layer, query, value, key)


def _attended(layer: Layer, query: str, value: str, key: str) -> str:
    config = layer.config
    if config.get("enable_oq"):
        raise layer.unsupported("a QMultiHeadAttention with enable_oq", "HGQ2 cannot build it: leave enable_oq out")
    if config.get("use_gate") or config.get("sliding_window"):
        raise layer.unsupported("a gated or windowed attention", "Leave use_gate and sliding_window out")
    biased = bool(config.get("use_bias", True))
    query = _projected(layer, query, "query", 1, biased)
    key = _projected(layer, key, "key", 1, False)
    value = _projected(layer, value, "value", 1, biased)
    rank = len(layer.shape(query))
    axes = attention_axes(layer, rank)
    products, combine = attention_equations(rank, axes)
    scores = layer.add(Einsum(products), key, query, suffix="scores")
    weights = _softmax(layer, scores, len(axes))
    context = layer.add(Einsum(combine), weights, value, suffix="context")
    return _projected(layer, context, "output", 2, biased)


def _softmax(layer: Layer, scores: str, count: int) -> str:
    """The layer's QSoftmax over the last `count` axes."""
    shape, config = layer.shape(scores), layer.config
    own = {f"{part}_conf": config.get(f"softmax_{part}_conf") for part in _TABLES}
    settings = {
        **own,
        "axes": list(range(len(shape) - count + 1, len(shape) + 1)),
        "input_scaler": 1.0 / sqrt(float(config["key_dim"])),
        "stable": config.get("stable_softmax", True),
        "enable_iq": False,
        "enable_oq": True,
        "enable_ebops": config.get("enable_ebops", True),
    }
    mask = None
    if layer.arguments.named.get("use_causal_mask"):
        if count != 1:
            raise layer.unsupported("a causal mask over several axes", "Attend over one axis")
        mask = np.tril(np.ones(shape[-2:], dtype=np.int64)).reshape((1,) * (len(shape) - 2) + shape[-2:])
    return hgq_tables.softmax(_inside(layer, scores, "QSoftmax", settings, "_softmax"), mask)


_TABLES = ("iq", "exp_iq", "exp_oq", "inv_iq", "inv_oq", "oq")


def _inside(layer: Layer, x: str, kind: str, settings: Mapping[str, Any], part: str) -> Layer:
    """A layer inside of this one, on one input."""
    own = replace(layer, kind=kind, config=settings, inputs=(x,), variables=layer.variables.inside(part))
    return replace(own, quantized_next=False)


def _projection(layer: Layer, equation: str, biased: bool) -> dict[str, Any]:
    """Settings of a QEinsumDense of the layer's."""
    config = layer.config
    _, kernel, output = split_equation(equation)
    bias_axes = "".join(letter for letter in output if letter in kernel)
    return {
        **{f"{part}_conf": config.get(f"qkvo_{part}_conf") for part in ("iq", "kq", "bq", "oq")},
        "equation": equation,
        "bias_axes": bias_axes if biased else None,
        "enable_iq": config.get("enable_iq", True),
        "enable_oq": True,
        "enable_ebops": config.get("enable_ebops", True),
    }


def _projected(layer: Layer, x: str, part: str, bound: int, biased: bool) -> str:
    """One of the four projections, of the last `bound` axes."""
    rank = len(layer.shape(x))
    letters = ascii_lowercase[1 : rank + 1]
    new = ascii_lowercase[rank + 1 : rank + 1 + (2 if part != "output" else 1)]
    free = letters[: rank - bound]
    settings = _projection(layer, f"a{letters},{letters[len(free) :]}{new}->a{free}{new}", biased)
    if part == "output":
        settings |= {"enable_iq": True, "enable_oq": False}
    elif settings["enable_iq"] and part in SHARED.get(str(layer.config.get("fuse", "none")), ()):
        holder = next(name for name in ("key", "query", "value") if layer.variables.holds(f"{name}_dense/iq"))
        x = layer.quantize(x, layer.quantizer(f"{holder}_dense/iq", "qkvo_iq_conf"), f"{part}_iq")
        settings["enable_iq"] = False
    return hgq_linear.einsum_dense(_inside(layer, x, "QEinsumDense", settings, f"{part}_dense"))


def _combined(layer: Layer, x: str, part: str) -> str:
    """Steps combined with each other by weights, along the attention axes."""
    rank = len(layer.shape(x))
    axes = attention_axes(layer, rank + 1)
    letters = ascii_lowercase[1 : rank + 1]
    new = dict(zip(axes, ascii_lowercase[rank + 1 :], strict=False))
    output = "".join(new.get(axis, letter) for axis, letter in enumerate(letters))
    kernel = "".join(letters[axis] for axis in axes) + "".join(new.values())
    settings = _projection(layer, f"a{letters},{kernel}->a{output}", False)
    settings |= {"enable_iq": True, "enable_oq": False}
    return hgq_linear.einsum_dense(_inside(layer, x, "QEinsumDense", settings, part))
