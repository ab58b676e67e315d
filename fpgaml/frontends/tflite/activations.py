"""Functions of one code: RELU and its kin, LEAKY_RELU, LOGISTIC, TANH, QUANTIZE."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fpgaml.frontends.tflite.arithmetic import (
    int8_table,
    power_of_two,
    quantize_multiplier,
    sigmoid_table,
)
from fpgaml.frontends.tflite.layer import TfliteLayer, Value
from fpgaml.frontends.tflite.requantise import (
    bounded,
    code_range,
    requantised,
    rescaled,
    rescaled_code,
    twice_rounded,
    whole_range,
    within,
)
from fpgaml.frontends.tflite.schema import TensorType
from fpgaml.graph.ops import Add, Lookup, Multiply, Quantize, Relu, uniform_quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

Code = Callable[[int], int]
"""A function of a code."""

ENDS = {"RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0), "RELU_0_TO_1": (0.0, 1.0)}
"""Where each kind of RELU clamps."""


def clamp(layer: TfliteLayer) -> Value:
    """RELU, RELU6, RELU_N1_TO_1, RELU_0_TO_1: rescaled, then clamped (QuantizedReluX; the factor is in float32)."""
    x, out = layer.input(0), layer.output
    ends = code_range(layer, out, *ENDS[layer.operator.kind])
    factor = float(np.float32(layer.scaling(x).scale / layer.scaling(out).scale))
    return _rescaled_unary(layer, factor, ends)


def quantize(layer: TfliteLayer) -> Value:
    """QUANTIZE between integers (Requantize; the factor is in float64)."""
    x, out = layer.input(0), layer.output
    factor = float(layer.scaling(x).scale) / float(layer.scaling(out).scale)
    return _rescaled_unary(layer, factor, whole_range(layer, out))


def _rescaled_unary(layer: TfliteLayer, factor: float, ends: tuple[int, int]) -> Value:
    """A rescaling: nothing but a clamp for equal scales, a table for 8 bits, arithmetic otherwise."""
    x, out = layer.input(0), layer.output
    zero = layer.zero_point(x)
    pair = quantize_multiplier(factor)
    if pair == (1 << 30, 1):
        return within(layer, layer.centred(x), layer.zero_point(out), ends)
    elif x.kind == TensorType.INT8:
        return tabulated(layer, lambda code: rescaled_code(code - zero, pair), ends)
    else:
        return requantised(layer, layer.centred(x), twice_rounded(layer, [factor]), ends)


def tabulated(layer: TfliteLayer, function: Code, ends: tuple[int, int]) -> Value:
    """A function of an int8 code as its table.

    Args:
        function: the output's code less its zero point.
        ends: the codes that it is clamped to.
    """
    zero, out_zero = layer.zero_point(layer.input(0)), layer.zero_point(layer.output)
    codes = [min(max(function(code) + out_zero, ends[0]), ends[1]) for code in range(-128, 128)]
    if zero == -128:
        node, domain = layer.centred(layer.input(0)), FixedType(0, 8, 0)
    else:
        node, domain = layer.codes(layer.input(0)), FixedType(1, 7, 0)
    shift = out_zero if min(codes) >= out_zero else 0
    table = FixedArray(np.array(codes, dtype=np.int64) - shift, 0)
    result = layer.add(Lookup(domain, table), node)
    return Value(out_zero, centred=result) if shift else Value(out_zero, codes=result)


def leaky_relu(layer: TfliteLayer) -> Value:
    """LEAKY_RELU: alpha. Two factors, in float32 (LeakyReluPrepare, QuantizeLeakyRelu)."""
    op, x, out = layer.operator, layer.input(0), layer.output
    scale, out_scale = layer.scaling(x).scale, layer.scaling(out).scale
    alpha = np.float32(op.real(0))
    if not np.isfinite(alpha) or alpha < 0:
        raise layer.unsupported(f"its slope is {alpha}")
    positive = float(np.float32(scale / out_scale))
    negative = float(np.float32(np.float32(scale * alpha) / out_scale))
    zero, ends = layer.zero_point(x), whole_range(layer, out)
    if x.kind == TensorType.INT8:
        above, below = quantize_multiplier(positive), quantize_multiplier(negative)
        return tabulated(layer, lambda c: rescaled_code(c - zero, above if c >= zero else below), ends)
    node = layer.centred(x)
    above_zero = layer.add(Relu(), node, suffix="positive")
    below_zero = bounded(layer, node, None, 0)
    parts = [
        rescaled(layer, part, twice_rounded(layer, [factor]), suffix)
        for part, factor, suffix in ((above_zero, positive, "above"), (below_zero, negative, "below"))
    ]
    return within(layer, layer.add(Add(), *parts, suffix="sum"), layer.zero_point(out), ends)


def logistic(layer: TfliteLayer) -> Value:
    """LOGISTIC: for int8 a table of float32 results, for int16 interpolation in 1 / (1 + exp(-i / 24))."""
    if layer.input(0).kind == TensorType.INT8:
        return _table_of(layer, _sigmoid)
    return _by_sigmoid_table(layer, bits=9, top=0x7FFF << 10, drop=10, offset=0)


def _sigmoid(x: np.float64) -> np.float64:
    with np.errstate(over="ignore"):
        return np.float64(np.float32(1) / (np.float32(1) + np.float32(np.exp(-x))))


def tanh(layer: TfliteLayer) -> Value:
    """TANH: for int8 a table of float32 results, for int16 2 * sigmoid(2 * x) - 1 by the sigmoid's table."""
    if layer.input(0).kind == TensorType.INT8:
        return _table_of(layer, lambda x: np.float64(np.float32(np.tanh(x))))
    return _by_sigmoid_table(layer, bits=8, top=0xFFFF << 8, drop=8, offset=-(1 << 15))


