"""Numbers in floating point, rounded as asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fpgaml.data.dataset import DataSet
from fpgaml.frontends.model import ParsedModel
from fpgaml.graph.types import Quantizer
from fpgaml.precision.asked import Asked
from fpgaml.precision.build import Rounded, facts_of
from fpgaml.precision.planned import Planned


@dataclass(frozen=True)
class ByPlan:
    """Follows `build.Numbers`: `--precision`, or a configuration of hls4ml."""

    asked: Asked

    def input_type(self, name: str) -> Quantizer | None:
        """An input that has no type of its own takes the model-wide one, rounded to nearest and saturating."""
        asked = self.asked.find(name, "result", "activation")  # `auto` is for layers that compute
        return None if asked is None else asked.beforehand

    @property
    def option(self) -> str:
        """Where the types come from."""
        return self.asked.option

    def build(self, parsed: ParsedModel, inputs: Mapping[str, Quantizer], data: DataSet | None) -> Rounded:
        """As in `build.Numbers`."""
        planned = Planned(self.asked)
        built = parsed.build(inputs, planned)
        messages = planned.check([*built.graph.layers, *parsed.input_shapes])
        facts = facts_of("given", self.asked.texts, planned.choices)
        return Rounded(built, facts, messages=(*self.asked.messages, *messages))
