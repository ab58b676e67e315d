"""How many bits a network's numbers need, against counts made by hand or by running the largest inputs."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import (
    Add,
    AveragePool,
    Dense,
    Input,
    Lookup,
    Multiply,
    Operation,
    Quantize,
    Reduce,
    Reduction,
    Reshape,
    Scale,
)
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.proof.precision import bits_needed, needs_float64
from tests.graph.build import running_sum


def kind(bits: int, fractional: int) -> Quantizer:
    """One sign bit and so many more."""
    return Quantizer(FixedType(1, bits - fractional, fractional), Rounding.RND, Overflow.SAT)


def graph_of(op: Operation, shape: tuple[int, ...], quantizer: Quantizer, inputs: int = 1) -> Graph:
    graph = GraphBuilder("g")
    names = [graph.add(Input(shape, quantizer), name=f"x{index}") for index in range(inputs)]
    return graph.build([graph.add(op, *names, name="y")])


def constant(values: object, fractional: int) -> FixedArray:
    return FixedArray(np.asarray(values, dtype=np.int64), fractional)


@pytest.mark.parametrize(
    ("op", "shape", "quantizer", "inputs", "bits"),
    [
        # 8 products of 2**15 by 2**6 steps
        (Dense(constant(np.full((8, 1), 64), 9), None), (8,), kind(15, 12), 1, 18),
        # opposite signs: the sum's own range has no more, its partial sums neither
        (Dense(constant([[32], [-32]] * 4, 5), None), (8,), kind(15, 12), 1, 18),
        # a bias of finer steps: 2**15 * 2**6 in steps of the bias, and the bias
        (Dense(constant([[1]], 0), constant([1], 18)), (1,), kind(15, 12), 1, 22),
        (Multiply(), (3,), kind(17, 14), 2, 34),
        (Add(), (3,), kind(17, 14), 2, 18),
        (Reduce(Reduction.SUM, (0,)), (32,), kind(17, 14), 1, 22),
        # |x| <= 2 makes 6, and 6 - 2**-10 is added: 12 in the offset's steps
        (Scale(constant([3], 0), constant([-(6 << 10) + 1], 10)), (1,), kind(8, 7), 1, 14),
        (AveragePool((4,), (4,), ((0, 0),), constant([[1]], 2)), (8, 1), kind(20, 4), 1, 22),
        # floor(x / step + 1/2)
        (Quantize(kind(22, 20)), (2,), kind(10, 4), 1, 28),
        (Reshape((2, 2)), (4,), kind(12, 4), 1, 12),
    ],
)
def test_bits_of_one_operation(
    op: Operation, shape: tuple[int, ...], quantizer: Quantizer, inputs: int, bits: int
) -> None:
    assert bits_needed(graph_of(op, shape, quantizer, inputs)) == bits


@pytest.mark.parametrize(("bits", "wanted"), [(12, False), (13, True), (26, True), (27, False)])
def test_float64_is_asked_for_where_it_is_exact_and_float32_is_not(bits: int, wanted: bool) -> None:
    """Products of two numbers of so many bits: 24, 26, 52 and 54."""
    assert needs_float64(graph_of(Multiply(), (3,), kind(bits, bits), 2)) is wanted


@pytest.mark.parametrize("table", [False, True])
def test_a_function_is_left_in_the_format_of_its_training(table: bool) -> None:
    graph = GraphBuilder("g")
    a, b = (graph.add(Input((2,), kind(17, 14)), name=name) for name in "ab")
    outputs = [graph.add(Multiply(), a, b, name="product")]
    if table:
        x = graph.add(Input((2,), kind(4, 2)), name="x")
        outputs.append(graph.add(Lookup(FixedType(1, 2, 2), constant(np.arange(32), 3)), x, name="looked_up"))
    assert needs_float64(graph.build(outputs)) is not table


def test_a_cell_needs_what_its_widest_number_needs() -> None:
    # The sum reaches 4 * 8 in steps of 1/16, and a quantizer that rounds it adds a half.
    assert bits_needed(running_sum(sequence=True)) == 9 + 2
