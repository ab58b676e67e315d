"""An ONNX file as a `Program`: protobuf read as data, nothing of it is executed."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgaml.errors import FpgamlError, Problem, UnsupportedError
from fpgaml.frontends.building.emitter import MOST_VALUES
from fpgaml.frontends.building.reading import guarded
from fpgaml.frontends.onnx.program import NEWEST, Array, Call, Nested, Port, Program
from fpgaml.frontends.onnx.tensors import AGAIN, array_of
from fpgaml.graph.graph import identifier

if TYPE_CHECKING:
    from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto

LARGEST_FILE = 1 << 31
"""Bytes; protobuf has no larger messages."""
OWN_DOMAINS = ("", "ai.onnx")


def read(path: Path) -> Program:
    """Read an ONNX file.

    Raises:
        FpgamlError: it is damaged, inconsistent, or its constants lie outside of its folder.
        UnsupportedError: inputs whose shapes are open.
    """
    with guarded(str(path), AGAIN):
        return _program(_model(path), path)


def _model(path: Path) -> ModelProto:
    from google.protobuf.message import DecodeError
    from onnx import ModelProto

    if path.stat().st_size >= LARGEST_FILE:
        raise FpgamlError(str(path), "is larger than 2 GiB, which no protobuf message is", AGAIN)
    model = ModelProto()
    try:
        model.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise FpgamlError(str(path), f"is damaged, or no ONNX file ({error})", AGAIN) from None
    if model.functions:
        from onnx import inliner

        model = inliner.inline_local_functions(model)
    return model


def _program(model: ModelProto, path: Path) -> Program:
    graph, where = model.graph, str(path)
    if not graph.node or not graph.output:
        raise FpgamlError(where, "holds no network", AGAIN)
    if not all(isinstance(name, str) for name in _names(model)):
        raise FpgamlError(where, "is damaged: names in it are no text", AGAIN)
    if graph.sparse_initializer:
        raise FpgamlError(where, "holds sparse constants", "Export the model with dense weights")
    versions = {entry.domain: int(entry.version) for entry in model.opset_import}
    constants = {tensor.name: array_of(tensor, path.parent, where) for tensor in graph.initializer}
    reader = _Calls(path, versions, constants, {tensor.name: int(tensor.data_type) for tensor in graph.initializer})
    for node in graph.node:
        reader.add(node)
    ports, batch, any_batch = _ports(graph, constants, where)
    outputs = tuple(output.name for output in graph.output)
    calls = tuple(reader.calls)
    framework = _framework(model, versions)
    return Program(identifier(path.stem), framework, calls, constants, ports, outputs, batch, any_batch)


def _names(model: ModelProto) -> Iterator[object]:
    """Every text that is read; protobuf gives bytes where one is no UTF-8."""
    yield from (model.producer_name, model.producer_version)
    for opset in model.opset_import:
        yield opset.domain
    for named in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        yield named.name
    for tensor in model.graph.initializer:
        yield from (part for entry in tensor.external_data for part in (entry.key, entry.value))
    for node in model.graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        yield from (attribute.name for attribute in node.attribute)


class _Calls:
    """The file's nodes as calls; Constant nodes become constants."""

    def __init__(
        self, path: Path, versions: dict[str, int], constants: dict[str, Array], kinds: dict[str, int]
    ) -> None:
        self._path, self._versions, self._constants, self._kinds = path, versions, constants, kinds
        self._labels: set[str] = set()
        self.calls: list[Call] = []

    def add(self, node: NodeProto) -> None:
        where = str(self._path)
        attributes = {each.name: _attribute(each, self._path.parent, where) for each in node.attribute}
        own = node.domain in OWN_DOMAINS
        if own and node.op_type == "Constant":
            self._constants[node.output[0]] = _constant(attributes, f"{where}, {node.output[0]}")
            return
        if node.op_type == "QuantizeLinear" and len(node.input) > 2 and node.input[2] in self._kinds:
            # numpy has no four-bit types to tell it by
            attributes.setdefault("output_dtype", self._kinds[node.input[2]])
        kind = node.op_type if own else f"{node.domain}:{node.op_type}"
        version = self._versions.get(node.domain, self._versions.get("", NEWEST) if own else NEWEST)
        label = self._label(node)
        self.calls.append(Call(kind, tuple(node.input), tuple(node.output), label, attributes, version))

    def _label(self, node: NodeProto) -> str:
        wanted = node.name or next((name for name in node.output if name), node.op_type)
        label, count = wanted, 1
        while label in self._labels:
            count += 1
            label = f"{wanted}_{count}"
        self._labels.add(label)
        return label


