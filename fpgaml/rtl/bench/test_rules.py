"""Rules that were watched in every cycle of the checks before: they are judged last."""

from __future__ import annotations

from typing import Any

from bench_session import SESSION, CheckError, check
from driver import TWO_STATE

AXIS = "" if SESSION.bench.shell == "axis" else f"the shell `{SESSION.bench.shell}` has no AXI4-Stream"
STREAM = "" if SESSION.bench.shell == "vitis_stream" else AXIS
FIFO = AXIS or ("" if SESSION.bench.streaming else "the core takes whole frames")
TWO = "this simulator knows 0 and 1 only; its registers started at random" if TWO_STATE else ""


def _judge(rule: str) -> None:
    broken = SESSION.rules.broken.get(rule)
    if broken:
        raise CheckError("; ".join(broken))


@check(skip=STREAM)
async def handshake_rules(dut: Any) -> None:
    """tdata, tlast, tuser and tvalid stay as they are until tready; tvalid is low in reset."""
    _judge("handshake")


@check(skip=FIFO)
async def fifo_never_overflows(dut: Any) -> None:
    """The FIFO of results never holds more than its depth."""
    _judge("fifo")


@check(skip=AXIS)
async def tlast_marks_the_last_beat(dut: Any) -> None:
    """tlast with the last beat of every result, and with no other."""
    _judge("tlast")


@check(skip=TWO)
async def no_x_after_reset(dut: Any) -> None:
    """No X on controls after reset, none on data while valid."""
    _judge("x")
