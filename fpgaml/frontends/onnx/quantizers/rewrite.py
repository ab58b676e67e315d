"""Operators on integer codes, as operators on real numbers between DequantizeLinear and QuantizeLinear.

Those of ONNX are QLinearConv, QLinearMatMul, ConvInteger and MatMulInteger; `com.microsoft` is the domain of those that
onnxruntime's quantisation writes beside them (ContribOperators.md of onnxruntime). Operators that qonnx has turned to
channels-last are turned back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from fpgaml.errors import Problem, UnsupportedError
from fpgaml.frontends.onnx.program import Array, Call, Program
from fpgaml.frontends.onnx.quantizers.codes import CODES, HIGH, LOW, UINT8

MICROSOFT = "com.microsoft"
CLIPPED = "clipped_behind"
"""Attribute of a Relu behind which a quantizer alone follows that leaves nothing below zero."""
CHANNELS_LAST = "qonnx.custom_op.channels_last"
"""The domain of what qonnx's conversion to channels-last leaves: ONNX's operators on (batch, *spatial, channels)."""
Rule: TypeAlias = "Callable[[_Rewriter, Call], Sequence[Call]]"


def rewritten(program: Program) -> Program:
    """The program without operators on codes, and with each Clip behind a QuantizeLinear in its ends.

    Raises:
        UnsupportedError: an operator whose scales are computed.
    """
    rewriter = _Rewriter(dict(program.constants))
    calls = [each for call in program.calls for each in rewriter.of(call)]
    return _with_marks(_with_clips(replace(program, calls=tuple(calls), constants=rewriter.constants)))


@dataclass
class _Rewriter:
    constants: dict[str, Array]
    _made: int = field(default=0)

    def of(self, call: Call) -> Sequence[Call]:
        rule = RULES.get(call.kind)
        return (call,) if rule is None else rule(self, call)

    def dequantized(self, call: Call, position: int, part: str, axis: int = 1) -> tuple[Call, str]:
        """DequantizeLinear of an input that scale and zero point follow; and the tensor that it gives."""
        return self.dequantize(call, tuple(_input(call, position + i) for i in range(3)), part, axis)

    def dequantize(self, call: Call, inputs: tuple[str, ...], part: str, axis: int = 1) -> tuple[Call, str]:
        """DequantizeLinear for one part of a call."""
        name = f"{call.label}_{part}"
        return Call("DequantizeLinear", inputs, (name,), name, {"axis": axis}, call.version, ""), name

    def quantized(self, call: Call, name: str, scale: str, zero: str) -> Call:
        """QuantizeLinear of a tensor into the call's output."""
        label = f"{call.label}_quantized"
        return Call("QuantizeLinear", (name, scale, zero), call.outputs, label, {}, call.version, call.label)

    def computed(self, call: Call, kind: str, *inputs: str) -> tuple[Call, str]:
        """The operator on real numbers; and the tensor that it gives."""
        name = f"{call.label}_real"
        return replace(call, kind=kind, inputs=inputs, outputs=(name,), compared=""), name

    def constant(self, call: Call, values: Array) -> str:
        """A new constant."""
        self._made += 1
        name = f"{call.label}_constant_{self._made}"
        self.constants[name] = values
        return name

    def known(self, call: Call, position: int) -> Array:
        """A scale that must be constant."""
        name = _input(call, position)
        if name not in self.constants:
            problem = Problem(call.label, f"{call.kind} computes its scale `{name}`", "Quantise it statically")
            raise UnsupportedError("", [problem])
        return self.constants[name]

    def bias(self, call: Call, position: int, x_scale: int, w_scale: int) -> tuple[list[Call], tuple[str, ...]]:
        """A bias in the codes of the sums: its scale is the product of the two."""
        if not _input(call, position):
            return [], ()
        product = self.known(call, x_scale).astype(np.float32) * self.known(call, w_scale).astype(np.float32)
        scale = self.constant(call, product.reshape(-1) if product.size > 1 else product.reshape(()))
        made, name = self.dequantize(call, (_input(call, position), scale), "bias", 0)
        return [made], (name,)


def _input(call: Call, position: int) -> str:
    return call.inputs[position] if position < len(call.inputs) else ""


