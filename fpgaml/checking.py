"""What a model and its firmware are checked with: events, answers, labels, and who is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fpgaml.data.dataset import DataSet, open_data
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Shape
from fpgaml.proof.checks import Hop, Proof
from fpgaml.proof.oracle import FrameworkUse, Oracle
from fpgaml.proof.physics import area_under_roc


@dataclass(frozen=True)
class Checking:
    """What to check with.

    Args:
        data, dataset, axes, limit: events, the array's name, a transposition, at most so many.
        reference: recorded answers; labels: 0 and 1 for background and signal.
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
            FpgamlError: as for `open_data`.
        """
        return open_data(self.data, shapes, self.dataset, self.axes, self.limit) if self.data else None

    def proof(
        self,
        graph: Graph,
        hops: Sequence[Hop],
        oracle: Oracle | None,
        *,
        model_rounds: bool,
        approximate: bool,
        calibrated: bool = False,
    ) -> Proof:
        """A proof that has seen nothing yet.

        Args:
            hops: of the firmware; model_rounds: whether the source model itself brings raw data into the inputs' types.
            approximate: whether the Graph rounds what the source keeps in floating point; calibrated: whether it does
                so in types that were chosen for the data.
        """
        return Proof(
            graph=graph,
            hops=hops,
            oracle=oracle,
            model_rounds=model_rounds,
            approximate=approximate,
            source_on_data=calibrated and self.data is not None,
            oracle_required=self.framework == FrameworkUse.REQUIRED,
            counted="vectors" if self.data is None else "data",
            keep_outputs=self.labels is not None,
        )

    def roc_auc(self, proof: Proof) -> Mapping[str, float]:
        """Areas under the ROC curve of the Graph's outputs on labelled data; empty without labels.

        Raises:
            FpgamlError: as for `area_under_roc`.
        """
        if self.labels is None:
            return {}
        scores = {name: np.concatenate(parts) for name, parts in proof.outputs.items()}
        return area_under_roc(self.labels, scores)
