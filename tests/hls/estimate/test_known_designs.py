"""Estimates against designs of public numbers: the table of docs/estimates.md, and what a report says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from math import ceil

import pytest

from fpgaml.boards import find_board
from fpgaml.hls.estimate.delays import Clock
from fpgaml.hls.estimate.network import ACCURACY, estimate
from fpgaml.hls.estimate.stage import choices
from fpgaml.hls.estimate.timing import timed
from fpgaml.hls.lower.graph import lower
from fpgaml.hls.lower.prepare import prepare
from fpgaml.hls.settings import HlsSettings
from tests.hls.estimate.designs import DESIGNS, Design
from tests.paths import ROOT, SHARED, needs_arianna

REPORTS = SHARED / "vendor_reports"
QUANTITIES = {"interval": "interval", "latency": "latency", "LUT": "lut", "FF": "ff", "DSP": "dsp", "BRAM": "bram"}


@cache
def found(name: str) -> dict[str, int | float | None]:
    """The estimate of a design, by quantity."""
    (design,) = (each for each in DESIGNS if each.name == name)
    board = replace(find_board(design.board), clock_mhz=200)
    settings = HlsSettings(board.part, board.clock_ns, design.backend, design.io, design.strategy)
    its = estimate(design.graph(), settings, board)
    assert not its.missing
    cycles = {"interval": its.interval_cycles, "latency": its.latency_cycles}
    return {**cycles, "lut": its.lut, "ff": its.ff, "dsp": its.dsp, "bram": its.bram}


def known(design: Design, quantity: str) -> int | None:
    """What the implementation has, else what C-synthesis says; its LUTs are no measure of an implementation's."""
    if quantity == "lut":
        return design.real.get("lut")
    return design.real.get(quantity, design.synthesised.get(quantity))


def factors(quantity: str) -> Iterator[float]:
    """How far off each estimate is; none and one are as good as equal."""
    for design in DESIGNS:
        real, estimated = known(design, quantity), found(design.name)[quantity]
        if real is not None and estimated is not None:
            low, high = sorted((max(real, 1), max(estimated, 1)))
            yield high / low


@needs_arianna
def test_a_report_says_how_far_off_estimates_were() -> None:
    said = {}
    for title, quantity in QUANTITIES.items():
        off = list(factors(quantity))
        said[title] = (len(off), ceil(100 * max(off)) / 100)
    assert dict(ACCURACY) == said


def rows() -> Iterator[str]:
    """The table: estimate, and behind it what is known, from whom."""
    for design in DESIGNS:
        cells = []
        for quantity in QUANTITIES.values():
            numbers = [design.synthesised.get(quantity), design.real.get(quantity)]
            shown = ["–" if number is None else f"{number:,}" for number in numbers]
            alone = numbers == [None, None]
            cells.append("–" if alone else f"{found(design.name)[quantity]:,} / {' / '.join(shown)}")
        yield f"| {design.name} | {' | '.join(cells)} | {design.source} |"


@needs_arianna
def test_the_page_shows_what_comes_out_now() -> None:
    page = (ROOT / "docs" / "estimates.md").read_text()
    missing = [row for row in rows() if row not in page]
    assert missing == []


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("cnn_core, streams", "vitis_hls_2023.2_cnn_core/cnn_core_csynth.xml"),
        ("arianna, streams", "vitis_hls_2023.2_ravel/hls4ml_baseline_csynth.xml"),
    ],
)
def test_numbers_are_those_of_the_reports(name: str, file: str) -> None:
    if not (REPORTS / file).exists():
        pytest.skip(f"{REPORTS / file} is not there")
    text = (REPORTS / file).read_text()
    (design,) = (each for each in DESIGNS if each.name == name)

    def stated(tag: str) -> int:
        first = re.search(f"<{tag}>([0-9]+)</{tag}>", text)
        assert first is not None
        return int(first[1])

    tags = {"interval": "Interval-max", "latency": "Worst-caseLatency", "lut": "LUT", "ff": "FF", "dsp": "DSP"}
    tags["bram"] = "BRAM_18K"
    assert {what: stated(tags[what]) for what in design.synthesised} == dict(design.synthesised)


def test_processes_of_cnn_core_take_as_long_as_its_report_says() -> None:
    """C-synthesis, process by process: 1,024 pixels at three cycles, 336 positions at one and at two."""
    (design,) = (each for each in DESIGNS if each.name.startswith("cnn_core"))
    board = replace(find_board(design.board), clock_mhz=200)
    settings = HlsSettings(board.part, board.clock_ns, design.backend, design.io, design.strategy)
    layers = lower(prepare(design.graph(), settings), settings)
    found = timed(layers, choices(layers), Clock.of(board, "vitis")).layers
    stated = {"conv": 3075, "relu": 339, "pool": 674}
    assert {name: found[name].interval - 1 for name in stated} == pytest.approx(stated, rel=0.01)
