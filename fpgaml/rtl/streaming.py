"""Times and sizes of the shells around a streaming core, all of them arithmetic on what its boundary declares.

Cycles are counted from the edge at which the axis shell accepts the first beat of a frame, with the densest beats into
an idle core and a sink that is always ready: the gate's register hands the beat to the core one cycle later, a beat of
the result at y is taken from the FIFO a cycle after it was written, and is transferred a cycle after that.
"""

from __future__ import annotations

from fpgaml.rtl.core import Boundary

GATE = 1
"""Cycles that the register at the input takes, of either shell."""
FIFO = 1
EXIT = 1
"""Cycles that the FIFO of results and the register behind it take, of the axis shell."""


def end_known(core: Boundary) -> int:
    """Cycle in which the last beat of a frame is accepted: from then on it is known whether the frame is whole."""
    return (core.beats_in - 1) * core.spacing


def axis_latency(core: Boundary) -> int:
    """To the first beat of the result; a result of one beat waits for its frame's end."""
    first = core.latency if core.beats_out > 1 else max(core.latency, end_known(core))
    return GATE + first + FIFO + EXIT


def axis_drain(core: Boundary) -> int:
    """To the last beat of the result, which waits for its frame's end."""
    return GATE + max(core.last, end_known(core)) + FIFO + EXIT


def places(core: Boundary) -> int:
    """Beats of results that the axis shell's FIFO must hold for frames to begin every `interval` cycles.

    A frame claims a place for each beat of its result when it begins, and a place is back for the edge after the one
    at which its beat was taken from the FIFO. A frame that began n intervals ago still holds the places of those beats
    that are taken later: at most one for each cycle until its last. No beat arrives where none is claimed, whatever
    the sink does and however the source pauses.
    """
    back = axis_drain(core) - EXIT + 1
    held, ago = core.beats_out, core.interval
    while back > ago:
        held += min(core.beats_out, back - ago)
        ago += core.interval
    return held


def frames(core: Boundary) -> int:
    """Frames that may have begun without their whole result being taken from the FIFO: all but the oldest hold all
    their places, the oldest at least one.
    """
    return (places(core) - 1) // core.beats_out + 1
