"""What each operation does, in C++ over lanes of events."""

from __future__ import annotations

from fpgaml.emulator.bodies import choices, einsum, elementwise, folds, indexed, linear, moves, quantize, scan
from fpgaml.emulator.site import Writer
from fpgaml.graph.ops import Operation

BODIES: dict[type[Operation], Writer] = {
    **choices.BODIES,
    **einsum.BODIES,
    **elementwise.BODIES,
    **folds.BODIES,
    **indexed.BODIES,
    **linear.BODIES,
    **moves.BODIES,
    **quantize.BODIES,
    **scan.BODIES,
}
"""Besides Input, Constant and Reshape, which take no code."""
