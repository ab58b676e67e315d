"""The bench on vendor RTL: small designs with the ports that Vitis HLS writes, right ones and wrong ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgaml.cosim.project import Options
from fpgaml.cosim.tools import find_icarus, find_verilator
from fpgaml.cosim.vendor.csynth import StatedTiming, find_timing, read_csynth
from fpgaml.cosim.vendor.ports import Pin, lane_bits, read_pins
from fpgaml.cosim.vendor.simulate import VendorCosimulation, find_design, simulate_vendor
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.graph.values import FixedArray
from fpgaml.project.golden import write_golden
from fpgaml.project.ports import CppPort
from fpgaml.record.files import parse
from fpgaml.record.results import Results
from tests.report import samples
from tests.vendor_reports.texts import csynth_xml

DESIGNS = Path(__file__).parent / "vendor_designs"
FINDERS = {"verilator": find_verilator, "icarus": find_icarus}


def ports(io: str) -> tuple[CppPort, CppPort]:
    shape = (3, 4) if io == "io_stream" else (12,)
    return (
        CppPort("x", shape, True, 12, 6, "x_in", "ap_fixed<12,6>"),
        CppPort("y", (2,), True, 17, 6, "layer2_out", "ap_fixed<17,11>"),
    )


def project_of(folder: Path, io: str) -> Path:
    """An HLS project as far as the bench needs it: manifest, results, golden vectors."""
    x, y = ports(io)
    codes = np.random.default_rng(3).integers(-2048, 2048, (40, 12))
    codes[:4] = np.array([0, 2047, -2048, -1])[:, None]
    results = np.stack([codes.sum(axis=1), codes[:, 0] - codes[:, 11]], axis=1)
    folder.mkdir()
    write_golden(folder, x, "input", [FixedArray(codes.reshape(40, *x.shape), 6)])
    write_golden(folder, y, "output", [FixedArray(results, 6)])
    manifest = samples.manifest(
        settings=samples.manifest()["settings"] | {"io": io},
        inputs=[vars(x) | {"shape": list(x.shape)}],
        outputs=[vars(y) | {"shape": list(y.shape)}],
        files={},
    )
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "results.json").write_text(json.dumps(samples.results()))
    return folder


def rtl_of(folder: Path, io: str, *edits: tuple[str, str]) -> Path:
    """The folder that Vitis HLS would have written, with changes in the text of the top module."""
    rtl = folder / "network_prj" / "solution1" / "syn" / "verilog"
    rtl.mkdir(parents=True)
    text = (DESIGNS / f"network_{io.removeprefix('io_')}.v").read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (rtl / "network.v").write_text(text)
    shutil.copy(DESIGNS / "network_zero.dat", rtl)
    return rtl


def run(folder: Path, io: str, *edits: tuple[str, str], sim: str = "icarus", **options: Any) -> VendorCosimulation:
    try:
        FINDERS[sim]()
    except ToolError as error:
        pytest.skip(str(error))
    pytest.importorskip("cocotb")
    project = project_of(folder / "project", io)
    chosen = Options(sim, options.pop("frames", 100), **options)
    return simulate_vendor(project, rtl_of(folder, io, *edits), None, chosen)


def failures(found: VendorCosimulation) -> dict[str, str]:
    return {check.name: check.message for check in found.outcome.failed}


@pytest.mark.parametrize(
    ("sim", "io", "latency", "interval"),
    [("icarus", "io_stream", 3, 3), ("icarus", "io_parallel", 2, 1), ("verilator", "io_stream", 3, 3)],
)
def test_right_rtl_passes_every_check(tmp_path: Path, sim: str, io: str, latency: int, interval: int) -> None:
    found = run(tmp_path, io, sim=sim)
    assert not failures(found)
    assert found.outcome.measured.latency == latency
    assert found.outcome.measured.interval == interval
    passed = {check.name for check in found.outcome.checks if check.status == "passed"}
    expected = {"golden_vectors", "random_gaps", "full_load", "reset_in_mid_frame"}
    assert expected <= passed
    assert ("random_back_pressure" in passed) == ("handshake_rules" in passed) == (io == "io_stream")
    assert found.design.timing == StatedTiming(
        4 if io == "io_stream" else 2, interval, "CORE_GENERATION_INFO", "2023.2"
    )
    recorded = json.loads((tmp_path / "project" / "results.json").read_text())
    parse(Results, "results.json", recorded)
    assert recorded["cosim"][0]["shell"] == f"vitis_{io.removeprefix('io_')}"
    assert recorded["cosim"][0]["kind"] == "simulated"
    assert recorded["cosim"][0]["vendor"] == {
        "kind": "hls-csynth",
        "tool": "Vitis HLS 2023.2",
        "source": "CORE_GENERATION_INFO",
        "latency": 4 if io == "io_stream" else 2,
        "interval": interval,
    }


@pytest.mark.parametrize(
    ("edit", "check", "message"),
    [
        (("first <= x_0", "first <= x_1"), "golden_vectors", "y[1]"),
        (("{{5{x_in_TDATA[27]}}, x_in", "{5'd0, x_in"), "golden_vectors", "y[0]"),
        (("= {{15{y_1[16]}}, y_1", "= {{14{y_1[16]}}, ~y_1[16], y_1"), "golden_vectors", "y[1] bit 17"),
        (("if (valid & layer2_out_TREADY) valid", "if (valid) valid"), "handshake_rules", "layer2_out_TVALID fell"),
        (
            ("assign layer2_out_TVALID = valid", "assign layer2_out_TVALID = 1'b0"),
            "golden_vectors",
            "0 frames came out",
        ),
        (("~(valid & (beat == 2'd2))", "1'b1"), "random_back_pressure", ""),
        (("        beat <= 2'd0;\n        valid", "        valid"), "reset_in_mid_frame", ""),
        (("? 17'd0 : sum)", "? (first == 17'd2047 ? 17'd1 : 17'd0) : sum)"), "golden_vectors", "y[0]"),
    ],
)
def test_wrong_stream_rtl_is_caught(tmp_path: Path, edit: tuple[str, str], check: str, message: str) -> None:
    # A register that reset forgets begins with X, which nothing survives: let it begin with 0.
    caught = failures(run(tmp_path, "io_stream", edit, ("reg    [1:0] beat;", "reg    [1:0] beat = 2'd0;")))
    assert check in caught, caught
    assert message in caught[check]


@pytest.mark.parametrize(
    ("edit", "check", "message"),
    [
        (("{{5{x_in[11]}}, x_in[11:0]};", "{5'd0, x_in[11:0]};"), "golden_vectors", "y[1]"),
        (("assign layer2_out_0 = sum_2", "assign layer2_out_0 = difference_2"), "golden_vectors", "y[0]"),
        (("layer2_out_1_ap_vld = ap_done", "layer2_out_1_ap_vld = 1'b0"), "golden_vectors", "0 frames came out"),
        (("difference_2 <= difference_1", "difference_2 <= first - last"), "full_load", "y[1]"),
        (("iter2 <= iter1;", "iter2 <= iter1 | iter2;"), "golden_vectors", "frames came out"),
        (("        iter1 <= 1'b0;\n        iter2 <= 1'b0;", "        iter2 <= 1'b0;"), "reset_in_mid_frame", ""),
    ],
)
def test_wrong_parallel_rtl_is_caught(tmp_path: Path, edit: tuple[str, str], check: str, message: str) -> None:
    caught = failures(
        run(tmp_path, "io_parallel", edit, ("reg    iter1, iter2;", "reg    iter1 = 1'b0, iter2 = 1'b0;"))
    )
    assert check in caught, caught
    assert message in caught[check]


def test_tables_are_found_wherever_the_simulator_runs(tmp_path: Path) -> None:
    """$readmemh names its file relative to the folder of the simulation."""
    found = run(tmp_path, "io_parallel")
    assert not failures(found)
    (tmp_path / "two").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fpgaml.cosim.vendor.simulate._with_absolute_tables", lambda text, folder: text)
        assert failures(run(tmp_path / "two", "io_parallel"))


def test_ports_that_disagree_are_both_named(tmp_path: Path) -> None:
    project = project_of(tmp_path / "project", "io_stream")
    narrow = rtl_of(tmp_path / "a", "io_stream", ("input  [63:0] x_in", "input  [47:0] x_in"))
    with pytest.raises(FpgamlError, match=r"expected input x_in_TDATA\[64\].*found input x_in_TDATA\[48\]"):
        simulate_vendor(project, narrow)
    with pytest.raises(FpgamlError, match=r"x_in_TDATA\[64\].*found input x_in\[144\], input x_in_ap_vld\[1\]"):
        simulate_vendor(project, rtl_of(tmp_path / "b", "io_parallel"))
    more = rtl_of(tmp_path / "c", "io_stream", ("input   ap_start;", "input   ap_start;\ninput  [7:0] scale;"))
    with pytest.raises(FpgamlError, match=r"nothing is known to drive input scale\[8\]"):
        simulate_vendor(project, more)


def test_bad_input_is_explained(tmp_path: Path) -> None:
    project = project_of(tmp_path / "project", "io_stream")
    with pytest.raises(FpgamlError, match="is not a folder"):
        simulate_vendor(project, tmp_path / "nowhere")
    with pytest.raises(FpgamlError, match="holds no Verilog"):
        simulate_vendor(project, tmp_path)
    rtl = rtl_of(tmp_path, "io_stream")
    with pytest.raises(FpgamlError, match="no module `other`"):
        simulate_vendor(project, rtl, "other")
    manifest = json.loads((project / "manifest.json").read_text())
    manifest["settings"]["backend"] = "Quartus"
    (project / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(FpgamlError, match="is no HLS project of Vitis"):
        simulate_vendor(project, rtl)


def test_the_top_module_is_the_marked_one_whatever_its_name(tmp_path: Path) -> None:
    rtl = rtl_of(tmp_path, "io_stream", ("module network", "module cnn_core"))
    (rtl / "network.v").rename(rtl / "cnn_core.v")
    (rtl / "cnn_core_regslice_both.v").write_text("module cnn_core_regslice_both (input clk); endmodule\n")
    assert find_design(rtl).top == "cnn_core"
    (rtl / "cnn_core.v").write_text((rtl / "cnn_core.v").read_text().replace("CORE_GENERATION_INFO", "KEEP"))
    with pytest.raises(FpgamlError, match="--top"):
        find_design(rtl)
    assert find_design(rtl, "cnn_core").top == "cnn_core"


def test_ports_in_the_header_and_in_the_body_are_read_alike() -> None:
    header = """
    module other(input a, output b); endmodule
    module m #(parameter W = 8) ( // input not_this
      input wire ap_clk, input [7:0] x, y, output reg signed [16:0] z, (* keep = "true" *) inout t,
      input [W-1:0] open);
      function [3:0] f; input [3:0] inner; f = inner; endfunction
    endmodule"""
    body = """module m (ap_clk, x, y, z, t, open); /* output x; */
      input ap_clk; input [7:0] x, y; output [16:0] z; reg signed [16:0] z; inout t; input [W-1:0] open;
    endmodule"""
    expected = [
        Pin("ap_clk", "input", 1),
        Pin("x", "input", 8),
        Pin("y", "input", 8),
        Pin("z", "output", 17),
        Pin("t", "inout", 1),
        Pin("open", "input", None),
    ]
    assert list(read_pins(header, "m").values()) == expected
    assert list(read_pins(body, "m").values()) == expected
    with pytest.raises(FpgamlError, match="no such module"):
        read_pins(header, "n")


def test_lanes_are_as_wide_as_the_vendors_reports_say() -> None:
    """ap_fixed<12,6> in 16 bits, ap_fixed<17,9> in 32: from exports of Vitis HLS 2023.2."""
    assert [lane_bits(width) for width in (1, 8, 9, 12, 16, 17, 32, 33, 64)] == [8, 8, 16, 16, 16, 32, 32, 64, 64]


def test_timing_is_read_from_the_report_beside_the_rtl(tmp_path: Path) -> None:
    verilog, reports = tmp_path / "syn" / "verilog", tmp_path / "syn" / "report"
    for folder in (verilog, reports):
        folder.mkdir(parents=True)
    (reports / "network_csynth.xml").write_text(csynth_xml(latency="3218", interval="3076"))
    expected = StatedTiming(3218, 3076, "network_csynth.xml", "2023.2")
    assert find_timing(verilog, "network", "HLS_SYN_LAT=1,HLS_SYN_TPT=1") == expected
    assert find_timing(tmp_path / "impl" / "verilog", "network", "") == expected
    assert find_timing(verilog, "another", "HLS_SYN_LAT=-1,HLS_SYN_TPT=none") is None
    assert read_csynth(reports / "none.xml", "network") is None


def test_the_command_line_shows_the_vendors_timing_and_fails_with_1(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from fpgaml.cli.main import app

    try:
        find_icarus()
    except ToolError as error:
        pytest.skip(str(error))
    pytest.importorskip("cocotb")
    project = project_of(tmp_path / "project", "io_parallel")
    right, wrong = (
        rtl_of(tmp_path / name, "io_parallel", *edits)
        for name, edits in (("right", ()), ("wrong", (("difference_1 <= first - last", "difference_1 <= last"),)))
    )
    common = ["cosim", str(project), "--sim", "icarus", "--frames", "50", "--rtl"]
    done = CliRunner().invoke(app, [*common, str(right)])
    assert done.exit_code == 0, done.output
    says = "Vitis HLS 2023.2 says (hls-csynth, CORE_GENERATION_INFO): latency 2 cycles, initiation interval 1 cycle"
    assert says in " ".join(done.output.split())
    assert CliRunner().invoke(app, [*common, str(wrong)]).exit_code == 1
    assert json.loads((project / "results.json").read_text())["passed"] is False
