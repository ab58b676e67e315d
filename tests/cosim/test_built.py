"""Built simulations are taken up by their content: in another folder, and never where a source differs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fpgaml.cosim.built import CACHE, is_built
from fpgaml.cosim.job import Job
from fpgaml.cosim.run import JUNIT, LOG, run_job
from tests.cosim.mini import Mini
from tests.cosim.running import simulator_or_skip

NARROW = ("% 7) - 3", "% 7) - 3 + (i == 0)")


def job(project: Path, simulator: str = "icarus") -> Job:
    sim = project / "sim"
    return Job(sim, sim / "bench.json", sim / "build" / simulator, simulator_or_skip(simulator), frames=50)


def compiled(given: Job) -> bool:
    """Whether the last run called the compiler."""
    return "iverilog" in (given.build / LOG).read_text()


@pytest.fixture
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FPGAML_CACHE_DIR", str(tmp_path / "cache"))


@pytest.mark.usefixtures("_own_cache")
def test_a_copy_of_a_project_is_not_built_again(tmp_path: Path) -> None:
    first, second = (job(Mini("native").write(tmp_path / name)) for name in "ab")
    assert not is_built(first)
    assert run_job(first).passed and compiled(first)
    assert is_built(second) and not second.build.exists()
    assert run_job(second).passed and not compiled(second)
    # Copied with its build folder, which tells other times and another place.
    third = job(Path(shutil.copytree(tmp_path / "a", tmp_path / "c", copy_function=shutil.copy)))
    shutil.rmtree(CACHE.folder)
    assert run_job(third).passed and not compiled(third)
    assert (third.build / JUNIT).is_file()


@pytest.mark.usefixtures("_own_cache")
def test_one_other_character_is_another_design(tmp_path: Path) -> None:
    assert run_job(job(Mini("native").write(tmp_path / "a"))).passed
    other = job(Mini("native", edits=(NARROW,)).write(tmp_path / "b"))
    assert not is_built(other)
    assert not run_job(other).passed and compiled(other)


@pytest.mark.usefixtures("_own_cache")
def test_half_an_entry_is_not_used(tmp_path: Path) -> None:
    assert run_job(job(Mini("native").write(tmp_path / "a"))).passed
    (entry,) = (path for path in CACHE.folder.iterdir() if path.is_dir())
    (entry / "sim.vvp").unlink()
    second = job(Mini("native").write(tmp_path / "b"))
    assert run_job(second).passed and compiled(second)
    # Nor half a build folder; the cache is whole again.
    (second.build / "sim" / "sim.vvp").unlink()
    assert run_job(second).passed and not compiled(second)


def test_verilators_own_part_is_compiled_once(tmp_path: Path) -> None:
    # In the cache of all tests, where it may lie by now.
    assert run_job(job(Mini("native").write(tmp_path / "a"), "verilator")).passed
    second = job(Mini("native", inputs=4).write(tmp_path / "b"), "verilator")
    assert run_job(second).passed
    said = (second.build / LOG).read_text()
    assert "-o verilator.o" in said and "-o verilated.o" not in said
