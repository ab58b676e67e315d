"""Verilog on random events: right and wrong designs, stopped and gone on with, in any number of processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fpgaml.cluster.workers import HERE, Local, Workers
from fpgaml.cosim.tools import find_verilator
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.files import write_bytes_whole
from fpgaml.graph.serial import graph_hash, to_json
from fpgaml.project.hashes import edited_files, folder_hashes
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.verdict import Status
from fpgaml.report.sections.soak import soak_section
from fpgaml.soak.result import Soaked, SoakRequest
from fpgaml.soak.run import soak
from tests.cosim.mini import Mini
from tests.paths import fpgaml
from tests.report import samples
from tests.soak.graphs import dense

MINI = Mini()
EVENTS = 200_000


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    try:
        find_verilator()
    except ToolError as error:
        pytest.skip(str(error))


def project_of(folder: Path) -> Path:
    """A project with a hand-written core; as generated, whatever is wrong in it."""
    MINI.write(folder)
    graph = dense(MINI.inputs, MINI.in_width, MINI.outputs)
    (folder / "graph.json").write_text(to_json(graph))
    hashes = {"files": folder_hashes(folder), "graph_sha256": graph_hash(graph)}
    manifest = samples.manifest(**hashes, vectors={"seed": 1, "events": {"vectors": 60}, "data_sha256": ""})
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "results.json").write_text(json.dumps(samples.results()))
    return folder


def run(folder: Path, events: int = EVENTS, workers: Workers = HERE, **settings: float) -> Soaked:
    return soak(folder, SoakRequest(events, workers=workers, **settings))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Soaked:
    """All events of a right design in one go, in one piece."""
    return run(project_of(tmp_path_factory.mktemp("once") / "project"), piece_events=EVENTS)


def test_a_right_design_passes_and_is_recorded(tmp_path: Path, at_once: Soaked) -> None:
    folder = project_of(tmp_path / "project")
    found = run(folder, 1000)
    assert found.entry.passed
    assert (found.entry.events, found.entry.values, found.check.status) == (1000, 3000, Status.EXACT)
    results = read_results(folder)
    assert results.soak == found.entry
    assert found.check in results.checks
    assert edited_files(folder, read_manifest(folder)) == [], "what is kept is no file of the project's"
    more = run(folder)
    assert more.entry.checksum == at_once.entry.checksum, "the same as in one go"
    assert more.entry.events == EVENTS


@pytest.mark.parametrize(("workers", "size"), [(HERE, 1 << 13), (Local(2), 1 << 15)])
def test_the_result_is_the_same_however_the_work_is_cut(
    tmp_path: Path, at_once: Soaked, workers: Workers, size: int
) -> None:
    found = run(project_of(tmp_path / "project"), workers=workers, piece_events=size).entry
    assert (found.events, found.checksum) == (EVENTS, at_once.entry.checksum)


def test_killed_at_any_moment_it_goes_on(tmp_path: Path, at_once: Soaked) -> None:
    folder = project_of(tmp_path / "project")
    kept = folder / "soak" / "seed_1.json"
    program = (
        "import sys; from pathlib import Path; from fpgaml.soak import run; from fpgaml.soak.result import SoakRequest;"
        "from fpgaml.cluster.workers import HERE; run.KEEP_SECONDS = 0;"
        f"run.soak(Path(sys.argv[1]), SoakRequest({EVENTS}, workers=HERE, piece_events=2048))"
    )
    done = 0
    for stop, wait in ((signal.SIGKILL, 0.0), (signal.SIGKILL, 0.11), (signal.SIGINT, 0.0)):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(folder)], stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        until = time.monotonic() + 60
        while process.poll() is None and events_in(kept) <= done and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(wait)
        process.send_signal(stop)
        said = process.communicate()[1]
        assert events_in(kept) > done, "what was done before it was killed is kept"
        done = events_in(kept)
    assert done < EVENTS
    assert f"stopped: {done:,} of {EVENTS:,} random events were compared; the same command goes on from there" in said
    found = run(folder)
    assert (found.entry.events, found.entry.checksum) == (EVENTS, at_once.entry.checksum)
    assert not found.notes


def test_a_time_limit_ends_it_with_what_was_compared(tmp_path: Path, at_once: Soaked) -> None:
    folder = project_of(tmp_path / "project")
    found = run(folder, piece_events=1 << 14, seconds=0.0)
    assert (found.entry.events, found.check.status) == (1 << 14, Status.EXACT)
    assert "--time-limit" in found.entry.stopped
    assert found.check.note == found.entry.stopped
    assert run(folder).entry.checksum == at_once.entry.checksum


def test_what_nothing_runs_is_refused(tmp_path: Path) -> None:
    folder = project_of(tmp_path / "project")
    bench = folder / "sim" / "bench.json"
    bench.write_text(bench.read_text().replace('"verilog"', '"vhdl"'))
    with pytest.raises(FpgamlError, match="reads no VHDL"):
        run(folder)


def events_in(kept: Path) -> int:
    return sum(each["events"] for each in json.loads(kept.read_text())["ranges"]) if kept.exists() else 0


def test_an_edited_design_is_caught_and_its_event_made_small(tmp_path: Path) -> None:
    folder = project_of(tmp_path / "project")
    assert run(folder, 1000).entry.passed
    core = folder / "hdl" / "mini_core.v"
    right = "sums[j*OUT_WIDTH+:OUT_WIDTH] = sum;"
    assert right in core.read_text()
    # The lowest bit of y[1], where x[4], the last one, is 7. Its weight is 1: alone it gives 7.
    core.write_text(core.read_text().replace(right, right.replace("= sum", "= sum ^ (j == 1 && element == 7)")))
    found = run(folder, workers=Local(2), piece_events=4096)
    entry, small = found.entry, found.entry.smallest
    assert "the project changed since 1,000 events" in " ".join(found.notes)
    assert entry.edited == ("hdl/mini_core.v",)
    assert found.check.status == Status.FAILED
    assert entry.first
    assert entry.events < EVENTS, "it stops there"
    assert small
    assert [(each.element, each.raw) for each in small.inputs] == [(4, 7)]
    assert (small.events, small.nonzero, small.finished) == (1, 1, True)
    assert (small.wrong.output, small.wrong.element, small.wrong.expected, small.wrong.got) == ("y", 1, "0x7", "0x6")
    told = "\n".join(str(part) for part in soak_section(entry).parts)
    assert "1 element of the inputs is not zero: y[1]: expected 0x7, got 0x6" in told
    assert small.command in told
    again = fpgaml(*small.command.split()[1:])
    assert again.returncode == 1, again.stdout + again.stderr
    assert "FAILED" in again.stdout
    assert run(folder, workers=HERE).entry.first == entry.first, "it is remembered, and the same for any workers"
    (folder / "soak" / "seed_1.json").unlink()
    assert run(folder, piece_events=4096).entry.first == entry.first


def test_a_full_disk_is_said(tmp_path: Path, at_once: Soaked, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project_of(tmp_path / "project")

    def full(path: Path, content: bytes) -> None:
        write_bytes_whole(Path("/dev/full") if path.name == "seed_1.json" else path, content)

    monkeypatch.setattr("fpgaml.files.write_bytes_whole", full)
    found = run(folder)
    assert found.entry.checksum == at_once.entry.checksum
    assert "No space left on device" in " ".join(found.notes)
