"""LiteRT's reference kernels as the source model of a `.tflite`, in a process of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.coded import answers_as_codes, to_reals
from fpgaml.frontends.framework.litert import kernels_answer
from fpgaml.frontends.tflite.parsed import parse
from fpgaml.proof.oracle import Answers

LARGEST = 100_000
"""Events that are computed where nobody asks for fewer: the kernels are fast."""


@dataclass
class ReferenceKernels:
    """LiteRT's reference kernels.

    Args:
        model: the file; outputs: the graph's output names, in order; limit: at most so many events.
        versions: known after the first answer.
    """

    model: Path
    outputs: tuple[str, ...]
    limit: int
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        version = self.versions.get("ai-edge-litert", "")
        return f"{self.model.name} run by LiteRT{f' {version}' if version else ''}, reference kernels (BUILTIN_REF)"

    @property
    def sees_raw_data(self) -> bool:
        return False

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
        count = min(len(next(iter(inputs.values()))), max(0, self.limit - first_event))
        if count == 0:
            return {}
        border = parse(self.model).border
        given: dict[str, NDArray[Any]] = {}
        for port in border.inputs:
            codes = inputs[port.name][:count]
            is_code = port.outer is port.tensor
            values = codes.astype(f"int{port.coding.bits}") if is_code else to_reals(codes, port.coding)
            given[port.outer.name] = values
        answer = kernels_answer(self.model, given)
        self.versions = answer.versions
        found = {}
        for name, port in zip(self.outputs, border.outputs, strict=True):
            codes = answers_as_codes(answer.outputs[port.outer.name], port.coding)
            found[name] = codes.reshape(count, *_event_shape(port.tensor.shape))
        return found


def _event_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[1:] or (1,)
