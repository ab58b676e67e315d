"""Numbers of a project: each with its unit, its kind, its tool, and what it is for."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fpgaml.record.base import Kind
from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.numbers import HEADLINES, Number, What, numbers_of
from fpgaml.record.results import Results
from tests.report import samples

ESTIMATE = {
    **{"kind": "estimate", "lut": 900, "ff": 10, "dsp": 0, "bram": 3, "layers": {}},
    **{"latency_cycles": 19, "latency_ns": 95.0, "interval_cycles": 1},
}
KCU116 = {"name": "kcu116", "part": "xcku5p-ffvb676-2-e", "clock_ns": 5.0, "note": ""}
ROUTED = {
    **{"kind": "post-route", "tools": {"yosys": "0.70", "nextpnr-ecp5": "0.8"}, "family": "ecp5"},
    **{"board": "b", "part": "lfe5u-25f", "hierarchy": "flattened", "sources_sha256": samples.SHA, "edited": False},
    "resources": [
        {"name": "LUT", "used": 50, "unit": "LUT4", "available": 200},
        {"name": "BRAM", "used": 1, "unit": "block RAM of 18 kbit (a RAMB36 is two)", "available": None},
        {"name": "carry", "used": 7, "unit": "CCU2C", "available": None},
    ],
    "timing": {
        **{"clock_mhz": 100.0, "fmax_mhz": 80.0, "met": False, "binding": True, "wrapper": {}},
        "critical_path": {"start": "a", "end": "b", "logic_ns": 1.0, "routing_ns": 2.0},
    },
    **{"cells": {}, "modules": [], "notes": [], "seconds": 1.0},
}


def of(edited: tuple[str, ...] = (), board: dict[str, Any] = KCU116, **parts: Any) -> list[Number]:
    facts = parse(Manifest, "manifest.json", samples.manifest(board=board))
    return list(numbers_of(facts, parse(Results, "results.json", samples.results(**parts)), edited))


def only(numbers: list[Number], what: What) -> list[Number]:
    return [each for each in numbers if each.what == what]


def test_an_estimate_has_cycles_nanoseconds_and_shares_of_its_device() -> None:
    found = of(estimate={**ESTIMATE, "available": {"LUT": 216_960}})
    assert [(each.value, each.unit) for each in only(found, What.LATENCY)] == [(19, "cycles"), (95.0, "ns")]
    (lut,), (bram,) = only(found, What.LUT), only(found, What.BRAM)
    assert (lut.available, lut.part) == (216_960, "xcku5p-ffvb676-2-e")
    assert lut.share == pytest.approx(900 / 216_960)
    assert (bram.unit, bram.available, bram.share) == ("block RAM of 18 kbit", None, None)
    assert str(lut) == "900 LUT of six inputs (estimate, fpgaml)"


def test_slack_is_the_period_aimed_at_less_the_one_reached() -> None:
    found = of(synthesis=[ROUTED])
    (slack,), (fmax,) = only(found, What.SLACK), only(found, What.FMAX)
    assert slack.value == pytest.approx(10 - 12.5) and slack.unit == "ns"
    assert (fmax.value, fmax.kind, fmax.source) == (80.0, Kind.POST_ROUTE, "yosys 0.70, nextpnr-ecp5 0.8")
    (lut,) = only(found, What.LUT)
    assert (lut.share, lut.part) == (0.25, "lfe5u-25f")
    assert only(found, What.BRAM)[0].unit == "block RAM of 18 kbit"


def test_checks_physics_ports_and_quantizers() -> None:
    checks = [
        samples.check(status="failed", outputs=[samples.differing()]),
        samples.csim_check(status="failed", outputs=[]),
        samples.check(name="Graph = RTL simulation", status="not checked", outputs=[]),
    ]
    found = of(checks=checks, passed=False)
    exactness = only(found, What.EXACTNESS)
    assert [(each.of, each.value, each.note) for each in exactness] == [
        ("source model = Graph", 32.0, "failed"),
        ("Graph = C-simulation", math.inf, "failed"),
    ]
    assert exactness[1].to_json()["value"] is None
    assert [(each.of, each.value) for each in only(found, What.PORT_BITS)] == [("constituents", 12), ("tagger", 18)]
    assert [each.title for each in only(found, What.ROC_AUC)] == ["ROC AUC of tagger[0]", "ROC AUC of tagger[1]"]
    overflow = {each.of: each.value for each in only(found, What.OVERFLOW)}
    assert overflow == {"dense_1_relu": 0.0, "dense_2_relu": 12 / 64000, "tagger": 0.0}


def test_a_vendors_report_keeps_its_own_kind_part_and_clock() -> None:
    report = {
        **{"file": "csynth.xml", "sha256": samples.SHA, "format": "Vitis HLS csynth", "kind": "hls-csynth"},
        **{"tool": "Vitis HLS", "version": "2023.2", "state": "", "part": "xcku5p-ffvb676-2-e", "top": "t", "made": ""},
        "resources": [{"name": "LUT", "used": 59_402, "unit": "LUT", "available": 216_960}],
        "latency": {"best": 30, "worst": 41},
        "clock": {"target_ns": 4.0, "uncertainty_ns": 1.0, "estimated_ns": 2.5},
        "timing": {
            **{"met": False, "said": "not met", "clocks": [{"name": "clk", "period_ns": 4.0}]},
            "slacks": [
                {"check": check, "clock": "clk", "corner": "", "worst_ns": worst, **counts}
                for check, worst in (("setup", -0.5), ("setup", 0.1), ("hold", 0.02))
                for counts in [{"total_ns": None, "failing": None, "endpoints": None}]
            ],
        },
        "power": {"total_w": 3.5, "dynamic_w": 2.5, "static_w": 1.0, "confidence": "Low"},
    }
    twice = [report, {**report, "file": "csynth.rpt"}]
    found = [each for each in of(vendor=twice) if each.source == "Vitis HLS 2023.2, clock of 4 ns"]
    assert [(each.value, each.unit, each.kind) for each in found] == [(164.0, "ns", Kind.HLS_CSYNTH)]
    found = [each for each in of(vendor=twice) if each.source == "Vitis HLS 2023.2"]
    assert [(each.what, each.value, each.of) for each in found] == [
        *[(What.LATENCY, 41, ""), (What.LUT, 59_402, ""), (What.FMAX, 400.0, "")],
        *[(What.SLACK, -0.5, "setup"), (What.SLACK, 0.02, "hold"), (What.POWER, 3.5, "")],
    ]
    assert {each.clock_ns for each in found if each.what in (What.FMAX, What.SLACK)} == {4.0}
    assert found[-1].kind == Kind.ESTIMATE, "whatever the state of the design"


def test_the_firmwares_physics_are_those_of_the_column_that_it_equals() -> None:
    source = {"key": "source", "role": "float", "title": "Keras", "events": 100}
    fixed = {"key": "fixed", "role": "fixed", "title": "Graph", "tool": "fpgaml", "events": 100}
    roc = {"output": "tagger[0]", "signal": 50, "background": 50, "area": 0.9, "error": 0.01}
    point = {"rate": 0.01, "threshold": 1.0, "false_positives": 0, "value": 0.7, "low": 0.6, "high": 0.8}
    apart = {**roc, "column": "fixed", "area": 0.88, "loss": 0.02, "efficiencies": [{**point, "value": 0.6}]}
    rocs = [{**roc, "column": "source", "efficiencies": [point]}]
    physics = {"kind": "simulated", "roc_auc": {"tagger[0]": 0.9, "tagger[1]": 0.5}, "columns": [source, fixed]}

    def said(**changes: Any) -> list[tuple[str, float]]:
        found = of(physics={**physics, **changes})
        return [(each.title, each.value) for each in found if each.of.startswith("tagger[")]

    assert said(rocs=[*rocs, apart]) == [
        *[("ROC AUC of tagger[0]", 0.88), ("ROC AUC of tagger[1]", 0.5), ("AUC loss of tagger[0]", 0.02)],
        ("efficiency of tagger[0] at a false-positive rate of 0.01", 0.6),
    ]
    assert said(rocs=rocs, columns=[source, {**fixed, "equal_to": "source"}]) == [
        *[("ROC AUC of tagger[0]", 0.9), ("ROC AUC of tagger[1]", 0.5), ("AUC loss of tagger[0]", 0.0)],
        ("efficiency of tagger[0] at a false-positive rate of 0.01", 0.7),
    ]


def test_numbers_of_one_thing_go_from_the_weakest_kind_to_the_strongest() -> None:
    luts = only(of(synthesis=[ROUTED, {**ROUTED, "kind": "post-synthesis"}], estimate=ESTIMATE), What.LUT)
    assert [each.kind for each in luts] == [Kind.ESTIMATE, Kind.POST_SYNTHESIS, Kind.POST_ROUTE]
    assert not {What.PORT_BITS, What.OVERFLOW} & set(HEADLINES)


def test_what_was_found_before_files_were_edited_says_so() -> None:
    parts = {"estimate": ESTIMATE, "synthesis": [ROUTED, {**ROUTED, "kind": "post-synthesis", "edited": True}]}
    assert not any(each.stale for each in of(**parts))
    found = of(edited=("rtl/network.v",), **parts)
    assert [bool(each.stale) for each in only(found, What.LUT)] == [True, False, True]
    assert all(each.stale for each in only(found, What.EXACTNESS))
