"""Many small graphs in one C-simulation, each output compared bit for bit with the interpreter."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.ops import Input
from fpgaml.graph.values import FixedArray
from fpgaml.hls.csim import CSim, build
from fpgaml.hls.model import to_hls4ml
from fpgaml.hls.render import write_csim
from fpgaml.hls.settings import HlsSettings
from fpgaml.toolchain import find_compiler

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="g++ is not on PATH")


def settings(backend: str = "vitis", io_type: str = "io_parallel", **choices: object) -> HlsSettings:
    """Settings for a part of no importance."""
    return HlsSettings("xcu250-figd2104-2L-e", 5.0, backend, io_type, **choices)  # type: ignore[arg-type]


def combine(graphs: Mapping[str, Graph]) -> Graph:
    """Independent graphs side by side in one; nodes carry their graph's name in front."""
    nodes, outputs = [], []
    for key, graph in graphs.items():
        for node in graph.nodes:
            inputs = tuple(f"{key}_{name}" for name in node.inputs)
            source = f"{key}/{node.source or node.name}"
            nodes.append(replace(node, name=f"{key}_{node.name}", inputs=inputs, source=source))
        outputs += [f"{key}_{name}" for name in graph.outputs]
    return Graph("combined", tuple(nodes), tuple(outputs))


def events_for(graph: Graph, events: int = 12, seed: int = 1) -> dict[str, FixedArray]:
    """A batch for every Input: all lowest, all highest, zeros, mixed ends, then random codes of its type."""
    rng = random.Random(seed)
    values = {}
    for node in graph.inputs:
        assert isinstance(node.op, Input)
        bounds = graph.ranges[node.name]
        steps = np.broadcast_to(bounds.unit - node.op.quantizer.type.fractional, bounds.shape)
        ends = list(zip(bounds.low.flat, bounds.high.flat, steps.flat, strict=True))
        rows = [[a for a, _, _ in ends], [b for _, b, _ in ends], [0 for _ in ends]]
        rows.append([rng.choice((a, b)) for a, b, _ in ends])
        rows += [
            [rng.randint(int(a) >> int(s), int(b) >> int(s)) << int(s) for a, b, s in ends]
            for _ in range(events - len(rows))
        ]
        shaped = np.array([[int(n) for n in row] for row in rows], dtype=object).reshape(len(rows), *bounds.shape)
        values[node.name] = FixedArray(shaped, bounds.unit)
    return values


def simulation(graph: Graph, choice: HlsSettings, folder: Path) -> CSim:
    """A graph's compiled C-simulation."""
    model = to_hls4ml(graph, choice, folder)
    model.write(folder)
    write_csim(folder, model, choice)
    return build(folder, model.inputs, model.outputs, choice.target.arithmetic)


def differences(graph: Graph, choice: HlsSettings, folder: Path, events: int = 12, seed: int = 1) -> list[str]:
    """The outputs that differ from the interpreter, with the first difference of each."""
    inputs = events_for(graph, events, seed)
    golden = interpret(graph, inputs)
    got = simulation(graph, choice, folder).run(inputs)
    found = []
    for name in graph.outputs:
        if golden[name] == got[name]:
            continue
        if golden[name].shape != got[name].shape:
            found.append(f"{name}: interpreter's shape {golden[name].shape}, C-simulation's {got[name].shape}")
            continue
        a, b = golden[name].to_float(), got[name].to_float()
        at = tuple(int(i) for i in np.argwhere(a != b)[0]) if (a != b).any() else ()
        found.append(f"{name}{at}: interpreter {a[at]}, C-simulation {b[at]}; {int((a != b).sum())} of {a.size} differ")
    return found


def check(graphs: Mapping[str, Graph], choice: HlsSettings, folder: Path, refused: Iterable[str] = ()) -> None:
    """Assert that all graphs but the `refused` ones are bit-exact, and that those are refused with a reason."""
    refused = set(refused) & set(graphs)
    for name in refused:
        with pytest.raises(FpgamlError) as caught:
            to_hls4ml(graphs[name], choice, folder)
        assert "Report this" not in str(caught.value), str(caught.value)
    rest = {name: graph for name, graph in graphs.items() if name not in refused}
    if rest:
        assert differences(combine(rest), choice, folder) == []
