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
from fpgaml.hls.generated import CLASS_NAME
from fpgaml.hls.layers import LayerList
from fpgaml.hls.settings import Backend
from fpgaml.hls.tables import helpers_of


def add_body(layers: LayerList, node: Node, by_position: bool = False) -> None:
    """Append a layer with a function that does what the node's operation does.

    Args:
        by_position: over streams it does so at one position after another, each as the others.
    """
    site = Site.of(layers.graph, node, layers.settings.target.arithmetic)
    split = layers.stream and by_position
    body = BODIES[type(node.op)](site.at_position() if split else site)
    add_generated(layers, node, body, prod(site.shape[:-1]) if split else None)


def add_generated(layers: LayerList, node: Node, body: Body, positions: int | None = None) -> None:
    """Append a layer with a function of its own.

    Args:
        body: over whole tensors, or over one position where `positions` is given and tensors are streams.
        positions: how many positions (all axes but the last) a stream carries.
    """
    name = f"compute_{layers.carrier(node)}"
    read = arguments_of(layers.graph, node)
    target = layers.settings.target
    if not layers.stream:
        code = _parallel(name, len(read), body, target)
    elif positions is not None:
        code = _by_position(name, len(read), positions, body, target)
    else:
        sizes = [prod(layers.shape(i)) for i in read]
        code = _buffered(name, sizes, prod(layers.shape(node.name)), body, target)
    layers.append(node, CLASS_NAME, inputs=read, function=name, out_shape=layers.shape(node.name), code=code)


def _parallel(name: str, inputs: int, body: Body, target: Backend) -> str:
    arguments = ", ".join([*(f"in{i}_T *in{i}" for i in range(inputs)), "out_T *out"])
    return _function(name, inputs, arguments, ["#pragma HLS INLINE", *body.declarations, *body.lines], target)


def _stream_arguments(inputs: int, target: Backend) -> str:
    streams = [f"{target.stream}<in{i}_T> &in{i}_stream" for i in range(inputs)]
    return ", ".join([*streams, f"{target.stream}<out_T> &out_stream"])


def _by_position(name: str, inputs: int, positions: int, body: Body, target: Backend) -> str:
    lines = [f"for (unsigned position = 0; position < {positions}; position++) {{", "    #pragma HLS PIPELINE"]
    lines += [f"    in{i}_T in{i} = in{i}_stream.read();" for i in range(inputs)]
    lines += ["    out_T out;", "    PRAGMA_DATA_PACK(out)"]
    lines += [f"    {line}" for line in body.lines]
    lines += ["    out_stream.write(out);", "}"]
    return _function(name, inputs, _stream_arguments(inputs, target), [*body.declarations, *lines], target)


def _buffered(name: str, sizes: Sequence[int], size: int, body: Body, target: Backend) -> str:
    lines = []
    for i, count in enumerate(sizes):
        lines += [
            f"typename in{i}_T::value_type in{i}[{count}];",
            f"#pragma HLS ARRAY_PARTITION variable=in{i} complete",
            f"for (unsigned beat = 0; beat < {count} / in{i}_T::size; beat++) {{",
            "    #pragma HLS PIPELINE",
            f"    in{i}_T packed = in{i}_stream.read();",
            f"    for (unsigned lane = 0; lane < in{i}_T::size; lane++) {{",
            "        #pragma HLS UNROLL",
            f"        in{i}[beat * in{i}_T::size + lane] = packed[lane];",
            "    }",
            "}",
        ]
    lines += [
        f"typename out_T::value_type out[{size}];",
        "#pragma HLS ARRAY_PARTITION variable=out complete",
        *body.lines,
        f"for (unsigned beat = 0; beat < {size} / out_T::size; beat++) {{",
        "    #pragma HLS PIPELINE",
        "    out_T packed;",
        "    PRAGMA_DATA_PACK(packed)",
        "    for (unsigned lane = 0; lane < out_T::size; lane++) {",
        "        #pragma HLS UNROLL",
        "        packed[lane] = out[beat * out_T::size + lane];",
        "    }",
        "    out_stream.write(packed);",
        "}",
    ]
    return _function(name, len(sizes), _stream_arguments(len(sizes), target), [*body.declarations, *lines], target)


def _function(name: str, inputs: int, arguments: str, lines: Sequence[str], target: Backend) -> str:
    lines = _with_pragmas_of(target, lines)
    types = ", ".join([*(f"class in{i}_T" for i in range(inputs)), "class out_T"])
    inside = "\n".join(
        line if line.lstrip().startswith("#") and not line.startswith(" ") else f"    {line}" for line in lines
    )
    helpers = helpers_of(inside, target.arithmetic)
    return f"\n{helpers}template <{types}> void {name}({arguments}) {{\n{inside}\n}}\n"


def _with_pragmas_of(target: Backend, lines: Sequence[str]) -> list[str]:
    """Lines with the pragmas of Vitis HLS as another tool reads them: before the loop, not inside."""
    if not target.unroll:
        return list(lines)
    pragmas = {"#pragma HLS UNROLL": target.unroll, "#pragma HLS PIPELINE": target.pipeline}
    result: list[str] = []
    for line in lines:
        text = line.lstrip()
        if text in pragmas:
            indent = result[-1][: len(result[-1]) - len(result[-1].lstrip())]
            result.insert(-1, f"{indent}{pragmas[text]}")
        elif not text.startswith(("#pragma HLS", "PRAGMA_DATA_PACK")):
            result.append(line)
    return result
