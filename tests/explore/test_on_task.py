"""A task's own metric as an objective, on few events."""

import pytest

from fpgaml.explore import paired
from fpgaml.explore.events import Part
from fpgaml.explore.objectives import Difference, read_objectives
from fpgaml.explore.on_task import events_of, judge_of_task
from fpgaml.precision.narrowing import narrowed, places
from fpgaml.source import load_model
from fpgaml.tasks.registry import find_task


def test_few_events_are_looked_at_whole_and_the_network_itself_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """An eighth of 5,000 windows is too few for the RMS; the same answers differ by nothing, and that is sure."""
    monkeypatch.setattr(paired, "RESAMPLES", 5)
    task = find_task("lar_timing")
    graph = load_model(task.networks[0].quantised_file(task.weights)).graph
    judge = judge_of_task(task, graph, read_objectives(["headline"]), events_of(task, 5000, 1))
    assert judge.events(Part.FEW) == judge.events(Part.CHOOSING)
    assert judge.compared(graph)["headline"].difference == Difference(0.0, 0.0)
    place, bits = next(iter(places(graph).items()))
    other = judge.compared(narrowed(graph, {place: bits - 2}))["headline"]
    assert other.difference is not None and other.difference.error and other.difference.paired
    assert judge.constant()["headline"] > judge.measure(graph, Part.HELD_OUT)["headline"].value
