"""Claims as a user writes them: `+0,+1,-3`, `+features[2]`, `score: +pt,-chi2`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from fpgaml.certificates.claim import Claim
from fpgaml.certificates.space import Port, Space
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.record.monotonicity import Direction, Monotonicity

OPTION = "--monotone"
WRITE = "Write for example '+0,-2': rises with element 0, falls with element 2; +NAME[2] where there are several inputs"
_ITEM = re.compile(r"([+-])\s*(?:(\d+)|([^\s,+\-\[\]]+)(?:\[([\d,\s]+)\])?)\s*(?:,\s*|$|(?=[+-]))")
_SIGNS = {"+": Direction.NON_DECREASING, "-": Direction.NON_INCREASING}


def claims_of(graph: Graph, texts: Sequence[str]) -> tuple[Claim, ...]:
    """What a user claims of a Graph, in order, each once.

    Args:
        texts: each an optional `OUTPUT:`, all outputs without one, and signs with elements: a number of the only
            input's in C order, an input's name for all of its elements, or that with an index.

    Raises:
        FpgamlError: a text that is none, or names what there is not; a claim and its opposite.
    """
    if not texts:
        return ()
    space = Space.of(graph)
    found = dict.fromkeys(claim for text in texts for claim in _claims(graph, space, text))
    elements = {(claim.output, claim.element) for claim in found}
    if len(elements) < len(found):
        raise FpgamlError(OPTION, "an output is to rise and to fall with the same element", "Keep one of both signs")
    return tuple(found)


def recorded(graph: Graph, facts: Sequence[Monotonicity]) -> tuple[Claim, ...]:
    """The claims that a record holds.

    Raises:
        FpgamlError: they are of another Graph.
    """
    signs = {direction: sign for sign, direction in _SIGNS.items()}
    return claims_of(graph, [f"{fact.output}: {signs[fact.direction]}{fact.element}" for fact in facts])


def _claims(graph: Graph, space: Space, text: str) -> Iterator[Claim]:
    head, colon, items = text.rpartition(":")
    outputs = [_output(graph, head.strip())] if colon else list(graph.outputs)
    place = 0
    stripped = items.strip()
    while place < len(stripped):
        match = _ITEM.match(stripped, place)
        if match is None:
            raise FpgamlError(OPTION, f"`{stripped[place:]}` is no sign with an element", WRITE)
        place = match.end()
        sign, number, name, index = match.groups()
        elements = [_numbered(space, int(number))] if number is not None else _named(graph, space, name, index)
        for output in outputs:
            for element in elements:
                yield Claim(output, element, _SIGNS[sign])
    if not stripped:
        raise FpgamlError(OPTION, f"`{text}` claims nothing", WRITE)


def _output(graph: Graph, name: str) -> str:
    """An output's node, by its own name or by its layer's."""
    known = {name: name for name in graph.outputs}
    known |= {layer: node for layer, node in graph.layers.items() if node in graph.outputs}
    if name not in known:
        raise FpgamlError(OPTION, f"there is no output `{name}`", f"There are {', '.join(graph.outputs)}")
    return known[name]


def _numbered(space: Space, number: int) -> int:
    if len(space.ports) > 1:
        names = ", ".join(port.name for port in space.ports)
        raise FpgamlError(OPTION, f"there are several inputs: {names}", "Name it: +NAME[2]")
    if number >= space.elements:
        raise FpgamlError(OPTION, f"there is no element {number}", f"They are numbered from 0 to {space.elements - 1}")
    return number


def _named(graph: Graph, space: Space, name: str, index: str | None) -> list[int]:
    """Elements of an input, by its node's name or its layer's."""
    port = _port(graph, space, name)
    if index is None:
        return list(range(port.elements.start, port.elements.stop))
    at = tuple(int(part) for part in index.replace(" ", "").strip(",").split(","))
    if len(at) == 1 and at[0] < prod(port.shape):
        return [port.first + at[0]]
    if len(at) != len(port.shape) or any(i >= n for i, n in zip(at, port.shape, strict=True)):
        raise FpgamlError(OPTION, f"`{name}` has no element [{index}]", f"Its shape is {port.shape}")
    return [port.first + int(np.ravel_multi_index(at, port.shape))]


def _port(graph: Graph, space: Space, name: str) -> Port:
    ports = space.of_input()
    known = dict(ports) | {layer: ports[node] for layer, node in graph.input_layers.items()}
    if name not in known:
        raise FpgamlError(OPTION, f"there is no input `{name}`", f"There are {', '.join(known)}; {WRITE}")
    return known[name]
