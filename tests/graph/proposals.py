"""How a random Graph grows: for each operation, whether it fits a tensor and how its settings are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from math import prod
from typing import Any

import numpy as np
from hypothesis import strategies as st

from fpgaml.graph import ops as o
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.ops.windows import Pads
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.passes.drop_dead_nodes import DropDeadNodes

MAX_ELEMENTS = 64
"""Values in the largest tensor, unless somebody wants more."""
TABLE_BITS = 5
CELL_OPS = frozenset(
    ("Dense", "Scale", "Add", "Subtract", "Multiply", "Maximum", "Relu", "Lookup", "Concatenate", "Slice")
)
"""What the cell of a Scan is made of, besides Quantize, unless somebody wants more."""

Shape = tuple[int, ...]
Proposal = tuple[o.Operation, tuple[str, ...]]


@dataclass(frozen=True)
class Limits:
    """What a random Graph may hold; see `strategies.graphs`."""

    ops: frozenset[str]
    ranks: frozenset[int]
    per_element: bool
    max_bits: int
    min_bits: int
    point: int
    broadcast: bool
    roundings: tuple[Rounding, ...]
    overflows: tuple[Overflow, ...]
    max_elements: int = MAX_ELEMENTS
    cell_ops: frozenset[str] = CELL_OPS


@dataclass
class Growth:
    """A Graph that grows: `draw` draws from a strategy, `names` are the nodes that may be read."""

    draw: Callable[..., Any]
    builder: GraphBuilder
    limits: Limits
    arrays: Callable[..., st.SearchStrategy[FixedArray]]
    quantizer_strategy: Callable[..., st.SearchStrategy[Quantizer]]
    names: list[str] = field(default_factory=list)

    def number(self, low: int, high: int) -> int:
        """A whole number between two, both included."""
        return int(self.draw(st.integers(low, high)))

    def pick(self, choices: Any) -> Any:
        """One of a few."""
        return self.draw(st.sampled_from(list(choices)))

    def constant(self, shape: Shape) -> FixedArray:
        """Weights of up to five bits."""
        array: FixedArray = self.draw(self.arrays(shape, point=self.limits.point))
        return array

    def quantizer(self, shape: Shape, uniform: bool = False, max_bits: int | None = None) -> Quantizer:
        """A quantizer for a tensor of a shape."""
        bits = self.limits.max_bits if max_bits is None else max_bits
        result: Quantizer = self.draw(self.quantizer_strategy(shape, uniform, bits))
        return result

    def shape(self, name: str) -> Shape:
        """A node's shape."""
        return self.builder.shape(name)

    def partner(self, name: str, fits: Callable[[Shape], bool]) -> str:
        """A second operand: another node, a Constant where allowed, or a requantised copy of the node itself."""
        shape = self.shape(name)
        choices = [other for other in self.names if fits(self.shape(other))]
        kind = self.pick(["node"] * 3 + ["copy"] + ["constant"] * ("Constant" in self.limits.ops))
        if kind == "node" and choices:
            return str(self.pick(choices))
        if kind == "constant":
            options = [shape, (1,) * len(shape)] if self.limits.broadcast else [shape]
            picked = self.pick([s for s in options if fits(s)] or [shape])
            return self.builder.add(o.Constant(self.constant(picked)), name="constant")
        return self.builder.add(o.Quantize(self.quantizer(shape)), name, name="branch")


def _kernel_bias(g: Growth, kernel: Shape, bias: Shape) -> tuple[FixedArray, FixedArray | None]:
    return g.constant(kernel), g.constant(bias) if g.pick((True, False)) else None


