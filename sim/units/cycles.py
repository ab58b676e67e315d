"""One clock cycle at a time: drive after the falling edge, look at what the rising edge will sample, note it down."""

from __future__ import annotations

import json
import os
from pathlib import Path

from cocotb.clock import Clock
from cocotb.handle import SimHandleBase
from cocotb.triggers import FallingEdge, ReadOnly, Timer

PERIOD_NS = 10


def facts() -> dict:
    """What the runner says about the module under test: its parameters, or the shell's facts."""
    return json.loads(os.environ["FPGAML_BENCH"])


class Cycles:
    """Steps a module cycle by cycle; every output of every cycle goes to trace.txt, for comparing simulators."""

    def __init__(self, dut: SimHandleBase, inputs: list[str], outputs: list[str], clock: str = "clk") -> None:
        self.dut = dut
        self.clock = getattr(dut, clock)
        self.inputs = inputs
        self.outputs = outputs
        self.count = 0
        self.trace = Path("trace.txt").open("a", encoding="utf-8")  # noqa: SIM115 (closed with the simulator)

    async def start(self) -> None:
        """Drives every input low and starts the clock."""
        for name in self.inputs:
            getattr(self.dut, name).value = 0
        # From undefined to 1 is a rising edge in Verilog but not in VHDL: begin at 0.
        self.clock.value = 0
        await Timer(PERIOD_NS, unit="ns")
        Clock(self.clock, PERIOD_NS, unit="ns").start(start_high=False)
        await FallingEdge(self.clock)

    async def step(self, **inputs: int) -> dict[str, int | None]:
        """Drives `inputs` and lets one clock cycle pass.

        Returns:
            Every output as the rising edge samples it; None where a bit is undefined.
        """
        for name, value in inputs.items():
            getattr(self.dut, name).value = int(value)
        await ReadOnly()
        seen = {name: _number(getattr(self.dut, name)) for name in self.outputs}
        texts = ("x" if value is None else f"{value:x}" for value in seen.values())
        self.trace.write(f"{self.count} {' '.join(texts)}\n")
        self.trace.flush()
        self.count += 1
        await FallingEdge(self.clock)
        return seen

    async def settle(self, **inputs: int) -> dict[str, int | None]:
        """Drives `inputs` within the cycle and returns the outputs, before any clock edge."""
        for name, value in inputs.items():
            getattr(self.dut, name).value = int(value)
        await Timer(100, unit="ps")  # far less than half a period, however often
        return {name: _number(getattr(self.dut, name)) for name in self.outputs}


def _number(handle: SimHandleBase) -> int | None:
    value = handle.value
    if not value.is_resolvable:
        return None
    return int(value) if not hasattr(value, "to_unsigned") else value.to_unsigned()
