"""Conventional triggers: peak over RMS, and the level-1 trigger of a GRAND station with its registers.

The registers, their widths, units and defaults are those of the station's control program (grand-daq-master e57da09,
gui/DAQgui.py). Its firmware is not public; what it does with them is told as in the collaboration's offline emulation
(grandlib, T1 trigger), one sample after the other. Where readings differ, `Level1Registers` says which is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c

SAMPLE_NS = 1000 // c.SAMPLING_MHZ
SAMPLES_PER_COUNT = c.REGISTER_TIME_NS // SAMPLE_NS


def peak_and_power(traces: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each polarisation, exactly: the largest squared sample, and the sum of squares; both (events, polarisations).

    Peak over RMS exceeds k where samples * peak > k^2 * power: a comparison of integers, with no root or division.
    """
    squares = traces.astype(np.int32) ** 2
    return squares.max(axis=1).astype(np.int64), squares.sum(axis=1, dtype=np.int64)


def peak_over_rms(traces: NDArray[np.int16]) -> NDArray[np.float64]:
    """Largest sample over the RMS of its polarisation, of the best polarisation; 0 for an empty trace; (events,)."""
    peak, power = peak_and_power(traces)
    ratio = traces.shape[1] * peak / np.maximum(power, 1)
    return np.asarray(np.sqrt(ratio.max(axis=1)))


def peak_over_rms_fires(traces: NDArray[np.int16], threshold: int, fractional: int = 4) -> NDArray[np.bool_]:
    """Whether the ratio exceeds `threshold` * 2^-fractional in any polarisation, in integers alone; (events,)."""
    peak, power = peak_and_power(traces)
    return np.asarray(((peak * traces.shape[1] << 2 * fractional) > threshold**2 * power).any(axis=1))


@dataclass(frozen=True)
class Level1Registers:
    """Registers of one channel, times in counts of 4 ns.

    Attributes:
        t1: signal threshold in counts of the converter, 12 bits. A crossing is a sample above it after one that is not.
        t2: noise threshold, 12 bits.
        tprev: quiet time before a crossing of T1, in which no sample may be above T1, 9 bits.
        tper: length of the window that begins with the crossing of T1, in which crossings of T2 are counted, 9 bits.
        tcmax: largest distance between one crossing of T2 and the next, 3 bits; a distance equal to it passes.
        ncmin: fewest crossings, 4 bits. The crossing of T1 counts as the first.
        ncmax: most crossings, 5 bits.
    """

    t1: int = c.LEVEL1_T1
    t2: int = c.LEVEL1_T2
    tprev: int = c.LEVEL1_TPREV_NS // c.REGISTER_TIME_NS
    tper: int = c.LEVEL1_TPER_NS // c.REGISTER_TIME_NS
    tcmax: int = c.LEVEL1_TCMAX_NS // c.REGISTER_TIME_NS
    ncmin: int = c.LEVEL1_NC[0]
    ncmax: int = c.LEVEL1_NC[1]

    def __post_init__(self) -> None:
        for field, bits in zip(fields(self), (12, 12, 9, 9, 3, 4, 5), strict=True):
            value = getattr(self, field.name)
            if not 0 <= value < 1 << bits:
                raise FpgamlError(field.name, f"{value} does not fit {bits} bits", f"Give 0 to {(1 << bits) - 1}")
        if self.t2 > self.t1:
            raise FpgamlError("t2", f"{self.t2} is above t1, {self.t1}", "Crossings of T2 are counted after one of T1")
        if self.ncmin > self.ncmax:
            raise FpgamlError("ncmin", f"{self.ncmin} is above ncmax, {self.ncmax}", "No trace could pass")
        if not self.tper:
            raise FpgamlError("tper", "the window is empty", "Give at least 1 (4 ns)")

    def words(self) -> tuple[int, int]:
        """The two words that are written to the station: thresholds, and the rest."""
        rest = self.ncmax | self.ncmin << 5 | self.tcmax << 9 | self.tper << 12 | self.tprev << 21
        return self.t1 << 12 | self.t2, rest

    @classmethod
    def from_words(cls, thresholds: int, rest: int) -> Level1Registers:
        """Registers from the two words of a station's configuration; higher bits than theirs are other settings."""
        return cls(
            t1=thresholds >> 12 & 0xFFF,
            t2=thresholds & 0xFFF,
            tprev=rest >> 21 & 0x1FF,
            tper=rest >> 12 & 0x1FF,
            tcmax=rest >> 9 & 0x7,
            ncmin=rest >> 5 & 0xF,
            ncmax=rest & 0x1F,
        )

    @property
    def quiet_samples(self) -> int:
        """Tprev in samples."""
        return self.tprev * SAMPLES_PER_COUNT

    @property
    def window_samples(self) -> int:
        """Tper in samples, the one that crosses T1 included."""
        return self.tper * SAMPLES_PER_COUNT

    @property
    def farthest_samples(self) -> int:
        """Tcmax in samples."""
        return self.tcmax * SAMPLES_PER_COUNT

    def accept(self, crossings: int) -> bool:
        """Whether a finished count fires."""
        return self.ncmin <= crossings <= self.ncmax

    @property
    def title(self) -> str:
        """The settings in a line."""
        times = f"Tprev {self.tprev * 4} Tper {self.tper * 4} Tcmax {self.tcmax * 4} ns"
        return f"T1 {self.t1} T2 {self.t2} {times} NC {self.ncmin}-{self.ncmax}"


