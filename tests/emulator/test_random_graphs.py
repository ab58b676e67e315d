"""The soak's random networks, a few of them: every operation, widths beyond the machine's, all warnings errors."""

from __future__ import annotations

import pytest

from fpgaml.emulator.bodies import BODIES
from fpgaml.graph.ops import OPERATIONS
from tests.emulator.random_graphs import drawn
from tests.emulator.soak import run
from tests.emulator.together import QUICK, STRICT
from tests.graph.proposals import PROPOSALS
from tests.paths import needs_compiler

GRAPHS = 60


@needs_compiler
@pytest.mark.parametrize("seed", [2])
def test_every_bit_is_the_interpreters(seed: int) -> None:
    tally = run(drawn(seed, GRAPHS), seed, "g++", (*QUICK, *STRICT))
    assert not tally.problems, str(tally)
    assert tally.graphs == GRAPHS
    assert sum(count for bits, count in tally.widest.items() if bits > 64) > GRAPHS // 10
    assert set(tally.operations) == {"Input", "Constant", *PROPOSALS}


def test_every_operation_has_a_writer() -> None:
    assert set(OPERATIONS.values()) - set(BODIES) == {OPERATIONS[name] for name in ("Input", "Constant", "Reshape")}
