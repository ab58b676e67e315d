"""`--target cpp` as users have it: converted and proved, verified, answering, with its edits noticed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import fpgaml
from fpgaml.cli.main import app
from fpgaml.cpp.names import library_name
from fpgaml.cpp.target import CppTarget
from fpgaml.emulator.engine import Interpreter
from fpgaml.emulator.titles import INTERPRETER
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.serial import read_graph
from fpgaml.progress import Silent
from fpgaml.record.verdict import Status
from fpgaml.running.firmware import OpenProject
from tests.paths import ROOT, needs_compiler

MODEL = ROOT / "tests" / "fixtures" / "keras3" / "dense_default.keras"
CHECK = "Graph = C++ emulator"

pytestmark = needs_compiler


@pytest.fixture(scope="module")
def events() -> np.ndarray:
    with np.load(MODEL.with_suffix(".npz")) as stored:
        return np.asarray(stored["in/x"], np.float64)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, events: np.ndarray) -> Path:
    folder = tmp_path_factory.mktemp("cpp") / "p"
    conversion = fpgaml.convert(MODEL, folder, target=CppTarget("net"), data=events, vectors=20, framework="never")
    (check,) = (check for check in conversion.results.checks if check.name == CHECK)
    assert (check.status, check.outputs[0].events) == (Status.EXACT, 20 + len(events))
    return folder


def edited(project: Path, folder: Path, old: str, new: str) -> Path:
    """A copy with a change in the emulator's source."""
    shutil.copytree(project, folder)
    source = folder / "net.cpp"
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    return folder


def test_it_is_recorded(project: Path) -> None:
    manifest = json.loads((project / "manifest.json").read_text())
    assert {"net.h", "net.hpp", "net.cpp", "net.py", "net_cmssw.cpp", "net.pc.in", "CMakeLists.txt", "Makefile"} <= set(
        manifest["files"]
    )
    rows = {row["node"]: row for row in manifest["settings"]["arithmetic"]}
    assert rows["x"] == {"node": "x", "held": "int16", "computed": ""}
    assert manifest["outputs"][0] | {"variable": "", "cpp": ""} == {
        **{"name": "third", "shape": [3], "signed": True, "width": 13, "fractional": 11},
        **{"variable": "", "cpp": ""},
    }
    results = json.loads((project / "results.json").read_text())
    assert results["tools"]["compiler"]


def test_every_command_works_with_it(project: Path, events: np.ndarray, tmp_path: Path) -> None:
    assert {c.name: c.status for c in fpgaml.verify(project, data=events).results.checks}[CHECK] == Status.EXACT
    graph = read_graph(project)
    answers = np.asarray(fpgaml.predict(project, events)["third"], np.float64)
    np.testing.assert_array_equal(answers, interpret(graph, read_inputs(graph, {"x": events}))["third"].to_float())

    np.save(tmp_path / "x.npy", events)
    np.save(tmp_path / "y.npy", (answers[:, 0] > np.median(answers[:, 0])).astype(int))
    (tmp_path / "budget.toml").write_text('[exactness]\nfirmware = "exact"\n')
    data = ["--data", str(tmp_path / "x.npy"), "--labels", str(tmp_path / "y.npy"), "--framework", "never"]
    for command in (
        ["report", str(project)],
        ["evaluate", str(project), *data, "--output", str(tmp_path / "evaluation")],
        ["vectors", str(project), "--output", str(tmp_path / "v.txt")],
        ["vectors", str(project), "--read", str(tmp_path / "v_outputs.txt")],
    ):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, (command, done.output, done.exception)
        if command[0] == "report":
            assert "C++17 emulator net" in done.output
            assert "Arithmetic" in done.output


def test_the_sources_in_the_folder_are_what_is_checked(project: Path, tmp_path: Path) -> None:
    """A source that was made wrong fails; one that only has a comment more is as good, and said to be edited."""
    wrong = edited(project, tmp_path / "wrong", "(rows[e][l] >> SHIFT)", "(rows[e][l] >> SHIFT ^ 1)")
    found = fpgaml.verify(wrong)
    assert {c.name: c.status for c in found.results.checks}[CHECK] == Status.FAILED
    assert (found.passed, found.edited) == (False, ("net.cpp",))
    broken = edited(project, tmp_path / "broken", "extern", "extern extern")
    with pytest.raises(ToolError, match="failed on the emulator"):
        fpgaml.verify(broken)
    (broken / "net.h").unlink()
    with pytest.raises(FpgamlError, match=r"net\.h: cannot be read"):
        fpgaml.verify(broken)


def test_it_is_never_compared_with_itself(project: Path, events: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the emulator would run the Graph, the interpreter does: on data, and on random events."""
    from fpgaml.soak.firmware import open_tried
    from fpgaml.soak.job import open_stream

    monkeypatch.setenv("FPGAML_ENGINE", "emulator")
    (check,) = (c for c in fpgaml.verify(project, data=events).results.checks if c.name == CHECK)
    assert check.oracle == INTERPRETER
    opened = OpenProject.read(project)
    assert isinstance(open_stream(opened, open_tried(opened, Silent()), 1, 10**9).engine, Interpreter)


def test_what_was_built_in_it_is_no_edit(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    shutil.copytree(project, folder)
    for name in ("build_emulator/libnet.so", "__pycache__/net.pyc"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("")
    fpgaml.convert(MODEL, folder, target=CppTarget("net"), vectors=4, framework="never")
    assert not (folder / "build_emulator").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("2nd", "`2nd` is no identifier of C"),
        ("a__b", "`a__b` is no identifier of C"),
        ("../p", "`../p` is no identifier of C"),
        ("class", "`class` means something else in C++ or Python"),
        ("numpy", "`numpy` means something else"),
        ("a" * 65, "has more than 64 letters"),
    ],
)
def test_names_that_cannot_be(name: str, reason: str) -> None:
    with pytest.raises(FpgamlError) as caught:
        CppTarget(name)
    assert str(caught.value).startswith("--name: ")
    assert reason in str(caught.value)


def test_names_of_networks() -> None:
    assert [library_name(name) for name in ("my model", "double", "2x")] == ["my_model", "double_network", "n_2x"]


def test_without_a_compiler(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FPGAML_CXX", "no-such-compiler")
    with pytest.raises(ToolError, match="which is not on PATH"):
        fpgaml.verify(project)
