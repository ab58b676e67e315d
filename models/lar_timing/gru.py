"""A recurrent network in the place of `networks.py`, as groups try them: a GRU on a causal convolution, five samples.

The window is the crossing's own sample and the four behind it. What a convolution or a cell does with a step is the
same for every step, types included, so that firmware may use one for all.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from fpgaml_models.common import saving
from fpgaml_models.common.fitting import Plan, bit_operations, fit, predict, rising
from hgq.config import HardSigmoidConfig, HardTanhConfig, LayerConfigScope, QuantizerConfig, QuantizerConfigScope
from hgq.layers import QGRU, QConv1D, QDense
from hgq.regularizers import MonoL1

from fpgaml.progress import Progress, Silent

from .evaluation import answered
from .generate import Settings as DataSettings
from .generate import chunks
from .metrics import evaluate
from .networks import KEPT_BIT, OUTPUTS
from .task import HEADLINE_SET, SETS
from .train import Settings as Training
from .train import pulse_loss, training_windows
from .windows import AFTER, BEFORE, RINGS, TEST, Samples, Windows, held_out, windows_of

STEPS = 1 + AFTER
"""Samples that it reads."""


@dataclass(frozen=True)
class Settings:
    """One training.

    Args:
        output: where quantised.keras, recorded.npz and training.json are written.
        seed: of the data, the starting weights and the order of windows.
        data: events of your own, for training; else they are generated.
        filters, kernel, units: sizes of the convolution and of the GRU.
        sequences, epochs, batch, learning_rate, betas, held_out: as in `train.Settings`.
        test_sequences: generated sequences of 64 crossings that resolutions are measured on.
    """

    output: Path
    seed: int = 1
    data: Path | None = None
    filters: int = 4
    kernel: int = 2
    units: int = 16
    sequences: int = 12_000
    epochs: int = 80
    batch: int = 1024
    learning_rate: float = 6e-3
    betas: tuple[float, float] = (1e-6, 1e-4)
    held_out: int = 2_000
    test_sequences: int = 2_000


RISING = 0.7
"""Part of the training in which the price of a bit operation rises; then the weights settle at it."""


def network(settings: Settings) -> keras.Model:
    """Input (5, rings) in GeV, output (2,): energy, and energy times time, as of the convolutional network.

    Gates are hard ones: what saturates in them are quantizers, which cut off bits instead of rounding.
    """
    with (
        QuantizerConfigScope(place=("weight", "bias"), default_q_type="kbi", overflow_mode="SAT_SYM", b0=6),
        QuantizerConfigScope(place="datalane", default_q_type="kif", overflow_mode="SAT", i0=6, f0=6),
        LayerConfigScope(enable_ebops=True, beta0=settings.betas[0]),
    ):
        samples = keras.Input((STEPS, RINGS), name="samples")
        price = MonoL1(KEPT_BIT)
        # Causal: HGQ2 cannot count bit operations of padding="causal".
        before = keras.layers.ZeroPadding1D((settings.kernel - 1, 0), name="before")
        filters = QConv1D(
            settings.filters,
            settings.kernel,
            activation="relu",
            parallelization_factor=1,
            iq_conf=QuantizerConfig("default", "datalane", homogeneous_axis=(0, 1)),
            enable_oq=True,
            oq_conf=QuantizerConfig("default", "datalane", homogeneous_axis=(0, 1), ir=price, fr=price),
            name="filters",
        )
        cut = {"place": "datalane", "round_mode": "TRN"}
        state = QGRU(
            settings.units,
            iq_conf=QuantizerConfig(**cut),
            sq_conf=QuantizerConfig(**cut),
            rhq_conf=QuantizerConfig(**cut),
            paq_conf=HardTanhConfig(**cut),
            praq_conf=HardSigmoidConfig(**cut),
            name="state",
        )
        pulse = QDense(OUTPUTS, iq_conf=QuantizerConfig(**cut), name="pulse")
        return keras.Model(samples, pulse(state(filters(before(samples)))), name="lar_timing_gru")


def main(settings: Settings, progress: Progress | None = None) -> None:
    """Train, and measure on crossings that nothing was trained on."""
    progress, began = progress or Silent(), time.monotonic()
    wanted = Training(settings.output, seed=settings.seed, data=settings.data, sequences=settings.sequences)
    training, validation = ((five(part.x), part.target) for part in training_windows(wanted, progress))
    keras.utils.set_random_seed(settings.seed)
    model = network(settings)
    plan = Plan(
        "gru",
        settings.epochs,
        settings.batch,
        pulse_loss,
        settings.learning_rate,
        settings.seed,
        settings=saving.plain(settings),
        before_epoch=rising(settings.betas, RISING),
    )
    history = fit(model, plan, training, validation, settings.output / "checkpoints", progress)
    saving.save_network(model, lambda: network(settings), settings.output / saving.QUANTISED)
    x = five(held_out(settings.held_out, settings.seed).x)
    saving.save_answers(settings.output / saving.RECORDED, x, predict(model, x))
    result = {
        "effective_bit_operations": bit_operations(model),
        "seconds": round(time.monotonic() - began, 1),
        "history": {"quantised": history},
        "metrics": _measured(model, settings),
    }
    saving.save_training(settings.output, "lar_timing", settings, result)


def five(x: Samples) -> Samples:
    """Of windows (m, 12, rings) the samples that the network reads."""
    return x[:, BEFORE : BEFORE + STEPS]


def _measured(model: keras.Model, settings: Settings) -> dict[str, object]:
    """Resolutions of the headline's test set, on part of its crossings."""
    collisions, crosstalk = SETS[HEADLINE_SET]
    wanted = DataSettings(
        settings.test_sequences, seed=settings.seed, stream=TEST, pileup=(collisions,), crosstalk=crosstalk
    )
    parts = [windows_of(events) for events in chunks(wanted)]
    every = Windows(*(np.concatenate([getattr(part, name) for part in parts]) for name in Windows.__annotations__))
    found = evaluate(every, *answered(predict(model, five(every.x))))
    names = ("headline_energy_resolution_gev", "energy_core_gev", "energy_bias_gev", "time_core_ns")
    return {name: found[name] for name in names}


def train(folder: Path, seed: int, data: Path | None, progress: Progress) -> None:
    """With the defaults of `Settings`."""
    main(Settings(folder, seed=seed, data=data), progress)


if __name__ == "__main__":
    saving.command_line("Train the recurrent liquid-argon network.", train)
