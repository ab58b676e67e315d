"""The device families that yosys maps to: its command, and what each of its cells takes of a device.

Weights follow the vendor's way of counting: a LUT that serves as memory or shift register is a LUT too. Cells that
take nothing that is counted (wide multiplexers, buffers, constants) have an empty weight, so that a cell missing here
is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from fpgaml.boards.families import ALM, ECP5, XC7, XCU, XCUP, Yosys
from fpgaml.boards.parts import parse_part
from fpgaml.errors import FpgamlError

LUT, LUTRAM, FF, DSP, BRAM, URAM, CARRY = "LUT", "LUTRAM", "FF", "DSP", "BRAM", "URAM", "carry"
RESOURCES = (LUT, LUTRAM, FF, DSP, BRAM, URAM, CARRY)
"""In the order in which they are shown. LUTRAM says how many of LUT are memory or shift registers."""

Weight = Mapping[str, Fraction | int]


@dataclass(frozen=True)
class YosysFamily:
    """A device family as yosys maps to it.

    Args:
        yosys: its name and command.
        flatten, keep: its option to flatten the design, to keep the hierarchy; one of the two is the default, empty.
        cells: what one cell of each type takes.
        units: what is counted, where the board does not say it.
        notes: what the reader of the numbers must know.
    """

    yosys: Yosys
    flatten: str
    keep: str
    cells: Mapping[str, Weight]
    units: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What `--family` takes."""
        return self.yosys.name

    @property
    def title(self) -> str:
        """For people."""
        return self.yosys.title

    def synthesis(self, top: str, flatten: bool) -> str:
        """The yosys command that synthesises module `top`."""
        option = self.flatten if flatten else self.keep
        return " ".join(part for part in (self.yosys.command, option, f"-top {top}") if part)


def _xilinx(dsp: str, carry: str) -> dict[str, Weight]:
    cells: dict[str, Weight] = {f"LUT{inputs}": {LUT: 1} for inputs in range(1, 7)}
    # Vivado absorbs some inverters; yosys leaves one where it found no LUT to take it.
    cells |= {"LUT6_2": {LUT: 1}, "INV": {LUT: 1}}
    cells |= {name: {FF: 1} for name in ("FDRE", "FDSE", "FDCE", "FDPE", "LDCE", "LDPE")}
    cells |= {f"{name}_1": {FF: 1} for name in ("FDRE", "FDSE", "FDCE", "FDPE")}
    memories = {"SRL16E": 1, "SRLC32E": 1, "RAM16X1D": 2, "RAM32X1S": 1, "RAM32X1D": 2, "RAM64X1S": 1, "RAM64X1D": 2}
    memories |= {"RAM128X1S": 2, "RAM128X1D": 4, "RAM256X1S": 4, "RAM256X1D": 8, "RAM512X1S": 8}
    memories |= {"RAM32M": 4, "RAM64M": 4, "RAM32M16": 8, "RAM64M8": 8, "RAM32X16DR8": 8, "RAM64X8SW": 8}
    cells |= {name: {LUT: count, LUTRAM: count} for name, count in memories.items()}
    cells |= {name: {DSP: 1} for name in dsp.split()}
    cells |= {f"RAMB18{version}": {BRAM: 1} for version in ("E1", "E2")}
    cells |= {f"RAMB36{version}": {BRAM: 2} for version in ("E1", "E2")}
    cells |= {"URAM288": {URAM: 1}} | {name: {CARRY: 1} for name in carry.split()}
    return cells | {name: {} for name in "MUXF7 MUXF8 MUXF9 BUFG IBUF OBUF GND VCC".split()}


def _intel() -> dict[str, Weight]:
    half = Fraction(1, 2)
    cells: dict[str, Weight] = {f"MISTRAL_ALUT{inputs}": {LUT: half} for inputs in range(2, 6)}
    cells |= {"MISTRAL_ALUT6": {LUT: 1}, "MISTRAL_NOT": {LUT: half}, "MISTRAL_BUF": {LUT: half}}
    cells |= {"MISTRAL_ALUT_ARITH": {LUT: half, CARRY: 1}, "MISTRAL_MLAB": {LUT: half, LUTRAM: half}}
    cells |= {name: {FF: 1} for name in ("MISTRAL_FF", "MISTRAL_SDFF")}
    cells |= {"MISTRAL_MUL27X27": {DSP: 1}, "MISTRAL_MUL18X18": {DSP: half}, "MISTRAL_MUL9X9": {DSP: half}}
    cells |= {"MISTRAL_M10K": {BRAM: 1}}
    return cells | {name: {} for name in ("MISTRAL_CLKBUF", "MISTRAL_IB", "MISTRAL_OB", "MISTRAL_IO")}


