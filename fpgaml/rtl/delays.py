"""How long each gate takes, in ns: a model for placing pipeline registers before any vendor tool has run.

UltraScale+ follows the delay table of alkaid 0.8 (an adder of w bits: 1.09 + 0.0254 (w - 1) ns, routing
included; Sun et al., arXiv:2507.04535). The other families scale it by a factor of their own, which
fpgaml/boards/families.py chooses; with ECP5's, nextpnr routed two small networks at 227 and 278 MHz where 200 MHz was
asked for. These are estimates: the timing report of the tool that places and routes decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol

from fpgaml.boards.parts import parse_part
from fpgaml.rtl.netlist import Gate, Netlist, Wire

ADDER = 1.09375
CARRY = 0.025390625
LEVEL = 0.8
REGISTER = 0.30
MARGIN = 0.10
MULTIPLIER = 3.0
WIDE_MULTIPLIER = 1.5
DSP_BITS = 18
LUT_INPUTS = 6


class Wires(Protocol):
    """A netlist, finished or growing."""

    @property
    def wires(self) -> Sequence[Wire]:
        """Each after its arguments."""
        ...


@dataclass(frozen=True)
class DelayModel:
    """Delays of one family at one clock.

    Args:
        family: of the FPGA; factor: its delays relative to UltraScale+; period: of the clock, in ns.
        sketched: for a schedule that is compared with others and never built: kernels are sketched
            (`fpgaml/rtl/sketch`), no netlist of them is made.
    """

    family: str
    factor: float
    period: float
    sketched: bool = False

    @classmethod
    def of_part(cls, part: str, period: float, *, sketched: bool = False) -> DelayModel:
        """The model for an ordering part number."""
        family = parse_part(part).family
        return cls(family.name, family.delay, period, sketched)

    @property
    def usable(self) -> float:
        """What a stage's logic may take, in ns: the period less register overhead and a margin of 10 %."""
        return self.period * (1 - MARGIN) - REGISTER * self.factor

    def needed_period(self, delay: float) -> float:
        """The period at which logic of `delay` ns fits between two registers."""
        return (delay + REGISTER * self.factor) / (1 - MARGIN)

    def delay(self, netlist: Netlist, wire: Wire) -> float:
        """A gate's delay in ns; wires that only pick or shift bits take none."""
        return self.factor * units(netlist, wire)

    def facts(self) -> dict[str, float | str]:
        """The model, for the report: times in ns."""
        return {
            "family": self.family,
            "adder_ns": round(self.factor * ADDER, 4),
            "carry_ns_per_bit": round(self.factor * CARRY, 4),
            "lut_level_ns": round(self.factor * LEVEL, 4),
            "multiplier_ns": round(self.factor * MULTIPLIER, 4),
            "register_ns": round(self.factor * REGISTER, 4),
            "margin": MARGIN,
            "source": "alkaid 0.8 delay table for UltraScale+, scaled by family",
        }


def units(netlist: Wires, wire: Wire) -> float:
    """A gate's delay in ns on UltraScale+; wires that only pick or shift bits take none."""
    match wire.gate:
        case Gate.ADD | Gate.SUBTRACT:
            bits = adder_bits(netlist, wire)
            return ADDER + CARRY * (bits - 1) if bits else 0.0
        case Gate.LESS:
            bits = comparator_bits(netlist, wire)
            return ADDER + CARRY * (bits - 1) if bits else 0.0
        case Gate.MULTIPLY:
            widest = max(netlist.wires[a].width for a in wire.arguments)
            return MULTIPLIER + WIDE_MULTIPLIER * (ceil(widest / DSP_BITS) - 1)
        case Gate.SELECT:
            return LEVEL
        case Gate.CLAMP:
            return LEVEL * clamp_levels(netlist, wire)
        case Gate.LOOKUP:
            # Six inputs a level; the dedicated multiplexers double a table three times, then levels follow.
            extra = max(netlist.wires[wire.arguments[0]].width - 6, 0)
            return LEVEL + 0.2 * min(extra, 3) + 0.5 * max(extra - 3, 0)
        case Gate.AND | Gate.OR:
            return LEVEL / 2  # usually shares a LUT with a neighbour
        case Gate.ANY:
            return LEVEL * max(1, ceil((wire.parameters[0] - 1) / 5) / 2)
        case _:
            return 0.0


def adder_bits(netlist: Wires, wire: Wire) -> int:
    """Bits of the carry chain of an addition: low bits that pass untouched, and plain shifts, take none."""
    a, b = (netlist.wires[i] for i in wire.arguments)
    p = wire.parameters[0]
    if b.low == b.high == 0:
        return 0
    untouched = untouched_bits(wire)
    passing = a if p == 0 else b  # the one whose low bits pass
    if untouched and wire.gate == Gate.ADD and not passing.signed and passing.width <= untouched:
        return 0  # the two do not overlap: one stands above the other
    return max(wire.width - untouched, 1)


def untouched_bits(wire: Wire) -> int:
    """Low bits of an addition that pass as they are: those of the operand that is not shifted."""
    p, q = wire.parameters
    return q if p == 0 else (p if wire.gate == Gate.ADD else 0)


def clamp_levels(netlist: Wires, wire: Wire) -> int:
    """LUTs one behind the other: a bit of the result reads its own, and those above that say whether it fits."""
    source = netlist.wires[wire.arguments[0]]
    above = source.width - wire.width + wire.signed
    levels = 1
    while 1 + above > LUT_INPUTS:
        above = ceil(above / LUT_INPUTS)
        levels += 1
    return levels


def comparator_bits(netlist: Wires, wire: Wire) -> int:
    """Bits of the carry chain of a comparison; a sign takes none."""
    a, b = (netlist.wires[i] for i in wire.arguments)
    if b.low == b.high == 0:
        return 0
    p, q = wire.parameters
    return max(a.width + p, b.width + q)
