"""The soak's random networks, a few of them: every operation, widths beyond the machine's, all warnings errors."""

from __future__ import annotations

import pytest

from fpgaml.emulator.bodies import BODIES
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import OPERATIONS
from tests.emulator.random_graphs import drawn
from tests.emulator.soak import run
from tests.emulator.together import QUICK, STRICT
from tests.graph.proposals import PROPOSALS
from tests.paths import needs_compiler

GRAPHS = 60


def varied(graphs: list[Graph], count: int) -> list[Graph]:
    """So many of the graphs: those that bring an operation, then some with more than 64 bits, then the first others.

    What hypothesis draws from a seed also depends on the constants in the modules that other tests have loaded.
    """
    seen: set[str] = set()
    first, wide, rest = [], [], []
    for graph in graphs:
        found = {type(node.op).__name__ for node in graph.nodes}
        new = bool(found - seen)
        is_wide = any(max(-int(r.low.min()), int(r.high.max())) >> 63 for r in graph.ranges.values())
        (first if new else wide if is_wide and len(wide) < count // 5 else rest).append(graph)
        seen |= found
    return (first + wide + rest)[:count]


@needs_compiler
@pytest.mark.parametrize("seed", [2])
def test_every_bit_is_the_interpreters(seed: int) -> None:
    graphs = varied(drawn(seed, 4 * GRAPHS), GRAPHS)
    tally = run(graphs, seed, "g++", (*QUICK, *STRICT))
    assert not tally.problems, str(tally)
    assert tally.graphs == GRAPHS
    assert sum(count for bits, count in tally.widest.items() if bits > 64) > GRAPHS // 10
    assert set(tally.operations) == {"Input", "Constant", *PROPOSALS}


def test_every_operation_has_a_writer() -> None:
    assert set(OPERATIONS.values()) - set(BODIES) == {OPERATIONS[name] for name in ("Input", "Constant", "Reshape")}
