"""Which designs to look at next, from those that are finished: the same ones for the same history, whoever asks.

Every design has a sampler of its own, whose seed is that of the study and the design's number. What a sampler knows
comes from the finished designs alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.explore.children import Children, key
from fpgaml.explore.objectives import Objective
from fpgaml.explore.space import Bits, Space

if TYPE_CHECKING:
    import optuna

GENERATION = 20
"""Designs that are asked for at once."""


def next_designs(
    trials: Sequence[optuna.trial.FrozenTrial], space: Space, objectives: Sequence[Objective], seed: int
) -> Iterator[optuna.trial.FrozenTrial]:
    """The designs that are wanting in the last generation; where it is whole, a new generation.

    Args:
        trials: all that were asked for, by number.
    """
    optuna = import_optuna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study = optuna.create_study(directions=directions_of(objectives))
        for trial in trials:
            study.add_trial(trial)
        starts = list(space.starts(GENERATION, seed)) if len(trials) < GENERATION else []
        for number in range(len(trials), (len(trials) // GENERATION + 1) * GENERATION):
            known = frozenset(key(trial.params) for trial in study.get_trials(deepcopy=False))
            study.sampler = _sampler(objectives, space, known, seed, number)
            if number < GENERATION:
                study.enqueue_trial(starts[number])
            yield _asked(study, space)


def directions_of(objectives: Sequence[Objective]) -> list[str]:
    """In optuna's words."""
    return ["maximize" if each.most else "minimize" for each in objectives]


def _asked(study: optuna.Study, space: Space) -> optuna.trial.FrozenTrial:
    live = study.ask()
    # Reading it makes the design one of its generation, even where all its values are given.
    _ = live.relative_params
    for each in space.dimensions:
        if isinstance(each, Bits):
            live.suggest_int(each.name, each.low, each.high)
        else:
            live.suggest_categorical(each.name, list(each.options))
    return study.get_trials(deepcopy=True)[live.number]


def _sampler(
    objectives: Sequence[Objective], space: Space, known: frozenset[str], seed: int, number: int
) -> optuna.samplers.BaseSampler:
    samplers = import_optuna().samplers
    own = int(np.random.default_rng([seed, number]).integers(2**31))
    several: Callable[..., optuna.samplers.BaseSampler] = samplers.NSGAIISampler
    one: Callable[..., optuna.samplers.BaseSampler] = samplers.TPESampler
    if len(objectives) == 1:
        return one(n_startup_trials=GENERATION, seed=own)
    return several(population_size=GENERATION, child_generation_strategy=Children(space, known, own), seed=own)


def import_optuna() -> Any:
    """The library.

    Raises:
        FpgamlError: it is not installed.
    """
    try:
        import optuna
    except ImportError:
        reason = "needs optuna, which is not installed"
        raise FpgamlError("fpgaml explore", reason, "Install it: pip install 'fpgaml[explore]'") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna
