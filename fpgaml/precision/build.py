"""What a way of rounding gives: a Graph, and the types that its tensors got."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.dataset import DataSet
from fpgaml.errors import FpgamlError
from fpgaml.frontends.model import Built, ParsedModel
from fpgaml.graph.types import Quantizer
from fpgaml.precision.places import Choice
from fpgaml.record.calibration import Calibration
from fpgaml.record.precision import How, Precision, PrecisionChoice


@dataclass(frozen=True)
class Calibrating:
    """What a calibration found.

    Args:
        fact: for the results.
        answers: of the float network to the first events of the data, for each output in order.
    """

    fact: Calibration
    answers: tuple[NDArray[np.float64], ...]

    def checked(self, framework: Sequence[NDArray[np.float64]]) -> Calibration:
        """With the largest distance of the float network from the framework's answers to the first events."""
        pairs = zip(self.answers, framework, strict=True)
        apart = [float(np.abs(ours[: len(theirs)].reshape(theirs.shape) - theirs).max()) for ours, theirs in pairs]
        return self.fact.model_copy(update={"reference_distance": max(apart)})


@dataclass(frozen=True)
class Rounded:
    """A Graph whose model keeps numbers in floating point.

    Args:
        precision: for the manifest; messages: what was asked for and is not kept.
        calibration: where data decided.
    """

    built: Built
    precision: Precision
    messages: tuple[str, ...] = ()
    calibration: Calibrating | None = None


class Numbers(Protocol):
    """A way to round what a model keeps in floating point."""

    @property
    def option(self) -> str:
        """That it came with."""

    def input_type(self, name: str) -> Quantizer | None:
        """The type of an input that nothing else decides; None: the data decide it."""

    def build(self, parsed: ParsedModel, inputs: Mapping[str, Quantizer], data: DataSet | None) -> Rounded:
        """The Graph, for inputs of these types.

        Raises:
            FpgamlError: what was asked for does not fit the model.
        """


class NothingToRoundError(FpgamlError):
    """The model says the types of all its numbers."""


def nothing_to_round(option: str) -> FpgamlError:
    """The error about an option that would change nothing."""
    reason = "the model keeps nothing in floating point: its own quantizers say every type"
    return NothingToRoundError(option, reason, "Leave it out")


def facts_of(how: How, asked: Sequence[str], choices: Iterable[Choice]) -> Precision:
    """What the manifest says of it."""
    rows = [
        PrecisionChoice.model_validate(
            {"layer": each.place.layer, "part": each.place.part, "type": each.type, "saturated": each.saturated}
        )
        for each in choices
    ]
    return Precision(how=how, asked=tuple(asked), choices=tuple(rows))
