"""Types of float networks chosen on data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.data.dataset import DataSet, open_data
from fpgaml.errors import FpgamlError
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Quantize
from fpgaml.graph.types import Overflow
from fpgaml.precision.by_calibration import ByCalibration
from fpgaml.precision.calibrated import Bits, per_channel
from fpgaml.precision.choose import choose_numbers
from fpgaml.precision.goal import Goal, read_goal
from fpgaml.precision.places import Place, magnitude_bits
from fpgaml.precision.search import search
from fpgaml.source import LoadedModel, settle
from tests.paths import ROOT
from tests.precision.test_by_plan import FLOAT

QUICK = ("keras3/mlp_softmax.keras", "keras3/mlp_gelu.keras", "keras3/residual.keras", "keras2/merges.h5")


def calibrated(path: Path, goal: Goal, labels: Path | None = None) -> tuple[LoadedModel, DataSet]:
    parsed = parse_model(path)
    data = open_data(path.with_suffix(".npz"), parsed.input_shapes)
    return settle(path, parsed, (), data, ByCalibration(goal, labels)), data


def answers(graph: Graph, data: DataSet) -> np.ndarray:
    events = next(data.chunks())
    values = read_inputs(graph, {node: events[layer] for layer, node in graph.input_layers.items()})
    (found,) = interpret(graph, values).values()
    return found.to_float()


def recorded(path: Path) -> np.ndarray:
    with np.load(path.with_suffix(".npz")) as arrays:
        return np.asarray(arrays["y"], dtype=np.float64)


@pytest.mark.parametrize("name", QUICK)
def test_outputs_stay_within_the_tolerance_and_nothing_leaves_its_type(name: str) -> None:
    path = FLOAT / name
    model, data = calibrated(path, Goal(0.01))
    assert model.calibration is not None
    fact = model.calibration.checked([recorded(path)])
    wanted = recorded(path)
    apart = float(np.abs(answers(model.graph, data) - wanted).max())
    assert fact.reference_distance is not None and fact.reference_distance < 2e-3 * np.abs(wanted).max()
    assert apart <= 0.01 * np.abs(wanted).max() + fact.reference_distance
    assert abs(apart - fact.distance) <= fact.reference_distance
    assert 0 < fact.used <= 1 < fact.outputs.fewer / (0.01 * np.abs(wanted).max())
    for node in model.graph.nodes:
        if isinstance(node.op, Quantize) and node.source != "output":
            assert node.op.quantizer.overflow == Overflow.SAT


def test_a_tighter_tolerance_takes_more_bits() -> None:
    found = [calibrated(FLOAT / "keras3" / "conv1d.keras", Goal(t))[0].calibration for t in (0.1, 0.01, 0.001)]
    widths = [each.fact.everywhere for each in found if each is not None]
    assert widths[0] < widths[1] < widths[2]
    assert all(each is not None and each.fact.distance > 0 for each in found)


def test_the_area_under_the_curve_can_decide(tmp_path: Path) -> None:
    path = FLOAT / "keras3" / "mlp_sigmoid.keras"
    scores = recorded(path)[:, 0]
    labels = (scores + np.random.default_rng(1).normal(0, scores.std(), len(scores)) > np.median(scores)).astype(int)
    np.save(tmp_path / "labels.npy", labels)
    model, _ = calibrated(path, read_goal(None, 0.01), tmp_path / "labels.npy")
    assert model.calibration is not None
    assert model.calibration.fact.auc_loss is not None and model.calibration.fact.auc_loss <= 0.01
    with pytest.raises(FpgamlError, match="Give --labels as well"):
        calibrated(path, read_goal(None, 0.01))


def test_the_search_lowers_what_can_be_lowered() -> None:
    """A made-up cost: `a` matters, `b` does not from 5 bits on."""
    a, b = Place("a", "weight"), Place("b", "weight")

    def used(bits: Bits) -> float:
        return max(2.0 ** (9 - bits.of(a)), 2.0 ** (5 - bits.of(b)))

    found = search(used, lambda _: [a, b], "")
    assert (found.everywhere, found.bits.of(a), found.bits.of(b)) == (9, 9, 6)
    assert found.all_tried


def test_a_goal_out_of_reach_is_an_error() -> None:
    with pytest.raises(FpgamlError, match="24 bits for every number still leave 7 times the distance"):
        search(lambda _: 7.0, lambda _: [], "")


def test_each_channel_has_bits_of_its_own() -> None:
    kept = per_channel(np.array([[100.0, 0.01], [-33.3, 0.0077]]), 8, 1).to_float()
    np.testing.assert_array_equal(kept, [[100.0, 82 / 2**13], [-33.0, 63 / 2**13]])
    assert magnitude_bits(-4.0, 3.9) == 2
    assert magnitude_bits(-4.0, 4.0) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"tolerance": "0"}, "is not a distance above zero"),
        ({"tolerance": "x%"}, "is not a distance above zero"),
        ({"tolerance": "1%", "auc_loss": 0.1}, "not together with --tolerance"),
        ({"auc_loss": 2.0}, "is not between 0 and 1"),
        ({"precision": ["ap_fixed<8,2>"]}, "Give one of them"),
    ],
)
def test_words_that_mean_nothing_are_refused(words: dict[str, object], said: str) -> None:
    with pytest.raises(FpgamlError, match=said):
        choose_numbers(**{"calibrate": True, **words})  # type: ignore[arg-type]


def test_it_needs_data_and_something_to_calibrate() -> None:
    path = ROOT / "tests" / "fixtures" / "keras3" / "dense_default.keras"
    parsed = parse_model(path)
    with pytest.raises(FpgamlError, match="Give --data"):
        ByCalibration().build(parsed, {}, None)
    data = open_data(f"{path.with_suffix('.npz')}:in/{next(iter(parsed.input_shapes))}", parsed.input_shapes)
    with pytest.raises(FpgamlError, match="keeps nothing in floating point"):
        settle(path, parsed, (), data, ByCalibration())
