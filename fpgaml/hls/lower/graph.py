"""Graph to hls4ml: which of its layers, or which function of our own, computes each node."""

from __future__ import annotations

from fpgaml.errors import Problem, UnsupportedError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.lowerings import no_lowering
from fpgaml.graph.ops import Constant, Operation, Quantize
from fpgaml.hls.bodies import BODIES
from fpgaml.hls.codegen import add_body
from fpgaml.hls.generated import CLASS_NAME
from fpgaml.hls.layers import LayerList, Lowering
from fpgaml.hls.lower import einsum, elementwise, linear, rearrange, scan
from fpgaml.hls.settings import HlsSettings, IoType

LOWERINGS: dict[type[Operation], Lowering] = {
    **elementwise.LOWERINGS,
    **linear.LOWERINGS,
    **einsum.LOWERINGS,
    **rearrange.LOWERINGS,
    **scan.LOWERINGS,
}
"""Operations that become hls4ml's own layers, here or there; constants stand in the functions that read them."""


def lowering_of(kind: type[Operation]) -> Lowering | None:
    """How an operation becomes hls4ml layers: as the table says, else by its C++; None if there is none."""
    if kind in LOWERINGS:
        return LOWERINGS[kind]
    return Lowering(add_body, BODIES[kind].casts) if kind in BODIES else None


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
        lowering = lowering_of(type(node.op))
        if len(readers) != 1 or node.name in graph.outputs or lowering is None or not lowering.casts:
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
        lowering = lowering_of(type(node.op))
        if lowering is None:
            problems.append(no_lowering(node, "HLS"))
            layers.place(node)  # so that what reads it is looked at too
            continue
        lowering.lower(layers, node)
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
