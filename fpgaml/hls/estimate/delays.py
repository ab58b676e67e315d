"""How long the operators of AMD's HLS take, and how it packs them into cycles.

The delays are those that Vitis HLS 2023.1 to 2024.1 states for UltraScale+ in C-synthesis reports of networks of one
layer (the recorded reports of hls4ml's own tests: an average of two 16-bit values 0.785 ns, a maximum 1.028 ns, a
product in a DSP block 1.94 ns); other families scale them as `fpgaml/boards/families.py` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fpgaml.boards import Board

MULTIPLY, CHOOSE = 1.94, 1.03
ADD, ADD_BIT = 0.554, 0.01444
TABLE_CYCLES = 2
"""Of a table in block RAM: one to read, one for its output register."""
UNCERTAINTY = {"vitis": 0.27, "vivado": 0.125}
"""Share of the clock that the backends' projects keep free for routing."""


@dataclass(frozen=True)
class Operator:
    """One step of a chain.

    Args:
        ns: on UltraScale+; live: bits that a register before it holds.
        cycles: that it takes for itself, with a register before and behind it.
    """

    ns: float
    live: float = 0.0
    cycles: int = 0


@dataclass(frozen=True)
class When:
    """A point in a pipeline: cycles that are over, and ns of the running one that are used."""

    cycle: int = 0
    ns: float = 0.0


@dataclass(frozen=True)
class Clock:
    """What a cycle has room for.

    Args:
        usable: ns; factor: delays relative to UltraScale+.
    """

    usable: float
    factor: float

    @classmethod
    def of(cls, board: Board, backend: str) -> Clock:
        """Of a board's clock, less what the backend's projects keep free."""
        return cls(board.clock_ns * (1 - UNCERTAINTY[backend]), board.family.delay)

    def after(self, start: When, operators: Sequence[Operator]) -> tuple[When, float]:
        """When a chain is over, and the register bits within it: as few cycles as can be, then as few registers."""
        best = _Way(start.cycle, 0.0, start.ns)
        ways = [best]  # the best way to have a register right before each operator, or none yet
        for end in range(1, len(operators) + 1):
            best = min((self._through(way, operators[begin:end], begin) for begin, way in enumerate(ways)), key=_key)
            if end < len(operators):
                step = operators[end]
                ways.append(_Way(best.cycle + 1, best.registers + step.live, 0.0))
        return When(best.cycle, best.ns), best.registers

    def _through(self, way: _Way, operators: Sequence[Operator], begin: int) -> _Way:
        """On from a register, or from the start, through some operators without another one."""
        alone = len(operators) == 1
        delay = self.factor * sum(each.ns for each in operators)
        cycle, registers, ns = way.cycle, way.registers, way.ns
        if begin == 0 and ns and (ns + delay > self.usable or operators[0].cycles):
            cycle, registers, ns = cycle + 1, registers + operators[0].live, 0.0
        if any(each.cycles for each in operators):
            if not alone:
                return _Way(IMPOSSIBLE, registers, 0.0)
            return _Way(cycle + operators[0].cycles, registers, 0.0)
        whole = int((ns + delay) // self.usable) if alone else 0  # slower than a cycle: registers within it
        if not alone and ns + delay > self.usable:
            return _Way(IMPOSSIBLE, registers, 0.0)
        return _Way(cycle + whole, registers, ns + delay - whole * self.usable)


IMPOSSIBLE = 1 << 40
"""Cycles of a way that no register can be on."""


class _Way(NamedTuple):
    """Cycles that are over, register bits so far, and ns of the running cycle."""

    cycle: int
    registers: float
    ns: float


def _key(way: _Way) -> tuple[int, float, float]:
    return way.cycle, way.registers, way.ns


def add(width: float) -> float:
    """An adder, in ns on UltraScale+."""
    return ADD + ADD_BIT * width
