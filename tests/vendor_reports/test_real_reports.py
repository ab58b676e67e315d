"""Every figure that a reviewer reads in real reports, written down here by reading the files."""

from __future__ import annotations

import pytest

from fpgaml.record.vendor import VendorReport
from fpgaml.vendor_reports.read import read_reports
from tests.paths import SHARED

REAL = SHARED / "vendor_reports"
CNN, RAVEL, TRIGGER = "vitis_hls_2023.2_cnn_core", "vitis_hls_2023.2_ravel", "vivado_2023.2_ai_trigger"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real reports are not beside this checkout")


def read(folder: str, file: str) -> VendorReport:
    found = read_reports(REAL / folder / file)
    assert not found.unused
    return found.reports[0]


def resources(report: VendorReport) -> dict[str, tuple[int, int | None]]:
    return {each.name: (each.used, each.available) for each in report.resources}


HELD = {"LUT": 216960, "FF": 433920, "DSP": 1824, "BRAM": 960, "URAM": 64}


@pytest.mark.parametrize(
    ("folder", "file", "used", "latency", "interval", "estimated"),
    [
        (CNN, "cnn_core_csynth.xml", (59402, 64663, 239, 270, 0), 3218, 3076, 3.650),
        (CNN, "cnn_core_csynth.rpt", (59402, 64663, 239, 270, 0), 3218, 3076, 3.650),
        (RAVEL, "aria_1_4_p4d2_csynth.xml", (15623, 4368, 8, 3, 0), 99, 94, 3.402),
        (RAVEL, "hls4ml_baseline_csynth.xml", (38365, 26275, 0, 18, 0), 3084, 3076, 3.619),
    ],
)
def test_c_synthesis(
    folder: str, file: str, used: tuple[int, ...], latency: int, interval: int, estimated: float
) -> None:
    report = read(folder, file)
    assert (report.kind, report.source, report.part, report.top) == (
        "hls-csynth",
        "Vitis HLS 2023.2",
        "xcku5p-ffvb676-2-e",
        "cnn_core",
    )
    assert resources(report) == {name: (count, HELD[name]) for name, count in zip(HELD, used, strict=True)}
    assert report.latency and (report.latency.best, report.latency.worst) == (latency, latency)
    assert report.interval and (report.interval.best, report.interval.worst) == (interval, interval)
    clock = report.clock
    assert clock and (clock.target_ns, clock.uncertainty_ns, clock.estimated_ns) == (5.0, 1.35, estimated)
    assert clock.met
    assert not report.notes


def test_c_synthesis_instance_by_instance() -> None:
    rows = {row.name: row for row in read(CNN, "cnn_core_csynth.rpt").rows}
    dense = rows["dense_array_ap_fixed_42u_array_ap_fixed_17_9_5_3_0_1u_config10_U0"]
    assert dense.resources == {"LUT": 46285, "FF": 42969, "DSP": 214, "BRAM": 0, "URAM": 0}
    assert dense.latency and dense.latency.worst == 37
    repack = rows["repack_stream_array_ap_fixed_256u_array_ap_fixed_12_6_5_3_0_1u_1024_U0"]
    assert (repack.resources["BRAM"], repack.resources["LUT"], repack.resources["FF"]) == (1, 3578, 3197)
    assert repack.interval and repack.interval.worst == 1553
    assert len(rows) == 8
    assert sum(row.resources["LUT"] for row in rows.values()) == 59015


@pytest.mark.parametrize(("folder", "top"), [(CNN, "cnn_core"), (RAVEL, "aria_1_4_p4d2")])
def test_co_simulation_that_passed_without_cycles(folder: str, top: str) -> None:
    report = read(folder, f"{top}_cosim.rpt")
    assert (report.kind, report.passed, report.tool, report.top) == (
        "simulated",
        True,
        "HLS co-simulation, xsim",
        top,
    )
    assert report.latency is None and report.interval is None and not report.resources


@pytest.mark.parametrize(
    ("folder", "file", "kind", "state", "top", "used"),
    [
        # Block RAM: 6.5, 26 and 26 tiles.
        (CNN, "vivado_synth.rpt", "post-synthesis", "Optimized", "cnn_core", (35916, 2524, 59771, 205, 13, 0, 4053)),
        (TRIGGER, "post_synth_utilization.rpt", "post-synthesis", "Synthesized", "AI_TRIGGER_TOP",
         (35927, 5813, 20823, 20, 52, 6, 2789)),
        (TRIGGER, "post_route_utilization.rpt", "post-route", "Routed", "AI_TRIGGER_TOP",
         (32061, 3085, 20311, 20, 52, 6, 2779)),
    ],
)  # fmt: skip
def test_utilisation(folder: str, file: str, kind: str, state: str, top: str, used: tuple[int, ...]) -> None:
    report = read(folder, file)
    assert (report.kind, report.source, report.state, report.top) == (kind, "Vivado 2023.2", state, top)
    held = {"LUT": 216960, "LUTRAM": 99840, "FF": 433920, "DSP": 1824, "BRAM": 960, "URAM": 64, "carry": 27120}
    assert resources(report) == {name: (count, held[name]) for name, count in zip(held, used, strict=True)}
    assert not report.notes


def test_timing() -> None:
    report = read(TRIGGER, "post_route_timing_summary.rpt")
    timing = report.timing
    assert timing and timing.met is True
    assert (report.kind, report.part, timing.said) == (
        "post-route",
        "xcku5p-ffvb676",
        "All user specified timing constraints are met.",
    )
    assert [(clock.name, clock.period_ns) for clock in timing.clocks] == [("CLK_ADC", 4.0), ("CLK_CNN", 5.0)]
    rows = {
        (each.check, each.clock): (each.worst_ns, each.total_ns, each.failing, each.endpoints) for each in timing.slacks
    }
    assert rows == {
        ("setup", ""): (0.322, 0.0, 0, 63712),
        ("hold", ""): (0.024, 0.0, 0, 62482),
        ("pulse width", ""): (1.300, 0.0, 0, 26454),
        ("setup", "CLK_ADC"): (0.322, 0.0, 0, 12929),
        ("hold", "CLK_ADC"): (0.037, 0.0, 0, 11699),
        ("pulse width", "CLK_ADC"): (1.300, 0.0, 0, 3710),
        ("setup", "CLK_CNN"): (0.737, 0.0, 0, 50594),
        ("hold", "CLK_CNN"): (0.024, 0.0, 0, 50594),
        ("pulse width", "CLK_CNN"): (1.958, 0.0, 0, 22744),
    }


def test_power() -> None:
    report = read(TRIGGER, "post_route_power.rpt")
    power = report.power
    assert power and (power.total_w, power.dynamic_w, power.static_w, power.confidence) == (
        1.264,
        0.807,
        0.457,
        "Medium",
    )
    assert power.parts == {
        "Clocks": 0.151,
        "CLB Logic": 0.308,
        "Signals": 0.247,
        "Block RAM": 0.043,
        "URAM": 0.041,
        "DSPs": 0.016,
    }
    lanes = [row.power_w for row in report.rows if row.name.endswith("u_LANE")]
    assert lanes == [0.146, 0.149, 0.138, 0.141, 0.140]
