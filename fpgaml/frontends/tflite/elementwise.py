"""ADD, SUB, MUL, MAXIMUM, MINIMUM."""

from __future__ import annotations

import numpy as np

from fpgaml.frontends.tflite.arithmetic import power_of_two, quantize_multiplier
from fpgaml.frontends.tflite.requantise import (
    activation_range,
    from_multipliers,
    requantised,
    rescaled,
    twice_rounded,
    within,
)
from fpgaml.frontends.tflite.schema import Tensor, TensorType
from fpgaml.frontends.tflite.work import Value, Work
from fpgaml.graph.ops import Add, Maximum, Minimum, Multiply, Operation, Quantize, Subtract
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding

LEFT_SHIFT = {TensorType.INT8: 20, TensorType.INT16: 15}
"""Bits by which ADD and SUB shift their inputs up, for accuracy."""


def addition(work: Work) -> None:
    """ADD: activation, pot_scale_int16."""
    _sum(work, Add())


def subtraction(work: Work) -> None:
    """SUB: activation, pot_scale_int16."""
    _sum(work, Subtract())


def _sum(work: Work, combine: Operation) -> None:
    """Both inputs to one scale, with 20 or 15 bits more, then the sum to the output's (PrepareGeneralSubOp).

    All three factors are below 1: LiteRT ends the process otherwise.
    """
    a, b, out = work.input(0), work.input(1), work.output
    op = work.operator
    assert op is not None
    _same_kind(work, a, b, out)
    ends = activation_range(work, out, op.number(0))
    if a.kind == TensorType.INT16 and op.number(1, "?", 1):
        powers = [power_of_two(work.scaling(t).scale) for t in (a, b, out)]
        if None not in powers:
            _sum_of_powers(work, combine, [int(p) for p in powers if p is not None], ends)
            return
    lift = LEFT_SHIFT[a.kind]
    scales = [work.scaling(tensor).scale for tensor in (a, b)]
    largest = 2.0 * float(max(scales))
    parts = []
    for tensor, scale, side in zip((a, b), scales, "ab", strict=True):
        node = work.scale(_placed(work, tensor, out), 1 << lift, 0, suffix=f"{side}_lifted")
        multiplier, shift = _below_one(work, float(scale) / largest)
        parts.append(rescaled(work, node, from_multipliers([multiplier], [shift]), side))
    total = work.in32(work.add(combine, *parts, suffix="sum"))
    factor = largest / float(np.float32(1 << lift) * work.scaling(out).scale)
    multiplier, shift = _below_one(work, factor)
    work.give(requantised(work, total, from_multipliers([multiplier], [shift]), ends))


def _below_one(work: Work, factor: float) -> tuple[int, int]:
    multiplier, shift = quantize_multiplier(factor)
    if not 0 < factor < 1 or shift > 0:
        raise work.unsupported(
            f"its scales ask for a factor of {factor:g}, which LiteRT's own kernel refuses",
            "Convert the model with more typical representative data",
        )
    return multiplier, shift


def _sum_of_powers(work: Work, combine: Operation, powers: list[int], ends: tuple[int, int]) -> None:
    """16 bits with scales that are powers of two: one input is shifted down, the 16-bit sum saturates."""
    if isinstance(combine, Subtract):
        raise work.unsupported("a 16-bit difference with scales that are powers of two")
    shifts = [powers[2] - power for power in powers[:2]]
    if min(shifts) < 0 or 0 not in shifts or max(shifts) > 15:
        raise work.unsupported("its scales are powers of two that LiteRT's own kernel refuses")
    parts = []
    for tensor, shift, side in zip((work.input(0), work.input(1)), shifts, "ab", strict=True):
        node = _placed(work, tensor, work.output)
        if shift:
            down = work.scale(node, 1, shift, suffix=f"{side}_scale", rescales=True)
            kept = Quantizer(FixedType(1, 15, 0), Rounding.RND_INF, Overflow.SAT)
            node = work.add(Quantize(kept), down, suffix=side)
        parts.append(node)
    work.give(within(work, work.add(combine, *parts, suffix="sum"), 0, ends))


def multiplication(work: Work) -> None:
    """MUL: activation. The factor is computed in float32 (mul.cc, Prepare)."""
    a, b, out = work.input(0), work.input(1), work.output
    op = work.operator
    assert op is not None
    _same_kind(work, a, b, out)
    product = work.add(Multiply(), _placed(work, a, out), _placed(work, b, out), suffix="product")
    scales = [work.scaling(tensor).scale for tensor in (a, b, out)]
    factor = np.float32(np.float32(scales[0] * scales[1]) / scales[2])
    rescaling = twice_rounded(work, [float(factor)])
    work.give(requantised(work, work.in32(product), rescaling, activation_range(work, out, op.number(0))))


def maximum(work: Work) -> None:
    """MAXIMUM: the larger code, whatever the scales (maximum_minimum.h compares codes)."""
    _extreme(work, Maximum())


def minimum(work: Work) -> None:
    """MINIMUM: the smaller code."""
    _extreme(work, Minimum())


def _extreme(work: Work, combine: Operation) -> None:
    a, b, out = work.input(0), work.input(1), work.output
    _same_kind(work, a, b, out)
    zero, result = work.zero_point(a), work.zero_point(out)
    other = work.shifted(_placed(work, b, out), work.zero_point(b) - zero, "placed")
    node = work.add(combine, _placed(work, a, out), other)
    if result == zero:
        work.give(Value(result, centred=node))
    else:
        work.give(Value(result, codes=work.shifted(node, zero, "codes")))


def _same_kind(work: Work, *tensors: Tensor) -> None:
    kinds = {tensor.kind for tensor in tensors}
    if len(kinds) != 1 or not kinds <= set(LEFT_SHIFT):
        raise work.unsupported(f"its tensors are {', '.join(sorted(kind.name.lower() for kind in kinds))}")
    for tensor in tensors:
        work.zero_point(tensor)


def _placed(work: Work, tensor: Tensor, out: Tensor) -> str:
    """A tensor minus its zero point, with as many axes as the output has."""
    node, rank = work.centred(tensor), len(work.graph.shape(work.centred(tensor)))
    wanted = max(len(out.shape) - 1, 1) if len(out.shape) > 1 and out.shape[0] == 1 else len(out.shape)
    if rank > wanted:
        raise work.wrong(f"an input of shape {tensor.shape} for an output of {out.shape}")
    return work.reshaped(node, (1,) * (wanted - rank) + work.graph.shape(node))
