"""Judge all triggers on the same test events, and write metrics, scores and held-out events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.progress import Progress

from . import constants as c
from .baseline import SCAN, level1_scan, peak_over_rms
from .events import Events, made
from .generate import Settings as Generator
from .generate import Stream, chunks, to_input
from .metrics import evaluate, evaluate_settings
from .settings import Settings, as_json

CHUNK = 2048

Scores = dict[str, NDArray[Any]]


def judge(models: dict[str, Any], test: Events | None, settings: Settings, progress: Progress) -> dict[str, Any]:
    """Score, evaluate and write.

    Args:
        models: trained networks by name.
        test: events to judge with, or None: they are generated, a chunk at a time.
        settings: of the run.
        progress: hears what is done.

    Returns:
        What metrics.json holds.
    """
    signal = _score(models, test, settings, True, progress)
    background = _score(models, test, settings, False, progress)
    heldout = _heldout(test, settings)
    answers = models["quantised"].predict(to_input(heldout.traces), batch_size=512, verbose=0)
    np.savez_compressed(
        settings.output / "heldout.npz", x=to_input(heldout.traces), y=answers, truth=heldout.signal.astype(np.int8)
    )
    scores: dict[str, Any] = {f"signal_{name}": values for name, values in signal.items()}
    scores |= {f"background_{name}": values for name, values in background.items()}
    np.savez_compressed(settings.output / "scores.npz", **scores)
    metrics = {
        "task": "grand_trigger",
        "data": c.DATA_LABEL if settings.data is None else "a group's own",
        "assumptions": list(c.ASSUMPTIONS) if settings.data is None else [],
        "settings": as_json(settings),
        "versions": {package: version(package) for package in ("keras", "hgq2", "jax", "numpy")},
        "parameters": {name: weights(model) for name, model in models.items()},
        "triggers": reports(signal, background),
    }
    (settings.output / "metrics.json").write_text(json.dumps(metrics, indent=1))
    return metrics


def reports(signal: Scores, background: Scores) -> dict[str, Any]:
    """Metrics of every trigger from the scores of the test events, as `judge` stores them."""
    snr = np.nan_to_num(signal["snr"], nan=-1.0)  # in none of the bins
    found = {
        name: evaluate(values, snr, background[name]).as_dict()
        for name, values in signal.items()
        if name not in ("snr", "level1")
    }
    return found | {
        "level1": evaluate_settings(signal["level1"], snr, background["level1"], [one.title for one in SCAN])
    }


def weights(model: Any) -> int:
    """Kernels and biases that a network applies, without the quantizers' own variables."""
    return sum(
        int(np.prod(variable.shape))
        for layer in model.layers
        for variable in (getattr(layer, "_kernel", None), getattr(layer, "bias", None))
        if variable is not None
    )


def scores_of(model: Any, traces: NDArray[np.int16]) -> NDArray[np.float64]:
    """A network's logits, shape (events,)."""
    return np.asarray(model.predict(to_input(traces), batch_size=512, verbose=0), dtype=np.float64).reshape(-1)


def _score(models: dict[str, Any], test: Events | None, settings: Settings, signal: bool, progress: Progress) -> Scores:
    """Scores of every trigger for the test events of one class, and the events' SNR."""
    collected: dict[str, list[NDArray[Any]]] = {}
    total = (settings.test_signal if signal else settings.test_background) if test is None else test.of(signal).size
    parts = _made_chunks(settings, signal) if test is None else _read_chunks(test.of(signal))
    with progress.bar(f"test events, {'signal' if signal else 'background'}", total) as advance:
        for part in parts:
            found: Scores = {name: scores_of(model, part.traces) for name, model in models.items()}
            found["peak_over_rms"] = peak_over_rms(part.traces)
            found["level1"] = level1_scan(part.traces)
            found["snr"] = part.snr
            for name, values in found.items():
                collected.setdefault(name, []).append(values)
            advance(part.size)
    return {name: np.concatenate(values) for name, values in collected.items()}


def _made_chunks(settings: Settings, signal: bool) -> Iterator[Events]:
    total = settings.test_signal if signal else settings.test_background
    for windows in chunks(Generator(settings.seed, Stream.TEST, signal), total, CHUNK):
        snr = windows.snr if signal else np.full(windows.events, np.nan)
        yield Events(windows.traces, np.full(windows.events, int(signal), np.int8), snr)


def _read_chunks(events: Events) -> Iterator[Events]:
    for first in range(0, events.size, CHUNK):
        yield events.take(slice(first, first + CHUNK))


def _heldout(test: Events | None, settings: Settings) -> Events:
    if test is None:
        return made(settings.seed, Stream.HELD_OUT, settings.heldout // 2)
    return test.take(slice(settings.heldout))
