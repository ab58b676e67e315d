"""Random ONNX networks whose numbers float32 holds exactly, whatever the order of its sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import prod
from random import Random

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = np.ndarray
BITS = 24
"""Of float32's integers."""
MOST_ELEMENTS = 160
INPUT = 8
"""Inputs are multiples of 1/16 in [-8, 8)."""


@dataclass(frozen=True)
class Tensor:
    """A tensor on its way.

    Args:
        shape: without the batch; largest: no value is beyond; fraction: all are multiples of 2**-fraction.
    """

    name: str
    shape: tuple[int, ...]
    largest: float
    fraction: int

    @property
    def fits(self) -> bool:
        """Whether float32 holds all its values."""
        return self.largest * 2.0**self.fraction < 2.0**BITS and prod(self.shape) <= MOST_ELEMENTS


@dataclass
class Network:
    """Grows node by node; steps that would leave what float32 holds are taken back."""

    random: Random
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)

    def const(self, values: Array) -> str:
        """A constant's name."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def add(self, kind: str, out: Tensor, *inputs: str | Array, **attributes: object) -> Tensor | None:
        """A node, if what it gives fits."""
        if not out.fits or not out.shape or min(out.shape) < 1:
            return None
        names = [each if isinstance(each, str) else self.const(each) for each in inputs]
        name = f"t{len(self.tensors)}"
        self.nodes.append(helper.make_node(kind, names, [name], name=f"{kind}_{len(self.nodes)}", **attributes))
        self.tensors.append(replace(out, name=name))
        return self.tensors[-1]

    def eighths(self, *shape: int, bound: int = 8) -> Array:
        """Multiples of 1/8 up to bound / 8."""
        count = prod(shape)
        return np.array([self.random.randint(-bound, bound) for _ in range(count)], np.float32).reshape(shape) / 8


Step = Callable[[Network, Tensor], Tensor | None]


def unary(net: Network, x: Tensor) -> Tensor | None:
    low, high = sorted((net.random.randint(-64, 64) / 16, net.random.randint(-64, 64) / 16))
    limits = [np.float32(low), np.float32(high)]
    kinds: dict[str, Callable[[], Tensor | None]] = {
        "Relu": lambda: net.add("Relu", x, x.name),
        "LeakyRelu": lambda: net.add("LeakyRelu", replace(x, fraction=x.fraction + 3), x.name, alpha=0.125),
        "Clip": lambda: net.add("Clip", replace(x, fraction=max(x.fraction, 4), largest=8), x.name, *limits),
        "Abs": lambda: net.add("Abs", x, x.name),
        "Neg": lambda: net.add("Neg", x, x.name),
        "Floor": lambda: net.add("Floor", replace(x, fraction=0, largest=x.largest + 1), x.name),
        "Round": lambda: net.add("Round", replace(x, fraction=0, largest=x.largest + 1), x.name),
        "ThresholdedRelu": lambda: net.add("ThresholdedRelu", x, x.name, alpha=net.random.randint(-20, 20) / 8),
        "HardSigmoid": lambda: net.add(
            "HardSigmoid", replace(x, fraction=x.fraction + 2, largest=max(x.largest, 1)), x.name, alpha=0.25
        ),
        "PRelu": lambda: net.add(
            "PRelu",
            replace(x, fraction=x.fraction + 3, largest=x.largest * 2),
            x.name,
            net.eighths(*_some(net, x), bound=16),
        ),
    }
    return kinds[net.random.choice(list(kinds))]()


def _some(net: Network, x: Tensor) -> tuple[int, ...]:
    """A shape that broadcasts to a tensor's, with axes left out in front."""
    sizes = [size if net.random.random() < 0.5 else 1 for size in x.shape]
    return tuple(sizes[net.random.randint(0, len(sizes) - 1) :])


def with_constant(net: Network, x: Tensor) -> Tensor | None:
    values = net.eighths(*_some(net, x))
    kind = net.random.choice(("Add", "Sub", "Mul", "Max", "Min"))
    fraction = x.fraction + 3 if kind == "Mul" else max(x.fraction, 3)
    order = [x.name, values] if net.random.random() < 0.7 else [values, x.name]
    return net.add(kind, replace(x, fraction=fraction, largest=x.largest + 1), *order)


