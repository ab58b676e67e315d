"""What a model and its firmware are checked with: events, answers, labels, and who is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaml.data.arrays import split_path
from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import DataSet, open_data
from fpgaml.data.file_axes import Orders, file_shape
from fpgaml.data.labels import check_labels, labels_array, read_labels
from fpgaml.data.reference import is_answer
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Shape
from fpgaml.physics.columns import columns_of_proof
from fpgaml.physics.measure import measure
from fpgaml.proof.checks import Check, Hop, Proof
from fpgaml.proof.oracle import FrameworkUse, Oracle, check_recorded
from fpgaml.record.physics import Physics

LOOK_SECONDS = 0.5
"""That data are read for before anything is started, to find what cannot be used."""


@dataclass(frozen=True)
class Checking:
    """What to check with.

    Args:
        data, dataset, axes, limit: events, the array's name, a transposition, at most so many.
        reference: recorded answers; labels: truth, for physics metrics.
        framework, framework_events: whether the framework is asked, and for at most how many events.
        layers: compare layer by layer too.
        tolerance_lsb: a distance allowed between source and Graph.
    """

    data: Path | None = None
    dataset: str | None = None
    axes: Sequence[int] | None = None
    limit: int | None = None
    reference: Path | None = None
    labels: Path | None = None
    framework: FrameworkUse = FrameworkUse.AUTO
    framework_events: int = 10_000
    layers: bool = False
    tolerance_lsb: float | None = None

    def events(self, shapes: Mapping[str, Shape]) -> DataSet | None:
        """The data for inputs of these shapes, by layer; None where none were given.

        Raises:
            FpgamlError: as for `open_data`, or labels that cannot be used with it.
        """
        data = open_data(self.data, shapes, self.dataset, self.axes, self.limit) if self.data else None
        check_labels(self.labels, data.events if data else None)
        if data is not None:
            data.look_through(LOOK_SECONDS)
        return data

    def check(self, outputs: Mapping[str, Shape], axes: Orders, events: int | None) -> None:
        """Refuse labels and recorded answers that are not of these outputs, before any long work.

        Args:
            outputs: shape of one event in the Graph, by name; axes: of those whose axes lie in another order in the
                file; events: of the data, None without any.

        Raises:
            FpgamlError: as for `check_labels` and `check_recorded`.
        """
        check_labels(self.labels, events, outputs)
        shapes = {name: file_shape(shape, axes.get(name)) for name, shape in outputs.items()}
        check_recorded(self.reference, self.data_with_answers, shapes)

    @property
    def data_with_answers(self) -> Path | None:
        """The data's file, whose `y` counts as the framework's answers; None where the user says that it is the truth.

        Raises:
            FpgamlError: as for `labels_array`.
        """
        if self.data is None or self.labels is None:
            return self.data
        truth, data = labels_array(self.labels), split_path(self.data)[0]
        return None if truth.path.samefile(data) and is_answer(truth) else self.data

    def proof(
        self,
        graph: Graph,
        hops: Sequence[Hop],
        oracle: Oracle | None,
        *,
        model_rounds: bool,
        approximate: bool,
        calibrated: bool = False,
        golden: int = 0,
        statistics: bool = True,
    ) -> Proof:
        """A proof that has seen nothing yet.

        Args:
            hops: of the firmware; model_rounds: whether the source model itself brings raw data into the inputs' types.
            approximate: whether the Graph rounds what the source keeps in floating point; calibrated: whether it does
                so in types that were chosen for the data.
            golden: events of the data that become golden vectors; statistics: whether quantizers are counted.
        """
        return Proof(
            graph=graph,
            hops=hops,
            oracle=oracle,
            model_rounds=model_rounds,
            approximate=approximate,
            source_on_data=calibrated and self.data is not None,
            oracle_required=self.framework == FrameworkUse.REQUIRED,
            counted="" if not statistics else "vectors" if self.data is None else "data",
            golden=golden,
            layers=self.layers,
            keep_outputs=self.labels is not None,
        )

    def physics(
        self, proof: Proof, checks: Sequence[Check], codings: Mapping[str, PortCoding], axes: Orders
    ) -> Physics | None:
        """Metrics of the source's, the Graph's and the firmware's outputs on labelled data; None without labels.

        Args:
            checks: of the firmware, which say whether it equals the Graph; codings, axes: as for `choose_oracle`.

        Raises:
            FpgamlError: as for `measure`.
        """
        if self.labels is None:
            return None
        columns = columns_of_proof(proof, checks, codings, axes)
        outputs = {name: proof.graph.shapes[name] for name in proof.graph.outputs}
        return measure(read_labels(self.labels, proof.events["data"]), outputs, columns)
