"""Which converter an operator has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from fpgaml.frontends.onnx import contraction, indexed, linear, moves, normalization, pooling, recurrent, takes
from fpgaml.frontends.onnx.activations import ACTIVATIONS
from fpgaml.frontends.onnx.elementwise import ARITHMETIC
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.quantizers import codes, qonnx
from fpgaml.frontends.onnx.value import Value

Converter: TypeAlias = Callable[[Layer], Value | Sequence[Value]]
"""Adds a call's nodes; returns its outputs, in order."""

OPERATORS: dict[str, Converter] = {
    "Gemm": linear.gemm,
    "MatMul": linear.matmul,
    "Einsum": contraction.einsum,
    "Conv": linear.convolution,
    "BatchNormalization": normalization.batch_normalization,
    "LayerNormalization": normalization.layer_normalization,
    "RMSNormalization": normalization.rms_normalization,
    "InstanceNormalization": normalization.instance_normalization,
    "Softmax": normalization.softmax,
    "MaxPool": pooling.max_pool,
    "AveragePool": pooling.average_pool,
    "GlobalMaxPool": pooling.global_pool(average=False),
    "GlobalAveragePool": pooling.global_pool(average=True),
    "ReduceMean": pooling.reduction("mean"),
    "ReduceSum": pooling.reduction("sum"),
    "ReduceMax": pooling.reduction("max"),
    "ReduceMin": pooling.reduction("min"),
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
    "DepthToSpace": moves.depth_to_space,
    "SpaceToDepth": moves.space_to_depth,
    "Slice": takes.slices,
    "Split": takes.split,
    "Gather": takes.gather,
    "GatherElements": indexed.gather_elements,
    "GatherND": indexed.gather_rows,
    "ScatterElements": indexed.scatter_elements,
    "OneHot": indexed.hot,
    "Tile": takes.tile,
    "Expand": takes.expand,
    "Concat": takes.concat,
    "Pad": takes.pad,
    "Resize": takes.resize,
    "Upsample": takes.resize,
    **ARITHMETIC,
    **ACTIVATIONS,
    **recurrent.OPERATORS,
    **codes.OPERATORS,
    **qonnx.OPERATORS,
}
"""By the operator's name; one outside of ONNX's own domain as `domain:name`. Other packages add theirs."""
