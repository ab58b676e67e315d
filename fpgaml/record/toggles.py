"""What the golden vectors of an RTL project move: bits of the netlist's wires that were seen at 0 and at 1."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fpgaml.record.base import Count, Fact, Kind, Name, Positive


class LayerToggles(Fact):
    """A layer's wire bits."""

    name: Name
    bits: Positive
    """Those that can change, as far as ranges and gates tell."""
    toggled: Count
    """Of these the ones that were seen at 0 and at 1."""


class ToggleCoverage(Fact):
    """Of every wire of the netlist; inputs and constants are not counted."""

    kind: Literal[Kind.SIMULATED] = Kind.SIMULATED
    events: Positive
    """Golden vectors."""
    added: Count
    """Of these the ones that were chosen because they move bits that the others do not."""
    constant: Count
    """Bits that cannot change, whatever comes in."""
    layers: Annotated[tuple[LayerToggles, ...], Field(min_length=1)]

    @property
    def bits(self) -> int:
        """Bits that can change."""
        return sum(layer.bits for layer in self.layers)

    @property
    def toggled(self) -> int:
        """Bits that were seen at 0 and at 1."""
        return sum(layer.toggled for layer in self.layers)
