"""Settings that are options at once: a dataclass says what its fields are called on the command line.

The command line builds a target's panel from them, and refuses those of another target. Text is read the same way from
the command line and from Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from fpgaml.errors import FpgamlError

_KEY = "option"


@dataclass(frozen=True)
class Option:
    """A field of a settings class as the user gives it.

    Args:
        flag: its name on the command line, such as `--hdl`.
        help: one sentence.
        shown: the default in words; empty where there is nothing to say.
        read: makes a value of what was given as text; None: it is taken as it is.
        kind: of the value on the command line: str, int, bool, or list for an option that may be given again.
        least: the smallest number.
        question: what it answers, where several options answer the same: one that the user gives replaces all that a
            task brings.
    """

    flag: str
    help: str
    shown: str = ""
    read: Callable[[Any], Any] | None = None
    kind: type = str
    least: int | None = None
    question: str = ""


def option(
    flag: str,
    help: str,
    *,
    shown: str = "",
    read: Callable[[Any], Any] | None = None,
    kind: type = str,
    least: int | None = None,
    question: str = "",
) -> dict[str, Option]:
    """The metadata of a dataclass's field that is an option; arguments as for `Option`."""
    return {_KEY: Option(flag, help, shown, read, kind, least, question)}


def options_of(settings: type) -> dict[str, Option]:
    """The options of a settings class, by field."""
    return {each.name: each.metadata[_KEY] for each in fields(settings) if _KEY in each.metadata}


def read_texts(settings: Any) -> None:
    """Bring what was given as text into a frozen settings object; for its `__post_init__`.

    Raises:
        FpgamlError: a text that means nothing.
    """
    for name, option in options_of(type(settings)).items():
        value = getattr(settings, name)
        if option.least is not None and isinstance(value, int) and value < option.least:
            raise FpgamlError(option.flag, f"{value} is too small", f"Give {option.least} or more")
        if option.read is not None and _is_text(value):
            object.__setattr__(settings, name, option.read(value))


def one_of(flag: str, choices: type[StrEnum], names: Mapping[str, str] | None = None) -> Callable[[str], Any]:
    """Reads one of a few words.

    Args:
        names: other names of the choices.

    Raises:
        FpgamlError: another word.
    """
    known = {**{str(choice): str(choice) for choice in choices}, **(names or {})}

    def read(text: str) -> Any:
        word = text.lower()
        if word not in known:
            shown = ", ".join(names or known)
            raise FpgamlError(flag, f"`{text}` is not known", f"Choose one of {shown}")
        return choices(known[word])

    return read


def _is_text(value: Any) -> bool:
    if isinstance(value, StrEnum):
        return False
    listed = isinstance(value, Sequence) and bool(value) and all(isinstance(each, str) for each in value)
    return isinstance(value, str) or listed
