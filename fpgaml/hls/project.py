"""Write a whole HLS project into a folder: hls4ml's files, made reproducible, and fpgaml's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from fpgaml import __version__
from fpgaml.graph.dump import dump
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import to_json
from fpgaml.graph.values import FixedArray
from fpgaml.hls.csim import FLAGS, INCLUDES
from fpgaml.hls.model import HlsModel, to_hls4ml
from fpgaml.hls.render import ours_is_test_bench, templates, write_csim
from fpgaml.hls.settings import HlsSettings, IoType
from fpgaml.hls.vendor import exported, make_rules
from fpgaml.project.golden import write_golden
from fpgaml.target import Texts

STAMP = "fpgaml"
"""Takes the place of the random stamp in hls4ml's files: the same input gives the same bytes."""


def write_project(folder: Path, graph: Graph, settings: HlsSettings) -> HlsModel:
    """Write everything that does not depend on golden vectors.

    Raises:
        UnsupportedError: operations that the backend cannot hold.
        FpgamlError: hls4ml refuses the model, or a port is too wide for the backend.
    """
    model = to_hls4ml(graph, settings, folder)
    model.write(folder)
    _tidy(folder, settings)
    if not settings.target.no_csim:
        write_csim(folder, model, settings)
    (folder / "graph.json").write_text(to_json(graph))
    (folder / "network.txt").write_text(dump(graph))
    return model


def _tidy(folder: Path, settings: HlsSettings) -> None:
    """Take out what differs from run to run or machine to machine, and what fpgaml replaces."""
    for script in ("build_lib.sh", "Makefile.compile"):
        (folder / script).unlink(missing_ok=True)
    if settings.target.arithmetic == "ap":
        (folder / "network_bridge.cpp").unlink(missing_ok=True)
    if (folder / "Makefile").exists():  # the vendor's own rules
        (folder / "Makefile").rename(folder / "hls4ml.mk")
    config = folder / "hls4ml_config.yml"
    text = re.sub(r"^OutputDir: .*$", "OutputDir: .", config.read_text(), flags=re.MULTILINE)
    config.write_text(re.sub(r"^Stamp: .*$", f"Stamp: {STAMP}", text, flags=re.MULTILINE))
    for path in (*folder.glob("*.txt"), *folder.glob("*.tcl"), *folder.glob("*.cpp"), folder / "hls4ml.mk"):
        if path.exists() and str(folder) in path.read_text():
            path.write_text(path.read_text().replace(str(folder), "."))


def write_vectors(
    folder: Path, model: HlsModel, inputs: Sequence[dict[str, FixedArray]], outputs: Sequence[dict[str, FixedArray]]
) -> None:
    """Write the golden vectors, batch after batch, as raw bits; for hls4ml's own test benches as decimals too."""
    for port in model.inputs:
        write_golden(folder, port, "input", [batch[port.name] for batch in inputs])
    for port in model.outputs:
        write_golden(folder, port, "output", [batch[port.name] for batch in outputs])
    if not ours_is_test_bench(folder):
        _write_decimals(folder / "tb_data" / "tb_input_features.dat", inputs)
        _write_decimals(folder / "tb_data" / "tb_output_predictions.dat", outputs)


def _write_decimals(path: Path, batches: Sequence[dict[str, FixedArray]]) -> None:
    with path.open("w") as file:
        for batch in batches:
            arrays = [value.to_float().reshape(value.shape[0], -1) for value in batch.values()]
            for event in zip(*arrays, strict=True):
                file.write(" ".join(repr(float(x)) for array in event for x in array) + "\n")


def write_guides(folder: Path, graph: Graph, model: HlsModel, settings: HlsSettings, texts: Texts) -> None:
    """Write the Makefile and the README."""
    target = settings.target
    ports = [*((port, "in") for port in model.inputs), *((port, "out") for port in model.outputs)]
    bench = "network_test.cpp" if target.arithmetic == "ap" else "csim/test_bench.cpp network_bridge.cpp"
    flags = " ".join(flag for flag in FLAGS if flag != "-w") + " -w"
    context = {
        "title": graph.name,
        "version": __version__,
        "source": texts.source,
        "backend": target.name,
        "vendor_tool": target.vendor_tool,
        "exported": exported(target),
        "no_csim": target.no_csim,
        "note": target.note,
        "part": settings.part,
        "board_note": f" ({texts.board})" if texts.board else "",
        "clock_ns": f"{settings.clock_ns:g}",
        "io_type": str(settings.io_type),
        "strategy": str(settings.strategy),
        "reuse": settings.reuse_factor,
        "stream": settings.io_type == IoType.STREAM,
        "ports": [
            {
                "variable": port.variable,
                "direction": direction,
                "name": port.name,
                "shape": " × ".join(map(str, port.shape)),
                "cpp": port.cpp,
                "width": port.width,
                "fractional": port.fractional,
            }
            for port, direction in ports
        ],
        "input_texts": texts.inputs,
        "vectors": texts.vectors,
        "events": texts.events,
        "sources": f"{bench} firmware/network.cpp",
        "flags": flags,
        "includes": " ".join(INCLUDES[target.arithmetic]),
        "vendor_rules": make_rules(target),
    }
    for name in ("Makefile", "README.md"):
        (folder / name).write_text(templates().get_template(f"{name}.jinja").render(**context))
