"""Bulk mode: what it finds in right and in wrong designs, and that it says so well."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fpgaml.cosim.bulk.build import Design, build
from fpgaml.cosim.bulk.check import check_in_bulk
from fpgaml.cosim.bulk.result import BulkRequest, BulkResult
from fpgaml.cosim.bulk.run import Pauses, Run
from fpgaml.cosim.tools import find_verilator
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Dense, Input
from fpgaml.graph.serial import to_json
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent
from fpgaml.project.hashes import folder_hashes
from fpgaml.project.ports import Port
from fpgaml.record.files import parse
from fpgaml.record.results import Results
from fpgaml.rtl.stream import StreamLayout
from tests.cosim.mini import Mini
from tests.report import samples

FRACTIONAL = 2


@pytest.fixture(scope="module", autouse=True)
def tools(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Verilator and g++, and a cache of its own for what they compile."""
    try:
        find_verilator()
    except ToolError as error:
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FPGAML_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


def graph_of(mini: Mini) -> Graph:
    """What the mini core computes."""
    i, j = np.arange(mini.inputs)[:, None], np.arange(mini.outputs)
    kernel = FixedArray((3 * i + 5 * j + 1) % 7 - 3, 0)
    kind = FixedType(1, mini.in_width - FRACTIONAL - 1, FRACTIONAL)
    builder = GraphBuilder("mini")
    x = builder.add(Input((mini.inputs,), Quantizer(kind)), name="x", source="in")
    return builder.build([builder.add(Dense(kernel, None), x, name="y", source="out")])


def project_of(folder: Path, mini: Mini) -> Path:
    mini.write(folder / "project")
    (folder / "project" / "graph.json").write_text(to_json(graph_of(mini)))
    return folder / "project"


def recordable(folder: Path, mini: Mini) -> Path:
    """A project whose results can be written down."""
    project = project_of(folder, mini)
    (project / "manifest.json").write_text(json.dumps(samples.manifest(files=folder_hashes(project))))
    (project / "results.json").write_text(json.dumps(samples.results()))
    return project


