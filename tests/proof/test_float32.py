"""What float32 explains and what it does not: networks in float32, summed in several orders, against exact ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import (
    Add,
    Conv1D,
    Dense,
    Einsum,
    Input,
    Maximum,
    Multiply,
    Quantize,
    Reduce,
    Reduction,
    Relu,
    Reshape,
    Scale,
    Slice,
)
from fpgaml.graph.ops.base import Operation, Shape
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.proof.float32 import explain, rounding_bounds

F32 = np.float32
EVENTS = 40
Reals = NDArray[Any]
Sum = Callable[[Reals], Reals]


def forwards(terms: Reals) -> Reals:
    """A sum over the last axis, one after another, in float32."""
    total = np.zeros(terms.shape[:-1], F32)
    for index in range(terms.shape[-1]):
        total = total + terms[..., index]
    return total


def backwards(terms: Reals) -> Reals:
    return forwards(terms[..., ::-1])


def pairwise(terms: Reals) -> Reals:
    return np.asarray(terms.sum(axis=-1, dtype=F32))


ORDERS = pytest.mark.parametrize("total", [forwards, backwards, pairwise])


def constant(rng: np.random.Generator, shape: tuple[int, ...], bits: int, fractional: int) -> FixedArray:
    return FixedArray(rng.integers(-(1 << bits), 1 << bits, shape), fractional)


def entry(bits: int, fractional: int) -> Quantizer:
    return Quantizer(FixedType(1, bits - fractional, fractional), Rounding.RND, Overflow.SAT)


def reals(value: FixedArray) -> Reals:
    return value.to_float().astype(F32)


def wide_dense(rng: np.random.Generator, wrong: int = 0) -> tuple[Graph, Callable[[Reals, Sum], Reals]]:
    """Two layers with a rounding to few bits between them, whose sums need about 40 bits."""
    first, second = constant(rng, (30, 8), 15, 14), constant(rng, (8, 3), 15, 14)
    bias = constant(rng, (8,), 20, 18)
    kind = Quantizer(FixedType(1, 6, 10), Rounding.RND, Overflow.SAT)
    graph = GraphBuilder("dense")
    x = graph.add(Input((30,), entry(17, 16)), name="x")
    shifted = FixedArray(first.integers + wrong * (np.arange(240).reshape(30, 8) == 7), 14)
    y = graph.add(Dense(shifted, bias), x, name="first")
    y = graph.add(Quantize(kind), graph.add(Relu(), y, name="relu"), name="hidden")
    out = graph.add(Dense(second, None), y, name="out")

    def framework(data: Reals, total: Sum) -> Reals:
        sums = total(data[:, None, :] * reals(first).T) + reals(bias)
        hidden = np.floor(np.maximum(sums, F32(0)) * F32(1024) + F32(0.5)) / F32(1024)
        hidden = np.clip(hidden, F32(-64), F32(64 - 2**-10))
        return total(hidden[:, None, :] * reals(second).T)

    return graph.build([out]), framework


def wide_dot(rng: np.random.Generator, wrong: int = 0) -> tuple[Graph, Callable[[Reals, Sum], Reals]]:
    """A product of two wide tensors, summed."""
    graph = GraphBuilder("dot")
    x = graph.add(Input((2, 20), entry(17, 14)), name="x")
    a, b = (graph.add(Slice((row, 0), (row + 1, 20), (1, 1)), x, name=f"row{row}") for row in (0, 1))
    nearly_one = FixedArray(np.array([[(1 << 20) + wrong]]), 20)
    b = graph.add(Scale(nearly_one, FixedArray(np.zeros((1, 1), np.int64), 0)), b, name="factor")
    product = graph.add(Multiply(), a, b, name="product")
    flat = graph.add(Reshape((20,)), product, name="flat")
    out = graph.add(Reduce(Reduction.SUM, (0,)), flat, name="out")
    return graph.build([out]), lambda data, total: total(data[:, 0] * data[:, 1])[:, None]


def wide_einsum(rng: np.random.Generator, wrong: int = 0) -> tuple[Graph, Callable[[Reals, Sum], Reals]]:
    """The same by one operation."""
    graph = GraphBuilder("einsum")
    x = graph.add(Input((2, 20), entry(17, 14)), name="x")
    a, b = (graph.add(Slice((row, 0), (row + 1, 20), (1, 1)), x, name=f"row{row}") for row in (0, 1))
    nearly_one = FixedArray(np.array([[(1 << 20) + wrong]]), 20)
    b = graph.add(Scale(nearly_one, FixedArray(np.zeros((1, 1), np.int64), 0)), b, name="factor")
    out = graph.add(Reshape((1,)), graph.add(Einsum("ac,bc->ab"), a, b, name="product"), name="out")
    return graph.build([out]), lambda data, total: total(data[:, 0] * data[:, 1])[:, None]


def wide_conv(rng: np.random.Generator, wrong: int = 0) -> tuple[Graph, Callable[[Reals, Sum], Reals]]:
    """A convolution beside a shortcut."""
    kernel, bias = constant(rng, (5, 3, 3), 14, 9), constant(rng, (3,), 20, 12)
    graph = GraphBuilder("conv")
    x = graph.add(Input((12, 3), entry(17, 12)), name="x")
    moved = FixedArray(bias.integers + wrong, 12)
    y = graph.add(Conv1D(kernel, moved, (1,), (1,), ((2, 2),)), x, name="y")
    out = graph.add(Maximum(), graph.add(Add(), y, x, name="sum"), x, name="out")

    def framework(data: Reals, total: Sum) -> Reals:
        padded = np.pad(data, ((0, 0), (2, 2), (0, 0)))
        patches = np.stack([padded[:, t : t + 5].reshape(len(data), 15) for t in range(12)], axis=1)
        sums = total(patches[:, :, None, :] * reals(kernel).reshape(15, 3).T) + reals(bias)
        return np.maximum(sums + data, data)

    return graph.build([out]), framework


@dataclass(frozen=True)
class Negative(Operation):
    """An operation of someone's own, of which the analysis knows no rule."""

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        x = inputs[0]
        return ValueRange(-x.high, -x.low, x.fractional, x.unit)

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        return FixedArray(-inputs[0].integers, inputs[0].fractional)


