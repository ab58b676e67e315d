"""What a network will take before any synthesis: from the Graph in a moment, from the netlist more closely."""

from __future__ import annotations

from collections import defaultdict
from math import prod

import numpy as np

from fpgaml.boards import Board
from fpgaml.cost.resources import Cost, Estimate
from fpgaml.errors import FpgamlError
from fpgaml.graph.digits import digit_count
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input, Linear, Lookup, Quantize, Scale
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import Rounding
from fpgaml.rtl.delays import adder_bits, comparator_bits
from fpgaml.rtl.memories import block_rams
from fpgaml.rtl.netlist import Gate, Netlist, Wire, is_memory
from fpgaml.rtl.schedule import Schedule, registers_of

SHARING = 0.5
"""Adder bits left after alkaid has shared common terms, relative to one adder a signed digit.

Measured on the unrolled layers of tests/fixtures/legacy_qkeras: 0.43 to 0.64."""

INCREMENT, COMPARATOR, CHOICE, CLAMPED, TABLE = 0.5, 0.25, 0.25, 0.8, 0.6
"""LUTs a bit of a rounding carry, a comparison, a choice, a clamp, and LUTs of a table relative to one a bit and 64
entries.

Neighbours share LUTs, and tables have patterns. Set by what yosys 0.70 makes of the networks in tests/data."""

BLOCK_BITS = 18 * 1024
"""Of the block that `Estimate.bram` counts."""

LARGEST_LUT_MULTIPLIER = 10
"""Products whose operands' widths sum to this much or less are made of LUTs by the synthesisers."""


def estimate_graph(graph: Graph) -> Estimate:
    """LUTs of a graph if it were unrolled, by counting the signed digits of its weights; ff and dsp are 0."""
    layers: dict[str, float] = defaultdict(float)
    for name, luts in estimate_nodes(graph).items():
        layers[graph[name].source or name] += luts
    return Estimate({name: Cost(round(luts)) for name, luts in layers.items()})


def estimate_nodes(graph: Graph) -> dict[str, float]:
    """The same, node by node."""
    return {node.name: _node_luts(graph, node) for node in graph.nodes}


def _node_luts(graph: Graph, node: Node) -> float:
    op, elements = node.op, prod(graph.shapes[node.name])
    if isinstance(op, Linear):
        digits = digit_count(op.kernel.integers.flat)
        repeats = op.repeats(graph.shapes[node.inputs[0]])
        additions = max(digits * repeats - elements, 0) + (elements if op.bias is not None else 0)
        entering, leaving = (float(graph.types[name].width.mean()) for name in (node.inputs[0], node.name))
        return SHARING * additions * (entering + leaving) / 2
    if isinstance(op, Input):
        return 0.0
    if isinstance(op, Scan):
        return graph.shapes[node.inputs[0]][0] * sum(estimate_nodes(op.cell).values())
    width = float(np.maximum(graph.types[node.name].width, 0).mean())
    if isinstance(op, Scale):
        return _scale_additions(graph, node) * width
    if isinstance(op, Lookup):
        return elements * width * max(1.0, 2.0 ** (int(op.domain.width) - 6))
    if isinstance(op, Quantize):
        return elements * width * (1.0 if op.quantizer.rounding != Rounding.TRN else 0.5)
    return elements * width


def _scale_additions(graph: Graph, node: Node) -> float:
    """Adders of a Scale: one a signed digit of each factor but the first, one for an offset."""
    op, elements = node.op, prod(graph.shapes[node.name])
    assert isinstance(op, Scale)
    digits = digit_count(op.factor.integers.flat) * elements / op.factor.integers.size
    offsets = np.count_nonzero(op.offset.integers) * elements / op.offset.integers.size
    return max(digits - elements, 0.0) + offsets


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
