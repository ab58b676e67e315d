"""Which bits of a netlist's wires were seen at 0 and at 1: what vectors can find wrong in the HDL, and what not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fpgaml.record.toggles import LayerToggles
from fpgaml.rtl.coverage.constant_bits import movable_bits
from fpgaml.rtl.netlist import Gate, Netlist, evaluate_wires


class Toggles:
    """Bits seen at 1, and bits seen at 0, wire by wire.

    Args:
        netlist: whose wires are watched; inputs and constants are not.
    """

    def __init__(self, netlist: Netlist) -> None:
        self.netlist = netlist
        self.movable = movable_bits(netlist)
        self._ones, self._zeros = ([0] * len(netlist.wires) for _ in range(2))

    def see(self, inputs: Sequence[Sequence[Any]]) -> None:
        """Events, as `evaluate` takes them."""
        for index, value in enumerate(evaluate_wires(self.netlist, inputs)):
            ones, zeros = seen_bits(value, self.netlist.wires[index].width)
            self._ones[index] |= ones
            self._zeros[index] |= zeros

    def missing(self) -> list[tuple[int, int, int]]:
        """(wire, bits never at 1, bits never at 0), of the bits that can change, for wires that have some."""
        found = []
        for index, movable in enumerate(self.movable):
            never_one, never_zero = movable & ~self._ones[index], movable & ~self._zeros[index]
            if never_one or never_zero:
                found.append((index, never_one, never_zero))
        return found

    def layers(self) -> tuple[LayerToggles, ...]:
        """Layer by layer, in the netlist's order; those without a bit that can change are left out."""
        bits, toggled = ([0] * len(self.netlist.layers) for _ in range(2))
        for index, movable in enumerate(self.movable):
            layer = self.netlist.wires[index].layer
            bits[layer] += movable.bit_count()
            toggled[layer] += (movable & self._ones[index] & self._zeros[index]).bit_count()
        rows = zip(self.netlist.layers, bits, toggled, strict=True)
        return tuple(LayerToggles(name=name, bits=can, toggled=did) for name, can, did in rows if can)

    @property
    def constant(self) -> int:
        """How many bits of wires cannot change whatever comes in."""
        wires = (wire for wire in self.netlist.wires if wire.gate not in (Gate.INPUT, Gate.CONSTANT))
        return sum(wire.width for wire in wires) - sum(movable.bit_count() for movable in self.movable)


def seen_bits(value: Any, width: int) -> tuple[int, int]:
    """Bits at 1, and bits at 0, in some of the integers of an array, or in an integer."""
    mask = (1 << width) - 1
    if isinstance(value, np.ndarray):
        return int(np.bitwise_or.reduce(value)) & mask, ~int(np.bitwise_and.reduce(value)) & mask
    return int(value) & mask, ~int(value) & mask