def _attribute(attribute: AttributeProto, folder: Path, where: str) -> Any:
    from onnx import AttributeProto

    kinds = AttributeProto.AttributeType
    kind = kinds.Name(attribute.type)
    if kind == "FLOAT":
        return float(attribute.f)
    if kind == "INT":
        return int(attribute.i)
    if kind == "STRING":
        return attribute.s.decode("utf-8", "replace")
    if kind == "TENSOR":
        return array_of(attribute.t, folder, where)
    if kind == "FLOATS":
        return [float(value) for value in attribute.floats]
    if kind == "INTS":
        return [int(value) for value in attribute.ints]
    if kind == "STRINGS":
        return [value.decode("utf-8", "replace") for value in attribute.strings]
    return Nested()


def _constant(attributes: dict[str, Any], where: str) -> Array:
    import numpy as np

    if "value" in attributes:
        return np.asarray(attributes["value"])
    for name, kind in (("value_float", np.float32), ("value_floats", np.float32)):
        if name in attributes:
            return np.asarray(attributes[name], dtype=kind)
    for name in ("value_int", "value_ints"):
        if name in attributes:
            return np.asarray(attributes[name], dtype=np.int64)
    raise FpgamlError(where, f"is a constant of an unknown kind ({', '.join(attributes) or 'no value'})", AGAIN)


def _ports(graph: GraphProto, constants: dict[str, Array], where: str) -> tuple[tuple[Port, ...], int, bool]:
    """The tensors that enter, how many events at a time their shapes speak of, and whether any number will do."""
    entering = [value for value in graph.input if value.name not in constants]
    if not entering:
        raise FpgamlError(where, "takes no input", AGAIN)
    shapes = {value.name: _dims(value) for value in entering}
    found = [Problem(name, reason, advice) for name, dims in shapes.items() for reason, advice in _open(dims)]
    if found:
        raise UnsupportedError(where, found)
    batched = {name: len(dims) > 1 or dims[0] is None for name, dims in shapes.items()}
    sizes = {dims[0] or 1 for name, dims in shapes.items() if batched[name]}
    if len(sizes) > 1:
        listing = ", ".join(f"{name} {tuple(dims)}" for name, dims in shapes.items())
        reason = f"its inputs' first axes, the batch, differ: {listing}"
        raise FpgamlError(where, reason, "Export the model with a dynamic batch")
    ports = [Port(name, tuple(size or 1 for size in dims), batched[name]) for name, dims in shapes.items()]
    any_batch = any(dims[0] is None for name, dims in shapes.items() if batched[name])
    return tuple(ports), sizes.pop() if sizes else 1, any_batch


def _dims(value: ValueInfoProto) -> list[int | None]:
    """The sizes of a tensor's axes; None where open, and no axis at all where nothing is known."""
    return [
        int(dim.dim_value) if dim.HasField("dim_value") and dim.dim_value > 0 else None
        for dim in value.type.tensor_type.shape.dim
    ]


def _open(dims: list[int | None]) -> list[tuple[str, str]]:
    """What is wrong with an input's shape."""
    fix = "Export the model with fixed sizes for every axis but the batch"
    if not dims:
        return [("this input has no shape", fix)]
    if None in dims[1:]:
        shown = ", ".join("?" if size is None else str(size) for size in dims)
        return [(f"this input has the open shape ({shown})", fix)]
    if prod(size or 1 for size in dims) > MOST_VALUES:
        return [(f"this input has the shape {tuple(dims)}", AGAIN)]
    return []


def _framework(model: ModelProto, versions: dict[str, int]) -> str:
    writer = " ".join(part for part in (model.producer_name, model.producer_version) if part) or "an unknown writer"
    own = max((versions[name] for name in OWN_DOMAINS if name in versions), default=0)
    return f"ONNX operator set {own}, by {writer}"
