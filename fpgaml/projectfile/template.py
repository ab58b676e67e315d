"""The text of a new fpgaml.yaml: every key with what it means, those that are known with their values."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fpgaml.projectfile.finding import Finding
from fpgaml.projectfile.key import Key, Kind

WIDTH = 100
FIRST = ("model", "target", "board", "output", "part", "clock")
"""Keys at the top, then the target's own; the others in the order of the options."""
LAST = "What must hold in the end."
"""Over keys that belong to no group."""
HEAD = (
    "What `fpgaml convert` makes in this folder. A key is the option of that name of `fpgaml convert`, and a flag on "
    "the command line comes first. A key behind # shows its default, or what it may be. Paths are relative to the file."
)
_PLAIN = re.compile(r"[A-Za-z0-9_./+-]+([ ,:][A-Za-z0-9_./+-]+)*")
_DEFAULT = re.compile(r"[A-Za-z0-9_.-]+")


def template(
    keys: Sequence[Key], target: str, title: str, values: Mapping[str, str], findings: Sequence[Finding], version: str
) -> str:
    """The text of the file.

    Args:
        target: whose keys stand in it, with its title: what it makes.
        values: by key, as text; findings: what else is known, with the reasons.
    """
    found = {each.key: each for each in findings}
    used = [key for key in keys if not key.targets or target in key.targets]
    lines = [*_comment(f"{HEAD} Written by fpgaml {version}; docs/fpgaml-yaml.md has more.")]
    for heading, group in _groups(used, title).items():
        lines += ["", *_comment(f"--- {heading}" if heading else "")]
        for key in group:
            lines += _entry(key, target, values.get(key.name, ""), found.get(key.name))
    return "\n".join(lines) + "\n"


def _groups(keys: Sequence[Key], title: str) -> dict[str, list[Key]]:
    groups: dict[str, list[Key]] = {"": [], title: []}
    for key in keys:
        heading = "" if key.name in FIRST else title if key.targets else key.heading or LAST
        groups.setdefault(heading, []).append(key)
    groups[""].sort(key=lambda key: FIRST.index(key.name))
    last = groups.pop(LAST, [])
    return {**groups, LAST: last}


def _entry(key: Key, target: str, value: str, found: Finding | None) -> Iterator[str]:
    words = key.targets.get(target, key.help)
    plain = bool(_DEFAULT.fullmatch(key.shown)) and key.kind is not Kind.SWITCH
    said = f"{words} (default: {key.shown})" if key.shown and not plain and key.shown != "false" else words
    yield from _comment(said)
    if found:
        yield from _comment(found.why)
    value = value or (found.value if found else "")
    if value:
        yield f"{key.name}: {scalar(value)}"
    elif found and found.offered:
        yield from (f"#{key.name}: {scalar(each)}" for each in found.offered)
    else:
        default = "false" if key.kind is Kind.SWITCH else key.shown if plain else ""
        yield f"#{key.name}: {default}".rstrip()


def scalar(text: str) -> str:
    """A text as YAML, in quotes where it would be something else without."""
    return text if _PLAIN.fullmatch(text) and ": " not in text else json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> Iterable[str]:
    if not text:
        return []
    return textwrap.wrap(
        text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False
    )
