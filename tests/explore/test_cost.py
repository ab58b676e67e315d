"""What designs are said to cost, beside the projects that are made of them."""

from pathlib import Path

import pytest

from fpgaml.boards import find_board
from fpgaml.cost.calibration.fit import Fit
from fpgaml.errors import FpgamlError
from fpgaml.explore.cost import DesignCost, Expected, cost_of
from fpgaml.hls.target import HlsTarget
from fpgaml.progress import Silent
from fpgaml.rtl.firmware import write
from fpgaml.rtl.target import RtlTarget
from fpgaml.source import load_model
from tests.paths import ROOT

GRAPH = load_model(ROOT / "tests/fixtures/keras3/dense_default.keras").graph


@pytest.mark.parametrize("interval", [None, 6])
def test_near_the_project_that_is_made(tmp_path: Path, interval: int | None) -> None:
    """The same form and interval, latency within three cycles, LUTs within 1.7 times the netlist's."""
    board, target = find_board("alveo"), RtlTarget(interval=interval)
    found = cost_of(GRAPH, board, target)
    made = write(target, tmp_path, GRAPH, board, 1, Silent()).estimate
    assert made is not None and made.lut is not None and made.latency_cycles is not None
    assert found.form == ("unrolled" if interval is None else "streaming")
    assert found.interval == made.interval_cycles
    assert found.latency is not None and abs(found.latency - made.latency_cycles) <= 3
    estimate = found.resources["lut"].estimate
    assert estimate is not None and 1 / 1.7 < estimate / made.lut < 1.7


def test_numbers_are_what_synthesis_is_expected_to_find() -> None:
    fit = Fit(0.5, 1.1, 1.25, 84, 9, "yosys 0.70")
    known, unknown = Expected(1000, fit), Expected(30, None, "never checked")
    cost = DesignCost("unrolled", {"lut": known, "ff": unknown, "dsp": Expected(None, None, "no model")}, 7, 1, 5.0)
    assert cost.numbers == {"lut": 500.0, "ff": 30, "latency": 35.0, "interval": 5.0}
    assert cost.at_least == {"lut": 400.0, "ff": 30, "latency": 35.0, "interval": 5.0}
    assert str(known) == "500 (estimate; within 1.2 times for 90% of 84 designs by yosys 0.70)"
    assert str(unknown) == "30 (estimate; never checked)"
    assert str(cost.resources["dsp"]) == "not estimated: no model"


def test_hls_and_families_without_synthesis_say_that_nobody_checked() -> None:
    hls = cost_of(GRAPH, find_board("alveo"), HlsTarget()).resources["lut"]
    assert hls.fit is None and hls.value == hls.estimate and "no open tool synthesises HLS" in str(hls)
    polarfire = cost_of(GRAPH, find_board("polarfire-eval"), RtlTarget()).resources["lut"]
    assert polarfire.fit is None and "never checked: yosys does not map to Microchip PolarFire" in str(polarfire)


def test_what_no_schedule_holds_is_an_error() -> None:
    with pytest.raises(FpgamlError, match="--rate"):
        cost_of(GRAPH, find_board("alveo"), RtlTarget(rate=1e12))
