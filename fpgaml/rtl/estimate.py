"""What a netlist will take before any synthesis, and whether a board holds it."""

from __future__ import annotations

from math import prod

from fpgaml.boards import Board
from fpgaml.cost.memories import block_rams
from fpgaml.cost.rates import BLOCK_BITS, CHOICE, CLAMPED, COMPARATOR, INCREMENT, LARGEST_LUT_MULTIPLIER, TABLE
from fpgaml.cost.resources import Cost, Estimate
from fpgaml.errors import FpgamlError
from fpgaml.rtl.delays import adder_bits, comparator_bits
from fpgaml.rtl.netlist import Gate, Netlist, Wire, is_memory
from fpgaml.rtl.schedule import Schedule, registers_of


def estimate_netlist(netlist: Netlist, plan: Schedule) -> Estimate:
    """Resources of a scheduled netlist."""
    luts = [0.0] * len(netlist.layers)
    layers = [Cost() for _ in netlist.layers]
    for wire, registers in zip(netlist.wires, registers_of(netlist, plan), strict=True):
        luts[wire.layer] += _wire_luts(netlist, wire)
        dsp, bram = _wire_dsps(netlist, wire), _wire_blocks(netlist, wire)
        layers[wire.layer] += Cost(0, registers, dsp, bram)
    each = zip(netlist.layers, luts, layers, strict=True)
    return Estimate({name: cost + Cost(round(luts)) for name, luts, cost in each})


def _wire_luts(netlist: Netlist, wire: Wire) -> float:
    match wire.gate:
        case Gate.ADD | Gate.SUBTRACT:
            increment = min(netlist.wires[a].width for a in wire.arguments) == 1
            return adder_bits(netlist, wire) * (INCREMENT if increment else 1)
        case Gate.LESS:
            return COMPARATOR * comparator_bits(netlist, wire)
        case Gate.SELECT:
            return CHOICE * wire.width
        case Gate.CLAMP:
            return CLAMPED * wire.width
        case Gate.LOOKUP if is_memory(netlist, wire):
            return 0
        case Gate.LOOKUP:
            return TABLE * wire.width * 2.0 ** max(netlist.wires[wire.arguments[0]].width - 6, 0)
        case Gate.AND | Gate.OR:
            return 1
        case Gate.ANY:
            return max(1.0, wire.parameters[0] / 6)
        case Gate.MULTIPLY:
            widths = [netlist.wires[a].width for a in wire.arguments]
            return prod(widths) if sum(widths) <= LARGEST_LUT_MULTIPLIER else 0
        case _:
            return 0


def _wire_blocks(netlist: Netlist, wire: Wire) -> int:
    """Blocks of a table that is a memory: by its bits, or as synthesis maps it where small ones are memories too."""
    if not is_memory(netlist, wire):
        return 0
    if netlist.memory_bits is not None:
        return block_rams(netlist.wires[wire.arguments[0]].width, wire.width)
    return -(-(wire.width << netlist.wires[wire.arguments[0]].width) // BLOCK_BITS)


def _wire_dsps(netlist: Netlist, wire: Wire) -> int:
    if wire.gate != Gate.MULTIPLY:
        return 0
    small, large = sorted(netlist.wires[a].width for a in wire.arguments)
    if small + large <= LARGEST_LUT_MULTIPLIER:
        return 0
    return -(-small // 17) * -(-large // 26)


class DoesNotFitError(FpgamlError):
    """An unrolled network is larger than the board."""


def fits(estimate: Estimate, board: Board, *, rough: bool) -> bool:
    """Whether the board may hold it; a board of unknown capacity may.

    Args:
        rough: the estimate is made from the Graph alone; only what is far beyond the board does not fit.
    """
    capacity = board.capacity.lut if board.capacity else None
    # ALMs hold two small functions each: what a LUT6 does takes at most one of them.
    return capacity is None or estimate.lut <= capacity * (2 if rough else 1)


def check_fits(estimate: Estimate, board: Board, *, rough: bool) -> None:
    """Refuse an unrolled network that cannot fit, before any long work.

    Args:
        rough: as for `fits`.

    Raises:
        DoesNotFitError: the estimate, the capacity and what would help.
    """
    if fits(estimate, board, rough=rough):
        return
    assert board.capacity is not None
    largest = sorted(estimate.layers.items(), key=lambda pair: -pair[1].lut)[:3]
    shares = ", ".join(f"{name} {cost.lut:,}" for name, cost in largest)
    raise DoesNotFitError(
        "--schedule unrolled",
        f"the network would take about {estimate.lut:,} LUT (estimate); {board.name} has {board.capacity.lut:,} "
        f"({shares})",
        "Leave it out, or take --schedule streaming: arithmetic is shared in time; fewer bits or pruned weights shrink "
        "it; a larger board holds more (`fpgaml boards`)",
    )
