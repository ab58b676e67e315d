"""Windows as the endless streams that they were cut from, and the results of those windows among all others."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from fpgaml.errors import FpgamlError
from fpgaml.project.ports import Port
from fpgaml.rtl.core import Continuous
from fpgaml.tasks.streams import answers_of, beats_of

LENGTH, SEQUENCE, RINGS = 4, 5, 2


def stream(channels: int, hop: int) -> Continuous:
    window, result = Port("x", (LENGTH, RINGS), True, 16, 3), Port("y", (1,), True, 32, 3)
    return Continuous(window, result, hop=hop, samples=1, channels=channels, due=(LENGTH - 1,), period=hop, delay=7)


@pytest.mark.parametrize(("channels", "hop", "recorded"), [(1, 1, 8), (3, 1, 8), (3, 2, 12), (10, 1, 8)])
def test_every_window_gets_the_result_of_its_own_samples(channels: int, hop: int, recorded: int) -> None:
    """A "core" that adds up each window of each channel: seven sequences, the last channels filled up."""
    continuous = stream(channels, hop)
    samples = np.random.default_rng(1).integers(-999, 999, (7, recorded, RINGS))
    windows = np.moveaxis(sliding_window_view(samples, LENGTH, 1), -1, 2)[:, ::hop].reshape(-1, LENGTH, RINGS)
    assert len(windows) == 7 * SEQUENCE
    beats = beats_of(windows, SEQUENCE, continuous)
    assert beats.shape == (-(-7 // channels) * channels * recorded, RINGS)
    by_channel = beats.reshape(-1, channels, RINGS).swapaxes(0, 1)
    sums = sliding_window_view(by_channel, LENGTH, 1)[:, ::hop].sum(axis=(2, 3))  # as they come: a channel a turn
    results = sums.T.reshape(-1, 1)
    assert answers_of(results, len(windows), SEQUENCE, continuous)[:, 0].tolist() == windows.sum(axis=(1, 2)).tolist()
    with pytest.raises(FpgamlError, match="results came"):
        answers_of(results[: -channels * 2], len(windows), SEQUENCE, continuous)


def test_windows_of_no_stream_are_refused() -> None:
    windows = np.random.default_rng(2).integers(0, 9, (SEQUENCE * 2, LENGTH, RINGS))
    with pytest.raises(FpgamlError, match="do not overlap"):
        beats_of(windows, SEQUENCE, stream(2, 1))
    with pytest.raises(FpgamlError, match="9 windows are not whole sequences of 5"):
        beats_of(windows[:9], SEQUENCE, stream(2, 1))
