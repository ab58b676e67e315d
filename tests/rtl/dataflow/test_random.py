"""Random networks that stream; `tests.rtl.dataflow.soak` runs hundreds of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from fpgaml.rtl.settings import Hdl
from tests.cosim.running import simulator_or_skip
from tests.rtl.dataflow.soak import Tally, Wish, drawn, make, run, wishes

pytest.importorskip("alkaid", reason="alkaid is not installed")


@settings(max_examples=15)
@given(wishes())
def test_beat_by_beat_it_is_the_interpreter(wish: Wish) -> None:
    tally = Tally()
    assert make(wish, "random", Hdl.VERILOG, tally, events=8) is not None, str(tally)
    assert tally.problems == []


@pytest.mark.parametrize(("simulator", "seed"), [("icarus", 31), ("ghdl", 32)])
def test_hdl_does_the_same_in_the_cycles_of_the_calendar(simulator: str, seed: int, tmp_path: Path) -> None:
    simulator_or_skip(simulator)
    tally = run(drawn(seed, 6), seed, simulator, tmp_path)
    assert (tally.problems, tally.streamed) == ([], 6), str(tally)