def _conv(rewriter: _Rewriter, call: Call) -> Sequence[Call]:
    first, x = rewriter.dequantized(call, 0, "x")
    second, w = rewriter.dequantized(call, 3, "w", 0)
    third, bias = rewriter.bias(call, 8, 1, 4)
    conv, y = rewriter.computed(call, "Conv", x, w, *bias)
    return (first, second, *third, conv, rewriter.quantized(call, y, _input(call, 6), _input(call, 7)))


def _matmul(rewriter: _Rewriter, call: Call) -> Sequence[Call]:
    first, a = rewriter.dequantized(call, 0, "a")
    second, b = rewriter.dequantized(call, 3, "b")
    matmul, y = rewriter.computed(call, "MatMul", a, b)
    return first, second, matmul, rewriter.quantized(call, y, _input(call, 6), _input(call, 7))


def _gemm(rewriter: _Rewriter, call: Call) -> Sequence[Call]:
    first, a = rewriter.dequantized(call, 0, "a")
    second, b = rewriter.dequantized(call, 3, "b", 0 if call.attributes.get("transB", 0) else 1)
    third, bias = rewriter.bias(call, 6, 1, 4)
    gemm, y = rewriter.computed(call, "Gemm", a, b, *bias)
    if not _input(call, 7):
        return first, second, *third, replace(gemm, outputs=call.outputs, compared=None)
    return (first, second, *third, gemm, rewriter.quantized(call, y, _input(call, 7), _input(call, 8)))


def _of_integers(kind: str, axis: int) -> Rule:
    """Sums of products of codes less zero points, which stay integers."""

    def rule(rewriter: _Rewriter, call: Call) -> Sequence[Call]:
        one = rewriter.constant(call, np.ones((), np.float32))
        first, a = rewriter.dequantize(call, (_input(call, 0), one, _input(call, 2)), "a")
        many = rewriter.constants.get(_input(call, 3), np.zeros(())).size
        ones = one if many == 1 else rewriter.constant(call, np.ones(many, np.float32))
        second, b = rewriter.dequantize(call, (_input(call, 1), ones, _input(call, 3)), "b", axis)
        return first, second, replace(call, kind=kind, inputs=(a, b))

    return rule


def _of_two(kind: str) -> Rule:
    """a, scale, zero, b, scale, zero, then those of the result."""

    def rule(rewriter: _Rewriter, call: Call) -> Sequence[Call]:
        first, a = rewriter.dequantized(call, 0, "a")
        second, b = rewriter.dequantized(call, 3, "b")
        made, y = rewriter.computed(call, kind, a, b)
        return first, second, made, rewriter.quantized(call, y, _input(call, 6), _input(call, 7))

    return rule


def _of_one(kind: str) -> Rule:
    """x, scale, zero, then those of the result."""

    def rule(rewriter: _Rewriter, call: Call) -> Sequence[Call]:
        first, x = rewriter.dequantized(call, 0, "x")
        made, y = rewriter.computed(call, kind, x)
        return first, made, rewriter.quantized(call, y, _input(call, 3), _input(call, 4))

    return rule


def _concat(rewriter: _Rewriter, call: Call) -> Sequence[Call]:
    """The result's scale and zero point, then tensor, scale and zero point of each part."""
    parts = [rewriter.dequantized(call, start, f"part_{start // 3}") for start in range(2, len(call.inputs), 3)]
    made, y = rewriter.computed(call, "Concat", *(name for _, name in parts))
    return (*(each for each, _ in parts), made, rewriter.quantized(call, y, _input(call, 0), _input(call, 1)))


def _channels_last(kind: str) -> Rule:
    """The operator between transpositions, which move nothing; its weights are (outputs, *spatial, inputs)."""

    def rule(rewriter: _Rewriter, call: Call) -> Sequence[Call]:
        rank = len(call.attributes.get("kernel_shape", ())) + 2
        first, last = [0, rank - 1, *range(1, rank - 1)], [0, *range(2, rank), 1]
        turned = [_transposed(call, 0, "x", first)]
        if kind == "Conv":
            turned.append(_transposed(call, 1, "w", first))
        inputs = (*(each.outputs[0] for each in turned), *call.inputs[len(turned) :])
        made, name = rewriter.computed(call, kind, *inputs)
        after = Call("Transpose", (name,), call.outputs, f"{call.label}_last", {"perm": last}, call.version, call.label)
        return (*turned, made, after) if rank > 2 else (call,)

    return rule


def _transposed(call: Call, position: int, part: str, order: list[int]) -> Call:
    name = f"{call.label}_{part}"
    return Call("Transpose", (_input(call, position),), (name,), name, {"perm": order}, call.version, "")


