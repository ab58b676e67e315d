"""The Serial engine: what it computes, what each of its kernels does, and what it refuses."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Conv2D, Dense, Input, Operation, Reduce, Reduction, Reshape, Transpose
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.rtl.dataflow.beats import stream
from fpgaml.rtl.dataflow.stages.serial.stage import Serial
from fpgaml.rtl.dataflow.stages.serial.sums import Mode
from tests.rtl.dataflow.serial_layers import DELAYS, LAYERS, alone, numbers


def events(shape: tuple[int, ...], count: int = 5) -> FixedArray:
    return FixedArray(np.random.default_rng(3).integers(-64, 64, (count, *shape)), 3)


@pytest.mark.parametrize("name", list(LAYERS))
def test_a_run_is_the_interpreter(name: str) -> None:
    dataflow = LAYERS[name]()
    x = {"x": events(dataflow.graph.shapes["x"])}
    assert dataflow.run(x) == interpret(dataflow.graph, x)


@pytest.mark.parametrize(
    "name",
    [
        "dense",
        "large table",
        "dilated, padded",
        "two axes, padded",
        "depthwise",
        "max pool, padded",
        "pieces of words",
        "words over positions",
    ],
)
def test_the_kernels_step_by_step(name: str) -> None:
    """Loops turn, the address and the products come from their kernels: their sums are those of the run."""
    stage = cast(Serial, LAYERS[name]().stages[0])
    walk, graph = stage.walk, stage.products.graph
    counts = [loop.count for loop in walk.loops]
    steps = int(np.prod(counts))
    turns = np.unravel_index(np.arange(steps), counts[::-1])[::-1]
    base = 1000 % (4 * walk.frame_words)
    inputs = {loop.name: FixedArray(turn[:, None], 0) for loop, turn in zip(walk.loops, turns, strict=True)}
    found = stage.address.run({"base": FixedArray(np.full((steps, 1), base), 0), **inputs})
    names = list(found)
    size = 1 << int(stage.address.graph.types[names[0]].width.max())
    kept = found[names[1]].integers[:, 0] == 1 if len(names) > 1 else np.ones(steps, dtype=bool)
    words = stage.source.codes(events(stage.source.beats.shape, 1))[0]
    codes = words.reshape(-1, stage.lanes)
    places = (found[names[0]].integers[:, 0] - base) % size
    places = np.where(kept, places, 0)
    assert (places < len(codes)).all()
    given: dict[str, Any] = {"word": words[places // stage.share], "piece": (places % stage.share)[:, None]}
    given |= {"step": (np.arange(steps) % (walk.term_count * walk.group_count))[:, None], "inside": kept[:, None] * 1}
    values = {"word": stage.source.values(given["word"])}
    values |= {name: FixedArray(given[name], 0) for name in ("piece", "step", "inside")}
    terms = stage.products.run({node.name: values[node.name] for node in graph.inputs})[graph.outputs[0]]
    by_result = terms.integers.reshape(-1, walk.term_count, terms.shape[-1])
    sums = by_result.max(axis=1) if stage.sums.mode is Mode.LARGEST else by_result.sum(axis=1)
    placed, inside = walk.steps
    totals = stage._totals(codes[None], placed, inside)[0]
    unit = stage.source.port.fractional + (stage.sums.weights.fractional if stage.sums.weights else 0)
    assert FixedArray(sums, terms.fractional) == FixedArray(totals, unit)


def test_blocks_of_a_convolution() -> None:
    """20 positions of 2 words, windows of 5 every 3: six blocks; the last claims what is left."""
    stage = cast(Serial, LAYERS["strided"]().stages[0])
    assert stage.pace.claims[0].tolist() == [10, 6, 6, 6, 6, 6]
    assert stage.pace.phases.tolist() == [2 * 5 * 2] * 6
    assert stage.walk.loops[0].count == 10, "taps and words of a position are one loop: they lie in a row"


def test_words_that_a_store_holds_at_least() -> None:
    """Windows of 5 positions every 3, two words each: a block's 10 and the next one's 6; a vector: all of it."""
    assert cast(Serial, LAYERS["strided"]().stages[0]).walk.span == 16
    assert cast(Serial, LAYERS["dense"]().stages[0]).walk.span == 4


def test_a_padded_window_waits_for_less() -> None:
    """Dilated by 2, two padded positions before: the first window reads positions 0 and 2, of 4 words each."""
    stage = cast(Serial, LAYERS["dilated, padded"]().stages[0])
    assert stage.pace.claims[0].tolist() == [12] + [4] * 17 + [0, 0]


def built(shape: tuple[int, ...], *ops: Operation, lanes: int = 1, filters: int = 1) -> Serial:
    builder = GraphBuilder("net")
    names = [builder.add(Input(shape, Quantizer(FixedType(1, 3, 3))), name="x")]
    for op in ops:
        names.append(builder.add(op, names[-1], name=type(op).__name__.lower()))
    graph = builder.build(names[-1:])
    nodes = tuple(graph[name] for name in names[1:])
    return Serial("layer", graph, nodes, stream(graph, "x", lanes), stream(graph, names[-1], filters), lanes, DELAYS)


@pytest.mark.parametrize(
    ("shape", "ops", "lanes", "said"),
    [
        (
            (6, 6, 4),
            [Conv2D(numbers((3, 3, 2, 4)), None, (1, 1), (1, 1), ((0, 0), (0, 0)), 2)],
            1,
            "2 groups for 4 channels",
        ),
        ((5, 4), [Reduce(Reduction.MAX, (1,))], 1, "reduces rows and columns"),
        ((5, 4), [Reshape((20,))], 1, "Reshape is not what a Serial engine computes"),
        ((6,), [Dense(numbers((6, 3)), None)], 4, "pieces of 4, words of 4 and results of 1 elements do not fit 6"),
        ((5, 4), [Dense(numbers((4, 3)), None), Transpose((1, 0))], 1, "Transpose does not follow"),
    ],
)
def test_refusals(shape: tuple[int, ...], ops: list[Operation], lanes: int, said: str) -> None:
    with pytest.raises(FpgamlError, match=said):
        built(shape, *ops, lanes=lanes)


def test_a_flattened_result_goes_on() -> None:
    stage = built((5, 4), Dense(numbers((4, 3)), None), Reshape((15,)))
    x = events((5, 4))
    beats = stage.run([stage.source.codes(x)])
    assert stage.output.tensor(beats) == interpret(stage.graph, {"x": x})["reshape"]


def test_more_lanes_take_fewer_steps() -> None:
    work = [
        alone((12,), Dense(numbers((12, 6)), None), *lanes).stages[0].pace.work for lanes in ((1, 1), (2, 1), (4, 6))
    ]
    assert work == [72, 36, 3]
