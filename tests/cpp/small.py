"""A small network with two inputs and two outputs, some with names that C++ keeps for itself, as a C++ project."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fpgaml.cpp.firmware import write
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Add, Dense, Input, Multiply, Quantize, Relu, Reshape
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent
from fpgaml.proof.checks import Batch
from fpgaml.proof.golden import Golden
from fpgaml.proof.vectors import corner_vectors
from fpgaml.target import Texts

NAME = "small"
EVENTS = 100


def network() -> Graph:
    """`double` of (2, 2) in 9 bits and `b` of 3 unsigned bits, into `class` of 3 and `y` of (2, 2)."""
    rng = np.random.default_rng(5)
    builder = GraphBuilder("small network")
    x = builder.add(Input((2, 2), Quantizer(FixedType(1, 4, 4), Rounding.RND_CONV, Overflow.SAT)), name="double")
    b = builder.add(Input((3,), Quantizer(FixedType(0, 3, 0), Rounding.TRN, Overflow.WRAP)), name="b")
    flat = builder.add(Reshape((4,)), x, name="flat")
    kernel = FixedArray(rng.integers(-7, 8, (4, 3)), 3)
    first = builder.add(Dense(kernel, FixedArray(np.array([1, 0, -1]), 3)), flat, name="first", source="first layer")
    total = builder.add(Add(), first, b, name="class")
    limit = Quantizer(FixedType(1, 2, 5), Rounding.RND, Overflow.SAT)
    short = builder.add(Quantize(limit), x, name="short")
    return builder.build([total, builder.add(Relu(), short, name="y")])


def wide_network() -> Graph:
    """`x` of 100 bits, and what is computed of it in up to 164: numbers of several words."""
    builder = GraphBuilder("wide")
    x = builder.add(Input((2,), Quantizer(FixedType(1, 70, 29))), name="x")
    u = builder.add(Input((2,), Quantizer(FixedType(0, 0, 60))), name="u")
    first = builder.add(Dense(FixedArray(np.array([[3, -5], [7, 11]]), 0), None), x, name="first")
    return builder.build([first, builder.add(Multiply(), first, u, name="second")])


def golden(graph: Graph) -> Golden:
    """Corner vectors with the interpreter's answers."""
    found = Golden({"vectors": EVENTS})
    values = corner_vectors(graph, EVENTS, 3)
    found.add(Batch(values, None, "vectors", 0), interpret(graph, values))
    return found


def write_project(folder: Path, graph: Graph) -> None:
    """The project, without its record."""
    written = write(folder, graph, NAME, Silent())
    written.finish(folder, golden(graph), Texts("small.keras", "", (), "made up", EVENTS))
