"""Recurrent layers as generated loops: C-simulation against the interpreter, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import UnsupportedError
from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops.scan import Scan
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.hls.firmware import io_type
from fpgaml.hls.lower.prepare import prepare
from fpgaml.hls.model import HlsModel, to_hls4ml
from fpgaml.hls.settings import HlsSettings, IoType, LayerSettings, Strategy
from tests.frontends.recurrent.test_models import MODELS as RECURRENT
from tests.frontends.recurrent.test_models import recorded
from tests.hls.catalog import BYTE, NIBBLE, constant
from tests.hls.harness import check, needs_compiler, settings

STATE = FixedType(1, 1, 6)


def gated(inputs: int = 3, units: int = 4) -> Graph:
    """A cell with a gate: products of the step and of the state, a table, the old state mixed with a new one."""
    b = GraphBuilder("cell")
    x = b.add(o.Input((inputs,), Quantizer(BYTE)), name="x")
    h = b.add(o.Input((units,), Quantizer(STATE)), name="sum")  # a name that the code of sums uses too
    of_x = b.add(o.Dense(constant((inputs, 2 * units)), constant((2 * units,), 4, 1)), x, name="of_x")
    of_h = b.add(o.EinsumDense(constant((units, 2 * units), 5, 4), None, "a,ab->b"), h, name="of_h")
    both = b.add(o.Add(), of_x, of_h, name="both")
    opened = b.add(o.Slice((0,), (units,), (1,)), both, name="opened")
    new = b.add(o.Slice((units,), (2 * units,), (1,)), both, name="new")
    index = b.add(o.Quantize(Quantizer(NIBBLE, Rounding.RND, Overflow.SAT)), opened, name="index")
    gate = b.add(o.Lookup(NIBBLE, FixedArray(np.arange(16), 4)), index, name="gate")
    ones = b.add(o.Constant(FixedArray(np.full(units, 15), 4)), name="ones")
    kept = b.add(o.Multiply(), b.add(o.Subtract(), ones, gate, name="shut"), h, name="kept")
    mixed = b.add(o.Add(), b.add(o.Multiply(), gate, new, name="taken"), kept, name="mixed")
    state = b.add(o.Quantize(Quantizer(STATE, Rounding.RND_CONV, Overflow.SAT)), mixed, name="state")
    return b.build([state, b.add(o.Relu(), state, name="y")])


def two_states() -> Graph:
    """A cell over matrices: one state counts up, the other is the step before; an output is a constant beside them."""
    b = GraphBuilder("cell")
    x = b.add(o.Input((2, 3), Quantizer(NIBBLE)), name="x")
    total = b.add(o.Input((1, 3), Quantizer(STATE)), name="total")
    before = b.add(o.Input((2, 3), Quantizer(STATE)), name="before")
    rows = b.add(o.Reduce(o.Reduction.SUM, (0,)), b.add(o.Subtract(), x, before, name="change"), name="rows")
    added = b.add(o.Add(), rows, total, name="added")
    wrapped = b.add(o.Quantize(Quantizer(STATE, Rounding.TRN, Overflow.WRAP)), added, name="wrapped")
    least = b.add(o.Constant(constant((1, 3), 4, 2)), name="least")
    return b.build([wrapped, x, b.add(o.Maximum(), wrapped, least, name="y")])


def scanned(cell: Graph, steps: int, initial: tuple[FixedArray | None, ...], reverse: bool, sequence: bool) -> Graph:
    """A Scan between an Input for x, one for each state that is given, and the output."""
    b = GraphBuilder("case")
    step, *states = cell.inputs
    assert isinstance(step.op, o.Input)
    names = [b.add(o.Input((steps, *step.op.dims), step.op.quantizer), name="x")]
    for number, (state, value) in enumerate(zip(states, initial, strict=True)):
        if value is None:
            names.append(b.add(state.op, name=f"before{number}"))
    return b.build([b.add(Scan(cell, initial, reverse, sequence), *names, name="y", source="rnn")])


def zeros(*shape: int) -> FixedArray:
    return FixedArray(np.zeros(shape, dtype=np.int64), 0)


def nested() -> Graph:
    """A Scan in the cell of a Scan, whose state it begins with."""
    b = GraphBuilder("outer")
    x = b.add(o.Input((2, 3), Quantizer(BYTE)), name="x")
    h = b.add(o.Input((2,), Quantizer(STATE)), name="h")
    y = b.add(Scan(gated(3, 2), (None,), sequence=False), x, h, name="inner")
    return scanned(b.build([y, y]), 2, (zeros(2),), False, True)


def rounded_between() -> Graph:
    """Two layers, with quantizers that are fused into the loops before them."""
    b = GraphBuilder("case")
    coarse = o.Quantize(Quantizer(NIBBLE, Rounding.RND, Overflow.SAT))
    x = b.add(o.Input((6, 3), Quantizer(BYTE)), name="x")
    first = b.add(coarse, b.add(Scan(gated(), (zeros(4),)), x, name="y"), name="q")
    second = b.add(Scan(gated(4, 2), (zeros(2),), sequence=False), first, name="y2")
    return b.build([b.add(coarse, second, name="q2")])


def cases() -> dict[str, Graph]:
    found = {"nested": nested(), "rounded_between": rounded_between()}
    found["one_step"] = scanned(gated(), 1, (zeros(4),), True, True)
    for reverse in (False, True):
        for sequence in (False, True):
            name = f"{'back' if reverse else 'on'}_{'all' if sequence else 'last'}"
            found[f"gated_{name}"] = scanned(gated(), 6, (constant((4,), 6, 5),), reverse, sequence)
            found[f"two_{name}"] = scanned(two_states(), 4, (None, zeros(2, 3)), reverse, sequence)
    return found


@needs_compiler
@pytest.mark.parametrize(
    ("backend", "io_type", "reuse"),
    [
        ("vitis", "io_parallel", 1),
        ("vitis", "io_stream", 1),
        ("quartus", "io_parallel", 2),
        ("catapult", "io_stream", 1),
    ],
)
def test_every_kind_of_loop(backend: str, io_type: str, reuse: int, tmp_path: Path) -> None:
    check(cases(), settings(backend, io_type, reuse_factor=reuse), tmp_path)


@needs_compiler
def test_steps_in_turns(tmp_path: Path) -> None:
    graphs = {name: graph for name, graph in cases().items() if name.startswith("gated")}
    layers = {f"{name}/rnn": LayerSettings(None, reuse) for name, reuse in zip(graphs, (2, 3, 4, 6), strict=True)}
    check(graphs, settings("vitis", layers=layers), tmp_path)


MODELS = (
    "hgq2_gru_on_conv",
    "hgq2_bidirectional",
    "qkeras_gru_after",
    "qkeras_lstm",
    "keras3_lstm",
    "onnx_rnn_reverse",
)
"""A few of those that the frontends are tested with."""


@needs_compiler
def test_models_of_the_frameworks(tmp_path: Path) -> None:
    paths = [path for path in RECURRENT if path.stem in MODELS]
    graphs = {path.stem: recorded(path)[0].graph for path in paths}
    assert len(graphs) == len(MODELS)
    check(graphs, settings("vitis", "io_stream"), tmp_path)


def network() -> Graph:
    return scanned(gated(), 6, (zeros(4),), False, True)


def written(chosen: HlsSettings, folder: Path, graph: Graph | None = None) -> tuple[HlsModel, str]:
    """A network's model, and the code of its loop."""
    model = to_hls4ml(graph or network(), chosen, folder)
    model.write(folder)
    return model, (folder / "firmware" / "nnet_utils" / "nnet_code_gen.h").read_text()


