"""The generated source: one C++17 header and one source file, which need nothing but a compiler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import prod

import numpy as np

from fpgaml.emulator.integers import INT64, IntType, smallest
from fpgaml.emulator.plan import Plan, plan
from fpgaml.emulator.steps import array, calls, step_function
from fpgaml.emulator.tables import Tables, uniform
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input, Shape
from fpgaml.graph.ranges import ZERO_STEP, ValueRange
from fpgaml.graph.types import Overflow
from fpgaml.graph.values import shift_left, symmetric_low

WIDE = "fpgaml::"
"""What is in the source wherever it takes the integers of several words."""
LIBRARY = ("products.h", "gather.h", "moves.h", "indexed.h", "transpose.h", "ports.h", "reals.h")
"""What the steps call, in the order of use."""
MOST_LANES = 64
FEWEST_LANES = 32
CACHE = 3 << 18
"""Bytes of scratch memory that are to be exceeded only with the fewest lanes: most of a core's second cache."""


@dataclass(frozen=True)
class Port:
    """An input or an output of the emulator.

    Args:
        name: of the node; shape: of one event.
        type: of the integers that are passed; fractional: their fractional bits.
        low, high: the smallest and the largest of them.
    """

    name: str
    shape: Shape
    type: IntType
    fractional: int
    low: int
    high: int

    @property
    def elements(self) -> int:
        """Numbers of one event."""
        return prod(self.shape)

    @property
    def layout(self) -> Shape:
        """Of one event in memory: an axis of words besides, where numbers are no machine's integers."""
        return (*self.shape, self.type.words) if self.type.words else self.shape

    def __str__(self) -> str:
        shape = ", ".join(map(str, self.shape))
        return (
            f"{self.name}: ({shape}) of {self.type.cpp}, {self.fractional} fractional bits, {self.low} to {self.high}"
        )


@dataclass(frozen=True)
class Source:
    """A network's emulator in C++.

    Args:
        name: of its two files, `<name>.h` and `<name>.cpp`; prefix: of its functions.
        header, source: their texts.
        inputs, outputs: its ports, in the order of the arguments.
    """

    name: str
    prefix: str
    header: str
    source: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


def generate(graph: Graph, name: str = "network") -> Source:
    """A Graph as C++.

    Args:
        name: of the files.

    Raises:
        UnsupportedError: operations without a writer, all named.
    """
    made = plan(graph)
    tables = Tables()
    own = [step_function(made, step, tables) for step in made.steps]
    steps = [*tables.functions, *own]
    block = _block(made, tables)
    inputs = tuple(_port(node.name, graph) for node in graph.inputs)
    outputs = tuple(_port(output, graph) for output in dict.fromkeys(graph.outputs))
    count = lanes(made)
    prefix = f"{name}_emulator"
    words = {
        "name": graph.name,
        "prefix": prefix,
        "header": f"{name}.h",
        "file": f"{name}.cpp",
        "lanes": str(count),
        "scratch": str((made.bytes + made.staged) * count),
        "wide": _library("wide.h") if any(WIDE in text for text in (*tables.texts, *steps, block)) else "",
        "tables": "\n\n".join(tables.texts),
        "steps": "\n\n".join(steps),
        "block": block,
        "support": "\n\n".join(_library(part) for part in LIBRARY),
        "inputs": inputs,
        "outputs": outputs,
    }
    return Source(name, prefix, _render("network.h", words), _render("network.cpp", words), inputs, outputs)


def lanes(made: Plan) -> int:
    """Events of a block: as many as the processor's second cache has room for."""
    return next((n for n in (MOST_LANES,) if made.bytes * n <= CACHE), FEWEST_LANES)


def _library(name: str) -> str:
    return (files("fpgaml.emulator") / "lib" / name).read_text(encoding="utf-8").strip()


def _render(name: str, words: Mapping[str, object]) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return environment.from_string(_library(name) + "\n").render(words)


def _port(name: str, graph: Graph) -> Port:
    held = graph.ranges[name]
    low, high, shift = int(held.low.min()), int(held.high.max()), _shift(held)
    return Port(name, held.shape, smallest(low, high), held.unit - shift, low >> shift, high >> shift)


def _shift(held: ValueRange) -> int:
    """How many bits below the finest step a range's unit has: firmware's ports do not have them."""
    used = held.fractional[held.fractional > ZERO_STEP]
    return held.unit - int(used.max()) if used.size else 0


