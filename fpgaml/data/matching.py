"""Arrays whose names say nothing: which input each of them fits, if there is one way only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fpgaml.data.axes import plan_layout
from fpgaml.data.stored import StoredArray, require_numbers
from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Shape

MOST_ARRAYS = 200
"""Of a file with more of them names are asked for."""


@dataclass(frozen=True)
class Match:
    """What the shapes say.

    Args:
        arrays: for each input its array, where there is one way only; else empty.
        why_not: in half a sentence, where there is none.
    """

    arrays: Mapping[str, StoredArray]
    why_not: str = ""


def match_by_shape(arrays: Sequence[StoredArray], shapes: Mapping[str, Shape], axes: Sequence[int] | None) -> Match:
    """Find the one way in which arrays of as many events each can be the inputs' data.

    Args:
        arrays: those that may be meant; shapes: of the inputs, by name; axes: as for `open_data`.
    """
    if len(arrays) > MOST_ARRAYS:
        return Match({}, "there are too many arrays to go by their shapes")
    numbers = [array for array in arrays if _holds_numbers(array)]
    fitting = {name: [a for a in numbers if _fits(a, shape, axes)] for name, shape in shapes.items()}
    without = [name for name, found in fitting.items() if not found]
    if without:
        return Match({}, f"no array has the shape of {', '.join(without)}")
    found = _ways(fitting)
    first, second = next(found, None), next(found, None)
    if first is None:
        return Match({}, "their shapes do not fit together")
    return Match({}, "their shapes fit in more ways than one") if second is not None else Match(first)


def _holds_numbers(array: StoredArray) -> bool:
    try:
        require_numbers(array)
    except FpgamlError:
        return False
    return True


def _fits(array: StoredArray, shape: Shape, axes: Sequence[int] | None) -> bool:
    try:
        plan_layout(array.event, shape, array.where, axes)
    except FpgamlError:
        return False
    return True


def _ways(fitting: Mapping[str, Sequence[StoredArray]]) -> Iterator[dict[str, StoredArray]]:
    """Every choice of another array for each input, all with as many events; inputs of few choices first."""
    names = sorted(fitting, key=lambda name: len(fitting[name]))

    def further(chosen: dict[str, StoredArray]) -> Iterator[dict[str, StoredArray]]:
        if len(chosen) == len(names):
            yield {name: chosen[name] for name in fitting}
            return
        name, taken = names[len(chosen)], list(chosen.values())
        for array in fitting[name]:
            if array not in taken and all(array.events == other.events for other in taken[:1]):
                yield from further({**chosen, name: array})

    return further({})
