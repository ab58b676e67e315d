"""Recurrent networks that stream: a gated cell behind a causal convolution, or alone."""

from __future__ import annotations

import numpy as np

from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

INPUT, STATE = Quantizer(FixedType(1, 3, 3)), Quantizer(FixedType(1, 1, 5), Rounding.RND, Overflow.SAT)


def gated_cell(rng: np.random.Generator, features: int, units: int, rows: int | None = None) -> Graph:
    """new = gate * (tanh-like of what comes) + what is left of the state; two gates, and an output unlike the state.

    Args:
        rows: of a step, each of which does the same; None: a step is a vector.
    """
    lead = () if rows is None else (rows,)

    def weights(*shape: int) -> FixedArray:
        return FixedArray(rng.integers(-12, 13, shape), 4)

    cell = GraphBuilder("cell")
    x = cell.add(o.Input((*lead, features), INPUT), name="x")
    h = cell.add(o.Input((*lead, units), STATE), name="h")
    seen = cell.add(o.Dense(weights(features, 2 * units), weights(2 * units)), x, name="seen")
    held = cell.add(o.Dense(weights(units, 2 * units), None), h, name="held")
    both = cell.add(o.Quantize(STATE), cell.add(o.Add(), seen, held, name="both"), name="gates")
    ones = (1,) * (len(lead) + 1)
    zeros = (0,) * len(lead)
    gate, value = (
        cell.add(o.Slice((*zeros, part * units), (*lead, (part + 1) * units), ones), both, name=f"gate_{part}")
        for part in range(2)
    )
    kept = cell.add(o.Multiply(), cell.add(o.Relu(), gate, name="open"), h, name="kept")
    new = cell.add(o.Quantize(STATE), cell.add(o.Add(), kept, value, name="sum"), name="new")
    given = cell.add(o.Dense(weights(units, units), weights(units)), new, name="given")
    return cell.build([new, given])


def recurrent_network(
    steps: int, sequence: bool, rows: int | None = None, filters: int = 0, reverse: bool = False, seed: int = 3
) -> Graph:
    """Input of two features, or a causal convolution of so many filters -> the gated cell -> a Dense.

    Args:
        sequence: a result for every step; rows: of a step; None: none.
    """
    rng = np.random.default_rng(seed)
    lead = () if rows is None else (rows,)
    builder = GraphBuilder("recurrent")
    x = builder.add(o.Input((steps, *lead, 2), INPUT), name="x")
    if filters:
        kernel = FixedArray(rng.integers(-6, 7, (3, 2, filters)), 2)
        x = builder.add(o.Conv1D(kernel, None, (1,), (1,), ((2, 0),)), x, name="conv")
        fractional = np.arange(filters).reshape(1, -1) % 2 + 2
        kind = FixedType(np.ones_like(fractional), 5 - fractional, fractional)
        x = builder.add(o.Quantize(Quantizer(kind, Rounding.RND, Overflow.SAT)), x, name="narrow")
    initial = FixedArray(np.broadcast_to(np.array([3, 0, -2]), (*lead, 3)), 5)
    cell = gated_cell(rng, filters or 2, 3, rows)
    x = builder.add(Scan(cell, (initial,), reverse, sequence), x, name="rnn", source="rnn")
    x = builder.add(o.Relu(), x, name="relu")
    dense = o.Dense(FixedArray(rng.integers(-6, 7, (3, 2)), 2), FixedArray(np.array([1, -1]), 0))
    return builder.build([builder.add(dense, x, name="dense")])
