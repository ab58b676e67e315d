"""The lookup tables, each alone: no vector of the network reaches all of their entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_config import BenchError, Table
from bench_session import SESSION, CheckError, check
from cocotb.triggers import Timer
from driver import reader

TABLES = SESSION.bench.tables
STEP_NS = 2
"""Between two indices."""


@dataclass(frozen=True)
class Expected:
    """What a table must answer.

    Args:
        bits: where its answer stands in y as text; entries: the answers.
    """

    table: Table
    bits: slice
    entries: Sequence[str]

    def judge(self, place: int, answers: str) -> None:
        """Compare the answer of a place."""
        got, expected = answers[self.bits], self.entries[place]
        if got != expected:
            index = self.table.first + place
            wrong = f"the entry of index {index} is {_shown(got)}, it must be {_shown(expected)}"
            raise CheckError(f"{self.table.name}: {wrong}")


@check()
async def tables(dut: Any) -> str:
    """Every entry of every lookup table that the network can reach: every bit."""
    expected = _expected()
    total = max(len(one.entries) for one in expected)
    ranks = max(one.table.ranks for one in expected)
    step, answers = Timer(STEP_NS, unit="ns"), reader(dut.y)
    if ranks:
        dut.clk.value = 0
    for place in range(total):
        dut.place.value = place
        await step
        for level in (1, 0) * ranks:
            dut.clk.value = level
            await step
        found = answers()
        for one in expected:
            if place < len(one.entries):
                one.judge(place, found)
        if not place & 255:
            SESSION.ticker(place, total)
    return f"{sum(len(one.entries) for one in expected)} entries of {len(expected)} tables"


def _expected() -> list[Expected]:
    found, low = [], 0
    for table in TABLES.modules if TABLES else ():
        # The text of y begins with its highest bit.
        found.append(Expected(table, slice(-low - table.entry_width, -low or None), read_entries(table)))
        low += table.entry_width
    return found


def read_entries(table: Table) -> list[str]:
    """What a table must answer, as bits.

    Raises:
        BenchError: the file is missing, or not as it must be.
    """
    path: Path = table.entries
    try:
        entries = [int(line, 16) for line in path.read_text("ascii").split()]
    except (OSError, ValueError) as error:
        raise BenchError(f"{path}: {error}") from None
    if not entries or len(entries) > 1 << table.index_width:
        raise BenchError(f"{path}: holds {len(entries)} entries for an index of {table.index_width} bits")
    if max(entries) >> table.entry_width or min(entries) < 0:
        raise BenchError(f"{path}: an entry has more than {table.entry_width} bits")
    return [format(entry, f"0{table.entry_width}b") for entry in entries]


def _shown(bits: str) -> str:
    return hex(int(bits, 2)) if set(bits) <= {"0", "1"} else bits
