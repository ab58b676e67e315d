"""A converter's signature, and the way through a network's layers that names all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Protocol, TypeAlias, TypeVar

from fpgaml.errors import Problem, UnsupportedError
from fpgaml.frontends.building.emitter import Emitter

Layer = TypeVar("Layer", bound=Emitter)
Output = TypeVar("Output")
Converter: TypeAlias = Callable[[Layer], Output]
"""Adds a layer's nodes; returns what carries its output: a node's name, or more where a frontend needs more.

A frontend's table holds one for each class of layer that it reads.
"""


class Call(Protocol):
    """One application of a layer, as the file has it."""

    @property
    def inputs(self) -> Sequence[Hashable]:
        """The tensors that it reads."""

    @property
    def outputs(self) -> Sequence[Hashable]:
        """The tensors that it gives."""


CallT = TypeVar("CallT", bound=Call)


def convert_all(where: str, calls: Iterable[CallT], convert: Callable[[CallT], None]) -> None:
    """Convert a network's layers; those behind one that is not supported are passed over.

    Args:
        where: the file; calls: in execution order.
        convert: adds a call's nodes.

    Raises:
        UnsupportedError: layers that cannot be expressed, all of them named.
    """
    found: list[Problem] = []
    unbuilt: set[Hashable] = set()
    for call in calls:
        try:
            if unbuilt.isdisjoint(call.inputs):
                convert(call)
                continue
        except UnsupportedError as error:
            found += error.problems
        unbuilt.update(call.outputs)
    if found:
        raise UnsupportedError(where, found)
