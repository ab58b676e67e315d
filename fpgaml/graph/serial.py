"""A Graph as JSON text and back: the same Graph always gives the same bytes.

The text holds integers, strings, true and false only, so nothing is rounded. A node's operation is written field by
field of its dataclass, one field a line; a new operation needs no code here. A field that is OPTIONAL
(`fpgaml.graph.ops.base`) is left out where it has its default.

    {"format": "fpgaml-graph", "version": 1, "name": "jets",
     "nodes": [
      {"name": "fc1", "op": "Dense", "inputs": ["x"], "source": "dense",
       "kernel": {"shape": [2, 1], "fractional": 3, "integers": [5, -2]},
       "bias": null}],
     "outputs": ["fc1"],
     "layers": {"dense": "fc1"}}
"""

from __future__ import annotations

import hashlib
import json
import re
import types
from collections.abc import Callable, Container, Mapping
from dataclasses import Field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from math import prod
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

import fpgaml.graph.ops.scan  # noqa: F401  an operation that is not known before Graphs are
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import OPERATIONS, Operation
from fpgaml.graph.types import FixedType, Ints
from fpgaml.graph.values import FixedArray

GRAPH_FILE = "graph.json"
"""In a project."""
FORMAT = "fpgaml-graph"
VERSION = 1
MAX_POINT = 1 << 16
"""Bit positions beyond this are an error: no hardware has them, and arithmetic on them would not end."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_GRAPH_KEYS = {"name", "nodes", "outputs", "layers"}
_NODE_KEYS = {"name", "op", "inputs", "source"}


class _BadError(ValueError):
    """A part of the text is not what it must be."""


def to_json(graph: Graph) -> str:
    """The Graph as JSON text: ASCII, fixed order, one line per field of an operation.

    Raises:
        TypeError: an operation has a field of a type that has no text form.
    """
    nodes = ",\n".join(_node_text(node) for node in graph.nodes)
    parts = [
        f'{{"format": {_text(FORMAT)}, "version": {VERSION}, "name": {_text(graph.name)},',
        f' "nodes": [\n{nodes}],',
        f' "outputs": {_text(list(graph.outputs))},',
        f' "layers": {_text(dict(graph.layers))}}}',
    ]
    return "\n".join(parts) + "\n"


def from_json(text: str, where: str = "graph") -> Graph:
    """The Graph that `to_json` wrote, with its shapes and types checked.

    Args:
        where: the file's name, for errors.

    Raises:
        FpgamlError: the text is damaged, of another format or version, or describes no valid graph.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FpgamlError(where, f"not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise FpgamlError(where, f'not a graph: it does not say "format": "{FORMAT}"')
    if data.get("version") != VERSION:
        advice = "Write the graph again with this version of fpgaml"
        raise FpgamlError(where, f"version {data.get('version')!r}, this program reads version {VERSION}", advice)
    try:
        _require_keys(data, {"format", "version", *_GRAPH_KEYS})
        graph = _read_graph(data)
    except _BadError as error:
        raise FpgamlError(where, str(error)) from error
    except RecursionError as error:
        raise FpgamlError(where, "graphs within graphs, too many of them") from error
    _ = graph.ranges  # an operation that does not fit its inputs is found here
    return graph


def read_graph(project: Path) -> Graph:
    """The Graph in a project's graph.json.

    Raises:
        FpgamlError: there is none, or as `from_json`.
    """
    path = project / GRAPH_FILE
    try:
        return from_json(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", "Convert the model again") from None


def graph_hash(graph: Graph) -> str:
    """The sha256 of the Graph's JSON text, in hexadecimal."""
    return hashlib.sha256(to_json(graph).encode("ascii")).hexdigest()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def _node_text(node: Node) -> str:
    lines = [_text(_node_head(node))[:-1]]
    lines += [f"   {_text(name)}: {_text(value)}" for name, value in _node_settings(node).items()]
    return "  " + ",\n".join(lines) + "}"


def _node_head(node: Node) -> dict[str, Any]:
    kind = type(node.op)
    if OPERATIONS.get(kind.__name__) is not kind:
        raise TypeError(f"{node.name}: {kind.__name__} is not among the operations of the Graph")
    return {"name": node.name, "op": kind.__name__, "inputs": list(node.inputs), "source": node.source}


def _node_settings(node: Node) -> dict[str, Any]:
    written = [f for f in fields(node.op) if not (_optional(f) and getattr(node.op, f.name) == f.default)]
    return {f.name: _encode(getattr(node.op, f.name)) for f in written}


def _encode(value: Any) -> Any:
    """A field's value as what JSON has."""
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, FixedArray):
        numbers = [int(n) for n in value.integers.flat]
        return {"shape": list(value.shape), "fractional": int(value.fractional), "integers": numbers}
    if isinstance(value, FixedType):
        return {f.name: getattr(value, f.name).tolist() for f in fields(value)}
    if isinstance(value, Graph):
        nodes = [_node_head(node) | _node_settings(node) for node in value.nodes]
        return {"name": value.name, "nodes": nodes, "outputs": list(value.outputs), "layers": dict(value.layers)}
    if is_dataclass(value):
        return {f.name: _encode(getattr(value, f.name)) for f in fields(value)}
    raise TypeError(f"no text form for {type(value).__name__}")


def _read_graph(data: Mapping[str, Any]) -> Graph:
    graph = Graph(
        _decode(str, data["name"]),
        tuple(_read_node(item, at) for at, item in enumerate(_decode_list(data["nodes"]))),
        _decode(tuple[str, ...], data["outputs"]),
        {key: _decode(str, value) for key, value in _decode_dict(data["layers"]).items()},
    )
    if not graph.outputs:
        raise _BadError("the graph has no outputs")
    return graph


def _read_node(data: Any, position: int) -> Node:
    where = f"node {position}"
    try:
        item = _decode_dict(data)
        name = _decode(str, item.get("name"))
        where = f"node {name!r}"
        if _NAME.match(name) is None:
            raise _BadError("the name is not an identifier of letters, digits and underscores")
        kind = OPERATIONS.get(_decode(str, item.get("op")))
        if kind is None:
            raise _BadError(f"unknown operation {item['op']!r}")
        hints = _hints(kind)
        optional = {f.name for f in fields(kind) if _optional(f)}
        _require_keys(item, _NODE_KEYS | hints.keys(), optional)
        settings = {key: _decode(hint, item[key], key) for key, hint in hints.items() if key in item}
        op: Operation = kind(**settings)
        return Node(name, op, _decode(tuple[str, ...], item["inputs"]), _decode(str, item["source"]))
    except _BadError as error:
        raise _BadError(f"{where}: {error}") from error


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    """The type of each field of a dataclass, in the order in which its text has them."""
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}


