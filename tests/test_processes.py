"""Programs end with what started them, all that they started too."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fpgaml.processes import Processes, own_group


def alive(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_the_whole_group_ends_with_the_block(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers"
    with pytest.raises(KeyboardInterrupt), own_group(["sh", "-c", f"sleep 60 & echo $! > {numbers}; wait"]) as process:
        while not (numbers.exists() and numbers.read_text().strip()):
            time.sleep(0.01)
        below = int(numbers.read_text())
        assert alive(below) and os.getpgid(below) == process.pid
        raise KeyboardInterrupt
    assert not alive(process.pid)
    end = time.monotonic() + 10
    while alive(below) and time.monotonic() < end:  # the kernel takes its time
        time.sleep(0.01)
    assert not alive(below)


def test_what_threads_run_is_killed_and_nothing_more_begins() -> None:
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), ThreadPoolExecutor(2) as pool, Processes() as processes:
        runs = [pool.submit(processes.run, ["sleep", "60"]) for _ in range(4)]
        time.sleep(0.3)
        raise KeyboardInterrupt
    assert time.monotonic() - begun < 30
    assert [run.result().returncode for run in runs[:2]] == [-9, -9]
    for run in runs[2:]:
        with pytest.raises(InterruptedError):
            run.result()


def test_output_and_exit_code() -> None:
    with Processes() as processes:
        done = processes.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")
