"""C++ functions for operations that hls4ml lacks, for tensors in registers and in streams.

A body is written once, over flat arrays `in0`, `in1`, ... and `out`. In registers it sees whole tensors.
Over streams it sees one position at a time where the operation allows that, else whole tensors, buffered.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from fpgaml.graph.graph import Node
from fpgaml.hls.bodies import BODIES
from fpgaml.hls.bodies.site import Body, Site, arguments_of
from fpgaml.hls.cpp import array, function, read_stream, write_stream
from fpgaml.hls.generated import CLASS_NAME
from fpgaml.hls.layers import LayerList
from fpgaml.hls.settings import Backend
from fpgaml.hls.tables import helpers_of


def add_body(layers: LayerList, node: Node) -> None:
    """Append a layer with a function that does what the node's operation does."""
    site, writer = site_of(layers, node), BODIES[type(node.op)]
    split = layers.stream and writer.by_position(site)
    body = writer.write(site.at_position() if split else site)
    add_generated(layers, node, body, prod(site.shape[:-1]) if split else None)


def site_of(layers: LayerList, node: Node) -> Site:
    """A node where a layer of our own computes it, with the name of that layer's function."""
    return Site.of(layers.graph, node, layers.settings.target, f"compute_{layers.carrier(node)}")


def add_generated(layers: LayerList, node: Node, body: Body, positions: int | None = None) -> None:
    """Append a layer with a function of its own.

    Args:
        body: over whole tensors, or over one position where `positions` is given and tensors are streams.
        positions: how many positions (all axes but the last) a stream carries.
    """
    name = f"compute_{layers.carrier(node)}"
    read = arguments_of(layers.graph, node)
    target = layers.settings.target
    layers.rolled |= body.rolled
    if not layers.stream:
        code = _parallel(name, len(read), body, target)
    elif positions is not None:
        code = _by_position(name, len(read), positions, body, target)
    else:
        sizes = [prod(layers.shape(i)) for i in read]
        code = _buffered(name, sizes, prod(layers.shape(node.name)), body, target)
    add_function(layers, node, name, [*body.functions, code])


def add_function(layers: LayerList, node: Node, name: str, texts: Sequence[str]) -> None:
    """Append a layer with a function of its own.

    Args:
        name: the function's; texts: of the functions that it calls, and its own as the last.
    """
    code = "\n".join(["", *texts])
    whole = f"\n{helpers_of(code, layers.settings.target.arithmetic)}{code[1:]}"
    read = arguments_of(layers.graph, node)
    layers.append(node, CLASS_NAME, inputs=read, function=name, out_shape=layers.shape(node.name), code=whole)


def _parallel(name: str, inputs: int, body: Body, target: Backend) -> str:
    arguments = ", ".join([*(f"in{i}_T *in{i}" for i in range(inputs)), "out_T *out"])
    lines = [*([] if body.rolled else ["#pragma HLS INLINE"]), *body.declarations, *body.lines]
    return _function(name, inputs, arguments, lines, target)


def _by_position(name: str, inputs: int, positions: int, body: Body, target: Backend) -> str:
    lines = [f"for (unsigned position = 0; position < {positions}; position++) {{", "    #pragma HLS PIPELINE"]
    lines += [f"    in{i}_T in{i} = in{i}_stream.read();" for i in range(inputs)]
    lines += ["    out_T out;", "    PRAGMA_DATA_PACK(out)"]
    lines += [f"    {line}" for line in body.lines]
    lines += ["    out_stream.write(out);", "}"]
    return stream_function(name, inputs, [*body.declarations, *lines], target)


def _buffered(name: str, sizes: Sequence[int], size: int, body: Body, target: Backend) -> str:
    lines = []
    for i, count in enumerate(sizes):
        lines += array(f"typename in{i}_T::value_type", f"in{i}", count)
        lines += read_stream(f"in{i}_stream", f"in{i}_T", f"in{i}", count)
    lines += [*array("typename out_T::value_type", "out", size), *body.lines]
    lines += write_stream("out_stream", "out_T", "out", size)
    return stream_function(name, len(sizes), [*body.declarations, *lines], target)


def stream_function(name: str, inputs: int, lines: Sequence[str], target: Backend) -> str:
    """A function over streams `in0_stream`, ... and `out_stream`, of beats `in0_T`, ... and `out_T`."""
    streams = [f"{target.stream}<in{i}_T> &in{i}_stream" for i in range(inputs)]
    return _function(name, inputs, ", ".join([*streams, f"{target.stream}<out_T> &out_stream"]), lines, target)


def _function(name: str, inputs: int, arguments: str, lines: Sequence[str], target: Backend) -> str:
    types = ", ".join([*(f"class in{i}_T" for i in range(inputs)), "class out_T"])
    return function(f"template <{types}> void {name}({arguments})", lines, target)
