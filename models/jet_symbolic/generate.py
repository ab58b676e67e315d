"""Jets as sixteen correlated features: drawn from a mass, a sharing of momentum and a multiplicity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from . import constants as c

Reals = NDArray[np.float64]

TRAINING, TEST, PROOF, SCALING, BASELINE = range(5)
"""Streams of random numbers that never meet."""
PIECE = 20_000
"""Jets that are made at once."""


@dataclass(frozen=True)
class Jets:
    """Some jets.

    Args:
        x: features with mean 0 and variance 1, shape (n, 16), float32.
        y: classes, by their place in CLASSES, shape (n,).
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64]


def jets(events: int, seed: int, stream: int) -> Jets:
    """Jets of all classes, as often each; the same for the same arguments."""
    parts = list(pieces(events, seed, stream))
    return Jets(np.concatenate([part.x for part in parts]), np.concatenate([part.y for part in parts]))


def pieces(events: int, seed: int, stream: int) -> Iterator[Jets]:
    """The same jets, some at a time."""
    mean, width = scaling()
    for number, first in enumerate(range(0, events, PIECE)):
        rng = np.random.default_rng((seed, stream, number))
        classes = rng.integers(0, len(c.CLASSES), min(PIECE, events - first))
        yield Jets(((features(classes, rng) - mean) / width).astype(np.float32), classes)


@cache
def scaling() -> tuple[Reals, Reals]:
    """Mean and width of each feature, of 200,000 jets: the constants by which features are scaled."""
    rng = np.random.default_rng((0, SCALING))
    drawn = features(rng.integers(0, len(c.CLASSES), 200_000), rng)
    return drawn.mean(axis=0), drawn.std(axis=0)


def features(classes: NDArray[np.int64], rng: np.random.Generator) -> Reals:
    """The sixteen features of jets of these classes, in the order of FEATURES, shape (n, 16)."""
    count = len(classes)
    kind = _seen_as(np.array(c.CLASSES)[classes], rng)
    prongs = np.select([kind == name for name in c.PRONGS], list(c.PRONGS.values()))
    mass, pt = _mass(kind, rng), c.PT_GEV * (1 + c.PT_SPREAD * rng.standard_normal(count))
    particles = _multiplicity(kind, rng)
    z = np.where(prongs > 1, rng.uniform(0.1, 0.5, count), np.exp(rng.uniform(np.log(0.02), np.log(0.5), count)))
    theta = mass / (pt * np.sqrt(z * (1 - z)))
    zlogz = -np.log(c.ZLOGZ_SHARE * particles) + c.ZLOGZ_SMEARING * rng.standard_normal(count)
    e2 = [z * (1 - z) * theta**beta * np.exp(c.E2_SMEARING * rng.standard_normal(count)) for beta in (0, 1, 2)]
    common = rng.standard_normal(count)

    def shape(scale: float, fall: float, rise: float, width: float) -> Reals:
        """A shape variable: scale * prongs**-fall * (particles / 45)**rise, smeared."""
        noise = np.sqrt(0.5) * (common + rng.standard_normal(count))
        return np.asarray(scale * prongs**-fall * (particles / 45.0) ** rise * np.exp(width * noise))

    columns = [
        zlogz,
        *e2,
        e2[1] * shape(1.0, 0.25, 0.3, 0.30),
        e2[2] * shape(1.0, 0.30, 0.3, 0.35),
        shape(2.2, 0.55, 0.4, 0.35),
        shape(2.6, 0.70, 0.5, 0.40),
        shape(2.0, 0.50, 0.4, 0.35),
        shape(2.4, 0.65, 0.5, 0.40),
        shape(0.09, 0.20, 0.5, 0.22),
        shape(0.05, 0.25, 0.5, 0.28),
        shape(0.32, 0.35, 0.3, 0.22),
        shape(0.34, 0.45, 0.3, 0.26),
        mass,
        particles,
    ]
    return np.stack(columns, axis=1)


def _seen_as(names: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.str_]:
    """What jets look like: those that are not contained look like a quark's, or like a W's."""
    lost = rng.random(len(names))
    as_w = rng.random(len(names)) < 0.5
    seen = names.copy()
    for name, share in c.UNCONTAINED.items():
        out = (names == name) & (lost < share)
        seen[out] = np.where((name == "t") & as_w, "W", "q")[out]
    return seen


def _mass(kind: NDArray[np.str_], rng: np.random.Generator) -> Reals:
    """GeV."""
    draw = rng.standard_normal(len(kind))
    found = np.zeros(len(kind))
    for name, mass in c.MASS_GEV.items():
        found = np.where(kind == name, mass * (1 + c.RESOLUTION * draw), found)
    for name, mass in c.QCD_MASS_GEV.items():
        found = np.where(kind == name, mass * np.exp(c.QCD_MASS_WIDTH[name] * draw), found)
    return np.clip(found, 5.0, 400.0)


def _multiplicity(kind: NDArray[np.str_], rng: np.random.Generator) -> Reals:
    """Particles: Poisson around a mean that a gamma distribution spreads."""
    mean = np.select([kind == name for name in c.MULTIPLICITY], list(c.MULTIPLICITY.values()))
    shape = c.MULTIPLICITY_SPREAD**-2
    return np.maximum(rng.poisson(mean * rng.gamma(shape, 1 / shape, len(kind))), 5).astype(np.float64)
