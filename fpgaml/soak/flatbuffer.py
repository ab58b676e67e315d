"""An integer flatbuffer on random codes: LiteRT's reference kernels against the Graph that the file says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml import litert
from fpgaml.data.file_axes import to_file
from fpgaml.graph.values import FixedArray
from fpgaml.graph.work import multiplications
from fpgaml.litert import Kernels
from fpgaml.running.firmware import OpenProject
from fpgaml.soak.firmware import Ran, Tried
from fpgaml.soak.tally import Values
from fpgaml.target import Firmware
from fpgaml.tflite.facts import TfliteFacts
from fpgaml.tflite.judging.integer_check import CHECK, read_back
from fpgaml.tflite.running.ports import IntegerNetwork


def open_flatbuffer(project: OpenProject, firmware: Firmware) -> Tried:
    """The flatbuffer of a project.

    Raises:
        UnsupportedError: operators that fpgaml does not read.
        ToolError: no LiteRT.
    """
    settings = project.manifest.settings
    assert isinstance(settings, TfliteFacts)
    inputs, outputs = tuple(firmware.inputs), tuple(firmware.outputs)
    network = IntegerNetwork(project.folder / f"{settings.name}.tflite", inputs, outputs)  # type: ignore[arg-type]
    graph = read_back(network)
    found = litert.describe(network.path)  # the Graph's inputs and outputs are in the file's order
    nodes = {port.name: node.name for port, node in zip(found.inputs, graph.inputs, strict=True)}
    names = dict(zip((port.name for port in found.outputs), graph.outputs, strict=True))

    def run(values: Values) -> Ran:
        codes: dict[str, NDArray[Any]] = {
            port.name: np.asarray(values[nodes[port.tensor]].at(0)).reshape(-1, *port.shape).astype(port.dtype)
            for port in network.inputs
        }
        given = network.run(codes, Kernels.REFERENCE)
        return Ran(
            {
                names[port.tensor]: FixedArray(
                    given[port.name].astype(np.int64).reshape(-1, *graph.shapes[names[port.tensor]]), 0
                )
                for port in network.outputs
            }
        )

    ports = tuple(
        replace(port, name=names[port.tensor], shape=graph.shapes[names[port.tensor]]) for port in network.outputs
    )

    def reals(values: Values) -> dict[str, NDArray[Any]]:
        """Real numbers that become these codes again."""
        layers = {node: layer for layer, node in project.graph.input_layers.items()}
        shapes = {port.name: (-1, *port.shape) for port in network.inputs}
        return {
            layers[port.name]: to_file(
                port.dequantise(values[nodes[port.tensor]].at(0)).reshape(shapes[port.name]),
                project.axes.get(layers[port.name]),
            )
            for port in network.inputs
        }

    title = f"LiteRT {litert.version()}, reference kernels"
    return Tried(
        graph,
        ports,
        title,
        f"{CHECK} at random",
        firmware.tools,
        multiplications(graph),
        run,
        reals,
        "fpgaml verify PROJECT --data",
        inputs={nodes[port.tensor]: port.name for port in network.inputs},
    )
