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
from fpgaml.frontends.tflite.work import Value, Work
from fpgaml.graph.ops import Add, Lookup, Multiply, Quantize, Relu, uniform_quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

Code = Callable[[int], int]
"""A function of a code."""

ENDS = {"RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0), "RELU_0_TO_1": (0.0, 1.0)}
"""Where each kind of RELU clamps."""


def clamp(work: Work) -> None:
    """RELU, RELU6, RELU_N1_TO_1, RELU_0_TO_1: rescaled, then clamped (QuantizedReluX; the factor is in float32)."""
    x, out = work.input(0), work.output
    assert work.operator is not None
    ends = code_range(work, out, *ENDS[work.operator.kind])
    factor = float(np.float32(work.scaling(x).scale / work.scaling(out).scale))
    _rescaled_unary(work, factor, ends)


def quantize(work: Work) -> None:
    """QUANTIZE between integers (Requantize; the factor is in float64)."""
    x, out = work.input(0), work.output
    factor = float(work.scaling(x).scale) / float(work.scaling(out).scale)
    _rescaled_unary(work, factor, whole_range(work, out))


def _rescaled_unary(work: Work, factor: float, ends: tuple[int, int]) -> None:
    """A rescaling: nothing but a clamp for equal scales, a table for 8 bits, arithmetic otherwise."""
    x, out = work.input(0), work.output
    zero = work.zero_point(x)
    pair = quantize_multiplier(factor)
    if pair == (1 << 30, 1):
        work.give(within(work, work.centred(x), work.zero_point(out), ends))
    elif x.kind == TensorType.INT8:
        work.give(tabulated(work, lambda code: rescaled_code(code - zero, pair), ends))
    else:
        work.give(requantised(work, work.centred(x), twice_rounded(work, [factor]), ends))


def tabulated(work: Work, function: Code, ends: tuple[int, int]) -> Value:
    """A function of an int8 code as its table.

    Args:
        function: the output's code less its zero point.
        ends: the codes that it is clamped to.
    """
    zero, out_zero = work.zero_point(work.input(0)), work.zero_point(work.output)
    codes = [min(max(function(code) + out_zero, ends[0]), ends[1]) for code in range(-128, 128)]
    if zero == -128:
        node, domain = work.centred(work.input(0)), FixedType(0, 8, 0)
    else:
        node, domain = work.codes(work.input(0)), FixedType(1, 7, 0)
    shift = out_zero if min(codes) >= out_zero else 0
    table = FixedArray(np.array(codes, dtype=np.int64) - shift, 0)
    result = work.add(Lookup(domain, table), node)
    return Value(out_zero, centred=result) if shift else Value(out_zero, codes=result)


def leaky_relu(work: Work) -> None:
    """LEAKY_RELU: alpha. Two factors, in float32 (LeakyReluPrepare, QuantizeLeakyRelu)."""
    op, x, out = work.operator, work.input(0), work.output
    assert op is not None
    scale, out_scale = work.scaling(x).scale, work.scaling(out).scale
    alpha = np.float32(op.real(0))
    if not np.isfinite(alpha) or alpha < 0:
        raise work.unsupported(f"its slope is {alpha}")
    positive = float(np.float32(scale / out_scale))
    negative = float(np.float32(np.float32(scale * alpha) / out_scale))
    zero, ends = work.zero_point(x), whole_range(work, out)
    if x.kind == TensorType.INT8:
        above, below = quantize_multiplier(positive), quantize_multiplier(negative)
        work.give(tabulated(work, lambda c: rescaled_code(c - zero, above if c >= zero else below), ends))
        return
    node = work.centred(x)
    above_zero = work.add(Relu(), node, suffix="positive")
    below_zero = bounded(work, node, None, 0)
    parts = [
        rescaled(work, part, twice_rounded(work, [factor]), suffix)
        for part, factor, suffix in ((above_zero, positive, "above"), (below_zero, negative, "below"))
    ]
    work.give(within(work, work.add(Add(), *parts, suffix="sum"), work.zero_point(out), ends))


def logistic(work: Work) -> None:
    """LOGISTIC: for int8 a table of float32 results, for int16 interpolation in 1 / (1 + exp(-i / 24))."""
    if work.input(0).kind == TensorType.INT8:
        _table_of(work, _sigmoid)
        return
    _by_sigmoid_table(work, bits=9, top=0x7FFF << 10, drop=10, offset=0)


def _sigmoid(x: np.float64) -> np.float64:
    with np.errstate(over="ignore"):
        return np.float64(np.float32(1) / (np.float32(1) + np.float32(np.exp(-x))))


def tanh(work: Work) -> None:
    """TANH: for int8 a table of float32 results, for int16 2 * sigmoid(2 * x) - 1 by the sigmoid's table."""
    if work.input(0).kind == TensorType.INT8:
        _table_of(work, lambda x: np.float64(np.float32(np.tanh(x))))
        return
    _by_sigmoid_table(work, bits=8, top=0xFFFF << 8, drop=8, offset=-(1 << 15))


def _table_of(work: Work, function: Callable[[np.float64], np.float64]) -> None:
    x, out = work.input(0), work.output
    zero = work.zero_point(out)
    scales = work.scaling(x).scale, work.scaling(out).scale
    table = int8_table(function, scales[0], work.zero_point(x), scales[1], zero)
    work.give(tabulated(work, lambda code: table[code + 128] - zero, whole_range(work, out)))


def _by_sigmoid_table(work: Work, *, bits: int, top: int, drop: int, offset: int) -> None:
    """A function of an int16 code that interpolates in the kernels' table T of the sigmoid.

    f(|x|) is T between its steps of 2**bits, and `top` from the 255th on. With g(x) = f(x) for x >= 0 and
    2**(16 + bits) - f(-x) - 1 for x < 0, the result is g(x) * 2**-drop + offset to nearest, ties up.
    """
    x = _table_argument(work, bits + 8)
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
    before = work.shifted(x, -1, "before")
    work.give(_read_steps(work, before, starts, gains, bits, drop, offset))


def _table_argument(work: Work, bits: int) -> str:
    """The code in units of 1 / (3 * 4096), kept within the table (TanhPrepare, SigmoidPrepare)."""
    x, out = work.input(0), work.output
    assert work.operator is not None
    work.zero_point(x)
    work.zero_point(out)
    if work.operator.kind == "LOGISTIC" and work.scaling(out).scale != np.float32(1 / 32768):
        raise work.wrong("a 16-bit sigmoid has a result of scale 1 / 32768")
    if power_of_two(work.scaling(out).scale) != -15:
        raise work.wrong("a 16-bit tanh has a result of scale 1 / 32768")
    scale = work.scaling(x).scale
    power = power_of_two(scale)
    shifts = (0,) if work.operator.kind == "LOGISTIC" else (0, 1)
    if power is not None and 12 + power in shifts:
        multiplier, shift = 3 << (12 + power), 0
    else:
        factor, shift = float(scale) * 4096.0 * 3.0, 0
        while factor <= 32767.0 / 2.0 and shift <= 30:
            factor, shift = factor * 2.0, shift + 1
        multiplier = int(factor)
    if multiplier << 15 >= 1 << 31:
        raise work.unsupported(f"its input has the scale {scale}: the kernel's own product overflows")
    node = work.scale(work.centred(x), multiplier, shift, suffix="scale", rescales=True)
    kind = FixedType(1, bits, 0)
    return work.add(Quantize(Quantizer(kind, Rounding.RND, Overflow.SAT_SYM)), node, suffix="argument")


def _read_steps(
    work: Work, x: str, starts: Sequence[int], gains: Sequence[int], bits: int, drop: int, offset: int
) -> Value:
    """start + gain * (rest + 1) * 2**-bits for the step of x that is read, rounded to an int16 code."""
    high, rest = split(work, x, bits)
    domain = FixedType(1, 8, 0)
    start = work.add(Lookup(domain, FixedArray(np.array(starts, dtype=np.int64), 0)), high, suffix="start")
    gain = work.add(Lookup(domain, FixedArray(np.array(gains, dtype=np.int64), bits)), high, suffix="gain")
    part = work.add(Multiply(), gain, work.shifted(rest, 1, "rest"), suffix="part")
    total = work.add(Add(), start, part, suffix="sum")
    scaled = work.scale(total, 1, drop, offset, suffix="result")
    return Value(0, codes=work.add(uniform_quantize(1, 15, 0), scaled))


def split(work: Work, x: str, bits: int, suffix: str = "") -> tuple[str, str]:
    """floor(x * 2**-bits), and what is left: x - floor * 2**bits."""
    kind = work.graph.type(x).uniform()
    down = work.scale(x, 1, bits, suffix=f"{suffix}_down".strip("_"))
    integer = max(int(kind.integer) - bits, 0)  # a small negative number is -1 above its low bits
    quantizer = Quantizer(FixedType(int(kind.signed), integer, 0), Rounding.TRN, Overflow.WRAP)
    high = work.add(Quantize(quantizer), down, suffix=f"{suffix}_high".strip("_"))
    low = Quantizer(FixedType(0, bits, 0), Rounding.TRN, Overflow.WRAP)
    return high, work.add(Quantize(low), x, suffix=f"{suffix}_low".strip("_"))
