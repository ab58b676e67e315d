"""Ports: the tensors that cross a firmware's boundary, the same for every target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import prod
from typing import Any, Self


@dataclass(frozen=True)
class Port:
    """One tensor at the boundary: an element's value is ``n * 2**-fractional``.

    A target that knows more of its ports extends this with fields of its own.

    Args:
        name: of the Graph's node; shape: of one frame, without a batch axis; elements lie in C order.
        signed: whether n is in two's complement; width: bits of n, at least 1.
        fractional: bits below the binary point; may be negative or more than `width`.
    """

    name: str
    shape: tuple[int, ...]
    signed: bool
    width: int
    fractional: int

    @property
    def size(self) -> int:
        """Elements."""
        return prod(self.shape)

    @property
    def bits(self) -> int:
        """Bits of one frame's tensor, packed without gaps."""
        return self.size * self.width

    def to_row(self) -> dict[str, Any]:
        """The port as manifest.json holds it, with what its target adds."""
        row = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**row, "shape": list(self.shape)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """A port from its row in a manifest; what another kind of port added there is left out.

        Raises:
            KeyError: the row lacks a field.
        """
        return cls(**{field.name: row[field.name] for field in fields(cls)} | {"shape": tuple(row["shape"])})


@dataclass(frozen=True)
class CppPort(Port):
    """A port that is an argument of a C++ top function.

    Args:
        variable: name of the argument; cpp: its element type.
    """

    variable: str
    cpp: str


def packed_bits(ports: Sequence[Port]) -> int:
    """Bits of one frame of all `ports`, one after another without gaps: the width of a core's x or y."""
    return sum(port.bits for port in ports)
