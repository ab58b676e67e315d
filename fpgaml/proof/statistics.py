"""What data does to the types of a network: overflows, ranges, bits that are never used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.interpreter import Watch, read_inputs
from fpgaml.graph.ops import Input, Quantize
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import FixedType, Ints, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize_reals, round_shift
from fpgaml.proof.fewer_bits import CodeCounts, FewerBits

_VERBS = {Overflow.WRAP: "wrapped", Overflow.SAT_ZERO: "set to zero"}


@dataclass(frozen=True)
class QuantizerStatistics:
    """What one quantizer did to all values that it saw.

    Args:
        node: its name; layer: of the source model.
        is_input: whether it brought real numbers into an input's type.
        quantizer: type, rounding and overflow.
        values: how many it saw; those of elements without any bits are left out of `outside`.
        outside: how many were out of the type's range after rounding.
        smallest_before, largest_before, smallest_after, largest_after: in real units.
        range_used: the largest fraction of an element's range that was reached, after rounding and before the
            overflow: above 1 where values were outside.
        unused_bits: top bits that no element ever needed; negative for bits that are missing.
        sign_unused: a signed type that saw no negative number.
        dropped_elements: elements whose type has no bits, so that all their values become zero.
        lowest, highest: ends of the type that holds every element's, in real units.
        fewer: what one bit less and more would do to the values that it gave.
    """

    node: str
    layer: str
    is_input: bool
    quantizer: Quantizer
    values: int
    outside: int
    smallest_before: float
    largest_before: float
    smallest_after: float
    largest_after: float
    range_used: float
    unused_bits: int
    sign_unused: bool
    dropped_elements: int
    lowest: float
    highest: float
    fewer: tuple[FewerBits, ...]

    @property
    def remark(self) -> str:
        """What a designer would want to know, in words; empty where all is well."""
        remarks = []
        if self.outside:
            verb = _VERBS.get(self.quantizer.overflow, "saturated")
            missing = f", {_bits(-self.unused_bits, 'top')} missing" if self.unused_bits < 0 else ""
            remarks.append(f"{self.outside} of {self.values} values {verb}{missing}")
        if self.unused_bits > 0:
            kind = self.quantizer.type
            integer = kind.is_uniform and self.unused_bits <= int(kind.integer)
            remarks.append(f"{_bits(self.unused_bits, 'integer' if integer else 'top')} never used")
        if self.sign_unused:
            remarks.append("sign never used")
        if self.dropped_elements:
            remarks.append(f"{self.dropped_elements} elements have no bits")
        return "; ".join(remarks)


class StatisticsAccumulator:
    """Gathers statistics over chunks; give it to `interpret` as its `watch`, and `inside` as its `inside`.

    Args:
        graph: whose quantizers are watched.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._tallies: dict[str, Tally] = {}

    def __call__(self, node: Node, inputs: list[FixedArray], result: FixedArray) -> None:
        """Count one operation of the interpreter; anything but Quantize is passed over."""
        self._see(node.name, node, inputs, result)

    def inside(self, outer: Node) -> Watch:
        """What counts the quantizers in the cell of a Scan: over all steps, by the names of both nodes."""
        return lambda node, inputs, result: self._see(f"{outer.name}.{node.name}", node, inputs, result)

    def read(self, reals: Mapping[str, ArrayLike]) -> dict[str, FixedArray]:
        """Real numbers as the graph's inputs take them, as `read_inputs` does, and counted.

        Args:
            reals: for each input's name an array of shape (events, *shape), finite.

        Raises:
            FpgamlError: as `read_inputs`.
        """
        values = read_inputs(self._graph, reals)
        for node in self._graph.inputs:
            assert isinstance(node.op, Input)
            if values[node.name].integers.size:
                tally = self._tallies.setdefault(node.name, Tally(node.op.quantizer))
                tally.add_reals(np.asarray(reals[node.name], dtype=np.float64), values[node.name])
        return values

    @property
    def tallies(self) -> dict[str, Tally]:
        """Counts by node, as they are so far."""
        return dict(self._tallies)

    def take(self, tallies: Mapping[str, Tally]) -> None:
        """Add what was counted elsewhere."""
        for name, tally in tallies.items():
            self._tallies[name] = self._tallies[name].plus(tally) if name in self._tallies else tally

    def results(self) -> tuple[QuantizerStatistics, ...]:
        """Everything so far, in the graph's order."""
        return tuple(self._tallies[n.name].result(n) for n in _named(self._graph) if n.name in self._tallies)

    def _see(self, name: str, node: Node, inputs: list[FixedArray], result: FixedArray) -> None:
        if isinstance(node.op, Quantize) and result.integers.size:
            self._tallies.setdefault(name, Tally(node.op.quantizer)).add(inputs[0], result)


def _named(graph: Graph) -> Iterator[Node]:
    """The graph's nodes, and behind a Scan those of its cell, named as they are counted."""
    for node in graph.nodes:
        yield node
        if isinstance(node.op, Scan):
            source = node.source or node.name
            for inner in node.op.cell.nodes:
                yield replace(inner, name=f"{node.name}.{inner.name}", source=inner.source or source)


