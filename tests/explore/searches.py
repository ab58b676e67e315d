"""A small search that tests of explorations share: a float network of three layers, its bits against its LUTs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fpgaml.checking import Checking
from fpgaml.cluster.workers import HERE, Workers
from fpgaml.explore.costing import OfTarget
from fpgaml.explore.exploration import Exploration, explore
from fpgaml.explore.objectives import read_objectives
from fpgaml.explore.request import Request
from fpgaml.explore.search import Effort
from tests.paths import ROOT

FLOAT = ROOT / "tests/fixtures/float/keras3/mlp_tanh.keras"
QUANTISED = ROOT / "tests/fixtures/keras3/dense_default.keras"


def events(folder: Path, elements: int = 8, count: int = 200) -> Path:
    """Made-up events on the grid of sixteenths."""
    path = folder / "events.npy"
    np.save(path, np.round(np.random.default_rng(5).normal(size=(count, elements)) * 16) / 16)
    return path


def request(folder: Path, trials: int = 40, workers: Workers = HERE) -> Request:
    """A search into a folder; its events lie beside it."""
    return Request(
        output=folder / "explored",
        objectives=read_objectives(["distance", "lut"]),
        costing=OfTarget("rtl", ("alveo",)),
        checking=Checking(data=events(folder)),
        effort=Effort(trials, workers=workers),
        seed=3,
    )


def front(found: Exploration) -> list[tuple[int, dict[str, float], str]]:
    """All that must be the same whenever a search is the same."""
    return [(each.number, each.outcome.numbers, each.outcome.graph_sha256) for each in found.front]


def searched(
    folder: Path, trials: int = 40, workers: Workers = HERE, model: Path = FLOAT
) -> list[tuple[int, dict[str, float], str]]:
    """The front of one search."""
    folder.mkdir(parents=True, exist_ok=True)
    return front(explore(model, request(folder, trials, workers)))
