"""Endless streams: each result is the interpreter's on its own window, of every channel, behind pauses too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Dense, Input, MaxPool, Quantize, Reshape
from fpgaml.graph.types import FixedType, Ints, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.dataflow.core import streaming_core
from fpgaml.rtl.dataflow.endless.dataflow import Endless, endless
from fpgaml.rtl.dataflow.endless.flatten import reshape_late
from fpgaml.rtl.dataflow.endless.grid import Grid
from fpgaml.rtl.dataflow.endless.rates import plan
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Hdl
from tests.cosim.running import LANGUAGES, simulator_or_skip
from tests.rtl.dataflow.simulate import Cycle, Seen, Trial, simulate
from tests.rtl.waves import CHANNELS, WINDOW, waves

DELAYS = DelayModel("test", 1.0, 5.0)


def streamed(made: Endless, samples: Ints) -> Ints:
    """The interpreter on every window of a stretch of samples, as codes."""
    starts = range(0, samples.shape[0] - WINDOW + 1, made.hop)
    windows = FixedArray(np.stack([samples[start : start + WINDOW] for start in starts]), 0)
    result = interpret(made.graph, {"x": windows})["h"]
    return np.asarray(result.at(made.output.port.fractional))


@pytest.mark.parametrize("samples, hop", [(1, 1), (1, 3), (2, 2), (2, 3), (3, 4), (4, 24)])
@pytest.mark.parametrize("per_position", [False, True])
def test_every_window(samples: int, hop: int, per_position: bool) -> None:
    made = endless(waves(per_position), DELAYS, samples, hop)
    stretch = np.random.default_rng(1).integers(-16, 16, (96, CHANNELS))
    results = made.results(FixedArray(stretch[None], 0))[0]
    expected = streamed(made, stretch)
    assert len(expected) - len(results) <= 2 and len(results) > 2
    assert (results[: len(expected)] == expected[: len(results)]).all()


def test_a_windows_last_samples_may_be_read_by_nothing() -> None:
    builder = GraphBuilder("short")
    x = builder.add(Input((9, 1), Quantizer(FixedType(1, 4, 0))), name="x")
    y = builder.add(MaxPool((2,), (2,), ((0, 0),)), x, name="pool")  # of samples 0 to 7
    y = builder.add(Reshape((4,)), y, name="flat")
    graph = builder.build([builder.add(Dense(FixedArray(np.array([[1], [-2], [3], [1]]), 0), None), y, name="h")])
    values = {"x": FixedArray(np.random.default_rng(2).integers(-16, 16, (70, 9, 1)), 0)}
    for samples, hop in ((1, 2), (2, 4), (4, 8)):
        found = endless(graph, DELAYS, samples, hop).run(values)["h"]
        assert np.array_equal(found.to_float(), interpret(graph, values)["h"].to_float())


def test_what_differs_by_position_is_computed_for_every_window() -> None:
    assert [node.name for node in plan(waves(), 1).rest] == ["g", "h"]
    assert [node.name for node in plan(waves(True), 1).rest] == ["f", "g", "h"]


def test_a_hop_that_strides_do_not_divide_computes_more_positions() -> None:
    def scales(hop: int) -> list[int]:
        return [run.scale for run in plan(waves(), hop).shared]

    assert scales(2) == [1, 2, 2]  # a, the pool, e: a position of the pool's every two samples
    assert scales(3) == [1, 1, 1]
    assert scales(4) == [1, 2, 2]


def test_a_grid_by_hand() -> None:
    # Words of four positions; windows of five begin every three: complete with positions 4, 7, 10, 13, 16, ...
    grid = Grid(4, (0, 1, 2, 3, 4), 3, 2)
    assert [grid.tick(beat) for beat in range(3)] == [(3 + 4) // 4, (9 + 4) // 4, (15 + 4) // 4]
    assert (grid.step, grid.period, grid.skipped) == (6, 3, 1)
    assert grid.age(0, 0) == (1, 0) and grid.age(0, 7) == (0, 3)


def test_more_results_than_one_a_cycle_are_refused() -> None:
    with pytest.raises(FpgamlError, match="at a hop of 1"):
        endless(waves(), DELAYS, 2, 1)


def _words(made: Endless, stretches: Ints) -> list[int]:
    """Channels in turn, a beat of each."""
    lane, lanes = made.sources[0].port.width, made.sources[0].beats.lanes
    codes = stretches.reshape(stretches.shape[0], -1, lanes)
    packed = []
    for beat in range(codes.shape[1]):
        for channel in range(codes.shape[0]):
            bits = (int(code) & ((1 << lane) - 1) for code in codes[channel, beat])
            packed.append(sum(word << (lane * number) for number, word in enumerate(bits)))
    return packed


def _codes(made: Endless, seen: Seen) -> list[list[int]]:
    width = made.output.port.width
    beats = []
    for beat in (beat for beat in seen.beats if beat.edge > 0):  # the reset is sampled at edge 0
        assert beat.valid == "1"
        raw = [int(beat.bits[len(beat.bits) - width * (n + 1) : len(beat.bits) - width * n], 2) for n in range(3)]
        beats.append([code - (code >> (width - 1) << width) for code in raw])
    return beats


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_simulated_with_pauses_and_channels(simulator: str, tmp_path: Path) -> None:
    tool, hdl = simulator_or_skip(simulator), Hdl(LANGUAGES[simulator])
    rng = np.random.default_rng(4)
    settings = [(1, 1, 3), (2, 3, 1), (1, 2, 2), (3, 4, 1)]
    every, trials, sent = [], [], []
    for number, (samples, hop, channels) in enumerate(settings):
        made = endless(waves(number == 0), DELAYS, samples, hop, channels)
        stretches = rng.integers(-16, 16, (channels, 60, CHANNELS))
        cycles = [Cycle(True, False, 0)]
        for word in _words(made, stretches):
            cycles += [Cycle(False, False, int(rng.integers(0, 1 << 10)))] * int(rng.integers(0, 3) == 0)
            cycles.append(Cycle(False, True, word))
        cycles += [Cycle(False, False, 0)] * 60
        every.append(made)
        sent.append(stretches)
        trials.append(Trial(streaming_core(made, f"e{number}", hdl), cycles))
    for made, stretches, seen in zip(every, sent, simulate(trials, tmp_path, tool), strict=True):
        found = _codes(made, seen)
        expected = [streamed(made, stretch) for stretch in stretches]
        assert len(found) >= (len(expected[0]) - 2) * made.channels
        for number, codes in enumerate(found):
            turn, channel = divmod(number, made.channels)
            assert codes == expected[channel][turn].tolist()


def test_what_follows_a_reshape_is_shared_before_it() -> None:
    rng = np.random.default_rng(3)
    builder = GraphBuilder("late")
    x = builder.add(Input((6, 2), Quantizer(FixedType(1, 4, 0))), name="x")
    y = builder.add(Reshape((12,)), x, name="flat")
    kind = FixedType(1, np.tile(np.array([2, 3]), 6), 0)  # by place in a position, the same at every position
    y = builder.add(Quantize(Quantizer(kind, Rounding.TRN, Overflow.SAT)), y, name="narrow")
    weights = FixedArray(rng.integers(-3, 4, (12, 2)), 0)
    graph = builder.build([builder.add(Dense(weights, None), y, name="h")])
    late = reshape_late(graph)
    assert [node.name for node in late.nodes] == ["x", "narrow", "flat", "h"]
    assert [node.name for node in plan(late, 1).shared[0].nodes] == ["narrow"]
    values = {"x": FixedArray(rng.integers(-16, 16, (50, 6, 2)), 0)}
    assert (interpret(late, values)["h"].integers == interpret(graph, values)["h"].integers).all()
