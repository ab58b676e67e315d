"""An SVG read back: its elements, and where its texts are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

SVG = "{http://www.w3.org/2000/svg}"
EM = 0.55
"""Of a character, in the mean of the fonts that browsers have."""


@dataclass(frozen=True)
class Text:
    """A line of text in a picture."""

    shown: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Text) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def read(svg: str) -> Element:
    root = fromstring(svg)
    assert root.tag == f"{SVG}svg"
    return root


def texts(root: Element) -> list[Text]:
    """Every text with the room that it takes."""
    return list(_texts(root, 16.0, "start"))


def _texts(element: Element, size: float, anchor: str) -> Iterator[Text]:
    size, anchor = float(element.get("font-size", size)), element.get("text-anchor", anchor)
    if element.tag == f"{SVG}text":
        shown = "".join(element.itertext())
        title = element.find(f"{SVG}title")
        if title is not None:
            shown = title.tail or ""
        width, x, y = EM * size * len(shown), float(element.get("x", 0)), float(element.get("y", 0))
        left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        yield Text(shown, left, y - 0.75 * size, left + width, y + 0.2 * size)
    for child in element:
        yield from _texts(child, size, anchor)


def size(root: Element) -> tuple[float, float]:
    """Width and height of the view box."""
    left, top, width, height = map(float, root.get("viewBox", "").split())
    assert (left, top) == (0, 0) and width > 0 and height > 0
    return width, height
