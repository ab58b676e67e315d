"""Cycles and depths that were worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from fpgaml.rtl.dataflow.calendar import Calendar, make_calendar
from fpgaml.rtl.dataflow.stage import Pace

BEATS = 40


@dataclass(frozen=True)
class Toy:
    """A stage as the calendar sees it."""

    name: str
    inputs: tuple[Any, ...]
    output: Any
    pace: Pace


def stream(name: str) -> Any:
    return SimpleNamespace(name=name)


def pace(claims: list[list[int]], latency: int, waits: int, phase: int = 1) -> Pace:
    """A beat a block; what waits is free again when its block starts."""
    blocks = np.arange(len(claims[0]))
    held = np.stack([blocks, 0 * blocks], axis=1)
    return Pace(
        tuple(np.array(each) for each in claims),
        np.full(len(blocks), phase),
        (waits,) * len(claims),
        np.stack([blocks, 0 * blocks + latency], axis=1),
        (held if waits else None,) * len(claims),
    )


def calendar(*stages: Any, interval: int) -> Calendar:
    return make_calendar({"x": np.arange(BEATS)}, stages, 1, interval)


ONES = [1] * BEATS


def test_a_stage_that_takes_three_cycles_a_beat() -> None:
    found = calendar(Toy("slow", (stream("x"),), stream("y"), pace([ONES], 5, 1, phase=3)), interval=BEATS)
    # It is busy for 120 cycles a frame; beat n starts at 1 + 3 n.
    assert found.interval == 120
    assert found.first["y"][[0, 1, -1]].tolist() == [6, 9, 6 + 117]
    # When the last beat comes in cycle 39, those that start until then, 0 to 12 (1 + 36 = 37), are free.
    assert (found.depths, found.pauses) == ({"slow": (27,)}, {"slow": (0,)})


def test_branches_that_meet_hold_most_behind_a_pause() -> None:
    # One branch has 30 ranks; the other needs ten beats ahead, and gives its last ten without new ones.
    ahead = [11, *[1] * (BEATS - 11), *[0] * 10]
    deep = Toy("deep", (stream("x"),), stream("a"), pace([ONES], 30, 0))
    wide = Toy("wide", (stream("x"),), stream("b"), pace([ahead], 2, 0))
    meet = Toy("meet", (stream("a"), stream("b")), stream("y"), pace([ONES, ONES], 1, 1))
    found = calendar(deep, wide, meet, interval=60)
    assert found.first["a"][:2].tolist() == [30, 31]
    assert found.first["b"][:2].tolist() == [12, 13]
    assert found.first["y"][:2].tolist() == [32, 33]  # read a cycle after the later one came
    # Densely a word of a is read as soon as it can be: two are there at once. Behind a pause before beat 10, ten words
    # of it are there and none of b. A word of b comes 19 cycles before it is read, and lies there in both.
    assert found.depths["meet"] == (10, 20)
    assert found.pauses["meet"] == (10, 0)


def test_many_frames_are_under_way_at_once() -> None:
    # A beat is a frame: 30 of them are in the branch of 30 ranks while the other's wait for the first.
    deep = Toy("deep", (stream("x"),), stream("a"), pace([[1]], 30, 0))
    meet = Toy("meet", (stream("a"), stream("x")), stream("y"), pace([[1], [1]], 1, 1))
    stages: Any = (deep, meet)
    found = make_calendar({"x": np.arange(1)}, stages, 1, 1)
    assert (found.interval, found.depths["meet"]) == (1, (2, 32))