RULES: Mapping[str, Rule] = {
    "QLinearConv": _conv,
    "QLinearMatMul": _matmul,
    "ConvInteger": _of_integers("Conv", 0),
    "MatMulInteger": _of_integers("MatMul", 1),
    f"{MICROSOFT}:QGemm": _gemm,
    f"{MICROSOFT}:QLinearAdd": _of_two("Add"),
    f"{MICROSOFT}:QLinearMul": _of_two("Mul"),
    f"{MICROSOFT}:QLinearConcat": _concat,
    f"{MICROSOFT}:QLinearSigmoid": _of_one("Sigmoid"),
    f"{MICROSOFT}:QLinearLeakyRelu": _of_one("LeakyRelu"),
    f"{MICROSOFT}:QLinearAveragePool": _of_one("AveragePool"),
    f"{MICROSOFT}:QLinearGlobalAveragePool": _of_one("GlobalAveragePool"),
    f"{CHANNELS_LAST}:Conv": _channels_last("Conv"),
    f"{CHANNELS_LAST}:MaxPool": _channels_last("MaxPool"),
    f"{MICROSOFT}:QuantizeLinear": lambda _, call: (replace(call, kind="QuantizeLinear"),),
    f"{MICROSOFT}:DequantizeLinear": lambda _, call: (replace(call, kind="DequantizeLinear"),),
}
"""By the operator's name."""


def _with_clips(program: Program) -> Program:
    """Each Clip that alone reads a QuantizeLinear becomes its ends: codes of fewer bits than their type."""
    readers: dict[str, list[Call]] = {}
    for call in program.calls:
        for name in call.inputs:
            readers.setdefault(name, []).append(call)
    clipped: dict[str, Call] = {}
    gone: set[str] = set()
    for call in program.calls:
        name = call.outputs[0] if call.kind == "QuantizeLinear" and call.outputs else ""
        following = readers.get(name, [])
        if not name or name in program.outputs or len(following) != 1 or following[0].kind != "Clip":
            continue
        ends = _ends(following[0], program.constants)
        if ends is not None and following[0].inputs[0] == name:
            clip = following[0]
            attributes = {**call.attributes, **ends}
            clipped[call.label] = replace(call, outputs=clip.outputs, attributes=attributes, compared=clip.label)
            gone.add(following[0].label)
    return replace(program, calls=tuple(clipped.get(c.label, c) for c in program.calls if c.label not in gone))


def _ends(clip: Call, constants: Mapping[str, Array]) -> dict[str, int] | None:
    """The ends of a Clip between whole numbers; None where they are something else."""
    found = {}
    for position, key in ((1, LOW), (2, HIGH)):
        name = _input(clip, position)
        if not name:
            continue
        if name not in constants or constants[name].size != 1 or float(constants[name].flat[0]) % 1:
            return None
        found[key] = int(constants[name].flat[0])
    return found


def _with_marks(program: Program) -> Program:
    """Each Relu that only a quantizer without negative numbers reads says so."""
    readers: dict[str, list[Call]] = {}
    for call in program.calls:
        for name in call.inputs:
            readers.setdefault(name, []).append(call)
    calls = []
    for call in program.calls:
        following = readers.get(call.outputs[0], []) if call.kind == "Relu" and call.outputs else []
        alone = len(following) == 1 and call.outputs[0] not in program.outputs
        marked = alone and _clips_at_zero(following[0], call.outputs[0], program.constants)
        calls.append(replace(call, attributes={**call.attributes, CLIPPED: 1}) if marked else call)
    return replace(program, calls=tuple(calls))


def _clips_at_zero(call: Call, tensor: str, constants: Mapping[str, Array]) -> bool:
    """Whether a quantizer's smallest number is zero."""
    zero = constants.get(_input(call, 2))
    if _input(call, 0) != tensor:
        return False
    if call.kind.rpartition(":")[2] in ("Quant", "IntQuant"):
        return zero is not None and not zero.any() and not call.attributes.get("signed", 1)
    if call.kind != "QuantizeLinear":
        return False
    kind = int(call.attributes.get("output_dtype", UINT8 if zero is None else 0))
    low = max(CODES.get(kind, (0, 0))[0], int(call.attributes.get(LOW, -(1 << 16))))
    return kind in CODES and (low == 0 if zero is None else bool((zero == low).all()))
