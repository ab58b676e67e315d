"""The TensorFlow Lite target's settings: an integer flatbuffer, calibrated on data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fpgaml.settings import option, read_texts

if TYPE_CHECKING:
    from fpgaml.boards import Board
    from fpgaml.data.dataset import DataSet
    from fpgaml.graph.graph import Graph
    from fpgaml.progress import Progress
    from fpgaml.record.manifest import Manifest
    from fpgaml.target import Evidence, Firmware, Written

CALIBRATION_EVENTS = 1000
"""Enough for the extremes of typical events; each scale is set by two of them."""


def _ranges(texts: Sequence[str]) -> Mapping[str, tuple[float, float]]:
    from fpgaml.tflite.making.output_range import parse_ranges

    return parse_ranges((texts,) if isinstance(texts, str) else texts)


@dataclass(frozen=True)
class TfliteTarget:
    """Settings of a TensorFlow Lite project.

    Args:
        int16x8: 16-bit activations with 8-bit weights, instead of 8-bit everything.
        calibration_events: at most so many events of the data, evenly spread over it, set the scales.
        time: whether the time of an inference is measured, which differs from run to run.
        keep_float: whether the float32 flatbuffer stays in the project.
        model_name: of the model, its files and its C array.
        output_ranges: events with an output beyond its range set no scale; by the output's name, empty for all.

    Raises:
        FpgamlError: a text that means nothing.
    """

    name: ClassVar[str] = "tflite"
    facts: ClassVar[str] = "fpgaml.tflite.facts:TfliteFacts"
    title: ClassVar[str] = "TensorFlow Lite"
    summary: ClassVar[str] = "an integer flatbuffer"
    of_float: ClassVar[bool] = True
    for_board: ClassVar[bool] = False

    int16x8: bool = field(default=False, metadata=option("--int16x8", "16-bit activations, 8-bit weights.", kind=bool))
    calibration_events: int = field(
        default=CALIBRATION_EVENTS,
        metadata=option(
            "--calibration-events",
            "At most so many events of --data set the scales.",
            shown=str(CALIBRATION_EVENTS),
            kind=int,
            least=1,
        ),
    )
    time: bool = field(
        default=False, metadata=option("--time", "Measure the time of an inference on this CPU.", kind=bool)
    )
    keep_float: bool = field(default=False, metadata=option("--keep-float", "Keep the float32 .tflite too.", kind=bool))
    model_name: str = field(
        default="network", metadata=option("--name", "The model, its files and its C array.", shown="network")
    )
    output_ranges: Mapping[str, tuple[float, float]] = field(
        default_factory=dict,
        metadata=option(
            "--output-range",
            "Only events with outputs in here set scales: -20,20 or NAME=-20,20.",
            shown="all events",
            read=_ranges,
            kind=list,
        ),
    )

    def __post_init__(self) -> None:
        read_texts(self)

    def check(self, graph: Graph, board: Board, evidence: Evidence) -> None:
        """Refuse, before any long work, a model without calibration data, or one that floats cannot express."""
        from fpgaml.tflite.firmware import check

        check(graph, evidence)

    def write(self, folder: Path, graph: Graph, board: Board, evidence: Evidence, progress: Progress) -> Written:
        """Build the float network, have it converted, and write the flatbuffer."""
        from fpgaml.tflite.firmware import write

        return write(self, folder, graph, evidence, progress)

    @classmethod
    def reopen(
        cls, folder: Path, manifest: Manifest, graph: Graph, data: DataSet | None, progress: Progress
    ) -> Firmware:
        """A finished project: its golden vectors and its integers are judged again, on data too if given."""
        from fpgaml.tflite.judging.again import reopen

        return reopen(folder, manifest, graph, data)
