"""Fixed-point types as hls4ml and its C++ write them."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding


@dataclass(frozen=True)
class PortType:
    """A uniform type that C++ can hold: at least one bit.

    Args:
        signed: whether there is a sign bit; width: all bits; integer: bits before the point, with the sign.
        rounding, overflow: how values get into it.
    """

    signed: bool
    width: int
    integer: int
    rounding: Rounding = Rounding.TRN
    overflow: Overflow = Overflow.WRAP

    @property
    def fractional(self) -> int:
        """Fractional bits, possibly negative."""
        return self.width - self.integer

    @classmethod
    def of(cls, kind: FixedType, rounding: Rounding = Rounding.TRN, overflow: Overflow = Overflow.WRAP) -> PortType:
        """The smallest such type that holds every element of `kind`."""
        single = kind.uniform()
        signed, integer = bool(single.signed), int(single.integer + single.signed)
        width = int(single.width)
        if width < 1:
            return cls(False, 1, 1, rounding, overflow)
        return cls(signed, width, integer, rounding, overflow)

    @classmethod
    def of_quantizer(cls, quantizer: Quantizer) -> PortType:
        """A quantizer's type with its modes."""
        return cls.of(quantizer.type, quantizer.rounding, quantizer.overflow)

    @property
    def config(self) -> str:
        """As hls4ml's configuration reads it."""
        stem = "fixed" if self.signed else "ufixed"
        return f"{stem}<{self.width},{self.integer},{self.rounding},{self.overflow},0>"

    def cpp(self, arithmetic: str) -> str:
        """As C++ writes it.

        Args:
            arithmetic: "ap" or "ac".
        """
        if arithmetic == "ap":
            stem = "ap_fixed" if self.signed else "ap_ufixed"
            return f"{stem}<{self.width}, {self.integer}, AP_{self.rounding}, AP_{self.overflow}, 0>"
        signed = "true" if self.signed else "false"
        return f"ac_fixed<{self.width}, {self.integer}, {signed}, AC_{self.rounding}, AC_{self.overflow}>"
