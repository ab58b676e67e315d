"""Resources as an estimate counts them: of one part of a design, and of a whole one by its layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cost:
    """Resources of a part of a design, of kind `estimate`.

    Args:
        lut, ff, dsp: numbers; bram: blocks of 18 kbit.
        rom_bits: of coefficients and tables; buffer_bits: of line buffers, memories and FIFOs.
    """

    lut: int = 0
    ff: int = 0
    dsp: int = 0
    bram: int = 0
    rom_bits: int = 0
    buffer_bits: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.lut + other.lut,
            self.ff + other.ff,
            self.dsp + other.dsp,
            self.bram + other.bram,
            self.rom_bits + other.rom_bits,
            self.buffer_bits + other.buffer_bits,
        )


@dataclass(frozen=True)
class Estimate:
    """Resources of a design, of kind `estimate`: the sum of its layers.

    Args:
        layers: by name, in the order of the network.
    """

    layers: Mapping[str, Cost]
    total: Cost = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.layers.values(), Cost()))

    @property
    def lut(self) -> int:
        """Look-up tables."""
        return self.total.lut

    @property
    def ff(self) -> int:
        """Registers."""
        return self.total.ff

    @property
    def dsp(self) -> int:
        """Multipliers."""
        return self.total.dsp

    @property
    def bram(self) -> int:
        """Blocks of 18 kbit."""
        return self.total.bram
