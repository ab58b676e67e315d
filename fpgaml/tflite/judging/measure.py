"""The float, the integer and the fixed-point network side by side, on data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml import litert
from fpgaml.data.dataset import DataSet
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Input
from fpgaml.litert import Kernels
from fpgaml.physics.measure import area_under_roc
from fpgaml.record import integer_network as record
from fpgaml.tflite.facts import TfliteFacts
from fpgaml.tflite.judging.distances import CodeDifference, Distance
from fpgaml.tflite.making.converter import Tensors
from fpgaml.tflite.making.output_range import Ranges, within
from fpgaml.tflite.running.ports import IntegerNetwork
from fpgaml.tflite.running.timing import time_inference

Reals = NDArray[np.float64]
CHUNK_VALUES = 1 << 21
OTHERS = (Kernels.OPTIMISED, Kernels.XNNPACK)
PAIRS = ("integer from float", "integer from fixed", "fixed from float")


@dataclass(frozen=True)
class Networks:
    """The flatbuffers of one network.

    Args:
        integer: the quantised one; plain: the float32 file; plain_tensors: its inputs and outputs, in the same order.
    """

    integer: IntegerNetwork
    plain: Path
    plain_tensors: Tensors

    def run_plain(self, reals: Mapping[str, Reals]) -> dict[str, Reals]:
        """The float32 network's outputs, by LiteRT's default kernels."""
        given = {
            tensor: reals[port.name].astype(np.float32)
            for tensor, port in zip(self.plain_tensors.inputs, self.integer.inputs, strict=True)
        }
        found = litert.run(self.plain, given, Kernels.XNNPACK)
        return {
            port.name: found[tensor].astype(np.float64).reshape(-1, *port.shape)
            for tensor, port in zip(self.plain_tensors.outputs, self.integer.outputs, strict=True)
        }


@dataclass
class SideBySide:
    """Counts over all events.

    Args:
        saturated, values: of each input, how many of its values are beyond its codes' range.
        distances: by pair of networks and output; kernels: by kernels and output.
        scores: of each network by output, where labels ask for them.
    """

    events: int = 0
    saturated: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    distances: dict[tuple[str, str], Distance] = field(default_factory=dict)
    kernels: dict[tuple[str, str], CodeDifference] = field(default_factory=dict)
    scores: dict[str, dict[str, list[Reals]]] = field(default_factory=dict)


def firmware_values(graph: Graph, data: DataSet) -> Iterator[dict[str, Reals]]:
    """The data as the Graph's inputs hold them: rounded to their types, as real numbers, in chunks of events.

    All networks get these, so that their differences are not those of their inputs.
    """
    for chunk in data.chunks(CHUNK_VALUES):
        values = {}
        for node in graph.inputs:
            assert isinstance(node.op, Input)
            values[node.name] = node.op.read(chunk[node.source or node.name]).to_float()
        yield values


def side_by_side(
    networks: Networks, graph: Graph, data: DataSet, fixed: Mapping[str, Reals], ranges: Ranges, keep_scores: bool
) -> SideBySide:
    """Run the data through the float and the integer network, the latter by all kernels.

    Args:
        fixed: the Graph's outputs on the data, shape (events, *shape).
        ranges: of outputs, beyond which distances do not count.
        keep_scores: whether the outputs are wanted, for physics metrics.
    """
    result = SideBySide()
    integer = networks.integer
    for port in integer.outputs:
        for pair in PAIRS:
            result.distances[pair, port.name] = Distance(port.name, port.scale)
        for kernels in OTHERS:
            result.kernels[kernels, port.name] = CodeDifference(port.name, kernels)
    for reals in firmware_values(graph, data):
        count = len(next(iter(reals.values())))
        place = slice(result.events, result.events + count)
        for port in integer.inputs:
            result.saturated[port.name] = result.saturated.get(port.name, 0) + port.outside(reals[port.name])
            result.values[port.name] = result.values.get(port.name, 0) + reals[port.name].size
        codes = integer.codes(reals)
        reference = integer.run(codes, Kernels.REFERENCE)
        plain = networks.run_plain(reals)
        for kernels in OTHERS:
            for name, found in integer.run(codes, kernels).items():
                result.kernels[kernels, name].add(reference[name], found)
        for port in integer.outputs:
            reached, exact = port.dequantise(reference[port.name]), fixed[port.name][place]
            a, b, c = (within(port.name, values, ranges) for values in (plain[port.name], reached, exact))
            for pair, expected, got in zip(PAIRS, (a, c, a), (b, b, c), strict=True):
                result.distances[pair, port.name].add(expected, got)
            if keep_scores:
                for network, values in (("float", plain[port.name]), ("integer", reached)):
                    result.scores.setdefault(network, {}).setdefault(port.name, []).append(values)
        result.events += count
    return result


def section(
    networks: Networks, found: SideBySide, settings: TfliteFacts, labels: Path | None, timed: bool
) -> record.IntegerNetwork:
    """What results.json says of an integer network.

    Args:
        labels: truth for the ROC AUC of each network; None: none.
        timed: whether to measure how long an inference takes, which differs from run to run.
    """
    areas: dict[str, Mapping[str, float]] = {}
    for network, outputs in found.scores.items():
        if labels is not None:
            scores = {name: np.concatenate(parts) for name, parts in outputs.items()}
            found_areas = area_under_roc(labels, scores)
            areas |= {network: found_areas} if found_areas else {}
    return record.IntegerNetwork(
        activations=settings.activations,
        reference="reference",
        calibration_events=settings.calibration_events,
        events=found.events,
        bytes=record.Sizes(integer=networks.integer.path.stat().st_size, float32=networks.plain.stat().st_size),
        inputs=tuple(
            record.SaturatedInput(input=name, values=values, saturated=found.saturated[name])
            for name, values in found.values.items()
        ),
        distances=tuple(each.facts(pair) for (pair, _), each in found.distances.items()),
        kernels=tuple(each.facts() for each in found.kernels.values()),
        roc_auc=areas,
        timing=timings(networks) if timed else None,
    )


def timings(networks: Networks) -> tuple[record.InferenceTime, ...]:
    """Time of one inference, of both networks."""
    integer, plain = networks.integer.path, networks.plain
    return (
        time_inference(integer, Kernels.XNNPACK, "integer"),
        time_inference(integer, Kernels.REFERENCE, "integer"),
        time_inference(plain, Kernels.XNNPACK, "float32"),
    )
