"""How to train, and the shape of the quantised network, apart from Keras."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class QuantisedSettings:
    """The shape and the first bit widths of the quantised network; training makes widths smaller.

    Attributes:
        filters, kernels, strides: of each convolution, without padding.
        pool: samples that one cell of the last convolution's maximum spans.
        hidden: nodes of the dense layer before the last.
        input_bits: width of the input with its sign; its range is +-2^input_integer in counts / 2^INPUT_SHIFT.
        weight_bits, activation_bits: fractional bits to begin with.
        cost: weight of the effective bit operations in the loss, of one position of each convolution, as they are
            built when they stream.
    """

    filters: tuple[int, ...] = (16, 8, 8)
    kernels: tuple[int, ...] = (8, 6, 5)
    strides: tuple[int, ...] = (2, 4, 2)
    pool: int = 4
    hidden: int = 8
    input_bits: int = 8
    input_integer: int = 3
    weight_bits: int = 6
    activation_bits: int = 5
    cost: float = 3e-7


@dataclass(frozen=True)
class Settings:
    """How to train. The defaults are made for two CPU cores and 15 minutes.

    Attributes:
        output: the folder to fill.
        seed: of the data, the first weights and the order of events.
        train_each, validation_each: events of each class.
        held_out: events that answers are recorded for, half of them signal.
        float_epochs: of the published network, which no firmware is made from: 30 take it to where its loss is flat,
            in twice the time of all the rest.
        pretraining_epochs, quantised_epochs: of the quantised network, first in floating point.
        batch, learning_rate: of Adam; the rate falls to 2 % along a half cosine.
        network: the shape of the quantised network.
        data: a group's own events in place of generated ones; see `events.read`.
    """

    output: Path
    seed: int = 1
    train_each: int = 30_000
    validation_each: int = 2_000
    held_out: int = 2_000
    float_epochs: int = 8
    pretraining_epochs: int = 30
    quantised_epochs: int = 40
    batch: int = 128
    learning_rate: float = 2e-3
    network: QuantisedSettings = field(default_factory=QuantisedSettings)
    data: Path | None = None
