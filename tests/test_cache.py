"""The cache of compiled programs: made once, whole or not there, and bounded."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fpgaml import cache
from fpgaml.cache import Cache, trim
from fpgaml.errors import FpgamlError

KEY = "ab12"


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FPGAML_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def entry(kind: str, key: str, size: int, age: float) -> Path:
    """An entry of so many bytes, used so many seconds ago."""
    made = Cache(kind).obtain(key, lambda folder: (folder / "program").write_bytes(b"x" * size))
    os.utime(made, (time.time() - age,) * 2)
    return made


def test_two_at_once_make_it_once() -> None:
    made: list[int] = []

    def make(folder: Path) -> None:
        made.append(1)
        time.sleep(0.3)
        (folder / "program").write_text("whole")

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: (Cache("some").obtain(KEY, make) / "program").read_text(), range(2)))
    assert found == ["whole", "whole"] and made == [1]


def test_what_failed_is_not_there(root: Path) -> None:
    def make(folder: Path) -> None:
        (folder / "program").write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Cache("some").obtain(KEY, make)
    assert Cache("some").find(KEY) is None
    assert [path.name for path in (root / "some").iterdir()] == [".locks"]


def test_old_ones_go_and_then_the_least_recently_used(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 2500)
    day = 86400.0
    forgotten, older, newer = entry("a", "1", 10, 61 * day), entry("a", "2", 1000, 3 * day), entry("b", "3", 1000, day)
    running = entry("b", "4", 1000, 60)
    leftover = root / "b" / ".new-killed"
    leftover.mkdir()
    os.utime(leftover, (0, 0))
    trim(root)
    assert not forgotten.exists() and not older.exists() and not leftover.exists()
    assert newer.exists() and running.exists()
    # What is in use stays, even where it is too large.
    monkeypatch.setattr(cache, "MOST_BYTES", 10)
    trim(root)
    assert not newer.exists() and running.exists()


def test_found_is_used() -> None:
    made = entry("a", "1", 10, 1e6)
    assert Cache("a").find("1") == made
    assert time.time() - made.stat().st_mtime < 60


def test_a_cache_that_cannot_be_written(root: Path) -> None:
    root.write_text("a file in the way")
    with pytest.raises(FpgamlError, match=r"cannot be written.*FPGAML_CACHE_DIR"):
        Cache("some").obtain(KEY, lambda folder: None)
    Cache("some").offer(KEY, lambda folder: None)
