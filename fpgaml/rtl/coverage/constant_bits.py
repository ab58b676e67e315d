"""Which bits of a netlist's wires cannot change, whatever comes in: from ranges, and from what the gates keep.

Known bits are carried forward, gate by gate; a sum's by the carries that its operands' known bits force. What depends
on several wires at once is not seen, so a bit that counts as movable may still never move.
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgaml.rtl.netlist import Gate, Netlist, Wire, type_ends


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an integer in two's complement of any length.

    Args:
        ones, zeros: bits that are always 1, and always 0; as integers without end, so that signs extend.
    """

    ones: int
    zeros: int

    def shifted(self, lift: int) -> Known:
        """Of the integer times 2**lift, a floor where lift is negative."""
        if lift < 0:
            return Known(self.ones >> -lift, self.zeros >> -lift)
        return Known(self.ones << lift, (self.zeros << lift) | ((1 << lift) - 1))

    def inverted(self) -> Known:
        """Of -1 - a."""
        return Known(self.zeros, self.ones)

    def common(self, other: Known) -> Known:
        """Of either."""
        return Known(self.ones & other.ones, self.zeros & other.zeros)

    def both(self, other: Known) -> Known:
        """What two statements say together."""
        return Known(self.ones | other.ones, self.zeros | other.zeros)


def movable_bits(netlist: Netlist) -> list[int]:
    """For each wire the bits that may change, as a mask; 0 for inputs and constants."""
    known: list[Known] = []
    for wire in netlist.wires:
        known.append(_within(wire.low, wire.high).both(_gate(netlist, wire, known)))
    return [
        0
        if wire.gate in (Gate.INPUT, Gate.CONSTANT)
        else ((1 << wire.width) - 1) & ~(known[index].ones | known[index].zeros)
        for index, wire in enumerate(netlist.wires)
    ]


def _within(low: int, high: int) -> Known:
    """Of every integer of a range: the bits above the highest in which its ends differ."""
    if (low < 0) != (high < 0):
        return Known(0, 0)
    above = -1 << (low ^ high).bit_length()
    return Known(low & above, ~low & above)


def _gate(netlist: Netlist, wire: Wire, known: list[Known]) -> Known:
    """What the gate says, from its arguments."""
    a, b = (*(known[index] for index in wire.arguments[:2]), Known(0, 0), Known(0, 0))[:2]
    p = (*wire.parameters, 0, 0)
    match wire.gate:
        case Gate.ADD:
            return _sum(a.shifted(p[0]), b.shifted(p[1]), 0)
        case Gate.SUBTRACT:
            return _sum(a.shifted(p[0]), b.shifted(p[1]).inverted(), 1)
        case Gate.MULTIPLY:
            return Known(0, (1 << (_low_zeros(a) + _low_zeros(b))) - 1)
        case Gate.BITS:
            return _cut(a.shifted(-p[0]), wire)
        case Gate.CLAMP:
            return _clamped(a, netlist.wires[wire.arguments[0]], wire)
        case Gate.SELECT:
            return a.common(b).both(_within(*_chosen(netlist, wire)))
        case Gate.LOOKUP:
            argument = netlist.wires[wire.arguments[0]]
            return _entries(netlist.tables[p[0]][argument.low - p[1] : argument.high - p[1] + 1])
        case _:
            return Known(0, 0)


def _chosen(netlist: Netlist, wire: Wire) -> tuple[int, int]:
    """The range of a SELECT that is the larger or the smaller of its two, else of either."""
    first, second, condition = (netlist.wires[index] for index in wire.arguments)
    asked = condition.arguments if condition.gate == Gate.LESS else ()
    # Shifts do not matter to a comparison with 0.
    zero = any(netlist.wires[index].low == netlist.wires[index].high == 0 for index in asked)
    plain = zero or condition.parameters == (0, 0)
    for pair, pick in ((wire.arguments[:2][::-1], max), (wire.arguments[:2], min)):
        if plain and asked == pair:
            return pick(first.low, second.low), pick(first.high, second.high)
    return wire.low, wire.high


def _sum(a: Known, b: Known, carry: int) -> Known:
    """Of a + b + carry.

    The largest and the smallest sum that the known bits allow agree, in the bits whose operands are known, on the carry
    into them (as LLVM's KnownBits does).
    """
    largest = ~a.zeros + ~b.zeros + carry
    smallest = a.ones + b.ones + carry
    no_carry = ~(largest ^ a.zeros ^ b.zeros)
    carries = smallest ^ a.ones ^ b.ones
    sure = (a.zeros | a.ones) & (b.zeros | b.ones) & (no_carry | carries)
    return Known(smallest & sure, ~largest & sure)


def _clamped(known: Known, argument: Wire, wire: Wire) -> Known:
    """Of the low bits, or of an end of the type that the argument passes."""
    low, high = type_ends(wire.width, wire.signed)
    ends = ([low] if argument.low < low else []) + ([high] if argument.high > high else [])
    for end in ends:
        known = known.common(_within(end, end))
    return known


def _low_zeros(known: Known) -> int:
    """How many of the lowest bits are always 0; 0 also for what is always 0 throughout."""
    return (~known.zeros & (known.zeros + 1)).bit_length() - 1 if known.zeros != -1 else 0


def _cut(known: Known, wire: Wire) -> Known:
    """Of the low bits, read as the wire's own type."""
    mask = (1 << wire.width) - 1
    ones, zeros = known.ones & mask, known.zeros & mask
    if not wire.signed:
        return Known(ones, zeros | ~mask)
    top = 1 << (wire.width - 1)
    return Known(ones | ~mask if ones & top else ones, zeros | ~mask if zeros & top else zeros)


def _entries(entries: tuple[int, ...]) -> Known:
    ones = zeros = -1
    for entry in entries:
        ones, zeros = ones & entry, zeros & ~entry
    return Known(ones, zeros)
