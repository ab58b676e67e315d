"""A dataflow as a core: a module for every stage, and one that joins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fpgaml.cost.resources import Cost, Estimate
from fpgaml.rtl.core import Core, Layer
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.endless.dataflow import Endless
from fpgaml.rtl.dataflow.stage import Built, Element
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.emit.plan import Table
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.shell import library_source
from fpgaml.rtl.structure import verilog, vhdl
from fpgaml.rtl.structure.module import Module, Wire


def streaming_core(dataflow: Dataflow | Endless, top: str, hdl: Hdl) -> Core:
    """The core `<top>_core`.

    Raises:
        FpgamlError: the core would have no latency.
    """
    calendar = dataflow.calendar
    built = [stage.module(top, hdl, calendar.depths[stage.name]) for stage in dataflow.stages]
    module = _joined(dataflow, f"{top}_core", built)
    write = verilog.write if hdl is Hdl.VERILOG else vhdl.write
    library = dict.fromkeys(name for each in built for name in each.library)
    if len(dataflow.sources) > 1:
        library["fpgaml_route"] = None
    sources = {f"{name}{hdl.suffix}": library_source(name, hdl) for name in library}
    for each in built:
        sources |= each.kernels | {f"{each.module.name}{hdl.suffix}": write(each.module)}
    sources[f"{module.name}{hdl.suffix}"] = write(module)
    boundary = dataflow.boundary(module.name, hdl)
    tables: tuple[Table, ...] = tuple(table for each in built for table in each.tables)
    return Core(boundary, sources, _estimate(dataflow), _layers(dataflow), dataflow.run, tables)


def costs(dataflow: Dataflow | Endless) -> dict[str, Cost]:
    """Of each stage."""
    depths = dataflow.calendar.depths
    return {stage.name: stage.cost(depths[stage.name]) for stage in dataflow.stages}


def _estimate(dataflow: Dataflow | Endless) -> Estimate:
    return Estimate(costs(dataflow))


def _layers(dataflow: Dataflow | Endless) -> tuple[Layer, ...]:
    """When each stage is busy with a frame: from its first block to its last beat."""
    calendar = dataflow.calendar
    return tuple(
        Layer(
            stage.name,
            f"{stage.engine} -> {'x'.join(map(str, stage.output.beats.shape))}",
            int(calendar.starts[stage.name][0]),
            int(calendar.first[stage.output.name][-1]),
        )
        for stage in dataflow.stages
    )


def _joined(dataflow: Dataflow | Endless, name: str, built: list[Built]) -> Module:
    """The core's module: streams between stages."""
    output = dataflow.output
    header = [
        f"{name}: {dataflow.graph.name}, streaming.",
        "",
        f"{dataflow.sources[0].beats.lanes} element(s) a beat at x, {output.beats.lanes} at y, element 0 lowest.",
        "It never stalls; rst begins anew.",
        f"Timing: {dataflow.timing}",
    ]
    module = Module(name, header)
    wires = _entering(module, dataflow)
    y_valid, y = module.output("y_valid"), module.output("y", output.bits)
    stages: Sequence[Element] = dataflow.stages
    for stage in stages:
        stream = stage.output
        if stream.name == output.name:
            wires[stream.name] = (y_valid, y)
        else:
            wires[stream.name] = (
                module.wire(f"{stream.name}_valid"),
                module.wire(f"{stream.name}_data", stream.bits, f"{stream.beats.lanes} element(s) a beat"),
            )
    for stage, each in zip(stages, built, strict=True):
        ports: dict[str, Wire | None] = {"clk": module.clk, "rst": module.rst}
        for number, stream in enumerate(stage.inputs):
            ports[f"in{number}_valid"], ports[f"in{number}_data"] = wires[stream.name]
        ports["out_valid"], ports["out_data"] = wires[stage.output.name]
        module.instance(f"{stage.name}_stage", each.module.name, {}, ports)
    return module


def _entering(module: Module, dataflow: Dataflow | Endless) -> dict[str, tuple[Wire, Wire]]:
    """The ports x_valid and x, and the streams that they bring: of several inputs one after another."""
    sources = dataflow.sources
    if len(sources) == 1:
        return {sources[0].name: (module.input("x_valid"), module.input("x", sources[0].bits))}
    lanes, lane = sources[0].beats.lanes, max(source.port.width for source in sources)
    x_valid, x = module.input("x_valid"), module.input("x", lanes * lane)
    wires, first, total = {}, 0, sum(source.beats.count for source in sources)
    for source in sources:
        valid = module.wire(f"{source.name}_valid")
        data = module.wire(f"{source.name}_data", source.bits, f"{lanes} element(s) a beat")
        module.instance(
            f"{source.name}_route",
            "fpgaml_route",
            {"TOTAL": total, "FIRST": first, "COUNT": source.beats.count},
            {"clk": module.clk, "rst": module.rst, "in_valid": x_valid, "out_valid": valid},
        )
        regrid(module, x, replace(source.port, width=lane), data, source.port)
        wires[source.name] = (valid, data)
        first += source.beats.count
    return wires
