"""What every target gives the conversion: something that can be run, compared, described and finished."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fpgaml.boards import Board
from fpgaml.data.dataset import DataSet
from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.project.ports import Port
from fpgaml.proof.checks import Check

Batches = Sequence[dict[str, FixedArray]]
"""Batches of tensors by name, each of shape (events, *shape)."""

Run = Callable[[Mapping[str, FixedArray]], Mapping[str, FixedArray]]
"""A batch of inputs through the firmware's simulation."""


@dataclass(frozen=True)
class Texts:
    """What a project's README says beyond its settings.

    Args:
        source: the model file's name; board: the board's title, empty for a bare part.
        inputs: a sentence for each input's type.
        vectors: where the golden vectors come from; events: how many there are.
    """

    source: str
    board: str
    inputs: Sequence[str]
    vectors: str
    events: int


def _already_finished(folder: Path, inputs: Batches, outputs: Batches, texts: Texts) -> None:
    """A project that is only run again is not written again."""


@dataclass(frozen=True)
class Evidence:
    """What a conversion has to judge by.

    Args:
        data: recorded events, None where none were given; labels: their truth.
        seed, vectors: of the made-up vectors, and how many; golden: how many events of the data become golden vectors.
    """

    data: DataSet | None
    labels: Path | None
    seed: int
    vectors: int
    golden: int


@dataclass(frozen=True)
class Judgement:
    """What a target found out about itself on the data.

    Args:
        checks: its own hops; sections: of results.json, by name.
    """

    checks: Sequence[Check] = ()
    sections: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Firmware:
    """A project whose sources are written.

    Args:
        inputs, outputs: its ports.
        check: what is compared, such as "Graph = C-simulation"; empty where the target has checks of its own instead.
        run: the simulation; None where there is none, and `why_not` says why.
        settings: for manifest.json; tools: with versions, for results.json; messages: what the tools said.
        finish: writes golden vectors and guides into the project; nothing for one that is only run again.
        estimate: resources before any synthesis, for results.json; empty if there is no estimate.
        packages: that took part, for the manifest.
        pending: checks that another command makes, by name, with how to make them.
        judge: given the Graph's outputs on the data, by name, what the target says of itself; None: nothing.
    """

    inputs: Sequence[Port]
    outputs: Sequence[Port]
    check: str
    run: Run | None
    why_not: str
    settings: Mapping[str, Any]
    finish: Callable[[Path, Batches, Batches, Texts], None] = _already_finished
    tools: Mapping[str, str] = field(default_factory=dict)
    messages: Sequence[str] = ()
    estimate: Mapping[str, Any] = field(default_factory=dict)
    packages: Sequence[str] = ()
    pending: Mapping[str, str] = field(default_factory=dict)
    judge: Callable[[Mapping[str, NDArray[np.float64]]], Judgement] | None = None


class Target(Protocol):
    """A kind of firmware, with its settings."""

    def check(self, graph: Graph, board: Board) -> None:
        """Refuse, before any long work, what cannot become firmware.

        Raises:
            FpgamlError: says why, and what would help.
        """

    def write(self, folder: Path, graph: Graph, board: Board, progress: Progress) -> Firmware:
        """Write the sources into a folder.

        Raises:
            FpgamlError: the graph cannot be expressed.
        """


@runtime_checkable
class NeedsEvidence(Protocol):
    """A target that works on data, not on the Graph alone."""

    def with_evidence(self, evidence: Evidence) -> Target:
        """The same target with data to work on."""