def _table_of(layer: TfliteLayer, function: Callable[[np.float64], np.float64]) -> Value:
    x, out = layer.input(0), layer.output
    zero = layer.zero_point(out)
    scales = layer.scaling(x).scale, layer.scaling(out).scale
    table = int8_table(function, scales[0], layer.zero_point(x), scales[1], zero)
    return tabulated(layer, lambda code: table[code + 128] - zero, whole_range(layer, out))


def _by_sigmoid_table(layer: TfliteLayer, *, bits: int, top: int, drop: int, offset: int) -> Value:
    """A function of an int16 code that interpolates in the kernels' table T of the sigmoid.

    f(|x|) is T between its steps of 2**bits, and `top` from the 255th on. With g(x) = f(x) for x >= 0 and
    2**(16 + bits) - f(-x) - 1 for x < 0, the result is g(x) * 2**-drop + offset to nearest, ties up.
    """
    x = _table_argument(layer, bits + 8)
    f = [entry << bits for entry in sigmoid_table()]
    whole = (1 << (16 + bits)) - 1
    starts, gains = [], []
    # x is in ]k, k + 1] * 2**bits, so that both ends where g is constant are whole steps
    for k in range(-256, 256):
        if k in (-256, 255):
            start = end = top if k > 0 else whole - top
        elif k >= 0:
            start, end = f[k], f[k + 1]
        else:
            start, end = whole - f[-k], whole - f[-k - 1]
        starts.append(start)
        gains.append(end - start)
    before = layer.shifted(x, -1, "before")
    return _read_steps(layer, before, starts, gains, bits, drop, offset)


def _table_argument(layer: TfliteLayer, bits: int) -> str:
    """The code in units of 1 / (3 * 4096), kept within the table (TanhPrepare, SigmoidPrepare)."""
    x, out = layer.input(0), layer.output
    layer.zero_point(x)
    layer.zero_point(out)
    if layer.operator.kind == "LOGISTIC" and layer.scaling(out).scale != np.float32(1 / 32768):
        raise layer.wrong("a 16-bit sigmoid has a result of scale 1 / 32768")
    if power_of_two(layer.scaling(out).scale) != -15:
        raise layer.wrong("a 16-bit tanh has a result of scale 1 / 32768")
    scale = layer.scaling(x).scale
    power = power_of_two(scale)
    shifts = (0,) if layer.operator.kind == "LOGISTIC" else (0, 1)
    if power is not None and 12 + power in shifts:
        multiplier, shift = 3 << (12 + power), 0
    else:
        factor, shift = float(scale) * 4096.0 * 3.0, 0
        while factor <= 32767.0 / 2.0 and shift <= 30:
            factor, shift = factor * 2.0, shift + 1
        multiplier = int(factor)
    if multiplier << 15 >= 1 << 31:
        raise layer.unsupported(f"its input has the scale {scale}: the kernel's own product overflows")
    node = layer.scale(layer.centred(x), multiplier, shift, suffix="scale", rescales=True)
    kind = FixedType(1, bits, 0)
    return layer.add(Quantize(Quantizer(kind, Rounding.RND, Overflow.SAT_SYM)), node, suffix="argument")


def _read_steps(
    layer: TfliteLayer, x: str, starts: Sequence[int], gains: Sequence[int], bits: int, drop: int, offset: int
) -> Value:
    """start + gain * (rest + 1) * 2**-bits for the step of x that is read, rounded to an int16 code."""
    high, rest = split(layer, x, bits)
    domain = FixedType(1, 8, 0)
    start = layer.add(Lookup(domain, FixedArray(np.array(starts, dtype=np.int64), 0)), high, suffix="start")
    gain = layer.add(Lookup(domain, FixedArray(np.array(gains, dtype=np.int64), bits)), high, suffix="gain")
    part = layer.add(Multiply(), gain, layer.shifted(rest, 1, "rest"), suffix="part")
    total = layer.add(Add(), start, part, suffix="sum")
    scaled = layer.scale(total, 1, drop, offset, suffix="result")
    return Value(0, codes=layer.add(uniform_quantize(1, 15, 0), scaled))


def split(layer: TfliteLayer, x: str, bits: int, suffix: str = "") -> tuple[str, str]:
    """floor(x * 2**-bits), and what is left: x - floor * 2**bits."""
    kind = layer.graph.type(x).uniform()
    down = layer.scale(x, 1, bits, suffix=f"{suffix}_down".strip("_"))
    integer = max(int(kind.integer) - bits, 0)  # a small negative number is -1 above its low bits
    quantizer = Quantizer(FixedType(int(kind.signed), integer, 0), Rounding.TRN, Overflow.WRAP)
    high = layer.add(Quantize(quantizer), down, suffix=f"{suffix}_high".strip("_"))
    low = Quantizer(FixedType(0, bits, 0), Rounding.TRN, Overflow.WRAP)
    return high, layer.add(Quantize(low), x, suffix=f"{suffix}_low".strip("_"))
