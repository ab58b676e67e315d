"""The recurrent network of lar_timing: its file is its recorded answers, on either kind of stream."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import fpgaml_models.lar_timing
import numpy as np
import pytest
from fpgaml_models.lar_timing.windows import AFTER, BEFORE, held_out

from fpgaml.boards import find_board
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.progress import Silent
from fpgaml.rtl.dataflow.dataflow import Dataflow
from fpgaml.rtl.dataflow.endless.dataflow import Endless
from fpgaml.rtl.dataflow.stages.feedback import Feedback
from fpgaml.rtl.dataflow.wishes import Wishes
from fpgaml.rtl.streamed import stream
from fpgaml.source import load_model
from fpgaml.tasks.events import fingerprint

pytest.importorskip("alkaid", reason="alkaid is not installed")

FOLDER = Path(fpgaml_models.lar_timing.__file__).parent / "weights" / "gru"
BOARD = find_board("agilex7-f-dk", clock_mhz=400)
CHANNELS = 24


@cache
def network() -> Graph:
    return load_model(FOLDER / "quantised.keras").graph


def samples(count: int) -> np.ndarray:
    """The crossing's own and the four behind it."""
    return held_out(count).x[:, BEFORE : BEFORE + 1 + AFTER]


def test_the_graph_is_the_recorded_answers() -> None:
    with np.load(FOLDER / "recorded.npz") as stored:
        answers, made_of = stored["y"], str(stored["x_sha256"])
    x = samples(len(answers))
    assert fingerprint(x) == made_of
    graph = network()
    found = interpret(graph, read_inputs(graph, {graph.inputs[0].name: x}))
    assert np.array_equal(found[graph.outputs[0]].to_float(), answers.astype(np.float64))


def test_windows_of_an_endless_stream_and_frames_in_turn_are_the_graph() -> None:
    graph = network()
    values = read_inputs(graph, {graph.inputs[0].name: samples(60)})
    (wanted,) = (value.to_float() for value in interpret(graph, values).values())
    endless = stream(graph, BOARD, Wishes(samples=1, hop=1, channels=10), Silent()).dataflow
    assert isinstance(endless, Endless)
    # 5 samples a frame, and a beat in every cycle: the cell is used in every cycle.
    in_turn = stream(graph, BOARD, Wishes(interval=5, channels=CHANNELS), Silent()).dataflow
    assert isinstance(in_turn, Dataflow) and in_turn.calendar.interval == 5 * CHANNELS
    (cell,) = (stage for stage in in_turn.stages if isinstance(stage, Feedback))
    assert (cell.channels, cell.spacing) == (CHANNELS, 1)
    for flow in (endless, in_turn):
        assert np.array_equal(flow.run(values)[graph.outputs[0]].to_float(), wanted)
