"""Makes calorimeter images: pile-up with jets, three signals over it, and outliers for the students' training.

An image's bytes depend on its kind, the seed and its number alone: events are made in blocks of 5,000, each with its
own random stream, so that any way of cutting a sample into chunks gives the same images.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

Floats = NDArray[np.float64]
Images = NDArray[np.uint16]

BLOCK = 5_000
"""Events that share one random stream."""

BACKGROUND = "background"
HARD, SOFT, DISPLACED = "hard_clusters", "soft_multiplicity", "displaced_region"
SIGNALS = (HARD, SOFT, DISPLACED)
KINDS = (BACKGROUND, *SIGNALS)


@dataclass(frozen=True)
class Crossing:
    """What happens in a bunch crossing; the defaults and their sources are in `constants`.

    Args:
        pileup: mean number of interactions.
        density_gev: transverse energy of one interaction per unit of pseudorapidity and radian, GeV.
        deposit_gev: mean energy of one deposit, GeV.
        jet_pair_probability: pairs of jets for one interaction.
        jet_power: the rate of jets above E falls as E**-jet_power.
        step_gev: transverse energy of one count, GeV.
    """

    pileup: float = c.PILEUP
    density_gev: float = c.DENSITY_GEV
    deposit_gev: float = c.DEPOSIT_GEV
    jet_pair_probability: float = c.JET_PAIR_PROBABILITY
    jet_power: float = c.JET_POWER
    step_gev: float = c.ET_STEP_GEV

    def __post_init__(self) -> None:
        for name in ("pileup", "density_gev", "deposit_gev", "step_gev", "jet_power"):
            if not getattr(self, name) > 0:
                raise FpgamlError("calo_anomaly", f"{name} is {getattr(self, name)}", "Give a number above 0")
        if not 0 <= self.jet_pair_probability <= 1:
            raise FpgamlError(
                "calo_anomaly", f"jet_pair_probability is {self.jet_pair_probability}", "Give a number from 0 to 1"
            )

    @property
    def deposits(self) -> Floats:
        """Mean number of deposits that one interaction leaves in a region, shape (14,)."""
        area = np.diff(c.ETA_EDGES) * 2 * np.pi / c.PHI
        return area * self.density_gev / self.deposit_gev


@dataclass(frozen=True)
class Sample:
    """Images of one kind, with the truth.

    Args:
        kind: one of `KINDS`.
        images: counts, shape (events, 18, 14), uint16, 0 to 1023; axes azimuth, pseudorapidity.
        interactions: pile-up interactions of each event, shape (events,).
        jet_gev: transverse energy of the leading jet before acceptance and digitisation, GeV; 0 without one.
        signal_gev: transverse energy that the signal put into the image, GeV; 0 for background.
    """

    kind: str
    images: Images
    interactions: NDArray[np.int64]
    jet_gev: Floats
    signal_gev: Floats

    def __len__(self) -> int:
        return len(self.images)


def generate(kind: str, events: int, seed: int, start: int = 0, crossing: Crossing | None = None) -> Sample:
    """Events number start to start + events - 1 of a kind.

    Args:
        kind: one of `KINDS`.
        seed: of the whole sample.

    Raises:
        FpgamlError: no such kind, or a negative number.
    """
    if kind not in KINDS:
        raise FpgamlError("calo_anomaly", f"there is no kind `{kind}`", f"Known: {', '.join(KINDS)}")
    if min(events, seed, start) < 0:
        raise FpgamlError("calo_anomaly", "events, seed and start are not negative", "Give numbers from 0")
    crossing = crossing or Crossing()
    stop = start + events
    parts = []
    for block in range(start // BLOCK, -(-stop // BLOCK)):
        inside = slice(max(start - block * BLOCK, 0), min(stop - block * BLOCK, BLOCK))
        parts.append(_cut(_block(kind, seed, block, crossing), inside))
    return _joined(kind, parts)


def chunks(
    kind: str, events: int, seed: int, size: int = 10 * BLOCK, crossing: Crossing | None = None
) -> Iterator[Sample]:
    """The first `events` events of a kind, `size` at a time.

    Raises:
        FpgamlError: as for `generate`.
    """
    for start in range(0, events, size):
        yield generate(kind, min(size, events - start), seed, start, crossing)


def exposed(images: Images, seed: int, step_gev: float = c.ET_STEP_GEV) -> Images:
    """Outlier exposure: images with random regions heated, from one region a little to all of them a lot.

    It knows no signal. The number of regions and their mean energy are flat in their logarithms.

    Args:
        images: counts, shape (events, 18, 14).

    Returns:
        As many images, other arrays.
    """
    parts = []
    for start in range(0, len(images), BLOCK):
        part = images[start : start + BLOCK]
        # Half a count stands for what truncation took.
        energies = (part.astype(np.float64) + 0.5) * step_gev
        _outliers(np.random.default_rng((seed, len(KINDS), start)), len(part)).add_to(energies)
        parts.append(digitise(energies, step_gev))
    return np.concatenate(parts) if parts else np.zeros_like(images)


def pileup_energies(rng: np.random.Generator, interactions: NDArray[np.int64], crossing: Crossing) -> Floats:
    """Pile-up without jets, before digitisation, GeV.

    Each of N interactions leaves Poisson(r) deposits in a region, exponential with mean e: the sum is a Gamma of shape
    Poisson(N r). For a region its mean is mu r e and its variance mu r e^2 (2 + r); two regions have the covariance
    mu r1 r2 e^2, for they share N.

    Returns:
        Shape (events, 18, 14).
    """
    means = np.broadcast_to(interactions[:, None, None] * crossing.deposits, (len(interactions), c.PHI, c.ETA))
    return crossing.deposit_gev * rng.standard_gamma(rng.poisson(means).astype(np.float64))


def digitise(energies: Floats, step_gev: float = c.ET_STEP_GEV) -> Images:
    """Counts of 10 bits: truncated, saturating at 1023; energies are not negative."""
    counts: Images = np.minimum(energies / step_gev, c.ET_MAX).astype(np.uint16)
    return counts


@dataclass(frozen=True)
class _Deposits:
    """Energies put into regions: one entry a deposit; rings other than 0 to 13 are out of sight."""

    event: NDArray[np.int64]
    phi: NDArray[np.int64]
    eta: NDArray[np.int64]
    gev: Floats

    def add_to(self, energies: Floats) -> Floats:
        """Add them to images of shape (events, 18, 14) in place; the energy that each event received, GeV."""
        seen = (self.eta >= 0) & (self.eta < c.ETA)
        event, gev = self.event[seen], self.gev[seen]
        flat = (event * c.PHI + self.phi[seen] % c.PHI) * c.ETA + self.eta[seen]
        energies += np.bincount(flat, gev, energies.size).reshape(energies.shape)
        received: Floats = np.bincount(event, gev, len(energies)).astype(np.float64)
        return received


def _block(kind: str, seed: int, block: int, crossing: Crossing) -> Sample:
    rng = np.random.default_rng((seed, KINDS.index(kind), block))
    interactions = rng.poisson(crossing.pileup, BLOCK)
    energies = pileup_energies(rng, interactions, crossing)
    jet_gev = _add_jets(rng, energies, interactions, crossing)
    signal_gev = np.zeros(BLOCK)
    if kind != BACKGROUND:
        signal_gev = _ADDED[kind](rng, BLOCK).add_to(energies)
    return Sample(kind, digitise(energies, crossing.step_gev), interactions, jet_gev, signal_gev)


def _add_jets(
    rng: np.random.Generator, energies: Floats, interactions: NDArray[np.int64], crossing: Crossing
) -> Floats:
    """Pairs of jets back to back, in place; the leading jet of each event, GeV."""
    event = np.repeat(np.arange(len(interactions)), rng.binomial(interactions, crossing.jet_pair_probability))
    pairs = len(event)
    # 1 - random() is never 0.
    first = np.minimum(c.JET_MIN_GEV * (1 - rng.random(pairs)) ** (-1 / crossing.jet_power), c.JET_MAX_GEV)
    second = first * np.clip(rng.normal(1, c.JET_BALANCE, pairs), 0.2, 1.8)
    azimuth = rng.random(pairs)
    opposite = azimuth + 0.5 + rng.normal(0, c.JET_ACOPLANARITY, pairs) / (2 * np.pi)
    gev = np.concatenate([first, second])
    turns = np.concatenate([azimuth, opposite])
    both = np.concatenate([event, event])
    _clusters(rng, both, gev, np.floor(turns * c.PHI).astype(np.int64)).add_to(energies)
    leading = np.zeros(len(interactions))
    np.maximum.at(leading, both, gev)
    return leading


def _clusters(
    rng: np.random.Generator, event: NDArray[np.int64], gev: Floats, phi: NDArray[np.int64] | None = None
) -> _Deposits:
    """Clusters of 1 to 4 regions in a 2 x 2 block that grows in a random direction from the first region."""
    count = len(event)
    phi = rng.integers(0, c.PHI, count) if phi is None else phi
    eta = _rings(rng.uniform(c.ETA_EDGES[0], c.ETA_EDGES[-1], count))
    covered = rng.integers(c.CLUSTER_REGIONS[0], c.CLUSTER_REGIONS[1] + 1, count)
    share = rng.standard_exponential((count, 4)) * (np.arange(4) < covered[:, None])
    share /= share.sum(axis=1, keepdims=True)
    aside, along = (rng.choice((-1, 1), (count, 1)) for _ in range(2))
    phis = phi[:, None] + aside * np.array([0, 1, 0, 1])
    etas = eta[:, None] + along * np.array([0, 0, 1, 1])
    return _Deposits(np.repeat(event, 4), phis.ravel(), etas.ravel(), (gev[:, None] * share).ravel())


def _hard_clusters(rng: np.random.Generator, events: int) -> _Deposits:
    event = np.repeat(np.arange(events), rng.integers(c.CLUSTERS[0], c.CLUSTERS[1] + 1, events))
    return _clusters(rng, event, _log_flat(rng, c.CLUSTER_GEV, len(event)))


def _soft_multiplicity(rng: np.random.Generator, events: int) -> _Deposits:
    event = np.repeat(np.arange(events), rng.integers(c.SOFT_DEPOSITS[0], c.SOFT_DEPOSITS[1] + 1, events))
    cosine = rng.uniform(-1, 1, len(event))
    transverse = c.SOFT_GEV * rng.standard_exponential(len(event)) * np.sqrt(1 - cosine**2)
    phi = rng.integers(0, c.PHI, len(event))
    return _Deposits(event, phi, _rings(np.arctanh(np.clip(cosine, -0.9999, 0.9999))), transverse)


def _displaced_region(rng: np.random.Generator, events: int) -> _Deposits:
    eta = _rings(rng.uniform(c.ETA_EDGES[0], c.ETA_EDGES[-1], events))
    phi = rng.integers(0, c.PHI, events)
    return _Deposits(np.arange(events), phi, eta, _log_flat(rng, c.DISPLACED_GEV, events))


def _outliers(rng: np.random.Generator, events: int) -> _Deposits:
    regions = np.floor(_log_flat(rng, (c.OUTLIER_REGIONS[0], c.OUTLIER_REGIONS[1] + 1), events)).astype(np.int64)
    mean = np.minimum(_log_flat(rng, c.OUTLIER_GEV, events), c.OUTLIER_TOTAL_GEV / regions)
    # The first `regions` of a random order of all regions.
    order = rng.permuted(np.broadcast_to(np.arange(c.REGIONS), (events, c.REGIONS)), axis=1)
    event, place = np.nonzero(np.arange(c.REGIONS) < regions[:, None])
    phi, eta = np.divmod(order[event, place], c.ETA)
    return _Deposits(event, phi, eta, mean[event] * rng.standard_exponential(len(event)))


_ADDED: Mapping[str, Callable[[np.random.Generator, int], _Deposits]] = {
    HARD: _hard_clusters,
    SOFT: _soft_multiplicity,
    DISPLACED: _displaced_region,
}


def _log_flat(rng: np.random.Generator, ends: tuple[float, float], count: int) -> Floats:
    return np.exp(rng.uniform(np.log(ends[0]), np.log(ends[1]), count))


def _rings(pseudorapidity: Floats) -> NDArray[np.int64]:
    """The ring of a pseudorapidity: 0 to 13; -1 or 14 outside."""
    return np.searchsorted(c.ETA_EDGES, pseudorapidity, side="right") - 1


def _cut(sample: Sample, inside: slice) -> Sample:
    return Sample(
        sample.kind,
        sample.images[inside],
        sample.interactions[inside],
        sample.jet_gev[inside],
        sample.signal_gev[inside],
    )


def _joined(kind: str, parts: list[Sample]) -> Sample:
    if not parts:
        empty = np.zeros(0)
        return Sample(kind, np.zeros((0, c.PHI, c.ETA), np.uint16), np.zeros(0, np.int64), empty, empty)
    return Sample(
        kind,
        np.concatenate([p.images for p in parts]),
        np.concatenate([p.interactions for p in parts]),
        np.concatenate([p.jet_gev for p in parts]),
        np.concatenate([p.signal_gev for p in parts]),
    )
