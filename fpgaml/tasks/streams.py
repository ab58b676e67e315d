"""RTL that reads an endless stream, several channels in turn, asked for the windows of a task's test events."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fpgaml.errors import CheckFailedError, FpgamlError
from fpgaml.graph.serial import read_graph
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.rtl.core import Continuous
from fpgaml.tasks.columns import Answers, Column, Values


def stream_column(project: Path, sequence: int, progress: Progress) -> Column:
    """The Verilog of a continuous RTL project, simulated with Verilator without a gap: channel after channel.

    Args:
        sequence: test events come as so many windows in a row of each recorded sequence.

    Raises:
        FpgamlError: not such a project; ToolError: no Verilator or g++.
    """
    from fpgaml.cosim.bulk.build import build
    from fpgaml.cosim.bulk.design import read_design
    from fpgaml.cosim.bulk.run import NO_PAUSES, Fault, Run

    graph = read_graph(project)
    design = read_design(project, graph)
    continuous = design.continuous
    if continuous is None:
        raise FpgamlError(str(project), "reads whole windows", "Convert with --continuous")
    with progress.step("compiling the simulation of the RTL with Verilator"):
        program = build(design)

    def answer(values: Values) -> Answers:
        windows = values[continuous.window.name]
        codes = windows.at(continuous.window.fractional)
        beats = beats_of(codes, sequence, continuous)
        shaped = beats.reshape(len(beats), *continuous.beat.shape)
        with Run(
            program, {continuous.beat.name: FixedArray(shaped, continuous.window.fractional)}, NO_PAUSES, 1
        ) as run:
            chunk = run.wait()
        (share,) = chunk.shares
        if share.fault is not Fault.NONE:
            raise CheckFailedError(str(project), share.fault_text, "`fpgaml cosim` says more")
        results = chunk.outputs[continuous.result.name]
        found = answers_of(results.integers[: share.frames], len(codes), sequence, continuous)
        return FixedArray(found, results.fractional).to_float()

    return Column("rtl", f"RTL simulation, {continuous.channels} channels in turn", answer)


def beats_of(windows: Ints, sequence: int, continuous: Continuous) -> Ints:
    """The samples that windows were cut from, as they come: the next sequence of every channel is one behind the other.

    Args:
        windows: shape (events, *window), sequence after sequence; the last channels have other sequences again.

    Returns:
        Shape (beats, elements a beat).

    Raises:
        FpgamlError: windows that are not of sequences, or sequences that do not begin with a beat and a window.
    """
    length, hop, channels = continuous.window.shape[0], continuous.hop, continuous.channels
    recorded = (sequence - 1) * hop + length
    if len(windows) % sequence or recorded % hop or recorded % continuous.samples:
        reason = f"{len(windows)} windows are not whole sequences of {sequence}, {recorded} samples each"
        raise FpgamlError("interleaved", reason, "Give sequences of whole beats and hops")
    cut = windows.reshape(-1, sequence, *windows.shape[1:])
    if not np.array_equal(cut[:, 1:, : length - hop], cut[:, :-1, hop:]):
        raise FpgamlError("interleaved", "windows in a row do not overlap", f"Cut them {hop} samples apart")
    fresh = cut[:, 1:, length - hop :].reshape(len(cut), -1, *windows.shape[2:])
    samples = np.concatenate([cut[:, 0], fresh], axis=1)
    turns = np.arange(-(-len(samples) // channels) * channels) % len(samples)
    streams = samples[turns].reshape(
        -1, channels, recorded // continuous.samples, continuous.samples, *windows.shape[2:]
    )
    ordered: Ints = streams.swapaxes(1, 2).reshape(-1, continuous.samples * int(np.prod(windows.shape[2:])))
    return ordered


def answers_of(results: Ints, events: int, sequence: int, continuous: Continuous) -> Ints:
    """Of the results of `beats_of`, those of the windows that it was given; others lie across two sequences.

    Args:
        results: as they come, shape (results, elements); events: how many windows there were.

    Returns:
        Shape (events, elements).

    Raises:
        CheckFailedError: fewer results than the beats let out.
    """
    length, hop, channels = continuous.window.shape[0], continuous.hop, continuous.channels
    each = ((sequence - 1) * hop + length) // hop
    turns = -(-events // sequence // channels)
    if len(results) < channels * ((turns - 1) * each + sequence):
        raise CheckFailedError("interleaved", f"{len(results)} results came of {events} windows", "Tell us")
    missing = max(channels * turns * each - len(results), 0)
    whole = np.pad(results, ((0, missing), (0, 0)))[: channels * turns * each]
    by_turn = whole.reshape(turns, each, channels, -1)[:, :sequence].swapaxes(1, 2)
    found: Ints = np.ascontiguousarray(by_turn).reshape(-1, results.shape[-1])[:events]
    return found
