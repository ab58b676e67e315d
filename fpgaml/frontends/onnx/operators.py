"""Which converter an operator has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from fpgaml.frontends.onnx import elementwise, linear, moves
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.quantizers import codes, qonnx
from fpgaml.frontends.onnx.value import Value

Converter: TypeAlias = Callable[[Layer], Value | Sequence[Value]]
"""Adds a call's nodes; returns its outputs, in order."""

OPERATORS: dict[str, Converter] = {
    "Gemm": linear.gemm,
    "MatMul": linear.matmul,
    "Conv": linear.convolution,
    "Relu": elementwise.relu,
    "Identity": moves.unchanged,
    "Dropout": moves.unchanged,
    "Cast": moves.cast,
    "Shape": moves.shape,
    "Size": moves.size,
    "Reshape": moves.reshape,
    "Flatten": moves.flatten,
    "Transpose": moves.transpose,
    "Squeeze": moves.squeeze,
    "Unsqueeze": moves.unsqueeze,
    **codes.OPERATORS,
    **qonnx.OPERATORS,
}
"""By the operator's name; one outside of ONNX's own domain as `domain:name`. Other packages add theirs."""
