"""Colours and patterns of drawings: CSS variables, which a page defines, with the light palette where none does.

Roles are told apart without colour too: lines by dash and marker, areas by hatch. Every colour is readable as text on
its paper (contrast of at least 4.5 to 1, WCAG 2.1 AA), and roles that stand side by side (float, fixed, hardware,
baseline) differ for the colour-blind; `tests/report/svg/test_palette.py` reckons both. The hues follow Okabe and Ito,
and these roles differ in lightness too, for those to whom blue and green, or red and green, are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fpgaml.report.drawing import Role

LIGHT: Mapping[str, str] = {
    "ink": "#1b1f24",
    "faint": "#57606a",
    "grid": "#d8dee4",
    "paper": "#ffffff",
    "fill": "#eef2f6",
    "role-plain": "#4a5f7c",
    "role-baseline": "#666b74",
    "role-float": "#0b63d6",
    "role-fixed": "#b54a00",
    "role-hardware": "#0c522e",
    "role-limit": "#8a3a86",
    "role-over": "#b3123c",
}
"""By the name of the variable, without its two dashes; `fill` is the ground of boxes and of empty tracks."""

DARK: Mapping[str, str] = {
    "ink": "#e6edf3",
    "faint": "#9ba7b4",
    "grid": "#343b44",
    "paper": "#0d1117",
    "fill": "#1a212a",
    "role-plain": "#94aacb",
    "role-baseline": "#a3a9b2",
    "role-float": "#5aa5f5",
    "role-fixed": "#ff9440",
    "role-hardware": "#7af0b8",
    "role-limit": "#dd98d8",
    "role-over": "#ff7a90",
}
"""The same on dark paper."""


def variable(name: str) -> str:
    """A colour as an SVG attribute has it."""
    return f"var(--{name},{LIGHT[name]})"


INK = variable("ink")
FAINT = variable("faint")
GRID = variable("grid")
PAPER = variable("paper")
FILL = variable("fill")


def colour(role: Role) -> str:
    """Of a role."""
    return variable(f"role-{role}")


def css(palette: Mapping[str, str]) -> str:
    """The declarations of a palette, for a rule of a page's style sheet."""
    return "".join(f"--{name}:{value};" for name, value in palette.items())


@dataclass(frozen=True)
class Stroke:
    """How a role's line is drawn.

    Args:
        width: in units of the drawing.
        dash: as `stroke-dasharray`; empty: drawn through.
        markers: whether shapes stand along it, of which there is one for each line of a role.
    """

    width: float
    dash: str = ""
    markers: bool = False


STROKES: Mapping[Role, Stroke] = {
    Role.PLAIN: Stroke(1.8),
    Role.BASELINE: Stroke(1.8, "8 3 2 3"),
    Role.FLOAT: Stroke(3.6),
    Role.FIXED: Stroke(2, "6 3"),
    Role.HARDWARE: Stroke(1, "1 3", markers=True),
    Role.LIMIT: Stroke(1.6, "10 4"),
    Role.OVER: Stroke(2.4, "2 2"),
}
"""Lines that lie on each other stay visible: float broad below, fixed dashed on it, hardware as markers."""

HATCHED: Mapping[Role, str] = {
    Role.BASELINE: "M0 6L6 0",
    Role.FIXED: "M0 0L6 6",
    Role.HARDWARE: "M3 0V6",
    Role.OVER: "M0 0L6 6M0 6L6 0",
}
"""Lines of a tile of 6 by 6 that an area is hatched with; other roles are filled."""
