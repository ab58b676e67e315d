"""What a pass is, and how passes run one after another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from fpgaml.graph.graph import Graph


@dataclass(frozen=True)
class Pass(ABC):
    """A rewriting of a Graph; its settings are its fields.

    A subclass states the class variables, and whether its outputs are the same bit for bit.
    """

    name: ClassVar[str]
    """What it is called in messages."""

    exact: ClassVar[bool] = True
    """Whether the same inputs give the same outputs, bit for bit."""

    @abstractmethod
    def apply(self, graph: Graph) -> Graph:
        """The rewritten Graph, with as many inputs and outputs in the same order."""


def run(passes: Iterable[Pass], graph: Graph) -> Graph:
    """One pass after another.

    Raises:
        FpgamlError: a pass refuses the graph.
    """
    for step in passes:
        before, graph = graph, step.apply(graph)
        inputs = [[node.name for node in g.inputs] for g in (before, graph)]
        assert inputs[0] == inputs[1] and len(before.outputs) == len(graph.outputs), f"pass {step.name}: other ports"
    return graph