# What a scan of the level-1 trigger goes through: 3.5 to 10 standard deviations of the noise, T2 at 70 % of T1, both
# window lengths that a station's configuration holds, the widest Tcmax; and last the defaults.
SCAN = (
    *(
        Level1Registers(t1=t1, t2=t1 * 7 // 10, tper=tper, tcmax=7)
        for t1 in (35, 40, 45, 50, 55, 60, 65, 70, 80, 90, 100)
        for tper in (8, 128)
    ),
    Level1Registers(),
)


def level1_machine(trace: Sequence[int] | NDArray[np.int16], registers: Level1Registers) -> bool:
    """Whether one channel fires within the window: the definition, one step a sample, as firmware does it.

    The channel is taken to have been quiet before the window, and a count that is still going on at the window's end is
    judged as it stands. Only positive crossings are looked at.
    """
    quiet = registers.quiet_samples
    busy, was_above1, was_above2 = False, False, False
    crossings = since = elapsed = 0
    for sample in trace:
        above1, above2 = bool(sample > registers.t1), bool(sample > registers.t2)
        since, elapsed = since + 1, elapsed + 1
        if busy and above2 and not was_above2:
            # One crossing more, or one too far away, which ends the count for nothing.
            busy = since <= registers.farthest_samples
            crossings, since = crossings + 1, 0
        if not busy and above1 and not was_above1 and quiet >= registers.quiet_samples:
            busy, crossings, since, elapsed = True, 1, 0, 1
        if busy and elapsed >= registers.window_samples:
            if registers.accept(crossings):
                return True
            busy = False
        quiet = 0 if above1 else min(quiet + 1, registers.quiet_samples)
        was_above1, was_above2 = above1, above2
    return busy and registers.accept(crossings)


def level1_channels(traces: NDArray[np.int16], registers: Level1Registers) -> NDArray[np.bool_]:
    """`level1_machine` for every channel of many events, from crossing to crossing.

    Args:
        traces: counts, shape (events, samples, channels).
        registers: of all channels.

    Returns:
        Shape (events, channels).
    """
    events, samples, channels = traces.shape
    rows = np.ascontiguousarray(np.swapaxes(traces, 1, 2)).reshape(-1, samples)
    chosen = np.flatnonzero(rows.max(axis=1) > registers.t1)  # the others stay idle
    rows = rows[chosen]
    machine1, rise1, run_end1 = _runs_above(rows, registers.t1)
    machine2, rise2, _ = _runs_above(rows, registers.t2)
    # Quiet: nothing before in the window, or the run before ended long enough ago.
    quiet = np.ones(rise1.size, dtype=bool)
    quiet[1:] = (machine1[1:] != machine1[:-1]) | (rise1[1:] - run_end1[:-1] >= registers.quiet_samples)
    machine1, rise1 = machine1[quiet], rise1[quiet]
    bounds1 = np.searchsorted(machine1, np.arange(chosen.size + 1)).tolist()
    bounds2 = np.searchsorted(machine2, np.arange(chosen.size + 1)).tolist()
    starts, crossings = rise1.tolist(), rise2.tolist()
    fired = np.zeros(events * channels, dtype=bool)
    for index, row in enumerate(chosen.tolist()):
        fired[row] = _count(
            starts[bounds1[index] : bounds1[index + 1]], crossings[bounds2[index] : bounds2[index + 1]], registers
        )
    return fired.reshape(events, channels)


def _runs_above(rows: NDArray[np.int16], threshold: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Of each run of samples above a threshold: its row, its first sample, the sample after its last."""
    edges = np.zeros((rows.shape[0], rows.shape[1] + 2), dtype=np.int8)
    edges[:, 1:-1] = rows > threshold
    change = np.diff(edges, axis=1)
    row, first = np.nonzero(change == 1)
    return row, first, np.nonzero(change == -1)[1]


def _count(starts: list[int], crossings: list[int], registers: Level1Registers) -> bool:
    """One channel: crossings of T1 after quiet, crossings of T2; whether any count fires."""
    free = 0
    for start in starts:
        if start < free:
            continue
        free = start + registers.window_samples
        number, last = 1, start
        for crossing in crossings:
            if crossing <= start:
                continue
            if crossing >= free:
                break
            if crossing - last > registers.farthest_samples:
                free, number = crossing, -1
                break
            number, last = number + 1, crossing
        if registers.accept(number):
            return True
    return False


def level1_fires(
    traces: NDArray[np.int16], registers: Level1Registers | None = None, channels: Sequence[int] = (0, 1, 2)
) -> NDArray[np.bool_]:
    """Whether the station fires: any of the channels does; shape (events,)."""
    return np.asarray(level1_channels(traces[:, :, list(channels)], registers or Level1Registers()).any(axis=1))


def level1_scan(traces: NDArray[np.int16], scan: Sequence[Level1Registers] = SCAN) -> NDArray[np.bool_]:
    """Whether the station fires at each setting of a scan, shape (events, settings)."""
    return np.stack([level1_fires(traces, registers) for registers in scan], axis=-1)
