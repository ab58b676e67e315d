"""A TensorFlow Lite project: an integer flatbuffer, with what it costs in accuracy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.dataset import DataSet
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, identifier
from fpgaml.graph.ops import Input
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.proof.checks import Check, chunk_events
from fpgaml.proof.compare import Comparison, compare_reals, tally
from fpgaml.proof.golden import Golden
from fpgaml.record.verdict import Status
from fpgaml.target import Evidence, Firmware, Texts, Written
from fpgaml.tflite.facts import TfliteFacts
from fpgaml.tflite.judging.hop import Judged, Judgement
from fpgaml.tflite.judging.integer_check import integer_check
from fpgaml.tflite.judging.measure import Networks, firmware_values, section, side_by_side
from fpgaml.tflite.judging.vectors import golden_codes
from fpgaml.tflite.making.converter import Made, make, tensorflow_python
from fpgaml.tflite.making.fold_limits import fold_limits
from fpgaml.tflite.making.lower import check_supported, lower
from fpgaml.tflite.making.network import FloatNetwork
from fpgaml.tflite.making.output_range import Ranges, coarse_outputs, inside
from fpgaml.tflite.making.reach import Observation, observe
from fpgaml.tflite.project import write_example, write_model, write_readme, write_vectors
from fpgaml.tflite.running.ports import integer_network
from fpgaml.tflite.target import TfliteTarget
from fpgaml.toolchain import versions

FLOAT_CHECK = "Graph = float network"
INT8: Literal["int8"] = "int8"
INT16X8: Literal["int16x8"] = "int16x8"


def check(graph: Graph, evidence: Evidence) -> None:
    """Refuse, before any long work, a model without calibration data, or one that floats cannot express.

    Raises:
        FpgamlError: no data, unsupported operations, or no TensorFlow.
    """
    check_supported(graph)
    _data(evidence)
    tensorflow_python()


def write(target: TfliteTarget, folder: Path, graph: Graph, evidence: Evidence, progress: Progress) -> Written:
    """Build the float network, have it converted, and write the flatbuffer.

    Raises:
        FpgamlError: no data, or no event within the outputs' ranges. ToolError: TensorFlow failed.
    """
    with progress.step("calibrating"):
        events = calibration(graph, _data(evidence), target.calibration_events)
        if target.output_ranges:
            events = _chosen(graph, events, target.output_ranges)
        observed = observe(graph, _batches(graph, events))
        network = fold_limits(lower(graph, observed.reaches))
    with progress.step("converting with TensorFlow"):
        made = make(network, {name: value.to_float() for name, value in events.items()}, target.int16x8)
    path = write_model(folder, identifier(target.model_name), graph, made.integer)
    conversion = _Conversion(target, graph, evidence, network, observed, made, path, _count(events))
    return conversion.written(folder, progress)


def _data(evidence: Evidence) -> DataSet:
    if evidence.data is None:
        raise FpgamlError(
            "--target tflite",
            "there are no events to calibrate on: the integers' scales come from the extremes of typical ones",
            "Give --data events.npy (or .npz, .h5, .csv), a few hundred events or more as the trigger sees them",
        )
    return evidence.data


@dataclass(frozen=True, eq=False)
class _Conversion:
    """A finished conversion, and everything that follows from it."""

    target: TfliteTarget
    graph: Graph
    evidence: Evidence
    network: FloatNetwork
    observed: Observation
    made: Made
    path: Path
    calibrated: int

    def written(self, folder: Path, progress: Progress) -> Written:
        """As the conversion takes it."""
        facts = self.facts
        warnings = self.network.warnings
        if not self.target.int16x8:
            warnings += coarse_outputs(dict(zip(self.graph.outputs, self.made.outputs, strict=True)))
        plain = self._plain(folder)
        networks = self._networks(plain)

        def finish(folder: Path, golden: Golden, texts: Texts) -> None:
            codes = self._golden(networks)
            write_vectors(folder, networks.integer, codes)
            write_example(folder, self.path.stem, networks.integer, len(next(iter(codes.values()))))
            write_readme(folder, networks.integer, self.network, texts, facts, warnings)
            if not self.target.keep_float:
                plain.unlink()

        hop = Judged(lambda fixed: self._judge(networks, fixed), progress)
        tools = {**versions(("numpy", "ai-edge-litert")), "tensorflow": self.made.versions["tensorflow"]}
        firmware = Firmware(networks.integer.inputs, networks.integer.outputs, facts, (hop,), tools, of_graph=False)
        return Written(firmware, finish, warnings, ("ai-edge-litert",))

    def _plain(self, folder: Path) -> Path:
        plain = folder / f"{self.path.stem}_float32.tflite"
        plain.write_bytes(self.made.plain)
        return plain

    def _networks(self, plain: Path) -> Networks:
        shapes = self.graph.shapes
        inputs = dict(zip((node.name for node in self.graph.inputs), self.made.tensors.inputs, strict=True))
        outputs = dict(zip(self.graph.outputs, self.made.tensors.outputs, strict=True))
        sides = [{name: (tensor, shapes[name]) for name, tensor in side.items()} for side in (inputs, outputs)]
        return Networks(integer_network(self.path, *sides), plain, self.made.plain_tensors)

    @cached_property
    def facts(self) -> TfliteFacts:
        """For manifest.json."""
        return TfliteFacts(
            activations=INT16X8 if self.target.int16x8 else INT8,
            name=self.path.stem,
            calibration_events=self.calibrated,
            float32=self.target.keep_float,
            converter=dict(self.made.versions),
            dropped_quantizers=self.network.dropped,
            clips=tuple(self.network.clips),
            output_ranges={name or "*": ends for name, ends in self.target.output_ranges.items()},
        )

    def _golden(self, networks: Networks) -> dict[str, NDArray[Any]]:
        data, evidence = firmware_values(self.graph, _data(self.evidence)), self.evidence
        return golden_codes(networks.integer.inputs, data, evidence.vectors, evidence.golden, evidence.seed)

    def _judge(self, networks: Networks, fixed: Mapping[str, NDArray[np.float64]]) -> Judgement:
        """What the float network and the integer one make of the data, beside the Graph's outputs."""
        data, labels, ranges = _data(self.evidence), self.evidence.labels, self.target.output_ranges
        found = side_by_side(networks, self.graph, data, fixed, ranges, labels is not None)
        results = section(networks, found, self.facts, labels, self.target.time)
        codes = self._golden(networks)
        checks = (self._float_check(), integer_check(networks.integer, codes, firmware_values(self.graph, data)))
        return Judgement(checks, {"tflite": results})

    def _float_check(self) -> Check:
        """The float network against the Graph on the calibration data."""
        oracle = f"TensorFlow {self.made.versions['tensorflow']}, float32"
        found: dict[str, Comparison] = {}
        for name, computed in zip(self.graph.outputs, self.made.outputs, strict=True):
            lsb = int(self.graph.types[name].uniform().fractional)
            start = 0
            for part in self.observed.outputs[name]:
                count = part.shape[0]
                answers = computed[start : start + count].reshape(part.shape)
                tally(found, name, compare_reals(part, answers, name, start, lsb))
                start += count
        if all(comparison.equal_as_recorded for comparison in found.values()):
            return Check(FLOAT_CHECK, oracle, Status.EXACT, "nothing was rounded on the calibration data", found)
        note = "the float network has none of the Graph's roundings; on the calibration data"
        return Check(FLOAT_CHECK, oracle, Status.DISTANCE, note, found)


