"""When each bit of a wire is there, as static timing analysis sees it.

The low bits of a sum are ready before its high ones, and an adder behind it begins with the low bits: of two adders one
behind the other, only one carry chain counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.rtl.delays import ADDER, CARRY, Wires, adder_bits, units, untouched_bits
from fpgaml.rtl.netlist import Gate, Wire

Times = tuple[float, ...]
"""ns on UltraScale+ for each bit, the lowest first."""


def at_once(wire: Wire) -> Times:
    """All bits at the beginning: behind a register."""
    return (0.0,) * wire.width


def arrival(netlist: Wires, wire: Wire, arguments: Sequence[Times]) -> Times:
    """When a gate's bits are there.

    Args:
        arguments: when its arguments' bits are.
    """
    match wire.gate:
        case Gate.INPUT | Gate.CONSTANT:
            return at_once(wire)
        case Gate.ADD | Gate.SUBTRACT:
            return _added(netlist, wire, arguments)
        case Gate.LESS:
            delay = units(netlist, wire) - ADDER
            # What the chain starts with is there first; a bit further up has less of it left.
            ends = (time + max(delay - CARRY * place, 0.0) for times in arguments for place, time in enumerate(times))
            return (max(ends) + min(ADDER, units(netlist, wire)),)
        case Gate.BITS:
            (times,) = arguments
            return _extended(netlist, wire, times, -wire.parameters[0], wire.width)
        case Gate.SELECT:
            a, b = (_extended(netlist, wire, times, 0, wire.width, place) for place, times in enumerate(arguments[:2]))
            late, delay = arguments[2][0], units(netlist, wire)
            return tuple(max(x, y, late) + delay for x, y in zip(a, b, strict=True))
    latest = max((max(times) for times in arguments), default=0.0)
    return (latest + units(netlist, wire),) * wire.width


def arrivals(netlist: Wires) -> list[Times]:
    """Of all wires, if nothing were behind a register."""
    found: list[Times] = []
    for wire in netlist.wires:
        found.append(arrival(netlist, wire, [found[argument] for argument in wire.arguments]))
    return found


def start(times: Times) -> float:
    """From when on a carry chain can run along the bits without waiting."""
    return max(time - CARRY * place for place, time in enumerate(times))


def _added(netlist: Wires, wire: Wire, arguments: Sequence[Times]) -> Times:
    a, b = (
        _extended(netlist, wire, times, lift, wire.width, place)
        for place, (times, lift) in enumerate(zip(arguments, wire.parameters, strict=True))
    )
    chain = adder_bits(netlist, wire)
    low = min(untouched_bits(wire), wire.width) if chain else wire.width
    times = [max(x, y) for x, y in zip(a[:low], b[:low], strict=True)]
    carry = 0.0
    for x, y in zip(a[low:], b[low:], strict=True):
        carry = max(carry + CARRY if len(times) > low else 0.0, x, y)
        times.append(carry + ADDER)
    return tuple(times)


def _extended(netlist: Wires, wire: Wire, times: Times, lift: int, width: int, place: int = 0) -> Times:
    """Of a shifted argument's bits, zeros below it and its sign above it."""
    above = times[-1] if netlist.wires[wire.arguments[place]].signed else 0.0
    if lift < 0:
        times, lift = times[-lift:], 0
    return ((0.0,) * lift + times + (above,) * width)[:width]