def _ecp5() -> dict[str, Weight]:
    cells: dict[str, Weight] = {"LUT4": {LUT: 1}, "CCU2C": {LUT: 2, CARRY: 1}, "TRELLIS_FF": {FF: 1}}
    # Four LUTs hold the bits of both read copies, two more are taken by the write port.
    cells |= {"TRELLIS_DPR16X4": {LUT: 6, LUTRAM: 6}}
    cells |= {"MULT18X18D": {DSP: 1}, "MULT9X9D": {DSP: Fraction(1, 2)}}
    cells |= {name: {BRAM: 1} for name in ("DP16KD", "PDPW16KD")}
    return cells | {name: {} for name in ("ALU54B", "PFUMX", "L6MUX21", "TRELLIS_IO", "DCCA")}


_CARRY8 = "CARRY4 (a CARRY8 of the device is two)"
_RAM18 = "block RAM of 18 kbit (a RAMB36 is two)"

FAMILIES: dict[str, YosysFamily] = {
    family.name: family
    for family in (
        YosysFamily(
            XCUP,
            "-flatten",
            "",
            _xilinx("DSP48E2", "CARRY4 CARRY8"),
            {LUT: "LUT6", LUTRAM: "LUT6", DSP: "DSP48E2", BRAM: _RAM18, URAM: "UltraRAM", CARRY: _CARRY8},
            (
                "Calibration, one hls4ml core (Vitis 2023.2 RTL, xcku5p): Vivado post-synthesis 35,916 LUT / "
                "59,771 FF, yosys 42,671 LUT / 66,571 FF (+19 %, +11 %)",
            ),
        ),
        YosysFamily(
            XCU,
            "-flatten",
            "",
            _xilinx("DSP48E2", "CARRY4 CARRY8"),
            {LUT: "LUT6", LUTRAM: "LUT6", DSP: "DSP48E2", BRAM: _RAM18, CARRY: _CARRY8},
        ),
        YosysFamily(
            XC7,
            "-flatten",
            "",
            _xilinx("DSP48E1", "CARRY4"),
            {LUT: "LUT6", LUTRAM: "LUT6", DSP: "DSP48E1", BRAM: _RAM18, CARRY: "CARRY4"},
        ),
        YosysFamily(
            ALM,
            "",
            "-noflatten",
            _intel(),
            {
                LUT: "ALM",
                LUTRAM: "ALM",
                DSP: "variable-precision DSP block",
                BRAM: "M10K",
                CARRY: "adder bit",
            },
            (
                "yosys maps to the ALM of Cyclone V. ALMs are counted as if two functions of up to five inputs "
                "always shared one; two multipliers of 18 x 18 share a DSP block",
                "An M10K of yosys counts as one block RAM of the device, which holds at least as much",
            ),
        ),
        YosysFamily(
            ECP5,
            "",
            "-noflatten",
            _ecp5(),
            {LUT: "LUT4", LUTRAM: "LUT4", DSP: "MULT18X18D", BRAM: "EBR of 18 kbit", CARRY: "CCU2C (two bits)"},
        ),
    )
}


def find_family(name: str) -> YosysFamily:
    """The family called `name`.

    Raises:
        FpgamlError: there is none of this name.
    """
    family = FAMILIES.get(name.strip().lower())
    if family is None:
        raise FpgamlError(f"--family {name}", "no family of this name", f"Choose one of {', '.join(FAMILIES)}")
    return family


def family_of_part(part: str) -> YosysFamily:
    """The family that a part belongs to.

    Raises:
        FpgamlError: not a part number, or of a family that yosys is not used for here.
    """
    family = parse_part(part).family
    if family.yosys is not None:
        return FAMILIES[family.yosys.name]
    raise FpgamlError(
        part,
        f"open synthesis for {family} is not offered",
        f"Choose a family that is near to it with --family: {', '.join(FAMILIES)}",
    )
