"""fpgaml.yaml as it is read: what is wrong is named with its line, and no dangerous part of YAML is followed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from fpgaml.errors import FileError, FpgamlError
from fpgaml.projectfile.document import LARGEST
from fpgaml.projectfile.key import Key, Kind
from fpgaml.projectfile.project_file import ProjectFile, Table, read_project_file
from fpgaml.projectfile.schema import json_schema

KEYS = (
    Key("model", "", "model", Kind.PATH),
    Key("clock", "--clock", "clock", Kind.TEXT),
    Key("board", "--board", "board", Kind.TEXT, file_ending=".toml"),
    Key("data-axes", "--data-axes", "data_axes", Kind.TEXT),
    Key("precision", "--precision", "precision", Kind.LIST),
    Key("golden", "--golden", "golden", Kind.WHOLE, least=0),
    Key("auc-loss", "--auc-loss", "auc_loss", Kind.NUMBER),
    Key("layers", "--layers", "layers", Kind.SWITCH),
    Key("framework", "--framework", "framework", Kind.TEXT, choices=("auto", "never")),
    Key("budget", "--budget", "budget", Kind.TEXT, file_ending=".toml"),
)


def read(folder: Path, text: str | bytes) -> ProjectFile:
    path = folder / "fpgaml.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_project_file(path, KEYS)


def test_values_are_of_their_keys_types(tmp_path: Path) -> None:
    text = (
        "model: m.keras\n"
        "board: boards/own.toml\n"
        "clock: 200\n"
        "data-axes: 0,2,1\n"
        "precision: ap_fixed<16,6>\n"
        "golden: 1_000\n"
        "auc-loss: 1e-3\n"
        "layers: yes\n"
        "budget: {limit: [{what: lut, limit: 5}]}\n"
    )
    found = read(tmp_path, text)
    assert found.values == {
        "model": tmp_path / "m.keras",
        "board": str(tmp_path / "boards" / "own.toml"),
        "clock": "200",
        "data-axes": "0,2,1",
        "precision": ["ap_fixed<16,6>"],
        "golden": 1000,
        "auc-loss": 0.001,
        "layers": True,
        "budget": Table(
            {"limit": [{"what": "lut", "limit": 5}]}, tmp_path, f"{tmp_path / 'fpgaml.yaml'}, line 9, `budget`"
        ),
    }
    assert found.lines["golden"] == 6
    assert found.sha256 == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("text", ["", "# only words\n", "golden:\n", "golden: ~\nbudget: null\n"])
def test_what_has_no_value_is_left_out(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, text).values == {}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("model: m\n\nclok: 5ns\n", 3, "`clok` is no key. Did you mean `clock`?"),
        ("data_axes: 0,1\n", 1, "Did you mean `data-axes`?"),
        ("golden: many\n", 1, "`golden` is a whole number, 0 or more, not many"),
        ("golden: 1:30\n", 1, "not 1:30"),
        ("golden: -1\n", 1, "not -1"),
        ("golden: 1.5\n", 1, "not 1.5"),
        ("auc-loss: small\n", 1, "`auc-loss` is a number, not small"),
        ("layers: 1\n", 1, "`layers` is true or false, not 1"),
        ("framework: maybe\n", 1, "`framework` is auto, never, not maybe"),
        ("clock: [5ns]\n", 1, "`clock` is text, not what is given"),
        ("precision: {a: b}\n", 1, "`precision` is a text, or a list of texts"),
        ("budget: 5\nlayers: true\nlayers: false\n", 3, "`layers` stands in line 2 already"),
        ("[model]: m\n", 1, "a key that is no word"),
        ("- model\n", 1, "holds no keys"),
        ("model: 'm\n", 2, "is no YAML"),
        ("model: m\n---\nmodel: n\n", 2, "a second document"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, said: str, tmp_path: Path) -> None:
    with pytest.raises(FpgamlError) as found:
        read(tmp_path, text)
    assert found.value.where.endswith(f"fpgaml.yaml, line {line}")
    assert said in str(found.value)


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileError) as found:
        read(tmp_path, "golden: a\nclok: 5ns\nmodel: m\nlayers: b\n")
    assert [each.where for each in found.value.problems] == ["line 1", "line 2", "line 4"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [b]\nc: [*x, *x]\n", "anchors and aliases"),
        ("model: !!python/object/apply:os.system ['touch gone']\n", "the tag tag:yaml.org,2002:python"),
        ("budget: " + "[" * 5000, "deep"),
        ("model: m" * LARGEST, "has more than 65,536 bytes"),
        (b"model: \xff\n", "is no UTF-8 text"),
        ("model: \x07\n", "is no YAML"),
        ("budget: 2026-99-99\n", "`budget`: month must be in 1..12"),
        ("budget: {[a]: b}\n", "is no YAML"),
    ],
)
def test_hostile_files_are_refused(text: str | bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match=said):
        read(tmp_path, text)
    assert [each.name for each in tmp_path.iterdir()] == ["fpgaml.yaml"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="cannot be read: No such file"):
        read_project_file(tmp_path / "fpgaml.yaml", KEYS)


def test_json_schema_has_every_key() -> None:
    schema: dict[str, Any] = json_schema(KEYS)
    assert set(schema["properties"]) == {key.name for key in KEYS}
    assert schema["additionalProperties"] is False
    assert {"type": "integer", "minimum": 0} in schema["properties"]["golden"]["anyOf"]
