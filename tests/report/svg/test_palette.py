"""The palettes by calculation: contrast as WCAG 2.1 defines it, and what the colour-blind see of it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgaml.report.drawing import Role
from fpgaml.report.svg.palette import DARK, HATCHED, LIGHT, STROKES, colour, css

PALETTES = {"light": LIGHT, "dark": DARK}
TEXT = ("ink", "faint", *(f"role-{role}" for role in Role))
SIDE_BY_SIDE = ("role-float", "role-fixed", "role-hardware", "role-baseline")

SEEN_BY = {
    # Machado, Oliveira and Fernandes, IEEE Trans. Vis. Comput. Graph. 15(6), 2009, severity 1; for linear RGB.
    "all": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopes": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopes": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopes": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(text: str) -> NDArray[np.float64]:
    """sRGB to linear RGB, IEC 61966-2-1."""
    values = np.array([int(text[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(text: str) -> float:
    return float(linear(text) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* of linear RGB under D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_measures_give_what_is_published() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the grey just too light for AA
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.02)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_every_text_is_readable_on_paper_and_in_boxes(palette: Mapping[str, str]) -> None:
    weak = {(name, ground): contrast(palette[name], palette[ground]) for name in TEXT for ground in ("paper", "fill")}
    assert min(weak.values()) >= 4.5, weak


@pytest.mark.parametrize("seen", SEEN_BY.values(), ids=SEEN_BY.keys())
@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_curves_that_are_compared_differ_for_everybody(palette: Mapping[str, str], seen: list[list[float]]) -> None:
    labs = {name: lab(np.array(seen) @ linear(palette[name])) for name in SIDE_BY_SIDE}
    # A difference of 2.3 is just noticeable; thin lines want several times that.
    apart = {pair: float(np.linalg.norm(labs[pair[0]] - labs[pair[1]])) for pair in combinations(SIDE_BY_SIDE, 2)}
    assert min(apart.values()) > 20, apart


def test_roles_differ_without_colour() -> None:
    assert len({(stroke.dash, stroke.width, stroke.markers) for stroke in STROKES.values()}) == len(Role)
    assert len(set(HATCHED.values())) == len(HATCHED)


def test_variables_have_the_light_palette_where_a_page_sets_none() -> None:
    assert colour(Role.FLOAT) == f"var(--role-float,{LIGHT['role-float']})"
    assert LIGHT.keys() == DARK.keys()
    assert f"--role-over:{DARK['role-over']};" in css(DARK)
