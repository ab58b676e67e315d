"""The keys of fpgaml.yaml, from the options of `fpgaml convert`: an option that is added there is a key here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from inspect import Parameter, signature
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from fpgaml.cli.target_options import User, option_users
from fpgaml.projectfile.key import Key, Kind

NOT_IN_FILE = ("config", "force", "json_output", "quiet")
"""Options of a single call."""
FALLS_WITH: Mapping[str, tuple[str, ...]] = {
    "part": ("board",),
    "data-axes": ("data",),
    "labels": ("data",),
    "then": ("model",),
    "keep-outputs": ("model",),
    "reference": ("data",),
    "precision": ("calibrate", "narrow", "bits"),
    "calibrate": ("precision", "narrow", "bits"),
    "narrow": ("precision", "calibrate", "bits"),
    "bits": ("precision", "calibrate", "narrow"),
    "auc-loss": ("precision",),
}
"""Keys of the file that say something about what a flag puts in another's place, or answer the same question."""
FILE_ENDINGS = {"board": ".toml", "budget": ".toml"}
KINDS: Mapping[type, Kind] = {str: Kind.TEXT, Path: Kind.PATH, int: Kind.WHOLE, float: Kind.NUMBER, bool: Kind.SWITCH}
_DEFAULT = re.compile(r"\s*\\\[default: (?P<shown>.*)\]$")


def keys_of(command: Callable[..., None]) -> tuple[Key, ...]:
    """All keys, in the order of the command's options."""
    return tuple(_keys(command))


def _keys(command: Callable[..., None]) -> Iterator[Key]:
    users, headings = option_users(), getattr(command, "headings", {})
    for parameter in signature(command).parameters.values():
        if parameter.name in NOT_IN_FILE or get_origin(parameter.annotation) is not Annotated:
            continue
        kind, info = get_args(parameter.annotation)
        flag = _flag(info)
        name, found = flag.lstrip("-") or parameter.name, users.get(flag, [])
        help_, shown = _split(str(info.help or ""))
        base, choices = _kind(kind)
        yield Key(
            name=name,
            flag=flag,
            parameter=parameter.name,
            kind=base,
            help=help_,
            heading=_heading(parameter, headings, found),
            shown=shown or _shown(parameter.default),
            least=info.min if base in (Kind.WHOLE, Kind.NUMBER) else None,
            choices=choices,
            file_ending=FILE_ENDINGS.get(parameter.name, ""),
            falls_with=frozenset(FALLS_WITH.get(name, ())) | _same_question(name, users),
            targets={user.target: user.option.help for user in found},
        )


def _flag(info: Any) -> str:
    """An option's long name; empty for an argument. In an annotation typer takes the first name for a default."""
    names = (info.default, *(info.param_decls or ()))
    return next((name for name in names if isinstance(name, str) and name.startswith("--")), "")


def _same_question(name: str, users: Mapping[str, Sequence[User]]) -> frozenset[str]:
    """The other settings of targets that answer the same question as this one."""
    questions = {flag.lstrip("-"): found[0].option.question for flag, found in users.items()}
    own = questions.get(name, "")
    return frozenset(other for other, question in questions.items() if own and question == own and other != name)


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    """The kind of an option's values, and the words that they may be."""
    one = next((each for each in get_args(annotation) if each is not NoneType), annotation)
    base = annotation if get_origin(annotation) is list else one
    if get_origin(base) is list:
        return Kind.PATHS if get_args(base) == (Path,) else Kind.LIST, ()
    if issubclass(base, StrEnum):
        return Kind.TEXT, tuple(base)
    return KINDS[base], ()


def _split(text: str) -> tuple[str, str]:
    """An option's help, and its default in words."""
    found = _DEFAULT.search(text)
    return (text[: found.start()], found["shown"]) if found else (text, "")


def _shown(default: object) -> str:
    if default is None or default is Parameter.empty:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def _heading(parameter: Parameter, headings: Mapping[str, str], users: Sequence[User]) -> str:
    return users[0].title if users else headings.get(parameter.name, "")
