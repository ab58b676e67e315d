"""Wrong streaming cores: each edit of the HDL is caught, by the check that is there for it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from fpgaml.rtl.core import Core
from fpgaml.rtl.settings import Hdl
from tests.cosim.running import simulator_or_skip
from tests.rtl.dataflow.simulate import Trial, simulate
from tests.rtl.dataflow.small import ROWS, residual_graph
from tests.rtl.dataflow.soak import Made, Tally, Wish, arrivals_of, checked, joined, make, probes

pytest.importorskip("alkaid", reason="alkaid is not installed")

FAST, SLOW = ROWS, 13 * ROWS
"""Cycles a frame: windows that slide; an engine that loops."""

MUTATIONS = {
    "a FIFO a word short": (FAST, "meet.v", r"DEPTH\(3\), .EAGER\(1\)\) in0", "DEPTH(2), .EAGER(1)) in0", "beats"),
    "a word that is never taken": (FAST, "meet.v", r"in0_fifo_valid && in1_fifo_valid", "in0_fifo_valid", "values"),
    "swapped entries of a ROM": (
        FAST,
        "dense_products_lut0.v",
        r"(4'd0: y = )(.*?);(\s+4'd1: y = )(.*?);",
        r"\1\4;\3\2;",
        "values",
    ),
    "an inverted mask": (FAST, "inside.v", r"computed && y\[36\]", "computed && !y[36]", "values"),
    "a window aligned a tick late": (
        FAST,
        "pool.v",
        r"DEPTH\(1\), .RESET\(0\)",
        "DEPTH(2), .RESET(0)",
        "values",
    ),
    "a tick short": (FAST, "pool.v", r"FLUSH\(2\)", "FLUSH(1)", "beats"),
    "a word that does not come": (FAST, "pool.v", r"WORDS\(4\)", "WORDS(5)", "beats"),
    "a delay one short": (FAST, "inside.v", r"DEPTH\(3\), .RESET\(1\)", "DEPTH(2), .RESET(1)", "values"),
    "a sum that ends a beat early": (FAST, "dense_products_lut3.v", r"4'd11: y", "4'd10: y", "values"),
    "a frame a piece short": (FAST, "x_by_6.v", r"FRAME_PIECES\(12\)", "FRAME_PIECES(11)", "values"),
    "a reset that reaches no counter": (
        FAST,
        "inside.v",
        r"(ticks \(\s+.clk\(clk\),\s+).rst\(rst\)",
        r"\1.rst(1'b0)",
        "beats",
    ),
    "a beat late": (FAST, "dense.v", r"(DEPTH\()1(\), .RESET\(1\)\) valids)", r"\g<1>2\2", "values"),
    "a claim a word short": (SLOW, "inside.v", r"FIRST_CLAIM\(3\)", "FIRST_CLAIM(2)", "values"),
    "a loop a turn short": (SLOW, "inside.v", r"LIMIT\(3\)", "LIMIT(2)", "values"),
    "a mask a step late": (SLOW, "inside.v", r"DEPTH\(1\)(.{,20}\) insides)", r"DEPTH(2)\1", "values"),
    "a last term a step late": (SLOW, "inside.v", r"DEPTH\(4\)(.{,20}\) lasts)", r"DEPTH(5)\1", "values"),
}
"""Interval, file, pattern and replacement (of the first match), and the check that must fail."""


def mutated(core: Core, top: str, file: str, pattern: str, replacement: str) -> Core:
    """A core under another name, with an edit."""
    old, new = core.boundary.name.removesuffix("core"), f"{top}_"
    found = {name.replace(old, new): text.replace(old, new) for name, text in core.sources.items()}
    name = f"{top}_{file}"
    found[name], count = re.subn(pattern, replacement, found[name], count=1)
    assert count == 1, f"{file} has no {pattern}: adapt it to the HDL"
    return replace(core, boundary=replace(core.boundary, name=f"{top}_core"), sources=found)


@pytest.fixture(scope="module")
def caught(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """For each mutation the checks that fail; all are simulated at once."""
    made = {interval: whole(interval) for interval in {row[0] for row in MUTATIONS.values()}}
    rng = np.random.default_rng(3)
    arrivals = {interval: joined(arrivals_of(each, rng, frames=4)) for interval, each in made.items()}
    trials = []
    for number, (interval, *edit, _) in enumerate(MUTATIONS.values()):
        core = mutated(made[interval].core, f"m{number}", *edit)
        trials.append(Trial(core, arrivals[interval].cycles, probes(made[interval].dataflow)))
    trials += [Trial(each.core, arrivals[interval].cycles, probes(each.dataflow)) for interval, each in made.items()]
    seen = simulate(trials, tmp_path_factory.mktemp("mutated"), simulator_or_skip("icarus"))
    names = {**{name: row[0] for name, row in MUTATIONS.items()}, **{f"none, {i}": i for i in made}}
    return {
        name: {problem.check for problem in checked(made[interval], arrivals[interval], found)}
        for (name, interval), found in zip(names.items(), seen, strict=True)
    }


def whole(interval: int) -> Made:
    """The network as a core."""
    tally = Tally()
    made = make(Wish(residual_graph(), 1, interval), f"whole{interval}", Hdl.VERILOG, tally)
    assert made is not None, str(tally)
    return made


@pytest.mark.parametrize("name", list(MUTATIONS))
def test_is_caught(name: str, caught: dict[str, set[str]]) -> None:
    assert MUTATIONS[name][-1] in caught[name]


def test_nothing_else_is(caught: dict[str, set[str]]) -> None:
    assert [found for name, found in caught.items() if name.startswith("none") and found] == []
