"""What a body is, and what it is written from: one operation with its operands, for whole tensors or one position."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Constant, Operation, Shape
from fpgaml.graph.types import FixedType
from fpgaml.graph.values import FixedArray
from fpgaml.hls.tables import ConstantTable, constant_table


@dataclass(frozen=True)
class Body:
    """The inside of a generated function.

    Args:
        lines: statements over `in0[...]`, `in1[...]` and `out[...]`, with the pragmas of Vitis HLS.
        tables: constant arrays that they use.
    """

    lines: Sequence[str]
    tables: Sequence[str] = ()

    @property
    def declarations(self) -> list[str]:
        """The tables that there are."""
        return [table for table in self.tables if table]


@dataclass(frozen=True)
class Operand:
    """What an operation reads.

    Args:
        shape, kind: its shape and its type.
        argument: which of the function's arguments it is; meaningless for a constant.
        constant: its value, where it is a constant: it stands in the function.
    """

    shape: Shape
    kind: FixedType
    argument: int
    constant: FixedArray | None = None

    @property
    def varies_by_position(self) -> bool:
        """Whether it is a constant that differs along axes other than the last."""
        return self.constant is not None and varies_by_position(self.shape)


@dataclass(frozen=True)
class Site:
    """An operation where a body of C++ computes it.

    Args:
        op: the operation; operands: what it reads, in its order.
        shape, kind: the shape and the type of its result.
        arithmetic: "ap" or "ac".
    """

    op: Operation
    operands: tuple[Operand, ...]
    shape: Shape
    kind: FixedType
    arithmetic: str

    @classmethod
    def of(cls, graph: Graph, node: Node, arithmetic: str) -> Site:
        """A node of a Graph, whole tensors."""
        arguments = arguments_of(graph, node)
        operands = []
        for name in node.inputs:
            op = graph[name].op
            value = op.value if isinstance(op, Constant) else None
            number = arguments.index(name) if value is None else 0
            operands.append(Operand(graph.shapes[name], graph.types[name], number, value))
        return cls(node.op, tuple(operands), graph.shapes[node.name], graph.types[node.name], arithmetic)

    def at_position(self) -> Site:
        """The same operation on one position, all axes but the last being 1."""
        operands = tuple(replace(operand, shape=_one_position(operand.shape)) for operand in self.operands)
        return replace(self, operands=operands, shape=_one_position(self.shape))

    def reads(self) -> list[ConstantTable]:
        """How the body reads each operand: from an argument, or from a constant of its own."""
        found = []
        for k, operand in enumerate(self.operands):
            if operand.constant is None:
                found.append(ConstantTable("", f"in{operand.argument}[{{}}]"))
            else:
                found.append(constant_table(f"constant{k}", operand.constant, self.arithmetic))
        return found


BodyWriter = Callable[[Site], Body]
"""Writes what an operation does."""


def arguments_of(graph: Graph, node: Node) -> list[str]:
    """The nodes that a function takes as arguments `in0`, `in1`, ...: each once, and no constants."""
    return [name for name in dict.fromkeys(node.inputs) if not isinstance(graph[name].op, Constant)]


def loop(count: int, *lines: str) -> list[str]:
    """An unrolled loop over i."""
    inner = [f"    {line}" for line in lines]
    return [f"for (unsigned i = 0; i < {count}; i++) {{", "    #pragma HLS UNROLL", *inner, "}"]


def varies_by_position(shape: Shape) -> bool:
    """Whether a tensor that broadcasts differs along axes other than the last."""
    return any(size != 1 for size in shape[:-1])


def _one_position(shape: Shape) -> Shape:
    return (*([1] * (len(shape) - 1)), shape[-1])
