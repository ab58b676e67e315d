"""Which inputs are channels-first, told from the operators that read them: their nodes are channels-last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fpgaml.frontends.onnx.program import Call, Program

SPATIAL = frozenset(
    (
        "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization",
        "InstanceNormalization", "Resize", "Upsample", "DepthToSpace", "SpaceToDepth",
    )
)  # fmt: skip
"""Operators over (batch, channels, *spatial)."""
KEEPING = frozenset(
    (
        "Identity", "Dropout", "Cast", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid",
        "Tanh", "Softplus", "Softsign", "Clip", "ThresholdedRelu", "Erf", "Gelu", "Mish", "HardSwish", "Swish", "Neg",
        "Abs", "Exp", "Log", "Sqrt", "Sin", "Cos", "Pow", "Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Pad",
        "Slice", "Concat", "Split", "QuantizeLinear", "DequantizeLinear", "Quant", "BipolarQuant", "Trunc", "Round",
        "Floor", "Ceil", "Sign", "Reciprocal",
    )
)  # fmt: skip
"""Operators that leave the axes as they are, by their names without a domain."""


def port_axes(program: Program) -> Mapping[str, tuple[int, ...]]:
    """For each input that is channels-first the order of the file's axes, the batch not counted, in its node."""
    readers: dict[str, list[Call]] = {}
    for call in program.calls:
        for name in call.inputs:
            readers.setdefault(name, []).append(call)
    found = {}
    for port in program.inputs:
        rank = len(port.shape)
        if rank < 3:
            continue
        order = _wanted(port.name, tuple(range(rank)), readers)
        if order is not None and port.batched and order[0] == 0 and order != tuple(range(rank)):
            found[port.name] = tuple(axis - 1 for axis in order[1:])
    return found


def _wanted(start: str, axes: tuple[int, ...], readers: Mapping[str, Sequence[Call]]) -> tuple[int, ...] | None:
    """The order of a tensor's axes, batch first, in which the first operator that minds has them channels-last.

    Args:
        axes: the tensor's, in the order that it has them in `start`.
    """
    waiting, seen = [(start, axes)], {start}
    while waiting:
        name, order = waiting.pop(0)
        for call in readers.get(name, ()):
            if call.inputs[0] == name and call.kind in SPATIAL:
                return (order[0], *order[2:], order[1])
            after = _after(call, order)
            if after is not None:
                waiting += [(output, after) for output in call.outputs if output not in seen]
                seen.update(call.outputs)
    return None


def _after(call: Call, order: tuple[int, ...]) -> tuple[int, ...] | None:
    """The axes behind an operator that keeps or transposes them; None where that cannot be said."""
    if call.kind == "Transpose":
        moved = call.attributes.get("perm") or list(reversed(range(len(order))))
        return tuple(order[axis] for axis in moved) if sorted(moved) == list(range(len(order))) else None
    return order if call.kind.rpartition(":")[2] in KEEPING else None
