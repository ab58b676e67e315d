"""Designs beside the network as it came, on the same events: differences by hand, and who is as good."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.data.labels import Labels
from fpgaml.explore.events import Events
from fpgaml.explore.judge import OnEvents
from fpgaml.explore.objectives import OBJECTIVES, Compared, Difference, Measured
from fpgaml.explore.paired import accuracy_difference, area_difference, bootstrap_error, resamples
from fpgaml.explore.worth import as_good, better_than_constant


def test_the_difference_of_areas_has_the_paired_error_of_delong() -> None:
    """Four pairs: 3 in order as it came, 2 in the design. Placements, worked out by hand: signal 1/2, 1 against 0, 1,
    background 1, 1/2 against 1/2, 1/2; variances of their differences over two events of each class: 1/16 and 1/16."""
    labels = Labels("here", np.array([[0], [0], [1], [1]]))
    came = {"out": np.array([[0.1], [0.4], [0.3], [0.9]])}
    design = {"out": np.array([[0.1], [0.4], [0.05], [0.9]])}
    found = area_difference(design, came, labels)
    assert found.value == pytest.approx(-0.25)
    assert found.error == pytest.approx((1 / 16 + 1 / 16) ** 0.5) and found.paired
    assert area_difference(came, came, labels) == Difference(0.0, 0.0)


def test_the_difference_of_accuracies_counts_the_events_that_changed() -> None:
    """Of 8 events one becomes wrong and two become right: mean 1/8, variance (3 - 8/64) / 7."""
    truth = np.array([[0], [0], [0], [0], [1], [1], [1], [1]])
    right, wrong = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    came = {"out": np.stack([right, right, wrong, wrong, wrong, wrong, wrong, wrong])}
    design = {"out": np.stack([right, wrong, right, right, wrong, wrong, wrong, wrong])}
    found = accuracy_difference(design, came, Labels("here", truth))
    assert found.value == pytest.approx(1 / 8)
    assert found.error == pytest.approx(((3 - 8 / 64) / 7 / 8) ** 0.5)


def test_resampling_finds_the_error_of_a_mean() -> None:
    """Means of 400 numbers of deviation 1: 0.05, which 40 resamples know to about 11 %."""
    numbers = np.random.default_rng(2).normal(size=400)
    drawn = [float(numbers[part["all"]].mean()) for part in resamples({"all": 400})]
    assert bootstrap_error(drawn, [0.0] * len(drawn)) == pytest.approx(0.05, rel=0.35)
    assert drawn == [float(numbers[part["all"]].mean()) for part in resamples({"all": 400})]
    assert bootstrap_error(drawn, drawn) == 0.0


def test_resolutions_are_compared_on_the_same_resampled_events() -> None:
    """Answers twice as far from the truth, event by event: the error of the difference is that of the width itself,
    smaller by far than that of two widths of different events; and one same answer to all leaves the truth's spread."""
    rng = np.random.default_rng(4)
    truth, off = rng.normal(size=(2000, 1)), rng.normal(size=(2000, 1)) * 0.1
    events = Events({"x": truth}, Labels("here", truth), 1000)
    judge = OnEvents(events, (OBJECTIVES["resolution"],), {"out": truth + off})
    found = judge.compared_with_it({"out": truth[1000:] + 1.01 * off[1000:]})["resolution"]
    assert found.difference is not None and found.difference.paired
    assert found.difference.value == pytest.approx(0.001, rel=0.1)
    assert found.error is not None and found.difference.error is not None
    assert 0 < found.difference.error < found.error / 20
    assert judge.constant()["resolution"] == pytest.approx(1.0, rel=0.1)


def test_the_distance_is_a_comparison_already() -> None:
    truth = np.arange(100.0)[:, None]
    judge = OnEvents(Events({"x": truth}, None, 50), (OBJECTIVES["distance"],), {"out": truth})
    assert judge.compared_with_it({"out": truth[50:]})["distance"] == Compared(0.0, 0.0)
    assert judge.constant() == {"distance": pytest.approx(1.0)}


@pytest.mark.parametrize(
    ("name", "value", "error", "good"),
    [
        ("auc", -0.010, 0.004, False),
        ("auc", -0.010, 0.006, True),
        ("auc", 0.010, 0.001, True),
        ("auc", -0.010, None, False),
        ("auc", 0.0, None, True),
        ("resolution", 0.010, 0.004, False),
        ("resolution", -0.010, 0.001, True),
    ],
)
def test_as_good_is_no_more_than_two_paired_deviations_worse(
    name: str, value: float, error: float | None, good: bool
) -> None:
    """The own error of both, 0.1, counts for nothing."""
    held_out = {name: Compared(0.9, 0.1, Difference(value, error))}
    assert as_good([OBJECTIVES[name]], held_out) is good


def test_better_than_one_same_answer_to_every_event() -> None:
    auc, distance = OBJECTIVES["auc"], OBJECTIVES["distance"]
    assert better_than_constant([auc], {"auc": Measured(0.53, 0.01)}, {"auc": 0.5})
    assert not better_than_constant([auc], {"auc": Measured(0.51, 0.01)}, {"auc": 0.5})
    assert not better_than_constant([auc], {"auc": Measured(0.5, 0.0)}, {"auc": 0.5})
    assert better_than_constant([distance], {"distance": Measured(0.9, 0.01)}, {"distance": 1.0})
    # Labels say more than a distance, where there are any.
    both = {"auc": Measured(0.9, 0.01), "distance": Measured(1.3, 0.01)}
    assert better_than_constant([auc, distance], both, {"auc": 0.5, "distance": 1.0})
    assert better_than_constant([auc], {"auc": Measured(0.4)}, {})
