"""A simulation that never ends is ended, and no simulator outlives fpgaml."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fpgaml.cosim.project import Options, simulate
from fpgaml.errors import ToolError
from tests.cosim.mini import Mini, write_project
from tests.cosim.running import simulator_or_skip
from tests.paths import ROOT

LOOP = "  wire loop;\n  assign loop = ~rst & ~loop;\n"


@pytest.fixture
def looping(tmp_path: Path) -> Path:
    """A project whose simulation stands still, in time alone, as soon as reset ends."""
    simulator_or_skip("icarus")
    project = write_project(tmp_path / "p", Mini("native"))
    source = project / "hdl" / "mini_native.v"
    source.write_text(source.read_text().replace("endmodule", f"{LOOP}endmodule"))
    return project


def processes_of(folder: Path) -> list[str]:
    """Commands of the processes that were told of a folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (place / "environ").read_bytes():
                found.append((place / "cmdline").read_bytes().decode().replace("\0", " "))
        except OSError:
            continue
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_a_loop_is_given_up_and_the_check_named(looping: Path, tmp_path: Path) -> None:
    before = (looping / "results.json").read_bytes()
    with pytest.raises(ToolError, match=r"said nothing for 8 s in the check `golden_vectors`.*loop.*--timeout"):
        simulate(looping, Options("icarus", frames=20, timeout=8))
    assert wait_for(lambda: not processes_of(tmp_path))  # the system takes a moment to clear a killed one away
    assert (looping / "results.json").read_bytes() == before
    source = looping / "hdl" / "mini_native.v"
    source.write_text(source.read_text().replace(LOOP, ""))
    assert simulate(looping, Options("icarus", frames=20)).outcome.passed


def test_the_option_and_its_variable(looping: Path) -> None:
    words = [sys.executable, "-m", "fpgaml", "cosim", str(looping), "--sim", "icarus"]
    given = {**os.environ, "FPGAML_COSIM_TIMEOUT": "8"}
    done = subprocess.run(words, cwd=ROOT, env=given, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 2 and "said nothing for 8 s" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_leaves_no_simulator(looping: Path, tmp_path: Path, how: signal.Signals) -> None:
    words = [sys.executable, "-m", "fpgaml", "cosim", str(looping), "--sim", "icarus"]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert wait_for(lambda: any("vvp" in command for command in processes_of(tmp_path)))
    process.send_signal(how)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 128 + how and "Traceback" not in said
    assert wait_for(lambda: not processes_of(tmp_path))


def test_half_a_build_is_built_again(tmp_path: Path) -> None:
    """A compiler that is killed leaves half a file, which looks new to make."""
    simulator_or_skip("icarus")
    project = write_project(tmp_path / "p", Mini("native"))
    words = [sys.executable, "-m", "fpgaml", "cosim", str(project), "--sim", "icarus", "--frames", "20"]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    build = project / "sim" / "build" / "icarus" / "sim"
    assert wait_for(build.exists)
    process.terminate()
    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert wait_for(lambda: not processes_of(tmp_path))
    (build / "sim.vvp").write_text("half")
    assert simulate(project, Options("icarus", frames=20)).outcome.passed