def _dense(g: Growth, name: str) -> Proposal:
    shape = g.shape(name)
    outputs = g.number(1, min(4, g.limits.max_elements // prod(shape[:-1])))
    return o.Dense(*_kernel_bias(g, (shape[-1], outputs), (outputs,))), (name,)


@dataclass(frozen=True)
class _Window:
    size: Shape
    strides: Shape
    dilation: Shape
    pads: Pads
    output: Shape


def _window(g: Growth, spatial: Shape, pooling: bool) -> _Window:
    """Window settings that fit: strides, dilation and padding on every axis."""
    axes = []
    for length in spatial:
        size = g.number(1, 3)
        step = 1 if pooling else g.number(1, 2)
        most = size - 1 if pooling else 2
        before, after = g.number(0, most), g.number(0, most)
        if (size - 1) * step + 1 > length + before + after:
            size, step = min(size, length), 1
            before, after = (min(before, size - 1), min(after, size - 1)) if pooling else (before, after)
        stride = g.number(1, 3)
        out = (length + before + after - (size - 1) * step - 1) // stride + 1
        axes.append((size, stride, step, (before, after), out))
    sizes, strides, steps, pads, outputs = zip(*axes, strict=True)
    return _Window(sizes, strides, steps, pads, outputs)


def _conv(g: Growth, name: str) -> Proposal:
    *spatial, channels = g.shape(name)
    window = _window(g, tuple(spatial), pooling=False)
    groups = g.pick([d for d in (1, 2, 3, 4) if channels % d == 0] + [channels])
    room = g.limits.max_elements // prod(window.output)
    each = [n for n in (1, 2, 3) if n * groups <= room]
    if not each:  # too many positions for so many groups
        groups, each = 1, [1]
    filters = groups * g.pick(each)
    kernel, bias = _kernel_bias(g, (*window.size, channels // groups, filters), (filters,))
    make = o.Conv1D if len(spatial) == 1 else o.Conv2D
    return make(kernel, bias, window.strides, window.dilation, window.pads, groups), (name,)


def _einsum_dense(g: Growth, name: str) -> Proposal:
    shape = g.shape(name)
    letters = "abc"[: len(shape)]
    last = letters[-1]
    sizes = dict(zip(letters, shape, strict=True)) | {"d": 2}
    forms = [f"{letters},{last}d->{letters[:-1]}d", f"{letters},{letters}->{letters}", f"{letters},d{last}->d{last}"]
    if len(shape) == 2:
        forms += ["ab,ad->bd", "ab,abd->da", "ab,b->ba", "ab,bd->d"]
    equation = g.pick([f for f in forms if prod(sizes[c] for c in f.split("->")[1]) <= g.limits.max_elements])
    left, output = equation.split("->")
    out = tuple(sizes[c] for c in output)
    kernel = tuple(sizes[c] for c in left.split(",")[1])
    bias = tuple(g.pick((1, size)) for size in out)
    return o.EinsumDense(*_kernel_bias(g, kernel, bias), equation), (name,)


def _einsum(g: Growth, name: str) -> Proposal:
    shape = g.shape(name)
    other = g.partner(name, lambda s: len(s) <= 3)
    sizes = dict(zip("abc", shape, strict=False))
    # Letters of the second term: of axes of the first that have its size, or new ones.
    letters = ""
    for size, fresh in zip(g.shape(other), "xyz", strict=False):
        letters += g.pick([c for c, s in sizes.items() if s == size and c not in letters] + [fresh])
        sizes[letters[-1]] = size
    kept = [c for c in g.draw(st.permutations(list(sizes))) if g.pick((True, False))] or [letters[-1]]
    while prod(sizes[c] for c in kept) > g.limits.max_elements:
        kept.pop()
    return o.Einsum(f"{'abc'[: len(shape)]},{letters}->{''.join(kept)}"), (name, other)


def _constant_shape(g: Growth, shape: Shape) -> Shape:
    per_channel = (*(1 for _ in shape[:-1]), shape[-1])
    return tuple(g.pick([per_channel, (1,) * len(shape), shape] if g.limits.broadcast else [per_channel]))


def _scale(g: Growth, name: str) -> Proposal:
    factor, offset = (g.constant(_constant_shape(g, g.shape(name))) for _ in range(2))
    return o.Scale(factor, offset), (name,)


def _binary(operation: type[o.Operation]) -> Callable[[Growth, str], Proposal]:
    def make(g: Growth, name: str) -> Proposal:
        shape = g.shape(name)

        def fits(other: Shape) -> bool:
            if not g.limits.broadcast or len(other) != len(shape):
                return other == shape
            matches = all(a == b or 1 in (a, b) for a, b in zip(shape, other, strict=True))
            return matches and prod(np.broadcast_shapes(shape, other)) <= g.limits.max_elements

        other = g.partner(name, fits)
        pair = (name, other) if g.pick((True, False)) else (other, name)
        return operation(), pair

    return make


def _joins(other: Shape, shape: Shape, axis: int, room: int) -> bool:
    """Whether a tensor can follow one of `shape` along an axis with that much room."""
    same = len(other) == len(shape) and other[axis] <= room
    return same and (*other[:axis], *other[axis + 1 :]) == (*shape[:axis], *shape[axis + 1 :])


def _concatenate(g: Growth, name: str) -> Proposal:
    shape = g.shape(name)
    axis = g.number(0, len(shape) - 1)
    names, total = [name], shape[axis]
    for _ in range(g.number(0, 2)):
        room = g.limits.max_elements // (prod(shape) // shape[axis]) - total
        if room < shape[axis]:
            break
        names.append(g.partner(name, partial(_joins, shape=shape, axis=axis, room=room)))
        total += g.shape(names[-1])[axis]
    return o.Concatenate(g.pick((axis, axis - len(shape)))), tuple(names)


def _choose(g: Growth, name: str) -> Proposal:
    shape, bits = g.shape(name), g.number(1, 2)
    options = [name, *(g.partner(name, lambda s: s == shape) for _ in range((1 << bits) - 1))]
    overflow = g.pick(g.limits.overflows)
    quantizer = Quantizer(FixedType(0, bits, 0), Rounding.TRN, overflow)
    index = g.builder.add(o.Quantize(quantizer), g.pick((name, options[-1])), name="index")
    return o.Choose(), (index, *options)


def _index(g: Growth, name: str, axis: int, room: int, size: int | None = None) -> str:
    """A node of integers of a few bits, which fits a tensor beside an axis.

    Args:
        room: elements that the result may have for each along the axis; size: along the axis, if it must be one.
    """
    shape = g.shape(name)

    def fits(other: Shape) -> bool:
        if len(other) != len(shape) or other[axis] * room > g.limits.max_elements or size not in (None, other[axis]):
            return False
        pairs = list(zip(shape, other, strict=True))
        return all(a == b or (b == 1 and g.limits.broadcast) for a, b in pairs[:axis] + pairs[axis + 1 :])

    kind = FixedType(g.number(0, 1), g.number(1, 3), 0)
    return g.builder.add(o.Quantize(Quantizer(kind, Rounding.TRN)), g.partner(name, fits), name="index")


def _gather(g: Growth, name: str) -> Proposal:
    shape = g.shape(name)
    axis = g.number(0, len(shape) - 1)
    return o.Gather(g.pick((axis, axis - len(shape)))), (name, _index(g, name, axis, prod(shape) // shape[axis]))


def _scatter_add(g: Growth, name: str) -> Proposal:
    shape = g.shape(name)
    axis = g.number(0, len(shape) - 1)
    index = _index(g, name, axis, 1, shape[axis])
    size = g.number(1, min(6, g.limits.max_elements * shape[axis] // prod(shape)))
    return o.ScatterAdd(g.pick((axis, axis - len(shape))), size), (name, index)


def _lookup(g: Growth, name: str) -> Proposal:
    bits = min(TABLE_BITS, g.limits.max_bits)
    quantizer = g.quantizer(g.shape(name), uniform=True, max_bits=bits)
    narrow = g.builder.add(o.Quantize(quantizer), name, name="domain")
    size = 1 << max(int(quantizer.type.width), 0)
    return o.Lookup(quantizer.type, g.constant((size,))), (narrow,)


def _pool(g: Growth, name: str, average: bool) -> Proposal:
    *spatial, channels = g.shape(name)
    window = _window(g, tuple(spatial), pooling=True)
    if not average:
        return o.MaxPool(window.size, window.strides, window.pads), (name,)
    factor = g.constant(_constant_shape(g, (*window.output, channels)))
    return o.AveragePool(window.size, window.strides, window.pads, factor), (name,)


def _reduce(g: Growth, name: str) -> Proposal:
    rank = len(g.shape(name))
    axes = g.draw(st.lists(st.integers(0, rank - 1), min_size=1, max_size=rank, unique=True))
    signed = tuple(g.pick((axis, axis - rank)) for axis in axes)
    return o.Reduce(g.pick(o.Reduction), signed), (name,)


def _reshape(g: Growth, name: str) -> Proposal:
    total = prod(g.shape(name))
    divisors = [d for d in range(1, total + 1) if total % d == 0]
    dims: list[Shape] = []
    if 0 in g.limits.ranks:
        dims.append((total,))
    if 1 in g.limits.ranks:
        dims.append((d := g.pick(divisors), total // d))
    if 2 in g.limits.ranks:
        a = g.pick(divisors)
        b = g.pick([d for d in divisors if (total // a) % d == 0])
        dims.append((a, b, total // a // b))
    return o.Reshape(tuple(g.pick(dims))), (name,)


def _transpose(g: Growth, name: str) -> Proposal:
    return o.Transpose(tuple(g.draw(st.permutations(range(len(g.shape(name))))))), (name,)


def _pad(g: Growth, name: str) -> Proposal:
    shape = list(g.shape(name))
    pads = []
    for axis, size in enumerate(shape):
        before, after = g.number(0, 2), g.number(0, 2)
        if prod(shape) // size * (size + before + after) > g.limits.max_elements:
            before = after = 0
        shape[axis] += before + after
        pads.append((before, after))
    return o.Pad(tuple(pads)), (name,)


def _slice(g: Growth, name: str) -> Proposal:
    boxes = []
    for size in g.shape(name):
        start = g.number(0, size - 1)
        boxes.append((start, g.number(start + 1, size), g.number(1, 3)))
    starts, stops, steps = zip(*boxes, strict=True)
    return o.Slice(starts, stops, steps), (name,)


def _upsample(g: Growth, name: str) -> Proposal:
    room = g.limits.max_elements // prod(g.shape(name))
    factors = []
    for _ in g.shape(name)[:-1]:
        factors.append(g.number(1, min(3, room)))
        room //= factors[-1]
    return o.UpSample(tuple(factors)), (name,)


def _group_sort(g: Growth, name: str) -> Proposal:
    last = g.shape(name)[-1]
    return o.GroupSort(g.pick([d for d in range(1, last + 1) if last % d == 0])), (name,)


def _scan(g: Growth, name: str) -> Proposal:
    """A cell that grows as a Graph does, from the step and up to two states."""
    steps, *rest = g.shape(name)
    cell = replace(g, builder=GraphBuilder("cell"), limits=replace(g.limits, ops=g.limits.cell_ops), names=[])
    kind = g.builder.type(name).uniform()
    cell.names.append(cell.builder.add(o.Input(tuple(rest), Quantizer(kind)), name="step"))
    states = [(*rest[:-1], g.number(1, 3)) for _ in range(g.number(0, 2))]
    quantizers = [cell.quantizer(shape) for shape in states]
    for number, (shape, quantizer) in enumerate(zip(states, quantizers, strict=True)):
        cell.names.append(cell.builder.add(o.Input(shape, quantizer), name=f"state_{number}"))
    before = list(cell.names[1:])
    for _ in range(g.number(1, 5)):
        grow(cell)
    news, initial, given = [], [], [name]
    for state, shape, quantizer in zip(before, states, quantizers, strict=True):
        source = g.pick([other for other in cell.names if cell.shape(other) == shape][::-1])
        news.append(cell.builder.add(o.Quantize(quantizer), source, name=f"{state}_new"))
        fitting = [other for other in g.names if g.shape(other) == shape]
        if fitting and g.pick((False, False, True)):
            given.append(g.builder.add(o.Quantize(quantizer), g.pick(fitting), name="before"))
            initial.append(None)
        else:
            first = o.Quantize(quantizer).run([FixedArray((c := g.constant(shape)).integers[None], c.fractional)])
            initial.append(FixedArray(first.integers[0], first.fractional))
    room = g.limits.max_elements // steps
    outputs = [other for other in (*cell.names, *news) if prod(cell.shape(other)) <= room]
    graph = DropDeadNodes().apply(cell.builder.build([*news, g.pick(outputs[::-1])]))
    return Scan(graph, tuple(initial), g.pick((False, True)), g.pick((True, False))), tuple(given)


@dataclass(frozen=True)
class Rule:
    """When an operation fits a tensor (by its number of axes), and how it is drawn."""

    make: Callable[[Growth, str], Proposal]
    axes: tuple[int, ...] = (1, 2, 3)

    def fits(self, growth: Growth, name: str) -> bool:
        """Whether the operation can follow that node."""
        return len(growth.shape(name)) in self.axes


PROPOSALS: dict[str, Rule] = {
    "Quantize": Rule(lambda g, name: (o.Quantize(g.quantizer(g.shape(name))), (name,))),
    "Dense": Rule(_dense),
    "Conv1D": Rule(_conv, (2,)),
    "Conv2D": Rule(_conv, (3,)),
    "EinsumDense": Rule(_einsum_dense),
    "Einsum": Rule(_einsum),
    "Scale": Rule(_scale),
    **{kind.__name__: Rule(_binary(kind)) for kind in (o.Add, o.Subtract, o.Multiply, o.Maximum, o.Minimum)},
    "Concatenate": Rule(_concatenate),
    "Relu": Rule(lambda _, name: (o.Relu(), (name,))),
    "LeakyRelu": Rule(lambda g, name: (o.LeakyRelu(g.number(0, 4)), (name,))),
    "Lookup": Rule(_lookup),
    "MaxPool": Rule(lambda g, name: _pool(g, name, average=False), (2, 3)),
    "AveragePool": Rule(lambda g, name: _pool(g, name, average=True), (2, 3)),
    "Reduce": Rule(_reduce),
    "Reshape": Rule(_reshape),
    "Transpose": Rule(_transpose),
    "Pad": Rule(_pad),
    "Slice": Rule(_slice),
    "UpSample": Rule(_upsample, (2, 3)),
    "GroupSort": Rule(_group_sort),
    "Choose": Rule(_choose),
    "Gather": Rule(_gather),
    "ScatterAdd": Rule(_scatter_add),
    "Scan": Rule(_scan, (2, 3)),
}
"""Every operation but the sources Input and Constant."""


def grow(growth: Growth) -> None:
    """Add one operation to a random node, and a Quantize where its result is too wide."""
    wanted = sorted(set(PROPOSALS) & growth.limits.ops) or ["Quantize"]
    target = growth.draw(st.sampled_from(growth.names[::-1]))
    fitting = [name for name in wanted if PROPOSALS[name].fits(growth, target)] or ["Quantize"]
    kind = growth.draw(st.sampled_from(fitting))
    op, inputs = PROPOSALS[kind].make(growth, target)
    name = growth.builder.add(op, *inputs, name=kind.lower())
    width = growth.builder.type(name).uniform().width
    if int(width) > growth.limits.max_bits:
        shape = growth.builder.shape(name)
        name = growth.builder.add(o.Quantize(growth.quantizer(shape)), name, name=f"{kind.lower()}_q")
    growth.names.append(name)
