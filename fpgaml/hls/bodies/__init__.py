"""What each operation does, in C++: statements over flat arrays, for layers of our own and for whole functions."""

from __future__ import annotations

from fpgaml.graph.ops import Operation
from fpgaml.hls.bodies import elementwise, indexed, linear, rearrange, reductions
from fpgaml.hls.bodies.site import Writer

BODIES: dict[type[Operation], Writer] = {
    **elementwise.BODIES,
    **indexed.BODIES,
    **linear.BODIES,
    **rearrange.BODIES,
    **reductions.BODIES,
}
