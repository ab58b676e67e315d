"""A precision that was asked for, applied while a Graph is built."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import (
    BIAS_BITS,
    SCALE_BITS,
    WEIGHT_BITS,
    grid_of,
    on_grid,
    same,
    significant,
)
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize_reals
from fpgaml.precision.asked import PARTS, Asked, AskedType
from fpgaml.precision.build import nothing_to_round
from fpgaml.precision.places import Choice, Place, keeps, of_result, of_weights, rounded

SOFTMAX = ("exp", "inverse")
"""The tables of a softmax."""


class Planned:
    """Rounds every part as it was asked for; follows `Precision`.

    Args:
        asked: the types; what nothing is said of is rounded as it is without a precision.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.choices: dict[Choice, None] = {}
        self.seen: dict[Place, None] = {}

    def weights(self, layer: Emitter, values: NDArray[np.float64], what: str, channels: int = 1) -> FixedArray:
        """As in `Precision`: rounded to nearest, saturating, unless the type has modes of its own."""
        place = self._see(of_weights(layer, what))
        asked = self._find(layer, place, "")
        if asked is None:
            return _usual(layer, values, what)
        kept = quantize_reals(values, asked.beforehand)
        low, high = (np.ldexp(float(int(end)), -int(asked.type.fractional)) for end in asked.type.bounds())
        step = np.ldexp(1.0, -int(asked.type.fractional))
        saturated = int(np.count_nonzero((values < low - step / 2) | (values >= high + step / 2)))
        self.choices[Choice(place, str(asked.type), saturated)] = None
        if not same(kept, values):
            beyond = f"; {saturated} of {values.size} lie beyond it" if saturated else ""
            layer.note(f"{place.part}: float32 values rounded to {asked.type}{beyond}")
        return kept

    def result(self, layer: Emitter, node: str, what: str) -> str:
        """As in `Precision`."""
        place = self._see(of_result(layer, what))
        asked = self._find(layer, place, what)
        if asked is None or keeps(layer, node, asked.at_run_time):
            return node
        self.choices[Choice(place, str(asked.at_run_time))] = None
        layer.note(f"{what or 'result'}: rounded to {asked.at_run_time}")
        return rounded(layer, node, asked.at_run_time, f"{what}_rounded".lstrip("_"))

    def argument(self, layer: Emitter, node: str, usual: FixedType) -> str:
        """As in `Precision`: as usual, which is finer than a table of hls4ml."""
        place = self._see(of_result(layer, "", "argument"))
        kept = Quantizer(usual, Rounding.RND, Overflow.SAT)
        if keeps(layer, node, kept):
            return node
        self.choices[Choice(place, str(kept))] = None
        layer.note(f"the argument of a table: rounded to {usual}")
        return rounded(layer, node, kept, "narrowed")

    def entries(self, layer: Emitter, values: NDArray[np.float64], what: str, usual: Quantizer) -> FixedArray:
        """As in `Precision`."""
        place = self._see(of_result(layer, "", "table"))
        # To hls4ml the activation inside of a layer is a layer of its own.
        inside = self._see(of_result(layer, "softmax" if what in SOFTMAX else what, "table"))
        asked = self._find(layer, place, "") or self._find(layer, inside, what)
        kept = usual if asked is None else asked.beforehand
        self.choices[Choice(place, str(kept.type))] = None
        layer.note(f"{what}: a table with entries of {kept.type}")
        return quantize_reals(values, kept)

    def trial(self) -> Planned:
        """As in `Precision`."""
        return Planned(self.asked)

    def check(self, layers: Iterable[str]) -> tuple[str, ...]:
        """After the build: what was asked for must have been there.

        Args:
            layers: of the model.

        Returns:
            What was asked for and is not there, where that is no error.

        Raises:
            FpgamlError: a layer or part that the model does not have, or nothing in floating point at all.
        """
        if not self.choices:
            raise nothing_to_round(self.asked.option)
        known = {*layers, *(place.layer for place in self.seen)}
        messages: dict[str, None] = {}
        for name, part in self.asked.parts:
            if not name or name.endswith(":"):
                continue
            if not self.asked.lenient:
                problem = self._problem(name, part, known)
                if problem:
                    raise FpgamlError(self.asked.option, *problem)
            elif name.removesuffix("_linear") not in known:  # hls4ml's own layer for "no activation"
                messages[f"{self.asked.option}: the model has no layer `{name}`"] = None
        return tuple(messages)

    def _find(self, layer: Emitter, place: Place, what: str) -> AskedType | None:
        """What was asked for; an activation inside of a layer is a layer of its own, as in hls4ml."""
        inside = "softmax" if what == "softmax" else "activation"
        kind = inside if place.layer != layer.label else str(getattr(layer, "kind", ""))
        return self.asked.find(place.layer, place.part, kind)

    def _see(self, place: Place) -> Place:
        self.seen[place] = None
        return place

    def _problem(self, name: str, part: str, layers: set[str]) -> tuple[str, str] | None:
        parts = sorted({place.part for place in self.seen if place.layer == name} - {"argument"})
        if part in parts or (not part and parts):
            return None
        if parts:
            return f"nothing of the layer `{name}` is a {part} in floating point", f"It has {', '.join(parts)}"
        named = list(dict.fromkeys(place.layer for place in self.seen))
        if name in layers:
            return f"the layer `{name}` keeps nothing in floating point", f"These do: {', '.join(named)}"
        owner, _, last = name.rpartition(".")
        if owner in named:
            return f"the layer `{owner}` has no part `{last}`", f"Parts are {', '.join(PARTS)}"
        near = get_close_matches(name, named, 1, 0.4)
        return f"the model has no layer `{name}`", f"The nearest is {near[0]}" if near else f"It has {', '.join(named)}"


def _usual(layer: Emitter, values: NDArray[np.float64], what: str) -> FixedArray:
    """A constant tensor as it is without a precision."""
    if what == "scale":
        kept, said = significant(values, SCALE_BITS), f"{SCALE_BITS} significant bits"
    else:
        bits = BIAS_BITS if what == "bias" else WEIGHT_BITS
        kept, said = on_grid(values, grid_of(values, bits)), f"{bits} bits below the largest"
    if not same(kept, values):
        layer.note(f"{what}: float32 values rounded to {said}")
    return kept
