"""Inputs of a bulk run: events of a file, or made up."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path

from fpgaml.cosim.bulk.result import BulkRequest, Values
from fpgaml.data.coded import coded, codings_in
from fpgaml.data.dataset import open_data
from fpgaml.data.file_axes import file_shapes, in_graph_order
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import read_inputs
from fpgaml.project.publish import is_project
from fpgaml.proof.vectors import corner_vectors
from fpgaml.record.files import read_manifest


def inputs_of(project: Path, graph: Graph, request: BulkRequest, chunk: int) -> tuple[Iterator[Values], int]:
    """Inputs in chunks, and how many frames there are."""
    if request.frames < 1:
        raise FpgamlError("--bulk", f"{request.frames} frames prove nothing", "Ask for 1 or more")
    if request.data is None:
        return made_up(graph, request, chunk), request.frames
    manifest = read_manifest(project) if is_project(project) else None
    codings, axes = (codings_in(manifest), manifest.axes) if manifest else ({}, {})
    shapes = file_shapes(graph, axes)
    events = open_data(request.data, shapes, limit=request.frames, by_shape=False)
    data = in_graph_order(coded(events, codings), axes)
    per_frame = sum(prod(shape) for shape in shapes.values())

    def read() -> Iterator[Values]:
        for batch in data.chunks(chunk * per_frame):
            yield read_inputs(graph, {node: batch[layer] for layer, node in graph.input_layers.items()})

    return read(), data.events


def made_up(graph: Graph, request: BulkRequest, chunk: int) -> Iterator[Values]:
    """Corners of the inputs' types and random codes: for every chunk others."""
    for number, start in enumerate(range(0, request.frames, chunk)):
        yield corner_vectors(graph, min(chunk, request.frames - start), request.seed + number)
