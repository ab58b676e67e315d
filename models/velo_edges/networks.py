"""The float network and the quantised one (HGQ2): the same layers, so that the second starts from the first.

An interaction network (Battaglia et al., arXiv:1612.00222) in one round. Each edge gathers the coordinates of its two
hits and makes a message of them; each hit sums the messages of the edges that begin there, and of those that end there;
each edge gathers what its two hits know by then, and gives its score. Gathering is the product with one-hot rows,
summing that with their transpose: an edge that is not there has the number of no hit, its row is zero, and it needs no
mask.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from hgq.config import LayerConfigScope, QuantizerConfig, QuantizerConfigScope
from hgq.layers import QDense
from hgq.quantizer import Quantizer
from keras import ops

from fpgaml.errors import FpgamlError

from . import constants as c

MAGNIFIED = 8.0
"""Differences of the two hits of an edge are small beside their coordinates."""
NUMBER_BITS = (c.NONE).bit_length()
"""Of a hit's number, or of NONE."""

Make = Callable[..., Any]


@dataclass(frozen=True)
class NetworkSettings:
    """Sizes of both networks.

    Args:
        message: width of an edge's message; state: of what a hit knows; hidden: of an edge's last layer.
    """

    message: int = 8
    state: int = 8
    hidden: int = 8

    def __post_init__(self) -> None:
        if min(self.message, self.state, self.hidden) < 1:
            raise FpgamlError("velo_edges: network", "message, state and hidden must be at least 1")


def float_network(settings: NetworkSettings) -> keras.Model:
    """Inputs hits (NODES, 3) and edges (EDGES, 2), output (EDGES,): the logit of each edge."""
    hits, edges = keras.Input((c.NODES, c.FEATURES), name="hits"), keras.Input((c.EDGES, 2), name="edges")
    scores = _scores(settings, hits, edges, keras.layers.Dense)
    return keras.Model([hits, edges], scores, name="velo_edges_float")


def quantised_network(settings: NetworkSettings, beta: float = 1e-9) -> keras.Model:
    """The same with a trainable bit width for every weight and every channel: hits and edges share the layers, types
    included.

    Args:
        settings: sizes.
        beta: what a bit operation costs in the loss, at first; training changes it.
    """
    with (
        QuantizerConfigScope(place=("weight", "bias"), default_q_type="kbi", overflow_mode="SAT_SYM", b0=8),
        QuantizerConfigScope(
            place="datalane", default_q_type="kif", overflow_mode="SAT", i0=4, f0=6, homogeneous_axis=(0, 1)
        ),
        LayerConfigScope(enable_ebops=True, beta0=beta),
    ):
        hits, edges = keras.Input((c.NODES, c.FEATURES), name="hits"), keras.Input((c.EDGES, 2), name="edges")
        coordinates = Quantizer(_fixed(True, 1, c.FRACTIONAL), name="coordinates")(hits)
        numbers = Quantizer(_fixed(False, NUMBER_BITS, 0), name="numbers")(edges)
        scores = _scores(settings, coordinates, numbers, QDense)
        return keras.Model([hits, edges], scores, name="velo_edges_quantised")


def _fixed(signed: bool, integer: int, fractional: int) -> QuantizerConfig:
    return QuantizerConfig(
        "kif", "datalane", k0=signed, i0=integer, f0=fractional, round_mode="RND", overflow_mode="SAT",
        ic=None, fc=None, homogeneous_axis=(0, 1, 2), trainable=False,
    )  # fmt: skip


def _scores(settings: NetworkSettings, hits: Any, edges: Any, dense: Make) -> Any:
    first, second = (ops.one_hot(ops.cast(edges[:, :, end], "int32"), c.NODES) for end in range(2))

    def gathered(rows: Any, of_hits: Any) -> Any:
        return ops.einsum("ben,bnf->bef", rows, of_hits)

    def summed(rows: Any, of_edges: Any) -> Any:
        return ops.einsum("ben,bef->bnf", rows, of_edges)

    begin, end = gathered(first, hits), gathered(second, hits)
    seen = ops.concatenate([begin, (end - begin) * MAGNIFIED], axis=-1)
    message = dense(settings.message, activation="relu", name="message")(seen)
    heard = ops.concatenate([hits, summed(first, message), summed(second, message)], axis=-1)
    state = dense(settings.state, activation="relu", name="state")(heard)
    known = ops.concatenate([message, gathered(first, state), gathered(second, state)], axis=-1)
    hidden = dense(settings.hidden, activation="relu", name="hidden")(known)
    return ops.reshape(dense(1, name="score")(hidden), (-1, c.EDGES))
