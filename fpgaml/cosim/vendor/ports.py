"""The ports of RTL that Vitis HLS wrote: what a project's types make one expect, and what the Verilog has.

Facts: UG1399, "AXI4-Stream Interfaces" and "Port-Level Protocols"; and exports of Vitis HLS 2023.2 (reports of hls4ml
designs): an `ap_fixed<12,6>` stands in a lane of 16 bits of `<variable>_TDATA`, an `ap_fixed<17,9>` in one of 32;
without streams an array is one packed vector `<variable>` if reshaped, else ports `<variable>_0`, `<variable>_1`, ...
(just `<variable>` if it has one element), each with its `_ap_vld`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.project.ports import CppPort

CONTROL = {"ap_start": "input", "ap_done": "output", "ap_idle": "output", "ap_ready": "output", "ap_continue": "input"}
RESETS = ("ap_rst_n", "ap_rst")
NARROWEST = 8


@dataclass(frozen=True)
class Pin:
    """A port of a Verilog module: "input", "output" or "inout", and its bits; None where they are not plain numbers."""

    name: str
    direction: str
    width: int | None

    def __str__(self) -> str:
        return f"{self.direction} {self.name}[{'?' if self.width is None else self.width}]"


_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|\(\*(?!\s*\)).*?\*\)", re.DOTALL)
_DECLARATION = re.compile(
    r"\b(input|output|inout)\b\s*(?:(?:reg|wire|logic|signed)\b\s*)*(\[[^\]]*\])?\s*"
    r"((?:[A-Za-z_]\w*|\\\S+\s)(?:\s*,\s*(?!(?:input|output|inout)\b)(?:[A-Za-z_]\w*|\\\S+\s))*)"
)
_RANGE = re.compile(r"\[\s*(\d+)\s*:\s*(\d+)\s*\]")


def module_text(source: str, name: str) -> str | None:
    """A module's text without comments and attributes; None if it is not in the source."""
    plain = _COMMENT.sub(" ", source)
    found = re.search(rf"\bmodule\s+{re.escape(name)}\b.*?\bendmodule\b", plain, re.DOTALL)
    return found[0] if found else None


def read_pins(source: str, name: str) -> dict[str, Pin]:
    """The ports of a Verilog module, in the order of their declarations, whichever style they are declared in.

    Raises:
        FpgamlError: the source does not have the module.
    """
    text = module_text(source, name)
    if text is None:
        raise FpgamlError(name, "no such module in the Verilog")
    # Tasks and functions have inputs of their own.
    text = re.sub(r"\b(task|function)\b.*?\bend\1\b", " ", text, flags=re.DOTALL)
    pins: dict[str, Pin] = {}
    for direction, span, names in _DECLARATION.findall(text):
        ends = _RANGE.fullmatch(span) if span else None
        width = 1 if not span else abs(int(ends[1]) - int(ends[2])) + 1 if ends else None
        for pin in re.split(r"\s*,\s*", names.strip()):
            pins.setdefault(pin, Pin(pin, direction, width))
    return pins


@dataclass(frozen=True)
class PortMap:
    """How a port of the project lies on the module's pins.

    Args:
        row: as bench.json holds it; pins: those that it takes.
    """

    row: Mapping[str, Any]
    pins: tuple[Pin, ...]


def lane_bits(width: int) -> int:
    """Bits of an element in a TDATA word: the next power of two, at least a byte."""
    return max(NARROWEST, 1 << (width - 1).bit_length())


