"""What crosses the boundary of a core: tensors of integers with one element type each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RtlPort:
    """One tensor at the boundary of a core, of a uniform element type.

    An element's value is ``n * 2**-fractional``, with n an integer of `width` bits, two's complement if `signed`.

    Attributes:
        name: name of the tensor, as the project's vectors are named.
        shape: shape of one frame's tensor, without a batch axis; elements are laid in C order.
        signed: whether n is two's complement.
        width: bits of an element, at least 1.
        fractional: fractional bits; may be negative or more than `width`.
    """

    name: str
    shape: tuple[int, ...]
    signed: bool
    width: int
    fractional: int

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def bits(self) -> int:
        """Bits of one frame's tensor, packed without gaps."""
        return self.size * self.width


def packed_bits(ports: Sequence[RtlPort]) -> int:
    """Bits of one frame of all `ports`, one after another without gaps: the width of a core's x or y."""
    return sum(port.bits for port in ports)
