"""What every entry of the record is made of: frozen, typed, without surprises; and the kinds of a number."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, StringConstraints, model_validator

Count = Annotated[int, Field(ge=0)]
"""Zero or more."""
Positive = Annotated[int, Field(ge=1)]
NotNegative = Annotated[float, Field(ge=0)]
Above = Annotated[float, Field(gt=0)]
"""A number above zero."""
Interval = Annotated[int | float, Field(gt=0)]
"""Cycles from one result to the next; a mean where it is none whole."""
Fraction = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1)]
"""Text that is not empty."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hexadecimal = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]+$")]


class Kind(StrEnum):
    """Where a number comes from; a number without it says nothing."""

    DECLARED = "declared"
    """The generated files say so themselves, such as the bits of a port."""
    ESTIMATE = "estimate"
    SIMULATED = "simulated"
    HLS_CSYNTH = "hls-csynth"
    POST_SYNTHESIS = "post-synthesis"
    POST_ROUTE = "post-route"
    MEASURED = "measured"


def absent(value: object) -> bool:
    """For `exclude_if`: what is None is left out of the file."""
    return value is None


def empty(value: object) -> bool:
    """For `exclude_if`: what holds nothing is left out of the file."""
    return not value


class Fact(BaseModel):
    """A part of manifest.json or results.json; unknown members are refused, and derived ones must be right."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def to_json(self) -> dict[str, Any]:
        """As the file holds it."""
        return self.model_dump(mode="json")

    @model_validator(mode="wrap")
    @classmethod
    def _derived_are_right(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Members that follow from others are written for readers without fpgaml; here they are only checked."""
        derived = cls.model_computed_fields
        if not derived or not isinstance(data, Mapping):
            return handler(data)
        found = handler({name: value for name, value in data.items() if name not in derived})
        for name in derived.keys() & data.keys():
            if data[name] != getattr(found, name):
                raise ValueError(f"{name} is {data[name]!r}, and the rest of it says {getattr(found, name)!r}")
        return found
