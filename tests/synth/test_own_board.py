"""`fpgaml synth` with a board of the user's own: the project's, or one to compare with."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.synth.design import read_design
from fpgaml.synth.families import BRAM, DSP, LUT, find_family
from fpgaml.synth.target import choose_target
from tests.synth.projects import SMALL, project

BOARD = """\
name = "ours"
part = "xcku5p-ffvb676-2-e"
clock_mhz = 240
[capacity]
lut = 1_000
bram = 7
"""


def board_file(folder: Path) -> Path:
    path = folder / "ours.toml"
    path.write_text(BOARD)
    return path


def test_a_project_remembers_it(tmp_path: Path) -> None:
    path = board_file(tmp_path)
    folder = project(tmp_path / "p", SMALL, str(path))
    path.unlink()
    target = choose_target(read_design(folder), None, None)
    assert (target.own, target.part, round(target.clock_mhz, 6)) == (True, "xcku5p-ffvb676-2-e", 240.0)
    assert (target.available(LUT), target.available(BRAM), target.available(DSP)) == (1_000, 7, None)
    assert (target.unit(LUT), target.unit(DSP)) == ("LUT6", "DSP48E2")


def test_another_board_is_a_file(tmp_path: Path) -> None:
    design = read_design(project(tmp_path / "p", SMALL, "zcu102"))
    target = choose_target(design, None, str(board_file(tmp_path)))
    assert (target.own, target.family, target.available(LUT)) == (False, find_family("xcup"), 1_000)
    with pytest.raises(FpgamlError, match="the board ours carries AMD UltraScale"):
        choose_target(design, "ecp5", str(tmp_path / "ours.toml"))
