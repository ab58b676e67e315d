"""An SVG as it grows: escaped, rounded, with names of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite

from fpgaml.report.drawing import Role
from fpgaml.report.svg import palette, words
from fpgaml.report.words import clean

FONT = "system-ui,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def number(value: float) -> str:
    """A coordinate, to a hundredth of a pixel."""
    assert isfinite(value), value
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def escaped(text: str) -> str:
    """Text as XML has it; characters that it cannot hold, or that turn a line around, become question marks."""
    return "".join(_ESCAPES.get(character, character) for character in clean(text))


def attributes(values: dict[str, object]) -> str:
    """As they stand in a tag; None and empty ones are left out, `_` in a name is `-`, and at its end nothing."""
    shown = ((name.rstrip("_").replace("_", "-"), value) for name, value in values.items() if value not in (None, ""))
    return "".join(
        f' {name}="{number(float(value)) if isinstance(value, int | float) else escaped(str(value))}"'
        for name, value in shown
    )


class Canvas:
    """Elements one after another.

    Args:
        identity: what the names of this drawing's parts begin with, one of a kind in a page.
        width: of the drawing, in CSS pixels at its natural size.
    """

    def __init__(self, identity: str, width: float) -> None:
        self.identity = identity
        self.width = width
        self.height = 0.0
        self.plot = ""
        """Attributes that say where values lie, for a script that reads them off."""
        self._parts: list[str] = []
        self._definitions: dict[str, str] = {}

    def add(self, tag: str, /, title: str = "", **values: object) -> None:
        """An element; title: what a pointer on it is told."""
        inside = f"<title>{escaped(title)}</title></{tag}>" if title else ""
        self._parts.append(f"<{tag}{attributes(values)}{'>' + inside if inside else '/>'}")

    @contextmanager
    def group(self, title: str = "", **values: object) -> Iterator[None]:
        """Elements that have something in common; a group without any is left out."""
        start = len(self._parts)
        self._parts.append(f"<g{attributes(values)}>" + (f"<title>{escaped(title)}</title>" if title else ""))
        yield
        if len(self._parts) == start + 1:
            self._parts.pop()
        else:
            self._parts.append("</g>")

    def text(self, x: float, y: float, shown: str, title: str = "", *, halo: bool = False, **values: object) -> None:
        """A line of text with its base at y.

        Args:
            title: the whole of it, where it is shortened.
            halo: whether it stands on lines, which it is kept clear of.
        """
        whole = f"<title>{escaped(title)}</title>" if title and title != shown else ""
        around = {"stroke": palette.PAPER, "stroke_width": 3, "paint_order": "stroke"} if halo else {}
        self._parts.append(f"<text{attributes({'x': x, 'y': y, **values, **around})}>{whole}{escaped(shown)}</text>")

    def name(
        self,
        x: float,
        y: float,
        text: str,
        room: float,
        size: float = words.SIZE,
        *,
        halo: bool = False,
        **values: object,
    ) -> None:
        """Text, shortened to the room that there is."""
        self.text(x, y, words.shortened(text, room, size), text, halo=halo, **values)

    def fill(self, role: Role) -> str:
        """What an area of a role is filled with: its colour, or lines of it."""
        lines = palette.HATCHED.get(role)
        return palette.colour(role) if lines is None else self.hatched(role, lines, str(role), 0.3, 1.4)

    def hatched(self, role: Role, lines: str, name: str, ground: float, stroke: float) -> str:
        """Lines in a role's colour to fill an area with.

        Args:
            lines: of a tile of 6 by 6; name: of the pattern in this drawing.
            ground: how much of the colour is between them; stroke: their width.
        """
        name, shade = f"{self.identity}-{name}", palette.colour(role)
        self._definitions[name] = (
            f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<path d="M0 0H6V6H0Z" fill="{shade}" fill-opacity="{number(ground)}"/>'
            f'<path d="{lines}" stroke="{shade}" stroke-width="{number(stroke)}" fill="none"/></pattern>'
        )
        return f"url(#{name})"

    def clip(self, x: float, y: float, width: float, height: float) -> str:
        """A rectangle that elements may be clipped to."""
        name = f"{self.identity}-clip"
        inside = attributes({"x": x, "y": y, "width": width, "height": height})
        self._definitions[name] = f'<clipPath id="{name}"><rect{inside}/></clipPath>'
        return f"url(#{name})"

    def svg(self, title: str, description: str) -> str:
        """The whole; the title and description are what those are told who do not see it."""
        head = attributes(
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "drawing",
                "viewBox": f"0 0 {number(self.width)} {number(self.height)}",
                "width": self.width,
                "height": self.height,
                "role": "img",
                "aria-labelledby": f"{self.identity}-title {self.identity}-desc",
                "font-family": FONT,
                "font-size": words.SIZE,
                "fill": palette.INK,
            }
        )
        definitions = "".join(self._definitions.values())
        return (
            f"<svg{head}{self.plot}>"
            f'<title id="{self.identity}-title">{escaped(title)}</title>'
            f'<desc id="{self.identity}-desc">{escaped(description)}</desc>'
            + (f"<defs>{definitions}</defs>" if definitions else "")
            + "".join(self._parts)
            + "</svg>"
        )
