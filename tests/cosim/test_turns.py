"""Events of several channels as frames, and frames as events again."""

from __future__ import annotations

import numpy as np

from fpgaml.cosim.bulk.turns import in_turn, out_of_turn
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port


def test_beats_of_channels_come_in_turn_and_are_put_together_again() -> None:
    events = np.arange(5 * 6).reshape(5, 2, 3)
    frames = in_turn({"x": FixedArray(events, 4)}, beat=3, channels=2)["x"]
    assert frames.integers[0].tolist() == [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11]
    again = out_of_turn({"x": frames}, (Port("x", (2, 3), True, 8, 4),), beat=3, channels=2)["x"]
    assert np.array_equal(again.integers[:5], events)
    assert again.integers.shape == (6, 2, 3), "the last frame is filled up"
    assert again.fractional == 4