def test_a_reuse_factor_is_how_often_each_step_is_used(tmp_path: Path) -> None:
    model, code = written(settings(reuse_factor=4), tmp_path)
    assert "turn < 3" in code and "step < 2" in code
    assert any("6 steps cannot be divided by a reuse factor of 4" in message for message in model.messages)
    # hls4ml's pipeline over the whole network would take the loop apart
    assert "#pragma HLS DATAFLOW" in (tmp_path / "firmware" / "network.cpp").read_text()


def test_without_reuse_each_step_has_hardware_of_its_own(tmp_path: Path) -> None:
    model, code = written(settings(), tmp_path)
    assert "turn <" not in code and "step < 6" in code
    assert model.messages == ()


def test_choices_that_mean_nothing_to_a_loop_are_said(tmp_path: Path) -> None:
    chosen = settings("vitis", "io_stream", strategy=Strategy.RESOURCE, reuse_factor=4)
    messages = written(chosen, tmp_path)[0].messages
    assert any("a reuse factor of 6, not 4" in message for message in messages)
    assert any("the resource strategy changes nothing" in message for message in messages)


def test_a_cell_without_code_stands_there_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpgaml.hls.lower.scan.has_body", lambda cell: False)
    prepared = prepare(network(), settings())
    assert sum(isinstance(node.op, o.Lookup) for node in prepared.nodes) == 6
    messages = to_hls4ml(network(), settings(), tmp_path).messages
    assert any(
        "rnn: its cell cannot be generated" in m and "its 6 steps are layers of their own" in m for m in messages
    )


def test_backends_without_generated_code_name_what_stops_them(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="rnn: Lookup is not written for oneAPI"):
        to_hls4ml(network(), settings("oneapi"), tmp_path)


def test_the_multiplications_of_all_steps_are_counted() -> None:
    assert io_type(scanned(gated(8, 16), 12, (zeros(16),), False, True)) == IoType.PARALLEL
    assert io_type(scanned(gated(8, 16), 14, (zeros(16),), False, True)) == IoType.STREAM
