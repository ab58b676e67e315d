"""Tracks through six superlayers in the torus's field, their segments, and candidates: true ones, and mixtures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

Real = NDArray[np.float64]
Chosen = NDArray[np.bool_]

CHUNK = 10_000
"""Candidates made at a time, each chunk from a seed of its own: results do not depend on how many are asked for."""
TRAINING, VALIDATION, TEST, HELD_OUT = 0, 1, 2, 3
"""Streams of random numbers under one seed: what candidates are for."""
STEPS = 96
"""Of the numerical integration of a path: twice as many move 99 % of all segments by less than 0.05 wires."""
SIGNS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
"""Of the stereo angle, by superlayer."""


@dataclass(frozen=True)
class Tracks:
    """Particles from the target; n entries.

    Args:
        momentum: GeV; theta, phi: degrees, phi from the sector's mid-plane; charge: -1 or 1; vertex: m along the beam.
    """

    momentum: Real
    theta: Real
    phi: Real
    charge: Real
    vertex: Real

    def __len__(self) -> int:
        return len(self.momentum)


@dataclass(frozen=True)
class Candidates:
    """Combinations of six segments; n entries.

    Args:
        wires: mean wires of the segments, 1 to 112 in steps of 1/16, (n, 6).
        label: FALSE, NEGATIVE or POSITIVE, (n,).
        missing: which segment was lost in the candidate of five, 0 to 5, (n,).
    """

    wires: NDArray[np.float32]
    label: NDArray[np.uint8]
    missing: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.wires)

    @property
    def five(self) -> NDArray[np.float32]:
        """The candidates without the segment that was lost: MISSING stands there."""
        kept = self.wires.copy()
        kept[np.arange(len(self)), self.missing] = c.MISSING
        return kept


def draw_tracks(count: int, rng: np.random.Generator) -> Tracks:
    """Tracks as ASSUMPTIONS says."""
    low, high = np.log(c.MOMENTUM_GEV)
    return Tracks(
        momentum=np.exp(rng.uniform(low, high, count)),
        theta=rng.uniform(*c.THETA_DEGREES, count),
        phi=rng.uniform(-c.PHI_DEGREES, c.PHI_DEGREES, count),
        charge=rng.choice([-1.0, 1.0], count),
        vertex=rng.uniform(-c.TARGET_M / 2, c.TARGET_M / 2, count),
    )


def field_integral(theta: Real) -> Real:
    """The whole integral of B dl in T m, at polar angles in degrees."""
    (first, last), (strong, weak) = c.ANGLES_DEGREES, c.BDL_TM
    return np.asarray(strong * (weak / strong) ** ((theta - first) / (last - first)))


def paths(tracks: Tracks, rng: np.random.Generator | None = None) -> tuple[Real, Real]:
    """Where tracks meet the planes, in the mid-plane, and how steeply.

    The path is integrated along the chambers' normal in equal steps: the direction turns by 0.3 q B ds / p.

    Args:
        rng: of multiple scattering; None for none.

    Returns:
        Distance from the normal through the target in m, (n, 6); slope there, (n, 6).
    """
    tilt = np.radians(c.TILT_DEGREES)
    angle = np.radians(tracks.theta) - tilt
    # A vertex off the target's middle moves the start along both axes.
    along, across = tracks.vertex * np.cos(tilt), -tracks.vertex * np.sin(tilt)
    edges = np.linspace(0.0, c.PLANES_M[-1] + 0.05, STEPS + 1)
    planes = np.array(c.PLANES_M)
    bend = c.GEV_PER_TM * tracks.charge * field_integral(tracks.theta) / tracks.momentum
    density = np.exp(-(((edges[:-1] + edges[1:]) / 2 - c.FIELD_CENTRE_M) ** 2) / (2 * c.FIELD_SIGMA_M**2))
    density /= c.FIELD_SIGMA_M * np.sqrt(2 * np.pi)
    position = across - along * np.tan(angle)
    found, slopes = np.empty((len(tracks), 6)), np.empty((len(tracks), 6))
    for start, stop, strength in zip(edges[:-1], edges[1:], density, strict=True):
        step = stop - start
        turned = angle + bend * strength * step
        middle = np.tan(np.clip((angle + turned) / 2, -1.2, 1.2))
        for plane in np.flatnonzero((planes >= start) & (planes < stop)):
            found[:, plane] = position + middle * (planes[plane] - start)
            slopes[:, plane] = middle
            if rng is not None and plane in (1, 3):
                turned = turned + rng.normal(0, c.SCATTERING_GEV / tracks.momentum)
        position, angle = position + middle * step, turned
    return found, slopes


def pitch() -> Real:
    """Distance of wires in m, by superlayer: ANGLES_DEGREES are covered by all of them alike."""
    low, high = np.tan(np.radians(np.array(c.ANGLES_DEGREES) - c.TILT_DEGREES))
    return np.array(c.PLANES_M) * float(high - low) / (c.WIRES - 1)


def exact_wires(tracks: Tracks, rng: np.random.Generator | None = None) -> tuple[Real, Real]:
    """Where tracks meet the middles of the superlayers, in wires, (n, 6), and how many wires they move a layer."""
    position, slope = paths(tracks, rng)
    planes, width = np.array(c.PLANES_M), pitch()
    low = np.tan(np.radians(c.ANGLES_DEGREES[0] - c.TILT_DEGREES))
    radius = planes * np.sin(np.radians(c.TILT_DEGREES)) + position * np.cos(np.radians(c.TILT_DEGREES))
    sideways = radius * np.tan(np.radians(tracks.phi))[:, None]
    stereo = SIGNS * np.tan(np.radians(c.STEREO_DEGREES)) * sideways
    # Layers lie as far apart as wires do.
    return 1.0 + (position + stereo - low * planes) / width, slope


def segments(wires: Real, slopes: Real, rng: np.random.Generator) -> Real:
    """Mean wires of segments as the layers see them, in steps of 1/16; NaN where no layer saw anything.

    Args:
        wires, slopes: as of `exact_wires`, (n, 6).
    """
    layer = np.arange(c.LAYERS) - (c.LAYERS - 1) / 2
    shift = np.where(np.arange(c.LAYERS) % 2, 0.25, -0.25)
    where = wires[..., None] + slopes[..., None] * layer
    nearest = np.rint(where - shift)
    side = np.where(where - shift > nearest, 1.0, -1.0)
    seen = rng.random(where.shape) < c.LAYER_EFFICIENCY
    double = seen & (rng.random(where.shape) < c.DOUBLE_HIT)
    count = seen.sum(-1) + double.sum(-1)
    total = np.where(seen, nearest, 0.0).sum(-1) + np.where(double, nearest + side, 0.0).sum(-1)
    mean = total / np.where(count > 0, count, np.nan)
    return np.asarray(np.rint(mean * c.STEP) / c.STEP)


def inside(wires: Real) -> Chosen:
    """Candidates whose six segments are there, on wires, and within the cut of their regions; (n, 6) to (n,)."""
    there = np.isfinite(wires).all(-1) & (wires >= 1).all(-1) & (wires <= c.WIRES).all(-1)
    close = np.abs(wires[:, 0::2] - wires[:, 1::2]) <= c.REGION_CUT
    return np.asarray(there & close.all(-1))


def seen_tracks(count: int, rng: np.random.Generator) -> tuple[Real, Tracks]:
    """So many tracks that make a candidate by themselves, with their segments (count, 6)."""
    wires, kept = np.empty((0, 6)), []
    while len(wires) < count:
        tracks = draw_tracks(2 * count, rng)
        found = segments(*exact_wires(tracks, rng), rng)
        good = inside(found)
        wires = np.concatenate([wires, found[good]])
        kept.append(np.stack([getattr(tracks, name)[good] for name in Tracks.__annotations__]))
    return wires[:count], Tracks(*np.concatenate(kept, axis=1)[:, :count])


def mixtures(count: int, rng: np.random.Generator) -> tuple[Real, Chosen]:
    """So many false candidates (count, 6): segments of two tracks of a sector, some with one of noise.

    Returns:
        Their wires, and which segments are not the first track's.
    """
    found, whose = np.empty((0, 6)), np.empty((0, 6), np.bool_)
    while len(found) < count:
        own, other = seen_tracks(count, rng)[0], seen_tracks(count, rng)[0]
        foreign = rng.random((count, 6)) < rng.uniform(0.1, 0.5, (count, 1))
        noisy = rng.random(count) < c.NOISE_SHARE
        place = rng.integers(0, 6, count)
        rows = np.arange(count)
        other[noisy, place[noisy]] = (
            np.rint(c.STEP * (own[rows, place ^ 1] + rng.uniform(-c.REGION_CUT, c.REGION_CUT, count)))[noisy] / c.STEP
        )
        foreign[noisy, place[noisy]] = True
        mixed = np.where(foreign, other, own)
        # What all six segments of another track make is that track.
        wrong = foreign.any(-1) & ~foreign.all(-1) & (~foreign | (np.abs(other - own) >= c.FOREIGN)).all(-1)
        kept = wrong & inside(mixed)
        found, whose = np.concatenate([found, mixed[kept]]), np.concatenate([whose, foreign[kept]])
    return found[:count], whose[:count]


def lost(foreign: Chosen, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Which segment of each false candidate is lost: any but one without which the five are a track's own, (n,)."""
    missing = rng.integers(0, 6, len(foreign))
    single = np.select([foreign.sum(-1) == 1, foreign.sum(-1) == 5], [foreign.argmax(-1), foreign.argmin(-1)], -1)
    again = (missing + rng.integers(1, 6, len(foreign))) % 6
    return np.where(missing == single, again, missing).astype(np.uint8)


