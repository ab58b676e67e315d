"""`fpgaml convert` by an fpgaml.yaml: the file stands for flags, flags come first, and the manifest holds the file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fpgaml.cli.convert import convert
from fpgaml.cli.file_keys import keys_of
from fpgaml.cli.main import app
from fpgaml.cli.options import CheckOptions, DataOptions
from fpgaml.cli.verify import filled
from fpgaml.errors import FpgamlError
from fpgaml.projectfile.key import Kind
from fpgaml.projectfile.project_file import read_project_file
from fpgaml.record.files import read_manifest
from fpgaml.settings import options_of
from fpgaml.targets import target_class, target_names
from tests.paths import ROOT

KERAS3 = ROOT / "tests" / "fixtures" / "keras3"
FILE = "model: m.keras\ntarget: rtl\nboard: kcu116\nclock: 250MHz\nframework: never\nvectors: 4\n"
Run = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a model and a file in it, where commands run."""
    shutil.copyfile(KERAS3 / "dense_default.keras", tmp_path / "m.keras")
    (tmp_path / "fpgaml.yaml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    if isinstance(done.exception, FpgamlError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_every_option_of_convert_and_of_every_target_is_a_key() -> None:
    keys = {key.name: key for key in keys_of(convert)}
    flags = {option.flag for name in target_names() for option in options_of(target_class(name)).values()}
    assert {flag.lstrip("-") for flag in flags} <= set(keys)
    assert {"model", "output", "data", "labels", "reference", "part", "calibrate", "tolerance", "strict"} <= set(keys)
    assert not {"json", "quiet", "force", "config", "help"} & set(keys)
    assert keys["samples-per-cycle"].kind is Kind.WHOLE and keys["samples-per-cycle"].least == 1
    assert keys["framework"].choices == ("auto", "never", "required")
    assert keys["interval"].falls_with == {"rate", "samples-per-cycle"}
    assert keys["hdl"].shown == "verilog"


def test_a_folder_is_converted_reported_and_verified_without_arguments(here: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    run("convert")
    project = here / "m_kcu116"
    manifest = read_manifest(project)
    assert manifest.board.clock_ns == 4.0
    assert manifest.board.chosen_by is None
    assert manifest.config is not None
    assert (manifest.config.content, manifest.config.overridden) == (FILE, ())
    assert "config   fpgaml.yaml" in run("report")
    assert json.loads(run("verify", "--json"))["manifest"]["source"]["file"] == "m.keras"


def test_flags_come_before_the_file(here: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    (here / "fpgaml.yaml").write_text(FILE + "part: xcku5p-ffvb676-1-e\nrate: 1kHz\n")
    run("convert", "--clock", "5ns", "-b", "vcu118", "--interval", "42", "-o", "p")
    manifest = read_manifest(here / "p")
    assert (manifest.board.clock_ns, manifest.board.name) == (5.0, "vcu118")
    assert manifest.board.part.startswith("xcvu9p")
    assert manifest.config is not None
    assert set(manifest.config.overridden) == {"board", "part", "clock", "rate"}


def test_a_model_that_is_given_needs_no_file(here: Path) -> None:
    (here / "fpgaml.yaml").write_text("nonsense: 5\n")
    with pytest.raises(FpgamlError, match="does not exist"):
        run("convert", "gone.keras")
    with pytest.raises(FpgamlError, match="`nonsense` is no key"):
        run("convert", "m.keras", "--config", ".")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("requantize: never", "fpgaml.yaml, line 7, `requantize`: `never` is not known"),
        ("strategy: latency", "fpgaml.yaml, line 7, `strategy`: is not used by --target rtl"),
        ("hls-config: none.yml", "none.yml"),
        ("tolerance: -1", "fpgaml.yaml, line 7, `tolerance`: `-1` is not zero or more"),
    ],
)
def test_a_value_that_means_nothing_is_named_by_its_line(line: str, said: str, here: Path) -> None:
    (here / "fpgaml.yaml").write_text(f"{FILE}{line}\n")
    with pytest.raises(FpgamlError) as found:
        run("convert")
    assert said in str(found.value)
    assert not (here / "m_kcu116").exists()


def test_clock_in_a_file_needs_its_unit(here: Path) -> None:
    (here / "fpgaml.yaml").write_text("model: m.keras\nclock: 200\n")
    with pytest.raises(FpgamlError, match=r"line 2, `clock`: '200' has no unit.*Write 200MHz or 200ns"):
        run("convert")


def test_without_a_file_or_a_project_it_is_said_what_to_do(here: Path) -> None:
    with pytest.raises(FpgamlError, match=r"is not there yet. Run `fpgaml convert` first"):
        run("report")
    (here / "fpgaml.yaml").write_text("board: kcu116\n")
    with pytest.raises(FpgamlError, match="names no model"):
        run("convert")
    (here / "fpgaml.yaml").unlink()
    predict = ["predict", "--data", "x.npy", "-o", "y.npy"]
    for words in (["convert"], ["report"], ["verify"], ["cosim"], ["synth"], ["build"], predict):
        with pytest.raises(FpgamlError, match=r"there is no fpgaml.yaml in this folder.*`fpgaml init`"):
            run(*words)
    with pytest.raises(FpgamlError, match="no such file"):
        run("convert", "--config", "other.yaml")


def test_verify_takes_from_the_file_how_source_and_graph_are_compared(here: Path) -> None:
    (here / "e.npy").touch()
    text = f"{FILE}data: e.npy\nlabels: t.npy\nevents: 7\ncalibrate: true\ntolerance: 1%\nlayers: true\n"
    (here / "fpgaml.yaml").write_text(text)
    file = read_project_file(Path("fpgaml.yaml"), keys_of(convert))
    model, data, checks = filled(file, None, DataOptions(), CheckOptions())
    assert (model, data.data, data.labels, data.events) == (Path("m.keras"), Path("e.npy"), Path("t.npy"), 7)
    assert (checks.framework, checks.layers, checks.tolerance) == ("never", True, None)
    _, data, _ = filled(file, None, DataOptions(data=Path("own.npy"), events=3), CheckOptions())
    assert (data.data, data.labels, data.events) == (Path("own.npy"), None, 3)


def test_paths_are_relative_to_the_file(here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    run("convert", "--config", "..", "-q")
    assert (here / "m_kcu116" / "manifest.json").is_file()