def stream_forms(port: CppPort, direction: str) -> Iterator[PortMap]:
    """How an `io_stream` port can look: one position, which is the last axis, a beat."""
    other = "output" if direction == "input" else "input"
    beat = port.shape[-1] if port.shape else 1
    lane = lane_bits(port.width)
    for name in _names(port):
        pins = (
            Pin(f"{name}_TDATA", direction, beat * lane),
            Pin(f"{name}_TVALID", direction, 1),
            Pin(f"{name}_TREADY", other, 1),
        )
        yield PortMap({"variable": name, "lane": lane, "beat": beat, "beats": port.size // beat}, pins)


def parallel_forms(port: CppPort, direction: str, reshaped: bool) -> Iterator[PortMap]:
    """How an `io_parallel` port can look, what the pragmas ask for first."""
    for form in ("vector", "elements") if reshaped or port.size == 1 else ("elements", "vector"):
        for name in _names(port):
            names = [name] if form == "vector" else [f"{name}_{index}" for index in range(port.size)]
            data = [Pin(each, direction, port.width * port.size // len(names)) for each in names]
            valid = [Pin(f"{each}_ap_vld", direction, 1) for each in names]
            for pins, has_valid in (([*data, *valid], True), (data, False)):
                yield PortMap({"variable": name, "form": form, "valid": has_valid}, tuple(pins))


def _names(port: CppPort) -> tuple[str, str]:
    # Vitis appends _r to a name that Verilog or VHDL reserves.
    return port.variable, f"{port.variable}_r"


def map_ports(
    top: str,
    pins: Mapping[str, Pin],
    inputs: Sequence[CppPort],
    outputs: Sequence[CppPort],
    io: str,
    reshaped: frozenset[str],
) -> dict[str, Any]:
    """The entry `vitis` of bench.json.

    Args:
        io: "io_stream" or "io_parallel"; reshaped: C++ variables of arrays that pragmas make one vector.

    Raises:
        FpgamlError: the module's ports are not those of the project; with both.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {"inputs": [], "outputs": []}
    taken = {"ap_clk", *CONTROL, *RESETS}
    problems = []
    if pins.get("ap_clk") != Pin("ap_clk", "input", 1):
        problems.append(f"expected input ap_clk[1], found {pins.get('ap_clk', 'none')}")
    reset = next((name for name in RESETS if name in pins), None)
    if reset is None:
        problems.append(f"expected {' or '.join(RESETS)}, found none")
    for where, ports, direction in (("inputs", inputs, "input"), ("outputs", outputs, "output")):
        for port in ports:
            stream = io == "io_stream"
            forms = list(
                stream_forms(port, direction) if stream else parallel_forms(port, direction, port.variable in reshaped)
            )
            found = next((form for form in forms if all(pins.get(pin.name) == pin for pin in form.pins)), None)
            if found is None:
                problems.append(_disagreement(port, forms[0], pins))
                continue
            rows[where].append(found.row)
            taken |= {pin.name for pin in found.pins}
    loose = [pin for pin in pins.values() if pin.name not in taken and pin.direction != "output"]
    if not problems and loose:
        problems.append(f"nothing is known to drive {', '.join(map(str, loose))}")
    if problems:
        raise FpgamlError(
            f"module {top}", "; ".join(problems), "Give the Verilog that Vitis HLS wrote for this project"
        )
    control = [name for name, direction in CONTROL.items() if pins.get(name) == Pin(name, direction, 1)]
    return {"control": control, "reset": reset, **rows}


def _disagreement(port: CppPort, expected: PortMap, pins: Mapping[str, Pin]) -> str:
    near = [pin for pin in pins.values() if pin.name.startswith(port.variable)]
    near = near or [pin for pin in pins.values() if not pin.name.startswith("ap_")]
    return (
        f"for {port.name} ({port.cpp}, {port.size} elements) expected {_listed(expected.pins)}; "
        f"found {_listed(near) or 'none'}"
    )


def _listed(pins: Sequence[Pin], most: int = 6) -> str:
    rest = f" and {len(pins) - most} more" if len(pins) > most else ""
    return ", ".join(map(str, pins[:most])) + rest


def reshaped_variables(source: Path) -> frozenset[str]:
    """Variables with an ARRAY_RESHAPE pragma in the project's C++; hls4ml has it for the inputs of io_parallel."""
    try:
        text = source.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return frozenset()
    return frozenset(re.findall(r"#pragma\s+HLS\s+ARRAY_RESHAPE\s+variable=(\w+)", text, re.IGNORECASE))