def calibration(graph: Graph, data: DataSet, most: int) -> dict[str, FixedArray]:
    """At most so many events, evenly spread over the data, in the types of the Graph's inputs.

    Raises:
        FpgamlError: as for `DataSet.chunks`.
    """
    chosen = np.unique(np.linspace(0, data.events - 1, min(most, data.events)).round().astype(np.int64))
    parts: dict[str, list[NDArray[np.float64]]] = {node.name: [] for node in graph.inputs}
    start = 0
    for chunk in data.chunks():
        count = len(next(iter(chunk.values())))
        here = chosen[(chosen >= start) & (chosen < start + count)] - start
        for node in graph.inputs:
            parts[node.name].append(chunk[node.source or node.name][here])
        start += count
    values = {}
    for node in graph.inputs:
        assert isinstance(node.op, Input)
        values[node.name] = node.op.read(np.concatenate(parts[node.name]))
    return values


def _chosen(graph: Graph, events: Mapping[str, FixedArray], ranges: Ranges) -> dict[str, FixedArray]:
    """The events whose outputs lie within the ranges, by the Graph's own arithmetic."""
    outputs = observe(graph, _batches(graph, events)).outputs
    chosen = inside({n: np.concatenate([part.to_float() for part in parts]) for n, parts in outputs.items()}, ranges)
    return {name: FixedArray(value.integers[chosen], value.fractional) for name, value in events.items()}


def _batches(graph: Graph, events: Mapping[str, FixedArray]) -> Iterator[dict[str, FixedArray]]:
    total, size = _count(events), chunk_events(graph)
    for start in range(0, total, size):
        yield {
            name: FixedArray(value.integers[start : start + size], value.fractional) for name, value in events.items()
        }


def _count(events: Mapping[str, FixedArray]) -> int:
    return int(next(iter(events.values())).shape[0])
