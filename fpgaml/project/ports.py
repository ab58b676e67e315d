"""What all targets' ports have in common."""

from __future__ import annotations

from typing import Any, Protocol


class Port(Protocol):
    """One tensor at the firmware's boundary: value = n * 2**-fractional, n of `width` bits."""

    @property
    def name(self) -> str:
        """Of the Graph's node."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Without a batch axis."""

    @property
    def signed(self) -> bool:
        """Whether n is in two's complement."""

    @property
    def width(self) -> int:
        """Bits of n."""

    @property
    def fractional(self) -> int:
        """Bits below the binary point; may be negative."""

    @property
    def size(self) -> int:
        """Elements."""


def port_facts(port: Port) -> dict[str, Any]:
    """A port for manifest.json: what all have, and what its target adds (a C++ type, say)."""
    return {**vars(port), "shape": list(port.shape)}
