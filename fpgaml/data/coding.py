"""What the integer codes of a port mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PortCoding:
    """What the integer codes of a port mean: value = scale * (code - zero_point).

    Args:
        scale: a float32; zero_point: a code; bits: of the codes, which are signed.
    """

    scale: float
    zero_point: int
    bits: int

    def __str__(self) -> str:
        zero = f" - {self.zero_point}" if self.zero_point >= 0 else f" + {-self.zero_point}"
        return f"{self.scale:.9g} * (code{zero if self.zero_point else ''})"
