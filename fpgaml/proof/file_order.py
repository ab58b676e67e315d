"""An oracle that answers in the file's order of axes, heard in the Graph's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.file_axes import Orders, to_file, to_graph
from fpgaml.graph.graph import Graph
from fpgaml.proof.oracle import Answers, Oracle


@dataclass(frozen=True)
class FileOrder(Oracle):
    """Another oracle, whose inputs and answers have the file's axes.

    Args:
        inner: the oracle; graph: whose outputs and layers are compared.
        orders: of inputs by layer, of outputs by node, of layers by `layer/<name>`.
    """

    inner: Oracle
    graph: Graph
    orders: Orders

    @property
    def title(self) -> str:
        return self.inner.title

    @property
    def sees_raw_data(self) -> bool:
        return self.inner.sees_raw_data

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
        return self.ask(inputs, first_event)()

    def ask(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Callable[[], Answers]:
        asked = self.inner.ask({name: to_file(x, self.orders.get(name)) for name, x in inputs.items()}, first_event)
        return lambda: self._in_graph_order(asked())

    def _in_graph_order(self, answers: Answers) -> Answers:
        return {
            name: to_graph(array, self.orders[name], self.graph.shapes[self._node(name)], f"{name}, recorded values")
            if name in self.orders
            else array
            for name, array in answers.items()
        }

    def _node(self, name: str) -> str:
        return self.graph.layers[name.removeprefix("layer/")] if name.startswith("layer/") else name

    def prefer_float64(self) -> None:
        self.inner.prefer_float64()

    def return_to_float32(self) -> bool:
        return self.inner.return_to_float32()

    def start(self) -> None:
        self.inner.start()

    def wait(self) -> None:
        self.inner.wait()

    def close(self) -> None:
        self.inner.close()
