"""Which passes run, and in which order. A target's own passes come after these, in the target's folder."""

from __future__ import annotations

from collections.abc import Container

from fpgaml.passes.base import Pass
from fpgaml.passes.drop_dead_nodes import DropDeadNodes
from fpgaml.passes.drop_lossless_quantizers import DropLosslessQuantizers
from fpgaml.passes.fold_constants import FoldConstants
from fpgaml.passes.fold_input_quantizers import FoldInputQuantizers
from fpgaml.passes.hoist_quantizers import HoistQuantizers
from fpgaml.passes.relax_overflows import RelaxOverflows
from fpgaml.passes.round_factors import RoundFactors


def of_file(given: Container[str]) -> tuple[Pass, ...]:
    """For every Graph that a model file became.

    Args:
        given: the inputs whose type does not come from the file.
    """
    return (FoldInputQuantizers(given),)


def of_requantisation(bits: int) -> tuple[Pass, ...]:
    """For a network of integer codes whose factors are to have so many bits."""
    return (RoundFactors(bits),)


FEWEST_OPERATIONS: tuple[Pass, ...] = (
    FoldConstants(),
    DropDeadNodes(),
    DropLosslessQuantizers(),
    RelaxOverflows(),
    HoistQuantizers(),
)
"""For a target that pays for every operation as it stands, since nothing behind it simplifies."""
