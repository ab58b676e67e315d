"""What bringing sums back to codes costs in a network of integer codes."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from rich.console import Console

from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Quantize, Scale
from fpgaml.passes.round_factors import rescales
from fpgaml.report.console import line, title
from fpgaml.rtl.estimate import estimate_nodes

CHEAPER = (
    "`--requantize 8` rounds the factors to 8 bits, `--requantize power-of-two` needs no adders; both change results"
)


def requantisation_cost(graph: Graph, bits: int | None) -> dict[str, Any]:
    """Counts and a rough share of the LUTs, as results.json holds them; empty without rescaling.

    Args:
        bits: of the factors, where they were rounded.
    """
    nodes = [node for node in graph.nodes if rescales(node)]
    if not nodes:
        return {}
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
    spent = sum(luts[name] for name in own)
    return {
        "kind": "estimate",
        "exact": bits is None,
        "multipliers": multipliers,
        "longest_factor_bits": longest,
        "lut": round(spent),
        "lut_of_all": round(sum(luts.values())),
    }


def print_requantisation(console: Console, results: Mapping[str, Any]) -> None:
    """Say what it costs, and how it gets cheaper."""
    cost = results.get("requantisation")
    if not cost:
        return
    title(console, "Requantisation (estimate, fully unrolled)")
    share = 100 * cost["lut"] / max(cost["lut_of_all"], 1)
    line(
        console,
        f"{cost['multipliers']} multiplications by constants of up to {cost['longest_factor_bits']} bits with their "
        f"roundings: about {cost['lut']:,} of {cost['lut_of_all']:,} LUT ({share:.0f}%)",
    )
    if cost["exact"]:
        line(console, CHEAPER)
