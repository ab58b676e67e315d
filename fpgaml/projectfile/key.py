"""A key of fpgaml.yaml: an option of `fpgaml convert`, without its dashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a key's value is; the words say it in an error."""

    TEXT = "text"
    PATH = "a path"
    PATHS = "a path, or a list of paths"
    LIST = "a text, or a list of texts"
    WHOLE = "a whole number"
    NUMBER = "a number"
    SWITCH = "true or false"


@dataclass(frozen=True)
class Key:
    """A key, as the command line defines its option.

    Args:
        name: in the file; flag: on the command line, empty for an argument; parameter: of the command's function.
        help: what it says; heading: of the group that it is listed in.
        shown: its default in words; empty where there is nothing to say.
        least: the smallest number; choices: the words that it may be.
        file_ending: of a text that is a path where it ends so.
        falls_with: keys whose flags on the command line leave this one without a meaning; the file's is left out then.
        targets: what it says of each target that has it, by the target's name; empty where it is for every one.
    """

    name: str
    flag: str
    parameter: str
    kind: Kind
    help: str = ""
    heading: str = ""
    shown: str = ""
    least: int | None = None
    choices: tuple[str, ...] = ()
    file_ending: str = ""
    falls_with: frozenset[str] = frozenset()
    targets: Mapping[str, str] = field(default_factory=dict)
