"""The templates of a C++ project's hand-readable files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


def templates() -> jinja2.Environment:
    """The templates; a name that is not given is an error, not an empty text."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("fpgaml.cpp", "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
