"""Hits of bunch crossings in the vertex detector, with the track that each belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .geometry import Sensors, sensors

Real = NDArray[np.float64]
Flags = NDArray[np.bool_]

CHUNK = 20
"""Events made at a time, each chunk from a seed of its own: results do not depend on how many are asked for."""
NOISE = -1
"""Track of a hit that belongs to none."""
LEAST_HITS = 3
"""Hits of a particle with fewer count as noise."""
TRAINING, TEST, HELD_OUT = 0, 1, 2
"""Streams of random numbers: events of one are in no other."""


@dataclass(frozen=True)
class Settings:
    """What to generate.

    Args:
        events: bunch crossings.
        seed: same seed, same data; `stream` tells apart sets of one seed (TRAINING, TEST, HELD_OUT).
        collisions: mean collisions a crossing.
        noise_hits: mean noise hits an event, besides those of short tracks.
        inefficiency: probability that a hit is lost.
        resolution: standard deviation of a hit's x and y, mm.
        scattering: whether modules scatter; else tracks are straight.
    """

    events: int = 100
    seed: int = 1
    stream: int = TRAINING
    collisions: float = c.COLLISIONS
    noise_hits: float = c.NOISE_HITS
    inefficiency: float = c.INEFFICIENCY
    resolution: float = c.RESOLUTION
    scattering: bool = True

    def __post_init__(self) -> None:
        for ok, name, reason in (
            (self.events >= 1, "events", "must be at least 1"),
            (self.seed >= 0 and self.stream >= 0, "seed", "seed and stream must not be negative"),
            (0 < self.collisions <= 200, "collisions", "must lie above 0, up to 200"),
            (self.noise_hits >= 0, "noise_hits", "must not be negative"),
            (0 <= self.inefficiency < 1, "inefficiency", "is a probability, from 0 to below 1"),
            (self.resolution >= 0, "resolution", "must not be negative"),
        ):
            if not ok:
                raise FpgamlError(f"velo_embedding: {name}", reason)


@dataclass(frozen=True)
class Hits:
    """Hits of several events, event by event and within each plane by plane; h hits.

    Args:
        x, y, z: measured position, mm, (h,), float32.
        plane: 0 to 51, ascending in z, (h,), int16.
        event: which event, from 0 on, ascending, (h,), int32.
        track: which particle of the event, or NOISE, (h,), int32.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    z: NDArray[np.float32]
    plane: NDArray[np.int16]
    event: NDArray[np.int32]
    track: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.x)

    @property
    def events(self) -> int:
        """How many events there are, those without a hit at the end left out."""
        return int(self.event[-1]) + 1 if len(self) else 0

    def take(self, chosen: NDArray[np.intp] | Flags | slice) -> Hits:
        """Some of the hits, in the order asked for."""
        return Hits(*(getattr(self, field.name)[chosen] for field in fields(Hits)))

    def renumbered(self) -> Hits:
        """With events numbered from 0 on, without gaps."""
        _, number = np.unique(self.event, return_inverse=True)
        return replace(self, event=number.astype(np.int32))


def generate(settings: Settings) -> Hits:
    """All events at once."""
    return join(list(chunks(settings)))


def chunks(settings: Settings) -> Iterator[Hits]:
    """The same events, some at a time, for sets larger than memory; `event` counts through."""
    detector = sensors()
    for number, start in enumerate(range(0, settings.events, CHUNK)):
        # A chunk is always made whole: a shorter set is the beginning of a longer one.
        rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(settings.stream, number)))
        hits = _chunk(settings, detector, rng)
        kept = hits.take(hits.event < settings.events - start)
        yield Hits(kept.x, kept.y, kept.z, kept.plane, kept.event + np.int32(start), kept.track)


def join(parts: list[Hits]) -> Hits:
    """Several sets as one; their events must count through."""
    return Hits(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Hits)))