def generate(count: int, seed: int = 1, stream: int = TRAINING) -> Candidates:
    """Candidates, the first of them the same however many are asked for.

    Raises:
        FpgamlError: fewer than one.
    """
    if count < 1:
        raise FpgamlError("clas12_tracks: candidates", f"{count} are none", "Ask for one or more")
    parts = list(chunks(count, seed, stream))
    return Candidates(*(np.concatenate([getattr(part, name) for part in parts]) for name in Candidates.__annotations__))


def chunks(count: int, seed: int = 1, stream: int = TRAINING) -> Iterator[Candidates]:
    """The same, a chunk at a time."""
    for number in range(-(-count // CHUNK)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, number)))
        every = _chunk(rng)
        kept = min(CHUNK, count - number * CHUNK)
        yield Candidates(every.wires[:kept], every.label[:kept], every.missing[:kept])


def _chunk(rng: np.random.Generator) -> Candidates:
    wrong = int(CHUNK * c.FALSE_SHARE)
    wires, tracks = seen_tracks(CHUNK - wrong, rng)
    label = np.where(tracks.charge < 0, c.NEGATIVE, c.POSITIVE)
    mixed, foreign = mixtures(wrong, rng)
    missing = np.concatenate([rng.integers(0, 6, CHUNK - wrong).astype(np.uint8), lost(foreign, rng)])
    order = rng.permutation(CHUNK)
    return Candidates(
        np.concatenate([wires, mixed])[order].astype(np.float32),
        np.concatenate([label, np.full(wrong, c.FALSE)])[order].astype(np.uint8),
        missing[order],
    )
