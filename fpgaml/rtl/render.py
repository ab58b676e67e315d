"""The templates of an RTL project's hand-readable files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


def templates(folder: str = "templates") -> jinja2.Environment:
    """The templates of a folder of `fpgaml/rtl`; a name that is not given is an error, not an empty text."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("fpgaml.rtl", folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
