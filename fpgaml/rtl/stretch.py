"""A stretch of an endless stream, and all results that belong to it, by the Graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fpgaml.emulator.engine import Engine, Interpreter
from fpgaml.graph.graph import Graph
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.proof.checks import chunk_events
from fpgaml.rtl.core import Continuous

BEATS = 4096
"""Of a stretch that is simulated with everything that a bench does, at most, of all channels."""


@dataclass(frozen=True)
class Stretch:
    """Beats as they come, channels in turn, and results as they come.

    Args:
        beats: shape (beats, elements a beat); results: shape (results, elements).
    """

    beats: FixedArray
    results: FixedArray


def stretch_of(
    graph: Graph, continuous: Continuous, windows: FixedArray, most: int | None = None, engine: Engine | None = None
) -> Stretch:
    """Windows one after another, some to each channel: those that lie across two of them are new.

    Args:
        graph: the network as the stream feeds it, its input's types the same at every position.
        windows: shape (events, *window).
        most: take no more beats than that, windows from all over.
        engine: what runs the graph; the interpreter by default.
    """
    channels, length = continuous.channels, continuous.window.shape[0]
    each = max(windows.shape[0] // channels, 2)
    if most is not None:
        each = max(min(each, most * continuous.samples // (channels * length)), 2)
    picked = np.linspace(0, windows.shape[0] - 1, each * channels).round().astype(np.int64)
    streams = windows.integers[picked].reshape(channels, each * length, *windows.shape[2:])
    beats = each * length // continuous.samples
    streams = streams[:, : beats * continuous.samples]
    engine = engine or Interpreter(graph)
    results = [results_of(graph, continuous, FixedArray(one, windows.fractional), engine) for one in streams]
    turns = streams.reshape(channels, beats, -1).swapaxes(0, 1).reshape(beats * channels, -1)
    return Stretch(FixedArray(turns, windows.fractional), in_turn(results))


def results_of(graph: Graph, continuous: Continuous, samples: FixedArray, engine: Engine) -> FixedArray:
    """What the Graph says of every window that a channel's samples let out.

    Args:
        samples: shape (samples, *position), the first after a reset first.

    Returns:
        Shape (results, elements), in the result's own step.
    """
    count = continuous.results(samples.shape[0] // continuous.samples)
    length, hop, port = continuous.window.shape[0], continuous.hop, continuous.result
    # What is beyond the end is not read: the core would wait for it.
    missing = max((count - 1) * hop + length - samples.shape[0], 0)
    padded = np.pad(samples.integers, ((0, missing), *[(0, 0)] * (len(samples.shape) - 1)))
    windows = np.moveaxis(np.lib.stride_tricks.sliding_window_view(padded, length, 0)[::hop][:count], -1, 1)
    step, parts = chunk_events(graph), [np.zeros((0, port.size), np.int64)]
    for start in range(0, count, step):
        part = FixedArray(np.ascontiguousarray(windows[start : start + step]), samples.fractional)
        found = engine.run({graph.inputs[0].name: part})[graph.outputs[0]]
        parts.append(np.asarray(found.at(port.fractional)).reshape(-1, port.size))
    return FixedArray(np.concatenate(parts), port.fractional)


def in_turn(channels: Sequence[FixedArray]) -> FixedArray:
    """The channels' results, each of shape (results, elements), one of each after another."""
    codes: Ints = np.stack([channel.integers for channel in channels], axis=1)
    return FixedArray(codes.reshape(-1, codes.shape[-1]), channels[0].fractional)
