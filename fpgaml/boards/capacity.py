"""What a device holds: logic, registers, multipliers and memory."""

from __future__ import annotations

from dataclasses import dataclass

BLOCK_RAM_KBIT = {"bram18": 18, "m20k": 20, "lsram20": 20, "ebr18": 18}
"""Size of one block of each vendor's block RAM in kbit (1 kbit = 1024 bit, parity bits included)."""

URAM_KBIT = 288
"""Size of one AMD UltraRAM in kbit."""


@dataclass(frozen=True)
class Capacity:
    """The resources of one device. None means that no trustworthy number is at hand.

    LUT and DSP counts of different vendors do not measure the same thing, so each carries its unit.
    Exactly one kind of block RAM is set; `bram_kbit` compares them across vendors.

    Args:
        lut: look-up tables, in `lut_unit`.
        lut_unit: "LUT6" (AMD), "LUT4" (PolarFire, ECP5) or "ALM" (Intel: one 6-input function or two smaller).
        ff: registers of the logic cells.
        dsp: multiplier blocks, in `dsp_unit`.
        dsp_unit: the vendor's name of the block, such as "DSP48E2".
        bram18: AMD block RAMs of 18 kbit (half a 36 kbit tile).
        m20k: Intel M20K blocks of 20 kbit.
        lsram20: PolarFire LSRAM blocks of 20 kbit.
        ebr18: ECP5 embedded block RAMs of 18 kbit.
        bram_kbit: all block RAM together in kbit, UltraRAM not included.
        uram: AMD UltraRAM blocks of 288 kbit.
    """

    lut: int | None = None
    lut_unit: str = ""
    ff: int | None = None
    dsp: int | None = None
    dsp_unit: str = ""
    bram18: int | None = None
    m20k: int | None = None
    lsram20: int | None = None
    ebr18: int | None = None
    bram_kbit: int | None = None
    uram: int | None = None

    @property
    def uram_kbit(self) -> int | None:
        """All UltraRAM together in kbit."""
        return None if self.uram is None else self.uram * URAM_KBIT

    @property
    def block_ram(self) -> tuple[str, int] | None:
        """The vendor's kind of block RAM and the number of blocks, or None if unknown."""
        for kind in BLOCK_RAM_KBIT:
            count: int | None = getattr(self, kind)
            if count is not None:
                return kind, count
        return None
