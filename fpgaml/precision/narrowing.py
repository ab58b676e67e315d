"""Fewer bits than a quantised model came with: another network, whose distance from the model is to be measured.

Bits only fall, at the fine end: steps get coarser, ranges stay.

- *Weights*: a channel (an output of the layer) has the step that its finest weight needs and the integer bits that its
  largest needs. So many bits less mean a step that is coarser by that power of two; weights are rounded to nearest,
  ties to even (half of all weights are ties where one bit goes: ties upwards would shift every sum), and saturate. A
  channel keeps one bit of magnitude. The bias, one channel, is a place of its own.
- *Results*: each element of a Quantize has so many fractional bits less. One that truncated rounds to nearest, ties
  upwards (RND); one that wrapped saturates, since rounding may carry a value beyond the type. An element of one bit
  stays, and so does one that is always zero. Tables that read such results lose the entries that nothing can reach.

What enters and leaves the network keeps its types, so that the ports stay as they were; so do quantizers inside of
recurrent layers. Nodes keep their names, and ranges follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import EinsumDense, Linear, Lookup, Move, Quantize
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.ranges import ValueRange
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, as_ints, overflow_into, round_shift, shift_left
from fpgaml.precision.places import Place

OPTION = "--narrow"
TRUNCATING = (Rounding.TRN, Rounding.TRN_ZERO)


def places(graph: Graph) -> dict[Place, int]:
    """Every place whose bits may fall, in the network's order, with its widest bits now, the sign included.

    `Place.layer` is the node's name, behind that of the recurrent layer and a dot where it is within one;
    `Place.part` is weight, bias or result.
    """
    found = kinds(graph).items()
    return {place: int(kind.width.max()) for place, kind in found if _magnitude(kind).max() > 1}


def kinds(graph: Graph) -> dict[Place, FixedType]:
    """Types, of weights one for each channel, of a result one for each element: also where nothing can fall."""
    return dict(_all_kinds(graph))


def narrowed(graph: Graph, fewer: Mapping[Place, int]) -> Graph:
    """The network with so many bits less at some places; the same Graph for the same arguments, always.

    Args:
        fewer: for a place how many bits go, from 0; beyond what a channel or an element can give it stays at its last.

    Raises:
        FpgamlError: a place that the network does not have, or not so many bits; or values do not fit any more.
    """
    known = places(graph)
    for place, bits in fewer.items():
        if place not in known:
            raise FpgamlError(OPTION, f"the network has no {place} whose bits could fall", _nearest(place, known))
        if not 0 <= bits < known[place]:
            advice = f"Take 1 to {known[place] - 1} away"
            raise FpgamlError(OPTION, f"{place} has {known[place]} bits, and {bits} are to go", advice)
    wanted = {str(place): bits for place, bits in fewer.items() if bits}
    return _without_unreachable(graph, _rewritten(graph, wanted, "")) if wanted else graph


def _all_kinds(graph: Graph, prefix: str = "") -> Iterator[tuple[Place, FixedType]]:
    boundary = set() if prefix else _boundary(graph)
    for node in graph.nodes:
        name, op = prefix + node.name, node.op
        if isinstance(op, Linear):
            yield Place(name, "weight"), _weights(op).kind
            if op.bias is not None:
                yield Place(name, "bias"), _Channels.of_vector(op.bias).kind
        elif isinstance(op, Quantize) and not prefix and node.name not in boundary:
            if op.quantizer.overflow is not Overflow.SAT_ZERO:
                yield Place(name, "result"), op.quantizer.type
        elif isinstance(op, Scan):
            yield from _all_kinds(op.cell, f"{name}.")


def _boundary(graph: Graph) -> set[str]:
    """The nodes whose values leave as they are."""
    found = set(graph.outputs)
    for node in reversed(graph.nodes):
        if node.name in found and isinstance(node.op, Move):
            found.update(node.inputs)
    return found


def _rewritten(graph: Graph, wanted: Mapping[str, int], prefix: str) -> Graph:
    """The nodes of a graph with their own bits less."""
    changed = {}
    for node in graph.nodes:
        new = _narrower(node, wanted, prefix + node.name)
        if new is not node:
            changed[node.name] = (new,)
    return graph.rewired(changed) if changed else graph


def _narrower(node: Node, wanted: Mapping[str, int], name: str) -> Node:
    op = node.op
    if isinstance(op, Scan):
        cell = _rewritten(op.cell, wanted, f"{name}.")
        return node if cell is op.cell else replace(node, op=replace(op, cell=cell))
    if isinstance(op, Linear):
        weight, bias = (wanted.get(f"{name}.{part}", 0) for part in ("weight", "bias"))
        if weight:
            op = replace(op, kernel=_weights(op).less(weight))
        if bias and op.bias is not None:
            op = replace(op, bias=_Channels.of_vector(op.bias).less(bias))
        return node if op is node.op else replace(node, op=op)
    if isinstance(op, Quantize) and (bits := wanted.get(f"{name}.result", 0)):
        return replace(node, op=Quantize(_coarser(op.quantizer, bits)))
    return node


def _coarser(quantizer: Quantizer, bits: int) -> Quantizer:
    kind = quantizer.type
    drop = np.clip(_magnitude(kind) - 1, 0, bits)
    rounding = Rounding.RND if quantizer.rounding in TRUNCATING else quantizer.rounding
    overflow = Overflow.SAT if quantizer.overflow is Overflow.WRAP else quantizer.overflow
    return Quantizer(FixedType(kind.signed, kind.integer, kind.fractional - drop), rounding, overflow)


def _magnitude(kind: FixedType) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Bits without the sign."""
    return np.asarray(kind.integer + kind.fractional, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class _Channels:
    """Constants with a type for each channel.

    Args:
        value: the constants; kind: of each channel, broadcasts to them; all of a zero channel's bits are zero.
    """

    value: FixedArray
    kind: FixedType

    @classmethod
    def of(cls, value: FixedArray, axes: tuple[int, ...]) -> _Channels:
        """Constants that belong to the same channel along some axes."""
        found = ValueRange.of_constant(value)
        low, high = found.low.min(axis=axes, keepdims=True), found.high.max(axis=axes, keepdims=True)
        steps = found.fractional.max(axis=axes, keepdims=True)
        return cls(value, ValueRange(low, high, steps, found.unit).type())

    @classmethod
    def of_vector(cls, value: FixedArray) -> _Channels:
        """One channel."""
        return cls.of(value, tuple(range(len(value.shape))))

    def less(self, bits: int) -> FixedArray:
        """The constants with so many bits less."""
        kind = self.kind
        drop = np.clip(_magnitude(kind) - 1, 0, bits)
        held = np.asarray(kind.width) > 0
        coarse = FixedType(kind.signed, kind.integer, kind.fractional - drop)
        away = np.where(held, self.value.fractional - coarse.fractional, 0)
        rounded = round_shift(self.value.integers, away, Rounding.RND_CONV)
        inside = np.where(held, overflow_into(rounded, coarse, Overflow.SAT), 0)
        return FixedArray(shift_left(as_ints(inside), away), self.value.fractional).normalised()


def _weights(op: Linear) -> _Channels:
    """A kernel, its channels the outputs."""
    rank = len(op.kernel.shape)
    if isinstance(op, EinsumDense):
        _, letters, output = op.letters
        return _Channels.of(op.kernel, tuple(n for n, letter in enumerate(letters) if letter not in output))
    return _Channels.of(op.kernel, tuple(range(rank - 1)))


def _without_unreachable(before: Graph, graph: Graph) -> Graph:
    """Tables without the entries that lie between the values which their inputs have now."""
    while True:
        node = next((node for node in graph.nodes if _spare_bits(before, graph, node)), None)
        if node is None:
            return graph
        op = node.op
        assert isinstance(op, Lookup)
        spare, domain = _spare_bits(before, graph, node), op.domain
        coarse = FixedType(domain.signed, domain.integer, domain.fractional - spare)
        table = FixedArray(op.table.integers[:: 1 << spare], op.table.fractional)
        graph = graph.rewired({node.name: (replace(node, op=Lookup(coarse, table)),)})


def _spare_bits(before: Graph, graph: Graph, node: Node) -> int:
    """Fractional bits of a table's domain that its input had before, and has no more."""
    if not isinstance(node.op, Lookup):
        return 0
    (name,) = node.inputs
    domain = int(node.op.domain.fractional)
    had, has = (int(each.ranges[name].fractional.max()) for each in (before, graph))
    least = domain - int(node.op.domain.width) + 1
    return max(min(had, domain) - max(has, least), 0)


def _nearest(place: Place, known: Mapping[Place, int]) -> str:
    names = [str(each) for each in known]
    near = [name for name in names if name.startswith(f"{place.layer}.")] or get_close_matches(str(place), names, 1)
    return f"Did you mean {' or '.join(near)}?" if near else f"It has {', '.join(names) or 'none'}"
