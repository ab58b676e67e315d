"""Constants that no double holds: C-simulation against the interpreter, bit for bit."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.hls.layers import is_literal
from fpgaml.hls.lower.prepare import prepare
from tests.hls.catalog import NIBBLE, chain, constant
from tests.hls.harness import check, needs_compiler, settings

LOW_BITS = o.Quantize(Quantizer(FixedType(1, -24, 70)))
"""Keeps the lowest 46 of 70 fractional bits: where a constant lost one, every result differs."""


def wide(*shape: int, bits: int = 90, fractional: int = 70, seed: int = 1) -> FixedArray:
    return constant(shape, bits, fractional, seed)


def cases() -> dict[str, Graph]:
    lookup = o.Lookup(NIBBLE, constant((16,), 100, 70))
    pads = ((1, 1),)
    plain = {
        "bias": ((4,), o.Dense(constant((4, 3)), wide(3))),
        "kernel": ((4,), o.Dense(wide(4, 3), constant((3,), 4, 1))),
        "both": ((4, 3), o.Dense(wide(3, 2, bits=130, fractional=100), wide(2))),
        "three_axes": ((2, 2, 3), o.Dense(wide(3, 2), wide(2))),
        "conv1": ((5, 2), o.Conv1D(wide(3, 2, 2), wide(2, bits=75), (1,), (1,), pads)),
        "conv2": ((3, 3, 1), o.Conv2D(constant((2, 2, 1, 2)), wide(2), (1, 1), (1, 1), ((0, 0),) * 2)),
        "einsum": ((2, 3), o.EinsumDense(wide(3, 2), wide(1, 2), "ab,bc->ac")),
        "contraction": ((3, 2), o.EinsumDense(wide(3, 2), wide(2, 1), "ab,ac->bc")),
        "scale": ((2, 3), o.Scale(wide(1, 3), wide(2, 3, bits=70))),
        "lookup": ((3,), lookup),
    }
    return {
        **{f"{name}_low": chain(op, LOW_BITS, shape=shape, kind=NIBBLE) for name, (shape, op) in plain.items()},
        **{f"{name}_all": chain(plain[name][1], shape=plain[name][0], kind=NIBBLE) for name in ("both", "scale")},
    }


@needs_compiler
@pytest.mark.parametrize(("io_type", "every"), [("io_parallel", 2), ("io_stream", 1)])
def test_vitis(io_type: str, every: int, tmp_path: Path) -> None:
    check(dict(list(cases().items())[::every]), settings("vitis", io_type), tmp_path)


@needs_compiler
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_quartus(io_type: str, tmp_path: Path) -> None:
    """Its bridge passes 53 bits, so that only the lowest bits of each result are compared."""
    check(
        {name: graph for name, graph in cases().items() if name.endswith("_low")},
        settings("quartus", io_type),
        tmp_path,
    )


@needs_compiler
def test_random_networks(tmp_path: Path) -> None:
    rng = random.Random(7)
    check({f"g{k}": _network(rng) for k in range(2)}, settings("vitis", "io_stream"), tmp_path)


def _network(rng: random.Random) -> Graph:
    """Two layers and a constant beside them, of 3 to 100 bits."""

    def number(*shape: int) -> FixedArray:
        return constant(shape, rng.choice([3, 20, 54, 63, 64, 65, 100]), rng.randint(-5, 150), rng.random())

    builder, size = GraphBuilder("random"), rng.randint(1, 3)
    last = builder.add(o.Input((size,), Quantizer(NIBBLE)), name="x")
    for layer in range(2):
        outputs = rng.randint(1, 2)
        op = rng.choice([o.Dense(number(size, outputs), number(outputs)), o.Scale(number(1), number(size))])
        last = builder.add(op, last, name=f"y{layer}")
        size = builder.shape(last)[0]
    beside = builder.add(o.Constant(number(size)), name="c")
    return builder.build([builder.add(rng.choice([o.Add(), o.Maximum(), o.Subtract()]), last, beside, name="z")])


def test_what_a_double_holds() -> None:
    odd = (1 << 53) - 1
    assert is_literal(FixedArray(np.array([odd << 200, 1, 0, -odd], dtype=object), 0))
    assert not is_literal(FixedArray(np.array([0, odd + 2], dtype=object), 0))


def test_a_network_that_doubles_hold_is_left_alone() -> None:
    graph = chain(o.Dense(constant((4, 3), 53, 20), constant((3,), 53, 90)))
    assert [node.name for node in prepare(graph, settings()).nodes] == ["x0", "y0"]
