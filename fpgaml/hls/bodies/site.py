"""What a body is, and what it is written from: one operation with its operands, for whole tensors or one position."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Constant, Operation, Shape
from fpgaml.graph.types import FixedType
from fpgaml.graph.values import FixedArray
from fpgaml.hls.settings import Backend
from fpgaml.hls.tables import ConstantTable, constant_table


@dataclass(frozen=True)
class Body:
    """The inside of a generated function.

    Args:
        lines: statements over `in0[...]`, `in1[...]` and `out[...]`, with the pragmas of Vitis HLS.
        tables: constant arrays that they use.
        functions: the texts of functions that they call, in order.
        rolled: a loop among them stays one: what stands around it must not take it apart.
    """

    lines: Sequence[str]
    tables: Sequence[str] = ()
    functions: Sequence[str] = ()
    rolled: bool = False

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


@dataclass(frozen=True)
class Site:
    """An operation where a body of C++ computes it.

    Args:
        op: the operation; operands: what it reads, in its order.
        shape, kind: the shape and the type of its result.
        target: whose C++ it is.
        name: one of its own in the project, for functions that it calls.
    """

    op: Operation
    operands: tuple[Operand, ...]
    shape: Shape
    kind: FixedType
    target: Backend
    name: str

    @classmethod
    def of(cls, graph: Graph, node: Node, target: Backend, name: str) -> Site:
        """A node of a Graph, whole tensors."""
        arguments = arguments_of(graph, node)
        operands = []
        for read in node.inputs:
            op = graph[read].op
            value = op.value if isinstance(op, Constant) else None
            number = arguments.index(read) if value is None else 0
            operands.append(Operand(graph.shapes[read], graph.types[read], number, value))
        return cls(node.op, tuple(operands), graph.shapes[node.name], graph.types[node.name], target, name)

    @property
    def arithmetic(self) -> str:
        """ "ap" or "ac"."""
        return self.target.arithmetic

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


def never(site: Site) -> bool:
    """For an operation that reads other positions than the one that it writes."""
    return False


def alike(site: Site) -> bool:
    """Whether streams bring one position after another of all operands, and constants are the same at each."""
    heads = (x.shape[:-1] == site.shape[:-1] for x in site.operands if x.constant is None)
    return all(heads) and not any(varies_by_position(x.shape) for x in site.operands if x.constant is not None)


@dataclass(frozen=True)
class Writer:
    """How an operation becomes C++.

    Args:
        write: what it does.
        by_position: whether a stream's positions may be taken one after another, each being `site.at_position()`.
        casts: the C++ casts each exact result once, to whatever type it is given: a quantizer that alone reads it is
            fused into it.
    """

    write: Callable[[Site], Body]
    by_position: Callable[[Site], bool] = never
    casts: bool = True


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
