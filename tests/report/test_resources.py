"""Parts of a design drawn against the device."""

from __future__ import annotations

from fpgaml.record.synthesis import Resource
from fpgaml.report.drawing import Bar, Role
from fpgaml.report.resources import MOST_BARS, share_bars


def resource(name: str, used: int, available: int | None) -> Resource:
    return Resource(name=name, used=used, unit=name, available=available)


LAYERS = [("conv", {"LUT": 300, "DSP": 6, "FF": 0}), ("dense", {"LUT": 100, "DSP": 0})]


def test_each_resource_has_the_whole_and_its_parts_in_percent_of_the_device() -> None:
    drawn = share_bars(LAYERS, [resource("LUT", 410, 20_000), resource("FF", 0, 40_000), resource("DSP", 6, 5)])
    assert drawn is not None and drawn.x.title == "share of the device" and drawn.limit == 100
    # 410 and 300 of 20,000; six of five.
    assert list(drawn.bars) == [
        Bar("all", 2.05, Role.BASELINE, "410 (2.05%)", "LUT"),
        Bar("conv", 1.5, Role.PLAIN, "300 (1.5%)", "LUT"),
        Bar("dense", 0.5, Role.PLAIN, "100 (0.5%)", "LUT"),
        Bar("all", 120.0, Role.OVER, "6 (120%)", "DSP"),
        Bar("conv", 120.0, Role.OVER, "6 (120%)", "DSP"),
    ]


def test_without_a_capacity_shares_are_of_the_design() -> None:
    drawn = share_bars(LAYERS, [resource("LUT", 400, None), resource("DSP", 6, None)])
    assert drawn is not None and drawn.x.title == "share of the design"
    assert [(bar.label, bar.value, bar.group) for bar in drawn.bars] == [
        *(("conv", 75.0, "LUT"), ("dense", 25.0, "LUT"), ("conv", 100.0, "DSP"))
    ]


def test_a_small_share_needs_no_end_of_the_device() -> None:
    drawn = share_bars(LAYERS, [resource("LUT", 410, 20_000)])
    assert drawn is not None and drawn.limit is None


def test_many_parts_are_the_largest_in_their_order_and_the_rest_as_one() -> None:
    many = [(f"m{number}", {"LUT": number}) for number in range(1, 31)]
    drawn = share_bars(many, [resource("LUT", 465, 1000)])
    assert drawn is not None
    shown = [(bar.label, bar.note) for bar in drawn.bars[1:]]
    assert len(shown) == MOST_BARS
    # 22 to 30 are shown; 1 to 21 are 21 * 22 / 2 = 231.
    assert shown[0] == ("m22", "22 (2.2%)") and shown[-1] == ("21 others", "231 (23.1%)")


def test_nothing_taken_is_nothing_drawn() -> None:
    assert share_bars([("flat", {"LUT": 0})], [resource("LUT", 0, 100)]) is None
    assert share_bars([], []) is None
