"""What yosys finds in a small design, for each family."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from fpgaml.boards import Capacity, find_board
from fpgaml.progress import Silent
from fpgaml.synth.design import read_design
from fpgaml.synth.families import FAMILIES
from fpgaml.synth.record import Synthesis
from fpgaml.synth.run import Request, Tools, run_target
from fpgaml.synth.target import choose_target
from fpgaml.synth.tools import NEXTPNR_ECP5, YOSYS, Tool, find
from tests.synth.projects import needs_nextpnr, needs_yosys, project

pytestmark = needs_yosys
AMD = {"LUT": 14, "LUTRAM": 1, "FF": 13, "DSP": 1, "BRAM": 1, "carry": 3}
"""XOR of six, 8 + 4 adder bits and a shift register: each a LUT; a CARRY4 for four bits."""
EXPECTED = {
    "xcup": AMD | {"URAM": 0},
    "xcu": AMD,
    "xc7": AMD,
    # A LUT6, 12 adder bits and an inverter at half an ALM each; 18 kbit are two M10Ks.
    "intel": {"LUT": 8, "LUTRAM": 0, "FF": 33, "DSP": 1, "BRAM": 2, "carry": 12},
    # How many LUT4 make a XOR of six or a narrow adder is ABC's choice.
    "ecp5": {"LUTRAM": 0, "FF": 33, "DSP": 1, "BRAM": 1, "carry": 4},
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("synth") / "small")


@pytest.fixture(scope="module")
def yosys() -> Tool:
    return find(YOSYS, Silent())


def run(small: Path, tools: Tools, family: str, request: Request) -> list[Synthesis]:
    design = read_design(small)
    return list(run_target(design, choose_target(design, family, None), tools, request, Silent()))


def used(synthesis: Synthesis) -> dict[str, int]:
    return {resource.name: resource.used for resource in synthesis.resources}


@pytest.mark.parametrize("family", FAMILIES)
def test_counts(small: Path, yosys: Tool, family: str) -> None:
    (synthesis,) = run(small, Tools(yosys, None), family, Request())
    counts = used(synthesis)
    assert counts | EXPECTED[family] == counts, synthesis.cells
    if family == "ecp5":
        assert counts["LUT"] == synthesis.cells["LUT4"] + 2 * synthesis.cells["CCU2C"]
    assert synthesis.kind == "post-synthesis" and synthesis.tools == {"yosys": synthesis.tools["yosys"]}
    assert not any("Not counted" in note for note in synthesis.notes)
    assert synthesis.fits is (None if family == "xcu" else True)  # the catalogue has no UltraScale board


def test_modules_add_up(small: Path, yosys: Tool) -> None:
    (synthesis,) = run(small, Tools(yosys, None), "intel", Request(modules=True))
    rows = {row.name: row for row in synthesis.modules}
    assert set(rows) == {"network", "fpgaml_add W=8", "fpgaml_add W=4", "fpgaml_ram"}
    assert rows["fpgaml_add W=8"].resources["FF"] == 8
    assert rows["fpgaml_ram"].resources["BRAM"] == 2
    total: Counter[str] = Counter()
    for row in rows.values():
        total.update(row.resources)
    for name in ("FF", "DSP", "BRAM", "carry"):  # nothing that is rounded
        assert total[name] == used(synthesis)[name]
    assert synthesis.hierarchy == "kept"


def test_larger_than_the_device_is_not_routed(small: Path, yosys: Tool) -> None:
    design = read_design(small)
    board = dataclasses.replace(find_board("ecp5-evn"), capacity=Capacity(lut=15, ff=33, dsp=1, bram=1))
    target = dataclasses.replace(choose_target(design, "ecp5", None), board=board)
    absent = Tool("nextpnr-ecp5", ("/no/such/program",), "0", False)
    (synthesis,) = run_target(design, target, Tools(yosys, absent), Request(route=True), Silent())
    assert synthesis.fits is False and not synthesis.passed
    assert [resource.name for resource in synthesis.too_large] == ["LUT"]


@needs_nextpnr
def test_route(small: Path, yosys: Tool) -> None:
    tools = Tools(yosys, find(NEXTPNR_ECP5, Silent()))
    synthesised, routed = run(small, tools, "ecp5", Request(route=True))
    assert (synthesised.kind, routed.kind) == ("post-synthesis", "post-route")
    before, after = used(synthesised), used(routed)
    # The wrapper's cells are taken off, so what nextpnr cannot change is the same.
    assert {name: before[name] for name in ("FF", "DSP", "BRAM")} == {
        name: after[name] for name in ("FF", "DSP", "BRAM")
    }
    assert before["LUT"] <= after["LUT"] <= before["LUT"] + 20  # carry chains get cells at their ends
    timing = routed.timing
    assert timing is not None and timing.clock_mhz == 50.0 and not timing.binding
    bits_in, bits_out = 18 + 18 + 6 + 1 + 10 + 10, 36 + 1 + 8 + 4 + 18 + 1
    assert timing.wrapper["FF"] == bits_in + 2 * bits_out
    assert 20 < timing.fmax_mhz < 500
    path_ns = timing.critical_path.logic_ns + timing.critical_path.routing_ns
    assert timing.fmax_mhz == pytest.approx(1e3 / path_ns, rel=0.01)
