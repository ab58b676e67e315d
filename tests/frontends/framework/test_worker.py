"""One process that answers again and again, and ends with its caller, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import ToolError
from fpgaml.frontends.framework.worker import FrameworkUnavailableError, Program, Worker

HALF = """
    import os
    def begin(job):
        print("chatter on the standard output")
        return {"process": os.getpid(), "job": job}, lambda arrays: [array / 2 for array in arrays.values()]
"""


def worker(folder: Path, script: str, timeout: float = 60.0) -> Worker:
    """A worker of this Python that runs a script."""
    path = folder / "script.py"
    path.write_text(textwrap.dedent(script))
    program = Program(path, Path(sys.executable), "the framework", "Install it", failing="Look at it")
    return Worker(program, {"model": "m"}, "m.keras", timeout)


def ended(process: int) -> bool:
    """Whether a process is gone; the kernel may take its time."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if "\nState:\tZ" in Path(f"/proc/{process}/status").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_one_process_answers_every_request(tmp_path: Path) -> None:
    with worker(tmp_path, HALF) as asked:
        waiting = [asked.ask({"a/b": np.full((2, 3), n), "": np.array([n])}) for n in range(5)]
        facts = asked.facts()
        assert facts["job"] == {"model": "m"}
        assert Path(f"/proc/{facts['process']}").exists()
        answers = [answer() for answer in reversed(waiting)]
    for n, (first, second) in zip(reversed(range(5)), answers, strict=True):
        np.testing.assert_array_equal(first, np.full((2, 3), n / 2))
        np.testing.assert_array_equal(second, [n / 2])
    assert ended(facts["process"])


def test_its_own_files_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with worker(tmp_path, HALF) as asked:
        asked.ask({"x": np.zeros(3)})()
        assert any(scratch.iterdir())
    assert not any(scratch.iterdir())


def test_a_request_that_fails_is_told_and_the_next_is_answered(tmp_path: Path) -> None:
    script = """
        def begin(job):
            return {}, lambda arrays: [1 // arrays["x"]]
    """
    with worker(tmp_path, script) as asked:
        bad, good = asked.ask({"x": np.float64(np.nan)}), asked.ask({"x": np.array(1)})
        assert good()[0] == 1
        assert np.isnan(bad()[0])
        with pytest.raises(
            ToolError, match=r"m\.keras: the framework cannot run this model: KeyError: 'x'. Look at it"
        ):
            asked.ask({"y": np.array(1)})()


def test_what_is_not_there(tmp_path: Path) -> None:
    with (
        worker(tmp_path, "def begin(job):\n    import no_such_module") as asked,
        pytest.raises(FrameworkUnavailableError, match=r"No module named 'no_such_module'. Install it"),
    ):
        asked.facts()


def test_a_crash_shows_the_last_words(tmp_path: Path) -> None:
    script = """
        import ctypes, sys
        def begin(job):
            return {}, crash
        def crash(arrays):
            print("about to read address 0")
            sys.stdout.flush()
            ctypes.string_at(0)
    """
    with worker(tmp_path, script) as asked:
        asked.facts()
        answer = asked.ask({"x": np.zeros(1)})
        for _ in range(2):  # whoever waits is told, not only the first
            with pytest.raises(ToolError, match=r"ended with code -11 and no answer.*about to read address 0"):
                answer()


def test_a_program_that_is_no_python(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho segmentation fault >&2; exit 139\n")
    python.chmod(0o755)
    with (
        Worker(Program(tmp_path / "s.py", python, "the framework"), {}, "m.keras") as asked,
        pytest.raises(ToolError, match=r"code 139 and no answer.*segmentation fault"),
    ):
        asked.facts()
    python.write_text("#!/bin/sh\necho hello; sleep 60\n")
    with (
        Worker(Program(tmp_path / "s.py", python, "the framework"), {}, "m.keras") as asked,
        pytest.raises(ToolError, match="gave no answer but `hello`"),
    ):
        asked.facts()
    python.write_bytes(b"\x00\x01")
    with pytest.raises(ToolError, match="cannot be started"):
        Worker(Program(tmp_path / "s.py", python, "the framework"), {}, "m.keras").start()


def test_a_hang_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    script = f"""
        import subprocess, pathlib, time
        def begin(job):
            below = subprocess.Popen(["sleep", "60"])
            pathlib.Path({str(tmp_path / "below")!r}).write_text(str(below.pid))
            time.sleep(60)
    """
    begun = time.monotonic()
    with (
        worker(tmp_path, script, timeout=3.0) as asked,
        pytest.raises(ToolError, match=r"the framework took longer than 3 s. Ask for fewer events"),
    ):
        asked.facts()
    assert time.monotonic() - begun < 30
    assert ended(int((tmp_path / "below").read_text()))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_caller(tmp_path: Path, number: int) -> None:
    """Even a caller that is killed without a chance to clean up, while the worker computes."""
    script = """
        import os, time
        def begin(job):
            return {"process": os.getpid()}, lambda arrays: time.sleep(60)
    """
    worker(tmp_path, script)
    caller = f"""
        import numpy, sys
        from pathlib import Path
        from fpgaml.frontends.framework.worker import Program, Worker
        from fpgaml.interrupts import interruptible
        program = Program(Path({str(tmp_path / "script.py")!r}), Path(sys.executable), "the framework")
        with interruptible(), Worker(program, {{}}, "m.keras") as asked:
            answer = asked.ask({{"x": numpy.zeros(1)}})
            print(asked.facts()["process"], flush=True)
            answer()
    """
    command = [sys.executable, "-c", textwrap.dedent(caller)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        below = int(process.stdout.readline())
        assert Path(f"/proc/{below}").exists()
        os.kill(process.pid, number)
        assert process.wait(30) != 0
    assert ended(below)
