"""The text report at 80 columns, in a pipe."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.report.section import Subject
from fpgaml.report.text import print_report
from fpgaml.report.words import percent
from tests.report.samples import (
    check,
    comparison,
    csim_check,
    differing,
    manifest,
    quantizer,
    results,
)


def render(found: dict[str, Any], facts: dict[str, Any] | None = None, width: int = 80, **options: Any) -> str:
    """The report on this content of results.json and manifest.json."""
    stream = io.StringIO()
    results = parse(Results, "results.json", found)
    subject = Subject(parse(Manifest, "manifest.json", facts or manifest()), results, **options)
    print_report(Console(file=stream, width=width), subject)
    return stream.getvalue()


EXACT = """\
model    jets.keras, Keras 3.15.1, HGQ2 0.2.0
board    alveo-u250, part xcu250-figd2104-2L-e, clock 5 ns (200 MHz)
         `alveo` means alveo-u250: the Alveo cards are several
project  hls4ml Vitis, io_parallel, latency strategy, reuse factor 1
         layer dense_1: resource strategy, reuse factor 8

Ports
       tensor        shape   type            raw value n is
  in   constituents  16 x 3  ap_fixed<12,4>  n * 2^-8
  out  tagger        5       ap_fixed<18,8>  n * 2^-10
  constituents: ap_fixed<12,4> RND SAT, the model's own first quantizer.

Checks (simulated)
  source model = Graph  EXACT  1000 of 1000 events  (outputs recorded in
                               y_keras.npy)
  Graph = C-simulation  EXACT  1256 of 1256 events, every bit

Quantizers (simulated, on the data)
  quantizer     type                    used  remark
  dense_2_relu  ap_ufixed<8,2> RND SAT  170%  12 of 64000 values saturated, 1
                                              top bit missing
  2 more quantizers are fine (--all lists every one)

Physics (simulated)
  ROC AUC  tagger[0]  0.932140
  ROC AUC  tagger[1]  0.500000

