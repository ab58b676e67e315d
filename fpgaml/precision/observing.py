"""The float network: built with numbers so wide that their rounding does not matter, and watched on events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import grid_of, on_grid
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Input
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize_reals
from fpgaml.precision.places import Place, magnitude_bits, of_result, of_weights, rounded

VALUE_BITS, WEIGHT_BITS, ARGUMENT_BITS = 30, 22, 16
"""Of results, of weights below the largest, of tables' arguments: sums of a thousand products stay within 62 bits,
and a table within 65,536 entries."""
FINER_ENTRIES = 8
"""Fractional bits that tables' entries have beyond the usual ones."""
SPARE = 2
"""Integer bits beyond what the sample needs, for the rest of the data."""
MOST_INTEGER = 40


@dataclass(frozen=True)
class Extent:
    """Between which values a tensor lies.

    Args:
        seen: on events; else by interval arithmetic alone.
        elements: of one event; zero for constants.
    """

    low: float
    high: float
    seen: bool = True
    elements: int = 0

    def with_(self, other: Extent) -> Extent:
        """Both together."""
        return Extent(
            min(self.low, other.low),
            max(self.high, other.high),
            self.seen and other.seen,
            max(self.elements, other.elements),
        )


@dataclass
class Observing:
    """Builds the float network, with a sample of the data flowing along; follows `Precision`.

    Args:
        sample: by input layer, shape (events, *shape).
        extents: of every tensor that will be rounded; grows.
        watched: for each node that was rounded here, the tensor; grows.
    """

    sample: Mapping[str, NDArray[np.float64]]
    extents: dict[Place, Extent] = field(default_factory=dict)
    watched: dict[str, Place] = field(default_factory=dict)
    _known: dict[int, tuple[GraphBuilder, dict[str, FixedArray | None]]] = field(default_factory=dict)

    def weights(self, layer: Emitter, values: NDArray[np.float64], what: str, channels: int = 1) -> FixedArray:
        """As in `Precision`."""
        self._widen(of_weights(layer, what), Extent(float(values.min()), float(values.max()), elements=values.size))
        return on_grid(values, grid_of(values, WEIGHT_BITS))

    def result(self, layer: Emitter, node: str, what: str) -> str:
        """As in `Precision`."""
        extent = self._extent(layer, node)
        integer = magnitude_bits(extent.low, extent.high) + SPARE
        kind = FixedType(1, integer, VALUE_BITS - 1 - integer)
        return self._round(layer, node, of_result(layer, what), extent, kind)

    def argument(self, layer: Emitter, node: str, usual: FixedType) -> str:
        """As in `Precision`."""
        extent = self._extent(layer, node)
        signed = int(usual.signed)
        integer = min(magnitude_bits(extent.low if signed else 0.0, extent.high) + SPARE, int(usual.integer))
        kind = FixedType(signed, integer, ARGUMENT_BITS - signed - integer)
        return self._round(layer, node, of_result(layer, "", "argument"), extent, kind)

    def entries(self, layer: Emitter, values: NDArray[np.float64], what: str, usual: Quantizer) -> FixedArray:
        """As in `Precision`."""
        self._widen(of_result(layer, "", "table"), Extent(float(values.min()), float(values.max())))
        kind = usual.type
        finer = FixedType(kind.signed, kind.integer, kind.fractional + FINER_ENTRIES)
        return quantize_reals(values, Quantizer(finer, Rounding.RND, Overflow.SAT))

    def trial(self) -> Observing:
        """As in `Precision`."""
        return replace(self, extents={}, watched={}, _known=dict(self._known))

    def _round(self, layer: Emitter, node: str, place: Place, extent: Extent, kind: FixedType) -> str:
        self._widen(place, extent)
        wide = rounded(layer, node, Quantizer(kind, Rounding.RND, Overflow.SAT), "wide")
        if extent.seen:
            self.watched[wide] = place
        return wide

    def _widen(self, place: Place, extent: Extent) -> None:
        before = self.extents.get(place)
        self.extents[place] = extent if before is None else before.with_(extent)

    def _extent(self, layer: Emitter, node: str) -> Extent:
        """Of a node's values on the sample; by interval arithmetic inside of a cell, which runs elsewhere."""
        elements = int(np.prod(layer.shape(node)))
        values = self._values(layer.graph, node)
        if values is not None:
            unit = 2.0**-values.fractional
            return Extent(int(values.integers.min()) * unit, int(values.integers.max()) * unit, True, elements)
        held = layer.graph.range(node)
        low, high = (int(end) * 2.0**-held.unit for end in (held.low.min(), held.high.max()))
        if magnitude_bits(low, high) > MOST_INTEGER:
            raise FpgamlError(layer.label, f"its values may reach {max(-low, high):.3g}, whatever the data")
        return Extent(low, high, False, elements)

    def _values(self, graph: GraphBuilder, node: str) -> FixedArray | None:
        _, known = self._known.setdefault(id(graph), (graph, {}))
        for each in graph.nodes[len(known) :]:
            known[each.name] = self._run(each.op, [known[name] for name in each.inputs], each.source)
        return known[node]

    def _run(self, op: object, inputs: list[FixedArray | None], source: str) -> FixedArray | None:
        if isinstance(op, Input):
            reals = self.sample.get(source)
            return None if reals is None or reals.shape[1:] != op.dims else op.read(reals)
        given = [value for value in inputs if value is not None]
        return op.run(given) if len(given) == len(inputs) else None  # type: ignore[attr-defined]