def _block(made: Plan, tables: Tables) -> str:
    """The steps one after another, and the loops over blocks of events."""
    graph = made.graph
    enters, reads = [], []
    for number, node in enumerate(graph.inputs):
        rows, size = array(made, node.name), prod(graph.shapes[node.name])
        kind = made.tensor(node.name, "").type.cpp
        at = f"first * {size}"
        held = graph.ranges[node.name]
        limits, shift = _limits(node, held, tables), _shift(held)
        given = f"static_cast<const {kind} *>(inputs[{number}]) + {at}"
        enters.append(f"enter<{kind}>({given}, count, {size}, {rows});")
        if limits:
            enters.append(f"if (!within<{kind}>({rows}, {size}, {limits})) return 1;")
        if shift:
            enters.append(f"raise<{shift}, {kind}>({size}, {rows});")
        modes, steps = _steps(node, tables)
        staged = _staged(made, kind)
        reads.append(f"if (!read<{modes}>(inputs[{number}] + {at}, count, {size}, {steps}, {staged})) return 2;")
        reads.append(f"enter<{kind}>({staged}, count, {size}, {rows});")
    leaves, writes = [], []
    for number, name in enumerate(dict.fromkeys(graph.outputs)):
        rows, size = array(made, name), prod(graph.shapes[name])
        kind = made.tensor(name, "").type.cpp
        at = f"first * {size}"
        held, to = graph.ranges[name], f"static_cast<{kind} *>(outputs[{number}]) + {at}"
        leaves.append(f"leave<{_shift(held)}, {kind}>({rows}, count, {size}, {to});")
        staged = _staged(made, kind)
        writes.append(f"leave<0, {kind}>({rows}, count, {size}, {staged});")
        writes.append(f"write<{kind}>({staged}, count, {size}, {held.unit}, outputs[{number}] + {at});")
    return "\n\n".join(
        [
            _function("static void block(unsigned char *arena)", [*calls(made), "static_cast<void>(arena);"]),
            _loop("static int integers(const void *const *inputs, void *const *outputs,", enters, leaves),
            "template <class Real>\n"
            + _loop("static int reals(const Real *const *inputs, Real *const *outputs,", reads, writes),
        ]
    )


def _loop(head: str, before: Sequence[str], after: Sequence[str]) -> str:
    unused = [] if before else ["static_cast<void>(inputs);"]
    inside = [
        "const std::size_t left = events - first;",
        "const int count = left < LANES ? static_cast<int>(left) : LANES;",
        *before,
        "block(arena);",
        *after,
    ]
    lines = ["for (std::size_t first = 0; first < events; first += LANES) {", *(f"    {x}" for x in inside), "}"]
    return _function(f"{head} std::size_t events, unsigned char *arena)", [*unused, *lines, "return 0;"])


def _function(head: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{head} {{", *(f"    {line}" for line in lines), "}"])


def _staged(made: Plan, kind: str) -> str:
    """Where a block of real numbers lies as integers, behind the arrays of lanes."""
    return f"reinterpret_cast<{kind} *>(arena + {made.bytes} * LANES)"


def _limits(node: Node, held: ValueRange, tables: Tables) -> str:
    """What the integers of an input are checked for; empty if all that the machine's type holds may come."""
    used = held.fractional > ZERO_STEP
    coarse = np.where(used, held.unit - held.fractional, 0).astype(object)
    kind = smallest(int(held.low.min()), int(held.high.max()))
    shift = _shift(held)
    columns = [held.low >> shift, held.high >> shift, np.minimum((1 << coarse) - 1, kind.high) >> shift]
    if all(uniform(c) == n for c, n in zip(columns, (kind.low, kind.high, 0), strict=True)):
        return ""
    step = 0 if all(uniform(column) is not None for column in columns) else 1
    names = [
        tables.add(column.ravel()[: None if step else 1], f"{node.name}_{label}", kind)
        for column, label in zip(columns, ("low", "high", "zeros"), strict=True)
    ]
    return f"Limits<{kind.cpp}>{{{', '.join(names)}, {step}}}"


def _steps(node: Node, tables: Tables) -> tuple[str, str]:
    """How real numbers are brought into an input: template arguments, and a table with its step."""
    assert isinstance(node.op, Input)
    quantizer = node.op.quantizer
    kind = quantizer.type
    low, high = kind.bounds()
    if quantizer.overflow == Overflow.SAT_SYM:
        low = symmetric_low(kind)
    lift = int(kind.fractional.max()) - kind.fractional
    columns = [np.broadcast_to(np.asarray(a), node.op.dims).ravel() for a in (kind.fractional, lift, low, high)]
    step = 0 if kind.is_uniform else 1
    entries = list(zip(*(column[: None if step else 1] for column in columns), strict=True))
    code = smallest(int(np.min(low)), int(np.max(high)) + 1, int(np.max(shift_left(high, lift))), at_least=INT64.bits)
    name = tables.add_structs(entries, f"Step<{code.cpp}>", f"{node.name}_steps")
    return f"Rounding::{quantizer.rounding}, Overflow::{quantizer.overflow}", f"{name}, {step}"