@dataclass(frozen=True)
class Tracks:
    """Particles: lines (x0 + tx z, y0 + ty z); n of them.

    Args:
        event: which event, (n,).
        x0, y0: at z = 0, mm, (n,).
        tx, ty: slopes along z, (n,).
        forward: whether z grows along the flight, (n,).
        start: z where it begins, mm, (n,).
        momentum: GeV, (n,).
    """

    event: NDArray[np.int64]
    x0: Real
    y0: Real
    tx: Real
    ty: Real
    forward: Flags
    start: Real
    momentum: Real


def _chunk(settings: Settings, detector: Sensors, rng: np.random.Generator) -> Hits:
    tracks = _tracks(settings, rng)
    owner, sensor, x, y = _crossings(settings, tracks, detector, rng)
    noise_event, noise_sensor, noise_x, noise_y = _noise(settings, detector, rng)
    number = np.bincount(owner, minlength=len(tracks.event))
    label = np.where(number[owner] >= LEAST_HITS, owner, NOISE)
    event = np.concatenate([tracks.event[owner], noise_event])
    sensor = np.concatenate([sensor, noise_sensor])
    track = np.concatenate([label, np.full(len(noise_event), NOISE)])
    smeared = [
        np.concatenate([clean + settings.resolution * rng.standard_normal(len(clean)), noise])
        for clean, noise in ((x, noise_x), (y, noise_y))
    ]
    # Within a plane hits lie in an order that says nothing about tracks: by x.
    order = np.lexsort((smeared[0], detector.plane[sensor], event))
    return Hits(
        x=smeared[0][order].astype(np.float32),
        y=smeared[1][order].astype(np.float32),
        z=detector.z[sensor][order].astype(np.float32),
        plane=detector.plane[sensor][order],
        event=event[order].astype(np.int32),
        track=_counted(event[order], track[order]),
    )


def _counted(event: NDArray[np.int64], track: NDArray[np.int64]) -> NDArray[np.int32]:
    """Tracks numbered from 0 on within each event; they ascend with the events already."""
    found, place = np.unique(track, return_inverse=True)
    first = np.full(CHUNK, len(found), np.int64)
    belongs = track != NOISE
    np.minimum.at(first, event[belongs], place[belongs])
    return np.where(belongs, place - first[event], NOISE).astype(np.int32)


def _tracks(settings: Settings, rng: np.random.Generator) -> Tracks:
    """Particles of all collisions of CHUNK events."""
    collisions = np.maximum(rng.poisson(settings.collisions, CHUNK), 1)
    crossing = np.repeat(np.arange(CHUNK), collisions)
    mean = rng.gamma(c.DISPERSION, c.TRACKS_PER_COLLISION / c.DISPERSION, len(crossing))
    vertex = np.repeat(np.arange(len(crossing)), rng.poisson(mean))
    middle, width = c.LUMINOUS_Z
    place_x, place_y = rng.normal(0.0, c.LUMINOUS_XY, (2, len(crossing)))
    place_z = rng.normal(middle, width, len(crossing))
    count = len(vertex)
    eta, phi = _pseudorapidity(rng, count), rng.uniform(-np.pi, np.pi, count)
    pt = c.PT_MEDIAN * np.exp(c.PT_SIGMA * rng.standard_normal(count))
    forward = eta > 0
    tx, ty = np.cos(phi) / np.sinh(eta), np.sin(phi) / np.sinh(eta)
    displaced = rng.random(count) < c.DISPLACED_SHARE
    away = displaced * rng.exponential(c.DISPLACEMENT, count)
    # A line's nearest point to the beam lies across its direction.
    across = np.where(rng.random(count) < 0.5, 1.0, -1.0) * away
    near_x, near_y = place_x[vertex] - np.sin(phi) * across, place_y[vertex] + np.cos(phi) * across
    near_z = place_z[vertex]
    flight = displaced * rng.exponential(c.FLIGHT, count)
    return Tracks(
        event=crossing[vertex],
        x0=near_x - tx * near_z,
        y0=near_y - ty * near_z,
        tx=tx,
        ty=ty,
        forward=forward,
        start=near_z + np.where(forward, flight, -flight),
        momentum=pt * np.cosh(eta),
    )


