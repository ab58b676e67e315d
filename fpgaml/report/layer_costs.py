"""What the layers of a drawn network cost: an estimate's rows by the groups that they are of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpgaml.graph.graph import identifier
from fpgaml.record.estimate import LayerCost
from fpgaml.report.network import Group


@dataclass(frozen=True)
class Costs:
    """An estimate by groups.

    Args:
        groups: of each, None where nothing is known; elsewhere: rows that are of no group.
    """

    groups: Sequence[LayerCost | None]
    elsewhere: Mapping[str, LayerCost]

    @property
    def known(self) -> bool:
        """Whether any group costs anything."""
        return any(cost.lut or cost.ff or cost.dsp or cost.bram for cost in self.groups if cost)

    def shares(self) -> tuple[str, list[float | None]]:
        """Each group's part of all LUTs, or of all DSPs where no LUTs are known; None where it takes none.

        Returns:
            What they are of, empty for nothing, and the parts.
        """
        for unit, get in (("LUT", _luts), ("DSP", _dsps)):
            counts = [get(cost) for cost in self.groups]
            whole = sum(counts) + sum(get(cost) for cost in self.elsewhere.values())
            if any(counts):
                return unit, [count / whole if count else None for count in counts]
        return "", [None] * len(self.groups)


def costs_of(groups: Sequence[Group], layers: Mapping[str, LayerCost]) -> Costs:
    """Rows are named after a layer as the model or the HDL calls it, or after a node that a stage is called after."""
    found: list[LayerCost | None] = []
    left = dict(layers)
    for group in groups:
        names = dict.fromkeys(
            each for node in group.nodes for each in (node.source, identifier(node.source), node.name) if each in left
        )
        rows = [left.pop(each) for each in names]
        found.append(_sum(rows) if rows else None)
    return Costs(found, left)


def _luts(cost: LayerCost | None) -> int:
    return (cost.lut or 0) if cost else 0


def _dsps(cost: LayerCost | None) -> int:
    return (cost.dsp or 0) if cost else 0


def _sum(costs: Sequence[LayerCost]) -> LayerCost:
    def total(counts: list[int | None]) -> int | None:
        known = [count for count in counts if count is not None]
        return sum(known) if known else None

    return LayerCost(
        lut=total([cost.lut for cost in costs]),
        ff=total([cost.ff for cost in costs]),
        dsp=total([cost.dsp for cost in costs]),
        bram=total([cost.bram for cost in costs]),
    )
