"""`fpgaml verify --random` of an HLS project: its C-simulation, as the sources lie there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fpgaml.api import convert, verify
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.serial import read_graph
from fpgaml.record.files import read_results
from fpgaml.record.verdict import Status
from tests.paths import ROOT, fpgaml

pytest.importorskip("hls4ml", reason="hls4ml is not installed")
KERAS3 = ROOT / "tests" / "fixtures" / "keras3"
CHECK = "Graph = C-simulation at random"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    folder = tmp_path_factory.mktemp("hls") / "project"
    with np.load(KERAS3 / "dense_default.npz") as stored:
        data = {"data": stored["in/x"], "reference": stored["layer/third"], "framework": "never"}
        convert(KERAS3 / "dense_default.keras", folder, board="kcu116", vectors=16, golden=16, **data)
    return folder


def test_the_command_says_what_was_compared_and_the_record_has_it(project: Path) -> None:
    done = fpgaml("verify", project, "--random", "2e3", "--seed", 4, "--framework", "never")
    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "2,000 events" in said
    assert "neighbours of recorded events" in said
    assert "PASSED: 2,000 random events, every bit (simulated)" in said
    results = read_results(project)
    assert results.soak
    assert (results.soak.seed, results.soak.events) == (4, 2000)
    assert next(check for check in results.checks if check.name == CHECK).status == Status.EXACT
    more = fpgaml("verify", project, "--random", "3k", "--seed", 4, "--framework", "never", "--json")
    entry = json.loads(more.stdout)["results"]["soak"]
    assert entry["events"] == 3000
    whole = verify(project, random=3e3, seed=4, framework="never").results.soak
    assert whole
    assert whole.checksum == entry["checksum"]


def test_a_weight_changed_by_one_bit_is_caught(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    weights = copy / "firmware" / "weights" / "w2.txt"
    first, *others = weights.read_text().split(",")
    weights.write_text(",".join([str((int(float(first) * 128) ^ 128) / 128), *others]))  # a bit of ap_fixed<10,3>
    done = fpgaml("verify", copy, "--random", "20000", "--framework", "never", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    content = json.loads(done.stdout)
    assert content["verdict"] == "failed"
    small = content["results"]["soak"]["smallest"]
    assert small["events"] == 1
    assert small["nonzero"] == len(small["inputs"]) <= 2
    assert small["finished"]
    # What must come of that event is the interpreter's, whoever reads the file.
    graph = read_graph(copy)
    (node,) = graph.inputs
    with np.load(copy / small["file"]) as stored:
        values = read_inputs(graph, {node.name: stored[node.source]})
    output = small["wrong"]["output"]
    port = next(each for each in content["manifest"]["outputs"] if each["name"] == output)
    right = interpret(graph, values)[output].at(port["fractional"])
    bits = int(right[0].reshape(-1)[small["wrong"]["element"]])
    assert small["wrong"]["expected"] == hex(bits & ((1 << port["width"]) - 1))
    again = fpgaml(*small["command"].split()[1:], "--framework", "never")
    assert again.returncode == 1
    assert "on 1 event" in again.stdout or "1 of 1 events differ" in " ".join(again.stdout.split())
