"""An integer flatbuffer beside the float and the fixed-point network, on the data, in the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fpgaml.record.base import Count, Fact, Fraction, Kind, Name, NotNegative, Positive, absent

KernelSet = Annotated[str, StringConstraints(pattern="^(reference|optimised|xnnpack)$")]
Pair = Annotated[str, StringConstraints(pattern="^(integer from float|integer from fixed|fixed from float)$")]
Areas = Annotated[Mapping[str, Fraction], Field(min_length=1)]


class Sizes(Fact):
    """Bytes of the flatbuffers."""

    integer: Positive
    float32: Positive


class NetworkDistance(Fact):
    """How far one output of two networks is apart."""

    pair: Pair
    output: Name
    values: Count
    largest: NotNegative
    """In output units."""
    mean: NotNegative
    """Of the absolute differences, in output units."""
    largest_of_span: NotNegative
    """The largest, as a fraction of what the second network's output spans on the data."""
    beyond_one_step: Count
    """Values further apart than one step of the integer output."""


class KernelDifference(Fact):
    """Codes of other kernels against those of the reference kernels."""

    output: Name
    kernels: KernelSet
    values: Count
    differing: Count
    largest_lsb: Count


class SaturatedInput(Fact):
    """Input values beyond the range of their codes, which the calibration set."""

    input: Name
    values: Count
    saturated: Count


class InferenceTime(Fact):
    """Of one inference on this machine's CPU."""

    network: Literal["integer", "float32"]
    kind: Literal[Kind.MEASURED] = Kind.MEASURED
    kernels: KernelSet
    threads: Positive
    batch: Literal[1] = 1
    runs: Positive
    median_us: NotNegative
    percentile_5_us: NotNegative
    percentile_95_us: NotNegative
    cpu: Name


class IntegerNetwork(Fact):
    """Three networks side by side."""

    kind: Literal[Kind.SIMULATED] = Kind.SIMULATED
    activations: Literal["int8", "int16x8"]
    reference: KernelSet
    """The kernels of LiteRT that the integer network's numbers are from."""
    calibration_events: Positive
    events: Count
    bytes: Sizes
    inputs: tuple[SaturatedInput, ...]
    distances: tuple[NetworkDistance, ...]
    kernels: tuple[KernelDifference, ...]
    roc_auc: Mapping[Annotated[str, StringConstraints(pattern="^(float|integer)$")], Areas]
    """By network and output; the fixed-point network's are under physics."""
    timing: tuple[InferenceTime, ...] | None = Field(default=None, exclude_if=absent)
    """Only where it was asked for: it differs from run to run."""
