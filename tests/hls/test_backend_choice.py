"""The backend follows the vendor of the part; what contradicts it is refused."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from fpgaml import convert, load
from fpgaml.boards import FAMILIES, find_board
from fpgaml.errors import FpgamlError
from fpgaml.hls.settings import BACKENDS, LayerSettings, Strategy, choose_backend, choose_strategy
from fpgaml.hls.target import HlsTarget
from fpgaml.proof.checks import Status
from fpgaml.record.files import read_manifest
from tests.paths import LEGACY, fpgaml, needs_compiler

DENSE = LEGACY / "calo_student_dense.h5"
# Each vendor's own tool is one of these; a project for its parts has no word of the others'.
TOOLS = {
    "AMD": ("vitis_hls", "vivado_hls", "vitis-run"),
    "Intel": ("i++", "icpx"),
    "Microchip": ("shls",),
}


def test_every_backend_of_the_table_is_one_of_hls4mls() -> None:
    for family in FAMILIES:
        assert set(family.hls) <= set(BACKENDS), family
    assert {name for family in FAMILIES for name in family.hls} == set(BACKENDS)


@pytest.mark.parametrize(
    ("board", "backend"),
    [
        ("kcu116", "vitis"),
        ("pynq-z2", "vitis"),
        ("agilex7", "quartus"),
        ("stratix10", "quartus"),
        ("polarfire", "libero"),
    ],
)
def test_the_part_chooses(board: str, backend: str) -> None:
    assert choose_backend(None, find_board(board)) == backend


def test_another_part_chooses_another_backend() -> None:
    assert choose_backend(None, find_board("kcu116", part="10AX115U4F45I3SG")) == "quartus"
    assert choose_backend(None, find_board("agilex7", part="A5ED065BB32AE4S")) == "oneapi"


def test_a_wish_that_fits_is_followed() -> None:
    assert choose_backend("oneAPI", find_board("agilex7")) == "oneapi"
    assert choose_backend("Catapult", find_board("kcu116")) == "catapult"


@pytest.mark.parametrize(
    ("backend", "board", "where", "reason", "advice"),
    [
        (
            "vitis",
            "agilex7",
            "--backend vitis",
            "agilex7-f-dk carries Intel Agilex 7",
            "out for quartus, or give oneapi",
        ),
        (
            "quartus",
            "kcu116",
            "--backend quartus",
            "kcu116 carries AMD UltraScale+",
            "out for vitis, or give vivado or",
        ),
        (
            "vitis",
            "polarfire",
            "--backend vitis",
            "for which Vitis HLS makes no firmware",
            "Leave --backend out for libero",
        ),
        (None, "ecp5", "--target hls", "ecp5-evn carries Lattice ECP5", "Use --target rtl"),
        ("vitis", "ecp5", "--backend vitis", "hls4ml has no backend for it", "Use --target rtl"),
        ("vitus", "kcu116", "--backend", "`vitus` is not known", "Vitis, Vivado, oneAPI"),
    ],
)
def test_a_contradiction_is_refused(backend: str | None, board: str, where: str, reason: str, advice: str) -> None:
    with pytest.raises(FpgamlError, match=re.escape(reason)) as caught:
        choose_backend(backend, find_board(board))
    assert caught.value.where == where
    assert advice in caught.value.advice


def test_a_strategy_that_the_backend_has_not_is_refused() -> None:
    """hls4ml's Quartus and oneAPI take the resource strategy whatever they are told."""
    assert choose_strategy(None, "quartus") == choose_strategy(Strategy.RESOURCE, "oneapi") == Strategy.RESOURCE
    assert choose_strategy(None, "vitis") == choose_strategy(None, "libero") == Strategy.LATENCY
    with pytest.raises(FpgamlError, match="--strategy: hls4ml has no latency strategy for Quartus"):
        choose_strategy(Strategy.LATENCY, "quartus")
    graph = load(DENSE, input_type="ap_uint<10>").graph
    target = HlsTarget(layer_settings={"dense1": LayerSettings(Strategy.LATENCY)})
    target.settings(graph, find_board("kcu116"))
    with pytest.raises(FpgamlError, match="--layer dense1: hls4ml has no latency strategy"):
        target.settings(graph, find_board("agilex7"))
    assert HlsTarget().settings(graph, find_board("agilex7")).strategy == Strategy.RESOURCE


@needs_compiler
@pytest.mark.parametrize(
    ("board", "backend", "status"),
    [
        ("agilex7", "Quartus", Status.EXACT),
        ("kcu116", "Vitis", Status.EXACT),
        ("polarfire", "Libero", Status.NOT_CHECKED),
    ],
)
def test_a_project_holds_what_works_for_its_part(board: str, backend: str, status: Status, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    conversion = convert(DENSE, folder, board=board, input_type="ap_uint<10>", framework="never", vectors=16)
    assert conversion.results.checks[1].status == status
    settings = read_manifest(folder).settings.to_json()
    family = find_board(board).family
    assert (settings["backend"], settings["backend_chosen_for"]) == (backend, str(family))
    shown = fpgaml("report", folder).stdout
    assert f"hls4ml {backend} (chosen for {family})" in " ".join(shown.split())
    recipes = [*folder.glob("*.tcl"), *folder.glob("*.mk"), folder / "Makefile", folder / "README.md"]
    texts = {path: path.read_text() for path in recipes}
    for vendor, words in TOOLS.items():
        found = {str(path.name) for path, text in texts.items() for word in words if word in text}
        assert (vendor == family.vendor) == bool(found), (vendor, found)
    if status == Status.EXACT:
        done = subprocess.run(["make", "csim"], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "PASS" in done.stdout, done.stderr


def test_the_command_line_refuses_before_anything_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    arguments = ("convert", DENSE, "-o", folder, "--input-type", "ap_uint<10>", "--backend", "vitis", "-b", "agilex7")
    done = fpgaml(*arguments)
    assert done.returncode == 2
    assert "agilex7-f-dk carries Intel Agilex 7" in done.stderr and "Traceback" not in done.stderr
    assert not folder.exists()
