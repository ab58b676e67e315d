"""The same network by alkaid alone: its tracer, its optimiser, its pipeline, its Verilog.

Only what the trigger networks have is translated: products, quantizers, ReLU, maxima of windows. Each input element has
the type that the Graph gives it, so both sides know the same of the inputs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input, Linear, MaxPool, Quantize, Relu, Reshape, Shape
from fpgaml.graph.types import FixedType
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.lower.linear import shared_inputs, terms


@dataclass(frozen=True)
class Written:
    """Verilog, and what alkaid says of it.

    Args:
        files: names in the folder; top: the module.
        depth: of the logic, in ns; ranks: registers from input to output, both ends included.
    """

    files: list[str]
    top: str
    depth: float
    ranks: int


SLACK = 5
"""Adders that a product may be deeper than a balanced tree: what alkaid's own command takes."""


def trace_graph(graph: Graph) -> Any:
    """alkaid's program for a Graph of one input and one output."""
    from alkaid.trace import FVArrayInput, HWConfig, trace

    (entering,) = graph.inputs
    x = FVArrayInput(graph.shapes[entering.name], HWConfig(1, 1, -1), {"hard_dc": SLACK})
    found = {entering.name: x.quantize(*_kif(graph.types[entering.name]))}
    for node in graph.nodes:
        if not isinstance(node.op, Input):
            found[node.name] = _lowered(graph, node, found[node.inputs[0]])
    return trace(x, found[graph.outputs[0]])


def _kif(kind: FixedType) -> tuple[Any, Any, Any]:
    """Sign bit, integer and fractional bits, as alkaid takes a type; none of all of them for a type without bits."""
    used = np.asarray(kind.width) > 0
    integer = np.asarray(kind.width) - np.asarray(kind.fractional) - np.asarray(kind.signed)
    sign, whole, part = (np.where(used, np.asarray(n), 0) for n in (kind.signed, integer, kind.fractional))
    return sign, whole, part


def _lowered(graph: Graph, node: Node, x: Any) -> Any:
    op, shape = node.op, graph.shapes[node.name]
    if isinstance(op, Reshape):
        return x.reshape(shape)
    if isinstance(op, Relu):
        return x.relu()
    if isinstance(op, Quantize):
        kind = op.quantizer
        kif = (np.broadcast_to(part, shape) for part in _kif(kind.type))
        return x.quantize(*kif, overflow_mode=kind.overflow.name, round_mode=kind.rounding.name)
    if isinstance(op, MaxPool):
        return _largest(op, x, shape)
    assert isinstance(op, Linear), f"{type(op).__name__} is not translated for alkaid"
    indices, weights = terms(op, x.shape)
    flat, scale = x.reshape(-1), 2.0**-op.kernel.fractional
    columns: list[Any] = [0.0] * int(np.prod(shape))
    rows = indices.reshape(-1, indices.shape[-1]), weights.reshape(-1, weights.shape[-1])
    for outputs, used, matrix in shared_inputs(*rows):
        sums = flat[used] @ (matrix.astype(float) * scale)
        for output, total in zip(outputs, sums, strict=True):
            columns[output] = total
    result = type(flat)(np.array(columns, dtype=object).reshape(shape), x.solver_options, hwconf=x.hwconf)
    return result if op.bias is None else result + op.bias.to_float()


def _largest(op: MaxPool, x: Any, shape: Shape) -> Any:
    """Of windows of a channels-last tensor, without padding."""
    assert not np.any(op.pads), "a pool with padding is not translated for alkaid"
    axes = list(zip(op.strides, shape, strict=False))
    windows = [
        x[
            tuple(
                slice(place, place + (count - 1) * step + 1, step)
                for place, (step, count) in zip(at, axes, strict=True)
            )
        ]
        for at in np.ndindex(*op.size)
    ]
    return reduce(np.maximum, windows)


def outputs(program: Any, graph: Graph, values: FixedArray) -> FixedArray:
    """What the program gives for events, on the grid of the Graph's output."""
    flat = values.to_float().reshape(len(values.integers), -1)
    fractional = int(graph.types[graph.outputs[0]].uniform().fractional)
    found = np.asarray(program.predict(flat)) * 2.0**fractional
    return FixedArray(found.round().astype(np.int64).reshape(-1, *graph.shapes[graph.outputs[0]]), fractional)


def write_verilog(program: Any, folder: Path, period: float) -> Written:
    """The pipeline for a clock.

    Args:
        period: of the clock, in ns: alkaid fills all of it.
    """
    from alkaid.codegen import RTLModel

    RTLModel(program, folder, "model", flavor="verilog", latency_cutoff=period, clock_period=period).write()
    sources = [*folder.glob("src/static/*.v"), *folder.glob("src/*.v")]
    names = sorted(str(path.relative_to(folder)) for path in sources if not path.stem.endswith("_wrapper"))
    said = json.loads((folder / "metadata.json").read_text("utf-8"))
    return Written(names, "model", said["max_comb_delay"], said["latency"] + 1)
