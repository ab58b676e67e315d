"""Sums of many terms as trees that are as low as their terms' arrival allows.

What is added one after another with no other reader between is one sum, whatever added it: a product's terms, its bias,
half a step of a rounding, a residual branch. Its constants are one constant, and terms that are there early are added
first (Golumbic, "Combinatorial merging", IEEE Trans. Comp. 25, 1976), so that a constant costs no depth.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from fpgaml.rtl.builder import NetlistBuilder, Value
from fpgaml.rtl.netlist import Gate, Netlist, Result, Wire
from fpgaml.rtl.timing import Times, arrival, start

SUMS = (Gate.ADD, Gate.SUBTRACT)

PATIENCE, CHOICE = 0.35, 24
"""ns that a term may arrive later than another one and still be preferred for a shorter adder; of so many terms."""


@dataclass(frozen=True, slots=True)
class Term:
    """One of a sum.

    Args:
        value: with its shift; negative: whether it is taken away; layer: of what added it.
        arrival: in ns, from when on a carry chain can run along it.
    """

    value: Value
    negative: bool
    layer: int
    arrival: float


def balanced(netlist: Netlist, narrowed: Mapping[int, int]) -> Netlist:
    """The same netlist, without the wires that nothing needs, and with its sums as low trees.

    Args:
        narrowed: wires that are known to be worth just what another one is: BITS that cut off nothing.
    """
    return _Balancing(netlist, narrowed).run()


def _arrival(term: Term) -> float:
    return term.arrival


class _Balancing:
    def __init__(self, netlist: Netlist, narrowed: Mapping[int, int]) -> None:
        self.netlist, self.narrowed = netlist, narrowed
        self.builder = NetlistBuilder(tables=list(netlist.tables))
        self.arrivals: list[Times] = []
        self.place: dict[int, int] = {}
        self.inner = self._inner()

    def run(self) -> Netlist:
        netlist = self.netlist
        for index, wire in enumerate(netlist.wires):
            if not netlist.living[index] or self.inner[index]:
                continue
            self.builder.layer = wire.layer
            self.place[index] = self._sum(index) if wire.gate in SUMS else self._copy(wire)
        return replace(
            netlist,
            wires=tuple(self.builder.wires),
            results=tuple(Result(self.place[result.wire], result.shift) for result in netlist.results),
            elements={self.place[wire]: what for wire, what in netlist.elements.items() if wire in self.place},
        )

    def _inner(self) -> list[bool]:
        """For each wire whether it is a step on the way to one sum and nothing else."""
        wires, living = self.netlist.wires, self.netlist.living
        readers: list[list[int]] = [[] for _ in wires]
        for index, wire in enumerate(wires):
            for argument in wire.arguments if living[index] else ():
                readers[argument].append(index)
        for result in self.netlist.results:
            readers[result.wire] += (-1, -1)
        inner = [False] * len(wires)
        for index in range(len(wires) - 1, -1, -1):
            if len(readers[index]) == 1:
                (reader,) = readers[index]
                inner[index] = self._adds(index) and (wires[reader].gate in SUMS or inner[reader])
        # What only cuts a sum's width is a step if the sum is.
        return [is_inner and (index not in self.narrowed or inner[self.narrowed[index]])
                for index, is_inner in enumerate(inner)]  # fmt: skip

    def _adds(self, index: int) -> bool:
        """Whether a wire is a sum, or a narrower form of one."""
        return self.netlist.wires[self.narrowed.get(index, index)].gate in SUMS

    def _copy(self, wire: Wire) -> int:
        arguments = tuple(self.place[argument] for argument in wire.arguments)
        return self.builder.wire(wire.gate, arguments, wire.parameters, wire.low, wire.high)

    def _sum(self, index: int) -> int:
        """A whole sum anew; its wire."""
        terms, constant = self._terms(index)
        wire, builder = self.netlist.wires[index], self.builder
        if constant:
            terms.append(Term(builder.constant(constant), False, min(term.layer for term in terms), 0.0))
        terms.sort(key=_arrival)
        while len(terms) > 1:
            self._step(terms, (wire.low, wire.high))
        (total,) = terms
        builder.layer = total.layer
        value = builder.subtract(builder.constant(0), total.value) if total.negative else total.value
        return builder.lifted(value, 0)

    def _terms(self, root: int) -> tuple[list[Term], int]:
        """What is summed, and the sum of the constants among it."""
        wires, terms, constant = self.netlist.wires, [], 0
        pending = [(root, 0, False)]
        while pending:
            index, shift, negative = pending.pop()
            wire = wires[index]
            if wire.gate not in SUMS:
                pending.append((wire.arguments[0], shift, negative))
                continue
            for number, (argument, lift) in enumerate(zip(wire.arguments, wire.parameters, strict=True)):
                minus = negative != (wire.gate == Gate.SUBTRACT and number == 1)
                if self.inner[argument]:
                    pending.append((argument, shift + lift, minus))
                elif wires[argument].gate == Gate.CONSTANT:
                    constant += (-1 if minus else 1) * wires[argument].low << shift + lift
                else:
                    place = self.place[argument]
                    terms.append(Term(Value(place, -shift - lift), minus, wire.layer, self._when(place)))
        return terms, constant

    def _step(self, terms: list[Term], ends: tuple[int, int]) -> None:
        """Two of the terms that are there first become one: those with the shortest adder."""
        soon = min(bisect_right(terms, terms[1].arrival + PATIENCE, key=_arrival), CHOICE)
        pairs = combinations(range(soon), 2)
        first, second = min(pairs, key=lambda pair: self._adder_bits(terms[pair[0]], terms[pair[1]]))
        late, early = terms.pop(second), terms.pop(first)
        insort(terms, self._added(early, late, None if terms else ends), key=_arrival)

    def _adder_bits(self, a: Term, b: Term) -> int:
        """Bits of the adder of two terms, roughly: those of the lower one below the other one pass untouched."""
        wires = self.builder.wires
        lows = [-term.value.fractional for term in (a, b)]
        highs = [low + wires[term.value.wire].width for low, term in zip(lows, (a, b), strict=True)]
        return max(highs) - (min(lows) if b.negative != a.negative else max(lows))

    def _added(self, a: Term, b: Term, ends: tuple[int, int] | None) -> Term:
        """a + b with their signs.

        Args:
            ends: the range of the sum where it is known, on the grid of integers.
        """
        builder = self.builder
        if a.negative and not b.negative:
            a, b = b, a
        builder.layer = max(a.layer, b.layer)
        value = (builder.add if a.negative == b.negative else builder.subtract)(a.value, b.value)
        if ends is not None and not a.negative:
            value = builder.ranged(value, *ends)
        return Term(value, a.negative, builder.layer, self._when(value.wire))

    def _when(self, index: int) -> float:
        wires = self.builder.wires
        while len(self.arrivals) <= index:
            wire = wires[len(self.arrivals)]
            self.arrivals.append(arrival(self.builder, wire, [self.arrivals[a] for a in wire.arguments]))
        return start(self.arrivals[index])
