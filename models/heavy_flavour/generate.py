"""Makes two-track vertices: beauty and charm decays, and what looks like them.

An event's bytes depend on its kind, the seed and its number alone: events are made in blocks, each with its own stream.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

Floats = NDArray[np.float64]
BLOCK = 5_000

BEAUTY, CHARM, BACKGROUND, LONG_LIVED = "beauty", "charm", "background", "long_lived"
KINDS = (BEAUTY, CHARM, BACKGROUND, LONG_LIVED)
"""The last: beauty hadrons whose lifetimes are flat up to 20 ps, so that each bin of lifetime is filled."""


@dataclass(frozen=True)
class Vertices:
    """Vertices after the preselection.

    Args:
        x: features between 0 and 8, (events, 4), float32, in the order of `constants.FEATURES`.
        lifetime: true proper time, ps, (events,); 0 of background.
    """

    x: NDArray[np.float32]
    lifetime: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.x)


def generate(kind: str, events: int, seed: int) -> Vertices:
    """The first events of a kind.

    Raises:
        FpgamlError: no such kind.
    """
    if kind not in KINDS:
        raise FpgamlError("heavy_flavour", f"there is no kind `{kind}`", f"Known: {', '.join(KINDS)}")
    parts = [_block(kind, seed, block) for block in range(-(-events // BLOCK))]
    joined = (np.concatenate([getattr(part, each.name) for part in parts])[:events] for each in fields(Vertices))
    return Vertices(*joined)


def scaled(raw: Floats) -> NDArray[np.float32]:
    """Features in their own units, (events, 4), as the network sees them: logarithms where that is said, 0 to 8."""
    columns = []
    for values, (low, high), logarithmic in zip(raw.T, c.RANGES, c.LOGARITHMIC, strict=True):
        line = np.log(np.maximum(values, 1e-10)) if logarithmic else values
        columns.append(c.SCALE * np.clip((line - low) / (high - low), 0.0, 1.0))
    return np.stack(columns, axis=1).astype(np.float32)


def impact_parameter_resolution(pt: Floats) -> Floats:
    """In mm, for transverse momenta in GeV."""
    return c.IP_CONSTANT_MM + c.IP_SLOPE_MM_GEV / pt


@dataclass(frozen=True)
class _Pairs:
    """Two tracks and their vertex: transverse momenta, impact parameters (mm), the flight's length and error (mm)."""

    pt: Floats
    ip: Floats
    sigma: Floats
    flight: Floats
    flight_sigma: Floats
    vertex_chi2: Floats
    lifetime: Floats

    def raw(self, rng: np.random.Generator) -> Floats:
        """The four features in their own units, measured."""
        events = len(self.flight)
        noise = rng.standard_normal((2, events, 2))
        ip_chi2 = (self.ip / self.sigma + noise[0]) ** 2 + noise[1] ** 2
        length, side = rng.standard_normal((2, events))
        fd_chi2 = (self.flight / self.flight_sigma + length) ** 2 + side**2
        return np.stack([fd_chi2, self.pt.sum(axis=1), self.vertex_chi2, ip_chi2.min(axis=1)], axis=1)

    def kept(self) -> NDArray[np.bool_]:
        """The preselection, the transverse momenta of both tracks taken as one direction."""
        hard = (self.pt.min(axis=1) > c.TRACK_PT_GEV) & (self.pt.sum(axis=1) > c.SV_PT_GEV)
        return np.asarray(hard & (self.vertex_chi2 < c.VERTEX_CHI2))


def _block(kind: str, seed: int, block: int) -> Vertices:
    """As many vertices as a block has, after the preselection."""
    rng = np.random.default_rng((seed, KINDS.index(kind), block))
    if kind != BACKGROUND:
        return _filled(rng, BLOCK, lambda: _decays(rng, kind))
    prompt = round(BLOCK * c.BACKGROUND_SHARES[0])
    strange = round(BLOCK * c.BACKGROUND_SHARES[2])
    parts = [
        _filled(rng, prompt, lambda: _prompt(rng)),
        _filled(rng, BLOCK - prompt - strange, lambda: _half_prompt(rng)),
        _filled(rng, strange, lambda: _strange(rng)),
    ]
    order = rng.permutation(BLOCK)
    x, lifetime = (np.concatenate([getattr(part, name) for part in parts])[order] for name in ("x", "lifetime"))
    return Vertices(x, np.zeros_like(lifetime))


def _filled(rng: np.random.Generator, events: int, make: Callable[[], _Pairs]) -> Vertices:
    """Pairs until enough pass."""
    xs, lifetimes, count = [], [], 0
    while count < events:
        pairs = make()
        kept = pairs.kept()
        xs.append(scaled(pairs.raw(rng)[kept]))
        lifetimes.append(pairs.lifetime[kept].astype(np.float32))
        count += int(kept.sum())
    return Vertices(np.concatenate(xs)[:events], np.concatenate(lifetimes)[:events])


