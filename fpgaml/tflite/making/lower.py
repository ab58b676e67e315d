"""A Graph as a float network: the same operations in float32, without the roundings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import Problem, UnsupportedError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.lowerings import no_lowering
from fpgaml.graph.ops import (
    Add,
    Concatenate,
    Constant,
    GroupSort,
    Input,
    LeakyRelu,
    Lookup,
    Maximum,
    Minimum,
    Multiply,
    Operation,
    Pad,
    Quantize,
    Reduce,
    Reduction,
    Relu,
    Reshape,
    Scale,
    Slice,
    Subtract,
    Transpose,
    UpSample,
)
from fpgaml.passes.drop_dead_nodes import needed
from fpgaml.tflite.making import linear, pools
from fpgaml.tflite.making.network import FloatNetwork, Kind
from fpgaml.tflite.making.reach import Reach, kept
from fpgaml.tflite.making.tables import Softmax, recognise, softmax_of
from fpgaml.tflite.making.work import Lowering, Work, real


def lower(graph: Graph, reaches: Mapping[str, Reach]) -> FloatNetwork:
    """The float network of a Graph.

    A softmax that the Graph spells out with tables becomes one softmax, any other table the function whose values
    it holds. Quantizers are left out where the calibration data stay within their types, and become clips where the
    data saturate.

    Args:
        reaches: how far the values in front of every quantizer go, as `fpgaml.tflite.making.reach.observe` saw it.

    Raises:
        UnsupportedError: operations that float arithmetic does not have, all of them named.
    """
    check_supported(graph)
    softmaxes = _softmaxes(graph)
    work = Work(graph, reaches)
    for node in _needed(graph, softmaxes):
        if node.name in softmaxes:
            work.placed[node.name] = _softmax(work, node, softmaxes[node.name])
        else:
            work.placed[node.name] = LOWERINGS[type(node.op)].lower(work, node)
    inputs = {node.name: graph.shapes[node.name] for node in graph.inputs}
    outputs = tuple(work.placed[name] for name in graph.outputs)
    names = tuple(name if graph.outputs.count(name) == 1 else f"{name}_{i}" for i, name in enumerate(graph.outputs))
    clips, warnings = tuple(work.clips), tuple(work.warnings)
    return FloatNetwork(inputs, tuple(work.steps), outputs, names, clips, warnings, work.dropped)


def check_supported(graph: Graph) -> None:
    """Refuse a Graph that has no float network, before any long work.

    Raises:
        UnsupportedError: names every operation that cannot be expressed, and says what to do.
    """
    problems = _problems(graph, _softmaxes(graph))
    if problems:
        raise UnsupportedError("--target tflite", problems)


def _softmaxes(graph: Graph) -> dict[str, Softmax]:
    """The softmaxes that the Graph spells out with tables, by the node that gives their result."""
    return {node.name: found for node in graph.nodes if (found := softmax_of(graph, node)) is not None}


def _needed(graph: Graph, softmaxes: Mapping[str, Softmax]) -> tuple[Node, ...]:
    """The nodes that the outputs come from, in order; what lies inside a softmax is not among them."""
    return needed(graph, lambda node: (softmaxes[node.name].logits,) if node.name in softmaxes else node.inputs)


def _problems(graph: Graph, softmaxes: Mapping[str, Softmax]) -> list[Problem]:
    found = []
    for node in _needed(graph, softmaxes):
        if node.name in softmaxes:
            continue
        reason = _problem(graph, node)
        if reason is not None:
            layer = node.source or node.name
            where = layer if layer == node.name else f"{layer} ({node.name})"
            found.append(Problem(where, *reason))
    return found


def _problem(graph: Graph, node: Node) -> tuple[str, str] | None:
    lowering = LOWERINGS.get(type(node.op))
    if lowering is not None:
        return lowering.problem(graph, node)
    problem = no_lowering(node, "TensorFlow Lite")
    return problem.reason, problem.advice


def _plain(kind: Kind) -> Lowering:
    """One step that has no settings."""
    return Lowering(lambda work, node: work.add(node, kind))


def _input(work: Work, node: Node) -> str:
    return node.name


def _constant(work: Work, node: Node) -> str:
    assert isinstance(node.op, Constant)
    return work.add(node, "constant", arrays={"value": real(node.op.value)[None]})


def _scale(work: Work, node: Node) -> str:
    assert isinstance(node.op, Scale)
    factor, offset = real(node.op.factor), real(node.op.offset)
    name = work.placed[node.inputs[0]]
    if (factor != 1).any():
        name = work.add(node, "times", name, suffix="factor", arrays={"value": factor[None]})
    if offset.any():
        name = work.add(node, "plus", name, suffix="offset", arrays={"value": offset[None]})
    return name


def _leaky(work: Work, node: Node) -> str:
    assert isinstance(node.op, LeakyRelu)
    return work.add(node, "leaky_relu", slope=2.0**-node.op.shift)


def _coarse(graph: Graph, node: Node) -> tuple[str, str] | None:
    assert isinstance(node.op, Quantize)
    kind = node.op.quantizer.type
    if kind.is_uniform and int(kind.width) == 1:
        return "a quantizer of 1 bit decides where others round", "Use an activation of 2 bits or more"
    return None


def _quantize(work: Work, node: Node) -> str:
    assert isinstance(node.op, Quantize)
    name = work.placed[node.inputs[0]]
    if node.name not in work.reaches:
        return name
    reach = work.reaches[node.name]
    rest = kept(node.op, reach)
    if rest.wraps:
        work.warnings.append(
            f"warning: {node.name}: {rest.wraps} of {reach.values} values of the calibration data overflow "
            f"{node.op.quantizer.type} ({node.op.quantizer.overflow}); the float network lets them pass"
        )
    if rest.nothing:
        work.dropped += 1
        return name
    if rest.mask is not None:
        name = work.add(node, "times", name, suffix="mask", arrays={"value": rest.mask[None]})
    return _clip(work, node, name, rest.low, rest.high)


def _clip(work: Work, node: Node, name: str, low: Any, high: Any) -> str:
    """Keep values within limits, per element or one for all; None: no limit."""
    if low is not None and not np.any(low):
        name, low = work.add(node, "relu", name, suffix="at_least_zero"), None
        work.clips.append(f"{node.name}: at least 0")
    if low is None and high is None:
        return name
    bounds = {key: np.asarray(value) for key, value in (("low", low), ("high", high)) if value is not None}
    parts = [f"at {'least' if key == 'low' else 'most'} {_shown(value)}" for key, value in bounds.items()]
    work.clips.append(f"{node.name}: {', '.join(parts)}")
    rank = len(work.graph.shapes[node.name])
    arrays = {key: value.reshape((1,) * (1 + rank - value.ndim) + value.shape) for key, value in bounds.items()}
    return work.add(node, "clip", name, suffix="clipped", arrays=arrays)


def _shown(value: NDArray[Any]) -> str:
    return f"{float(value.flat[0]):g}" if value.size == 1 else f"{value.min():g} to {value.max():g}, by element"


def _unknown(graph: Graph, node: Node) -> tuple[str, str] | None:
    assert isinstance(node.op, Lookup)
    if recognise(node.op) is not None:
        return None
    names = "tanh, sigmoid, softmax, exp, elu, gelu, silu, hard_sigmoid, hard_swish, square or abs"
    return "a table of a function that TensorFlow Lite has not in integers", f"Use {names}"


def _lookup(work: Work, node: Node) -> str:
    assert isinstance(node.op, Lookup)
    known = recognise(node.op)
    assert known is not None
    name = work.placed[node.inputs[0]]
    if known.name != "identity":
        name = work.add(node, "function", name, function=known.name)
    return _clip(work, node, name, known.low, known.high)


def _softmax(work: Work, node: Node, found: Softmax) -> str:
    name = work.placed[found.logits]
    if found.scale != 1:
        rank = len(work.graph.shapes[node.name])
        factor = np.full((1,) * (rank + 1), found.scale)
        name = work.add(node, "times", name, suffix="logits", arrays={"value": factor})
    return work.add(node, "softmax", name)


def _concatenate(work: Work, node: Node) -> str:
    assert isinstance(node.op, Concatenate)
    return work.add(node, "concatenate", axis=node.op.axis % len(work.graph.shapes[node.name]) + 1)


_REDUCTIONS: Mapping[Reduction, Kind] = {
    Reduction.SUM: "reduce_sum",
    Reduction.MAX: "reduce_max",
    Reduction.MIN: "reduce_min",
}


def _reduce(work: Work, node: Node) -> str:
    assert isinstance(node.op, Reduce)
    rank = len(work.graph.shapes[node.name])
    return work.add(node, _REDUCTIONS[node.op.kind], axes=[axis % rank + 1 for axis in node.op.axes])


def _transpose(work: Work, node: Node) -> str:
    assert isinstance(node.op, Transpose)
    return work.add(node, "transpose", order=[0, *(axis + 1 for axis in node.op.order)])


def _pad(work: Work, node: Node) -> str:
    assert isinstance(node.op, Pad)
    return work.add(node, "pad", pads=[[0, 0], *(list(pads) for pads in node.op.pads)])


def _slice(work: Work, node: Node) -> str:
    assert isinstance(node.op, Slice)
    op = node.op
    return work.add(node, "slice", starts=list(op.starts), stops=list(op.stops), steps=list(op.steps))


def _up_sample(work: Work, node: Node) -> str:
    assert isinstance(node.op, UpSample)
    return work.add(node, "up_sample", factors=list(node.op.factors))


def _large_groups(graph: Graph, node: Node) -> tuple[str, str] | None:
    assert isinstance(node.op, GroupSort)
    if node.op.group == 2:
        return None
    return f"a sort of {node.op.group} values", "Use groups of 2, which a maximum and a minimum sort"


LOWERINGS: dict[type[Operation], Lowering] = {
    Input: Lowering(_input),
    Constant: Lowering(_constant),
    Quantize: Lowering(_quantize, _coarse),
    Scale: Lowering(_scale),
    Add: _plain("add"),
    Subtract: _plain("subtract"),
    Multiply: _plain("multiply"),
    Maximum: _plain("maximum"),
    Minimum: _plain("minimum"),
    Relu: _plain("relu"),
    LeakyRelu: Lowering(_leaky),
    Lookup: Lowering(_lookup, _unknown),
    Concatenate: Lowering(_concatenate),
    Reduce: Lowering(_reduce),
    Reshape: _plain("reshape"),
    Transpose: Lowering(_transpose),
    Pad: Lowering(_pad),
    Slice: Lowering(_slice),
    UpSample: Lowering(_up_sample),
    GroupSort: replace(_plain("sort_pairs"), problem=_large_groups),
    **linear.LOWERINGS,
    **pools.LOWERINGS,
}
"""How each operation becomes steps of a float network."""
