"""Where a Serial engine is the cheapest that keeps a rate, and how many products it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from fpgaml.cost.rates import LARGEST_LUT_MULTIPLIER
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, Node
from fpgaml.rtl.dataflow.stages.serial.finish import fuses
from fpgaml.rtl.dataflow.stages.serial.sums import Sums, sums_of, total_type


@dataclass(frozen=True)
class Run:
    """Nodes that one engine computes: the first sums, the others follow; or, where none sums, those before it.

    Args:
        nodes: in order; sums: what the first one sums, None: nothing.
    """

    nodes: tuple[Node, ...]
    sums: Sums | None


@dataclass(frozen=True)
class Share:
    """How an engine shares its products in time.

    Args:
        word: elements of a word; lanes: of a piece of it; filters: results at once; luts: what differs from one share
            to another, roughly.
    """

    word: int
    lanes: int
    filters: int
    luts: float


def runs_of(graph: Graph, nodes: Sequence[Node]) -> list[Run]:
    """Nodes, each reading the one before it, cut where one sums; empty where no Serial engine does one of them."""
    found: list[Run] = []
    for node in nodes:
        try:
            sums = sums_of(graph, node)
        except FpgamlError:
            sums = None
        if sums is not None:
            found.append(Run((node,), sums))
        elif not fuses(graph, node):
            return []
        elif found:
            found[-1] = Run((*found[-1].nodes, node), found[-1].sums)
        else:
            found.append(Run((node,), None))
    return found if any(run.sums for run in found) else []


def share_of(graph: Graph, run: Run, held: int, interval: int, dsp: float) -> Share | None:
    """The cheapest engine for a run that keeps an interval; None where no engine of one position at once does.

    Args:
        held: elements a beat of what it reads; dsp: LUTs that a DSP stands for.
    """
    assert run.sums is not None
    options = list(_options(graph, run.nodes[0], run.sums, held, interval, dsp))
    return min(options, key=lambda share: (share.luts, share.filters), default=None)


def _options(graph: Graph, node: Node, sums: Sums, held: int, interval: int, dsp: float) -> Iterator[Share]:
    taps = prod(sums.size)
    source, total = (int(kind.width) for kind in (graph.types[node.inputs[0]].uniform(), total_type(graph, node)))
    product = _product_luts(source, sums, dsp)
    for filters in _divisors(sums.filters):
        for lanes in [filters] if sums.per_channel else _divisors(sums.channels):
            terms = taps if sums.per_channel else taps * sums.channels // lanes
            if prod(sums.out) * sums.filters // filters * terms > interval:
                continue
            word, gear = _word(sums, held, lanes, source)
            products = lanes * (1 if sums.per_channel else filters)
            choice = source * lanes * (word // lanes) / 4
            yield Share(word, lanes, filters, products * product + filters * 2 * total + gear + choice)


def _word(sums: Sums, held: int, lanes: int, width: int) -> tuple[int, float]:
    """Elements of a word that has pieces of so many, and what it costs to make it of the beats that come."""
    if held % lanes == 0 and (held // lanes).bit_count() == 1:
        return held, 0.0
    if held % lanes == 0:  # a gearbox, behind a FIFO
        return lanes, width * (held + sums.rows * sums.columns * sums.channels / 32)
    return lanes, width * lanes


def _product_luts(width: int, sums: Sums, dsp: float) -> float:
    if sums.weights is None:
        return width
    weight = int(abs(sums.weights.integers).max()).bit_length() + 1
    return width * weight if width + weight <= LARGEST_LUT_MULTIPLIER else dsp


def _divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]
