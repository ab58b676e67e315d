"""The schedule of a streaming core as the report shows it, and as results.json holds it."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from fpgaml.record.files import parse
from fpgaml.record.results import Results
from fpgaml.record.schema import schema
from fpgaml.report.drawing import Moment, Role, Timeline
from fpgaml.report.section import Figure
from fpgaml.report.sections.timetable import drawing, pipeline
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


def timeline(**changes: Any) -> Timeline:
    estimate = parse(Results, "results.json", content(TIMETABLE | changes)).estimate
    assert estimate is not None and estimate.timetable is not None
    return drawing(estimate.timetable)


def test_a_lane_is_a_stage_from_its_beginning_to_its_last_beat() -> None:
    rows = [ROWS[0] | {"start": 2, "fifo_depth": 3}, ROWS[1]]
    found = timeline(rows=rows)
    assert [[(span.start, span.stop, span.role) for span in lane.spans] for lane in found.lanes] == [
        [(2, 9, Role.BASELINE), (9, 70, Role.PLAIN)],
        [(79, 80, Role.PLAIN)],  # the record does not say when it begins
    ]
    assert found.lanes[0].note == "42 beats of 28; FIFO 3"
    assert found.lanes[1].note == "1 beat; 42 phases: 28 terms a beat"


def test_the_first_result_and_the_next_frame_are_marked_unless_the_stream_has_no_end() -> None:
    assert list(timeline().moments) == [
        Moment(79, "first result 79", Role.HARDWARE),
        Moment(64, "next frame 64"),
    ]
    assert [moment.at for moment in timeline(interval=1000).moments] == [79]  # far beyond the frame
    assert list(timeline(continuous=True).moments) == []
    assert list(timeline(latency=20).moments) == []  # of an older record: counted from elsewhere
    written = parse(Results, "results.json", content(TIMETABLE)).to_json()["estimate"]["timetable"]
    assert "continuous" not in written and "start" not in written["rows"][0]


PIPELINE = {
    "latency": 10,
    "layers": [{"name": "fc1", "first": 0, "last": 5}, {"name": "fc2", "first": 4, "last": 9}],
}
PIPELINED = """\
Pipeline (estimate)
  layer  stages                                              takes
  fc1    0 to 5  |========================                |  30 ns
  fc2    4 to 9  |                ========================|  30 ns
"""


def test_an_unrolled_core_is_a_pipeline() -> None:
    recorded = content(None)
    recorded["estimate"]["pipeline"] = PIPELINE
    assert PIPELINED in render(recorded)
    estimate = parse(Results, "results.json", recorded).estimate
    assert estimate is not None and estimate.pipeline is not None
    figure = pipeline(estimate.pipeline, 5.0)
    assert isinstance(figure, Figure) and isinstance(figure.drawing, Timeline)
    assert [(lane.spans[0].start, lane.spans[0].stop) for lane in figure.drawing.lanes] == [(0, 6), (4, 10)]
    assert list(figure.drawing.moments) == [Moment(10, "result, after 50 ns")]
    written = parse(Results, "results.json", recorded).to_json()
    assert written["estimate"]["pipeline"] == PIPELINE
    Draft202012Validator(schema("results")).validate(json.loads(json.dumps(written)))
