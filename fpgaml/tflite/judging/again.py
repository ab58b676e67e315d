"""The checks of a finished TensorFlow Lite project, to be run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml import litert
from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import DataSet
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.litert import Kernels
from fpgaml.project.golden import read_golden
from fpgaml.proof.checks import Check
from fpgaml.proof.compare import Comparison, compare
from fpgaml.record.manifest import Manifest
from fpgaml.record.verdict import Status
from fpgaml.target import Codes, Firmware
from fpgaml.tflite.facts import TfliteFacts
from fpgaml.tflite.judging.hop import Judged, Judgement
from fpgaml.tflite.judging.integer_check import CHECK, integer_check
from fpgaml.tflite.judging.measure import firmware_values
from fpgaml.tflite.project import golden_port
from fpgaml.tflite.running.ports import IntegerNetwork, TflitePort
from fpgaml.toolchain import versions

GOLDEN_CHECK = "golden vectors = LiteRT reference kernels"
OTHERS_CHECK = "golden vectors = LiteRT's other kernels"


def reopen(folder: Path, manifest: Manifest, graph: Graph, data: DataSet | None) -> Firmware:
    """The flatbuffer of a project: its golden vectors and its integers are judged again, on data too if given."""
    settings = manifest.settings
    assert isinstance(settings, TfliteFacts)
    inputs, outputs = (
        tuple(TflitePort.from_row(port.to_json()) for port in ports) for ports in (manifest.inputs, manifest.outputs)
    )
    network = IntegerNetwork(folder / f"{settings.name}.tflite", inputs, outputs)

    def judge(_: Mapping[str, NDArray[np.float64]]) -> Judgement:
        codes = {port.name: _codes(folder, port, "input") for port in inputs}
        reals = firmware_values(graph, data) if data is not None else ()
        return Judgement((*golden_checks(folder, network, codes), integer_check(network, codes, reals)))

    tools = versions(("numpy", "ai-edge-litert"))
    return Firmware(inputs, outputs, settings, (Judged(judge),), tools, of_graph=False, codes=_codes_of(network))


def _codes_of(network: IntegerNetwork) -> Codes:
    """The flatbuffer as LiteRT runs it."""

    def run(values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        codes = network.codes({name: value.to_float() for name, value in values.items()})
        found = network.run(codes, Kernels.REFERENCE)
        return {name: FixedArray(array.astype(np.int64), 0) for name, array in found.items()}

    codings = {port.name: PortCoding(port.scale, port.zero_point, port.width) for port in network.outputs}
    return Codes("LiteRT's reference kernels", CHECK, run, codings)


def golden_checks(folder: Path, network: IntegerNetwork, codes: Mapping[str, NDArray[Any]]) -> tuple[Check, Check]:
    """Whether LiteRT, as it is installed now, still gives the recorded outputs.

    The reference kernels must; the others may round differently on another processor, which is reported.

    Raises:
        FpgamlError: vectors that cannot be read, or of different lengths.
    """
    reference = _compared(folder, network, codes, (Kernels.REFERENCE,))
    others = _compared(folder, network, codes, (Kernels.OPTIMISED, Kernels.XNNPACK))
    oracle = f"LiteRT {litert.version()}"
    status = Status.EXACT if all(c.exact for c in reference.values()) else Status.FAILED
    if all(c.exact for c in others.values()):
        second = Check(OTHERS_CHECK, oracle, Status.EXACT, "in codes", others)
    else:
        note = "in codes; these kernels round differently from one processor to another"
        second = Check(OTHERS_CHECK, oracle, Status.DISTANCE, note, others)
    return Check(GOLDEN_CHECK, oracle, status, "in codes", reference), second


def _compared(
    folder: Path, network: IntegerNetwork, codes: Mapping[str, NDArray[Any]], wanted: Sequence[Kernels]
) -> dict[str, Comparison]:
    found = {}
    for kernels in wanted:
        computed = network.run(codes, kernels)
        for port in network.outputs:
            golden = golden_port(port, kernels)
            recorded = FixedArray(_codes(folder, golden, "output").astype(np.int64), 0)
            got = FixedArray(computed[port.name].astype(np.int64), 0)
            if recorded.shape != got.shape:
                reason = f"{recorded.shape[0]} golden outputs of {golden.name} for {got.shape[0]} inputs"
                raise FpgamlError(str(folder), reason, "Convert the model again")
            found[golden.name] = compare(recorded, got, golden.name)
    return found


def _codes(folder: Path, port: TflitePort, direction: str) -> NDArray[Any]:
    values = read_golden(folder, port, direction)
    return np.asarray(values.integers).astype(f"int{port.width}")
