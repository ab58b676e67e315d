"""The schedule of a streaming core as the report shows it, and as results.json holds it."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from fpgaml.record.files import parse
from fpgaml.record.results import Results
from fpgaml.record.schema import schema
from tests.report.samples import results
from tests.report.test_text import render

ROWS = [
    {
        "name": "conv_1",
        "engine": "sliding",
        "beats": 42,
        "lanes": 28,
        "copies": 2,
        "lut": 2150,
        "ff": 1800,
        "buffer_bits": 640,
        "first": 9,
        "last": 69,
    },
    {
        "name": "dense",
        "engine": "accumulate",
        "beats": 1,
        "lanes": 1,
        "folding": "42 phases: 28 terms a beat",
        "lut": 700,
        "ff": 400,
        "dsp": 3,
        "rom_bits": 9408,
        "first": 79,
        "last": 79,
    },
]
TIMETABLE = {
    "asked": "4 samples per cycle",
    "interval": 64,
    "latency": 79,
    "rows": ROWS,
    "faster": {"what": "8 samples per cycle", "interval": 32, "latency": 48, "lut": 5000, "dsp": 6},
    "notes": ["the last beat is padded"],
}


def content(timetable: dict[str, Any] | None) -> dict[str, Any]:
    estimate = {
        "lut": 2850,
        "ff": 2200,
        "dsp": 3,
        "layers": {"conv_1": 2150, "dense": 700},
        "latency_cycles": 81,
        "latency_ns": 405.0,
        "interval_cycles": 64,
    }
    return results(estimate=estimate | ({"timetable": timetable} if timetable else {}))


SHOWN = """\
Timetable (estimate)
  asked: 4 samples per cycle
  stage   engine        beats  copies    LUT     FF  DSP
  conv_1  sliding     42 x 28       2  2,150  1,800
  dense   accumulate    1 x 1            700    400    3
  conv_1  buffers 640 bits
  dense   42 phases: 28 terms a beat; ROM 9,408 bits
  stage     cycles
  conv_1   9 to 69  |    ===============================     |
  dense   79 to 79  |                                       =|
  next faster: 8 samples per cycle: 5,000 LUT, 6 DSP, a frame every 32 cycles,
  latency 48
  the last beat is padded
"""


def test_stages_costs_and_timeline_at_80_columns() -> None:
    assert SHOWN in render(content(TIMETABLE))


def test_columns_without_a_number_are_left_out() -> None:
    row = {key: value for key, value in ROWS[0].items() if key != "copies"}
    assert "stage   engine     beats    LUT     FF\n" in render(content(TIMETABLE | {"rows": [row]}))


def test_a_core_without_one_has_no_section_and_no_member() -> None:
    assert "Timetable" not in render(content(None))
    assert "timetable" not in parse(Results, "results.json", content(None)).to_json()["estimate"]


def test_it_is_read_and_written_as_the_schema_says() -> None:
    written = parse(Results, "results.json", content(TIMETABLE)).to_json()
    Draft202012Validator(schema("results")).validate(json.loads(json.dumps(written)))
    found = written["estimate"]["timetable"]
    assert found["rows"][1]["rom_bits"] == 9408
    assert "cheaper" not in found
