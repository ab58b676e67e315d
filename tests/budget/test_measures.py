"""Every thing that a budget can limit, on one project: the number that decides, and by how much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fpgaml.budget.finding import Finding
from fpgaml.budget.judge import judge
from fpgaml.budget.read import read_budget
from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.vendor_reports.read import read_reports
from tests.paths import SHARED
from tests.report import samples

PART = "xcku5p-ffvb676-2-e"
BOARD = {"name": "kcu116", "part": PART, "clock_ns": 5.0, "note": ""}


def resource(name: str, used: int, unit: str, available: int | None) -> dict[str, Any]:
    return {"name": name, "used": used, "unit": unit, "available": available}


RESOURCES = [
    resource("LUT", 21_696, "LUT6", 216_960),
    resource("LUTRAM", 46, "LUT6", None),
    resource("FF", 1_000, "register", 433_920),
    resource("DSP", 0, "DSP48E2", 1_824),
    resource("BRAM", 3, "block RAM of 18 kbit (a RAMB36 is two)", 960),
    resource("URAM", 1, "UltraRAM", 64),
]
SYNTHESIS = {
    **{"kind": "post-synthesis", "tools": {"yosys": "0.70"}, "family": "xcup", "board": "kcu116", "part": PART},
    **{"hierarchy": "flattened", "sources_sha256": samples.SHA, "edited": False, "resources": RESOURCES},
    **{"cells": {}, "modules": [], "timing": None, "notes": [], "seconds": 1.0},
}
REPORT = {
    **{"file": "timing.rpt", "sha256": samples.SHA, "format": "Vivado timing summary", "kind": "post-route"},
    **{"tool": "Vivado", "version": "2023.2", "state": "Routed", "part": "xcku5p-ffvb676-2", "top": "t", "made": ""},
    "timing": {
        **{"met": False, "said": "not met", "clocks": [{"name": "clk", "period_ns": 5.0, "fmax_mhz": 212.0}]},
        "slacks": [
            {"check": check, "clock": "clk", "corner": "", "worst_ns": worst, **none}
            for check, worst in (("setup", 0.2831), ("hold", -0.012))
            for none in [{"total_ns": None, "failing": None, "endpoints": None}]
        ],
    },
    "power": {"total_w": 3.5, "dynamic_w": 2.5, "static_w": 1.0, "confidence": "Low"},
}
BENCH = {"name": "x", "status": "passed", "message": "", "frames": 9, "cycles": 9, "seconds": 0.1, "first": None}
COSIM = {
    **{"kind": "simulated", "simulator": "verilator", "tool": "Verilator 5.048", "cocotb": "2.1"},
    **{"shell": "native", "hdl": "verilog", "seed": 1, "passed": True, "edited": []},
    "declared": {"latency": 20, "interval": 8},
    "measured": {"latency": 20, "interval": 8, "frames_per_second": None},
    "checks": [BENCH],
}
COLUMN = {"key": "fixed", "role": "fixed", "title": "Graph", "tool": "the interpreter", "events": 100}
POINT = {"rate": 0.01, "threshold": 1.0, "false_positives": 0, "value": 0.7, "low": 0.6, "high": 0.8}
ROC = {"signal": 50, "background": 50, "error": 0.01, "column": "fixed", "efficiencies": [POINT]}
PHYSICS = {
    **{"kind": "simulated", "columns": [COLUMN]},
    "rocs": [{**ROC, "output": "a", "area": 0.95, "loss": 0.001}, {**ROC, "output": "b", "area": 0.9, "loss": 0.01}],
    "confusions": [
        {"output": "a", "column": "fixed", "classes": ["0", "1"], "counts": [[9, 1], [1, 9]]}
        | {"accuracy": 0.9, "low": 0.8, "high": 0.95}
    ],
    "resolutions": [
        {"output": "a", "column": "fixed", "bias": 0.1, "bias_error": 0.1, "rms": 2.0, "rms_error": 0.1}
        | {"half_width": 1.5, "half_width_error": 0.1}
    ],
}


def judged(folder: Path, text: str, edited: tuple[str, ...] = (), **parts: Any) -> list[Finding]:
    (folder / "budget.toml").write_text(text)
    facts = parse(Manifest, "manifest.json", samples.manifest(board=BOARD))
    checks = [samples.check(status="within tolerance", outputs=[samples.differing(largest_lsb=2.0)])]
    whole = {"checks": [*checks, samples.csim_check()], "physics": PHYSICS, "cosim": [COSIM]}
    whole |= {"synthesis": [SYNTHESIS], "vendor": [REPORT], **parts}
    whole["passed"] = all(check["status"] != "failed" for check in whole["checks"])
    found = parse(Results, "results.json", samples.results(**whole))
    return list(judge(read_budget(folder / "budget.toml"), facts, found, edited=edited).lines)


@pytest.mark.parametrize(
    ("line", "kept", "missed"),
    [
        # 20 cycles of 5 ns; a result every 8 cycles is 25 MHz
        ('what = "latency", unit = "ns"', 100, 99.9),
        ('what = "latency", unit = "us"', 0.1, 0.0999),
        ('what = "latency", unit = "cycles"', 20, 19),
        ('what = "initiation_interval"', 8, 7),
        ('what = "initiation_interval", unit = "ns"', 40, 39),
        ('what = "rate"', 25, 25.1),
        ('what = "rate", unit = "kHz"', 25_000, 25_001),
        ('what = "lut"', 21_696, 21_695),
        ('what = "lut", unit = "%"', 10, 9.99),
        ('what = "lut", unit = "share"', 0.1, 0.0999),
        ('what = "lutram"', 46, 45),
        ('what = "ff"', 1_000, 999),
        ('what = "bram"', 3, 2),
        ('what = "uram"', 1, 0),
        ('what = "fmax"', 212, 212.5),
        ('what = "slack"', -0.012, 0),  # the hold check is the worse one
        ('what = "slack", of = "setup", unit = "ps"', 283, 284),
        ('what = "power"', 3.5, 3.4),
        ('what = "power", unit = "mW"', 3500, 3499),
        ('what = "exactness"', 2, 1),
        ('what = "exactness", of = "Graph = C-simulation"', 0, None),
        ('what = "roc_auc"', 0.9, 0.91),  # of the worst output
        ('what = "roc_auc", of = "a"', 0.95, 0.951),
        ('what = "auc_loss"', 0.01, 0.009),
        ('what = "efficiency", at = 1e-2, of = "a"', 0.7, 0.71),
        ('what = "efficiency", at = 0.01, unit = "%"', 70, 71),
        ('what = "accuracy"', 0.9, 0.91),
        ('what = "resolution"', 1.5, 1.4),
        ('what = "port_bits"', 18, 17),
        ('what = "port_bits", of = "constituents"', 12, 11),
        ('what = "overflow"', 12 / 64000, 1e-4),
        ('what = "overflow", of = "tagger", unit = "%"', 0, None),
    ],
)
def test_a_limit_is_met_up_to_its_number_and_missed_beyond(
    tmp_path: Path, line: str, kept: float, missed: float | None
) -> None:
    def standing(bound: float) -> str:
        (found,) = judged(tmp_path, f"limit = [{{{line}, limit = {bound!r}}}]")
        assert found.number is not None and found.over is not None and found.text
        assert (found.over > 1e-9) == (found.standing == "missed")
        return str(found.standing)

    assert standing(kept) == "met"
    assert missed is None or standing(missed) == "missed"


def test_how_much_a_limit_is_missed_or_kept_by_is_said_in_its_unit_and_in_percent(tmp_path: Path) -> None:
    text = """
        limit = [
            {what = "lut", limit = 8, unit = "%"}, {what = "roc_auc", limit = 0.96}, {what = "dsp", limit = 0},
            {what = "uram", limit = 0}, {what = "latency", limit = 0.2, unit = "us"},
        ]"""
    found = judged(tmp_path, text)
    assert [line.text for line in found] == [
        "LUT at most 8 %: 10 % (21,696 LUT6, post-synthesis, yosys 0.70), missed by 2 % points (25 %)",
        "ROC AUC at least 0.96: 0.9 of b (simulated, the interpreter), missed by 0.06 (6.25 %)",
        "DSP at most 0 DSP: 0 DSP48E2 (post-synthesis, yosys 0.70), met, with nothing to spare",
        "URAM at most 0 URAM: 1 UltraRAM (post-synthesis, yosys 0.70), missed by 1 URAM",
        "latency at most 0.2 us: 0.1 us (100 ns, simulated, Verilator 5.048, clock of 5 ns), met, 0.1 us (50 %) to "
        "spare",
    ]


@pytest.mark.parametrize(
    ("checks", "standings", "says"),
    [
        ([], ["met", "met"], "Graph = C-simulation"),
        ([samples.check(name="x", status="within tolerance")], ["missed", "met"], "x: within tolerance"),
        (
            [samples.check(name="x", status="not checked")],
            ["open", "met"],
            "needs simulated (`fpgaml verify PROJECT`, of RTL with",
        ),
        ([samples.check(name="x", status="failed")], ["missed", "missed"], "failed: x"),
    ],
)
def test_a_proof_needs_every_check_and_no_failed_check_needs_less(
    tmp_path: Path, checks: list[dict[str, Any]], standings: list[str], says: str
) -> None:
    both = 'limit = [{what = "exactness", limit = "proved"}, {what = "exactness", limit = "passed"}]'
    found = judged(tmp_path, both, checks=[samples.check(), samples.csim_check(), *checks])
    assert [line.standing for line in found] == standings
    assert says in found[0].text
    edited = judged(tmp_path, both, edited=("rtl/network.v",), checks=[samples.check(), samples.csim_check()])
    assert {line.standing for line in edited} == {"open"} and "rtl/network.v" in edited[0].text
    assert {line.standing for line in judged(tmp_path, both, checks=[])} == {"open"}


@pytest.mark.parametrize(
    ("line", "parts", "says"),
    [
        ('what = "roc_auc", of = "c"', {}, "no output is called c; there are: a, b"),
        ('what = "efficiency", at = 0.5', {}, "not known at this rate; at 0.01"),
        ('what = "roc_auc"', {"physics": {}}, "needs simulated (`fpgaml convert MODEL --data FILE --labels FILE`)"),
        ('what = "exactness", of = "Graph = RTL"', {}, "no check is called Graph = RTL; there are: source model"),
        ('what = "lut", unit = "%"', {"synthesis": [SYNTHESIS | {"resources": [resource("LUT", 1, "LUT6", None)]}]},
         "what the device holds is not known"),
        ('what = "fmax"', {"vendor": [REPORT | {"part": "xcku5p-ffva676-2"}]}, "it is for xcku5p-ffva676-2, the"),
        ('what = "slack"', {"vendor": [REPORT | {"part": ""}]}, "it is for no part that is named"),
        ('what = "fmax"', {"vendor": [REPORT | {"part": "xcku5p"}]}, "it is for xcku5p, the budget"),
        ('what = "latency"', {"cosim": [COSIM | {"passed": False, "checks": [BENCH | {"status": "failed"}]}]},
         "of a simulation that failed"),
        ('what = "slack"', {"vendor": [REPORT | {"timing": REPORT["timing"] | {"met": None, "said": "no clocks"}}]},
         "of a timing analysis without a verdict: no clocks"),
        ('what = "power"', {"vendor": []}, "needs estimate (a vendor's report of power)"),
    ],
)  # fmt: skip
def test_a_line_that_nothing_decides_is_open_and_says_why(
    tmp_path: Path, line: str, parts: dict[str, Any], says: str
) -> None:
    (found,) = judged(tmp_path, f"limit = [{{{line}, limit = 0.5}}]", **parts)
    assert found.standing == "open" and says in found.text
    assert found.over is None and found.step


def test_what_a_tool_stated_before_a_simulation_failed_is_still_its_statement(tmp_path: Path) -> None:
    said = {"tool": "Vitis HLS", "source": "csynth.rpt", "latency": 20, "interval": 8, "kind": "hls-csynth"}
    run = COSIM | {"passed": False, "checks": [BENCH | {"status": "failed"}], "vendor": said}
    lines = [f'{{what = "latency", limit = 100, met_by = ["{kind}"]}}' for kind in ("simulated", "hls-csynth")]
    assert [line.standing for line in judged(tmp_path, f"limit = [{', '.join(lines)}]", cosim=[run])] == ["open", "met"]


def test_numbers_of_files_that_were_edited_since_do_not_count(tmp_path: Path) -> None:
    lines = [f'{{what = "{what}", limit = 100000}}' for what in ("latency", "lut", "port_bits", "overflow")]
    found = judged(tmp_path, f"limit = [{', '.join(lines)}]", edited=("rtl/network.v",))
    assert {line.standing for line in found} == {"open"}
    assert all("files were edited since" in line.text for line in found)


def test_a_zero_of_a_device_that_has_none_is_no_share_of_it(tmp_path: Path) -> None:
    for used, standing in ((0, "met"), (1, "missed")):
        none = [resource("URAM", used, "UltraRAM", 0)]
        (found,) = judged(
            tmp_path, 'limit = [{what = "uram", unit = "%", limit = 100}]', synthesis=[SYNTHESIS | {"resources": none}]
        )
        assert found.standing == standing and found.to_json()["over"] in (-100.0, None)


@pytest.mark.parametrize("part", ["xcku5p-ffvb676", "XCKU5P_FFVB676-2", "xcku5pffvb676-2-e"])
def test_a_part_is_the_same_however_a_tool_writes_it(tmp_path: Path, part: str) -> None:
    (found,) = judged(tmp_path, 'limit = [{what = "fmax", limit = 200}]', vendor=[REPORT | {"part": part}])
    assert found.standing == "met"


VENDOR = SHARED / "vendor_reports" / "vitis_hls_2023.2_cnn_core"


@pytest.mark.skipif(not VENDOR.is_dir(), reason="the vendors' reports are not there")
def test_real_reports_decide_lines_by_their_own_kind(tmp_path: Path) -> None:
    """Vitis HLS estimates 59,402 LUTs of a core of which Vivado's synthesis makes 35,916."""
    reports = [report.to_json() for report in read_reports(VENDOR).reports]
    kinds = ("hls-csynth", "post-synthesis", "post-route")
    lines = [f'{{what = "lut", limit = {40_000 + place}, met_by = ["{kind}"]}}' for place, kind in enumerate(kinds)]
    lines += ['{what = "latency", limit = 16, unit = "us", met_by = ["hls-csynth"]}']
    found = judged(tmp_path, f"limit = [{', '.join(lines)}]", vendor=reports, synthesis=[], cosim=[])
    assert [line.text for line in found] == [
        "LUT at most 40,000 LUT: 59,402 LUT6 (hls-csynth, Vitis HLS 2023.2), missed by 19,402 LUT (48.5 %)",
        "LUT at most 40,001 LUT: 35,916 LUT6 (post-synthesis, Vivado 2023.2), met, 4,085 LUT (10.2 %) to spare",
        f"LUT at most 40,002 LUT: open: needs {found[2].step}; so far 35,916 LUT6 (post-synthesis, Vivado 2023.2)",
        # 3,218 cycles of 5 ns
        "latency at most 16 us: 16.09 us (16,090 ns, hls-csynth, Vitis HLS 2023.2, clock of 5 ns), missed by 0.09 us "
        "(0.562 %)",
    ]
