"""With --json a refusal is JSON on standard output too, with the exit code that it has without."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

import fpgaml.cli.main as command_line
from fpgaml.errors import Problem, UnsupportedError


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any, str]:
    """Exit code, what standard output holds as JSON, and standard error."""
    monkeypatch.setattr(sys, "argv", ["fpgaml", *words])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    said = capsys.readouterr()
    return int(str(ended.value.code)), json.loads(said.out)["error"] if said.out else None, said.err


@pytest.mark.parametrize(
    ("words", "where", "reason"),
    [
        (("convert", "none.h5"), "none.h5", "does not exist"),
        (("boards", "zcu9999"), "--board zcu9999", "no board of this name"),
        (("convert", "x", "--golden", "many"), "--golden", "valid integer"),
        (("convert", "x", "--nothing"), "--nothing", "No such option"),
        (("predict", "p", "-o", "o.npy"), "--data", "Missing option"),
        (("invert",), "", "No such command 'invert'"),
    ],
)
def test_every_refusal(
    words: tuple[str, ...],
    where: str,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, error, said = refused(monkeypatch, capsys, *words, "--json")
    assert (code, error["exit_code"], said) == (2, 2, "")
    assert error["where"] == where
    assert reason in error["reason"]
    plain, nothing, words_said = refused(monkeypatch, capsys, *words)
    assert (plain, nothing) == (2, None)
    assert words_said


def test_layers_that_are_not_supported_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise UnsupportedError("m.keras", [Problem("a", "no rule", "Leave it out"), Problem("b", "no rule")])

    monkeypatch.setattr(command_line, "app", fail)
    code, error, _ = refused(monkeypatch, capsys, "convert", "m.keras", "--json")
    assert code == 2
    assert [each["where"] for each in error["problems"]] == ["a", "b"]
    assert error["problems"][0]["advice"] == "Leave it out"


def test_a_value_of_an_argument_is_no_wish_for_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, nothing, said = refused(monkeypatch, capsys, "report", "--", "--json")
    assert (code, nothing) == (2, None)
    assert said.startswith("fpgaml: --json: ")
