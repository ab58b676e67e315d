"""The type of fpgaml.yaml, made from its keys: what checks a file, and what an editor can be given as JSON Schema."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from fpgaml.errors import FileError, FpgamlError, Problem
from fpgaml.projectfile.document import ADVICE, Document
from fpgaml.projectfile.key import Key, Kind

BUDGET = "budget"
"""The key whose value may be a table too."""
TYPES: Mapping[Kind, Any] = {
    Kind.TEXT: str,
    Kind.PATH: str,
    Kind.PATHS: str | list[str],
    Kind.LIST: str | list[str],
    Kind.WHOLE: int,
    Kind.NUMBER: float,
    Kind.SWITCH: bool,
}
NUMBERS: Mapping[Kind, type[int] | type[float]] = {Kind.WHOLE: int, Kind.NUMBER: float}


def model_of(keys: Sequence[Key]) -> type[BaseModel]:
    """A class with a field for each key; all may be left out."""
    fields: dict[str, Any] = {key.parameter: (_annotation(key), None) for key in keys}
    config = ConfigDict(extra="forbid", strict=True, title="fpgaml.yaml")
    return create_model("ProjectFile", __config__=config, **fields)


def json_schema(keys: Sequence[Key]) -> dict[str, Any]:
    """The JSON Schema of a file with these keys, for editors."""
    schema = model_of(keys).model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def check(where: str, document: Document, keys: Sequence[Key]) -> dict[str, Any]:
    """The values of a file by key, each of its key's type; keys without a value are left out.

    Args:
        where: names the file in errors.

    Raises:
        FpgamlError: unknown keys, and values of a wrong type: all are named with their lines.
    """
    known = {key.name: key for key in keys}
    given = {name: _value(document, name, known.get(name)) for name in document.values}
    given = {name: value for name, value in given.items() if value is not None}
    try:
        model_of(keys).model_validate(given, by_alias=True)
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors(include_url=False, include_context=False)}
        problems = [_problem(document, known, name) for name in sorted(wrong, key=lambda name: document.lines[name])]
        if len(problems) > 1:
            raise FileError(where, problems) from None
        raise FpgamlError(f"{where}, {problems[0].where}", problems[0].reason, problems[0].advice) from None
    return given


def _annotation(key: Key) -> Any:
    kind = Literal[key.choices] if key.choices else TYPES[key.kind]
    if key.name == BUDGET:
        kind = kind | dict[str, Any]
    return Annotated[kind | None, Field(alias=key.name, description=key.help or None, ge=key.least)]


def _value(document: Document, name: str, key: Key | None) -> Any:
    """A text as it is written, and a number as Python reads it: YAML takes `1:30` for 90, and `1e-3` for a text."""
    value, written = document.values[name], document.written[name]
    if key is None or key.kind is Kind.SWITCH or written == {}:
        return value
    if key.kind in NUMBERS and isinstance(written, str):
        try:
            return NUMBERS[key.kind](written)
        except ValueError:
            return written
    return written


def _problem(document: Document, known: Mapping[str, Key], name: str) -> Problem:
    line, key = f"line {document.lines[name]}", known.get(name)
    if key is None:
        near = difflib.get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.5)
        return Problem(line, f"`{name}` is no key", f"Did you mean `{near[0]}`?" if near else ADVICE)
    expected = ", ".join(key.choices) if key.choices else str(key.kind)
    expected += f", {key.least} or more" if key.least is not None else ""
    expected += ", or a table" if name == BUDGET else ""
    shown = document.written[name] if isinstance(document.written[name], str) else "what is given"
    return Problem(line, f"`{name}` is {expected}, not {shown}")
