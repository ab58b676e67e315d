"""`convert --target rtl`: whole projects, their determinism, and what is refused."""

from __future__ import annotations

import filecmp
import json
from pathlib import Path
from typing import Any

import pytest

from fpgaml.api import convert, verify
from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.graph.ops import Relu
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.verdict import Status
from fpgaml.report.read import read_project
from fpgaml.rtl import kernels
from fpgaml.rtl.lower import graph as lowering
from fpgaml.rtl.target import RtlTarget
from fpgaml.settings import options_of
from tests.paths import LEGACY

pytest.importorskip("alkaid", reason="alkaid is not installed")

MODEL, DATA = LEGACY / "jets_dense.h5", LEGACY / "jets_dense.npz"
WAVEFORM = LEGACY / "waveform_conv1d.h5"
BOARD = {"board": "kcu116", "framework": "never", "vectors": 16}
OPTIONS = options_of(RtlTarget)


def project(folder: Path, **settings: Any) -> Path:
    """A small project; its model is fixed point but for its softmax."""
    target = RtlTarget(**{name: value for name, value in settings.items() if name in OPTIONS})
    rest = {name: value for name, value in settings.items() if name not in OPTIONS}
    convert(MODEL, folder, target=target, input_type="ap_fixed<13,3>", **{**BOARD, **rest})
    return folder


@pytest.mark.parametrize("shell", ["axis", "native"])
@pytest.mark.parametrize(("hdl", "suffix"), [("verilog", ".v"), ("vhdl", ".vhd")])
def test_a_project_stands_alone(hdl: str, suffix: str, shell: str, tmp_path: Path) -> None:
    folder = project(tmp_path / "p", hdl=hdl, shell=shell)
    sources = (folder / "hdl" / "files.txt").read_text().split()
    assert sources[-1] == f"network{suffix}"
    assert {path.name for path in (folder / "hdl").iterdir()} == {*sources, "files.txt"}
    bench = json.loads((folder / "sim" / "bench.json").read_text())
    assert [Path(source).name for source in bench["sources"]] == sources
    assert all((folder / "sim" / source).is_file() for source in bench["sources"])
    assert not any(str(tmp_path) in path.read_text() for path in folder.rglob("*") if path.is_file())
    report = read_project(folder)
    assert report.edited == ()
    assert report.manifest.settings.latency == bench["latency"] == report.results.estimate.latency_cycles


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    first = project(tmp_path / "a")
    kernels._solve.cache_clear()  # as a second process would start
    second = project(tmp_path / "b")
    names = [path.relative_to(first) for path in first.rglob("*") if path.is_file()]
    _, different, missing = filecmp.cmpfiles(first, second, names, shallow=False)
    assert (different, missing) == ([], [])


def test_a_faster_clock_makes_a_deeper_pipeline(tmp_path: Path) -> None:
    latencies = []
    for mhz in (50, 200, 400):
        folder = project(tmp_path / str(mhz), clock_mhz=float(mhz))
        latencies.append(read_manifest(folder).settings.core_latency)
    assert latencies[0] < latencies[1] < latencies[2]


def test_data_is_proved_and_proved_again(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    conversion = convert(MODEL, folder, target="rtl", data=DATA, **BOARD)
    target = next(check for check in conversion.results.checks if check.name == "Graph = netlist")
    events = conversion.results.events
    assert (events["vectors"] + events["data"], events["coverage"] > 0) == (272, True)
    assert (target.status, target.compared["softmax_softmax"].events) == (Status.EXACT, sum(events.values()))
    again = verify(folder)
    assert {check.name: check.status for check in again.results.checks}["Graph = netlist"] == Status.EXACT


def test_toggle_coverage_is_of_the_golden_vectors(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    toggles = read_results(folder).toggles
    assert toggles is not None
    lines = (folder / "tb_data" / "input_input_1.txt").read_text().splitlines()
    assert toggles.events == len(lines) == read_manifest(folder).vectors.events["vectors"] + toggles.added
    assert 0.95 * toggles.bits < toggles.toggled < toggles.bits
    assert {layer.name for layer in toggles.layers} >= {"fc1", "relu1", "softmax"}


def test_beats_of_some_elements(tmp_path: Path) -> None:
    bench = json.loads((project(tmp_path / "p", beat=6) / "sim" / "bench.json").read_text())
    assert (bench["stream"]["beats_in"], bench["stream"]["beats_out"], bench["interval"]) == (3, 1, 3)


def test_unsupported_operations_are_all_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(lowering.LOWERINGS, Relu)
    with pytest.raises(UnsupportedError, match=r"3 layers are not supported: relu1: RTL has no .*relu2: .*relu3: "):
        project(tmp_path / "p")
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"top": "2fast"}, "--name: `2fast` is no name for a module"),
        ({"top": "module"}, "--name: `module` is no name for a module"),
        ({"shell": "native", "beat": 4}, "--beat: the native shell takes whole frames"),
        ({"tag_bits": 5000}, "the tag has 5000 bits"),
        ({"clock_mhz": 900.0}, "which a clock of 900 MHz does not allow"),
        ({"part": "xc7z010clg400-1", "clock_mhz": 50.0}, None),
    ],
)
def test_what_is_refused(settings: dict[str, object], message: str | None, tmp_path: Path) -> None:
    if message is None:  # a part that the catalogue does not know has no capacity to exceed
        project(tmp_path / "p", **settings)
        return
    with pytest.raises(FpgamlError, match=message.replace("(", r"\(")):
        project(tmp_path / "p", **settings)
    assert not (tmp_path / "p").exists()


def test_a_network_that_is_too_large_is_refused(tmp_path: Path) -> None:
    settings = {**BOARD, "board": "pynq-z2"}
    with pytest.raises(FpgamlError, match=r"about [\d,]+ LUT \(estimate\); pynq-z2 has 53,200"):
        convert(WAVEFORM, tmp_path / "p", target=RtlTarget(schedule="unrolled"), input_type="ap_fixed<8,8>", **settings)  # type: ignore[arg-type]
    assert not (tmp_path / "p").exists()
