"""Small graphs, one for each operation and each of its tricky settings."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

BYTE = FixedType(1, 3, 4)
NIBBLE = FixedType(1, 1, 2)
POSITIVE = FixedType(0, 3, 2)


def constant(shape: Sequence[int], bits: int = 5, fractional: int = 3, seed: int = 1) -> FixedArray:
    """Random signed numbers, most of them not zero."""
    rng = random.Random(f"{shape} {bits} {fractional} {seed}")
    numbers = [rng.randrange(-(1 << (bits - 1)), 1 << (bits - 1)) for _ in range(int(np.prod(shape)))]
    return FixedArray(np.array(numbers, dtype=object).reshape(shape), fractional)


def chain(*operations: o.Operation, shape: Sequence[int] = (4,), kind: FixedType = BYTE) -> Graph:
    """Operations one after another on one Input."""
    return joined(operations, [shape], [kind])


def joined(
    operations: Sequence[o.Operation],
    shapes: Sequence[Sequence[int]],
    kinds: Sequence[FixedType] = (BYTE, NIBBLE, POSITIVE),
) -> Graph:
    """The first operation reads as many Inputs as there are shapes; the others follow."""
    builder = GraphBuilder("case")
    names = [
        builder.add(o.Input(tuple(shape), Quantizer(kind)), name=f"x{k}")
        for k, (shape, kind) in enumerate(zip(shapes, kinds, strict=False))
    ]
    last = builder.add(operations[0], *names, name="y0") if operations else names[0]
    for k, operation in enumerate(operations[1:], 1):
        last = builder.add(operation, last, name=f"y{k}")
    return builder.build([last])


def conv1(
    width: int,
    channels: int,
    filters: int,
    stride: int = 1,
    dilation: int = 1,
    pads: tuple[int, int] = (0, 0),
    groups: int = 1,
    bias: bool = True,
) -> o.Conv1D:
    """A Conv1D with random weights."""
    kernel = constant((width, channels // groups, filters))
    return o.Conv1D(kernel, constant((filters,), 4, 1) if bias else None, (stride,), (dilation,), (pads,), groups)


def conv2(
    size: tuple[int, int],
    channels: int,
    filters: int,
    strides: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    pads: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0)),
    groups: int = 1,
    bias: bool = True,
) -> o.Conv2D:
    """A Conv2D with random weights."""
    kernel = constant((*size, channels // groups, filters))
    return o.Conv2D(kernel, constant((filters,), 4, 1) if bias else None, strides, dilation, pads, groups)


def dense(inputs: int, outputs: int, bias: bool = True, bits: int = 5) -> o.Dense:
    """A Dense with random weights."""
    return o.Dense(constant((inputs, outputs), bits), constant((outputs,), 4, 1) if bias else None)


def per_element(shape: Sequence[int], rounding: Rounding, overflow: Overflow, seed: int = 3) -> o.Quantize:
    """A type of its own for each element, some of zero bits."""
    rng = random.Random(f"{shape} {seed}")
    count = int(np.prod(shape))
    signed = np.array([rng.randint(0, 1) for _ in range(count)]).reshape(shape)
    fractional = np.array([rng.randint(-2, 4) for _ in range(count)]).reshape(shape)
    integer = np.array([rng.randint(-1, 4) for _ in range(count)]).reshape(shape) - fractional.clip(max=0)
    return o.Quantize(Quantizer(FixedType(signed, integer, fractional), rounding, overflow))


def linear_cases() -> dict[str, Graph]:
    """Dense and EinsumDense."""
    einsum = o.EinsumDense
    cases = {
        "dense": chain(dense(4, 3)),
        "dense_no_bias": chain(dense(4, 3, bias=False)),
        "dense_one": chain(dense(1, 1), shape=(1,)),
        "dense_2_axes": chain(dense(3, 4), shape=(5, 3)),
        "dense_2_axes_no_bias": chain(dense(3, 2, bias=False), shape=(2, 3)),
        "dense_3_axes": chain(dense(3, 2), shape=(2, 4, 3)),
        "dense_4_axes": chain(dense(3, 2), shape=(2, 1, 2, 3)),
        "dense_zero": chain(o.Dense(FixedArray(np.zeros((3, 2), dtype=np.int64), 0), None), shape=(3,)),
        "dense_zero_bias": chain(o.Dense(FixedArray(np.zeros((3, 2), dtype=np.int64), 0), constant((2,))), shape=(3,)),
        "dense_coarse": chain(o.Dense(FixedArray(np.array([[8, -16], [24, 8]]), 0), None), shape=(2,)),
        "dense_fine": chain(o.Dense(constant((2, 3), 6, 14), constant((3,), 5, 9)), shape=(2,)),
        "dense_twice": chain(dense(4, 5), o.Relu(), o.uniform_quantize(0, 3, 3), dense(5, 2)),
    }
    equations = [
        ("a,ab->b", (4,), (4, 3)), ("a,a->a", (4,), (4,)), ("a,ba->ba", (3,), (2, 3)), ("ab,bc->ac", (3, 4), (4, 2)),
        ("ab,ac->bc", (3, 4), (3, 2)), ("ab,abc->ca", (3, 2), (3, 2, 2)), ("ab,b->ba", (3, 2), (2,)),
        ("ab,bd->d", (3, 2), (2, 3)), ("abc,cd->abd", (2, 3, 2), (2, 3)), ("abc,abc->abc", (2, 2, 3), (2, 2, 3)),
        ("abc,ad->bcd", (2, 3, 2), (2, 2)), ("ab,ab->a", (3, 4), (3, 4)), ("ab,ca->cb", (3, 4), (2, 3)),
        ("abc,bd->dac", (2, 3, 2), (3, 2)), ("a,b->ab", (3,), (2,)), ("aa,ab->b", (3, 3), (3, 2)),
    ]  # fmt: skip
    for number, (equation, shape, kernel) in enumerate(equations):
        left, _, out = equation.partition("->")
        sizes = dict(zip(left.replace(",", ""), (*shape, *kernel), strict=True))
        full = tuple(sizes[letter] for letter in out)
        some = tuple(size if k % 2 else 1 for k, size in enumerate(full))
        bias = [None, constant(full, 4, 1), constant(some, 4, 1)][number % 3]
        cases[f"einsum_{number}"] = chain(einsum(constant(kernel), bias, equation), shape=shape)
    return cases


def conv_cases() -> dict[str, Graph]:
    """Conv1D and Conv2D."""
    same = ((1, 1), (1, 1))
    return {
        "conv1": chain(conv1(3, 2, 3), shape=(6, 2)),
        "conv1_pointwise": chain(conv1(1, 3, 2), shape=(5, 3)),
        "conv1_pointwise_stride": chain(conv1(1, 3, 2, stride=2), shape=(6, 3)),
        "conv1_pointwise_stride_uneven": chain(conv1(1, 2, 2, stride=3), shape=(5, 2)),
        "conv1_pointwise_pads": chain(conv1(1, 2, 2, pads=(1, 2)), shape=(4, 2)),
        "conv1_stride": chain(conv1(3, 2, 2, stride=2), shape=(9, 2)),
        "conv1_stride_uneven": chain(conv1(3, 2, 2, stride=2), shape=(8, 2)),
        "conv1_stride_beyond": chain(conv1(2, 2, 2, stride=3), shape=(9, 2)),
        "conv1_pads": chain(conv1(3, 2, 2, pads=(2, 1)), shape=(5, 2)),
        "conv1_left": chain(conv1(3, 1, 2, pads=(2, 0)), shape=(5, 1)),
        "conv1_pads_stride": chain(conv1(3, 2, 2, stride=2, pads=(1, 2)), shape=(6, 2)),
        "conv1_dilation": chain(conv1(3, 2, 2, dilation=2), shape=(8, 2)),
        "conv1_dilation_pads": chain(conv1(2, 2, 2, dilation=3, pads=(2, 1), stride=2), shape=(6, 2)),
        "conv1_groups": chain(conv1(3, 4, 6, groups=2), shape=(5, 4)),
        "conv1_depthwise": chain(conv1(3, 3, 3, groups=3), shape=(5, 3)),
        "conv1_depthwise_twice": chain(conv1(2, 2, 4, groups=2, pads=(1, 0)), shape=(5, 2)),
        "conv1_whole": chain(conv1(4, 2, 3), shape=(4, 2)),
        "conv1_no_bias": chain(conv1(2, 2, 2, bias=False), shape=(4, 2)),
        "conv1_wide_pads": chain(conv1(2, 2, 2, pads=(3, 4)), shape=(3, 2)),
        "conv1_one": chain(conv1(1, 1, 1), shape=(1, 1)),
        "conv2": chain(conv2((2, 2), 2, 3), shape=(4, 3, 2)),
        "conv2_pointwise": chain(conv2((1, 1), 3, 2), shape=(3, 3, 3)),
        "conv2_pointwise_stride": chain(conv2((1, 1), 2, 2, (2, 2)), shape=(4, 4, 2)),
        "conv2_pointwise_stride_uneven": chain(conv2((1, 1), 2, 2, (2, 3)), shape=(5, 4, 2)),
        "conv2_pointwise_pads": chain(conv2((1, 1), 2, 1, pads=((1, 0), (0, 1))), shape=(2, 2, 2)),
        "conv2_stride": chain(conv2((3, 3), 1, 2, (2, 2)), shape=(7, 7, 1)),
        "conv2_stride_uneven": chain(conv2((3, 2), 1, 2, (2, 3)), shape=(6, 7, 1)),
        "conv2_same": chain(conv2((3, 3), 2, 2, pads=same), shape=(4, 4, 2)),
        "conv2_same_stride": chain(conv2((3, 3), 1, 2, (2, 2), pads=((0, 1), (1, 1))), shape=(6, 5, 1)),
        "conv2_dilation": chain(conv2((2, 2), 1, 2, dilation=(2, 1)), shape=(5, 4, 1)),
        "conv2_groups": chain(conv2((2, 2), 4, 2, groups=2), shape=(3, 3, 4)),
        "conv2_depthwise": chain(conv2((2, 2), 2, 2, groups=2, pads=same), shape=(3, 3, 2)),
        "conv2_row": chain(conv2((1, 3), 2, 2), shape=(3, 4, 2)),
        "conv2_column": chain(conv2((3, 1), 2, 2, bias=False), shape=(4, 3, 2)),
        "conv2_whole": chain(conv2((3, 3), 1, 2), shape=(3, 3, 1)),
        "conv2_far_stride": chain(conv2((1, 2), 1, 2, (3, 1)), shape=(5, 4, 1)),
    }


def pool_cases() -> dict[str, Graph]:
    """MaxPool, AveragePool, Reduce."""
    half, third = FixedArray(np.full((1, 1), 1), 1), FixedArray(np.full((1, 1), 85), 8)
    cases = {}
    for name, size, stride, pads, length in [
        ("plain", 2, 2, (0, 0), 6), ("uneven", 2, 2, (0, 0), 5), ("overlap", 3, 1, (0, 0), 5), ("gap", 2, 3, (0, 0), 8),
        ("pads", 3, 2, (1, 1), 6), ("left", 2, 2, (1, 0), 5), ("whole", 4, 4, (0, 0), 4), ("one", 1, 1, (0, 0), 3),
        ("uneven3", 3, 3, (0, 0), 8), ("right", 3, 3, (0, 2), 7),
    ]:  # fmt: skip
        cases[f"max1_{name}"] = chain(o.MaxPool((size,), (stride,), (pads,)), shape=(length, 2))
        factor = half if size == 2 else third
        cases[f"average1_{name}"] = chain(o.AveragePool((size,), (stride,), (pads,), factor), shape=(length, 2))
    none = ((0, 0), (0, 0))
    for name, size2, strides, pads2, shape in [
        ("plain", (2, 2), (2, 2), none, (4, 4, 2)), ("uneven", (2, 2), (2, 2), none, (5, 3, 2)),
        ("overlap", (3, 2), (1, 1), none, (4, 4, 1)), ("row", (1, 2), (1, 2), none, (3, 4, 2)),
        ("pads", (2, 3), (2, 2), ((1, 0), (1, 1)), (4, 5, 2)), ("gap", (1, 1), (2, 3), none, (4, 4, 1)),
    ]:  # fmt: skip
        cases[f"max2_{name}"] = chain(o.MaxPool(size2, strides, pads2), shape=shape)
        factor = FixedArray(np.full((1, 1, 1), 43), 8)
        cases[f"average2_{name}"] = chain(o.AveragePool(size2, strides, pads2, factor), shape=shape)
    counts = constant((3, 2), 4, 2)
    cases["average_factors"] = chain(o.AveragePool((2,), (2,), ((0, 1),), counts), shape=(5, 2))
    cases["average_channels"] = chain(o.AveragePool((2,), (2,), ((0, 0),), constant((1, 3), 4, 5)), shape=(4, 3))
    cases["max_positive"] = chain(o.MaxPool((2,), (2,), ((1, 1),)), shape=(4, 2), kind=POSITIVE)
    for kind in o.Reduction:
        for k, (shape, axes) in enumerate([
            ((5,), (0,)), ((3, 4), (0,)), ((3, 4), (1,)), ((3, 4), (0, 1)), ((2, 3, 2), (0, 2)), ((2, 3, 2), (-1,)),
            ((2, 3, 2), (0, 1)), ((2, 3, 2), (1,)),
        ]):  # fmt: skip
            cases[f"reduce_{kind}_{k}"] = chain(o.Reduce(kind, axes), shape=shape)
    return cases


def elementwise_cases() -> dict[str, Graph]:
    """Scale, merges, activations, tables."""
    cases = {
        "relu": chain(o.Relu()),
        "relu_2_axes": chain(o.Relu(), shape=(3, 2)),
        "relu_3_axes": chain(o.Relu(), shape=(2, 3, 2)),
        "relu_positive": chain(o.Relu(), kind=POSITIVE),
        "relu_one_bit": chain(o.Relu(), kind=FixedType(1, 0, 0)),
        "relu_coarse": chain(o.Relu(), kind=FixedType(1, 6, -2)),
        "scale_channels": chain(o.Scale(constant((1, 3)), constant((1, 3), 6, 5)), shape=(4, 3)),
        "scale_one": chain(o.Scale(constant((1, 1)), constant((1, 1), 6, 5)), shape=(4, 3)),
        "scale_elements": chain(o.Scale(constant((4, 3)), constant((1, 3), 6, 5)), shape=(4, 3)),
        "scale_rows": chain(o.Scale(constant((1, 1)), constant((4, 1), 6, 5)), shape=(4, 3)),
        "scale_vector": chain(o.Scale(constant((4,)), constant((1,), 6, 5))),
        "scale_3_axes": chain(o.Scale(constant((1, 3, 1)), constant((1, 1, 2), 6, -1)), shape=(2, 3, 2)),
        "scale_zero": chain(o.Scale(FixedArray(np.zeros(4, dtype=np.int64), 0), constant((4,)))),
    }
    for shift in (0, 1, 3, 20):
        cases[f"leaky_{shift}"] = chain(o.LeakyRelu(shift), shape=(3, 2))
    cases["leaky_positive"] = chain(o.LeakyRelu(2), kind=POSITIVE)
    cases["leaky_one_bit"] = chain(o.LeakyRelu(2), kind=FixedType(1, -2, 2))
    for name, domain in [
        ("signed", FixedType(1, 2, 2)), ("unsigned", FixedType(0, 2, 2)), ("coarse", FixedType(1, 6, -2)),
        ("below", FixedType(1, -1, 5)), ("bit", FixedType(0, 1, 0)), ("sign", FixedType(1, 0, 0)),
        ("empty", FixedType(0, 0, 0)), ("unsigned_below", FixedType(0, -2, 5)), ("eight", FixedType(1, 3, 4)),
    ]:  # fmt: skip
        quantize = o.Quantize(Quantizer(domain, Rounding.RND, Overflow.SAT))
        table = constant((1 << max(int(domain.width), 0),), 9, 6)
        cases[f"lookup_{name}"] = chain(quantize, o.Lookup(domain, table), shape=(3, 2))
    domain = FixedType(1, 1, 2)
    narrow = FixedType(1, 0, 1)  # fewer values than the table has
    cases["lookup_narrow"] = chain(o.Lookup(domain, constant((16,), 8, 4)), kind=narrow)
    cases["lookup_unsigned_enters_signed"] = chain(o.Lookup(domain, constant((16,), 8, 4)), kind=FixedType(0, 1, 2))
    for kind in (o.Add, o.Subtract, o.Multiply, o.Maximum, o.Minimum):
        name = kind.__name__.lower()
        for k, (a, b) in enumerate([
            ((4,), (4,)), ((3, 2), (3, 2)), ((2, 3, 2), (2, 3, 2)), ((3, 2), (1, 2)), ((1, 2), (3, 2)),
            ((3, 2), (3, 1)),
            ((3, 1), (1, 2)), ((1,), (4,)), ((2, 1, 2), (1, 3, 2)), ((2, 3, 2), (1, 1, 2)), ((2, 3, 1), (2, 3, 2)),
        ]):  # fmt: skip
            cases[f"{name}_{k}"] = joined([kind()], [a, b])
        cases[f"{name}_positive"] = joined([kind()], [(3,), (3,)], [POSITIVE, FixedType(0, 1, 5)])
        cases[f"{name}_mixed"] = joined([kind()], [(3,), (3,)], [POSITIVE, FixedType(1, 1, 5)])
        cases[f"{name}_same"] = same_twice(kind(), (3, 2))
    return cases


def same_twice(operation: o.Operation, shape: Sequence[int], read_again: bool = False) -> Graph:
    """An operation whose two inputs are one tensor."""
    builder = GraphBuilder("case")
    x = builder.add(o.Input(tuple(shape), Quantizer(BYTE)), name="x")
    both = builder.add(operation, x, x, name="y")
    outputs = [both]
    if read_again:
        outputs.append(builder.add(o.Relu(), x, name="z"))
    return builder.build(outputs)


def layout_cases() -> dict[str, Graph]:
    """Concatenate, Reshape, Transpose, Pad, Slice, UpSample, GroupSort."""
    cases = {}
    for k, (axis, shapes) in enumerate([
        (0, [(2,), (3,)]), (0, [(2, 3), (1, 3)]), (1, [(2, 3), (2, 1)]), (-1, [(2, 3), (2, 1), (2, 2)]),
        (0, [(1, 2, 2), (2, 2, 2)]), (1, [(2, 1, 2), (2, 2, 2)]), (2, [(2, 2, 1), (2, 2, 3)]),
        (0, [(2,), (3,), (1,)]), (0, [(1, 3), (2, 3), (1, 3)]), (1, [(2, 2, 1), (2, 1, 1), (2, 2, 1)]), (0, [(3,)]),
    ]):  # fmt: skip
        cases[f"concatenate_{k}"] = joined([o.Concatenate(axis)], shapes)
    for k, (before, after) in enumerate([
        ((6,), (2, 3)), ((2, 3), (6,)), ((2, 3), (3, 2)), ((2, 2, 3), (4, 3)), ((4, 3), (2, 2, 3)), ((4,), (4,)),
        ((6,), (6, 1)), ((6,), (1, 6)), ((2, 3), (1, 2, 3)),
    ]):  # fmt: skip
        cases[f"reshape_{k}_last"] = chain(o.Relu(), o.Reshape(after), shape=before)
        cases[f"reshape_{k}_first"] = chain(o.Reshape(after), o.Relu(), shape=before)
        cases[f"reshape_{k}_dense"] = chain(o.Reshape(after), dense(after[-1], 2), shape=before)
        cases[f"reshape_{k}_merge"] = joined_after_reshape(before, after)
    cases["reshape_alone"] = chain(o.Reshape((3, 2)), shape=(6,))
    cases["reshape_flat_alone"] = chain(o.Reshape((6,)), shape=(3, 2))
    cases["reshape_twice"] = chain(o.Reshape((3, 2)), o.Reshape((2, 3)), shape=(6,))
    cases["reshape_back"] = chain(o.Relu(), o.Reshape((6,)), o.Reshape((3, 2)), o.Relu(), shape=(3, 2))
    for k, order in enumerate([(0,), (1, 0), (0, 1), (2, 0, 1), (0, 2, 1), (2, 1, 0)]):
        cases[f"transpose_{k}"] = chain(o.Transpose(order), shape=(3, 4, 2)[: len(order)])
    for k, pads in enumerate([
        ((1, 2),), ((1, 2), (0, 0)), ((0, 0), (1, 2)), ((1, 0), (2, 1), (0, 0)), ((0, 1), (0, 0), (1, 1)),
        ((0, 0), (0, 0)),
    ]):  # fmt: skip
        cases[f"pad_{k}"] = chain(o.Pad(pads), shape=(3, 2, 2)[: len(pads)])
    cases["pad_conv"] = chain(o.Pad(((2, 1), (0, 0))), conv1(3, 2, 2), shape=(4, 2))
    for k, box in enumerate([
        ((1,), (4,), (2,)), ((0, 1), (3, 2), (2, 1)), ((1, 0), (3, 2), (1, 1)), ((0, 1, 0), (2, 3, 2), (1, 1, 1)),
        ((0, 0, 1), (2, 3, 2), (1, 2, 1)),
    ]):  # fmt: skip
        cases[f"slice_{k}"] = chain(o.Slice(*box), shape=[(5,), (3, 2), (2, 3, 2)][len(box[0]) - 1])
    for k, (shape, factors) in enumerate([((3, 2), (2,)), ((2, 3, 2), (2, 1)), ((2, 2, 1), (1, 3)), ((4,), ())]):
        cases[f"upsample_{k}"] = chain(o.UpSample(factors), shape=shape)
    for k, (shape, group) in enumerate([((6,), 2), ((6,), 3), ((2, 4), 4), ((3, 2), 1), ((2, 2, 4), 2), ((5,), 5)]):
        cases[f"group_sort_{k}"] = chain(o.GroupSort(group), shape=shape)
    return cases | indexed_cases()


def indexed_cases() -> dict[str, Graph]:
    """Gather and ScatterAdd, their indices also outside: -4 to 3, 0 to 7, and even numbers from -8."""
    cases = {}
    signed, unsigned, even = FixedType(1, 2, 0), FixedType(0, 3, 0), FixedType(1, 3, -1)
    for k, (axis, x, index, kind) in enumerate([
        (0, (3,), (5,), unsigned), (0, (4, 2), (3, 1), signed), (1, (2, 3), (2, 4), unsigned),
        (-1, (2, 3), (1, 2), signed), (1, (2, 5, 2), (2, 3, 1), even), (0, (1, 3), (2, 3), signed),
    ]):  # fmt: skip
        cases[f"gather_{k}"] = joined([o.Gather(axis)], [x, index], [BYTE, kind])
    for k, (axis, size, x, index, kind) in enumerate([
        (0, 3, (5,), (5,), unsigned), (0, 4, (3, 2), (3, 1), signed), (1, 2, (2, 4), (2, 4), unsigned),
        (-1, 5, (2, 3), (1, 3), signed), (1, 8, (2, 3, 2), (2, 3, 1), even), (0, 1, (4, 1), (4, 2), signed),
    ]):  # fmt: skip
        cases[f"scatter_{k}"] = joined([o.ScatterAdd(axis, size)], [x, index], [BYTE, kind])
    return cases


def joined_after_reshape(before: Sequence[int], after: Sequence[int]) -> Graph:
    """Two reshaped tensors, added."""
    builder = GraphBuilder("case")
    names = [builder.add(o.Input(tuple(before), Quantizer(k)), name=f"x{k.width}") for k in (BYTE, NIBBLE)]
    shaped = [builder.add(o.Reshape(tuple(after)), name, name="shaped") for name in names]
    return builder.build([builder.add(o.Add(), *shaped, name="y")])


def quantize_cases() -> dict[str, Graph]:
    """Quantizers alone and fused into every kind of producer, with every rounding and overflow."""
    cases = {}
    producers: dict[str, tuple[list[o.Operation], list[Sequence[int]]]] = {
        "input": ([], [(4,)]),
        "dense": ([dense(4, 3)], [(4,)]),
        "dense_2_axes": ([dense(2, 3)], [(3, 2)]),
        "conv1": ([conv1(3, 2, 2, pads=(1, 1))], [(4, 2)]),
        "conv2": ([conv2((2, 2), 1, 2)], [(3, 3, 1)]),
        "einsum": ([o.EinsumDense(constant((3, 2)), None, "ab,ac->bc")], [(3, 2)]),
        "einsum_two": ([o.Einsum("ab,ac->bc")], [(3, 2), (3, 2)]),
        "scale": ([o.Scale(constant((1, 2)), constant((1, 2), 6, 5))], [(3, 2)]),
        "add": ([o.Add()], [(3, 2), (3, 2)]),
        "add_wide": ([o.Add()], [(3, 2), (1, 2)]),
        "subtract": ([o.Subtract()], [(4,), (4,)]),
        "multiply": ([o.Multiply()], [(3, 2), (3, 2)]),
        "maximum": ([o.Maximum()], [(4,), (4,)]),
        "minimum": ([o.Minimum()], [(3, 2), (3, 2)]),
        "maximum_wide": ([o.Maximum()], [(3, 2), (3, 1)]),
        "concatenate": ([o.Concatenate(-1)], [(3, 2), (3, 1)]),
        "concatenate_0": ([o.Concatenate(0)], [(3, 2), (1, 2)]),
        "relu": ([o.Relu()], [(3, 2)]),
        "leaky": ([o.LeakyRelu(2)], [(3, 2)]),
        "lookup": ([o.uniform_quantize(1, 1, 2), o.Lookup(FixedType(1, 1, 2), constant((16,), 9, 4))], [(4,)]),
        "max_pool": ([o.MaxPool((2,), (2,), ((0, 0),))], [(4, 2)]),
        "max_pool_2": ([o.MaxPool((2, 2), (2, 2), ((0, 0), (0, 0)))], [(4, 4, 1)]),
        "max_pool_pads": ([o.MaxPool((2,), (2,), ((1, 1),))], [(4, 2)]),
        "average": ([o.AveragePool((3,), (2,), ((0, 0),), FixedArray(np.full((1, 1), 85), 8))], [(5, 2)]),
        "reduce_sum": ([o.Reduce(o.Reduction.SUM, (0,))], [(4, 2)]),
        "reduce_max": ([o.Reduce(o.Reduction.MAX, (1,))], [(4, 2)]),
        "reshape": ([o.Reshape((3, 2))], [(6,)]),
        "transpose": ([o.Transpose((1, 0))], [(3, 2)]),
        "pad": ([o.Pad(((1, 1), (0, 0)))], [(3, 2)]),
        "slice": ([o.Slice((0, 1), (3, 2), (1, 1))], [(3, 2)]),
        "upsample": ([o.UpSample((2,))], [(3, 2)]),
        "group_sort": ([o.GroupSort(2)], [(4,)]),
    }  # fmt: skip
    modes = [(rounding, overflow) for rounding in Rounding for overflow in Overflow]
    kinds = [FixedType(1, 2, 1), FixedType(0, 2, 1), FixedType(1, 1, 2), FixedType(1, 4, -1), FixedType(0, 3, 0)]
    kinds += [FixedType(1, 0, 3), FixedType(1, 0, 0), FixedType(0, 0, 1), FixedType(1, -1, 4)]
    for k, (name, (operations, shapes)) in enumerate(producers.items()):
        for j in range(3):
            rounding, overflow = modes[(11 * k + 9 * j) % len(modes)]
            kind = kinds[(k + 4 * j) % len(kinds)]
            last = o.Quantize(Quantizer(kind, rounding, overflow))
            cases[f"q_{name}_{rounding.lower()}_{overflow.lower()}"] = joined([*operations, last], shapes)
    for k, (rounding, overflow) in enumerate(modes):
        for signed in (0, 1):
            kind = FixedType(signed, 1 + k % 2, 2 - k % 3)
            cases[f"mode_{signed}_{rounding.lower()}_{overflow.lower()}"] = chain(
                o.Quantize(Quantizer(kind, rounding, overflow)), shape=(8,), kind=FixedType(1, 3, 5)
            )
        bits = FixedType([1, 0, 0, 1, 1, 0], [0, 0, 1, -1, 1, 1], [0, 1, 0, 1, 0, 1])
        cases[f"narrow_{rounding.lower()}_{overflow.lower()}"] = chain(
            o.Quantize(Quantizer(bits, rounding, overflow)), shape=(6,), kind=FixedType(1, 2, 3)
        )
        shape = [(3,), (2, 3), (1, 3), (2, 1), (2, 2, 2), (1, 1, 2)][k % 6]
        whole = [(3,), (2, 3), (2, 3), (2, 3), (2, 2, 2), (2, 2, 2)][k % 6]
        cases[f"element_{rounding.lower()}_{overflow.lower()}"] = chain(
            per_element(shape, rounding, overflow, k), shape=whole, kind=FixedType(1, 3, 5)
        )
    return cases


def type_cases() -> dict[str, Graph]:
    """Types at the edges: zero-width, one bit, far from the point, wide."""
    nothing = o.Quantize(Quantizer(FixedType(0, 0, 0)))
    wide = FixedType(1, 40, 39)
    cases = {
        "empty_output": chain(nothing),
        "empty_relu": chain(nothing, o.Relu()),
        "empty_dense": chain(nothing, dense(4, 2)),
        "empty_dense_no_bias": chain(nothing, dense(4, 2, bias=False)),
        "empty_input": chain(dense(4, 2), kind=FixedType(0, 0, 0)),
        "empty_signed": chain(o.Quantize(Quantizer(FixedType(1, -3, 2), Rounding.RND, Overflow.SAT)), o.Relu()),
        "one_bit": chain(dense(4, 2), kind=FixedType(0, 1, 0)),
        "one_bit_signed": chain(dense(4, 2), kind=FixedType(1, 0, 0)),
        "one_bit_fine": chain(dense(4, 2), kind=FixedType(1, -5, 5)),
        "coarse": chain(dense(4, 2), kind=FixedType(1, 9, -4)),
        "fine": chain(dense(4, 2), kind=FixedType(1, -3, 9)),
        "input_elements": elements_input(),
        "wide_relu": chain(o.Relu(), shape=(3,), kind=wide),
        "wide_add": joined([o.Add()], [(3,), (3,)], [wide, FixedType(1, 60, 3)]),
        "wide_multiply": joined([o.Multiply()], [(3,), (3,)], [FixedType(1, 30, 20), FixedType(1, 20, 30)]),
        "wide_dense": chain(
            o.Dense(constant((3, 2), 40, 20), constant((2,), 40, 35)), shape=(3,), kind=FixedType(1, 20, 20),
        ),
        "wide_conv": chain(
            o.Conv1D(constant((2, 1, 2), 40, 20), None, (1,), (1,), ((0, 0),)), shape=(3, 1), kind=FixedType(1, 20, 20)
        ),
        "wide_scale": chain(
            o.Scale(constant((3,), 50, 40), constant((3,), 50, 10)), shape=(3,), kind=FixedType(1, 20, 20),
        ),
        "wide_quantize": chain(o.uniform_quantize(1, 35, 30), shape=(3,), kind=FixedType(1, 50, 40)),
        "wide_pool": chain(o.AveragePool((2,), (2,), ((0, 0),), constant((1, 1), 40, 30)), shape=(4, 1), kind=wide),
        "wide_to_narrow": chain(o.uniform_quantize(1, 3, 2), shape=(3,), kind=FixedType(1, 50, 40)),
        "wide_leaky": chain(o.LeakyRelu(50), shape=(3,), kind=FixedType(1, 20, 10)),
        "wide_sort": chain(o.GroupSort(3), shape=(3,), kind=wide),
        "wide_sum": chain(o.Reduce(o.Reduction.SUM, (0,)), shape=(3, 2), kind=wide),
        "wide_table": chain(o.Lookup(FixedType(1, 1, 1), constant((8,), 50, 20)), kind=FixedType(1, 1, 1)),
        "bits_64": chain(o.Relu(), kind=FixedType(0, 32, 32)),
        "bits_65": chain(o.Relu(), kind=FixedType(1, 32, 32)),
        "bits_63": chain(o.LeakyRelu(0), kind=FixedType(1, 31, 31)),
    }  # fmt: skip
    return cases


def elements_input() -> Graph:
    """An Input with a type of its own for each element."""
    kind = FixedType([1, 0, 1, 0], [3, 2, 0, 1], [2, 4, 0, -1])
    return chain(dense(4, 2), kind=kind)


def wiring_cases() -> dict[str, Graph]:
    """How nodes are wired: constants, several outputs, inputs that are outputs, many readers."""
    cases = {"input_is_output": chain(), "input_is_output_2": chain(shape=(3, 2))}
    for name, shape in (("vector", (4,)), ("matrix", (3, 2)), ("row", (1, 2)), ("cube", (2, 1, 2))):
        b = GraphBuilder("case")
        whole = {"row": (3, 2), "cube": (2, 3, 2)}.get(name, shape)
        x = b.add(o.Input(whole, Quantizer(BYTE)), name="x")
        c = b.add(o.Constant(constant(shape, 6, 2)), name="c")
        cases[f"constant_{name}_add"] = b.build([b.add(o.Add(), x, c, name="y")])
        b = GraphBuilder("case")
        c = b.add(o.Constant(constant(shape, 6, 2)), name="c")
        x = b.add(o.Input(whole, Quantizer(BYTE)), name="x")
        cases[f"constant_{name}_first"] = b.build([b.add(o.Subtract(), c, x, name="y")])
    b = GraphBuilder("case")
    x = b.add(o.Input((2, 3), Quantizer(BYTE)), name="x")
    c = b.add(o.Constant(constant((1, 3), 6, 2)), name="c")
    cases["constant_concatenate"] = b.build([b.add(o.Concatenate(0), x, c, name="y")])
    b = GraphBuilder("case")
    x = b.add(o.Input((4,), Quantizer(BYTE)), name="x")
    c = b.add(o.Constant(constant((4,), 6, 2)), name="c")
    d = b.add(dense(4, 3), c, name="d")
    cases["constant_dense"] = b.build([b.add(o.Add(), b.add(dense(4, 3), x, name="e"), d, name="y")])
    b = GraphBuilder("case")
    x = b.add(o.Input((4,), Quantizer(BYTE)), name="x")
    c = b.add(o.Constant(constant((4,), 6, 2)), name="c")
    q = b.add(o.uniform_quantize(1, 1, 0), c, name="q")
    cases["constant_quantized"] = b.build([b.add(o.Multiply(), x, q, name="y")])
    b = GraphBuilder("case")
    x = b.add(o.Input((4,), Quantizer(BYTE)), name="x")
    c = b.add(o.Constant(constant((4,), 6, 2)), name="c")
    cases["constant_output"] = b.build([b.add(o.Relu(), x, name="y"), c])
    b = GraphBuilder("case")
    x = b.add(o.Input((4,), Quantizer(BYTE)), name="x")
    y = b.add(dense(4, 3), x, name="y")
    z = b.add(o.Relu(), y, name="z")
    w = b.add(o.uniform_quantize(1, 2, 1), y, name="w")
    cases["output_read_by_others"] = b.build([y, b.add(o.Add(), z, w, name="v")])
    cases["output_order"] = Graph("case", cases["output_read_by_others"].nodes, ("v", "z", "x"))
    b = GraphBuilder("case")
    x = b.add(o.Input((3, 2), Quantizer(BYTE)), name="x")
    many = [b.add(o.uniform_quantize(1, 3 - k % 3, k % 4), x, name="q") for k in range(9)]
    last = many[0]
    for name in many[1:]:
        last = b.add(o.Add(), last, name, name="s")
    cases["nine_readers"] = b.build([last])
    cases["same_twice_and_again"] = same_twice(o.Add(), (3, 2), read_again=True)
    b = GraphBuilder("case")
    x = b.add(o.Input((3, 2), Quantizer(BYTE)), name="x")
    cases["concatenate_same"] = b.build([b.add(o.Concatenate(1), x, x, x, name="y")])
    b = GraphBuilder("case")
    x = b.add(o.Input((6,), Quantizer(BYTE)), name="x")
    y = b.add(o.Relu(), x, name="y")
    r = b.add(o.Reshape((3, 2)), y, name="r")
    cases["reshape_and_source_are_outputs"] = b.build([y, r])
    cases["reshape_read_twice"] = b.build([b.add(dense(2, 2), r, name="d"), b.add(o.Relu(), r, name="e")])
    cases["reshape_source_read"] = b.build([b.add(dense(6, 2), y, name="f"), b.add(o.Transpose((1, 0)), r, name="g")])
    cases["reshape_is_output_and_read"] = b.build([r, b.add(o.Relu(), r, name="h")])
    b = GraphBuilder("case")
    x = b.add(o.Input((3, 2), Quantizer(BYTE)), name="x")
    f = b.add(o.Reshape((6,)), x, name="f")
    g = b.add(o.Reshape((2, 3)), x, name="g")
    cases["two_reshapes"] = b.build([b.add(dense(6, 2), f, name="d"), b.add(dense(3, 2), g, name="e")])
    cases["flat_and_not"] = b.build([b.add(dense(6, 2), f, name="d2"), b.add(o.Relu(), x, name="e2")])
    cases["flat_is_output_and_read"] = b.build([f, b.add(o.Relu(), f, name="e3")])
    cases["flat_merge"] = b.build([b.add(o.Add(), f, b.add(o.Reshape((6,)), g, name="h"), name="k")])
    cases["flat_concatenate"] = b.build([b.add(o.Concatenate(0), f, f, name="k2")])
    cases["flat_quantize"] = b.build([b.add(per_element((6,), Rounding.RND, Overflow.SAT), f, name="k3")])
    cases["flat_lookup"] = b.build([b.add(o.Lookup(BYTE, constant((256,), 6, 3)), f, name="k4")])
    cases["flat_sort"] = b.build([b.add(o.GroupSort(3), f, name="k5")])
    cases["flat_scale"] = b.build([b.add(o.Scale(constant((6,)), constant((6,))), f, name="k6")])
    cases["flat_reduce"] = b.build([b.add(o.Reduce(o.Reduction.MAX, (0,)), f, name="k7")])
    cases["flat_leaky"] = b.build([b.add(o.LeakyRelu(1), f, name="k8")])
    cases["flat_einsum"] = b.build([b.add(o.EinsumDense(constant((6, 2)), None, "a,ab->b"), f, name="k9")])
    return {name: pruned(graph) for name, graph in cases.items()}


def pruned(graph: Graph) -> Graph:
    """Without the nodes that no output needs."""
    needed = set(graph.outputs)
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed.update(node.inputs)
    return Graph(graph.name, tuple(n for n in graph.nodes if n.name in needed), graph.outputs)


GROUPS = {
    "linear": linear_cases,
    "conv": conv_cases,
    "pool": pool_cases,
    "elementwise": elementwise_cases,
    "layout": layout_cases,
    "quantize": quantize_cases,
    "types": type_cases,
    "wiring": wiring_cases,
}
