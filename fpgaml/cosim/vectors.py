"""More vectors for a bench: inputs at random, outputs from the integer interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress


def write_random_vectors(
    project: Path, bench: Mapping[str, Any], folder: Path, events: int, seed: int, progress: Progress
) -> None:
    """Write a file for each port of the bench, named as in the project's tb_data.

    Args:
        project: its folder, with graph.json; bench: its bench.json.
        events: how many; seed: of the inputs, which reach every corner of their types.

    Raises:
        FpgamlError: there is no graph, or it does not fit the bench.
    """
    from fpgaml.graph.interpreter import interpret
    from fpgaml.graph.serial import read_graph
    from fpgaml.proof.checks import chunk_events
    from fpgaml.proof.vectors import corner_vectors

    graph = read_graph(project)
    values = corner_vectors(graph, events, seed)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, bench["inputs"], values, "w")
    step = chunk_events(graph)
    with progress.bar("expected outputs from the interpreter", events) as advance:
        for start in range(0, events, step):
            part = {
                name: FixedArray(array.integers[start : start + step], array.fractional)
                for name, array in values.items()
            }
            _write(folder, bench["outputs"], interpret(graph, part), "a" if start else "w")
            advance(min(step, events - start))


def _write(folder: Path, ports: Sequence[Mapping[str, Any]], values: Mapping[str, FixedArray], mode: str) -> None:
    for port in ports:
        name, mask = port["name"], (1 << port["width"]) - 1
        if name not in values:
            raise FpgamlError("bench.json", f"port `{name}` is not in the graph", "Convert the model again")
        array = values[name]
        codes = array.at(port["fractional"]).reshape(array.shape[0], -1)
        with (folder / Path(port["vectors"]).name).open(mode) as file:
            file.writelines(" ".join(f"{code & mask:x}" for code in event) + "\n" for event in codes.tolist())
