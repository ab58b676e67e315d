"""The text of a new file: every key is explained, and what is written reads back."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.cli.convert import convert
from fpgaml.cli.file_keys import keys_of
from fpgaml.projectfile.finding import Finding
from fpgaml.projectfile.project_file import parse_project_file
from fpgaml.projectfile.template import WIDTH, scalar, template
from fpgaml.targets import target_names

KEYS = keys_of(convert)


@pytest.mark.parametrize("target", target_names())
def test_every_key_of_the_target_stands_in_it_once(target: str) -> None:
    text = template(KEYS, target, "Its settings.", {"model": "m.keras", "target": target}, [], "1.0")
    own = {key.name for key in KEYS if not key.targets or target in key.targets}
    lines = text.splitlines()
    standing = [line.lstrip("#").split(":")[0] for line in lines if line and not line.startswith("# ")]
    assert sorted(standing) == sorted(own)
    for line, above in zip(lines[1:], lines, strict=False):
        assert not line or line.startswith("# ") or above.startswith("# "), line
    assert max(map(len, lines)) <= WIDTH
    assert dict(parse_project_file(Path("f"), text, KEYS).written) == {"model": "m.keras", "target": target}


def test_defaults_that_are_shown_are_those_of_the_options() -> None:
    text = template(KEYS, "rtl", "Its settings.", {}, [], "1.0")
    uncommented = "\n".join(line.lstrip("#") for line in text.splitlines() if not line.startswith("# "))
    values = parse_project_file(Path("f"), uncommented, KEYS).values
    assert values["golden"] == 256 and values["hdl"] == "verilog" and values["continuous"] is False
    assert values["framework"] == "auto"
    assert "shell" not in values and "rate" not in values


def test_findings_stand_with_their_reasons() -> None:
    findings = [Finding("data", "The only one.", "a b.npy"), Finding("labels", "Several.", offered=("y.npy", "z.npy"))]
    lines = template(KEYS, "hls", "Its settings.", {}, findings, "1.0").splitlines()
    assert lines[lines.index("data: a b.npy") - 1] == "# The only one."
    place = lines.index("#labels: y.npy")
    assert (lines[place - 1], lines[place + 1]) == ("# Several.", "#labels: z.npy")


@pytest.mark.parametrize("text", ["ap_fixed<16,6>", "a: b", "#x", "200MHz", "'", "-1", "no", "ü", "*x", "x #y"])
def test_texts_read_back_as_they_are(text: str) -> None:
    read = parse_project_file(Path("f"), f"clock: {scalar(text)}\n", KEYS)
    assert read.values["clock"] == text
