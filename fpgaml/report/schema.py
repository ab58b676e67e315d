"""The JSON Schemas of a project's two JSON files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal

from fpgaml.errors import FpgamlError

Kind = Literal["manifest", "results"]


def schema(kind: Kind) -> dict[str, Any]:
    """The schema of manifest.json or results.json."""
    text = resources.files("fpgaml.report").joinpath("schemas", f"{kind}.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def validate(kind: Kind, content: Any) -> None:
    """Check what a file holds.

    Args:
        kind: which schema it has to follow.
        content: as `json.loads` returns it.

    Raises:
        FpgamlError: it does not follow the schema; the message has the path of what is wrong.
    """
    from jsonschema.exceptions import best_match

    error = best_match(_validator(kind).iter_errors(content))
    if error is not None:
        place = _path(error.absolute_path)
        raise FpgamlError(f"{kind}.json", f"{place}: {_brief(error.message)}", "Convert the model again")


@cache
def _validator(kind: Kind) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema(kind))


def _path(parts: Sequence[str | int]) -> str:
    """As a programmer writes it: `checks[0].status`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".") or "the whole file"


def _brief(message: str, longest: int = 200) -> str:
    # A message quotes the offending value, which may be the whole file.
    return message if len(message) <= longest else f"{message[: longest // 2]} ... {message[-longest // 2 :]}"