class Tally:
    """One quantizer's counts.

    The extremes of each element are enough for most of it: rounding keeps their order. Values are looked at
    one by one only where an extreme shows that some are outside.
    """

    def __init__(self, quantizer: Quantizer) -> None:
        self.quantizer = quantizer
        self.values = self.outside = 0
        self.low: Ints | None = None  # codes of each element after rounding, before the overflow
        self.high: Ints | None = None
        self.before = self.after = (np.inf, -np.inf)
        self.codes = CodeCounts(quantizer)

    def add(self, values: FixedArray, result: FixedArray) -> None:
        low = FixedArray(values.integers.min(axis=0), values.fractional)
        high = FixedArray(values.integers.max(axis=0), values.fractional)
        if self._extend(low, high):
            self.outside += _count_outside(self.quantizer, values)
        self._count(values.integers.size, _extremes(values), result)

    def add_reals(self, reals: np.ndarray[tuple[int, ...], np.dtype[np.float64]], result: FixedArray) -> None:
        low, high = reals.min(axis=0), reals.max(axis=0)
        if self._extend(FixedArray.from_float(low), FixedArray.from_float(high)):
            kind = self.quantizer.type
            # Two bits more, and saturating: what is outside of the type stays so, at a bounded width.
            wide = Quantizer(FixedType(1, kind.integer + 2, kind.fractional), self.quantizer.rounding, Overflow.SAT)
            self.outside += _count_outside(self.quantizer, quantize_reals(reals, wide))
        self._count(reals.size, (float(low.min()), float(high.max())), result)

    def plus(self, other: Tally) -> Tally:
        """Both together, whatever the order."""
        both = Tally(self.quantizer)
        both.values, both.outside = self.values + other.values, self.outside + other.outside
        for each in (self, other):
            if each.low is not None and each.high is not None:
                both._widen(each.low, each.high)
        both.before = (min(self.before[0], other.before[0]), max(self.before[1], other.before[1]))
        both.after = (min(self.after[0], other.after[0]), max(self.after[1], other.after[1]))
        both.codes.take(self.codes)
        both.codes.take(other.codes)
        return both

    def result(self, node: Node) -> QuantizerStatistics:
        assert self.low is not None and self.high is not None
        used, unused, sign_unused = _usage(self.quantizer, self.low, self.high)
        return QuantizerStatistics(
            node.name,
            node.source or node.name,
            isinstance(node.op, Input),
            self.quantizer,
            self.values,
            self.outside,
            *self.before,
            *self.after,
            used,
            unused,
            sign_unused,
            int((~_held(self.quantizer.type, self.low.shape)).sum()),
            *_ends(self.quantizer.type),
            self.codes.fewer(),
        )

    def _extend(self, low: FixedArray, high: FixedArray) -> bool:
        """Take in the extremes of a chunk; whether any of its values is outside."""
        codes = [_rounded(x, self.quantizer.type, self.quantizer.rounding) for x in (low, high)]
        self._widen(*codes)
        bottom, top = _limits(self.quantizer)
        beyond = np.asarray((codes[0] < bottom) | (codes[1] > top), dtype=bool)
        return bool((beyond & _held(self.quantizer.type, beyond.shape)).any())

    def _widen(self, low: Ints, high: Ints) -> None:
        self.low = low if self.low is None else np.minimum(self.low, low)
        self.high = high if self.high is None else np.maximum(self.high, high)

    def _count(self, values: int, before: tuple[float, float], result: FixedArray) -> None:
        self.values += values
        self.codes.add(result)
        after = _extremes(result)
        self.before = (min(self.before[0], before[0]), max(self.before[1], before[1]))
        self.after = (min(self.after[0], after[0]), max(self.after[1], after[1]))


def _rounded(values: FixedArray, kind: FixedType, rounding: Rounding) -> Ints:
    return round_shift(values.integers, values.fractional - kind.fractional, rounding)


def _limits(quantizer: Quantizer) -> tuple[Ints, Ints]:
    low, high = quantizer.type.bounds()
    return (np.maximum(low, -high) if quantizer.overflow == Overflow.SAT_SYM else low), high


def _held(kind: FixedType, shape: tuple[int, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which elements have any bits. One without bits drops its values by design: that is no overflow."""
    return np.broadcast_to(kind.width > 0, shape)


def _count_outside(quantizer: Quantizer, values: FixedArray) -> int:
    outside = Quantize(quantizer).outside(values)
    return int(np.count_nonzero(outside & _held(quantizer.type, outside.shape)))


def _extremes(values: FixedArray) -> tuple[float, float]:
    ends = np.array([values.integers.min(), values.integers.max()], dtype=values.integers.dtype)
    low, high = FixedArray(ends, values.fractional).to_float()
    return float(low), float(high)


def _ends(kind: FixedType) -> tuple[float, float]:
    """In real units."""
    held = kind.uniform()
    low, high = FixedArray(np.array([int(end) for end in held.bounds()], dtype=object), int(held.fractional)).to_float()
    return float(low), float(high)


def _usage(quantizer: Quantizer, low: Ints, high: Ints) -> tuple[float, int, bool]:
    """Fraction of the range used, top bits unused, whether the sign is unused; over the elements with bits."""
    kind = quantizer.type
    held = _held(kind, low.shape)
    if not held.any():
        return 0.0, 0, False
    bottom, top = (np.broadcast_to(limit, low.shape)[held] for limit in _limits(quantizer))
    lows, highs = low[held].astype(object), high[held].astype(object)
    fractions = np.maximum(highs / np.maximum(top, 1), -lows / np.maximum(np.maximum(-bottom, top), 1))
    magnitude_bits = np.broadcast_to(kind.integer + kind.fractional, low.shape)[held]
    needed = [int(n).bit_length() for n in np.maximum(np.maximum(highs, -lows - 1), 0)]
    signed = np.broadcast_to(kind.signed == 1, low.shape)[held]
    return float(fractions.max()), int((magnitude_bits - needed).min()), bool(signed.any() and (lows >= 0).all())


def _bits(count: int, kind: str) -> str:
    return f"{count} {kind} bit{'' if count == 1 else 's'}"
