"""Events of several channels as the frames of a core that takes a beat of each in turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fpgaml.cosim.bulk.result import Values
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port


def in_turn(values: Values, beat: int, channels: int) -> Values:
    """So many events, each of shape (events, *shape), as one frame of shape (elements,); the last one is filled up.

    Args:
        beat: elements, which divide an event's.
    """
    if channels == 1:
        return values
    found = {}
    for name, value in values.items():
        frames = -(-value.shape[0] // channels)
        filled = np.take(value.integers, np.arange(frames * channels), axis=0, mode="wrap")
        beats = filled.reshape(frames, channels, -1, beat).swapaxes(1, 2)
        found[name] = FixedArray(np.ascontiguousarray(beats).reshape(frames, -1), value.fractional)
    return found


def out_of_turn(values: Values, ports: Sequence[Port], beat: int, channels: int) -> Values:
    """Frames of `in_turn` as events again, of shape (events, *shape); what fills up the last frame is among them.

    Args:
        ports: of one event, each.
    """
    if channels == 1:
        return values
    found = {}
    for port in ports:
        frames = values[port.name].integers
        events = frames.reshape(len(frames), -1, channels, beat).swapaxes(1, 2)
        shaped = np.ascontiguousarray(events).reshape(-1, *port.shape)
        found[port.name] = FixedArray(shaped, values[port.name].fractional)
    return found
