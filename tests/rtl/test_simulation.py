"""Generated HDL on real simulators, with the bench that every project carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.target import RtlTarget
from tests.cosim.running import LANGUAGES, failures, run_bench
from tests.hls.catalog import GROUPS
from tests.hls.harness import combine
from tests.rtl.harness import write_project
from tests.rtl.small import small_graph

pytest.importorskip("alkaid", reason="alkaid is not installed")

FEW = 3
"""Every third case of a group: the netlist has been compared with the interpreter on all of them."""


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
@pytest.mark.parametrize(
    "groups", [("linear", "conv", "pool"), ("elementwise", "layout", "types", "wiring"), ("quantize",)]
)
def test_every_operation(groups: tuple[str, ...], simulator: str, tmp_path: Path) -> None:
    cases = [pair for group in groups for pair in GROUPS[group]().items()][:: FEW if simulator == "icarus" else 3 * FEW]
    target = RtlTarget(Hdl(LANGUAGES[simulator]), ShellKind.NATIVE)
    project = write_project(tmp_path / "p", combine(dict(cases)), target, events=24, clock_mhz=150.0)
    outcome = run_bench(project, simulator, frames=40)
    assert failures(outcome) == {}
    assert outcome.measured.latency == outcome.declared.latency > 1


@pytest.mark.parametrize(
    ("simulator", "beat"),
    [(simulator, beat) for simulator in ("icarus", "ghdl") for beat in (None, 1, 3)] + [("verilator", 3)],
)
def test_shells(simulator: str, beat: int | None, tmp_path: Path) -> None:
    target = RtlTarget(Hdl(LANGUAGES[simulator]), ShellKind.AXIS, beat=beat, top="trigger")
    outcome = run_bench(write_project(tmp_path / "p", small_graph(), target), simulator, frames=60)
    assert failures(outcome) == {}
    assert outcome.measured.latency == outcome.declared.latency
    assert outcome.measured.interval == outcome.declared.interval == (1 if beat is None else -(-6 // beat))
