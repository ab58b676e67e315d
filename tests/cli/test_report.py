"""`fpgaml report` on good, edited and broken folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from fpgaml.cli.report import report
from fpgaml.errors import EXIT_BAD_INPUT, FpgamlError
from fpgaml.project.hashes import folder_hashes
from tests.report.samples import check, csim_check, differing, manifest, results

app = typer.Typer()
app.command()(report)


def write(folder: Path, found: dict[str, Any] | None = None) -> Path:
    (folder / "firmware").mkdir(parents=True)
    (folder / "firmware" / "network.cpp").write_text("void network() {}\n")
    (folder / "manifest.json").write_text(json.dumps(manifest(files=folder_hashes(folder))))
    (folder / "results.json").write_text(json.dumps(found or results()))
    return folder


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "80"})


def test_text(tmp_path: Path) -> None:
    done = run(write(tmp_path / "p"))
    assert done.exit_code == 0
    assert done.output.startswith("model    jets.keras")
    assert "\nPROVED: " in done.output
    assert "Edited" not in done.output


def test_all(tmp_path: Path) -> None:
    assert "dense_1_relu" in run(write(tmp_path / "p"), "--all").output


def test_json(tmp_path: Path) -> None:
    content = json.loads(run(write(tmp_path / "p"), "--json").output)
    assert content["manifest"]["source"]["file"] == "jets.keras"
    assert content["results"] == results() | {"verdict": "proved"}
    assert content["edited"] == []
    assert content["verdict"] == "proved"


def test_nothing_is_proved_of_edited_files(tmp_path: Path) -> None:
    folder = write(tmp_path / "p")
    (folder / "firmware" / "network.cpp").write_text("void network() { ; }\n")
    assert json.loads(run(folder, "--json").output)["verdict"] == "not fully proved"
    done = run(folder)
    assert "\nCONVERTED, NOT FULLY PROVED: " in done.output
    assert done.exit_code == 0, "no check failed"


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_failed_check_is_exit_code_1(tmp_path: Path, option: list[str]) -> None:
    found = results(passed=False, checks=[check(status="failed", outputs=[differing()]), csim_check()])
    assert run(write(tmp_path / "p", found), *option).exit_code == 1


def test_edited_and_missing_files_are_named_and_new_ones_are_not(tmp_path: Path) -> None:
    folder = write(tmp_path / "p")
    (folder / "build").write_text("a product of make\n")
    assert "edited since" not in run(folder).output
    (folder / "firmware" / "network.cpp").write_text("void network() { ; }\n")
    done = run(folder)
    assert "Edited since the project was generated: 1 file\n  firmware/network.cpp\n" in done.output
    (folder / "firmware" / "network.cpp").unlink()
    assert json.loads(run(folder, "--json").output)["edited"] == ["firmware/network.cpp"]


def _no_folder(folder: Path) -> None:
    pass


def _empty(folder: Path) -> None:
    folder.mkdir()


def _no_results(folder: Path) -> None:
    (write(folder) / "results.json").unlink()


def _damaged(folder: Path) -> None:
    (write(folder) / "results.json").write_text('{"format": ')


def _not_text(folder: Path) -> None:
    (write(folder) / "results.json").write_bytes(b"\xff\xfe\x00")


def _a_list(folder: Path) -> None:
    (write(folder) / "results.json").write_text("[]")


def _newer(folder: Path) -> None:
    write(folder, results(version=99))


def _wrong(folder: Path) -> None:
    write(folder, results(checks=[check(status="splendid")]))


def _wrong_manifest(folder: Path) -> None:
    (write(folder) / "manifest.json").write_text(json.dumps(manifest(files=[])))


@pytest.mark.parametrize(
    "break_it",
    [_no_folder, _empty, _no_results, _damaged, _not_text, _a_list, _newer, _wrong, _wrong_manifest],
)
def test_a_bad_folder_is_one_error_and_exit_code_2(tmp_path: Path, break_it: Any) -> None:
    break_it(tmp_path / "p")
    error = run(tmp_path / "p").exception
    assert isinstance(error, FpgamlError)
    assert error.exit_code == EXIT_BAD_INPUT
    assert error.advice


def test_quiet_says_the_verdict_alone(tmp_path: Path) -> None:
    done = run(write(tmp_path / "p"), "--quiet")
    assert done.exit_code == 0
    assert done.output.startswith("PROVED: ")
    assert "Checks" not in done.output


def test_strict_wants_everything_proved(tmp_path: Path) -> None:
    proved, open_ = (
        write(tmp_path / "proved"),
        write(tmp_path / "open", results(checks=[check(status="not checked", oracle="", note="no Keras", outputs=[])])),
    )
    assert run(proved, "--strict").exit_code == 0
    assert run(open_).exit_code == 0
    assert run(open_, "--strict").exit_code == 1
    (proved / "firmware" / "network.cpp").write_text("void other() {}\n")
    assert run(proved).exit_code == 0
    assert run(proved, "--strict").exit_code == 1
