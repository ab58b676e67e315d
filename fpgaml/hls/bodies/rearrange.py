"""Elements in new places: reshapes, transposes, joins, paddings, slices."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from fpgaml.graph.ops import Concatenate, Move, Operation, Pad, Reshape, Shape, Slice, Transpose, UpSample
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.types import Ints
from fpgaml.hls.bodies.site import Body, Site, Writer, alike, loop
from fpgaml.hls.tables import index_read, index_table


def reshape(site: Site) -> Body:
    """The same elements in the same order."""
    return Body(loop(prod(site.shape), "out[i] = in0[i];"))


def moved(site: Site) -> Body:
    """Elements in their new places, by an index table."""
    assert isinstance(site.op, Move)
    indices = moved_indices(site.operands[0].shape, site.op.move)
    if (indices >= 0).all():
        place = index_read("from", indices)
        return Body(loop(indices.size, f"out[i] = in0[{place.at('i')}];"), [place.declaration])
    lines = loop(indices.size, "if (from[i] < 0) out[i] = 0;", "else out[i] = in0[from[i]];")
    return Body(lines, [index_table("from", indices)])


def moved_indices(shape: Shape, move: Callable[[Ints], Ints]) -> Ints:
    """For every element of a layout operation's output its source element's flat index; -1 for a padded zero."""
    flat = np.arange(1, prod(shape) + 1).reshape(1, *shape)
    result: Ints = move(flat)[0].ravel() - 1
    return result


def concatenate(site: Site) -> Body:
    """Tensors one after another."""
    assert isinstance(site.op, Concatenate)
    shapes = [operand.shape for operand in site.operands]
    starts = np.cumsum([0, *(prod(shape) for shape in shapes)])
    axis = normal_axis(site.op.axis, len(shapes[0]))
    flats = [np.arange(prod(s)).reshape(s) + start for s, start in zip(shapes, starts[:-1], strict=True)]
    joined = np.concatenate(flats, axis=axis).ravel()
    reads, lines = site.reads(), []
    for position, flat in enumerate(joined):
        source = int(np.searchsorted(starts, flat, side="right")) - 1
        lines.append(f"out[{position}] = {reads[source].at(str(int(flat - starts[source])))};")
    return Body(lines, [read.declaration for read in reads])


def _same_positions(site: Site) -> bool:
    return site.operands[0].shape[-1] == site.shape[-1]


def _along_last_axis(site: Site) -> bool:
    assert isinstance(site.op, Concatenate)
    return normal_axis(site.op.axis, len(site.shape)) == len(site.shape) - 1 and alike(site)


BODIES: dict[type[Operation], Writer] = {
    Reshape: Writer(reshape, _same_positions),
    Concatenate: Writer(concatenate, _along_last_axis),
    Transpose: Writer(moved),
    Pad: Writer(moved),
    Slice: Writer(moved),
    UpSample: Writer(moved),
}
