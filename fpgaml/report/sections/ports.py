"""The firmware's inputs and outputs: shapes, types, and what a raw number is worth."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.graph.graph import identifier
from fpgaml.record.checks import InputRounding
from fpgaml.record.manifest import Manifest, PortFacts
from fpgaml.report.section import Section, Subject, Table, line, name
from fpgaml.report.words import percent


def sections(subject: Subject) -> Iterator[Section]:
    """One table, and a line for each input's type and what it does to the data."""
    manifest = subject.manifest
    rows = [
        (
            direction,
            name(port.name),
            " x ".join(map(str, port.shape)) or "scalar",
            port_type(port),
            _value(port, manifest),
        )
        for direction, ports in (("in", manifest.inputs), ("out", manifest.outputs))
        for port in ports
    ]
    parts = [Table(rows, ("", "tensor", "shape", "type", "raw value n is"))]
    lines = []
    orders = {identifier(layer): order for layer, order in manifest.axes.items()}
    for each in manifest.input_types:
        # The other reasons say where the type is from.
        origin = "type chosen from the data: " if each.origin == "data" else ""
        lines.append(line(f"{each.name}: {origin}{each.reason}"))
    lines += [line(f"{each.name}: {_rounding(each)} ({each.kind})") for each in subject.results.input_rounding]
    lines += [line(_order(port, orders[port.name])) for port in _ports(manifest) if port.name in orders]
    yield Section("Ports", [*parts, *lines])


def _ports(manifest: Manifest) -> Iterator[PortFacts]:
    yield from (*manifest.inputs, *manifest.outputs)


def _order(port: PortFacts, order: tuple[int, ...]) -> str:
    """Where each of the firmware's axes is in the model file."""
    inverse = [order.index(axis) for axis in range(len(order))]
    held = tuple(port.shape[axis] for axis in inverse)
    here, there = (" x ".join(map(str, sizes)) for sizes in (port.shape, held))
    moved = ", ".join(str(axis) for axis in order)
    return (
        f"{port.name}: {here} here is {there} in the model file, whose axes {moved} these are; "
        "data and recorded answers are given as the file has them"
    )


def _value(port: PortFacts, manifest: Manifest) -> str:
    """The real value of a raw one."""
    coding = port if port.scale is not None else manifest.codings.get(port.name)
    if coding is not None:
        return f"(n - {coding.zero_point}) * {coding.scale:.9g}".replace("- -", "+ ")
    return f"n * 2^{-port.fractional}"


def _rounding(each: InputRounding) -> str:
    if not each.changed:
        return f"holds each of the data's {each.values} values exactly"
    share = percent(each.changed, each.values)
    return f"rounding to its type changes {share} of the data's values, by at most {each.largest:.4g}"


def port_type(port: PortFacts) -> str:
    """Without rounding and overflow: they do not change what a value means."""
    if port.scale is not None:
        return f"int{port.width}"
    cpp = port.cpp or ("ap_fixed" if port.signed else "ap_ufixed")
    stem = cpp.split("<")[0]
    return f"{stem}<{port.width},{port.width - port.fractional}>" if stem.startswith("ap_") else cpp
