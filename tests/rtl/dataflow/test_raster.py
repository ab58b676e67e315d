"""Windows over images that come pixel by pixel: when, where, and what comes out, in beats and in HDL."""

from __future__ import annotations

from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Conv2D, Input, MaxPool, Relu
from fpgaml.graph.ops.windows import same_padding
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.proof.vectors import corner_vectors
from fpgaml.rtl.dataflow.assemble import assemble
from fpgaml.rtl.dataflow.beats import stream
from fpgaml.rtl.dataflow.elements import elements_of
from fpgaml.rtl.dataflow.fold import pace
from fpgaml.rtl.dataflow.lines import held_cost
from fpgaml.rtl.dataflow.raster import Axis, Raster
from fpgaml.rtl.dataflow.stages.raster import RasterWindow
from fpgaml.rtl.dataflow.wishes import Wishes
from fpgaml.rtl.delays import DelayModel
from tests.cosim.running import simulator_or_skip
from tests.rtl.dataflow.image_layers import divisors, image_layers
from tests.rtl.dataflow.soak import Wish, run

DELAYS = DelayModel.of_part("xcku5p-ffvb676-2-e", 5.0)


def test_ticks_of_a_window_that_keeps_the_shape() -> None:
    axis = Axis(size=4, windows=4, taps=3, step=1, stride=1, before=1)
    window = Raster(axis, axis, word=1, copies=1)
    # Beat n needs the pixel of tick n + 5 (a row and one more): the last one five ticks after the last of 16 pixels.
    assert window.emits.tolist() == list(range(5, 21))
    assert (window.words, window.flush) == (16, 5)
    assert window.ages == (0, 1, 2, 4, 5, 6, 8, 9, 10)
    assert window.picks(0, 0) == ([0], [0] * 16)  # the oldest word held, in every beat
    assert not window.inside[0, 0].any()
    assert window.inside[5].all()


def test_a_last_window_does_not_wait_for_padding() -> None:
    axis = Axis(size=4, windows=2, taps=3, step=1, stride=2, before=0)  # and one padded pixel behind
    hasty, patient = (Raster(axis, axis, 1, 1, patient) for patient in (False, True))
    # Columns 0 to 2 of rows 0 to 2, then columns 2 to 4: where the fifth would be, a pixel of the next row is.
    assert hasty.emits.tolist() == [10, 12, 14, 15]
    assert patient.emits.tolist() == [10, 12, 18, 20]
    assert (hasty.flush, patient.flush) == (0, 5)


def test_pixels_together() -> None:
    rows = Axis(size=3, windows=3, taps=1, step=1, stride=1, before=0)
    columns = Axis(size=8, windows=8, taps=3, step=2, stride=1, before=2)  # every other pixel
    window = Raster(rows, columns, word=4, copies=4)
    assert (window.words, window.beats, window.span) == (6, 6, 8)
    # A beat's last column is two beyond its own: in the next word, or where that of the next row is.
    assert window.emits.tolist() == [1, 2, 3, 4, 5, 6]
    assert window.ages == (0, 1, 2)


@st.composite
def windows(draw: st.DrawFn) -> RasterWindow:
    graph = draw(image_layers())
    nodes = tuple(node for node in graph.nodes if not isinstance(node.op, Input))
    rows, columns, filters = graph.shapes["window"]
    _, width, channels = graph.shapes["image"]
    copies = draw(st.sampled_from(divisors(columns)))
    found = elements_of(graph, nodes[1:], {"window": copies * filters})
    assume(found is not None)
    assert found is not None
    lanes = found[-1].count if found else copies * filters
    assert prod(graph.shapes[nodes[-1].name]) == lanes * rows * columns // copies
    source = stream(graph, "image", draw(st.sampled_from(divisors(width))) * channels)
    output = stream(graph, nodes[-1].name, lanes)
    stage = RasterWindow("stage", graph, nodes, source, output, DELAYS, draw(st.booleans()))
    assume(len(stage.window.ages))
    return stage


@settings(max_examples=60)
@given(windows())
def test_beats_are_the_interpreters(stage: RasterWindow) -> None:
    values = corner_vectors(stage.graph, 8, 1)
    found = stage.output.tensor(stage.run([stage.source.codes(values["image"])]))
    assert np.array_equal(found.to_float(), interpret(stage.graph, values)[stage.output.node].to_float())


def network(size: int = 12) -> Graph:
    """Two convolutions and a pool between them; `x` and `y` are what ports are called, too."""
    rng, builder = np.random.default_rng(1), GraphBuilder("network")
    last = builder.add(Input((size, size, 2), Quantizer(FixedType(1, 2, 3))), name="x")
    for number, filters in enumerate((3, 4)):
        channels, *_ = reversed(builder.shape(last))
        kernel = FixedArray(rng.integers(-7, 8, (3, 3, channels, filters)), 4)
        pads = same_padding(builder.shape(last)[:2], (3, 3), (1, 1), (1, 1))
        last = builder.add(Conv2D(kernel, None, (1, 1), (1, 1), pads, 1), last, name=f"conv_{number}")
        last = builder.add(Relu(), last, name=("relu", "y")[number])
        if not number:
            last = builder.add(MaxPool((2, 2), (2, 2), ((0, 0), (0, 0))), last, name="pool")
    return builder.build([last])


def test_an_image_comes_in_pixels_where_there_is_time() -> None:
    graph = network()
    assert [pace(graph, Wishes(interval=interval)).pixels for interval in (200, 144, 143, 72, 24, 23, 12)] == [
        *(1, 1, 2, 2, 6),
        *(None, None),
    ]
    assert pace(graph, Wishes(interval=200, samples=1)).pixels is None


def test_windows_over_pixels_cost_a_fraction() -> None:
    graph = network()
    by_pixel, by_row = (
        assemble(graph, DELAYS, 1, interval, pixels=pixels) for interval, pixels in ((160, 1), (12, None))
    )
    assert [stage.engine for stage in by_pixel.stages] == ["raster"] * 3
    assert by_pixel.calendar.interval <= 160
    lut = [sum(stage.cost((2,) * len(stage.inputs)).lut for stage in each.stages) for each in (by_pixel, by_row)]
    assert lut[0] * 6 < lut[1]


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
def test_pixels_in_hdl(simulator: str, tmp_path: Path) -> None:
    simulator_or_skip(simulator)
    wishes = [Wish(network(8), 1, 100, 1), Wish(network(8), 1, 64, 1), Wish(network(6), 1, 24, 2)]
    tally = run(wishes, 1, simulator, tmp_path)
    assert tally.streamed == 3
    assert tally.engines["raster"] >= 5
    assert tally.problems == []


@pytest.mark.parametrize(
    ("bits", "depth", "memory", "bram"),
    [
        *((8, 27, 8, 0), (128, 27, 64, 0), (144, 63, 144, 0), (64, 100, 128, 0), (72, 100, 0, 2), (36, 200, 0, 1)),
        *((16, 200, 64, 0), (512, 223, 0, 15), (32, 600, 0, 2)),
    ],
)
def test_a_line_costs_what_yosys_makes_of_it(bits: int, depth: int, memory: int, bram: int) -> None:
    """LUTs that are memory, and blocks of 18 kbit, as synth_xilinx for UltraScale+ reported them."""
    found = held_cost(bits, (0, depth + 1))
    address = (depth - 1).bit_length()
    assert (found.lut - address, found.bram) == (memory, bram)
    assert found.ff == bits + address + (0 if bram else bits)