def events(graph: Graph, rng: np.random.Generator) -> FixedArray:
    (node,) = graph.inputs
    assert isinstance(node.op, Input)
    low, high = node.op.quantizer.type.bounds()
    values = rng.integers(int(low.item()), int(high.item()) + 1, (EVENTS, *node.op.dims))
    return FixedArray(values, int(node.op.quantizer.type.fractional.item()))


MODELS = pytest.mark.parametrize("make", [wide_dense, wide_dot, wide_einsum, wide_conv])


@MODELS
@ORDERS
@pytest.mark.parametrize("seed", range(3))
def test_float32_in_any_order_stays_within_the_bound(make: Any, total: Sum, seed: int) -> None:
    graph, framework = make(np.random.default_rng(seed))
    x = events(graph, np.random.default_rng(seed + 100))
    exact, answers = interpret(graph, {"x": x})["out"], framework(reals(x), total)
    assert (answers != exact.to_float().astype(F32)).any()  # it is the false alarm that this is about
    found = explain(graph, {"x": x}, "out", exact, answers)
    assert found.differing and not found.beyond
    bounds = rounding_bounds(graph, {"x": x})["out"]
    distance = np.abs(exact.to_float() - answers)
    assert (distance <= bounds).all()
    assert found.largest < 1e-3 * np.abs(exact.to_float()).max()  # and it explains little


@MODELS
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_graph_is_not_explained(make: Any, seed: int) -> None:
    """One weight or bias is off: by less than a thousandth of the outputs, and by more than float32."""
    graph, _ = make(np.random.default_rng(seed), wrong=1 << 12)
    _, framework = make(np.random.default_rng(seed))
    x = events(graph, np.random.default_rng(seed + 100))
    found = explain(graph, {"x": x}, "out", interpret(graph, {"x": x})["out"], framework(reals(x), pairwise))
    assert found.beyond


def test_where_sums_fit_into_24_bits_nothing_is_explained() -> None:
    """The bound is zero: one step is one step too many."""
    rng = np.random.default_rng(5)
    graph = GraphBuilder("narrow")
    x = graph.add(Input((16,), entry(8, 4)), name="x")
    kernel, bias = constant(rng, (16, 4), 7, 3), constant(rng, (4,), 10, 5)
    out = graph.add(Dense(kernel, bias), x, name="out")
    built = graph.build([out])
    data = events(built, rng)
    assert not rounding_bounds(built, {"x": data})["out"].any()
    exact = interpret(built, {"x": data})["out"]
    answers = exact.to_float().astype(F32)
    assert not explain(built, {"x": data}, "out", exact, answers).differing
    answers[3, 2] += 2**-7
    found = explain(built, {"x": data}, "out", exact, answers)
    assert (found.differing, found.beyond) == (1, 1)


