"""Sketches beside the netlists that the same Graphs become."""

from pathlib import Path

import numpy as np
import pytest

from fpgaml.boards import find_board
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Add, Dense, Einsum, Input, Lookup, Multiply, Quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.estimate import estimate_netlist
from fpgaml.rtl.lower.graph import to_netlist
from fpgaml.rtl.schedule import schedule
from fpgaml.rtl.sketch.sketch import sketch
from fpgaml.rtl.sketch.sums import digits_of, shared
from fpgaml.source import load_model
from tests.paths import ROOT

DELAYS = DelayModel("UltraScale+", 1.0, 5.0)


def _inputs(builder: GraphBuilder, *shapes: tuple[int, ...], bits: int = 8) -> list[str]:
    quantizer = Quantizer(FixedType(1, bits - 1, 0))
    return [builder.add(Input(shape, quantizer), name=f"x{number}") for number, shape in enumerate(shapes)]


def test_signed_digits_one_by_one() -> None:
    """7 = 8 - 1, -5 = -4 - 1, 0, 11 = 8 + 4 - 1 (12 - 1)."""
    assert digits_of(FixedArray(np.array([7, -5, 0, 11]), 0)).tolist() == [2, 2, 0, 3]
    wide = FixedArray(np.array([1 << 70, (1 << 70) - 1], dtype=object), 0)
    assert digits_of(wide).tolist() == [1, 2]


def test_terms_are_shared_more_among_more_outputs_and_never_grow() -> None:
    assert shared(1, 2, 1.0) == 1.0 == shared(4, 0, 0)
    assert shared(64, 40, 1.0) < shared(4, 40, 1.0) < shared(4, 10, 1.0) < 1.0


def test_one_addition_is_one_adder() -> None:
    """A sum of two 8-bit values: nine LUTs and nine registers behind it, 16 before the only rank or none."""
    builder = GraphBuilder("sum")
    total = builder.add(Add(), *_inputs(builder, (1,), (1,)), name="sum")
    found = sketch(builder.build([total]), DELAYS)
    assert (found.estimate.lut, found.estimate.ff, found.latency) == (9, 9, 1)


def test_products_take_dsps_where_they_are_wide() -> None:
    """17 by 17 bits: one; 4 by 4: sixteen LUTs."""
    for bits, dsp, lut in ((17, 1, 0), (4, 0, 16)):
        builder = GraphBuilder("product")
        node = builder.add(Multiply(), *_inputs(builder, (1,), (1,), bits=bits), name="product")
        found = sketch(builder.build([node]), DELAYS).estimate
        assert (found.dsp, found.lut) == (dsp, lut)


def test_a_large_table_is_memory() -> None:
    builder = GraphBuilder("table")
    (x,) = _inputs(builder, (1,), bits=12)
    table = builder.add(Lookup(FixedType(1, 11, 0), FixedArray(np.arange(4096) % 255, 0)), x, name="table")
    found = sketch(builder.build([table]), DELAYS).estimate
    assert found.lut == 0 and found.bram == 2  # 4096 words of 8 bits: 32 kbit


def test_what_a_type_of_no_bits_ends_costs_nothing() -> None:
    """Two of four outputs are never needed: half of the adders."""

    def with_types(integer: list[int]) -> Graph:
        builder = GraphBuilder("some")
        (x,) = _inputs(builder, (8,))
        kernel = FixedArray(np.tile(np.array([[1], [3], [5], [7], [9], [11], [13], [15]]), (1, 4)), 0)
        dense = builder.add(Dense(kernel, None), x, name="dense")
        kind = FixedType(0, integer, 0)
        last = builder.add(Quantize(Quantizer(kind, Rounding.TRN, Overflow.SAT)), dense, name="last")
        return builder.build([last])

    some, every = (sketch(with_types(bits), DELAYS).estimate.layers["dense"].lut for bits in ([14, 14, 0, 0], [14] * 4))
    assert some == pytest.approx(every / 2, rel=0.1)


@pytest.mark.parametrize(
    ("name", "board"),
    [
        ("keras3/dense_default.keras", "alveo-u250"),
        ("tflite/dense_per_tensor.tflite", "alveo-u250"),
        ("tflite/dense_per_tensor.tflite", "ecp5-evn"),
        ("qonnx/channel_scales.onnx", "alveo-u250"),
    ],
)
def test_real_networks_are_near_their_netlists(name: str, board: str) -> None:
    """LUTs within a factor of 1.6, registers of 2, latency of two cycles."""
    place = find_board(board)
    delays = DelayModel.of_part(place.part, place.clock_ns)
    types = ["ap_fixed<8,4>"] if name.endswith(".onnx") else []
    graph = load_model(Path(ROOT / "tests/fixtures" / name), types).graph
    netlist = to_netlist(graph)
    pipeline = schedule(netlist, delays)
    real, found = estimate_netlist(netlist, pipeline), sketch(graph, delays)
    assert 1 / 1.6 < found.estimate.lut / real.lut < 1.6
    assert 1 / 2 < found.estimate.ff / real.ff < 2
    assert abs(found.latency - pipeline.latency) <= 2
    assert found.estimate.dsp == real.dsp


def test_sums_of_products_of_tensors() -> None:
    """3 by 4 times 4 by 2 of 9 bits: 24 DSPs, 18 adders."""
    builder = GraphBuilder("attention")
    node = builder.add(Einsum("ab,bc->ac"), *_inputs(builder, (3, 4), (4, 2), bits=9), name="products")
    found = sketch(builder.build([node]), DELAYS).estimate
    assert found.dsp == 24 and found.lut == 18 * 20
