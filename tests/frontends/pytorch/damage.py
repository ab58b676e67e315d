"""Ways to damage a `.pt2`: its bytes, its members, the values of its JSON."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from copy import deepcopy
from typing import Any

ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 2, 7, 1 << 31, 1 << 62, 10**30, 0.5, -1e308, "", "x", "NaN", "Infinity", [], {}),
    *([0], [[]], {"as_int": -1}, {"as_int": 1 << 40}, {"as_name": "x"}, {"as_tensor": {"name": "x"}}, [1, 1, 1, 1, 1]),
    *({"as_expr": {"expr_str": "__import__('os').system('touch BROKEN')"}}, {"as_expr": {"expr_str": "(" * 3000}}),
)
"""What is put in the place of a JSON value."""


def damaged(content: bytes, rng: random.Random) -> bytes:
    """A file with one thing wrong, or a few."""
    kind = rng.random()
    if kind < 0.1:
        return content[: rng.randrange(len(content))]
    if kind < 0.3:
        return _bytes(content, rng)
    if kind < 0.45:
        return rewritten(content, lambda members: _members(members, rng))
    return rewritten(content, lambda members: _json(members, rng))


def rewritten(
    content: bytes, change: Callable[[dict[str, bytes]], None], compression: int = zipfile.ZIP_STORED
) -> bytes:
    """An archive with its members changed, by their names without the folder."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = archive.namelist()[0].partition("/")[0]
        members = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    change(members)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(f"{root}/{name}", data)
    return made.getvalue()


def _bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 8, 32])):
        changed[rng.randrange(len(changed))] = rng.choice([0, 1, 127, 128, 255, rng.randrange(256)])
    return bytes(changed)


def _members(members: dict[str, bytes], rng: random.Random) -> None:
    name = rng.choice(list(members))
    match rng.randrange(4):
        case 0:
            del members[name]
        case 1:
            members[name] = members[name][: rng.randrange(len(members[name]) + 1)]
        case 2:
            other = rng.choice(list(members))
            members[name], members[other] = members[other], members[name]
        case _:
            members[name] = rng.randbytes(rng.randrange(200))


def _json(members: dict[str, bytes], rng: random.Random) -> None:
    name = rng.choice([each for each in members if each.endswith(".json")])
    tree = json.loads(members[name])
    for _ in range(rng.choice([1, 1, 1, 3])):
        places = list(_places(tree))
        if not places:
            break
        holder, key = rng.choice(places)
        match rng.randrange(5):
            case 0:
                del holder[key]
            case 1:
                holder[key] = deepcopy(holder[rng.choice(_keys(holder))])
            case 2 if isinstance(holder[key], int):
                holder[key] = holder[key] + rng.choice([-1, 1, 1 << 20])
            case _:
                holder[key] = deepcopy(rng.choice(ODD))
    members[name] = json.dumps(tree).encode()


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every value in a tree, as what holds it and the key."""
    found = []
    waiting = [tree]
    while waiting:
        holder = waiting.pop()
        for key in _keys(holder):
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return found


def _keys(holder: Any) -> list[Any]:
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))
