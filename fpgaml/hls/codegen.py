"""C++ functions for operations that hls4ml lacks, for tensors in registers and in streams.

A body is written once, over flat arrays `in0`, `in1`, ... and `out`. In registers it sees whole tensors.
Over streams it sees one position at a time where the operation allows that, else whole tensors, buffered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Constant, Shape
from fpgaml.graph.types import FixedType, Ints, Quantizer
from fpgaml.hls.fixed import PortType
from fpgaml.hls.generated import CLASS_NAME
from fpgaml.hls.layers import LayerList
from fpgaml.hls.settings import Backend
from fpgaml.hls.tables import ConstantTable, constant_table, helpers_of


@dataclass(frozen=True)
class Body:
    """The inside of a generated function.

    Args:
        lines: statements over `in0[...]`, `in1[...]` and `out[...]`.
        tables: constant arrays that they use.
    """

    lines: Sequence[str]
    tables: Sequence[str] = ()

    @property
    def declarations(self) -> list[str]:
        """The tables that there are."""
        return [table for table in self.tables if table]


def add_generated(layers: LayerList, node: Node, body: Body, positions: int | None = None) -> None:
    """Append a layer with a function of its own.

    Args:
        body: over whole tensors, or over one position where `positions` is given and tensors are streams.
        positions: how many positions (all axes but the last) a stream carries.
    """
    name = f"compute_{layers.carrier(node)}"
    read = tensors(layers, node)
    target = layers.settings.target
    if not layers.stream:
        code = _parallel(name, len(read), body, target)
    elif positions is not None:
        code = _by_position(name, len(read), positions, body, target)
    else:
        sizes = [prod(layers.shape(i)) for i in read]
        code = _buffered(name, sizes, prod(layers.shape(node.name)), body, target)
    layers.append(node, CLASS_NAME, inputs=read, function=name, out_shape=layers.shape(node.name), code=code)


def tensors(layers: LayerList, node: Node) -> list[str]:
    """The nodes that a function takes as arguments `in0`, `in1`, ...: each once, and no constants."""
    return [name for name in dict.fromkeys(node.inputs) if not isinstance(layers.graph[name].op, Constant)]


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


def loop(count: int, *lines: str) -> list[str]:
    """An unrolled loop over i."""
    inner = [f"    {line}" for line in lines]
    return [f"for (unsigned i = 0; i < {count}; i++) {{", "    #pragma HLS UNROLL", *inner, "}"]


def operands(layers: LayerList, node: Node) -> list[ConstantTable]:
    """How a function's body reads each of its node's inputs: from an argument, or from a constant of its own."""
    arguments, reads = tensors(layers, node), []
    for k, name in enumerate(node.inputs):
        op = layers.graph[name].op
        if isinstance(op, Constant):
            reads.append(constant_table(f"constant{k}", op.value, layers.settings.target.arithmetic))
        else:
            reads.append(ConstantTable("", f"in{arguments.index(name)}[{{}}]"))
    return reads


def varies_by_position(shape: Shape) -> bool:
    """Whether a tensor that broadcasts differs along axes other than the last."""
    return any(size != 1 for size in shape[:-1])


def broadcast_indices(shape: Shape, target: Shape) -> Ints:
    """For every element of `target`, in order, the flat index of the element of `shape` that it reads."""
    flat = np.arange(prod(shape)).reshape(shape)
    return np.asarray(np.broadcast_to(flat, target)).ravel()


def moved_indices(shape: Shape, move: Callable[[Ints], Ints]) -> Ints:
    """For every element of a layout operation's output its source element's flat index; -1 for a padded zero."""
    flat = np.arange(1, prod(shape) + 1).reshape(1, *shape)
    moved: Ints = move(flat)[0].ravel() - 1
    return moved


def cast_statements(quantizer: Quantizer, shape: Shape, arithmetic: str) -> list[str]:
    """One statement an element: cast it to its own type; zero where the type holds only zero."""
    kind = quantizer.type
    parts = (np.broadcast_to(part, shape).ravel() for part in (kind.signed, kind.integer, kind.fractional))
    lines = []
    for index, (signed, integer, fractional) in enumerate(zip(*parts, strict=True)):
        if signed + integer + fractional <= 0:
            lines.append(f"out[{index}] = 0;")
            continue
        port = PortType.of(FixedType(signed, integer, fractional), quantizer.rounding, quantizer.overflow)
        lines.append(f"out[{index}] = {port.cpp(arithmetic)}(in0[{index}]);")
    return lines
