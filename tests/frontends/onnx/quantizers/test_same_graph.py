"""The same network, written for QKeras and for QONNX, is the same Graph but for the names."""

from __future__ import annotations

from pathlib import Path

from fpgaml.graph.graph import Graph
from fpgaml.source import load_model

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"


def without_names(graph: Graph) -> list[tuple[object, tuple[int, ...]]]:
    """Each operation with the numbers of those that it reads, in an order that depends on the outputs alone."""
    found: list[tuple[object, tuple[int, ...]]] = []
    numbers: dict[str, int] = {}

    def visit(name: str) -> int:
        if name not in numbers:
            node = graph[name]
            inputs = tuple(visit(each) for each in node.inputs)
            numbers[name] = len(found)
            found.append((node.op, inputs))
        return numbers[name]

    for output in graph.outputs:
        visit(output)
    assert len(found) == len(graph.nodes)
    return found


def test_jets_dense_from_keras_and_from_qonnx() -> None:
    keras = load_model(FIXTURES / "legacy_qkeras" / "jets_dense.h5", ["ap_fixed<14,4>"])
    qonnx = load_model(FIXTURES / "qonnx" / "jets_dense.onnx", ["ap_fixed<14,4>"])
    first, second = without_names(keras.graph), without_names(qonnx.graph)
    assert [type(op).__name__ for op, _ in first] == [type(op).__name__ for op, _ in second]
    assert first == second
    assert [note.what for note in keras.approximations] == [note.what for note in qonnx.approximations]
