"""What a project's RTL is, as its bench.json says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

from fpgaml.cosim.bulk.build import Design, Pace
from fpgaml.cosim.job import read_bench_json
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.project.ports import Port
from fpgaml.rtl.stream import StreamLayout
from fpgaml.rtl.stretch_files import continuous_of


def read_design(project: Path, graph: Graph) -> Design:
    """What a project's bench.json says of its RTL.

    Raises:
        FpgamlError: there is none, it is damaged or does not fit the graph, or the RTL is VHDL.
    """
    path = project / "sim" / "bench.json"
    content = read_bench_json(path)
    if content["hdl"] != "verilog":
        reason = "drives Verilator, which reads no VHDL"
        raise FpgamlError("--bulk", reason, "Convert with --hdl verilog: it is the same design")
    try:
        stream, streaming = content.get("stream"), content.get("streaming")
        continuous = continuous_of(content, graph)
        channels = int(streaming.get("channels", 1)) if streaming else 1
        ports = _ports(graph, content, channels) if continuous is None else ((continuous.beat,), (continuous.result,))
        return Design(
            content["top"],
            content["shell"],
            tuple(path.parent / name for name in content["sources"]),
            *ports,
            int(content["latency"]),
            int(content["interval"]) if continuous is None else continuous.interval,
            StreamLayout(**stream) if stream else None,
            Pace(*(int(streaming[key]) for key in ("spacing", "rest", "drain"))) if streaming else None,
            continuous,
            channels,
        )
    except (KeyError, TypeError, ValueError) as error:
        reason = f"is not as fpgaml writes it: {type(error).__name__}: {error}"
        raise FpgamlError(str(path), reason, "Convert the model again") from None


def _ports(graph: Graph, content: Mapping[str, Any], channels: int) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    """A frame's: of several channels their events' elements, as they come."""
    inputs, outputs = (tuple(_port(graph, row) for row in content[side]) for side in ("inputs", "outputs"))
    if channels == 1:
        return inputs, outputs
    frame_in, frame_out = (
        tuple(replace(port, shape=(channels * port.size,)) for port in side) for side in (inputs, outputs)
    )
    return frame_in, frame_out


def _port(graph: Graph, row: Mapping[str, Any]) -> Port:
    name = str(row["name"])
    shape = graph.shapes[name]
    if prod(shape) != int(row["elements"]):
        raise ValueError(f"{name} has {prod(shape)} elements, bench.json says {row['elements']}")
    return Port(name, tuple(shape), bool(row["signed"]), int(row["width"]), int(row["fractional"]))
