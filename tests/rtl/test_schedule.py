"""Pipeline registers: what the delay model asks for, worked out by hand, and what no clock can have."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np
import pytest

from fpgaml.boards import find_board
from fpgaml.cost.graph import estimate_graph
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Dense, Input, Relu
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port
from fpgaml.rtl.builder import NetlistBuilder, Value
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.estimate import check_fits, estimate_netlist
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.netlist import Gate, Netlist, Result, is_memory
from fpgaml.rtl.schedule import Schedule, postponed, register_bits, schedule
from fpgaml.rtl.timing import Times, arrival, at_once
from tests.rtl.dataflow.recurrent import recurrent_network

PORT = Port("x", (8,), True, 8, 0)
OUT = Port("y", (1,), True, 12, 0)
PART = "xcku5p-ffvb676-2-e"


def chain(length: int) -> Netlist:
    """Additions one after another: an adder of 9, 10, ... bits each."""
    builder = NetlistBuilder()
    total = builder.input(0, 0, -128, 127, 0)
    for element in range(1, length + 1):
        total = builder.add(total, builder.input(0, element, -128, 127, 0))
    return Netlist("n", (PORT,), (OUT,), ("sum",), tuple(builder.wires), (), (Result(total.wire, 0),))


def test_as_many_adders_as_fit_between_two_registers() -> None:
    # 5 ns less 10 % and 0.3 ns leave 4.2 ns; adders of 9, 10, 11 bits take 1.30, 1.32 and 1.35 ns: three fit.
    netlist = chain(6)
    plan = schedule(netlist, DelayModel.of_part(PART, 5.0))
    stages = [stage for stage, wire in zip(plan.stages, netlist.wires, strict=True) if wire.gate == Gate.ADD]
    assert stages == [0, 0, 0, 1, 1, 1]
    assert plan.latency == 2


def test_a_slow_clock_needs_only_the_output_register() -> None:
    assert schedule(chain(6), DelayModel.of_part(PART, 50.0)).latency == 1


def test_a_slower_family_takes_more_stages() -> None:
    fast = schedule(chain(7), DelayModel.of_part(PART, 5.0)).latency
    assert schedule(chain(7), DelayModel.of_part("xc7z020clg400-1", 5.0)).latency > fast


def test_registers_are_counted() -> None:
    netlist = chain(2)  # x0 + x1 + x2 in one stage: only the result's 10 bits are held
    assert register_bits(netlist, schedule(netlist, DelayModel.of_part(PART, 5.0))) == 10
    # One adder a stage: the sum of two (9 bits) and the third input (8 bits) wait for the second adder.
    assert register_bits(netlist, schedule(netlist, DelayModel.of_part(PART, 2.0))) == 10 + 9 + 8


def test_a_clock_that_no_adder_meets() -> None:
    with pytest.raises(
        FpgamlError, match=r"sum: its slowest arithmetic takes 1\.3\d ns a stage .* Ask for --clock 5\d\dMHz"
    ):
        schedule(chain(3), DelayModel.of_part(PART, 1.5))


def test_a_product_may_span_stages() -> None:
    builder = NetlistBuilder()
    a, b = (builder.input(0, k, -128, 127, 0) for k in range(2))
    product = builder.multiply(a, b)
    total = builder.add(product, Value(a.wire, 0))
    netlist = Netlist("n", (PORT,), (OUT,), ("p",), tuple(builder.wires), (), (Result(total.wire, 0),))
    plan = schedule(netlist, DelayModel.of_part(PART, 2.5))  # 3 ns in 1.95 ns: two stages
    stage = dict(zip((wire.gate for wire in netlist.wires), plan.stages, strict=True))
    assert (stage[Gate.MULTIPLY], stage[Gate.ADD]) == (0, 2)


def dense(inputs: int, outputs: int) -> Graph:
    """A Dense with all weights 5 = 4 + 1, and a ReLU."""
    builder = GraphBuilder("g")
    x = builder.add(Input((inputs,), Quantizer(FixedType(1, 7, 0))), name="x")
    kernel = FixedArray(np.full((inputs, outputs), 5), 0)
    y = builder.add(Dense(kernel, None), x, name="dense")
    return builder.build([builder.add(Relu(), y, name="relu")])


def test_the_estimate_grows_with_the_network() -> None:
    small, large = estimate_graph(dense(8, 4)), estimate_graph(dense(16, 8))
    assert 3 * small.lut < large.lut
    assert set(small.layers) == {"x", "dense", "relu"}


def test_what_cannot_fit_is_refused_with_numbers() -> None:
    board = find_board("pynq-z2")
    huge = estimate_graph(dense(1000, 500))
    reason = r"about [\d,]+ LUT \(estimate\); pynq-z2 has 53,200 \(dense .*--schedule streaming"
    with pytest.raises(FpgamlError, match=reason):
        check_fits(huge, board, rough=True)
    check_fits(estimate_graph(dense(8, 4)), board, rough=True)


def test_equal_outputs_are_computed_once() -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    one, many = (to_netlist(dense(8, outputs)) for outputs in (1, 9))
    assert len(one.wires) == len(many.wires)
    model = DelayModel.of_part(PART, 5.0)
    estimates = [estimate_netlist(n, schedule(n, model)).lut for n in (one, many)]
    assert estimates[0] == estimates[1]


def too_slow(netlist: Netlist, plan: Schedule, model: DelayModel) -> list[int]:
    """Wires that are read before they are there, or whose bits come too late in their stage: reckoned anew."""
    there: list[tuple[int, Times]] = []
    found = []
    for index, wire in enumerate(netlist.wires):
        stage, delay = plan.stages[index], model.delay(netlist, wire)
        if wire.gate == Gate.CONSTANT:
            there.append((0, at_once(wire)))
            continue
        times = [there[a][1] if there[a][0] == stage else at_once(netlist.wires[a]) for a in wire.arguments]
        early = any(there[a][0] > stage for a in wire.arguments)
        if delay <= model.usable and not is_memory(netlist, wire):
            bits = arrival(netlist, wire, times)
            early = early or max(bits) > model.usable / model.factor
            there.append((stage, bits))
        else:
            early = early or any(map(any, times))
            there.append((stage + max(1, ceil(delay / model.usable)), at_once(wire)))
        if early:
            found.append(index)
    found += [result.wire for result in netlist.results if there[result.wire][0] >= plan.latency]
    return found


@pytest.mark.parametrize("part", ["xcku5p-ffvb676-2-e", "AGFB014R24B2E2V"])
def test_what_waits_long_is_made_late(part: str) -> None:
    netlist = to_netlist(recurrent_network(6, False, filters=3))
    model = DelayModel.of_part(part, 3.0)
    soon = schedule(netlist, model)
    late = postponed(netlist, soon, model)
    assert too_slow(netlist, soon, model) == [] == too_slow(netlist, late, model)
    assert late.latency == soon.latency
    assert register_bits(netlist, late) < 0.8 * register_bits(netlist, soon)
    moved = next(n for n, (a, b) in enumerate(zip(soon.stages, late.stages, strict=True)) if b > a)
    wrong = replace(late, stages=(*late.stages[:moved], late.latency, *late.stages[moved + 1 :]))
    assert too_slow(netlist, wrong, model)
