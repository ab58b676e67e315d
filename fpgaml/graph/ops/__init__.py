"""The operations of the Graph, by name."""

from __future__ import annotations

from fpgaml.graph.ops.base import Operation, OperationError, Shape
from fpgaml.graph.ops.choose import Choose
from fpgaml.graph.ops.elementwise import (
    Add,
    LeakyRelu,
    Lookup,
    Maximum,
    Minimum,
    Multiply,
    Relu,
    Scale,
    Subtract,
)
from fpgaml.graph.ops.gather import Gather
from fpgaml.graph.ops.linear import Conv1D, Conv2D, Dense, EinsumDense, Linear
from fpgaml.graph.ops.products import Einsum
from fpgaml.graph.ops.rearrange import Concatenate, GroupSort, Move, Pad, Reshape, Slice, Transpose, UpSample
from fpgaml.graph.ops.reductions import AveragePool, MaxPool, Reduce, Reduction
from fpgaml.graph.ops.scatter import ScatterAdd
from fpgaml.graph.ops.sources import Constant, Input, Quantize, uniform_quantize

OPERATIONS: dict[str, type[Operation]] = {
    operation.__name__: operation
    for operation in (
        Input,
        Constant,
        Quantize,
        Dense,
        Conv1D,
        Conv2D,
        EinsumDense,
        Einsum,
        Scale,
        Add,
        Subtract,
        Multiply,
        Maximum,
        Minimum,
        Concatenate,
        Relu,
        LeakyRelu,
        Lookup,
        MaxPool,
        AveragePool,
        Reduce,
        Reshape,
        Transpose,
        Pad,
        Slice,
        UpSample,
        GroupSort,
        Choose,
        Gather,
        ScatterAdd,
    )
}
"""Every operation that a Graph may hold; one defined elsewhere is added under its class's name."""

__all__ = [
    "OPERATIONS",
    "Add",
    "AveragePool",
    "Choose",
    "Concatenate",
    "Constant",
    "Conv1D",
    "Conv2D",
    "Dense",
    "Einsum",
    "EinsumDense",
    "Gather",
    "GroupSort",
    "Input",
    "LeakyRelu",
    "Linear",
    "Lookup",
    "MaxPool",
    "Maximum",
    "Minimum",
    "Move",
    "Multiply",
    "Operation",
    "OperationError",
    "Pad",
    "Quantize",
    "Reduce",
    "Reduction",
    "Relu",
    "Reshape",
    "Scale",
    "ScatterAdd",
    "Shape",
    "Slice",
    "Subtract",
    "Transpose",
    "UpSample",
    "uniform_quantize",
]
