"""manifest.json: what a project was generated from. No measurement is in it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializeAsAny

from fpgaml.record.base import Above, Count, Fact, Fraction, Name, NotNegative, Positive, Sha256, absent, empty
from fpgaml.record.precision import Precision
from fpgaml.record.settings import Settings, read_settings

FORMAT: Literal["fpgaml-manifest"] = "fpgaml-manifest"
VERSION: Literal[1] = 1


class ConfigFile(Fact):
    """An fpgaml.yaml that a conversion was asked for by."""

    file: Name
    sha256: Sha256
    content: str
    """The whole text."""
    overridden: tuple[str, ...] = Field(default=(), exclude_if=empty)
    """Keys of it that flags on the command line came before."""


class ChosenBy(StrEnum):
    """Who chose a board that the user did not ask for."""

    TASK = "task"
    """The trigger task that was converted: its budget is for this board."""
    DEFAULT = "default"
    """fpgaml: it takes the same one for every model."""


class NextFile(Fact):
    """A model file that reads what the one before gives."""

    file: Name
    sha256: Sha256
    framework: Name


class Source(Fact):
    """The model file, or several that follow each other."""

    file: Name
    sha256: Sha256
    framework: Name
    then: tuple[NextFile, ...] = Field(default=(), exclude_if=empty)
    """The others, in order."""
    keep_outputs: bool = Field(default=False, exclude_if=empty)
    """Whether what passes between them leaves the core too."""

    @property
    def title(self) -> str:
        """The files by name."""
        return ", then ".join((self.file, *(each.file for each in self.then)))

    @property
    def files(self) -> tuple[Source | NextFile, ...]:
        """All of them, in order."""
        return (self, *self.then)


class BoardChoice(Fact):
    """The board with what the user gave in place of its own."""

    name: Name
    part: Name
    clock_ns: Above
    note: str
    """What an alias chose, and why, or which file of the user's says it; empty for neither."""
    definition: Mapping[str, Any] | None = Field(default=None, exclude_if=absent)
    """A user's own board with its whole content, as its file would hold it."""
    chosen_by: ChosenBy | None = Field(default=None, exclude_if=absent)
    """Who chose it where the user asked for none; absent where the user did."""


class PortFacts(Fact):
    """A tensor at the boundary: `variable` and `cpp` are an HLS port's own; the last three a flatbuffer's."""

    name: Name
    variable: Name | None = Field(default=None, exclude_if=absent)
    shape: tuple[Count, ...]
    cpp: Name | None = Field(default=None, exclude_if=absent)
    signed: bool
    width: Positive
    fractional: int
    tensor: Name | None = Field(default=None, exclude_if=absent)
    scale: Above | None = Field(default=None, exclude_if=absent)
    zero_point: int | None = Field(default=None, exclude_if=absent)


class InputType(Fact):
    """The type of an input, and why."""

    name: Name
    type: Name
    origin: Literal["model", "given", "data"]
    reason: str
    changed_fraction: Fraction
    """Share of the data's values that rounding to this type changes."""
    largest_rounding: NotNegative


class Approximation(Fact):
    """What the model keeps in floating point and the Graph rounds."""

    layer: str
    what: str


class Coding(Fact):
    """A port that carries integer codes: value = scale * (code - zero_point)."""

    scale: Above
    zero_point: int
    bits: Annotated[int, Field(ge=2)]


class VectorFacts(Fact):
    """The golden vectors."""

    seed: int
    events: Mapping[str, Count]
    """By origin."""
    data_sha256: Sha256 | Literal[""]


class Manifest(Fact):
    """What an fpgaml project was generated from. No measurement is in it."""

    format: Literal["fpgaml-manifest"] = FORMAT
    version: Literal[1] = VERSION
    versions: Mapping[str, Name]
    """Of Python and each package that took part."""
    source: Source
    graph_sha256: Sha256
    board: BoardChoice
    config: ConfigFile | None = Field(default=None, exclude_if=absent)
    """The file that said how to convert; absent where the command line said it alone."""
    settings: Annotated[SerializeAsAny[Settings], BeforeValidator(read_settings)]
    inputs: tuple[PortFacts, ...] = Field(min_length=1)
    outputs: tuple[PortFacts, ...] = Field(min_length=1)
    input_types: tuple[InputType, ...]
    approximations: tuple[Approximation, ...]
    precision: Precision | None = Field(default=None, exclude_if=absent)
    """Of `--precision`, `--calibrate` or `--narrow`."""
    remarks: tuple[str, ...] = Field(default=(), exclude_if=empty)
    """Of the types of a float network: what was asked for and is not kept, or what would make them narrower."""
    vectors: VectorFacts
    messages: tuple[str, ...]
    """What the target's tools said."""
    codings: Mapping[str, Coding] = Field(default_factory=dict)
    """By port."""
    axes: Mapping[str, tuple[Count, ...]] = Field(default_factory=dict, exclude_if=empty)
    """For tensors whose axes lie in another order in the file, which of its axes each one of the Graph's is.

    The events are not counted. Inputs and outputs by name, layers by `layer/<name>`.
    """
    files: Mapping[str, Sha256]
    """sha256 of every other file, by relative path."""
