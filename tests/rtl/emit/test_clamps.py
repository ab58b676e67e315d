"""A clamp at its corners, worked out by hand, in both languages: past either end, at it, and beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fpgaml.project.ports import Port
from fpgaml.rtl.delays import DelayModel
from fpgaml.rtl.netlist import Gate, Netlist, Result, Wire
from fpgaml.rtl.schedule import Schedule
from tests.rtl.emit.simulators import run


def clamps(low: int, high: int, *ends: tuple[int, int]) -> Netlist:
    """An input from low to high, clamped to each of some types, each an output of 8 bits."""
    width = max(high.bit_length(), (-low - 1).bit_length() if low < 0 else 0) + (low < 0)
    wires = [Wire(Gate.INPUT, (), (0, 0), low, high, 0), *(Wire(Gate.CLAMP, (0,), (), *span, 0) for span in ends)]
    ports = (
        (Port("x", (1,), low < 0, width, 0),),
        tuple(Port(f"y{number}", (1,), True, 8, 0) for number in range(len(ends))),
    )
    results = tuple(Result(number + 1, 0) for number in range(len(ends)))
    return Netlist("n", *ports, ("l",), tuple(wires), (), results)


SIGNED = {  # x: into unsigned 4 bits, signed 4 bits, signed 1 bit
    -32: (0, -8, -1),
    -9: (0, -8, -1),
    -8: (0, -8, -1),
    -7: (0, -7, -1),
    -1: (0, -1, -1),
    0: (0, 0, 0),
    7: (7, 7, 0),
    8: (8, 7, 0),
    15: (15, 7, 0),
    16: (15, 7, 0),
    31: (15, 7, 0),
}
CASES: dict[str, tuple[Netlist, Mapping[int, tuple[int, ...]]]] = {
    "both ends": (clamps(-32, 31, (0, 15), (-8, 7), (-1, 0)), SIGNED),
    "an unsigned one": (clamps(0, 40, (0, 31), (0, 1)), {0: (0, 0), 1: (1, 1), 2: (2, 1), 31: (31, 1), 40: (31, 1)}),
    "a rectifier": (clamps(-9, 7, (0, 7)), {-9: (0,), -1: (0,), 0: (0,), 7: (7,)}),
    "below alone": (clamps(-9, 7, (-8, 7)), {-9: (-8,), -8: (-8,), -1: (-1,), 7: (7,)}),
    "above alone": (clamps(-4, 20, (-4, 7)), {-4: (-4,), -1: (-1,), 7: (7,), 8: (7,), 20: (7,)}),
}


@pytest.mark.parametrize("simulator", ["icarus", "ghdl"])
@pytest.mark.parametrize("case", list(CASES))
def test_corners(tmp_path: Path, simulator: str, case: str) -> None:
    netlist, table = CASES[case]
    lines = run(tmp_path, netlist, Schedule((0,) * len(netlist.wires), 1), simulator, [[[x]] for x in table])
    for line, (x, want) in zip(lines, table.items(), strict=True):
        octets = [int(line[place : place + 8], 2) for place in range(len(line) - 8, -1, -8)]
        assert tuple((octet + 128) % 256 - 128 for octet in octets) == want, x


@pytest.mark.parametrize(("high", "levels"), [(127, 1), (255, 2), (2**23, 2)])
def test_a_bit_reads_its_own_the_sign_and_what_is_above_the_type(high: int, levels: int) -> None:
    """Of 8 bits, 5 are above unsigned 3: with its own, a bit reads 6, which is one LUT. One more, and it is two."""
    netlist = clamps(-1, high, (0, 7))
    model = DelayModel("UltraScale+", 1.0, 5.0)
    assert model.delay(netlist, netlist.wires[1]) == pytest.approx(levels * 0.8)
