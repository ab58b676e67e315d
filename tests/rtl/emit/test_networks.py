"""A trained network: its core equals the netlist in both languages, and is lint-clean."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.netlist import Gate, Netlist
from fpgaml.rtl.schedule import Schedule
from fpgaml.rtl.settings import Hdl
from fpgaml.source import load_model
from tests.paths import LEGACY
from tests.rtl.emit.netlists import frames
from tests.rtl.emit.simulators import check, verilator, write_sources


@pytest.fixture(scope="module")
def network() -> tuple[Netlist, Schedule]:
    """The calorimeter student with two gates between registers."""
    pytest.importorskip("alkaid")
    netlist = to_netlist(load_model(LEGACY / "calo_student_dense.h5", ("ap_ufixed<6,6>",)).graph)
    depths: list[int] = []
    for wire in netlist.wires:
        free = wire.gate in (Gate.INPUT, Gate.CONSTANT, Gate.BITS)
        depths.append(max((depths[a] for a in wire.arguments), default=0) + int(not free))
    stages = tuple(depth // 2 for depth in depths)
    return netlist, Schedule(stages, max(stages) + 1)


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_network_equals_its_netlist(tmp_path: Path, simulator: str, network: tuple[Netlist, Schedule]) -> None:
    netlist, schedule = network
    some = frames(Random(1), netlist, 8)
    check(tmp_path, netlist, schedule, simulator, some)


def test_network_is_lint_clean(tmp_path: Path, network: tuple[Netlist, Schedule]) -> None:
    netlist, schedule = network
    sources = write_sources(tmp_path, netlist, schedule, Hdl.VERILOG)
    assert "%Warning" not in verilator(tmp_path, "--lint-only", "-Wall", "--top-module", "dut_core", *sources)