def of_two(net: Network, x: Tensor) -> Tensor | None:
    fitting = [
        t
        for t in net.tensors
        if len(t.shape) == len(x.shape) and all(b in (1, a) for a, b in zip(x.shape, t.shape, strict=True))
    ]
    other = net.random.choice(fitting)
    kind = net.random.choice(("Add", "Sub", "Mul", "Max", "Min"))
    product = kind == "Mul"
    fraction = x.fraction + other.fraction if product else max(x.fraction, other.fraction)
    largest = x.largest * other.largest if product else x.largest + other.largest
    names = [x.name, other.name] if net.random.random() < 0.5 else [other.name, x.name]
    return net.add(kind, replace(x, fraction=fraction, largest=largest), *names)


def transposed(net: Network, x: Tensor) -> Tensor | None:
    order = list(range(len(x.shape)))
    net.random.shuffle(order)
    return net.add(
        "Transpose", replace(x, shape=tuple(x.shape[a] for a in order)), x.name, perm=[0, *(a + 1 for a in order)]
    )


def reshaped(net: Network, x: Tensor) -> Tensor | None:
    if net.random.random() < 0.3:
        return net.add("Flatten", replace(x, shape=(prod(x.shape),)), x.name)
    rest, sizes = prod(x.shape), []
    while rest > 1 and len(sizes) < 3:
        divisors = [d for d in range(1, rest + 1) if rest % d == 0]
        sizes.append(net.random.choice(divisors))
        rest //= sizes[-1]
    sizes.append(rest)
    net.random.shuffle(sizes)
    return net.add("Reshape", replace(x, shape=tuple(sizes)), x.name, np.array([-1, *sizes]))


def squeezed(net: Network, x: Tensor) -> Tensor | None:
    ones = [axis for axis, size in enumerate(x.shape) if size == 1]
    if ones and len(x.shape) > 1:
        axis = net.random.choice(ones)
        shape = tuple(size for at, size in enumerate(x.shape) if at != axis)
        return net.add("Squeeze", replace(x, shape=shape), x.name, np.array([axis + 1]))
    axis = net.random.randint(0, len(x.shape))
    shape = (*x.shape[:axis], 1, *x.shape[axis:])
    return net.add("Unsqueeze", replace(x, shape=shape), x.name, np.array([axis + 1])) if len(shape) < 5 else None


def part(net: Network, x: Tensor) -> Tensor | None:
    axis = net.random.randrange(len(x.shape))
    size = x.shape[axis]
    start, end = sorted((net.random.randint(0, size - 1), net.random.randint(0, size - 1)))
    step = net.random.choice((1, 1, 2, -1))
    kept = list(range(size))[start : end + 1 : step] if step > 0 else list(range(size))[::-1]
    box = (start, end + 1) if step > 0 else (-1, -(1 << 40))
    shape = (*x.shape[:axis], len(kept), *x.shape[axis + 1 :])
    given = [np.array([number]) for number in (*box, axis + 1, step)]
    return net.add("Slice", replace(x, shape=shape), x.name, *given)


def gathered(net: Network, x: Tensor) -> Tensor | None:
    axis = net.random.randrange(len(x.shape))
    places = [net.random.randint(-x.shape[axis], x.shape[axis] - 1) for _ in range(net.random.randint(1, 4))]
    shape = (*x.shape[:axis], len(places), *x.shape[axis + 1 :])
    return net.add("Gather", replace(x, shape=shape), x.name, np.array(places), axis=axis + 1)


def joined(net: Network, x: Tensor) -> Tensor | None:
    axis = net.random.randrange(len(x.shape))

    def rest(t: Tensor) -> tuple[int, ...]:
        return (*t.shape[:axis], *t.shape[axis + 1 :])

    fitting = [t for t in net.tensors if len(t.shape) == len(x.shape) and rest(t) == rest(x)]
    others = [net.random.choice(fitting) for _ in range(net.random.randint(1, 2))]
    both = [x, *others]
    total = sum(t.shape[axis] for t in both)
    out = Tensor(
        "", (*x.shape[:axis], total, *x.shape[axis + 1 :]), max(t.largest for t in both), max(t.fraction for t in both)
    )
    negative = net.random.random() < 0.3
    return net.add("Concat", out, *(t.name for t in both), axis=axis - len(x.shape) if negative else axis + 1)


