"""Which line is which: samples with names above a plot, or names where lines end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgaml.report.drawing import Role
from fpgaml.report.svg import palette, words
from fpgaml.report.svg.axes import ROW
from fpgaml.report.svg.canvas import Canvas, number

SAMPLE = 26.0
"""Units of a line's sample."""
MARKERS = ("circle", "square", "triangle", "diamond", "cross")


@dataclass(frozen=True)
class Key:
    """What tells a line apart.

    Args:
        place: among those of the same role.
    """

    name: str
    role: Role
    place: int = 0

    @property
    def marker(self) -> str:
        """The shape along the line; empty where it needs none."""
        return MARKERS[self.place % len(MARKERS)] if self.place or palette.STROKES[self.role].markers else ""


def keys(named: Sequence[tuple[str, Role]]) -> list[Key]:
    """One for each line."""
    seen: dict[Role, int] = {}
    found = []
    for name, role in named:
        found.append(Key(name, role, seen.get(role, 0)))
        seen[role] = seen.get(role, 0) + 1
    return found


def above(canvas: Canvas, entries: Sequence[Key], top: float) -> float:
    """Samples with names from the left, in as many rows as they need.

    Returns:
        The height that they take.
    """
    x, y = 0.0, top + words.SIZE
    for key in entries:
        room = canvas.width - SAMPLE - 6
        text = words.shortened(key.name, room)
        taken = SAMPLE + 6 + words.width(text)
        if x and x + taken > canvas.width:
            x, y = 0.0, y + ROW + 2
        sample(canvas, key, x, y - 4)
        canvas.text(x + SAMPLE + 6, y, text, key.name)
        x += taken + 16
    return y + 6 - top if entries else 0.0


def sample(canvas: Canvas, key: Key, x: float, y: float) -> None:
    """A short line as the key's is drawn."""
    line(canvas, f"M{number(x)} {number(y)}h{number(SAMPLE)}", key)
    if key.marker:
        marks(canvas, key, [(x + SAMPLE / 2, y)])


def line(canvas: Canvas, path: str, key: Key, title: str = "", **values: object) -> None:
    """A path, stroked as its role is."""
    stroke = palette.STROKES[key.role]
    canvas.add(
        "path",
        title,
        d=path,
        fill="none",
        stroke=palette.colour(key.role),
        stroke_width=stroke.width,
        stroke_dasharray=stroke.dash,
        stroke_linejoin="round",
        **values,
    )


def marks(canvas: Canvas, key: Key, places: Sequence[tuple[float, float]], size: float = 3.6) -> None:
    """The key's shape at some places."""
    path = "".join(shape(key.marker or "circle", x, y, size) for x, y in places)
    shade = palette.colour(key.role)
    canvas.add("path", d=path, fill=palette.PAPER, stroke=shade, stroke_width=1.6)


def shape(marker: str, x: float, y: float, r: float) -> str:
    """A marker's path around a point."""
    at, d, twice = f"{number(x)} {number(y)}", number(r), number(2 * r)
    match marker:
        case "square":
            return f"M{number(x - r)} {number(y - r)}h{twice}v{twice}h-{twice}z"
        case "triangle":
            return f"M{number(x)} {number(y - r)}l{d} {twice}h-{twice}z"
        case "diamond":
            wide = number(1.3 * r)
            return f"M{number(x)} {number(y - 1.3 * r)}l{d} {wide}l-{d} {wide}l-{d} -{wide}z"
        case "cross":
            return f"M{number(x - r)} {number(y - r)}l{twice} {twice}m-{twice} 0l{twice} -{twice}"
    return f"M{at}m-{d} 0a{d} {d} 0 1 0 {twice} 0a{d} {d} 0 1 0 -{twice} 0z"
