"""The golden vectors of a project: made-up vectors and the first events of the data, with the Graph's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fpgaml.graph.values import FixedArray
from fpgaml.proof.checks import Batch

Tensors = dict[str, FixedArray]
"""By name, each of shape (events, *shape)."""


@dataclass
class Golden:
    """Batches of inputs and the outputs that belong to them.

    Args:
        limits: how many events of an origin are kept, the first ones; of others all.
    """

    limits: Mapping[str, int]
    inputs: list[Tensors] = field(default_factory=list)
    outputs: list[Tensors] = field(default_factory=list)
    origins: dict[str, int] = field(default_factory=dict)

    def add(self, batch: Batch, outputs: Mapping[str, FixedArray]) -> None:
        """Keep what there is room for."""
        kept = self.origins.get(batch.origin, 0)
        count = min(self.limits.get(batch.origin, kept + batch.events) - kept, batch.events)
        if count <= 0:
            return
        self.inputs.append({n: FixedArray(v.integers[:count], v.fractional) for n, v in batch.values.items()})
        self.outputs.append({n: FixedArray(v.integers[:count], v.fractional) for n, v in outputs.items()})
        self.origins[batch.origin] = kept + count

    @property
    def events(self) -> int:
        """How many events in all."""
        return sum(self.origins.values())
