"""What bringing sums back to codes costs in a network of integer codes, if it is fully unrolled."""

from __future__ import annotations

from math import prod

from fpgaml.cost.graph import estimate_nodes
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Quantize, Scale
from fpgaml.passes.round_factors import rescales
from fpgaml.record.estimate import Requantisation


def requantisation_cost(graph: Graph, bits: int | None) -> Requantisation | None:
    """Counts and a rough share of the LUTs; None without rescaling.

    Args:
        bits: of the factors, where they were rounded.
    """
    nodes = [node for node in graph.nodes if rescales(node)]
    if not nodes:
        return None
    longest, multipliers = 0, 0
    for node in nodes:
        assert isinstance(node.op, Scale)
        lengths = [abs(int(n) // (int(n) & -int(n) or 1)).bit_length() for n in node.op.factor.integers.flat]
        longest = max(longest, *lengths)
        elements = prod(graph.shapes[node.name])
        multipliers += sum(length > 1 for length in lengths) * elements // len(lengths)
    luts = estimate_nodes(graph)
    own = {node.name for node in nodes}
    for node in graph.nodes:
        if isinstance(node.op, Quantize) and node.inputs[0] in own:
            own.add(node.name)
    return Requantisation(
        exact=bits is None,
        multipliers=multipliers,
        longest_factor_bits=longest,
        lut=round(sum(luts[name] for name in own)),
        lut_of_all=round(sum(luts.values())),
    )
