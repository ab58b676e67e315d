"""Inputs of a bulk run: events of a file, or made up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fpgaml.cosim.bulk.result import BulkRequest, Values
from fpgaml.data.coded import coded, codings_in
from fpgaml.data.dataset import DataSet, OpenEvents, open_data
from fpgaml.data.file_axes import file_shapes, in_graph_order
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import read_inputs
from fpgaml.project.publish import is_project
from fpgaml.proof.vectors import corner_vectors
from fpgaml.record.files import read_manifest


@dataclass(frozen=True)
class Inputs:
    """What frames are made of; any range of them.

    Args:
        graph: whose inputs they are; request: how many, and of what; events: how many there are.
        size: events that are made up together: each such block from a seed of its own.
    """

    graph: Graph
    request: BulkRequest
    events: int
    size: int
    data: DataSet | None = None

    @cached_property
    def _open(self) -> OpenEvents:
        assert self.data is not None
        return OpenEvents(self.data)

    def block(self, first: int, count: int) -> Values:
        """Events from the first of a block on, at most as many as a block has.

        Raises:
            FpgamlError: data that cannot be used.
        """
        if self.data is None:
            return corner_vectors(self.graph, count, self.request.seed + first // self.size)
        batch = self._open.read(first, first + count)
        return read_inputs(self.graph, {node: batch[layer] for layer, node in self.graph.input_layers.items()})

    def blocks(self) -> Iterator[Values]:
        """All of them, in order."""
        for first in range(0, self.events, self.size):
            yield self.block(first, min(self.size, self.events - first))


def inputs_of(project: Path, graph: Graph, request: BulkRequest, size: int) -> Inputs:
    """Inputs in blocks of so many events.

    Raises:
        FpgamlError: none are asked for, or the data do not fit.
    """
    if request.frames < 1:
        raise FpgamlError("--bulk", f"{request.frames} frames prove nothing", "Ask for 1 or more")
    if request.data is None:
        return Inputs(graph, request, request.frames, size)
    manifest = read_manifest(project) if is_project(project) else None
    codings, axes = (codings_in(manifest), manifest.axes) if manifest else ({}, {})
    events = open_data(request.data, file_shapes(graph, axes), limit=request.frames, by_shape=False)
    data = in_graph_order(coded(events, codings), axes)
    return Inputs(graph, request, data.events, size, data)
