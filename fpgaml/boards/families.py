"""The device families: one entry each, and everybody who must know something about a family asks here.

Delays follow the delay table of alkaid 0.8 for UltraScale+; the other families' factors are chosen here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class BlockRam:
    """A family's block RAM: the vendor's name of a block, and its size in kbit (1,024 bits, parity included)."""

    name: str
    kbit: int


@dataclass(frozen=True)
class Yosys:
    """How yosys is told of a family.

    Args:
        name: what `fpgaml synth --family` takes.
        title: for people.
        command: without the top module; it keeps the design free of pads and clock buffers.
        architecture: edalize's name for the command.
    """

    name: str
    title: str
    command: str
    architecture: str


@dataclass(frozen=True)
class Family:
    """A device family.

    Args:
        vendor: "AMD", "Intel", "Microchip" or "Lattice"; name: such as "UltraScale+".
        pattern: of its ordering part numbers in lower case; its group is the device.
        lut: what a look-up table is: "LUT6", "LUT4", or "ALM" (one 6-input function or two smaller).
        dsp: the vendor's name of a multiplier block.
        block_ram: its kind of block RAM.
        delay: its delays relative to UltraScale+.
        hls: the backends of hls4ml that make firmware for it, the one to take without a wish first.
        yosys: None where yosys is not used for it.
        tool: what places and routes an RTL project of it: "vivado", "quartus" or "nextpnr-ecp5"; empty for a tool
            that no script is written for.
    """

    vendor: str
    name: str
    pattern: str
    lut: str
    dsp: str
    block_ram: BlockRam
    delay: float
    hls: tuple[str, ...]
    yosys: Yosys | None
    tool: str

    def __str__(self) -> str:
        return f"{self.vendor} {self.name}"

    @cached_property
    def _parts(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def device_in(self, part: str) -> str | None:
        """The device of a part number in lower case; None if it is not of this family."""
        match = self._parts.fullmatch(part)
        return match[1] if match else None


_XILINX = "synth_xilinx -family {} -noiopad -noclkbuf"
XCUP = Yosys("xcup", "AMD UltraScale+", _XILINX.format("xcup"), "xilinx")
XCU = Yosys("xcu", "AMD UltraScale", _XILINX.format("xcu"), "xilinx")
XC7 = Yosys("xc7", "AMD 7-series", _XILINX.format("xc7"), "xilinx")
ALM = Yosys("intel", "Intel with ALMs", "synth_intel_alm -noiopad -noclkbuf", "intel_alm")
ECP5 = Yosys("ecp5", "Lattice ECP5", "synth_ecp5", "ecp5")

URAM_KBIT = 288
"""Size of one AMD UltraRAM in kbit."""

_BRAM18 = BlockRam("BRAM18", 18)  # half of a tile of 36 kbit
_M20K, _M10K = BlockRam("M20K", 20), BlockRam("M10K", 10)


def _amd(
    name: str,
    pattern: str,
    dsp: str,
    delay: float,
    yosys: Yosys | None,
    # Vivado HLS is of 2020.1; hls4ml's Catapult projects set up Vivado and an AMD library.
    hls: tuple[str, ...] = ("vitis", "vivado", "catapult"),
) -> Family:
    return Family("AMD", name, pattern, "LUT6", dsp, _BRAM18, delay, hls, yosys, "vivado")


def _intel(
    name: str,
    pattern: str,
    delay: float,
    # Quartus first: g++ can compile its C-simulation, and all of fpgaml's own operations can be written for it.
    hls: tuple[str, ...] = ("quartus", "oneapi"),
    block_ram: BlockRam = _M20K,
) -> Family:
    dsp = "variable-precision DSP block"
    return Family("Intel", name, pattern + "[a-z0-9]*", "ALM", dsp, block_ram, delay, hls, ALM, "quartus")


def _polarfire(name: str, pattern: str) -> Family:
    ram, hls = BlockRam("LSRAM", 20), ("libero",)
    return Family("Microchip", name, pattern, "LUT4", "18x18 math block", ram, 1.8, hls, None, "")


# AMD writes the package behind a '-' except in the 7-series, where it follows the device: xc7z020clg400-1.
_REST = r"(?:-.*)?"
_7_SERIES = rf"(x[acq]7(?:[aksz]|vx|vh|v)\d+t?[is]?)(?:[a-z]{{2,4}}\d{{3,4}})?{_REST}"
_PLUS = rf"(x[acq](?:[aks]u|vu)\d+p(?:_civ)?|x[acq]zu\d+(?:[ce]g|ev|dr|t[ec]g)|xck2[46]|xcu\d+[a-z]?|xcux35){_REST}"

FAMILIES = (
    _amd("7-series", _7_SERIES, "DSP48E1", 1.6, XC7),
    _amd("UltraScale+", _PLUS, "DSP48E2", 1.0, XCUP),
    _amd("UltraScale", rf"(x[cq][kv]u\d+){_REST}", "DSP48E2", 1.2, XCU),
    _amd("Versal", rf"(x[acq]v[cehmp]\d{{4}}){_REST}", "DSP58", 1.0, None, hls=("vitis",)),
    _intel("Stratix 10", r"(1s[gxmtd]\d{2}[0-9a-z])", 1.1),
    _intel("Agilex 7", r"(ag[fim][a-z]\d{3})", 1.0),
    # Intel's HLS compiler came to its end before it knew Agilex 5.
    _intel("Agilex 5", r"(a5[de][a-z]?\d{3}[a-z]?)", 1.2, hls=("oneapi",)),
    _intel("Arria 10", r"(10a[xst]\d{3})", 1.4),
    _intel("Cyclone 10 GX", r"(10cx\d{3})", 1.6),
    _intel("Cyclone V", r"(5c(?:e|gx|gt|se|sx|st)[a-z]*\d)", 2.2, hls=("quartus",), block_ram=_M10K),
    _polarfire("PolarFire SoC", rf"(mpfs\d{{3}}t)l?s?{_REST}"),
    _polarfire("PolarFire", rf"(mpf\d{{3}}t)l?s?{_REST}"),
    Family(
        vendor="Lattice",
        name="ECP5",
        pattern=rf"(lfe5u(?:m5g|m)?-\d+f){_REST}",
        lut="LUT4",
        dsp="MULT18X18D",
        block_ram=BlockRam("EBR", 18),
        delay=1.8,
        hls=(),
        yosys=ECP5,
        tool="nextpnr-ecp5",
    ),
)
"""Every family that parts are known of; a new one is one entry here."""
