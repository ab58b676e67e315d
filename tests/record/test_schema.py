"""The record accepts what fpgaml writes, and nothing else; the JSON Schemas made from it agree."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from rich.console import Console

from fpgaml import convert
from fpgaml.errors import FpgamlError
from fpgaml.record.files import parse, read_manifest, read_results
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.record.schema import SchemaName, schema
from fpgaml.report.read import read_project
from fpgaml.report.text import print_report
from fpgaml.toolchain import find_compiler
from tests.report.samples import check, csim_check, differing, manifest, results

MODEL = Path(__file__).parents[1] / "fixtures" / "keras3" / "dense_default.keras"
KINDS: dict[str, type[Manifest] | type[Results]] = {"manifest": Manifest, "results": Results}


def read(kind: str, content: Any) -> Manifest | Results:
    return parse(KINDS[kind], f"{kind}.json", content)


def refused_by_schema(kind: SchemaName, content: Any) -> bool:
    try:
        Draft202012Validator(schema(kind)).validate(content)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("kind", ["manifest", "results"])
def test_schemas_are_schemas(kind: SchemaName) -> None:
    Draft202012Validator.check_schema(schema(kind))


FAILED = [check(status="failed", outputs=[differing()]), csim_check()]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("manifest", manifest()),
        ("manifest", manifest(codings={"tagger": {"scale": 0.5, "zero_point": -3, "bits": 8}})),
        ("results", results()),
        ("results", results(physics={}, quantizers=[], events={})),
        ("results", results(passed=False, checks=FAILED)),
    ],
)
def test_what_is_read_is_written_again(kind: SchemaName, content: dict[str, Any]) -> None:
    """Key for key, but for what is new since: a manifest's codings, results' verdict."""
    written = read(kind, content).to_json()
    assert {key: written[key] for key in content} == content
    assert written.keys() - content.keys() <= {"codings", "verdict"}
    assert not refused_by_schema(kind, json.loads(json.dumps(written)))


def test_old_results_without_a_verdict_get_one() -> None:
    assert read("results", results()).to_json()["verdict"] == "proved"
    assert read("results", results(checks=[])).to_json()["verdict"] == "not fully proved"
    assert read("results", results(passed=False, checks=FAILED)).to_json()["verdict"] == "failed"


def _set(content: dict[str, Any], path: list[str | int], value: Any) -> None:
    for part in path[:-1]:
        content = content[part]  # type: ignore[index]
    content[path[-1]] = value  # type: ignore[index]


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        ("results", ["checks", 0, "status"], "fine", "checks[0].status: Input should be 'exact'"),
        ("results", ["checks", 1, "kind"], "guess", "checks[1].kind"),
        ("results", ["checks", 0, "outputs", 0, "events"], -1, "checks[0].outputs[0].events"),
        ("results", ["surprise"], 1, "surprise: Extra inputs are not permitted"),
        ("results", ["quantizers", 0, "range_used"], "much", "quantizers[0].range_used"),
        ("results", ["physics", "roc_auc", "tagger[0]"], 1.5, "physics"),
        ("results", ["version"], 2, "version"),
        ("manifest", ["source", "sha256"], "abc", "source.sha256"),
        ("manifest", ["board", "clock_ns"], 0, "board.clock_ns"),
        ("manifest", ["settings", "backend"], "Vivaldi", "settings.backend"),
        ("manifest", ["settings", "beat_in"], 1, "settings.beat_in: Extra inputs"),
        ("manifest", ["inputs", 0, "width"], 12.5, "inputs[0].width"),
        ("manifest", ["files", "a"], "abc", "files.a"),
        ("manifest", ["messages"], ["x" * 5000, 3], "messages[1]"),
    ],
)
def test_wrong_content_is_refused_with_its_path(kind: SchemaName, path: list[str | int], value: Any, said: str) -> None:
    content = manifest() if kind == "manifest" else results()
    _set(content, path, value)
    with pytest.raises(FpgamlError) as error:
        read(kind, content)
    assert said in str(error.value)
    assert refused_by_schema(kind, content)
    assert error.value.where == f"{kind}.json"
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(("kind", "make"), [("manifest", manifest), ("results", results)])
def test_every_member_is_needed(kind: SchemaName, make: Callable[[], dict[str, Any]]) -> None:
    for key in make().keys() - {"passed", "format", "version"}:  # it follows from the checks; the reader looks at these
        content = make()
        del content[key]
        with pytest.raises(FpgamlError, match=f"{key}: Field required"):
            read(kind, content)


@pytest.mark.parametrize(
    "content",
    [
        results(checks=[check(status="failed")]),
        results(passed=False),
        results(verdict="failed"),
        results(verdict="proved", checks=[check(status="not checked")]),
    ],
)
def test_what_follows_from_the_checks_cannot_contradict_them(content: dict[str, Any]) -> None:
    with pytest.raises(FpgamlError, match="the rest of it says"):
        read("results", content)


def test_settings_of_a_target_that_is_not_known_are_kept_and_shown() -> None:
    facts = read("manifest", manifest(settings={"target": "abacus", "beads": 7}))
    assert isinstance(facts, Manifest)
    assert facts.to_json()["settings"] == {"target": "abacus", "beads": 7}
    assert facts.settings.summary == "abacus: beads 7"


@pytest.mark.parametrize("content", ["[]", "{", '{"format": "other"}', '{"format": "fpgaml-manifest", "version": 2}'])
def test_files_that_are_no_record(tmp_path: Path, content: str) -> None:
    for name, reader in (("manifest.json", read_manifest), ("results.json", read_results)):
        (tmp_path / name).write_text(content)
        with pytest.raises(FpgamlError, match=name):
            reader(tmp_path)


@pytest.mark.skipif(find_compiler() is None, reason="needs g++")
def test_a_real_conversion_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FPGAML_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    convert(MODEL, folder, framework="never")
    found = read_project(folder)
    assert not found.edited
    assert [each.status for each in found.results.checks] == ["not checked", "exact"]
    for kind, part in (("manifest", found.manifest), ("results", found.results)):
        written = json.loads((folder / f"{kind}.json").read_text())
        assert written == part.to_json()
        Draft202012Validator(schema(kind)).validate(written)
    stream = io.StringIO()
    print_report(Console(file=stream, width=80), found)
    assert "Graph = C-simulation  EXACT        256 of 256 events, every bit\n" in stream.getvalue()
