"""Random netlists of several layers with random schedules: values, latency, lint, determinism."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaml.project.ports import Port
from fpgaml.rtl.emit import emit_core
from fpgaml.rtl.netlist import Element, Gate, Netlist, Result, Wire
from fpgaml.rtl.schedule import Schedule
from fpgaml.rtl.settings import Hdl
from tests.rtl.emit.netlists import any_schedule, frames, gates_netlist, layered_netlist
from tests.rtl.emit.simulators import check, expected, run, run_yosys, verilator, write_sources


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
@settings(max_examples=12)
@given(seed=st.integers(0, 10**6), gates=st.integers(1, 60), layers=st.integers(1, 5), tangled=st.booleans())
def test_pipelines_equal_their_definition(simulator: str, seed: int, gates: int, layers: int, tangled: bool) -> None:
    random = Random(seed)
    netlist = layered_netlist(random, gates, layers, tangled)
    schedule = any_schedule(random, netlist)
    with tempfile.TemporaryDirectory() as folder:
        check(Path(folder), netlist, schedule, simulator, frames(random, netlist, 20))


@pytest.mark.parametrize("latency", [1, 2, 5])
@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_latency_is_the_schedules(tmp_path: Path, simulator: str, latency: int) -> None:
    random = Random(latency)
    netlist = _adder()
    given_frames = frames(random, netlist, 30)
    lines = run(tmp_path, netlist, Schedule((0, 0, latency - 1), latency), simulator, given_frames)
    wanted = [f"{expected(netlist, frame):0{netlist.output_bits}b}" for frame in given_frames]
    measured = [delay + 1 for delay in range(len(lines)) if lines[delay : delay + len(wanted)] == wanted]
    assert measured == [latency]


def _adder() -> Netlist:
    wires = (
        Wire(Gate.INPUT, (), (0, 0), -100, 100, 0),
        Wire(Gate.INPUT, (), (1, 0), 0, 1000, 0),
        Wire(Gate.ADD, (0, 1), (3, 0), -800, 1800, 0),
    )
    inputs = Port("a", (1,), True, 8, 0), Port("b", (1,), False, 10, 0)
    return Netlist("adder", inputs, (Port("y", (1,), True, 12, 0),), ("sum",), wires, (), (Result(2, 0),))


def test_inputs_and_constants_may_be_results(tmp_path: Path) -> None:
    wires = (
        Wire(Gate.INPUT, (), (0, 0), -4, 3, 0),
        Wire(Gate.CONSTANT, (), (-3,), -3, -3, 0),
        Wire(Gate.INPUT, (), (0, 1), 0, 1, 0),
        Wire(Gate.NOT, (2,), (), 0, 1, 0),
    )
    ports = (Port("a", (2,), True, 5, 0),)
    results = tuple(Result(wire, shift) for wire, shift in ((0, 1), (1, 0), (3, 2), (0, 0)))
    netlist = Netlist("mixed", ports, (Port("y", (4,), True, 6, 0),), ("only",), wires, (), results)
    given_frames = [[[value, value & 1]] for value in range(-4, 4)]
    for simulator in ("icarus", "ghdl"):
        folder = tmp_path / simulator
        folder.mkdir()
        check(folder, netlist, Schedule((0, 0, 0, 1), 3), simulator, given_frames)


def test_layers_that_feed_each_other_have_no_false_loops(tmp_path: Path) -> None:
    random = Random(5)
    netlist = layered_netlist(random, 200, 4, tangled=True)
    schedule = any_schedule(random, netlist, slowness=0.1)
    assert any("y_p1" in text for text in emit_core(netlist, schedule, "dut", Hdl.VERILOG).values())
    _lint(tmp_path, netlist, schedule)


@pytest.mark.parametrize("seed", range(2))
def test_lint_finds_nothing(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    netlist = gates_netlist(random, 12) if seed else layered_netlist(random, 200, 4, tangled=False)
    _lint(tmp_path, netlist, any_schedule(random, netlist))


def _lint(folder: Path, netlist: Netlist, schedule: Schedule) -> None:
    sources = write_sources(folder, netlist, schedule, Hdl.VERILOG)
    said = verilator(folder, "--lint-only", "-Wall", "--top-module", "dut_core", *sources)
    assert "%Warning" not in said, said
    # What silences extended operands would silence cut ones too, in a Verilator that tells them apart.
    for name in sources:
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace("lint_off WIDTH ", "lint_off WIDTHEXPAND "))
    said = verilator(folder, "--lint-only", "-Wall", "--top-module", "dut_core", *sources)
    assert "%Warning" not in said, said


def test_an_older_verilator_finds_nothing_either(tmp_path: Path) -> None:
    """The one on PATH, such as Debian's 5.006, knows fewer names of messages."""
    program = shutil.which("verilator", path="/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("no native verilator")
    random = Random(6)
    netlist = layered_netlist(random, 200, 4, tangled=False)
    sources = write_sources(tmp_path, netlist, any_schedule(random, netlist), Hdl.VERILOG)
    assert any("lint_off WIDTH" in (tmp_path / name).read_text() for name in sources)
    command = [program, "--lint-only", "-Wall", "--top-module", "dut_core", *sources]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_misspelt_name_is_an_error(tmp_path: Path) -> None:
    random = Random(4)
    netlist = layered_netlist(random, 40, 2, tangled=False)
    for name, text in emit_core(netlist, any_schedule(random, netlist), "dut", Hdl.VERILOG).items():
        assert "`default_nettype none\nmodule" in text, name
        assert text.count("endmodule\n`default_nettype wire\n") == 1, name


def test_yosys_reads_plain_verilog(tmp_path: Path) -> None:
    random = Random(3)
    netlist = gates_netlist(random, 4)
    sources = write_sources(tmp_path, netlist, any_schedule(random, netlist), Hdl.VERILOG)
    said = run_yosys(tmp_path, f"read_verilog {' '.join(sources)}; hierarchy -check -top dut_core; proc; check -assert")
    assert "Warning" not in said, re.findall("Warning.*", said)[:5]


@pytest.mark.parametrize("hdl", list(Hdl))
def test_same_netlist_same_bytes(hdl: Hdl) -> None:
    texts = []
    for _ in range(2):
        random = Random(7)
        netlist = layered_netlist(random, 150, 4, tangled=True)
        texts.append(list(emit_core(netlist, any_schedule(random, netlist), "dut", hdl).items()))
    assert texts[0] == texts[1]
    assert texts[0][-1][0] == f"dut_core{hdl.suffix}"
    assert all(text.isascii() for _, text in texts[0])


def test_names_are_legal_and_distinct_in_both_languages() -> None:
    wires = [Wire(Gate.INPUT, (), (0, 0), 0, 7, 0)]
    layers = ("core", "_a__b_", "A_B", "lut0", "clk", "été")
    for index in range(len(layers)):
        wires.append(Wire(Gate.ADD, (index, index), (0, 0), 0, 14 << index, index))
    port_in, port_out = Port("x", (1,), False, 3, 0), Port("y", (1,), False, 9, 0)
    notes = {"core": "a layer\nnamed été"}
    netlist = Netlist("n", (port_in,), (port_out,), layers, tuple(wires), (), (Result(len(layers), 0),), notes)
    files = emit_core(netlist, Schedule((0,) * len(wires), 1), "net", Hdl.VHDL)
    names = [name.removesuffix(".vhd").lower() for name in files]
    assert len(set(names)) == len(layers) + 1
    assert all(re.fullmatch(r"[a-z](_?[a-z0-9])*", name) for name in names)
    assert all(text.isascii() for text in files.values())


def test_borders_say_which_element_of_which_type_they_carry() -> None:
    wires = (
        Wire(Gate.INPUT, (), (0, 0), -100, 100, 0),
        Wire(Gate.INPUT, (), (0, 1), 0, 100, 0),
        Wire(Gate.ADD, (0, 1), (3, 0), -800, 900, 0),
        Wire(Gate.ADD, (0, 2), (0, 0), -900, 1000, 1),
    )
    elements = {2: Element("dense_1", 3, 5)}
    ports = (Port("a", (2,), True, 8, 2),)
    results = (Result(3, 0),)
    out = (Port("y", (1,), True, 11, 5),)
    netlist = Netlist("n", ports, out, ("first", "second"), wires, (), results, {}, elements)
    verilog = emit_core(netlist, Schedule((0, 0, 1, 2), 3), "dut", Hdl.VERILOG)
    vhdl = emit_core(netlist, Schedule((0, 0, 1, 2), 3), "dut", Hdl.VHDL)
    note = "stage 2, dense_1[3] ap_fixed<11,6>"
    for files, mark in ((verilog, "//"), (vhdl, "--")):
        texts = {name.split(".")[0]: text for name, text in files.items()}
        assert f"{mark} stage 0, a[1] ap_fixed<8,6>" in texts["dut_first"]
        assert f"{note}\n" in texts["dut_first"] and f"{mark} {note}\n" in texts["dut_second"]
        assert f"{mark} stage 2: dense_1[3] ap_fixed<11,6>\n" in texts["dut_core"]
        assert "stage 3, y[0] ap_fixed<11,6>\n" in texts["dut_core"]
