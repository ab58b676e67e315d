"""The formats of pattern files: how each is written and read."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.patterns import apx, emp, hexadecimal
from fpgaml.patterns.layout import LinkLayout
from fpgaml.project.ports import Port

Values = Mapping[str, FixedArray]
"""By port, shape (events, *shape)."""


class PatternFormat(StrEnum):
    """What `--format` names."""

    EMP = "emp"
    EMP2 = "emp2"
    APX = "apx"
    HEX = "hex"


_LINKS = {
    PatternFormat.EMP: (emp.write_v1, emp.read_v1),
    PatternFormat.EMP2: (emp.write_v2, emp.read_v2),
    PatternFormat.APX: (apx.write, apx.read),
}


@dataclass(frozen=True)
class Captured:
    """Events of a file.

    Args:
        values: by port; words_over: of a last event that was cut off.
    """

    values: Values
    words_over: int = 0


def as_text(kind: PatternFormat, layout: LinkLayout, ports: Sequence[Port], values: Values, what: str) -> str:
    """Events as the text of a file.

    Args:
        what: they are, in a word.
    """
    file = io.StringIO()
    if kind is PatternFormat.HEX:
        hexadecimal.write(file, layout.packing, ports, layout.packing.pack(ports, values), what)
    else:
        _LINKS[kind][0](file, layout.board(ports, values))
    return file.getvalue()


def read(kind: PatternFormat, layout: LinkLayout, ports: Sequence[Port], path: Path) -> Captured:
    """Events of a file that was captured.

    Raises:
        FpgamlError: it is not as the format and the layout have it; file, line or frame are named.
        CheckFailedError: a simulation did not know its bits.
    """
    if kind is PatternFormat.HEX:
        bits = hexadecimal.read(path, layout.packing.total(ports))
        return Captured(layout.packing.unpack(ports, bits))
    values, over = layout.events(ports, _LINKS[kind][1](path), str(path))
    return Captured(values, over)


def require_no_links(given: Mapping[str, object]) -> None:
    """Refuse options of links where there are none.

    Args:
        given: by flag; None where it was not given.

    Raises:
        FpgamlError: names them.
    """
    foreign = [flag for flag, value in given.items() if value is not None]
    if foreign:
        reason = "not used by --format hex, where an event is a line"
        raise FpgamlError(", ".join(foreign), reason, "Leave it out" if len(foreign) == 1 else "Leave them out")