def _pseudorapidity(rng: np.random.Generator, count: int) -> Real:
    """Gaussian within the limits: what lies beyond is drawn again."""
    eta = c.ETA_SIGMA * rng.standard_normal(count)
    while (beyond := np.abs(eta) > c.ETA_LIMIT).any():
        eta[beyond] = c.ETA_SIGMA * rng.standard_normal(np.count_nonzero(beyond))
    return eta


def _crossings(
    settings: Settings, tracks: Tracks, detector: Sensors, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp], Real, Real]:
    """Which track crosses which sensor, and where: (track, sensor, x, y), by track and along z."""
    behind = np.where(tracks.forward[:, None], detector.z > tracks.start[:, None], detector.z < tracks.start[:, None])
    x = tracks.x0[:, None] + tracks.tx[:, None] * detector.z
    y = tracks.y0[:, None] + tracks.ty[:, None] * detector.z
    crossed = behind & detector.cover(x, y)
    # Scattered before efficiency: a hit that is lost scattered its track as well.
    owner, sensor = np.nonzero(crossed)
    x, y = x[owner, sensor], y[owner, sensor]
    if settings.scattering:
        x, y = (
            at + moved for at, moved in zip((x, y), _scattered(tracks, owner, detector.z[sensor], rng), strict=True)
        )
    kept = (rng.random(len(owner)) >= settings.inefficiency) & detector.cover(x, y, sensor)
    return owner[kept], sensor[kept], x[kept], y[kept]


def _scattered(tracks: Tracks, owner: NDArray[np.intp], z: Real, rng: np.random.Generator) -> Iterator[Real]:
    """By how much earlier crossings of a track move each crossing, in x and in y, mm.

    The standard deviation of a kink projected on a plane is 13.6 MeV / (beta c p) sqrt(l) (1 + 0.038 ln l), with l
    radiation lengths along the path [Particle Data Group, passage of particles through matter].
    """
    flow = np.where(tracks.forward[owner], 1.0, -1.0)
    order = np.lexsort((flow * z, owner))
    path = c.RADIATION_LENGTHS * np.sqrt(1.0 + tracks.tx**2 + tracks.ty**2)
    energy = np.sqrt(tracks.momentum**2 + c.PION_MASS**2)
    angle = 0.0136 * energy / tracks.momentum**2 * np.sqrt(path) * (1.0 + 0.038 * np.log(path))
    along = z[order]
    first = np.concatenate([[True], owner[1:] != owner[:-1]]) if len(owner) else np.zeros(0, np.bool_)
    begins = np.maximum.accumulate(np.where(first, np.arange(len(owner)), 0))
    # The slope along z changes by angle / cos^2 of the track's angle, in its plane; across it by angle / cos.
    stretch = np.sqrt(1.0 + tracks.tx**2 + tracks.ty**2)
    for _ in range(2):
        kink = (angle * stretch)[owner][order] * rng.standard_normal(len(owner))
        moved = along * _before(kink, begins) - _before(kink * along, begins)
        back = np.empty(len(owner))
        back[order] = moved
        yield back


def _before(values: Real, begins: NDArray[np.intp]) -> Real:
    """The sum of the values before each place, from where its group begins."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(total[:-1] - total[begins])


def _noise(
    settings: Settings, detector: Sensors, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.intp], Real, Real]:
    """Noise hits on the sensors: (event, sensor, x, y)."""
    # Points around the beam are covered by a module's sensors or not: four times as many are tried.
    tried = 4 * rng.poisson(settings.noise_hits, CHUNK)
    event = np.repeat(np.arange(CHUNK), tried)
    sensor = rng.integers(0, len(detector.z), len(event))
    low, high = np.log(c.NOISE_RADII)
    radius, phi = np.exp(rng.uniform(low, high, len(event))), rng.uniform(-np.pi, np.pi, len(event))
    x, y = radius * np.cos(phi), radius * np.sin(phi)
    inside = detector.cover(x, y, sensor)
    return event[inside], sensor[inside], x[inside], y[inside]
