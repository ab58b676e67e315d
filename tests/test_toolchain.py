"""What is shared by everything that runs other programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.toolchain import ask_version, cache_folder, first_error, version_numbers


def test_a_tool_that_fails_or_hangs_has_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpgaml.toolchain.LONGEST", 0.2)
    for name, text in (("fails", "echo 1.2.3; exit 1"), ("hangs", "exec sleep 60")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
        assert not ask_version(str(tmp_path / name), "-V")
    assert not ask_version(str(tmp_path / "absent"), "-V")


def test_versions_compare_as_numbers() -> None:
    assert version_numbers("0.9") < version_numbers("0.38") < version_numbers("2.1.0rc1")


def test_the_first_error_says_why() -> None:
    assert first_error("building\n  a.cpp:3: error: no x\nError 1\n") == "a.cpp:3: error: no x"
    assert (first_error("killed\n"), first_error("")) == ("killed", "")


def test_the_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FPGAML_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert cache_folder() == tmp_path / "user" / "fpgaml"
    monkeypatch.setenv("FPGAML_CACHE_DIR", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
