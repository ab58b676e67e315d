"""The JSON Schemas accept what fpgaml writes, and nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from fpgaml.errors import FpgamlError
from fpgaml.report.read import RESULTS_FORMAT, RESULTS_VERSION, read_project
from fpgaml.report.schema import Kind, schema, validate
from fpgaml.report.text import print_report
from fpgaml.toolchain import find_compiler
from tests.report.samples import check, csim_check, differing, manifest, results

MODEL = Path(__file__).parents[1] / "fixtures" / "keras3" / "dense_default.keras"


@pytest.mark.parametrize("kind", ["manifest", "results"])
def test_schemas_are_schemas(kind: Kind) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema(kind))


def test_samples_are_accepted() -> None:
    validate("manifest", manifest())
    validate("results", results())
    validate("results", results(physics={}, quantizers=[], events={}))
    validate("results", results(passed=False, checks=[check(status="failed", outputs=[differing()]), csim_check()]))


def _set(content: dict[str, Any], path: list[str | int], value: Any) -> None:
    for part in path[:-1]:
        content = content[part]  # type: ignore[index]
    content[path[-1]] = value  # type: ignore[index]


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        ("results", ["checks", 0, "status"], "fine", "checks[0].status: 'fine' is not one of"),
        ("results", ["checks", 1, "kind"], "guess", "checks[1].kind"),
        ("results", ["checks", 0, "outputs", 0, "events"], -1, "checks[0].outputs[0].events: -1"),
        ("results", ["surprise"], 1, "the whole file: Additional properties"),
        ("results", ["quantizers", 0, "range_used"], "much", "quantizers[0].range_used"),
        ("results", ["physics", "roc_auc", "tagger[0]"], 1.5, "physics"),
        ("results", ["version"], 2, "version"),
        ("results", ["passed"], False, "checks"),
        ("manifest", ["source", "sha256"], "abc", "source.sha256"),
        ("manifest", ["board", "clock_ns"], 0, "board.clock_ns"),
        ("manifest", ["settings", "backend"], "Vivaldi", "settings.backend"),
        ("manifest", ["inputs", 0, "width"], 12.5, "inputs[0].width"),
        ("manifest", ["files", "a"], "abc", "files.a"),
        ("manifest", ["messages"], ["x" * 5000, 3], "messages[1]"),
    ],
)
def test_wrong_content_is_refused_with_its_path(kind: Kind, path: list[str | int], value: Any, said: str) -> None:
    content = manifest() if kind == "manifest" else results()
    _set(content, path, value)
    with pytest.raises(FpgamlError) as error:
        validate(kind, content)
    assert said in str(error.value)
    assert error.value.where == f"{kind}.json"
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(("kind", "make"), [("manifest", manifest), ("results", results)])
def test_every_member_is_needed(kind: Kind, make: Callable[[], dict[str, Any]]) -> None:
    for key in make():
        content = make()
        del content[key]
        with pytest.raises(FpgamlError):
            validate(kind, content)


def test_passed_cannot_contradict_the_checks() -> None:
    with pytest.raises(FpgamlError):
        validate("results", results(checks=[check(status="failed")]))


def test_what_the_writer_says_is_what_the_reader_wants() -> None:
    from fpgaml.report import results as writer

    assert (writer.FORMAT, writer.VERSION) == (RESULTS_FORMAT, RESULTS_VERSION)


@pytest.mark.skipif(find_compiler() is None, reason="needs g++")
def test_a_real_conversion_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    conversion = pytest.importorskip("fpgaml.conversion")
    monkeypatch.setenv("FPGAML_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    request = conversion.Request(output=folder, framework=conversion.FrameworkUse.NEVER, vector_events=8)
    conversion.convert(MODEL, request)
    found = read_project(folder)
    assert not found.edited
    assert [each["status"] for each in found.results["checks"]] == ["not checked", "exact"]
    assert json.loads((folder / "manifest.json").read_text()) == found.manifest
    stream = io.StringIO()
    print_report(Console(file=stream, width=80), found.manifest, found.results)
    assert "Graph = C-simulation  EXACT        8 of 8 events, every bit\n" in stream.getvalue()