def padded(net: Network, x: Tensor) -> Tensor | None:
    before = [net.random.randint(0, 1) for _ in x.shape]
    after = [net.random.randint(0, 2) for _ in x.shape]
    mode = net.random.choice(("constant", "constant", "edge"))
    shape = tuple(size + a + b for size, a, b in zip(x.shape, before, after, strict=True))
    pads = np.array([0, *before, 0, *after])
    value = [np.float32(net.random.choice((0.0, 0.5, -1.0)))] if mode == "constant" else []
    out = replace(x, shape=shape, largest=max(x.largest, 1), fraction=max(x.fraction, 1))
    return net.add("Pad", out, x.name, pads, *value, mode=mode)


def reduced(net: Network, x: Tensor) -> Tensor | None:
    axes = sorted(net.random.sample(range(len(x.shape)), net.random.randint(1, len(x.shape))))
    count = prod(x.shape[axis] for axis in axes)
    kinds = ["ReduceSum", "ReduceMax", "ReduceMin"] + (["ReduceMean"] if count & (count - 1) == 0 else [])
    kind = net.random.choice(kinds)
    keep = int(len(axes) == len(x.shape) or net.random.random() < 0.5)
    shape = tuple(1 if a in axes else s for a, s in enumerate(x.shape) if keep or a not in axes)
    fraction = x.fraction + (count.bit_length() - 1 if kind == "ReduceMean" else 0)
    largest = x.largest * (count if kind in ("ReduceSum", "ReduceMean") else 1)
    out = replace(x, shape=shape, largest=largest, fraction=fraction)
    return net.add(kind, out, x.name, np.array([a + 1 for a in axes]), keepdims=keep)


def repeated(net: Network, x: Tensor) -> Tensor | None:
    counts = [net.random.choice((1, 1, 2)) for _ in x.shape]
    shape = tuple(size * count for size, count in zip(x.shape, counts, strict=True))
    return net.add("Tile", replace(x, shape=shape), x.name, np.array([1, *counts]))


def product(net: Network, x: Tensor) -> Tensor | None:
    units, depth = net.random.randint(1, 4), x.shape[-1]
    out = replace(x, shape=(*x.shape[:-1], units), largest=x.largest * depth + 1, fraction=x.fraction + 3)
    if len(x.shape) == 1:
        return net.add("Gemm", out, x.name, net.eighths(units, depth), net.eighths(units), transB=1)
    return net.add("MatMul", out, x.name, net.eighths(depth, units))


def of_matrices(net: Network, x: Tensor) -> Tensor | None:
    fitting = [
        t
        for t in net.tensors
        if len(t.shape) == len(x.shape) >= 2 and t.shape[-2] == x.shape[-1] and t.shape[:-2] == x.shape[:-2]
    ]
    if not fitting:
        return None
    other = net.random.choice(fitting)
    largest, fraction = x.largest * other.largest * x.shape[-1], x.fraction + other.fraction
    shape = (*x.shape[:-1], other.shape[-1])
    return net.add("MatMul", Tensor("", shape, largest, fraction), x.name, other.name)