def _optional(field: Field[Any]) -> bool:
    """Whether a field is left out where it has its default."""
    return bool(field.metadata.get("optional"))


def _require_keys(data: Mapping[str, Any], expected: set[str], optional: Container[str] = ()) -> None:
    missing, extra = sorted(expected - data.keys()), sorted(data.keys() - expected)
    missing = [name for name in missing if name not in optional]
    if missing or extra:
        found = [f"{' and '.join(names)} {verb}" for names, verb in ((missing, "missing"), (extra, "unknown")) if names]
        raise _BadError(", ".join(found))


def _decode(hint: Any, data: Any, where: str = "") -> Any:
    """A value of an annotated type out of parsed JSON."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        kinds = [a for a in arguments if a is not type(None)]
        return None if data is None and len(kinds) < len(arguments) else _decode(kinds[0], data, where)
    if origin is tuple:
        items = _decode_list(data, where)
        if arguments[-1] is Ellipsis:
            arguments = (arguments[0],) * len(items)
        if len(items) != len(arguments):
            raise _BadError(f"{where}: {len(items)} entries, not {len(arguments)}")
        return tuple(_decode(a, item, where) for a, item in zip(arguments, items, strict=True))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if data not in [member.value for member in hint]:
            raise _BadError(f"{where}: {data!r} is no {hint.__name__.lower()}")
        return hint(data)
    reader = _READERS.get(hint)
    if reader is not None:
        return reader(data, where)
    if is_dataclass(hint) and isinstance(hint, type):
        item = _decode_dict(data, where)
        hints = _hints(hint)
        _require_keys(item, set(hints))
        return hint(**{key: _decode(kind, item[key], f"{where}.{key}") for key, kind in hints.items()})
    raise TypeError(f"no text form for {hint}")


def _decode_str(data: Any, where: str = "") -> str:
    if not isinstance(data, str):
        raise _BadError(f"{where or 'a name'}: {_short(data)} is not a string")
    return data


def _decode_int(data: Any, where: str = "") -> int:
    if type(data) is not int:  # not bool, which is an int to Python
        raise _BadError(f"{where}: {_short(data)} is not a whole number")
    return data


def _decode_bool(data: Any, where: str = "") -> bool:
    if not isinstance(data, bool):
        raise _BadError(f"{where}: {_short(data)} is neither true nor false")
    return data


def _decode_list(data: Any, where: str = "") -> list[Any]:
    if not isinstance(data, list):
        raise _BadError(f"{where or 'nodes'}: {_short(data)} is not a list")
    return data


def _decode_dict(data: Any, where: str = "") -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _BadError(f"{where}: {_short(data)} is not an object" if where else f"{_short(data)} is not an object")
    return data


def _decode_point(data: Any, where: str) -> int:
    number = _decode_int(data, where)
    if abs(number) > MAX_POINT:
        raise _BadError(f"{where}: {number} bits are more than {MAX_POINT}")
    return number


def _decode_array(data: Any, where: str) -> FixedArray:
    item = _decode_dict(data, where)
    _require_keys(item, {"shape", "fractional", "integers"})
    shape = tuple(_decode_int(n, f"{where}.shape") for n in _decode_list(item["shape"], where))
    numbers = _decode_list(item["integers"], where)
    if min(shape, default=0) < 0 or prod(shape) != len(numbers):
        raise _BadError(f"{where}: {len(numbers)} integers for shape {list(shape)}")
    for number in numbers:
        _decode_int(number, where)
    return FixedArray(
        np.array(numbers, dtype=object).reshape(shape), _decode_point(item["fractional"], f"{where}.fractional")
    )


def _decode_type(data: Any, where: str) -> FixedType:
    item = _decode_dict(data, where)
    _require_keys(item, {"signed", "integer", "fractional"})
    try:
        return FixedType(*(_decode_bits(item[key], f"{where}.{key}") for key in ("signed", "integer", "fractional")))
    except _BadError:
        raise
    except ValueError as error:  # a sign of 2, or arrays of different shapes
        raise _BadError(f"{where}: {error}") from error


def _decode_graph(data: Any, where: str) -> Graph:
    item = _decode_dict(data, where)
    _require_keys(item, _GRAPH_KEYS)
    try:
        return _read_graph(item)
    except (FpgamlError, _BadError) as error:
        raise _BadError(f"{where}: {error}") from error


def _decode_bits(data: Any, where: str) -> Ints:
    """A number, or lists of lists of numbers of one shape."""
    shape: list[int] = []
    flat = [data]
    while flat and isinstance(flat[0], list):
        sizes = {len(part) if isinstance(part, list) else -1 for part in flat}
        if len(sizes) > 1 or 0 in sizes:
            raise _BadError(f"{where}: lists of different or no length")
        shape += sizes
        flat = [number for part in flat for number in part]
    return np.array([_decode_point(number, where) for number in flat], dtype=np.int64).reshape(shape)


def _short(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 40 else f"{text[:37]}..."


_READERS: dict[Any, Callable[[Any, str], Any]] = {
    int: _decode_int,
    bool: _decode_bool,
    str: _decode_str,
    FixedArray: _decode_array,
    FixedType: _decode_type,
    Graph: _decode_graph,
}
