"""Checks for an endless stream: every result bit for bit and in its cycle, without gaps and with, behind resets.

One line of the vectors is a beat, or a result, as they come; of several channels one of each in turn.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import cocotb
from bench_config import BenchError
from bench_session import SESSION, CheckError, Vectors, check, compare
from driver import NEVER, Driver, Pattern, Received
from layout import read_codes

BENCH = SESSION.bench
FACTS: dict[str, Any] = BENCH.extra.get("continuous", {})
CHANNELS: int = FACTS.get("channels", 1)
DUE: list[int] = FACTS.get("due", [0])
PERIOD: int = FACTS.get("period", 1)
DELAY: int = FACTS.get("delay", 1)
SLOW = any(name in cocotb.SIM_NAME.lower() for name in ("icarus", "ghdl"))
FEW = 100 if SLOW else 600
MANY = SESSION.settings.cycles or (600 if SLOW else 1 << 20)
"""Beats beyond a first window: in the checks that are repeated, and in those of the whole stream."""
NO_VECTORS = "" if SESSION.settings.vectors else "no vectors beyond the golden ones were given"


def due(number: int) -> int:
    """The beat, of all channels, that lets a result out; both counted from a reset on."""
    turn, channel = divmod(number, CHANNELS)
    whole, rest = divmod(turn, len(DUE))
    return (whole * PERIOD + DUE[rest]) * CHANNELS + channel


def last(number: int) -> int:
    """The last beat of a result's window."""
    turn, channel = divmod(number, CHANNELS)
    hop, window, samples = (int(FACTS[key]) for key in ("hop", "window", "samples"))
    return (turn * hop + window - 1) // samples * CHANNELS + channel


def results(beats: int) -> int:
    """Results of so many beats."""
    count = 0
    while due(count) < beats:
        count += 1
    return count


def read(driver: Driver, folder: Path | None) -> Vectors:
    """Beats and results of tb_data, or of a folder with the same names."""
    ports = (BENCH.inputs[0], BENCH.outputs[0])
    sent, expected = (read_codes(folder / port.vectors.name if folder else port.vectors, port) for port in ports)
    vectors = Vectors(driver.encode([sent], SESSION.settings.seed), driver.layout_out.frames([expected]), "the stream")
    if results(len(vectors.sent)) != len(vectors):
        reason = f"{len(vectors)} results of {len(vectors.sent)} beats, there must be {results(len(vectors.sent))}"
        raise BenchError(f"{folder or 'tb_data'}: {reason}")
    return vectors


def within(vectors: Vectors, more: int) -> int:
    """Beats of a stream that is cut short: a first window and some more."""
    return min(due(0) + 1 + more, len(vectors.sent))


def said(vectors: Vectors, beats: int) -> str:
    """How much of a stream was simulated, if not all of it."""
    return "" if beats == len(vectors.sent) else f"the first {beats} of {len(vectors.sent)} beats"


async def stream(driver: Driver, vectors: Vectors, beats: int, gaps: Pattern = NEVER, first: int = 0) -> Received:
    """Send beats behind a reset, and judge every result and when it came.

    Args:
        first: the beat to begin with: results repeat with the beats, so it must be a whole number of periods on.
    """
    skipped = first // (PERIOD * CHANNELS) * len(DUE) * CHANNELS
    sent = vectors.sent[first : first + beats]
    order = range(skipped, min(skipped + results(len(sent)), len(vectors)))
    received = await driver.run(sent, len(order), gaps=gaps)
    compare(received, vectors, order, driver)
    for number, got in enumerate(received.got_at):
        took = got - received.sent_at[due(number)]
        if took != DELAY:
            reason = f"result {number} came {took} cycles after the beat that lets it out, declared are {DELAY}"
            raise CheckError(reason, number)
    return received


@check()
async def golden_stream(dut: Any) -> str:
    """The stream, a beat in every cycle: every result, every bit, each in its cycle."""
    driver = await SESSION.driver(dut)
    vectors = read(driver, None)
    beats = within(vectors, MANY)
    received = await stream(driver, vectors, beats)
    if any(after - before != 1 for before, after in pairwise(received.sent_at)):
        raise CheckError("the source paused")
    SESSION.measured["frames_per_second"] = round(len(received.frames) / received.seconds, 1)
    return said(vectors, beats)


@check()
async def latency_as_declared(dut: Any) -> None:
    """The longest way from a window's last beat to its result, of a stream without a pause."""
    driver = await SESSION.driver(dut)
    vectors = read(driver, None)
    received = await stream(driver, vectors, within(vectors, FEW))
    known = [n for n in range(len(received.got_at)) if last(n) < len(received.sent_at)]
    found = max(1, *(received.got_at[n] - received.sent_at[last(n)] for n in known))
    SESSION.measured["latency"] = found
    if found != BENCH.latency:
        raise CheckError(f"the latency is {found} cycles, declared are {BENCH.latency}")


@check()
async def interval_as_declared(dut: Any) -> None:
    """Results follow each other at the declared interval, over whole periods."""
    driver = await SESSION.driver(dut)
    vectors = read(driver, None)
    received = await stream(driver, vectors, within(vectors, FEW))
    each = len(DUE) * CHANNELS
    periods = (len(received.got_at) - 1) // each
    if periods < 1:
        raise CheckError("the stream is too short for two periods of results")
    found = (received.got_at[periods * each] - received.got_at[0]) / (periods * each)
    SESSION.measured["interval"] = int(found) if found == int(found) else round(found, 4)
    if SESSION.measured["interval"] != BENCH.interval:
        raise CheckError(f"results follow each other after {found:g} cycles, declared are {BENCH.interval}")


@check()
async def random_gaps(dut: Any) -> None:
    """A source that pauses at random, and for long."""
    driver, dice = await SESSION.driver(dut), SESSION.random("gaps")
    vectors = read(driver, None)
    bursts = [bool(part % 2) for part in range(64) for _ in range(dice.randint(1, 40))]
    for gaps in (_chance(dice, 0.1), _chance(dice, 0.5), bursts):
        await driver.reset()
        await stream(driver, vectors, within(vectors, FEW), gaps)


@check(skip=NO_VECTORS)
async def extra_vectors(dut: Any) -> str:
    """The stream of the folder VECTORS: every bit."""
    driver = await SESSION.driver(dut)
    vectors = read(driver, SESSION.settings.vectors)
    beats = within(vectors, MANY)
    await stream(driver, vectors, beats)
    return said(vectors, beats)


@check()
async def reset_in_mid_stream(dut: Any) -> None:
    """Reset at random moments: nothing from before comes out, and windows begin anew with the next beat."""
    driver, dice = await SESSION.driver(dut), SESSION.random("reset")
    vectors = read(driver, None)
    few, whole = within(vectors, FEW), PERIOD * CHANNELS
    for trial in range(6):
        sent = vectors.sent[: dice.randint(1, few)]
        await driver.run(sent, len(vectors), cycles=dice.randint(1, len(sent) + DELAY))
        await driver.reset(cycles=1 if trial % 2 else 4)
        if trial % 3 == 0:
            received = await driver.run((), 0, cycles=DELAY + 16)
            if received.frames:
                raise CheckError("a result from before the reset came out after it", 0)
        first = dice.randrange((len(vectors.sent) - few) // whole + 1) * whole
        try:
            await stream(driver, vectors, few, first=first)
        except CheckError as error:
            raise CheckError(f"after a reset in mid-stream: {error}", error.frame, error.difference) from None
        await driver.reset()


def _chance(dice: random.Random, share: float) -> Sequence[bool]:
    return [dice.random() < share for _ in range(1009)]
