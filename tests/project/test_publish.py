"""A project folder is replaced whole or not at all, whatever happens in between."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.project.hashes import folder_hashes
from fpgaml.project.publish import staged
from fpgaml.record.files import MANIFEST
from tests.report import samples

WRITER = """
import sys, time
from pathlib import Path
from fpgaml.project.publish import staged
with staged(Path(sys.argv[1])) as stage:
    (stage / "half").write_text("written")
    print("half", flush=True)
    time.sleep(60)
"""


def write(target: Path, text: str, *, force: bool = False, **more: str) -> None:
    """Publish a small project of `text` and more files by name."""
    with staged(target, force) as stage:
        for name, content in {"text": text, **more}.items():
            (stage / name).write_text(content)
        manifest = samples.manifest(files=folder_hashes(stage))
        (stage / MANIFEST).write_text(json.dumps(manifest))


def names(folder: Path) -> list[str]:
    """Everything in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def interrupted(target: Path, how: signal.Signals) -> int:
    """Start a writer, and stop it half-way."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.send_signal(how)
    return process.wait(timeout=30)


def test_a_new_project_appears_and_an_old_one_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "project"
    write(target, "first")
    assert (target / "text").read_text() == "first"
    write(target, "second")
    assert (target / "text").read_text() == "second"
    assert names(tmp_path) == ["project"]


def test_an_error_leaves_the_old_project(tmp_path: Path) -> None:
    target = tmp_path / "project"
    write(target, "first")
    with pytest.raises(RuntimeError), staged(target) as stage:
        (stage / "text").write_text("second")
        raise RuntimeError
    assert (target / "text").read_text() == "first"
    assert names(tmp_path) == ["project"]


def test_an_error_leaves_no_new_parent_folders(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), staged(tmp_path / "a" / "b" / "project"):
        raise RuntimeError
    assert names(tmp_path) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stopped_run_cleans_up(tmp_path: Path, how: signal.Signals) -> None:
    target = tmp_path / "project"
    write(target, "first")
    assert interrupted(target, how) != 0
    assert names(tmp_path) == ["project"]
    assert (target / "text").read_text() == "first"


def test_a_killed_run_leaves_the_old_project_and_the_next_run_cleans_up(tmp_path: Path) -> None:
    target = tmp_path / "project"
    write(target, "first")
    interrupted(target, signal.SIGKILL)
    assert (target / "text").read_text() == "first"
    assert not (target / "half").exists()
    write(target, "second")
    assert names(tmp_path) == ["project"]


def test_a_run_that_goes_on_keeps_its_stage(tmp_path: Path) -> None:
    target = tmp_path / "project"
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    write(target, "mine")
    assert len(names(tmp_path)) == 2
    process.terminate()
    process.wait(timeout=30)
    assert names(tmp_path) == ["project"]


def test_folders_and_files_of_others_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").touch()
    for target in (other, other / "file"):
        with pytest.raises(FpgamlError), staged(target):
            pass
    assert names(other) == ["file"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", "first")
    assert (tmp_path / "empty" / "text").read_text() == "first"


def test_a_full_disk_is_said_and_leaves_nothing(small_disk: Path) -> None:
    with pytest.raises(FpgamlError, match="disk is full"), staged(small_disk / "project") as stage:
        for index in range(100):
            (stage / str(index)).write_bytes(bytes(8192))
    assert names(small_disk) == []
