"""A drawing of every kind, with what a page must stand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fpgaml.report.drawing import (
    Axis,
    Bar,
    Bars,
    Box,
    Curve,
    Curves,
    Drawing,
    Edge,
    Histogram,
    Lane,
    Matrix,
    Moment,
    Network,
    Point,
    Points,
    Range,
    Ranges,
    Role,
    Span,
    Steps,
    Timeline,
)

HOSTILE = '<script>alert("1")</script>&\x00\x1b[31m\'"\ud800'
LONG = "a_layer_whose_name_says_where_it_stands_and_what_it_does_and_who_wrote_it_and_when"
X = np.linspace(0, 50, 61)
JETS = [f"jet_{index}" for index in range(6)]


def turn_on(at: float) -> np.ndarray:
    return 1 / (1 + np.exp(-(X - at) / 4))


DRAWINGS: Mapping[str, Drawing] = {
    "curves": Curves(
        Axis("transverse energy", "GeV"),
        Axis("efficiency", low=0, high=1.05),
        [
            Curve("float network", X, turn_on(20), Role.FLOAT, turn_on(20) - 0.03, turn_on(20) + 0.03),
            Curve("fixed point", X, turn_on(21), Role.FIXED),
            Curve("firmware", X, turn_on(21), Role.HARDWARE),
            Curve(LONG, X, turn_on(30), Role.BASELINE),
        ],
    ),
    "curves that end apart": Curves(
        Axis("bits"),
        Axis("resolution", "ns"),
        [Curve("small", [4, 6, 8], [3, 2, 1]), Curve("large", [4, 6, 8], [4, 3.5, 3]), Curve("", [4], [1])][:2],
    ),
    "log curves": Curves(
        Axis("rate", "kHz", log=True),
        Axis("efficiency"),
        [Curve("a", [0, 1e-3, 1, 100], [0, 0.1, float("nan"), 1], Role.OVER)],
    ),
    "words at ticks": Curves(
        Axis("crossings since the previous pulse", low=-0.3, high=2.3, ticks={"1": 0, "10-16": 1, "none": 2}),
        Axis("resolution", "MeV", log=True),
        [Curve("network", [0, 1, 2], [450, 180, 130]), Curve("filter", [0, 1, 2], [2400, 720, 580], Role.BASELINE)],
    ),
    "matrix of six": Matrix("class said", "true class", JETS, JETS, [[12345] * 6] * 6),
    "histogram": Histogram(
        Axis("error", "LSB"),
        Axis("values", log=True),
        [
            Steps("float less Graph", [-2, -1, 0, 1, 2], [3, 1000, 12, 0], Role.FLOAT),
            Steps("Graph less firmware", [-2, -1, 0, 1, 2], [0, 0, 1015, 0], Role.HARDWARE),
        ],
    ),
    "matrix of large counts": Matrix(
        "said",
        "is",
        ["jet", LONG, "electron"],
        ["jet", LONG, "electron"],
        [[120_000, 3, 0], [0, 0, 0], [17, 0, 1_234_567]],
    ),
    "bars": Bars(
        Axis("share of the device", "%"),
        [
            Bar("all", 3.4, Role.BASELINE, "12,345 (3.4%)", "LUT"),
            Bar(LONG, 3.3, Role.PLAIN, "12,000 (3.3%)", "LUT"),
            Bar("dense", 0.0, group="LUT"),
            Bar("all", 123.0, Role.OVER, "1,500 (123%)", "DSP"),
        ],
        limit=100,
    ),
    "timeline": Timeline(
        Axis("clock cycle"),
        [
            Lane("conv_1", [Span(9, 70), Span(80, 95, Role.BASELINE, "the next")], "42 beats of 28; FIFO 3"),
            Lane(LONG, [Span(79, 80)], "folded in 42 phases of 28 terms a beat, from a ROM of 9,408 bits; FIFO 12"),
        ],
        [Moment(79, "first result 79", Role.HARDWARE), Moment(80, "next frame 80")],
    ),
    "network": Network(
        [
            Box("x", "samples", ["Input"]),
            Box("a", LONG, ["Conv2D, Relu, Quantize to ap_ufixed<7,3>", "6,264 LUT, 3 DSP", "12 FF"], 0.81),
            Box("b", "shortcut", ["Conv2D", "12 LUT"], 0.0),
            Box("s", "add", ["Add"]),
            Box("y", "output y"),
        ],
        [
            Edge("x", "a", "ap_fixed<8,4>, 16x16x3"),
            Edge("x", "b", "ap_fixed<8,4>, 16x16x3"),
            Edge("x", "s", "ap_fixed<8,4>, 16x16x3"),
            Edge("a", "s", "ap_ufixed<12,5>, 16x16x8", "at length"),
            Edge("b", "s", "0..12 bits, 16x16x8"),
            Edge("s", "y", "ap_fixed<13,6>, 16x16x8"),
        ],
        "LUT",
    ),
    "ranges": Ranges(
        [
            Range("input", -8, 7.99, -3.2, 5.1, "one bit less clips 0.2% and rounds 3% of all values"),
            Range(LONG, -2, 1.98, -30, 100),
            Range("nothing", 0, 0, 0, 0),
        ]
    ),
    "points": Points(
        Axis("LUT", log=True),
        Axis("AUC"),
        [
            Point("small", 1200, 0.8, Role.HARDWARE),
            Point("large", 40_000, 0.95, Role.HARDWARE),
            Point(LONG, 39_000, 0.9499),
            Point("beaten", 39_500, 0.9498, Role.OVER, "too slow"),
        ],
        ["small", "large"],
    ),
}

EMPTY: Mapping[str, Drawing] = {
    "curves": Curves(Axis("x"), Axis("y"), []),
    "a curve": Curves(Axis("x"), Axis("y"), [Curve("a", [], [])]),
    "histogram": Histogram(Axis("x"), Axis("y"), [Steps("a", [], [])]),
    "matrix": Matrix("x", "y", [], [], []),
    "bars": Bars(Axis("x"), []),
    "a bar": Bars(Axis("x"), [Bar("a", 0.0)]),
    "timeline": Timeline(Axis("x"), []),
    "a lane": Timeline(Axis("x"), [Lane("a", [])]),
    "network": Network([], []),
    "ranges": Ranges([]),
    "points": Points(Axis("x"), Axis("y"), []),
}
