"""Elements by an index that changes with the event: Gather, ScatterAdd."""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaml.graph.ops import Gather, Operation, ScatterAdd
from fpgaml.graph.ops.base import normal_axis
from fpgaml.graph.ops.places import gathered, scattered
from fpgaml.graph.types import Ints
from fpgaml.hls.bodies.reductions import sum_type
from fpgaml.hls.bodies.site import Body, Site, Writer, loop
from fpgaml.hls.fixed import PortType
from fpgaml.hls.tables import ConstantTable, index_read


def gather(site: Site) -> Body:
    """The elements that an index may choose, one after another, as an array that it is an index into."""
    assert isinstance(site.op, Gather)
    (x, index), reads = site.operands, site.reads()
    found = gathered(site.op.axis, x.shape, index.shape)
    start, place = index_read("start", found.starts), index_read("place", found.places)
    kind = PortType.of(x.kind).cpp(site.arithmetic)
    option = reads[0].at(f"{start.at('i')} + n * {found.stride}")
    lines = loop(
        len(found.starts),
        f"const int number = {reads[1].at(place.at('i'))}.to_int();",
        f"{kind} options[{found.size}];",
        "#pragma HLS ARRAY_PARTITION variable=options complete",
        f"for (int n = 0; n < {found.size}; n++) {{",
        "    #pragma HLS UNROLL",
        f"    options[n] = {option};",
        "}",
        f"if (number >= 0 && number < {found.size}) out[i] = options[number];",
        "else out[i] = 0;",
    )
    return Body(lines, _declarations(*reads, start, place))


def scatter(site: Site) -> Body:
    """For each place the sum of the terms whose index is its number."""
    assert isinstance(site.op, ScatterAdd)
    op, (x, index), reads = site.op, site.operands, site.reads()
    axis, terms = normal_axis(op.axis, len(x.shape)), x.shape[op.axis]
    found = scattered(op.axis, op.size, x.shape, index.shape)
    full = (*site.shape[:axis], terms, *site.shape[axis + 1 :])

    def of_each_place(of_terms: Ints) -> Ints:
        """Of each element of the result what its terms have, one after another."""
        rows = np.moveaxis(of_terms.reshape(full), axis, -1)
        repeated = np.repeat(np.expand_dims(rows, axis), op.size, axis)
        return repeated.reshape(-1)

    value, place = index_read("value", of_each_place(found.values)), index_read("place", of_each_place(found.places))
    number = prod(site.shape[axis + 1 :])
    inner = sum_type(x, terms).cpp(site.arithmetic)
    lines = loop(
        prod(site.shape),
        f"const int number = i / {number} % {op.size};",
        f"{inner} sum = 0;",
        f"for (unsigned j = i * {terms}; j < (i + 1) * {terms}; j++) {{",
        "    #pragma HLS UNROLL",
        f"    if ({reads[1].at(place.at('j'))}.to_int() == number) sum += {reads[0].at(value.at('j'))};",
        "}",
        "out[i] = sum;",
    )
    return Body(lines, _declarations(*reads, value, place))


def _declarations(*tables: ConstantTable) -> list[str]:
    return [table.declaration for table in tables]


BODIES: dict[type[Operation], Writer] = {Gather: Writer(gather), ScatterAdd: Writer(scatter)}
