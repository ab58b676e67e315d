"""Who says what the source model answers: recorded outputs, or whoever the frontend brings; or nobody."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.axes import plan_layout
from fpgaml.data.coded import answers_as_codes
from fpgaml.data.coding import PortCoding
from fpgaml.data.reference import Reference, open_reference, reference_in
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret, read_inputs
from fpgaml.graph.ops import Shape

Answers = Mapping[str, NDArray[Any]]
"""Arrays of shape (events, *shape): outputs by node name, layers by `layer/<name>`."""


class FrameworkUse(StrEnum):
    """Whether the framework that wrote the model is asked."""

    AUTO = "auto"  # where it is installed and no answers were recorded
    NEVER = "never"
    REQUIRED = "required"


class Oracle(ABC):
    """Gives the source model's answers; use it in a `with` block where it may have started a program."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Who answers, for the report."""

    @property
    def sees_raw_data(self) -> bool:
        """Whether its answers belong to the data as recorded, before any rounding to the input's type."""
        return False

    @abstractmethod
    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
        """The answers to these events, or to as many of them as there are answers for.

        Args:
            inputs: by input layer, shape (events, *shape); first_event: their place in the data.
        """

    def ask(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Callable[[], Answers]:
        """Ask for what `answers` gives; the result waits for it."""
        return lambda: self.answers(inputs, first_event)

    def prefer_float64(self) -> None:  # noqa: B027 - most compute in one way only
        """Before it starts: compute in float64 if every step of the model can."""

    def return_to_float32(self) -> bool:
        """From now on compute as the framework usually does; whether that is another way than before.

        What float64 changes is not only sums: weights that the framework derives before it quantizes them, for one.
        """
        return False

    def start(self) -> None:  # noqa: B027 - most have nothing to start
        """Begin in the background what takes long."""

    def wait(self) -> None:  # noqa: B027
        """Wait until it can answer."""

    def close(self) -> None:  # noqa: B027
        """End what it started."""

    def __enter__(self) -> Oracle:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class Recorded(Oracle):
    """Answers that were recorded with the data.

    Args:
        reference: the open file; outputs: the graph's output names, in order; layers: whether layers count.
        codings: of outputs that are integer codes: answers in real numbers are brought to codes.
    """

    reference: Reference
    outputs: tuple[str, ...]
    layers: bool
    codings: Mapping[str, PortCoding] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"outputs recorded in {self.reference.path.name}"

    @property
    def sees_raw_data(self) -> bool:
        return True

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
        count = len(next(iter(inputs.values())))
        events = slice(first_event, min(first_event + count, self.reference.events))
        found: dict[str, NDArray[Any]] = {}
        for name, array in self.reference.outputs.items():
            output = self.outputs[0] if len(self.outputs) == 1 else name
            coding = self.codings.get(output)
            found[output] = array[events] if coding is None else answers_as_codes(array[events], coding)
        if self.layers:
            found |= {f"layer/{name}": array[events] for name, array in self.reference.layers.items()}
        return found


@dataclass(frozen=True)
class ExactForm(Oracle):
    """The network before it was made cheaper, by the interpreter; stands in where nobody runs the source model.

    Args:
        graph: with its outputs in the same order; what: it is, in words.
    """

    graph: Graph
    what: str

    @property
    def title(self) -> str:
        return f"{self.what}, by the interpreter"

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
        nodes = {node: inputs[layer] for layer, node in self.graph.input_layers.items()}
        outputs = interpret(self.graph, read_inputs(self.graph, nodes))
        return {name: value.to_float() for name, value in outputs.items()}


def check_recorded(reference: Path | None, data: Path | None, outputs: Mapping[str, Shape]) -> None:
    """Refuse recorded answers whose shape is not that of the outputs, before any long work.

    Args:
        outputs: shape of one event as the file has it, by name.

    Raises:
        FpgamlError: as for `recorded_answers`, or another shape.
    """
    found = recorded_answers(reference, data, tuple(outputs), False)
    if found is None:
        return
    for name, array in found.reference.outputs.items():
        output = found.outputs[0] if len(found.outputs) == 1 else name
        if output not in outputs:
            continue
        try:
            plan_layout(array.shape, outputs[output], array.stored.where)
        except FpgamlError:
            reason = f"recorded outputs of shape {array.shape}, where {output} has {outputs[output]}"
            raise FpgamlError(array.stored.where, reason, "Give the answers of this model") from None


def recorded_answers(
    reference: Path | None,
    data: Path | None,
    outputs: tuple[str, ...],
    layers: bool,
    codings: Mapping[str, PortCoding] | None = None,
) -> Recorded | None:
    """Answers from --reference, or from the data file itself where it holds some.

    Raises:
        FpgamlError: the file cannot be read, or its outputs are not the model's.
    """
    found = open_reference(reference) if reference else reference_in(data, outputs) if data else None
    if found is None:
        return None
    names = set(found.outputs)
    if len(outputs) > 1 and not set(outputs) <= names:
        raise FpgamlError(
            str(found.path),
            f"holds outputs {', '.join(sorted(names))}, the model's are {', '.join(outputs)}",
            "Save one array for each output, by its name",
        )
    return Recorded(found, outputs, layers, codings or {})
