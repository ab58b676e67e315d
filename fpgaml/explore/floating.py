"""A float network made ready to be explored: it runs once with wide numbers, and every tensor shows its extent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.dataset import DataSet
from fpgaml.explore.space import Bits
from fpgaml.explore.subject import FloatSubject
from fpgaml.files import file_sha256
from fpgaml.frontends.model import ParsedModel
from fpgaml.graph.types import Quantizer
from fpgaml.precision.bits_file import BitsPlan
from fpgaml.precision.build import Rounded, facts_of, nothing_to_round
from fpgaml.precision.by_calibration import Floating
from fpgaml.precision.calibrated import Bits as TensorBits
from fpgaml.precision.calibrated import Calibrated
from fpgaml.progress import Progress
from fpgaml.source import settle

FEWEST, MOST = 2, 16
"""Bits that a tensor may have, its sign included."""
HEADROOM = 1
"""Integer bits beyond what the events need."""

Reals = Mapping[str, NDArray[np.float64]]
"""By input layer, shape (events, *shape)."""


@dataclass
class _Watching:
    """Follows `build.Numbers`: builds the network with the most bits that a tensor may have, and keeps what it saw.

    Args:
        reals: the events that extents are seen on.
    """

    reals: Reals
    progress: Progress
    floating: list[Floating] = field(default_factory=list)
    inputs: dict[str, Quantizer] = field(default_factory=dict)
    precision: list[Calibrated] = field(default_factory=list)

    @property
    def option(self) -> str:
        """For errors."""
        return "fpgaml explore"

    def input_type(self, name: str) -> Quantizer | None:
        """The data decide."""
        return None

    def build(self, parsed: ParsedModel, inputs: Mapping[str, Quantizer], data: DataSet | None) -> Rounded:
        """As in `build.Numbers`."""
        with self.progress.step("building the float network"):
            floating = Floating.of(parsed, inputs, self.reals)
        if not any(place.part == "weight" for place in floating.watch.extents):
            raise nothing_to_round(self.option)
        floating.observe(self.progress)
        precision = Calibrated(floating.watch.extents, TensorBits(MOST), HEADROOM)
        built = parsed.build(inputs, precision)
        self.floating, self.precision = [floating], [precision]
        self.inputs = dict(inputs)
        return Rounded(built, facts_of("calibrated", (self.option,), precision.choices))


def float_subject(
    path: Path,
    parsed: ParsedModel,
    input_types: Sequence[str],
    data: DataSet,
    reals: Reals,
    progress: Progress,
) -> tuple[FloatSubject, Floating]:
    """The subject of a float network, all of whose tensors vary, and the float network itself.

    Args:
        data: decides the types of inputs that nothing else decides; reals: the events that extents are seen on.

    Raises:
        NothingToRoundError: the file says their types.
        FpgamlError: it cannot be built.
    """
    watching = _Watching(reals, progress)
    model = settle(path, parsed, input_types, data, watching)
    (floating,), (precision,) = watching.floating, watching.precision
    inputs = {choice.name: choice.quantizer for choice in model.inputs if choice.origin != "model"}
    places = dict.fromkeys(choice.place for choice in precision.choices if choice.place.part != "bias")
    tensors = tuple(Bits(str(place), FEWEST, MOST) for place in places)
    template = BitsPlan(file_sha256(path), inputs, TensorBits(MOST), dict(floating.watch.extents), HEADROOM)
    return FloatSubject(path.absolute(), template, tensors), floating
