"""Rows by an index that changes with the event: Gather, ScatterAdd."""

from __future__ import annotations

from fpgaml.emulator.integers import INT32
from fpgaml.emulator.site import Site, Tensor, Whole
from fpgaml.graph.ops import Gather, Operation, ScatterAdd
from fpgaml.graph.ops.gather import MOST_INDEX_BITS
from fpgaml.graph.ops.places import Indexed, gathered, scattered


def gather(site: Site) -> list[str]:
    """The row that each lane's index says."""
    assert isinstance(site.op, Gather)
    x, index = site.operands
    found = gathered(site.op.axis, x.shape, index.shape)
    return [f"gather<{_down(index)}>(out, {x.name}, {index.name}, {_places(site, found)});"]


def scatter(site: Site) -> list[str]:
    """Each row is added where each lane's index says."""
    assert isinstance(site.op, ScatterAdd)
    (x, index), result = site.operands, site.result
    found = scattered(site.op.axis, site.op.size, x.shape, index.shape)
    terms, kinds = site.table(found.values, "terms", INT32), f"{_down(index)}, {result.type.unsigned}"
    return [
        f"zero(out, {result.size});",
        f"scatter<{kinds}>(out, {x.name}, {index.name}, {terms}, {_places(site, found)});",
    ]


def _places(site: Site, found: Indexed) -> str:
    starts, places = site.table(found.starts, "starts", INT32), site.table(found.places, "places", INT32)
    return f"{starts}, {places}, {len(found.starts)}, {found.stride}, {found.size}"


def _down(index: Tensor) -> int:
    """How many fractional bits an index has, all zero; zero itself has any number."""
    return max(index.unit, -MOST_INDEX_BITS) if index.low or index.high else 0


BODIES: dict[type[Operation], Whole] = {Gather: Whole(gather), ScatterAdd: Whole(scatter)}