def _decays(rng: np.random.Generator, kind: str) -> _Pairs:
    """Beauty or charm: lifetimes above the least one are exponential beyond it."""
    charm = kind == CHARM
    mass = c.CHARM_MASS_GEV if charm else c.BEAUTY_MASS_GEV
    pt = c.TRUE_PT_GEV + rng.exponential(c.CHARM_PT_GEV if charm else c.BEAUTY_PT_GEV, BLOCK)
    mean = rng.choice(c.CHARM_LIFETIMES_PS, BLOCK) if charm else np.full(BLOCK, c.BEAUTY_LIFETIME_PS)
    lifetime = c.TRUE_LIFETIME_PS + rng.exponential(mean)
    if kind == LONG_LIVED:
        lifetime = rng.uniform(c.LIFETIME_EDGES_PS[0], c.LIFETIME_EDGES_PS[-1], BLOCK)
    low, high = c.CHARM_TRACKS if charm else c.BEAUTY_TRACKS
    count = rng.integers(low, high, BLOCK, endpoint=True)
    shares = rng.exponential(1.0, (BLOCK, high)) * (np.arange(high) < count[:, None])
    shares = np.sort(shares / shares.sum(axis=1, keepdims=True), axis=1)[:, -2:]
    return _flown(rng, pt, mass, lifetime, shares * pt[:, None], c.KICK)


def _flown(rng: np.random.Generator, pt: Floats, mass: float, lifetime: Floats, tracks: Floats, kick: float) -> _Pairs:
    """A hadron that flies and decays into tracks of given transverse momenta."""
    flight = c.LIGHT_MM_PER_PS * lifetime * pt / mass
    across = rng.rayleigh(kick * mass * np.sqrt(2 / np.pi), tracks.shape)
    angle = np.minimum(across / np.maximum(tracks, 1e-3), 1.0)
    sigma = impact_parameter_resolution(np.maximum(tracks, 1e-3))
    # The tracks cross at an angle: their vertex is less well known along the flight than across it.
    flight_sigma = np.hypot(sigma[:, 0], sigma[:, 1]) / np.maximum(angle.sum(axis=1), 1e-2)
    chi2 = rng.chisquare(1, len(pt))
    return _Pairs(tracks, flight[:, None] * angle, sigma, flight, flight_sigma, chi2, lifetime)


def _prompt(rng: np.random.Generator) -> _Pairs:
    """Both tracks from the collision: nothing flies but for wrong measurements."""
    tracks = c.TRACK_PT_GEV + rng.exponential(c.PROMPT_PT_GEV, (BLOCK, 2))
    sigma = impact_parameter_resolution(tracks)
    off = sigma * rng.standard_normal(tracks.shape) * (rng.lognormal(0.0, c.TAIL, tracks.shape) - 0.5)
    nothing = np.zeros(BLOCK)
    flight = np.abs(off).mean(axis=1)
    return _Pairs(tracks, off, sigma, flight, np.hypot(sigma[:, 0], sigma[:, 1]), _mixed(rng, 0.5), nothing)


def _half_prompt(rng: np.random.Generator) -> _Pairs:
    """One track from a decay or from material, crossed by one from the collision."""
    first = _prompt(rng)
    ip, sigma = first.ip.copy(), first.sigma
    ip[:, 1] = rng.exponential(0.5, BLOCK)
    flight = np.minimum(ip[:, 1] / rng.uniform(0.05, 0.5, BLOCK), c.REACH_MM)
    flight_sigma = np.hypot(sigma[:, 0], sigma[:, 1]) / rng.uniform(0.05, 0.5, BLOCK)
    return _Pairs(first.pt, ip, sigma, flight, flight_sigma, _mixed(rng, 0.1), np.zeros(BLOCK))


def _strange(rng: np.random.Generator) -> _Pairs:
    """Strange decays within reach: far away, soft, and as good vertices as beauty's."""
    pt = rng.exponential(c.STRANGE_PT_GEV, 20 * BLOCK)
    lifetime = rng.exponential(c.STRANGE_LIFETIME_PS, len(pt))
    share = rng.uniform(0.1, 0.9, len(pt))
    pairs = _flown(rng, pt, c.STRANGE_MASS_GEV, lifetime, np.stack([share, 1 - share], 1) * pt[:, None], c.STRANGE_KICK)
    near = pairs.flight < c.REACH_MM
    return _Pairs(*(getattr(pairs, each.name)[near] for each in fields(_Pairs)))


def _mixed(rng: np.random.Generator, together: float) -> Floats:
    """Vertex chi2: a part of the pairs belongs together."""
    one, other = rng.chisquare(1, BLOCK), rng.uniform(0, c.VERTEX_CHI2, BLOCK)
    return np.where(rng.random(BLOCK) < together, one, other)