def bulk(folder: Path, mini: Mini, frames: int = 3000, **settings: object) -> BulkResult:
    return check_in_bulk(project_of(folder, mini), BulkRequest(frames, **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("shell", ["native", "axis"])
def test_a_right_design_passes_with_its_declared_timing(tmp_path: Path, shell: str) -> None:
    mini = Mini(shell=shell)
    result = bulk(tmp_path, mini, processes=2)
    assert result.passed, (result.first, result.problem)
    assert result.frames == 3000
    assert result.measured == {"latency": mini.latency, "interval": mini.interval}
    assert result.cycles >= 3000 * mini.interval
    assert result.compile_seconds > 0
    assert result.simulated_per_second > result.frames_per_second > 0
    again = check_in_bulk(tmp_path / "project", BulkRequest(200, seed=5, processes=1))
    assert again.passed
    assert again.compile_seconds == 0, "the compiled program comes from the cache"


def test_pauses_of_source_and_sink_change_no_result(tmp_path: Path) -> None:
    result = bulk(tmp_path, Mini(), pauses=Pauses(30, 40), processes=2)
    assert result.passed, (result.first, result.problem)
    assert result.measured == {"latency": None, "interval": None}
    assert result.cycles > 1.3 * 3000 * Mini().interval


def test_data_from_a_file_are_quantised_and_run(tmp_path: Path) -> None:
    np.save(tmp_path / "data.npy", np.random.default_rng(0).normal(0, 9, (50, 5)))
    result = bulk(tmp_path, Mini(), 40, data=tmp_path / "data.npy")
    assert result.passed
    assert result.frames == 40


@pytest.mark.parametrize(
    ("shell", "edit", "finds"),
    [
        (
            "native",
            ("sum = sum + element * weight", "sum = sum + (i == 4 && element == 31 ? 0 : element * weight)"),
            "bit",
        ),
        ("native", ("assign out_valid = valid[2]", "assign out_valid = valid[1]"), "bit"),
        ("native", ("assign out_valid = valid[2]", "assign out_valid = 1'b1"), "frame 0: a result came that no frame"),
        ("native", ("assign out_valid = valid[2]", "assign out_valid = 1'b0"), "frame 0: no result came"),
        (
            "axis",
            ("frame[beat*IN_BEAT*IN_LANE+:IN_BEAT*IN_LANE]", "frame[(beat^1)*IN_BEAT*IN_LANE+:IN_BEAT*IN_LANE]"),
            "bit",
        ),
    ],
)
def test_a_wrong_design_is_found_with_its_place(tmp_path: Path, shell: str, edit: tuple[str, str], finds: str) -> None:
    result = bulk(tmp_path, Mini(shell=shell, edits=(edit,)))
    assert not result.passed
    assert finds in f"{result.first or ''}{result.problem}"


def test_the_first_difference_is_the_first(tmp_path: Path) -> None:
    """One wrong input code in one element: the first frame that has it is named, whichever process ran it."""
    edit = ("sum = sum + element * weight", "sum = sum + (i == 1 && j == 2 && element == 13 ? 0 : element * weight)")
    mini = Mini(shell="native", edits=(edit,))
    results = [bulk(tmp_path / str(n), mini, 4000, seed=3, processes=n) for n in (1, 3)]
    graph = graph_of(mini)
    from fpgaml.proof.vectors import corner_vectors

    x = corner_vectors(graph, 4000, 3)["x"].at(FRACTIONAL)
    assert ((3 + 10 + 1) % 7 - 3) != 0
    for result in results:
        assert result.first is not None
        assert result.first.frame == int(np.flatnonzero(x[:, 1] == 13)[0])
        assert (result.first.output, result.first.element) == ("y", 2)
        assert (result.first.expected ^ result.first.got) >> result.first.bit & 1


def test_a_wrong_declaration_is_found(tmp_path: Path) -> None:
    project = project_of(tmp_path, Mini(shell="native"))
    path = project / "sim" / "bench.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"latency": 4}))
    result = check_in_bulk(project, BulkRequest(100))
    assert result.problem == "the latency is 3 cycles, declared are 4"


WIDE = """
module network (input clk, input rst, input in_valid, input [{bits}:0] in_data, output reg out_valid,
                output reg [{bits}:0] out_data);
  always @(posedge clk) begin
    out_valid <= in_valid && !rst;
    out_data <= in_data;
  end
endmodule
"""


@pytest.mark.parametrize("widths", [(1, 3), (64, 70), (31, 33, 129), (8,), (17,), (64,)])
def test_elements_of_any_width_keep_their_bits(tmp_path: Path, widths: tuple[int, ...]) -> None:
    """A design that hands its input through gives what was packed, whatever Verilator makes of the port."""
    ports = tuple(Port(f"p{w}", (3,), w % 2 == 1, w, 0) for w in widths)
    source = tmp_path / "network.v"
    source.write_text(WIDE.format(bits=3 * sum(widths) - 1))
    program = build(Design("network", "native", (source,), ports, ports, 1, 1, None))
    dice = np.random.default_rng(1)
    values = {}
    for port in ports:
        raw = [int.from_bytes(dice.bytes(32), "little") % (1 << port.width) for _ in range(3 * 20)]
        low = [n - (1 << port.width) if port.signed and n >> (port.width - 1) else n for n in raw]
        values[port.name] = FixedArray(np.array(low, dtype=object).reshape(20, 3), 0)
    with Run(program, values, Pauses(), 2) as run:
        chunk = run.wait()
    for port in ports:
        assert chunk.outputs[port.name] == values[port.name]


def test_bad_input_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of(tmp_path, Mini(shell="native"))
    with pytest.raises(FpgamlError, match="0 frames prove nothing"):
        check_in_bulk(project, BulkRequest(0))
    with pytest.raises(FpgamlError, match=r"graph\.json: cannot be read"):
        check_in_bulk(tmp_path, BulkRequest(1))
    (project / "hdl" / "mini_core.v").write_text("module mini_core; oops")
    with pytest.raises(ToolError, match=r"Verilator: failed: %Error: .*mini_core\.v"):
        check_in_bulk(project, BulkRequest(1))
    shutil.rmtree(project)
    vhdl = project_of(tmp_path / "vhdl", Mini(shell="native", hdl="vhdl"))
    with pytest.raises(FpgamlError, match="reads no VHDL"):
        check_in_bulk(vhdl, BulkRequest(1))
    monkeypatch.setenv("FPGAML_CXX", "no-such-compiler")
    with pytest.raises(ToolError, match=r"needs no-such-compiler"):
        check_in_bulk(project_of(tmp_path / "again", Mini(shell="native")), BulkRequest(1))


def test_progress_counts_every_frame(tmp_path: Path) -> None:
    counted: list[int] = []

    class Counter(Silent):
        def bar(self, title: str, total: int, unit: str = ""):  # type: ignore[no-untyped-def]
            import contextlib

            return contextlib.nullcontext(counted.append)

    project = project_of(tmp_path, Mini(shell="native"))
    check_in_bulk(project, BulkRequest(777), Counter())
    assert sum(counted) == 777


def test_stream_facts_match_the_bench() -> None:
    """The stream's entries in bench.json are the fields of the layout."""
    stream = Mini().bench_json([])["stream"]
    assert StreamLayout(**stream).beats_in == 3


def test_the_command_line_records_what_it_found(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from fpgaml.cli.main import app

    for name, edits, code in (("right", (), 0), ("wrong", (("sum = sum + element", "sum = sum - element"),), 1)):
        project = recordable(tmp_path / name, Mini(shell="native", edits=edits))
        done = CliRunner().invoke(app, ["cosim", str(project), "--bulk", "500"])
        assert done.exit_code == code, done.output
        recorded = json.loads((project / "results.json").read_text())
        parse(Results, "results.json", recorded)
        check = next(check for check in recorded["checks"] if "in bulk" in check["name"])
        assert (check["kind"], check["status"]) == ("simulated", "failed" if code else "exact")
        assert ("frame 1, y[0] bit 6" in check["note"]) == bool(code)
        assert ("FAILED after" if code else "PASSED: 500 frames") in done.output
        entry = recorded["bulk"]
        assert (entry["kind"], entry["passed"], entry["first"] is None) == ("simulated", not code, not code)
        assert entry["tool"] == f"Verilator {recorded['tools']['verilator']}"
        assert entry["measured"]["frames_per_second"] > entry["measured"]["frames_per_second_whole"] > 0
        if code:
            assert entry["first"]["frame"] == 1 and int(entry["first"]["got"], 16) >> 6 & 1
        assert check["outputs"] == [] if code else check["outputs"][0]["events"] == 500


def test_the_emulator_may_say_what_is_expected_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from fpgaml.cli.main import app

    monkeypatch.setenv("FPGAML_ENGINE", "emulator")
    for name, edits, code in (("right", (), 0), ("wrong", (("sum = sum + element", "sum = sum - element"),), 1)):
        project = recordable(tmp_path / name, Mini(shell="native", edits=edits))
        done = CliRunner().invoke(app, ["cosim", str(project), "--bulk", "500"])
        assert done.exit_code == code, done.output
        recorded = json.loads((project / "results.json").read_text())
        by = "the exact emulator, equal to the integer interpreter on 256 of 500 events"
        assert recorded["bulk"]["graph_by"] == by
        check = next(check for check in recorded["checks"] if "in bulk" in check["name"])
        assert check["oracle"] == by and ("frame 1, y[0] bit 6" in check["note"]) == bool(code)
        assert f"expected results: {by}" in " ".join(done.output.split())


def test_the_command_line_takes_data_and_stalls(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from fpgaml.cli.main import app

    project = recordable(tmp_path, Mini(tag_bits=5))
    np.save(tmp_path / "data.npy", np.random.default_rng(0).normal(0, 9, (50, 5)))
    words = ["cosim", str(project), "--bulk", "40", "--data", str(tmp_path / "data.npy"), "--stalls"]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    entry = json.loads(done.output)["bulk"]
    assert entry == json.loads((project / "results.json").read_text())["bulk"]
    assert (entry["frames"], entry["data"], entry["gap_percent"], entry["stall_percent"]) == (40, "data.npy", 33, 33)
    assert entry["measured"]["latency"] is None and entry["edited"] == []
    assert entry["compile_seconds"] > 0
    source = project / "hdl" / "mini_core.v"
    source.write_text(source.read_text() + "// by hand\n")
    said = " ".join(CliRunner().invoke(app, words).output.split())
    assert "events of data.npy, gaps in 33 % and back-pressure in 33 % of the cycles" in said
    assert "frames/s of simulation alone" in said and "compiled in" in said
    assert "Edited since the project was generated, and simulated as it is: hdl/mini_core.v" in said
    assert "compiled by an earlier run" in CliRunner().invoke(app, words).output
    report = CliRunner().invoke(app, ["report", str(project)])
    assert report.exit_code == 0 and "RTL simulation in bulk (simulated, Verilator" in report.output


def test_the_native_shell_has_gaps_alone(tmp_path: Path) -> None:
    result = bulk(tmp_path, Mini(shell="native"), 500, pauses=Pauses(40, 40), processes=1)
    assert result.passed
    assert (result.pauses.gap_percent, result.pauses.stall_percent) == (40, 0)
    assert result.cycles > 1.3 * 500


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--bulk", "10", "--sim", "icarus"], "--sim: is for the bench"),
        (["--bulk", "10", "--rtl", "."], "--rtl: is for the bench"),
        (["--stalls"], "--stalls: goes with --bulk"),
        (["--data", "x.npy"], "--data: goes with --bulk"),
        (["--top", "network"], "--top: goes with --rtl"),
    ],
)
def test_options_that_would_be_ignored_are_refused(tmp_path: Path, words: list[str], says: str) -> None:
    from typer.testing import CliRunner

    from fpgaml.cli.main import app

    done = CliRunner().invoke(app, ["cosim", str(tmp_path), *words])
    assert isinstance(done.exception, FpgamlError) and says in str(done.exception)
