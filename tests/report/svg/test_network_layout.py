"""Where boxes and lines of a network are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaml.report.drawing import Box, Edge, Network
from fpgaml.report.svg import NARROW, WIDE, draw
from fpgaml.report.svg.axes import Area
from fpgaml.report.svg.network.layers import layered
from fpgaml.report.svg.network.order import crossings, ordered
from fpgaml.report.svg.network.picture import Layout, laid_out

Pairs = Sequence[tuple[int, int]]


def network(boxes: int, pairs: Pairs) -> Network:
    return Network(
        [Box(f"b{index}", f"layer_{index}", ["Dense", f"{index} LUT"], 0.1) for index in range(boxes)],
        [Edge(f"b{a}", f"b{b}", "ap_fixed<12,4>, 16") for a, b in pairs],
    )


@st.composite
def dags(draw: st.DrawFn) -> tuple[int, Pairs]:
    boxes = draw(st.integers(1, 24))
    ends = st.tuples(st.integers(0, boxes - 1), st.integers(0, boxes - 1))
    return boxes, [(min(pair), max(pair)) for pair in draw(st.lists(ends, max_size=40)) if pair[0] != pair[1]]


def overlap(a: Area, b: Area) -> bool:
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


def check(layout: Layout, pairs: Pairs) -> None:
    for box in layout.boxes:
        assert box.left >= 0 and box.right <= layout.width and box.bottom <= layout.height
    assert not [pair for pair in combinations(layout.boxes, 2) if overlap(*pair)]
    for source, target in pairs:
        assert layout.boxes[source].bottom < layout.boxes[target].top
    for line in layout.lines:
        assert all(before[1] <= after[1] for before, after in pairwise(line)), "lines go down only"
        for (x, y), (to_x, to_y) in pairwise(line):
            if x == to_x:  # a straight stretch passes no box; bent ones are between rows
                assert not [b for b in layout.boxes if b.left < x < b.right and y < b.bottom - 1 and b.top + 1 < to_y]


@given(dags())
@settings(max_examples=60, deadline=None)
def test_boxes_are_apart_and_lines_go_down(dag: tuple[int, Pairs]) -> None:
    boxes, pairs = dag
    drawing = network(boxes, pairs)
    check(laid_out(drawing, WIDE), pairs)
    check(laid_out(drawing, NARROW), pairs)
    assert draw(drawing, "t", "f") == draw(drawing, "t", "f")


def test_a_chain_is_straight_and_as_broad_as_the_page() -> None:
    layout = laid_out(network(5, [(0, 1), (1, 2), (2, 3), (3, 4)]), WIDE)
    assert len({box.left for box in layout.boxes}) == 1
    assert layout.width == WIDE and {round(box.left + box.width / 2) for box in layout.boxes} == {WIDE // 2}
    assert all(len({x for x, _ in line}) == 1 for line in layout.lines)


def test_what_passes_rows_goes_around_their_boxes() -> None:
    # 0 is read by 1 and, behind 1 and 2, by 3 again.
    graph = layered(4, [(0, 1), (1, 2), (2, 3), (0, 3)], 4)
    assert [len(row) for row in graph.rows] == [1, 2, 2, 1]
    assert set(graph.links) == {(0, 1), (1, 2), (2, 3), (0, 4), (4, 5), (5, 3)}


def test_what_is_read_late_is_one_line_until_it_branches() -> None:
    # 4 and 5 both read 0, in the rows below 1, 2 and 3.
    graph = layered(6, [(0, 1), (1, 2), (2, 3), (3, 4), (3, 5), (0, 4), (0, 5)], 4)
    assert [len(row) for row in graph.rows] == [1, 2, 2, 2, 2]
    assert [link for link in graph.links if link[1] >= 6] == [(0, 6), (6, 7), (7, 8)]


def test_a_row_holds_no_more_than_there_is_room_for_and_inputs_stand_above_their_reader() -> None:
    graph = layered(7, [(0, each) for each in range(1, 6)], 2)
    assert max(map(len, graph.rows)) <= 4  # two boxes, and the line to the rows below
    late = layered(4, [(0, 1), (1, 2), (2, 3)], 4)
    assert [list(row) for row in late.rows] == [[0], [1], [2], [3]]
    second = layered(4, [(0, 2), (2, 3), (1, 3)], 4)  # 1 is an input that only the last one reads
    assert [sorted(row) for row in second.rows] == [[0], [1, 2], [3]]


@pytest.mark.parametrize(
    ("links", "count"),
    [
        ({0: [3], 1: [2]}, 1),
        ({0: [2], 1: [3]}, 0),
        ({0: [2, 3], 1: [2, 3]}, 1),
        ({0: [3], 1: [3]}, 0),
    ],
)
def test_crossings_are_counted(links: dict[int, list[int]], count: int) -> None:
    assert crossings([[0, 1], [2, 3]], links) == count


def test_rows_are_sorted_so_that_nothing_crosses_that_need_not() -> None:
    # Two inputs, each with a chain of its own, given crosswise.
    graph = layered(6, [(0, 3), (1, 2), (2, 5), (3, 4)], 4)
    rows = ordered(graph)
    below: dict[int, list[int]] = {}
    for source, target in graph.links:
        below.setdefault(source, []).append(target)
    assert crossings(graph.rows, below) == 2 and crossings(rows, below) == 0


def test_sixty_boxes_are_less_than_60_kb() -> None:
    pairs = [(index, index + 1) for index in range(59)] + [(index, index + 4) for index in range(0, 55, 5)]
    assert len(draw(network(60, pairs), "t", "f")) < 60_000
