"""A quantised model with fewer bits than it came with, as asked for with `--narrow`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fpgaml.errors import FpgamlError
from fpgaml.frontends.model import Approximation
from fpgaml.graph.graph import Graph
from fpgaml.precision.build import facts_of
from fpgaml.precision.narrowing import OPTION, kinds, narrowed, places
from fpgaml.precision.places import Choice, Place
from fpgaml.record.precision import Precision

NOUNS = {"weight": "weights", "bias": "biases", "result": "results"}
"""By part."""
_BITS = re.compile(r"^\s*-\s*(?P<bits>[1-9][0-9]{0,3})\s*$")


@dataclass(frozen=True)
class Narrowed:
    """A network with fewer bits.

    Args:
        precision: for the manifest; notes: what differs from the model, place by place.
    """

    graph: Graph
    precision: Precision
    notes: tuple[Approximation, ...]


def read_narrow(texts: Iterable[str]) -> dict[Place, int]:
    """`LAYER.PART=-2`, several of them: two bits less.

    Raises:
        FpgamlError: a text that means nothing, or two for the same place.
    """
    found: dict[Place, int] = {}
    for text in texts:
        name, _, bits = text.rpartition("=")
        layer, _, part = name.strip().rpartition(".")
        match = _BITS.match(bits)
        if match is None or not layer or part not in NOUNS:
            advice = f"Write LAYER.PART=-2 for two bits less, where PART is one of {', '.join(NOUNS)}"
            raise FpgamlError(OPTION, f"`{text}` says of no place how many bits go", advice)
        place = Place(layer, part)
        if place in found:
            raise FpgamlError(OPTION, f"two numbers for {place}", "Give one")
        found[place] = int(match["bits"])
    return found


def as_texts(fewer: Mapping[Place, int]) -> tuple[str, ...]:
    """What `read_narrow` reads; a place that keeps its bits is left out."""
    return tuple(f"{place}=-{bits}" for place, bits in fewer.items() if bits)


def narrow(graph: Graph, texts: Sequence[str]) -> Narrowed:
    """The network with so many bits less.

    Raises:
        FpgamlError: as for `read_narrow` and `narrowed`.
    """
    fewer = read_narrow(texts)
    result, before = narrowed(graph, fewer), places(graph)
    now = kinds(result)
    choices = [Choice(place, str(now[place])) for place in fewer]
    notes = (_note(place, before[place], int(now[place].width.max())) for place in fewer)
    return Narrowed(result, facts_of("narrowed", tuple(texts), choices), tuple(notes))


def _note(place: Place, before: int, now: int) -> Approximation:
    return Approximation(place.layer, f"{NOUNS[place.part]} of {before} bits rounded to {now} ({OPTION})")
