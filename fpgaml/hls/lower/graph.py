"""Graph to hls4ml: which of its layers, or which function of our own, computes each node."""

from __future__ import annotations

from collections.abc import Callable

from fpgaml.errors import Problem, UnsupportedError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.lowerings import no_lowering
from fpgaml.graph.ops import (
    Add,
    AveragePool,
    Concatenate,
    Constant,
    Conv1D,
    Conv2D,
    Dense,
    EinsumDense,
    GroupSort,
    Input,
    LeakyRelu,
    Lookup,
    Maximum,
    MaxPool,
    Minimum,
    Multiply,
    Operation,
    Pad,
    Quantize,
    Reduce,
    Relu,
    Reshape,
    Scale,
    Slice,
    Subtract,
    Transpose,
    UpSample,
)
from fpgaml.hls.generated import CLASS_NAME
from fpgaml.hls.layers import LayerList
from fpgaml.hls.lower.einsum import lower_dense, lower_einsum
from fpgaml.hls.lower.elementwise import (
    lower_group_sort,
    lower_input,
    lower_leaky_relu,
    lower_lookup,
    lower_merge,
    lower_quantize,
    lower_relu,
    lower_scale,
)
from fpgaml.hls.lower.linear import lower_conv1d, lower_conv2d
from fpgaml.hls.lower.rearrange import (
    lower_average_pool,
    lower_concatenate,
    lower_max_pool,
    lower_moved,
    lower_pad,
    lower_reduce,
    lower_reshape,
    lower_transpose,
)
from fpgaml.hls.settings import HlsSettings, IoType

Lowering = Callable[[LayerList, Node], None]

LOWERINGS: dict[type[Operation], Lowering] = {
    Input: lower_input,
    Quantize: lower_quantize,
    Dense: lower_dense,
    Conv1D: lower_conv1d,
    Conv2D: lower_conv2d,
    EinsumDense: lower_einsum,
    Scale: lower_scale,
    Add: lower_merge,
    Subtract: lower_merge,
    Multiply: lower_merge,
    Maximum: lower_merge,
    Minimum: lower_merge,
    Concatenate: lower_concatenate,
    Relu: lower_relu,
    LeakyRelu: lower_leaky_relu,
    Lookup: lower_lookup,
    MaxPool: lower_max_pool,
    AveragePool: lower_average_pool,
    Reduce: lower_reduce,
    Reshape: lower_reshape,
    Transpose: lower_transpose,
    Pad: lower_pad,
    Slice: lower_moved,
    UpSample: lower_moved,
    GroupSort: lower_group_sort,
}
"""How each operation becomes hls4ml layers. Constants stand in the functions that read them."""

NEVER_FUSED: tuple[type[Operation], ...] = (Input, Constant, Quantize, Reshape, GroupSort, Pad)
"""Operations whose C++ does not cast each result once, or not at all: a quantizer behind them stands alone."""


def fusable_quantizers(graph: Graph, arithmetic: str) -> dict[str, Node]:
    """For every node whose only use is to be quantized uniformly, that quantizer's node.

    The C++ of the node then casts its exact result to the quantizer's type, which is the same operation.

    Args:
        arithmetic: "ap" or "ac".
    """
    # hls4ml writes an ac_fixed of one bit with two, one more below: good for its values, not for rounding to it.
    narrowest = 2 if arithmetic == "ac" else 1
    fused: dict[str, Node] = {}
    for node in graph.nodes:
        readers = graph.consumers[node.name]
        if len(readers) != 1 or node.name in graph.outputs or isinstance(node.op, NEVER_FUSED):
            continue
        reader = readers[0]
        if isinstance(reader.op, Quantize):
            kind = reader.op.quantizer.type
            if kind.is_uniform and int(kind.width) >= narrowest:
                fused[node.name] = reader
    return fused


def lower(graph: Graph, settings: HlsSettings) -> LayerList:
    """The hls4ml layers that compute a graph.

    Raises:
        UnsupportedError: operations that cannot be written for the backend, all of them named.
        FpgamlError: constants that C++ cannot hold.
    """
    fused = fusable_quantizers(graph, settings.target.arithmetic)
    layers = LayerList(graph, settings, fused)
    problems: list[Problem] = []
    taken = {quantize.name for quantize in fused.values()}
    for node in graph.nodes:
        if node.name in taken or isinstance(node.op, Constant):
            continue
        lowering = LOWERINGS.get(type(node.op))
        if lowering is None:
            problems.append(no_lowering(node, "HLS"))
            layers.place(node)  # so that what reads it is looked at too
            continue
        lowering(layers, node)
        problems += _problems(layers, node)
    if problems:
        raise UnsupportedError(f"{settings.target.name} ({settings.io_type})", problems)
    return layers


def _problems(layers: LayerList, node: Node) -> list[Problem]:
    settings = layers.settings
    generated = layers.layers[-1]["class_name"] == CLASS_NAME
    where = node.source or node.name
    kind = type(node.op).__name__
    if generated and settings.io_type not in settings.target.generates_code:
        advice = settings.advice_for(settings.io_type)
        if IoType.PARALLEL in settings.target.generates_code:
            advice += ", or --io io_parallel"
        return [Problem(where, f"{kind} is not written for {settings.target.name} with {settings.io_type}", advice)]
    return []
