"""How to train, and the shape of both networks, apart from Keras."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fpgaml.errors import FpgamlError

from . import constants as c


@dataclass(frozen=True)
class NetworkSettings:
    """Sizes of both networks.

    Attributes:
        filters, kernel, stride: of the convolution along an antenna's samples.
        pool: of its answers, those whose largest is a cell.
        pairs, reach, reach_stride: filters of the convolution over all antennas' cells, the cells that it sees, and
            those from one place to the next.
    """

    filters: int = 6
    kernel: int = 18
    stride: int = 2
    pool: int = 4
    pairs: int = 8
    reach: int = 4
    reach_stride: int = 2

    def __post_init__(self) -> None:
        sizes = (self.filters, self.stride, self.pool, self.pairs, self.reach, self.reach_stride)
        if (
            min(sizes) < 1
            or not 1 <= self.kernel <= c.SAMPLES // 2
            or self.stride * self.pool * self.reach > c.SAMPLES // 2
        ):
            reason = "sizes must be at least 1, and what one filter sees at most half a window"
            raise FpgamlError("radio_neutrino: network", reason)


@dataclass(frozen=True)
class Settings:
    """One training. The defaults are made for two CPU cores and 15 minutes.

    Attributes:
        output: the folder to fill.
        seed: of the parts of the data, of what is derived from them, of first weights and the order of events.
        data: windows of your own (see data.read); else the published ones.
        events: windows derived for training, half of them with a pulse.
        drawn: the part of the pulses that is drawn after the training windows' mean pulse; the others are theirs.
        validation: windows derived to watch training.
        held_out: windows that answers are recorded for.
        float_epochs, quantised_epochs: passes over the training windows.
        batch, learning_rate: of Adam; the rate falls to 1 % along a half cosine.
        betas: price of a bit operation at the start of the quantised training and from 60 % of it on.
        network: sizes.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    events: int = 60_000
    drawn: float = 0.5
    validation: int = 6_000
    held_out: int = 2_000
    float_epochs: int = 14
    quantised_epochs: int = 16
    batch: int = 256
    learning_rate: float = 3e-3
    betas: tuple[float, float] = (1e-8, 1e-6)
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def __post_init__(self) -> None:
        for name in ("events", "validation", "held_out", "float_epochs", "quantised_epochs", "batch"):
            if getattr(self, name) < 1:
                raise FpgamlError(f"radio_neutrino: {name}", "must be at least 1")
        if not (0 <= self.drawn <= 1 and self.learning_rate > 0 and 0 < self.betas[0] <= self.betas[1]):
            raise FpgamlError("radio_neutrino", "needs drawn from 0 to 1, learning_rate > 0 and 0 < betas, rising")
