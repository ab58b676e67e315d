"""Charges of a module's 48 trigger cells: showers and soft deposits, noise, counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .geometry import BLOCK, CELL_AREA, RHOMBI, inner_points

Real = NDArray[np.float64]
Charges = NDArray[np.int64]

CHUNK = 2_000
"""Events made at a time, each chunk from a seed of its own: results do not depend on how many are asked for."""
TRAINING, TEST, HELD_OUT, CALIBRATION = range(4)
"""Streams of one seed: events of one are never those of another."""


@dataclass(frozen=True)
class Settings:
    """What to generate.

    Args:
        events: how many.
        seed: same seed, same data; `stream` tells apart sets of one seed.
        noise: of a trigger cell, MIP.
    """

    events: int = 1_000
    seed: int = 1
    stream: int = TRAINING
    noise: float = c.NOISE_MIP

    def __post_init__(self) -> None:
        for ok, name, reason in (
            (self.events >= 1, "events", "must be at least 1"),
            (self.seed >= 0 and self.stream >= 0, "seed", "seed and stream must not be negative"),
            (self.noise >= 0, "noise", "must not be negative"),
        ):
            if not ok:
                raise FpgamlError(f"sensor_compression: {name}", reason)


def generate(settings: Settings) -> Charges:
    """Charges in counts, (events, 48), 0 to 2^16 - 1."""
    return np.concatenate(list(chunks(settings)))


def chunks(settings: Settings) -> Iterator[Charges]:
    """The same events, CHUNK at a time."""
    for number, start in enumerate(range(0, settings.events, CHUNK)):
        # A chunk is always made whole: a shorter set is the beginning of a longer one.
        rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(settings.stream, number)))
        yield _chunk(settings, rng)[: settings.events - start]


def _chunk(settings: Settings, rng: np.random.Generator) -> Charges:
    energy = _soft(rng) + _showers(rng)
    energy += np.sqrt(c.FLUCTUATION_MIP * energy) * rng.standard_normal(energy.shape)
    energy += settings.noise * rng.standard_normal(energy.shape)
    return digitise(energy)


def digitise(energy: Real) -> Charges:
    """Counts of 1/8 MIP, rounded down, from 0 to 2^16 - 1."""
    return np.clip(np.floor(energy * c.COUNTS_PER_MIP), 0, 2**c.CHARGE_BITS - 1).astype(np.int64)


def _soft(rng: np.random.Generator) -> Real:
    fewest, most = np.log(c.SOFT_NUMBER)
    mean = np.exp(rng.uniform(fewest, most, CHUNK))
    owner = np.repeat(np.arange(CHUNK), rng.poisson(mean))
    energy = rng.exponential(c.SOFT_MEAN_MIP, len(owner))
    place = impact_points(rng, len(owner))
    # A narrow core lies within few cells: the nine points of a cell are too far apart for it, so it is spread by hand.
    place = place + c.SOFT_RADIUS * rng.standard_normal(place.shape)
    found = np.zeros((CHUNK, c.CELLS))
    cell = nearest(place)
    inside = cell >= 0
    np.add.at(found, (owner[inside], cell[inside]), energy[inside])
    return found


def _showers(rng: np.random.Generator) -> Real:
    number = rng.choice(len(c.SHOWER_SHARES), CHUNK, p=c.SHOWER_SHARES)
    owner = np.repeat(np.arange(CHUNK), number)
    low, high = np.log(c.SHOWER_MIP)
    energy = np.exp(rng.uniform(low, high, len(owner)))
    place, core = impact_points(rng, len(owner)), rng.uniform(*c.CORE_RADIUS, len(owner))
    shares = c.CORE_SHARE * shares_of(place, core) + (1 - c.CORE_SHARE) * shares_of(
        place, np.full_like(core, c.TAIL_RADIUS)
    )
    found = np.zeros((CHUNK, c.CELLS))
    np.add.at(found, owner, energy[:, None] * shares)
    return found


def shares_of(place: Real, radius: Real) -> Real:
    """Part of a shower's energy in each cell, (n, 48): R^2 / (pi (r^2 + R^2)^2), its mean over nine points of a cell.

    Args:
        place: impact points, (n, 2); radius: R, (n,); in pitches.
    """
    squared = ((inner_points()[None] - place[:, None, None]) ** 2).sum(axis=-1)
    core = radius[:, None, None] ** 2
    return np.asarray((core / (np.pi * (squared + core) ** 2)).mean(axis=-1) * CELL_AREA)


def impact_points(rng: np.random.Generator, count: int) -> Real:
    """Uniform over the hexagon and a margin about it, (count, 2)."""
    found = np.zeros((0, 2))
    size = c.SIDE + c.MARGIN
    while len(found) < count:
        trial = rng.uniform(-size, size, (2 * count + 16, 2))
        found = np.concatenate([found, trial[inside_hexagon(trial, size)]])
    return found[:count]


def inside_hexagon(place: Real, side: float) -> NDArray[np.bool_]:
    """Whether points lie in the hexagon of a side, (n,); corners at 30, 90, ... degrees, as the cells' hexagon has."""
    angles = np.deg2rad([0, 60, 120])
    normals = np.stack([np.cos(angles), np.sin(angles)])
    return np.asarray((np.abs(place @ normals) <= side * np.sqrt(3) / 2).all(axis=1))


def nearest(place: Real) -> NDArray[np.intp]:
    """The cell that a point lies in, -1 outside of the module; (n,).

    Of a rhombus a point is in the cell whose two coordinates along the sides it shares when they are rounded down.
    """
    found = np.full(len(place), -1, np.intp)
    for rhombus in range(RHOMBI):
        angles = np.deg2rad(np.array([-30, -90]) + 120 * rhombus)
        sides = np.stack([np.cos(angles), np.sin(angles)])
        a, b = np.floor(np.linalg.solve(sides, place.T)).astype(np.intp)
        b = b + c.SIDE
        inside = (a >= 0) & (a < c.SIDE) & (b >= 0) & (b < c.SIDE)
        found[inside] = BLOCK * rhombus + c.SIDE * a[inside] + b[inside]
    return found
