"""What a layer is called with: tensors, and settings that stand in the call and not in the layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MISSING = object()


@dataclass(frozen=True)
class Tensor:
    """A tensor among a call's arguments.

    Args:
        index: which of the layer's inputs.
    """

    index: int


@dataclass(frozen=True)
class Arguments:
    """A call's arguments, plain JSON values, with a Tensor where the file refers to one.

    Args:
        positional: those without a name; named: the others.
    """

    positional: Sequence[Any] = ()
    named: Mapping[str, Any] = field(default_factory=dict)

    def get(self, position: int, *names: str, default: Any = None) -> Any:
        """An argument by its place, or by one of its names."""
        if position < len(self.positional):
            return self.positional[position]
        return next((self.named[name] for name in names if self.named.get(name) is not None), default)


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in an argument, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from tensors_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from tensors_in(each)
