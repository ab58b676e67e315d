"""`fpgaml vectors`: written files hold the Graph's answers, and captured ones are compared on every bit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import fpgaml
from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.serial import read_graph
from fpgaml.tflite.facts import TfliteFacts
from tests.paths import ROOT

FIXTURES = ROOT / "tests" / "fixtures"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rtl") / "project"
    model = FIXTURES / "keras3" / "dense_default.keras"
    fpgaml.convert(model, folder, target="rtl", board="kcu116", vectors=3, framework="never")
    return folder


def count(project: Path) -> int:
    return len((project / "tb_data" / "output_third.txt").read_text().splitlines())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["vectors", *map(str, arguments), "--quiet"])


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("emp", ["--links", "0-2", "--output-links", "5"]),
        ("emp2", ["--element-bits", "16", "--spacing", "4", "--lead", "3"]),
        ("apx", []),
        ("hex", ["--element-bits", "16"]),
    ],
)
def test_what_is_written_is_equal_and_one_bit_is_not(
    kind: str, options: list[str], project: Path, tmp_path: Path
) -> None:
    assert run(project, "--format", kind, "--output", tmp_path / "v.txt", *options).exit_code == 0
    written = tmp_path / "v_outputs.txt"
    kept = [each for each in options if each not in ("--spacing", "4", "--lead", "3")]
    done = run(project, "--format", kind, "--read", written, *kept)
    assert (done.exit_code, done.output) == (0, f"EXACT: captured outputs = Graph, {count(project)} events\n")

    lines = written.read_text().splitlines()
    valid = {"emp": "1v", "emp2": "111 ", "apx": " 0x0b ", "hex": ""}[kind]
    row = [index for index, line in enumerate(lines) if valid in line and not line.startswith("//")][2]
    lines[row] = lines[row][:-1] + f"{int(lines[row][-1], 16) ^ 1:x}"
    written.write_text("\n".join(lines) + "\n")
    done = CliRunner().invoke(app, ["vectors", str(project), "-f", kind, "--read", str(written), *kept])
    assert done.exit_code == 1
    assert f"third: 1 of {3 * count(project)} values differ" in done.output
    assert "first at event 2, position 0:" in done.output
    assert done.output.endswith(f"FAILED: captured outputs = Graph, {count(project)} events\n")
    found = json.loads(run(project, "-f", kind, "--read", written, *kept, "--json").output)
    first = found["outputs"][0]["first"]
    assert (first["event"], first["position"], abs(first["expected_raw"] - first["got_raw"])) == (2, [0], 1)


def test_events_of_a_file_by_the_interpreter(project: Path, tmp_path: Path) -> None:
    with np.load(FIXTURES / "keras3" / "dense_default.npz") as stored:
        events = np.asarray(stored["in/x"], np.float64)[:5]
    np.save(tmp_path / "x.npy", events)
    assert run(project, "-f", "hex", "--output", tmp_path / "v.hex", "--data", tmp_path / "x.npy").exit_code == 0
    graph = read_graph(project)
    answers = interpret(graph, read_inputs(graph, {"x": events}))["third"].at(11).tolist()
    lines = (tmp_path / "v_outputs.hex").read_text().splitlines()[2:]
    assert lines == [f"{sum((n & 0x1FFF) << 13 * k for k, n in enumerate(row)):010x}" for row in answers]


def test_files_of_a_board_s_buffers(project: Path, tmp_path: Path) -> None:
    """Whole events, each file with its lead; read in order, and shorter captures are compared as far as they go."""
    shape = ["--lead", "10", "--spacing", "54", "--frames-per-file", "512"]
    assert run(project, "--output", tmp_path / "v.txt", *shape).exit_code == 0
    names = {path.name: path.read_text().splitlines() for path in tmp_path.iterdir()}
    assert [len(names[f"v_outputs_{index}.txt"]) - 4 for index in (0, 1)] == [
        10 + 9 * 54,
        10 + (count(project) - 9) * 54,
    ]
    parts = [part for index in (0, 1) for part in ("--read", tmp_path / f"v_outputs_{index}.txt")]
    assert run(project, *parts).output == f"EXACT: captured outputs = Graph, {count(project)} events\n"
    assert run(project, *parts[:2]).output == f"EXACT: captured outputs = Graph, 9 of {count(project)} events\n"


def test_the_layout_is_told(project: Path, tmp_path: Path) -> None:
    run(project, "--output", tmp_path / "v.txt", "--links", "2,3", "--element-bits", "32", "--spacing", "18")
    text = (tmp_path / "v_layout.txt").read_text()
    assert "inputs: 192 bits an event, 2 frames on links 2, 3, every 18 frames, the first in frame 0\n" in text
    assert "  x[3]: frame 0, link 3, bits 63..32\n  x[4]: frame 1, link 2, bits 31..0\n" in text
    run(project, "--output", tmp_path / "v.txt")
    assert "  x[5]: frame 0, link 0, bits 53..45\n" in (tmp_path / "v_layout.txt").read_text()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "--output, --read: one of both is needed"),
        (["--output", "v", "--format", "x2o"], "--format: `x2o` is not known"),
        (["--output", "v", "--links", "3-1"], "--links: `3-1` is not a link or a range of links"),
        (["--output", "v", "--links", "1,0-2"], "names a link twice"),
        (["--output", "v", "--element-bits", "8"], "an element of `x` has 9 bits. Give 9 or more"),
        (["--output", "v", "--element-bits", "65"], "a word has 64 bits"),
        (["--output", "v", "--element-bits", "64", "--spacing", "5"], "5 frames, and an event takes 6 on 1 links"),
        (["--output", "v", "--frames-per-file", "8"], "8 frames hold no event: they follow each other every 9"),
        (["--output", "v", "-f", "hex", "--links", "1", "--lead", "0"], "--links, --lead: not used by --format hex"),
        (["--read", "v", "--lead", "0"], "--lead: not used by --read"),
        (["--read", "nowhere"], "nowhere: cannot be read: No such file or directory"),
        (["--output", "/nowhere/v"], "there is no folder /nowhere"),
    ],
)
def test_what_cannot_be_done(options: list[str], reason: str, project: Path) -> None:
    done = run(project, *options)
    assert isinstance(done.exception, FpgamlError)
    assert (done.exception.exit_code, reason in str(done.exception)) == (2, True), done.exception


def test_more_events_than_the_project_has(project: Path, tmp_path: Path) -> None:
    run(project, "--output", tmp_path / "v.txt")
    done = run(project, "--read", tmp_path / "v_outputs.txt", "--events", "4")
    assert f"holds {count(project)} events, and there are 4 to compare with" in str(done.exception)


def test_a_flatbuffer_has_codes_of_its_own(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "p")
    manifest = json.loads((project / "manifest.json").read_text())
    settings = TfliteFacts.model_validate(
        {
            **{"activations": "int8", "name": "n", "calibration_events": 1, "float32": False, "converter": {}},
            **{"dropped_quantizers": 0, "clips": (), "output_ranges": {}},
        }
    )
    manifest["settings"] = settings.to_json()
    (tmp_path / "p" / "manifest.json").write_text(json.dumps(manifest))
    done = run(tmp_path / "p", "--output", tmp_path / "v")
    assert "has codes of its own, not the Graph's integers" in str(done.exception)