def convolved(net: Network, x: Tensor) -> Tensor | None:
    channels, *spatial = x.shape
    if len(spatial) not in (1, 2):
        return None
    groups = net.random.choice([g for g in range(1, channels + 1) if channels % g == 0])
    filters = groups * net.random.randint(1, 2)
    size = [net.random.randint(1, min(3, length)) for length in spatial]
    strides = [net.random.randint(1, 2) for _ in spatial]
    dilations = [net.random.randint(1, 2) for _ in spatial]
    before = [net.random.randint(0, 1) for _ in spatial]
    after = [net.random.randint(0, 1) for _ in spatial]
    kind = net.random.choice(("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"))
    if kind in ("SAME_UPPER", "SAME_LOWER"):
        dilations = [1] * len(spatial)  # onnxruntime has no SAME with dilations
        shape = [-(-length // step) for length, step in zip(spatial, strides, strict=True)]
    else:
        if kind == "VALID":
            before = after = [0] * len(spatial)
        shape = [
            (length + a + b - (width - 1) * dilation - 1) // step + 1
            for length, a, b, width, dilation, step in zip(
                spatial, before, after, size, dilations, strides, strict=True
            )
        ]
    kernel = net.eighths(filters, channels // groups, *size)
    terms = prod(size) * channels // groups
    settings: dict[str, object] = {"strides": strides, "dilations": dilations, "group": groups}
    settings |= {"pads": [*before, *after]} if kind == "NOTSET" else {"auto_pad": kind}
    bias = [net.eighths(filters)] if net.random.random() < 0.5 else []
    if min(shape) < 1:
        return None
    out = Tensor("", (filters, *shape), x.largest * terms + 1, x.fraction + 3)
    return net.add("Conv", out, x.name, kernel, *bias, **settings)


def pooled(net: Network, x: Tensor) -> Tensor | None:
    channels, *spatial = x.shape
    if len(spatial) not in (1, 2):
        return None
    kind = net.random.choice(("MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool"))
    if kind.startswith("Global"):
        count = prod(spatial)
        if kind == "GlobalAveragePool" and count & (count - 1):
            return None
        fraction = x.fraction + (count.bit_length() - 1 if kind == "GlobalAveragePool" else 0)
        return net.add(kind, replace(x, shape=(channels, *[1] * len(spatial)), fraction=fraction), x.name)
    average = kind == "AveragePool"
    size = [net.random.choice((1, 2) if average else (1, 2, 3)) for _ in spatial]
    if any(width > length for width, length in zip(size, spatial, strict=True)):
        return None
    strides = [net.random.randint(1, 2) for _ in spatial]
    sides = [min(net.random.randint(0, 1), width - 1) for width in size]
    up = int(not average and net.random.random() < 0.4)
    shape = []
    for length, width, step, side in zip(spatial, size, strides, sides, strict=True):
        room = length + 2 * side - width
        count = (-(-room // step) if up else room // step) + 1
        if (count - 1) * step >= length + side:
            return None  # onnxruntime leaves this window out, and onnx's inference of shapes counts it
        shape.append(count)
    settings: dict[str, object] = {"kernel_shape": size, "strides": strides, "pads": [*sides, *sides], "ceil_mode": up}
    settings |= {"count_include_pad": 1} if average else {}
    fraction = x.fraction + (prod(size).bit_length() - 1 if average else 0)
    out = replace(x, shape=(channels, *shape), fraction=fraction, largest=x.largest * (prod(size) if average else 1))
    return net.add(kind, out, x.name, **settings)


def normalized(net: Network, x: Tensor) -> Tensor | None:
    if len(x.shape) < 2:
        return None
    channels = x.shape[0]
    variance = np.array([4.0 ** net.random.randint(-1, 1) for _ in range(channels)], np.float32)
    statistics = [net.eighths(channels) for _ in range(3)]
    out = replace(x, largest=x.largest * 2 + 4, fraction=x.fraction + 7)
    return net.add("BatchNormalization", out, x.name, *statistics, variance, epsilon=0.0)


def enlarged(net: Network, x: Tensor) -> Tensor | None:
    channels, *spatial = x.shape
    if len(spatial) not in (1, 2):
        return None
    factors = [net.random.randint(1, 3) for _ in spatial]
    shape = (channels, *(length * factor for length, factor in zip(spatial, factors, strict=True)))
    settings = net.random.choice(({}, {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}))
    scales = np.array([1, 1, *factors], np.float32)
    return net.add("Resize", replace(x, shape=shape), x.name, "", scales, mode="nearest", **settings)


STEPS: tuple[Step, ...] = (
    unary, unary, with_constant, of_two, transposed, reshaped, squeezed, part, gathered, joined, padded, reduced,
    repeated, product, of_matrices, convolved, convolved, pooled, pooled, normalized, enlarged,
)  # fmt: skip


def network(random: Random, steps: int = 8) -> onnx.ModelProto:
    """A random network of one input `x` and one or more outputs."""
    net = Network(random)
    rank = random.randint(1, 3)
    shape = tuple(random.randint(1, 5) for _ in range(rank))
    net.tensors.append(Tensor("x", shape, INPUT, 4))
    for _ in range(steps):
        x = net.tensors[-1] if random.random() < 0.7 else random.choice(net.tensors)
        random.choice(STEPS)(net, x)
    read = {name for node in net.nodes for name in node.input}
    outputs = [t for t in net.tensors[1:] if t.name not in read][-4:]
    if not outputs:
        outputs = [net.add("Relu", net.tensors[0], "x") or net.tensors[0]]
    graph = helper.make_graph(
        net.nodes,
        "random",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *shape])],
        [helper.make_tensor_value_info(t.name, TensorProto.FLOAT, ["N", *t.shape]) for t in outputs],
        net.constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def inputs(random: Random, model: onnx.ModelProto, events: int = 6) -> Array:
    """Multiples of 1/16 in [-8, 8) for a network's input."""
    shape = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim][1:]
    count = events * prod(shape)
    return np.array([random.randint(-128, 127) for _ in range(count)], np.float32).reshape(events, *shape) / 16
