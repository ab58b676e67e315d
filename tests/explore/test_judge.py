"""What answers are worth, worked out by hand; and designs that are given up after a first look."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from fpgaml.data.labels import Labels
from fpgaml.explore.children import Children, key
from fpgaml.explore.events import Events, Part
from fpgaml.explore.metrics import accuracy, area, distance, spread
from fpgaml.explore.objectives import Measured, dominates, read_objectives
from fpgaml.explore.outcome import Outcome, Stage
from fpgaml.explore.space import Bits, Choice, Space


def test_metrics_of_a_few_answers() -> None:
    scores = np.array([[0.1], [0.4], [0.3], [0.9]])
    # Of the four pairs of a signal and a background event three are in order.
    found = area({"out": scores}, Labels("here", np.array([[0], [0], [1], [1]])))
    assert found.value == 0.75
    classes = np.array([[2.0, 1, 0], [0, 1, 2], [0, 3, 1], [1, 0, 0]])
    found = accuracy({"out": classes}, Labels("here", np.array([[0], [2], [1], [2]])))
    assert found.value == 0.75 and found.error == pytest.approx((0.75 * 0.25 / 4) ** 0.5)
    truth = np.linspace(0.5, 3, 101)[:, None]
    found = spread({"out": truth + np.linspace(-1, 1, 101)[:, None]}, Labels("here", truth))
    assert found.value == pytest.approx(0.68, abs=0.01)


def test_distance_is_in_units_of_the_spread() -> None:
    wanted = {"out": np.array([[0.0], [2.0], [0.0], [2.0]])}  # a standard deviation of 1
    found = distance({"out": wanted["out"] + np.array([[0.1], [-0.1], [0.1], [0.1]])}, wanted)
    assert found.value == pytest.approx(0.1) and found.error == pytest.approx(0.0, abs=1e-12)
    assert distance(wanted, wanted) == Measured(0.0, 0.0)


def test_parts_share_no_event_but_the_first_look() -> None:
    events = Events({"x": np.arange(10_000.0)[:, None]}, None, 5000)
    few, chosen, held = (set(events.of(part)["x"][:, 0]) for part in Part)
    assert few < chosen and not chosen & held
    assert (len(few), len(chosen), len(held)) == (625, 5000, 5000)


def test_who_dominates() -> None:
    objectives = read_objectives(["auc", "lut"])
    good, cheap, worse = {"auc": 0.9, "lut": 100}, {"auc": 0.8, "lut": 50}, {"auc": 0.9, "lut": 101}
    assert not dominates(objectives, good, cheap) and not dominates(objectives, cheap, good)
    assert dominates(objectives, good, worse) and not dominates(objectives, good, good)


def test_an_outcome_is_read_as_it_was_written() -> None:
    outcome = Outcome(Stage.FEW, {"lut": 3.0}, {"auc": Measured(0.1 + 0.2, None)}, {"limit": 0.5}, "why", "hash", 1.5)
    assert Outcome.of_text(outcome.to_text()) == outcome


def test_designs_to_begin_with_are_of_the_space_and_the_first_has_all_bits() -> None:
    space = Space((Bits("a", 2, 9), Bits("b", 2, 4), Choice("interval", (1, 4))))
    starts = list(space.starts(20, 3))
    assert starts == list(space.starts(20, 3)) and starts != list(space.starts(20, 4))
    assert starts[0] == {"a": 9, "b": 4, "interval": 1} and starts[9] | {"interval": 1} == {
        "a": 2,
        "b": 2,
        "interval": 1,
    }
    for each in starts:
        space.check(each)


def test_children_are_of_the_space_and_new() -> None:
    space = Space((Bits("a", 2, 3), Bits("b", 2, 3), Choice("interval", (1, 4))))
    assert space.size == 8
    parent = SimpleNamespace(params={"a": 2, "b": 3, "interval": 4})
    known = {key(parent.params)}
    for seed in range(7):
        child = Children(space, frozenset(known), seed)(None, {}, [parent, parent])  # type: ignore[arg-type, list-item]
        space.check(child)
        known.add(key(child))
    assert len(known) >= 7
