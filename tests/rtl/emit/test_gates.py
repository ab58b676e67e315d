"""Every gate, with many widths, signs and shifts, in three simulators against `evaluate`."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from fpgaml.rtl.netlist import Netlist
from fpgaml.rtl.schedule import Schedule
from tests.rtl.emit.netlists import OPERATIONS, any_schedule, frames, gates_netlist
from tests.rtl.emit.simulators import check


def _flat(netlist: Netlist) -> Schedule:
    return Schedule((0,) * len(netlist.wires), 1)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_gates_equal_their_definition(tmp_path: Path, simulator: str, seed: int) -> None:
    random = Random(seed)
    netlist = gates_netlist(random, 25)
    assert {wire.gate for wire in netlist.wires} >= set(OPERATIONS)
    assert any(wire.width > 64 for wire in netlist.wires)
    check(tmp_path, netlist, _flat(netlist), simulator, frames(random, netlist, 40))


def test_gates_equal_their_definition_in_verilator(tmp_path: Path) -> None:
    random = Random(11)
    netlist = gates_netlist(random, 12)
    check(tmp_path, netlist, any_schedule(random, netlist), "verilator", frames(random, netlist, 40))
