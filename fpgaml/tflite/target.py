"""The TensorFlow Lite target: an integer flatbuffer, calibrated on data, with what it costs in accuracy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.boards import Board
from fpgaml.data.dataset import DataSet
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, identifier
from fpgaml.graph.ops import Input
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.project.manifest import versions
from fpgaml.proof.checks import Check, chunk_events
from fpgaml.proof.compare import Comparison, compare_reals
from fpgaml.record.verdict import Status
from fpgaml.target import Batches, Evidence, Firmware, Judgement, Texts
from fpgaml.tflite.judging.integer_check import CHECK, integer_check
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

NAME = "tflite"
FLOAT_CHECK = "Graph = float network"
INT8, INT16X8 = "int8", "int16x8"
CALIBRATION_EVENTS = 1000
"""Enough for the extremes of typical events; each scale is set by two of them."""


@dataclass(frozen=True)
class TfliteTarget:
    """Settings of a TensorFlow Lite project.

    Args:
        int16x8: 16-bit activations with 8-bit weights, instead of 8-bit everything.
        calibration_events: at most so many events of the data, evenly spread over it, set the scales.
        time: whether the time of an inference is measured, which differs from run to run.
        keep_float: whether the float32 flatbuffer stays in the project.
        name: of the model, its files and its C array.
        output_ranges: events with an output beyond its range set no scale; by the output's name, empty for all.
        evidence: the data and what else there is to judge by; the conversion gives it.
    """

    int16x8: bool = False
    calibration_events: int = CALIBRATION_EVENTS
    time: bool = False
    keep_float: bool = False
    name: str = "network"
    output_ranges: Ranges = field(default_factory=dict)
    evidence: Evidence | None = None

    def with_evidence(self, evidence: Evidence) -> TfliteTarget:
        """The same settings, with data to calibrate on."""
        return replace(self, evidence=evidence)

    def check(self, graph: Graph, board: Board) -> None:
        """Refuse, before any long work, a model without calibration data, or one that floats cannot express."""
        check_supported(graph)
        self._data()
        tensorflow_python()

    def _data(self) -> DataSet:
        if self.evidence is None or self.evidence.data is None:
            raise FpgamlError(
                "--target tflite",
                "there are no events to calibrate on: the integers' scales come from the extremes of typical ones",
                "Give --data events.npy (or .npz, .h5, .csv), a few hundred events or more as the trigger sees them",
            )
        return self.evidence.data

    def write(self, folder: Path, graph: Graph, board: Board, progress: Progress) -> Firmware:
        """Build the float network, have it converted, and write the flatbuffer."""
        data = self._data()
        with progress.step("calibrating"):
            events = calibration(graph, data, self.calibration_events)
            if self.output_ranges:
                events = _chosen(graph, events, self.output_ranges)
            observed = observe(graph, _batches(graph, events))
            network = fold_limits(lower(graph, observed.reaches))
        with progress.step("converting with TensorFlow"):
            made = make(network, {name: value.to_float() for name, value in events.items()}, self.int16x8)
        name = identifier(self.name)
        path = write_model(folder, name, graph, made.integer)
        return _Conversion(self, graph, network, observed, made, path).firmware(folder, _count(events))


@dataclass(frozen=True, eq=False)
class _Conversion:
    """A finished conversion, and everything that follows from it."""

    target: TfliteTarget
    graph: Graph
    network: FloatNetwork
    observed: Observation
    made: Made
    path: Path

    def firmware(self, folder: Path, calibration_events: int) -> Firmware:
        """As the conversion takes it."""
        facts = self._facts(calibration_events)
        warnings = self.network.warnings
        if not self.target.int16x8:
            warnings += coarse_outputs(dict(zip(self.graph.outputs, self.made.outputs, strict=True)))
        plain = self._plain(folder)
        networks = self._networks(plain)

        def finish(folder: Path, inputs: Batches, outputs: Batches, texts: Texts) -> None:
            codes = self._golden(networks)
            write_vectors(folder, networks.integer, codes)
            write_example(folder, self.path.stem, networks.integer, len(next(iter(codes.values()))))
            write_readme(folder, networks.integer, self.network, texts, facts, warnings)
            if not self.target.keep_float:
                plain.unlink()

        def judge(fixed: Mapping[str, NDArray[np.float64]]) -> Judgement:
            return self._judge(networks, fixed, calibration_events)

        return Firmware(
            networks.integer.inputs,
            networks.integer.outputs,
            "",
            None,
            "",
            facts,
            finish,
            {**versions(("numpy", "ai-edge-litert")), "tensorflow": self.made.versions["tensorflow"]},
            warnings,
            packages=("ai-edge-litert",),
            judge=judge,
        )

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

    def _facts(self, calibration_events: int) -> dict[str, Any]:
        """For manifest.json."""
        return {
            "target": NAME,
            "activations": INT16X8 if self.target.int16x8 else INT8,
            "name": self.path.stem,
            "calibration_events": calibration_events,
            "float32": self.target.keep_float,
            "converter": dict(self.made.versions),
            "dropped_quantizers": self.network.dropped,
            "clips": list(self.network.clips),
            "output_ranges": {name or "*": list(ends) for name, ends in self.target.output_ranges.items()},
        }

    def _golden(self, networks: Networks) -> dict[str, NDArray[Any]]:
        evidence = self.target.evidence
        assert evidence is not None
        data = firmware_values(self.graph, self.target._data())
        return golden_codes(networks.integer.inputs, data, evidence.vectors, evidence.golden, evidence.seed)

    def _judge(
        self, networks: Networks, fixed: Mapping[str, NDArray[np.float64]], calibration_events: int
    ) -> Judgement:
        """What the float network and the integer one make of the data, beside the Graph's outputs."""
        evidence, data = self.target.evidence, self.target._data()
        assert evidence is not None
        ranges = self.target.output_ranges
        found = side_by_side(networks, self.graph, data, fixed, ranges, evidence.labels is not None)
        activations = INT16X8 if self.target.int16x8 else INT8
        results = section(networks, found, activations, calibration_events, evidence.labels, self.target.time)
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
                comparison = compare_reals(part, answers, name, start, lsb)
                found[name] = found[name] + comparison if name in found else comparison
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


__all__ = ["CHECK", "FLOAT_CHECK", "NAME", "TfliteTarget"]