def test_answers_of_more_than_float32_are_not_excused() -> None:
    graph, _ = wide_dense(np.random.default_rng(1))
    x = events(graph, np.random.default_rng(2))
    exact = interpret(graph, {"x": x})["out"]
    answers = exact.to_float()
    assert not explain(graph, {"x": x}, "out", exact, answers).differing
    answers[0, 0] *= 1 + 2**-40
    assert explain(graph, {"x": x}, "out", exact, answers).beyond == 1


@pytest.mark.parametrize("behind", [False, True])
def test_an_operation_without_a_rule_explains_nothing(behind: bool) -> None:
    """Nor does anything behind it, such as a quantizer, whose own rule would be finite."""
    rng = np.random.default_rng(6)
    graph = GraphBuilder("unknown")
    x = graph.add(Input((16,), entry(17, 14)), name="x")
    out = graph.add(Negative(), graph.add(Dense(constant(rng, (16, 4), 15, 14), None), x, name="y"), name="out")
    if behind:
        out = graph.add(Quantize(entry(24, 16)), out, name="quantized")
    built = graph.build([out])
    data = events(built, rng)
    exact = interpret(built, {"x": data})[out]
    assert not np.isfinite(rounding_bounds(built, {"x": data})[out]).any()
    answers = reals(exact)
    answers[:, 1] = answers[:, 1] * F32(1 + 2**-20) + F32(2**-10)
    found = explain(built, {"x": data}, out, exact, answers)
    assert (found.differing, found.beyond) == (EVENTS, EVENTS)


def test_a_quantizer_of_far_too_wide_a_sum_moves_by_its_range() -> None:
    """The sum's error is more than 2**60 of its own steps; the quantised value still has a bound, and it holds."""
    rng = np.random.default_rng(8)
    graph = GraphBuilder("huge")
    x = graph.add(Input((12,), entry(30, 0)), name="x")
    kernel = FixedArray(rng.integers(-(1 << 40), 1 << 40, (12, 6)), 50)
    y = graph.add(Dense(kernel, None), x, name="y")
    widened = graph.add(Multiply(), y, y, name="square")
    kind = Quantizer(FixedType(1, 3, 14), Rounding.RND, Overflow.WRAP)
    out = graph.add(Quantize(kind), widened, name="out")
    built, sums = graph.build([out]), graph.build([widened])
    data = events(built, rng)
    error = rounding_bounds(sums, {"x": data})["square"]
    assert np.ldexp(error, interpret(sums, {"x": data})["square"].fractional).max() > 2.0**60
    exact, bounds = interpret(built, {"x": data})["out"], rounding_bounds(built, {"x": data})["out"]
    assert (bounds < 16.001).all()
    answers = rng.integers(-(1 << 17), 1 << 17, exact.shape) / F32(1 << 14)
    assert not explain(built, {"x": data}, "out", exact, answers).beyond


@pytest.mark.parametrize("mode", list(Overflow))
@pytest.mark.parametrize("rounding", list(Rounding))
def test_a_quantizer_moves_by_what_its_input_may(mode: Overflow, rounding: Rounding) -> None:
    """Every float32 near the exact sum, quantised, lies within the bound of the quantised exact sum."""
    rng = np.random.default_rng(9)
    graph = GraphBuilder("quantized")
    x = graph.add(Input((12,), entry(17, 15)), name="x")
    y = graph.add(Dense(constant(rng, (12, 6), 12, 13), None), x, name="y")
    kind = Quantizer(FixedType(1, 3, 14), rounding, mode)
    out = graph.add(Quantize(kind), y, name="out")
    built, sums = graph.build([out]), graph.build([y])
    data = events(built, rng)
    near, error = interpret(sums, {"x": data})["y"], rounding_bounds(sums, {"x": data})["y"]
    assert error.all()
    exact, bounds = interpret(built, {"x": data})["out"].to_float(), rounding_bounds(built, {"x": data})["out"]
    for part in (-1, -0.5, -0.01, 0.01, 0.5, 1):
        moved = FixedArray.from_float(near.to_float() + part * error)
        got = Quantize(kind).run([moved]).to_float()
        assert (np.abs(got - exact) <= bounds).all()
    assert (bounds < 17).all() and np.median(bounds) < 2**-13