PROVED: source model = Graph on 1000 events; Graph = C-simulation on 1256 events
(simulated)
"""


def test_exact() -> None:
    assert render(results()) == EXACT


def test_a_board_that_nobody_asked_for_is_said_at_the_top() -> None:
    board = manifest()["board"]
    default = render(results(), manifest(board=board | {"chosen_by": "default"}))
    assert "         not asked for: fpgaml took it, as for every model; --board chooses one" in default
    task = render(results(), manifest(board=board | {"chosen_by": "task"})).splitlines()
    assert task[3].startswith("         not asked for: the task is for it; --board chooses one of")
    asked = render(results())
    assert "not asked for" not in asked


def test_what_rounding_does_to_the_inputs() -> None:
    rounded = {"name": "constituents", "kind": "simulated", "values": 4000, "changed": 120, "largest": 0.03125}
    text = render(results(input_rounding=[rounded, {**rounded, "changed": 0, "largest": 0.0}]))
    assert "rounding to its type changes 3% of the data's values, by at most\n  0.03125 (simulated)" in text
    assert "holds each of the data's 4000 values exactly (simulated)" in text


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_no_line_is_too_long_and_nothing_is_lost(width: int) -> None:
    failed = check(status="failed", outputs=[differing()], layers=[differing("layer/q")])
    found = results(passed=False, checks=[failed, csim_check()])
    text = render(found, width=width, everything=True)
    assert max(map(len, text.splitlines())) <= width
    assert all(line == line.rstrip() for line in text.splitlines())
    assert "y_keras.npy" in text.replace("\n", "").replace(" ", "")
    assert "\x1b" not in text


def test_all_lists_every_quantizer() -> None:
    text = render(results(), everything=True)
    assert "dense_1_relu  ap_ufixed<8,2> RND SAT   81%  fine" in text
    assert "--all" not in text


def test_quantizers_of_one_layer_are_told_apart() -> None:
    found = results(quantizers=[quantizer("sum", "x", layer="softmax"), quantizer("table", "x", layer="softmax")])
    assert "  sum " in render(found) and "  table " in render(found)


def test_statistics_of_test_vectors_are_called_so() -> None:
    assert "Quantizers (simulated, on the test vectors; --data" in render(results(events={"vectors": 256}))


def test_distance() -> None:
    note = "the source is not fixed point throughout; the Graph says what it rounds"
    source = check(status="distance reported", note=note, outputs=[differing()])
    facts = manifest(
        approximations=[{"layer": "norm", "what": "scale to 18 bits"}, {"layer": "norm", "what": "offset too"}]
    )
    text = render(results(checks=[source, csim_check()]), facts, width=140)
    assert (
        "source model = Graph  DISTANCE  at most 32 LSB = 0.03125 in output units; 0.24% of 5000 values differ, "
        "in 3 of 1000 events\n"
    ) in text
    assert note in text
    assert "(outputs recorded in y_keras.npy)" in text
    assert "  norm  scale to 18 bits\n        offset too\n" in text
    assert text.endswith(
        "CONVERTED, NOT FULLY PROVED: source model = Graph: at most 32 LSB (0.03125) apart on 1000 events; "
        "Graph = C-simulation on 1256 events\n(simulated)\n"
    )


def test_failed() -> None:
    source = check(status="failed", note="the source is fixed point, and must be equal", outputs=[differing()])
    exact_first = {**differing()["first"], "expected_raw": 544}
    csim = csim_check(status="failed", outputs=[differing(recorded_as="", first=exact_first)])
    text = render(results(passed=False, checks=[source, csim]), width=140)
    assert "first: event 17, tagger[2]: expected 0.53125, got 0.5 (raw 512 x 2^-10)" in text
    assert "first: event 17, tagger[2]: expected 0.53125 (raw 544 x 2^-10), got 0.5 (raw 512 x 2^-10)" in text
    assert text.splitlines()[-1].startswith("FAILED: source model = Graph: 3 of 1000 events differ; Graph = C-sim")


def test_not_checked() -> None:
    source = check(status="not checked", oracle="", note="Keras is not installed", outputs=[])
    csim = csim_check(status="not checked", oracle="", note="Libero: its sources include SmartHLS's", outputs=[])
    facts = manifest(settings={**manifest()["settings"], "backend": "Libero"})
    text = render(results(checks=[source, csim]), facts, width=160)
    assert "source model = Graph  NOT CHECKED  Keras is not installed.\n" in text
    assert "To check it: give the model's own outputs with --reference, or have its framework asked" in text
    assert "To check it: `make cosim` in the project, with Microchip SmartHLS on PATH." in text
    assert "Checks\n" in text, "nothing was measured: no kind"
    verdict = "CONVERTED, NOT FULLY PROVED: source model = Graph: not checked; Graph = C-simulation: not checked\n"
    assert text.endswith(verdict)


def test_exact_in_the_recorded_format_is_said() -> None:
    output = differing(equal_as_recorded=True)
    text = render(results(checks=[check(outputs=[output], note="equal after rounding to float32")]), width=140)
    assert "EXACT  1000 of 1000 events\n" in text
    assert "equal after rounding to float32." in text
    assert text.endswith("PROVED: source model = Graph on 1000 events, as float32 shows it (simulated)\n")


def test_within_tolerance_is_not_proved() -> None:
    source = check(status="within tolerance", note="a tolerance of 40 LSB was asked for", outputs=[differing()])
    text = render(results(checks=[source, csim_check()]))
    assert "WITHIN" in text and "a tolerance of 40 LSB was asked for." in text
    assert "CONVERTED, NOT FULLY PROVED: source model = Graph: at most 32 LSB (0.03125)" in text


def test_events_with_rounded_inputs_are_apart() -> None:
    rounding = [differing(events=312, values=1560, differing_events=200, differing_values=700)]
    found = results(checks=[check(outputs=[comparison(events=688)], input_rounding=rounding), csim_check()])
    text = render(found, width=140)
    assert "688 of 688 events" in text
    assert "input rounding      APART  312 events have inputs that their type rounds" in text
    assert "44.9% of 1560 values differ, in 200 of 312 events" in text
    assert "PROVED: source model = Graph on 688 events" in text


def test_several_outputs_are_named() -> None:
    source = check(status="failed", outputs=[comparison("energy"), differing("time")])
    text = render(results(passed=False, checks=[source]), width=140)
    assert "energy: all 5000 values of 1000 events equal" in text
    assert "time: at most 32 LSB" in text and "time[2]" in text


def test_layers() -> None:
    layers = [comparison("layer/a"), comparison("layer/b", exact=False), differing("layer/c", differing_values=1)]
    text = render(results(checks=[check(layers=layers), csim_check()]))
    assert "Layers: source model = Graph (simulated)" in text
    assert "  a      EXACT                   0%        0          0\n" in text
    assert "  b      EXACT (float32)         0%" in text
    assert "  c      DIFFERS              0.02%       32    0.03125\n" in text


def test_two_kinds_are_told_apart() -> None:
    text = render(results(checks=[check(), csim_check(name="Graph = RTL", kind="post-route")]))
    assert "Checks (simulated, post-route)" in text
    assert "source model = Graph [simulated]" in text.replace("\n", "")


def test_edited_files_qualify_the_verdict() -> None:
    text = render(results(), edited=[f"firmware/file{i}.h" for i in range(7)])
    assert "Edited since the project was generated: 7 files\n  firmware/file0.h" in text
    assert "  and 2 more\n" in text
    verdict = text.replace("\n", " ").rpartition("CONVERTED, NOT FULLY PROVED: ")[2]
    assert "7 files edited since: `fpgaml verify`" in verdict


def test_edited_files_that_were_checked_as_they_are_leave_the_verdict() -> None:
    text = render(results(), edited=["firmware/network.cpp"], made_now=True).replace("\n", " ")
    assert "  PROVED: source model = Graph on 1000 events" in text
    assert text.endswith("(simulated). 1 file edited since the project was generated ")
    assert "fpgaml verify" not in text


def test_warnings_of_hls4ml() -> None:
    facts = manifest(messages=["Interpreting Model", "WARNING: Invalid ReuseFactor=3. Using 2 instead."])
    assert "hls4ml said\n  WARNING: Invalid ReuseFactor=3" in render(results(), facts)
    assert "Interpreting" not in render(results(), facts)
    assert "Interpreting" in render(results(), facts, everything=True)


def test_nothing_in_a_file_controls_the_terminal() -> None:
    facts = manifest(source={**manifest()["source"], "file": "\x1b[31m[bold]a[/bold].h5"})
    assert "?[31m[bold]a[/bold].h5" in render(results(), facts)


def test_nothing_checked_is_not_proved() -> None:
    assert render(results(checks=[])).endswith("CONVERTED, NOT FULLY PROVED: nothing was checked\n")


def test_a_small_share_is_not_shown_as_none_nor_a_large_one_as_all() -> None:
    assert [percent(*pair) for pair in ((0, 0), (0, 5), (1, 10**6), (1, 8), (999999, 10**6), (4, 4))] == [
        *("0%", "0%", "<0.01%", "12.5%", ">99.9%", "100%"),
    ]
