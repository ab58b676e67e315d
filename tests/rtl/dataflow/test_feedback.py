"""Recurrent layers as streams: a step a beat, states that come back in time, channels in turn."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import numpy as np
import pytest

from fpgaml.boards import find_board
from fpgaml.cosim.bulk.check import check_in_bulk
from fpgaml.cosim.bulk.result import BulkRequest
from fpgaml.cosim.bulk.run import NO_PAUSES, Pauses
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Concatenate, Dense
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.dataflow.ahead import steps_ahead
from fpgaml.rtl.dataflow.assemble import assemble
from fpgaml.rtl.dataflow.channels import fold_channels
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.endless.choice import continuous
from fpgaml.rtl.dataflow.endless.dataflow import Endless
from fpgaml.rtl.dataflow.fold import Folded, fold
from fpgaml.rtl.dataflow.rows import one_row
from fpgaml.rtl.dataflow.stages.feedback import Feedback
from fpgaml.rtl.dataflow.turns import apart, in_turn, together
from fpgaml.rtl.dataflow.wishes import Wishes, wishes_of
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.settings import Form, Hdl, ShellKind
from fpgaml.rtl.target import RtlTarget
from tests.cosim.running import failures, run_bench, simulator_or_skip
from tests.rtl.dataflow.recurrent import gated_cell, recurrent_network
from tests.rtl.dataflow.soak import CLOCK_NS, PART, Wish, run
from tests.rtl.harness import write_project

pytest.importorskip("alkaid", reason="alkaid is not installed")

BOARD = find_board("kcu116", clock_mhz=200.0)
STEPS = 6


def feedback(flow: object) -> Feedback:
    assert isinstance(flow, Dataflow)
    (found,) = (stage for stage in flow.stages if isinstance(stage, Feedback))
    return found


def streamed(graph: Graph, interval: int, pixels: int | None = None) -> Dataflow:
    return assemble(graph, DelayModel.of_part(PART, CLOCK_NS), 1, interval, pixels=pixels)


def equal(graph: Graph, flow: Dataflow) -> bool:
    values = corner_vectors(graph, 40, 1)
    wanted, found = interpret(graph, values), flow.run(values)
    return all(np.array_equal(wanted[name].to_float(), found[name].to_float()) for name in graph.outputs)


@pytest.mark.parametrize("sequence", [True, False])
def test_a_step_begins_when_the_state_of_the_one_before_is_back(sequence: bool) -> None:
    graph = recurrent_network(STEPS, sequence)
    flow = streamed(graph, 1000)
    stage = feedback(flow)
    apart_ = stage.kernel.latency + 1
    assert apart_ > 2 and stage.spacing == apart_
    assert flow.calendar.starts["rnn"].tolist() == [1 + step * apart_ for step in range(STEPS)]  # 1: the FIFO
    assert flow.output.beats.count == (STEPS if sequence else 1)
    assert equal(graph, flow)


@pytest.mark.parametrize("sequence", [True, False])
def test_what_needs_no_state_is_computed_before_the_cell(sequence: bool) -> None:
    graph = recurrent_network(STEPS, sequence)
    ahead = steps_ahead(graph)
    cell = ahead["rnn"].op.cell
    assert ahead["rnn"].inputs == ("rnn_seen",) and isinstance(ahead["rnn_seen"].op, Dense)
    assert [node.name for node in cell.nodes if isinstance(node.op, Dense)] == ["held", "given"]
    values = corner_vectors(graph, 40, 1)
    wanted, found = interpret(graph, values), interpret(ahead, values)
    assert np.array_equal(wanted["dense"].to_float(), found["dense"].to_float())


@pytest.mark.parametrize("rows", [2, 3, 40])
@pytest.mark.parametrize("sequence", [True, False])
def test_rows_of_a_step_that_are_alike_come_in_turn(rows: int, sequence: bool) -> None:
    graph = recurrent_network(STEPS, sequence, rows)
    flow = streamed(graph, 10_000, pixels=1)
    stage = feedback(flow)
    assert stage.channels == rows
    assert stage.spacing == ceil((stage.kernel.latency + 1) / rows)
    assert (rows == 40) == (stage.spacing == 1)  # a step a cycle
    assert equal(graph, flow)


def test_rows_that_are_not_alike_stay_together() -> None:
    rng = np.random.default_rng(1)
    assert one_row(gated_cell(rng, 2, 3, rows=4)) is not None
    graph = recurrent_network(STEPS, True, rows=3)
    scan = graph["rnn"].op
    assert one_row(gated_cell(rng, 2, 3)) is None  # vectors have no rows
    first = np.array(scan.initial[0].integers)
    first[1, 0] += 1
    unlike = type(scan)(scan.cell, (type(scan.initial[0])(first, 5),), scan.reverse, scan.sequence)
    nodes = tuple(node if node.name != "rnn" else type(node)("rnn", unlike, node.inputs) for node in graph.nodes)
    unlike_graph = Graph(graph.name, nodes, graph.outputs)
    flow = streamed(unlike_graph, 10_000)
    assert feedback(flow).channels == 1
    assert equal(unlike_graph, flow)


@pytest.mark.parametrize("sequence", [True, False])
def test_channels_in_turn_are_the_network_on_each(sequence: bool) -> None:
    graph = recurrent_network(STEPS, sequence, filters=3)
    values = corner_vectors(graph, 25, 1)
    wanted = interpret(graph, values)["dense"]
    found = apart(interpret(in_turn(graph, 4), together(values, 4)), 25)["dense"]
    assert np.array_equal(wanted.to_float(), found.to_float())


def chosen(graph: Graph, **wishes: int) -> Folded:
    return fold_channels(graph, BOARD, Wishes(**wishes))


def test_a_cell_is_used_once_a_cycle_where_there_are_channels_enough() -> None:
    graph = recurrent_network(STEPS, True, filters=3)
    folded = chosen(graph, channels=24, interval=STEPS)
    flow = folded.dataflow
    assert isinstance(flow, Dataflow) and flow.channels == 24
    assert feedback(flow).spacing == 1 and flow.calendar.interval == 24 * STEPS
    assert "a beat of each of 24 channels comes in turn" in folded.notes[0]
    assert equal(graph, flow)


def test_fewer_channels_than_a_step_takes_are_slower() -> None:
    flow = chosen(recurrent_network(STEPS, True), channels=2).dataflow
    assert flow.calendar.interval == 2 * STEPS * feedback(flow).spacing


@pytest.mark.parametrize(
    ("graph", "wishes", "why"),
    [
        (recurrent_network(STEPS, True, reverse=True), {"channels": 3, "interval": 50}, "does not keep positions"),
        (recurrent_network(STEPS, True), {"channels": 3, "samples": 2}, "one sample a beat, not 2"),
        (recurrent_network(STEPS, True), {"channels": 3, "interval": 4}, "6 samples take more cycles than the 4"),
    ],
)
def test_frames_follow_one_another_where_channels_cannot_take_turns(
    graph: Graph, wishes: dict[str, int], why: str
) -> None:
    folded = chosen(graph, **wishes)
    assert isinstance(folded.dataflow, Dataflow) and folded.dataflow.channels == 1
    assert why in folded.notes[0] and "do not come beat by beat in turn" in folded.notes[0]


@pytest.mark.parametrize(
    ("graph", "why"),
    [
        (recurrent_network(STEPS, True), "rnn has no time for one step after another at this rate: its 6 steps are"),
        (recurrent_network(STEPS, False, reverse=True), "rnn reads its steps from the last one on: its 6 steps are"),
    ],
)
def test_what_cannot_feed_back_is_unrolled_and_said(graph: Graph, why: str) -> None:
    folded = fold(graph, BOARD, Wishes(samples=1))
    assert [note for note in folded.notes if why in note]
    assert isinstance(folded.dataflow, Dataflow) and equal(graph, folded.dataflow)


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_hdl_does_the_same_in_the_cycles_of_the_calendar(simulator: str, tmp_path: Path) -> None:
    simulator_or_skip(simulator)
    wishes = [
        Wish(recurrent_network(STEPS, sequence, rows), 1, cycles * (rows or 1), 1 if rows else None)
        for sequence, rows, cycles in ((True, None, 90), (False, 3, 40), (False, 20, STEPS))
    ]
    wishes += [Wish(recurrent_network(5, False, filters=3), 2, 90)]
    tally = run(wishes, 3, simulator, tmp_path)
    assert (tally.problems, tally.streamed, tally.engines["feedback"]) == ([], 4, 4), str(tally)


def test_the_bench_of_a_project_sends_channels_in_turn(tmp_path: Path) -> None:
    simulator_or_skip("icarus")
    target = RtlTarget(Hdl.VERILOG, ShellKind.AXIS, schedule=Form.STREAMING, channels=4)
    project = write_project(tmp_path / "p", recurrent_network(3, False, filters=3), target, events=13)
    assert failures(run_bench(project, "icarus", frames=12, cycles=600)) == {}
    for pauses in (NO_PAUSES, Pauses(gap_percent=40)):  # with gaps results leave before their frame is whole
        result = check_in_bulk(project, BulkRequest(402, pauses=pauses, processes=1))
        assert result.passed and result.frames == 101, (result.first, result.problem)
    # Two results of one frame change places.
    path = project / "tb_data" / "output_dense.txt"
    lines = path.read_text().splitlines()
    first = next(n for n, line in enumerate(lines[1:4], start=1) if line != lines[0])
    lines[0], lines[first] = lines[first], lines[0]
    path.write_text("\n".join(lines) + "\n")
    assert "of channel 0[0]" in failures(run_bench(project, "icarus", frames=12, cycles=200))["golden_vectors"]


def test_a_recurrent_layer_begins_anew_in_every_window() -> None:
    graph = recurrent_network(5, False, filters=3)
    folded = continuous(graph, BOARD, Wishes(samples=1, hop=1, channels=3))
    made = folded.dataflow
    assert isinstance(made, Endless)
    assert "rnn begins anew in every window: its 5 steps are unrolled" in " ".join(folded.notes)
    values = corner_vectors(graph, 20, 1)
    assert np.array_equal(made.run(values)["dense"].to_float(), interpret(graph, values)["dense"].to_float())


def test_both_directions_meet() -> None:
    """Forwards a step a beat, backwards unrolled."""
    graph = recurrent_network(STEPS, True)
    cells = [recurrent_network(STEPS, True, reverse=reverse, seed=5)["rnn"].op for reverse in (False, True)]
    builder = GraphBuilder("both")
    x = builder.add(graph["x"].op, name="x")
    ways = [builder.add(cell, x, name=name) for cell, name in zip(cells, ("forwards", "backwards"), strict=True)]
    both = builder.build([builder.add(Concatenate(1), *ways, name="both")])
    folded = fold(both, BOARD, Wishes(interval=200))
    flow = folded.dataflow
    assert isinstance(flow, Dataflow) and feedback(flow).name == "forwards"
    assert [note for note in folded.notes if "backwards reads its steps from the last one on" in note]
    assert equal(both, flow)


def test_a_core_holds_as_many_channels_as_its_beats_leave_room_for() -> None:
    asked = RtlTarget(schedule=Form.STREAMING, channels=100, rate=4e6)  # 50 cycles a frame of 6 beats at 200 MHz
    wishes = wishes_of(asked, recurrent_network(STEPS, True), BOARD)
    assert (wishes.channels, wishes.instances, wishes.interval) == (8, 13, 6)
    # Backwards its frames follow one another: one a cycle.
    wishes = wishes_of(asked, recurrent_network(STEPS, True, reverse=True), BOARD)
    assert (wishes.channels, wishes.instances) == (50, 2)
