"""The options of all targets, as panels of `fpgaml convert --help`; those of a target not chosen are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fpgaml.errors import FpgamlError
from fpgaml.settings import Option, options_of
from fpgaml.targets import target_class, target_names

if TYPE_CHECKING:
    from fpgaml.target import Target

KINDS: dict[type, Any] = {str: str | None, int: int | None, bool: bool, list: list[str] | None}


def target_help() -> str:
    """What each target makes."""
    return "; ".join(f"{name}: {target_class(name).summary}" for name in target_names()) + "."


def target_parameters() -> list[Parameter]:
    """An option of the command for each flag; targets may share one."""
    return [_parameter(flag, users) for flag, users in option_users().items()]


def read_target(name: str, given: Mapping[str, Any], brought: Mapping[str, Any]) -> Target:
    """The settings of a target.

    Args:
        given: by parameter, what the command line says.
        brought: by field, what a task brings; the command line comes first.

    Raises:
        FpgamlError: an option that this target does not use, or a text that means nothing.
    """
    kind = target_class(name)
    options = options_of(kind)
    own = {option.flag: field for field, option in options.items()}
    values: dict[str, Any] = {}
    foreign: list[str] = []
    for flag in option_users():
        value = given[parameter_name(flag)]
        if value is None or value is False or value == []:
            continue
        if flag in own:
            values[own[flag]] = value
        else:
            foreign.append(flag)
    if foreign:
        users = [other for other in target_names() if {*foreign} <= _flags_of(other)]
        verb, it = ("is", "it") if len(foreign) == 1 else ("are", "them")
        choose = f", or choose --target {' or '.join(users)}" if users else ""
        raise FpgamlError(", ".join(foreign), f"{verb} not used by --target {name}", f"Leave {it} out{choose}")
    answered = {options[field].question for field in values} - {""}
    kept = {field: value for field, value in brought.items() if _question(options, field) not in answered}
    return kind(**{**kept, **values})


def parameter_name(flag: str) -> str:
    """A flag as the name of a Python parameter."""
    return flag.lstrip("-").replace("-", "_")


def _question(options: Mapping[str, Option], field: str) -> str:
    return options[field].question if field in options else ""


def _flags_of(target: str) -> set[str]:
    return {option.flag for option in options_of(target_class(target)).values()}


@dataclass(frozen=True)
class User:
    """A target that has an option: its name and title, and what the option is there."""

    target: str
    title: str
    option: Option


def option_users() -> dict[str, list[User]]:
    """By flag, the targets that have it."""
    found: dict[str, list[User]] = {}
    for name in target_names():
        kind = target_class(name)
        for option in options_of(kind).values():
            found.setdefault(option.flag, []).append(User(name, kind.title, option))
    return found


def _parameter(flag: str, users: Sequence[User]) -> Parameter:
    panel, option = users[0].title, users[0].option
    text = option.help if len(users) == 1 else " ".join(f"{user.title}: {user.option.help}" for user in users)
    shown = rf"  \[default: {option.shown}]" if option.shown else ""
    info = typer.Option(flag, help=text + shown, min=option.least, rich_help_panel=panel)
    default = False if option.kind is bool else None
    annotation: Any = Annotated[KINDS[option.kind], info]
    return Parameter(parameter_name(flag), Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
