"""results.json: what was measured on a project, by which tool, and of what kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field, computed_field

from fpgaml.record.base import Count, Fact, Name, absent, empty
from fpgaml.record.calibration import Calibration
from fpgaml.record.checks import Check, InputRounding, QuantizerUse
from fpgaml.record.cosim import Bulk, Cosim
from fpgaml.record.estimate import Estimate, Requantisation
from fpgaml.record.integer_network import IntegerNetwork
from fpgaml.record.monotonicity import Monotonicity
from fpgaml.record.physics import NoPhysics, Physics, Study
from fpgaml.record.soak import Soak
from fpgaml.record.synthesis import Synthesis
from fpgaml.record.toggles import ToggleCoverage
from fpgaml.record.vendor import VendorReport, replaced
from fpgaml.record.verdict import Verdict, verdict_of

FORMAT: Literal["fpgaml-results"] = "fpgaml-results"
VERSION: Literal[1] = 1


class Results(Fact):
    """What was measured on an fpgaml project, by which tool, and of what kind."""

    format: Literal["fpgaml-results"] = FORMAT
    version: Literal[1] = VERSION
    tools: Mapping[str, Name]
    """With versions."""
    events: Mapping[str, Count]
    """Events that were run, by origin."""
    graph_by: str = Field(default="", exclude_if=empty)
    """Who computed the Graph's outputs for the data, where not the interpreter alone."""
    counted_events: Count | None = Field(default=None, exclude_if=absent)
    """Events of the data that quantizers inside the network are counted on, where not all; those of inputs are."""
    checks: tuple[Check, ...]
    quantizers: tuple[QuantizerUse, ...]
    input_rounding: tuple[InputRounding, ...]
    """Empty where the model itself brings recorded data into the types of the inputs."""
    physics: Physics | NoPhysics
    monotonicity: tuple[Monotonicity, ...] = Field(default=(), exclude_if=empty)
    """What was claimed of the Graph's outputs for every input."""
    calibration: Calibration | None = Field(default=None, exclude_if=absent)
    estimate: Estimate | None = Field(default=None, exclude_if=absent)
    requantisation: Requantisation | None = Field(default=None, exclude_if=absent)
    toggles: ToggleCoverage | None = Field(default=None, exclude_if=absent)
    tflite: IntegerNetwork | None = Field(default=None, exclude_if=absent)
    cosim: tuple[Cosim, ...] = Field(default=(), exclude_if=lambda entries: not entries)
    """The last run of each simulator."""
    bulk: Bulk | None = Field(default=None, exclude_if=absent)
    soak: Soak | None = Field(default=None, exclude_if=absent)
    synthesis: tuple[Synthesis, ...] = Field(default=(), exclude_if=lambda entries: not entries)
    vendor: tuple[VendorReport, ...] = Field(default=(), exclude_if=lambda entries: not entries)
    """What vendors' tools reported: one entry a report file."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether no check failed: enough to go on, not a proof."""
        return self.verdict != Verdict.FAILED

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> Verdict:
        """What all checks together came to."""
        return self.verdict_for()

    @property
    def proved(self) -> bool:
        """Whether every check was made, and is exact."""
        return self.verdict == Verdict.PROVED

    @property
    def roc_auc(self) -> Mapping[str, float]:
        """Areas under the ROC curve of the Graph's outputs; empty without labels."""
        return self.physics.roc_auc if isinstance(self.physics, Physics) else {}

    def verdict_for(self, edited: Sequence[str] = ()) -> Verdict:
        """The verdict on files of which some changed since the checks were made."""
        return verdict_of((each.status for each in self.judged), edited=bool(edited))

    @property
    def judged(self) -> tuple[Check | Monotonicity, ...]:
        """All that the verdict is of: each has a name and a status."""
        return (*self.checks, *self.monotonicity)

    def with_monotonicity(self, claims: Sequence[Monotonicity]) -> Self:
        """With these claims in the place of all earlier ones."""
        return self._with(monotonicity=tuple(claims))

    def with_check(self, check: Check, tools: Mapping[str, str], instead_of: str = "") -> Self:
        """With a check in the place of one of the same name, else at the end.

        Args:
            tools: that made it; instead_of: a check that this one makes obsolete, a note that it is still to be made.
        """
        kept = [each for each in self.checks if each.name != instead_of]
        if any(each.name == check.name for each in kept):
            kept = [check if each.name == check.name else each for each in kept]
        else:
            kept.append(check)
        return self._with(checks=tuple(kept), tools={**self.tools, **tools})

    def with_cosim(self, entry: Cosim) -> Self:
        """With a run in the place of an earlier one with the same simulator."""
        others = [each for each in self.cosim if each.simulator != entry.simulator]
        return self._with(cosim=tuple(sorted([*others, entry], key=lambda each: each.simulator)))

    def with_bulk(self, entry: Bulk) -> Self:
        """With a run in bulk in the place of an earlier one."""
        return self._with(bulk=entry)

    def with_soak(self, entry: Soak) -> Self:
        """With a stream of random events in the place of an earlier one."""
        return self._with(soak=entry)

    def with_synthesis(self, entries: Sequence[Synthesis]) -> Self:
        """With runs in the place of earlier ones of the same kind, family, part and hierarchy."""
        keys = {entry.key for entry in entries}
        kept = [entry for entry in self.synthesis if entry.key not in keys]
        return self._with(synthesis=(*kept, *entries))

    def with_vendor(self, reports: Sequence[VendorReport], instead_of: Collection[str] = ()) -> Self:
        """With vendors' reports, in the place of earlier ones of the same file.

        Args:
            instead_of: files whose earlier reports no longer hold, since nothing can be read of them now.
        """
        kept = tuple(each for each in self.vendor if each.file not in instead_of)
        return self._with(vendor=replaced(kept, tuple(reports)))

    def with_physics(self, physics: Physics) -> Self:
        """With metrics in the place of earlier ones; a task's own evaluation stays where there is no other."""
        earlier = self.physics.study if isinstance(self.physics, Physics) else None
        return self._with(physics=physics if physics.study else physics.model_copy(update={"study": earlier}))

    def with_study(self, study: Study) -> Self:
        """With a task's own evaluation beside what labels gave."""
        physics = self.physics
        if isinstance(physics, Physics):
            return self._with(physics=physics.model_copy(update={"study": study}))
        return self._with(physics=Physics(study=study))

    def _with(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)
