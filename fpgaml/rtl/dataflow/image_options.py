"""How stages of an image that comes in less than whole rows are made: windows over pixels, and where branches meet."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from fpgaml.rtl.dataflow.beats import Stream, stream
from fpgaml.rtl.dataflow.cut import Segment
from fpgaml.rtl.dataflow.elements import elements_of
from fpgaml.rtl.dataflow.raster import Raster, axes_of
from fpgaml.rtl.dataflow.stages.map import Map
from fpgaml.rtl.dataflow.stages.raster import RasterWindow

if TYPE_CHECKING:
    from fpgaml.rtl.dataflow.assemble import Assembly
    from fpgaml.rtl.dataflow.stage import Stage


def divisors(number: int) -> list[int]:
    """Ascending."""
    return [n for n in range(1, number + 1) if number % n == 0]


def raster(segment: Segment, source: Stream, budget: int, trial: Assembly) -> Stage | None:
    """A window over pixels, with as few at once as so many cycles a frame allow; None where whole rows are due."""
    graph, head = trial.graph, segment.head
    axes = axes_of(graph, head)
    if axes is None:
        return None
    rows, columns = axes
    filters, channels = graph.shapes[head.name][-1], source.beats.shape[-1]
    best: Raster | None = None
    for window in _windows(rows.windows * columns.windows, Raster(rows, columns, 1, 1), budget):
        fits = elements_of(graph, segment.nodes[1:], {head.name: window.copies * filters})
        if fits is not None and len(window.ages) and (best is None or window.ticks < best.ticks):
            best = window
            lanes = fits[-1].count if fits else window.copies * filters
        if best is not None and best.ticks <= budget:
            break
    if best is None:
        return None
    entering = trial.regear(source, best.word * channels)
    output = stream(graph, segment.result, lanes)
    return trial.put(RasterWindow(head.name, graph, segment.nodes, entering, output, trial.delays, best.patient))


def _windows(size: int, one: Raster, budget: int) -> Iterator[Raster]:
    """Windows that could keep a budget of cycles, as few at once first; of these the patient ones first."""
    for copies in divisors(one.columns.windows):
        for word in divisors(one.columns.size)[:-1]:
            if size <= copies * budget and one.words <= word * budget:
                for patient in (True, False):
                    yield Raster(one.rows, one.columns, word, copies, patient)


def in_elements(segment: Segment, inputs: tuple[Stream, ...], trial: Assembly) -> Stage | None:
    """Nodes on less than whole rows, where some of what they read comes so and each beat follows from its own elements.

    None: they have to wait for whole rows, or need not.
    """
    graph = trial.graph
    if all(source.beats.lanes % source.beats.row == 0 for source in inputs):
        return None
    if any(len(source.beats.shape) < 2 for source in inputs):
        return None
    entries = max(max(source.beats.lanes // source.beats.shape[-1], 1) for source in inputs)
    counts = {source.node: entries * source.beats.shape[-1] for source in inputs}
    found = elements_of(graph, segment.nodes, counts)
    if found is None or len({prod(source.beats.shape[:-1]) for source in inputs}) > 1:
        return None
    met = tuple(trial.regear(source, counts[source.node]) for source in inputs)
    output = stream(graph, segment.result, found[-1].count)
    return trial.put(Map(segment.head.name, graph, segment.nodes, met, output, trial.delays))
