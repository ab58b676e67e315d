"""A kernel: what computes and remembers nothing: a small Graph, which becomes a pipelined netlist like any Graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from fpgaml.cost.resources import Estimate
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops.scan import has_scan
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.emit.core import emit_plan
from fpgaml.rtl.emit.plan import Plan, Table, make_plan
from fpgaml.rtl.estimate import estimate_netlist
from fpgaml.rtl.lower.graph import port_of, to_netlist
from fpgaml.rtl.netlist import Netlist
from fpgaml.rtl.schedule import Schedule, postponed, schedule
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.sketch.sketch import Sketch, sketch

MEMORY_BITS = 8257
"""A table of coefficients that holds so many bits or more is block RAM."""


@dataclass(frozen=True, eq=False)
class Kernel:
    """A Graph as a pipeline that takes new values in every cycle.

    Args:
        name: prefix of its modules; graph: what it computes; delays: of the part, at the clock.
        memory_bits: tables that hold so many bits or more are memories (`Netlist.memory_bits`).
    """

    name: str
    graph: Graph
    delays: DelayModel
    memory_bits: int | None = None

    @cached_property
    def netlist(self) -> Netlist:
        """Its wires."""
        return replace(to_netlist(self.graph), memory_bits=self.memory_bits)

    @cached_property
    def pipeline(self) -> Schedule:
        """Where its registers are."""
        plan = schedule(self.netlist, self.delays)
        return postponed(self.netlist, plan, self.delays) if has_scan(self.graph) else plan

    @property
    def latency(self) -> int:
        """Register ranks between its ports x and y."""
        return self._sketch.latency if self.delays.sketched else self.pipeline.latency

    @cached_property
    def plan(self) -> Plan:
        """Its modules."""
        return make_plan(self.netlist, self.pipeline, self.name)

    @property
    def module(self) -> str:
        """The name of the module with the ports clk, x and y."""
        return self.plan.core.name

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its lookup tables."""
        return self.plan.tables

    @property
    def inputs(self) -> tuple[Port, ...]:
        """What x holds, one after another, the first lowest."""
        return self.netlist.inputs

    @property
    def outputs(self) -> tuple[Port, ...]:
        """What y holds."""
        if self.delays.sketched:
            return tuple(port_of(self.graph, name) for name in self.graph.outputs)
        return self.netlist.outputs

    @cached_property
    def estimate(self) -> Estimate:
        """Its resources."""
        return self._sketch.estimate if self.delays.sketched else estimate_netlist(self.netlist, self.pipeline)

    @cached_property
    def _sketch(self) -> Sketch:
        return sketch(self.graph, self.delays, self.memory_bits)

    def sources(self, hdl: Hdl) -> dict[str, str]:
        """File name to text, in compile order."""
        return emit_plan(self.plan, hdl)

    def run(self, inputs: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        """A batch through the Graph, by the interpreter."""
        return interpret(self.graph, inputs)
