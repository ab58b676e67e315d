"""More vectors for a bench: inputs at random, outputs from the integer interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.project.golden import write_events
from fpgaml.project.ports import Port


def write_random_vectors(
    project: Path, bench: Mapping[str, Any], folder: Path, events: int, seed: int, progress: Progress
) -> None:
    """Write a file for each port of the bench, named as in the project's tb_data.

    Args:
        project: its folder, with graph.json; bench: its bench.json.
        events: how many; of an endless stream windows that follow one another.
        seed: of the inputs, which reach every corner of their types.

    Raises:
        FpgamlError: there is no graph, or it does not fit the bench.
    """
    from fpgaml.graph.interpreter import interpret
    from fpgaml.graph.serial import read_graph
    from fpgaml.proof.checks import chunk_events
    from fpgaml.proof.vectors import corner_vectors
    from fpgaml.rtl.dataflow.endless.rates import open_input
    from fpgaml.rtl.stretch import stretch_of
    from fpgaml.rtl.stretch_files import continuous_of, write_files

    graph = read_graph(project)
    continuous = continuous_of(bench, graph)
    if continuous is not None:
        opened = open_input(graph)
        with progress.step("expected results from the interpreter"):
            windows = corner_vectors(opened, events, seed)[continuous.window.name]
            write_files(folder, continuous, stretch_of(opened, continuous, windows))
        return
    values = corner_vectors(graph, events, seed)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, bench["inputs"], values, "w")
    step = chunk_events(graph)
    with progress.bar("expected outputs from the interpreter", events, "events") as advance:
        for start in range(0, events, step):
            part = {
                name: FixedArray(array.integers[start : start + step], array.fractional)
                for name, array in values.items()
            }
            _write(folder, bench["outputs"], interpret(graph, part), "a" if start else "w")
            advance(min(step, events - start))


def _write(folder: Path, ports: Sequence[Mapping[str, Any]], values: Mapping[str, FixedArray], mode: str) -> None:
    for row in ports:
        name = row["name"]
        if name not in values:
            raise FpgamlError("bench.json", f"port `{name}` is not in the graph", "Convert the model again")
        port = Port(name, values[name].shape[1:], row["signed"], row["width"], row["fractional"])
        with (folder / Path(row["vectors"]).name).open(mode) as file:
            write_events(file, port, values[name])
