"""Checks for every shell: results bit for bit, timing, gaps, load, reset. Each check's name says what it checks."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

import cocotb
from bench_session import SESSION, CheckError, Vectors, check, compare, pick
from driver import NEVER, Pattern, Received

BENCH, DRIVER = SESSION.bench, SESSION.driver_class
SLOW = any(name in cocotb.SIM_NAME.lower() for name in ("icarus", "ghdl"))
MOST = 50 if SLOW else 150
"""Frames of one pattern of a random check: fewer where a large design takes a second for ten of them."""
CYCLES = 2500
"""And at most about so many clock cycles."""
BUDGET = SESSION.settings.cycles or (100_000 if SLOW else 400_000)
"""Clock cycles that a check may take, about; a check of frames that take longer takes the fewest frames that it can."""
LOAD = 2000
"""Frames of the full load, if they fit the budget."""
# Vendor RTL declares nothing; what its report says is good enough to choose how long to wait.
EXPECTED = BENCH.extra.get("vitis", {}).get("expected", {})
INTERVAL = BENCH.interval or EXPECTED.get("interval") or 1
LATENCY = BENCH.latency or EXPECTED.get("latency") or 64
DRAIN = BENCH.streaming.drain if BENCH.streaming else LATENCY
NO_STALLS = "" if DRIVER.can_stall else f"the shell `{BENCH.shell}` has no back-pressure"
NO_GAPS = "" if DRIVER.can_gap else f"the shell `{BENCH.shell}` takes no gaps"
NO_VECTORS = "" if SESSION.settings.vectors else "no vectors beyond the golden ones were given"


def within(wanted: int, least: int, interval: int = INTERVAL) -> int:
    """As many frames as wanted, or as fit the budget, but at least so many.

    Args:
        interval: cycles that one of them takes.
    """
    return max(least, min(wanted, BUDGET // interval))


FEW = within(max(6, min(MOST, CYCLES // INTERVAL)), 2)
"""Frames of one pattern of a random check."""


def some(patterns: Sequence[Any]) -> tuple[Sequence[Any], str | None]:
    """The first patterns of a random check, as many as fit the budget, and what to say if those are not all."""
    count = within(len(patterns), 1, FEW * INTERVAL)
    if FEW > 2 and count == len(patterns):
        return patterns, None
    return patterns[:count], f"{count} of {len(patterns)} patterns, {FEW} frames each, within {BUDGET} cycles"


def chance(dice: random.Random, share: float) -> Pattern:
    """Hold back in this share of the cycles."""
    return [dice.random() < share for _ in range(1009)]


def bursts(dice: random.Random, longest: int) -> Pattern:
    """Hold back and go on for random times."""
    return [bool(part % 2) for part in range(64) for _ in range(dice.randint(1, longest))]


@check()
async def golden_vectors(dut: Any) -> str | None:
    """All golden vectors in their order, as fast as the shell takes them: every bit."""
    driver = await SESSION.driver(dut)
    return await _all_of(driver, SESSION.golden(driver))


async def _all_of(driver: Any, vectors: Vectors) -> str | None:
    """Vectors in their order, as many as fit the budget; what there is to say if those are not all."""
    order = range(within(len(vectors), min(2, len(vectors))))
    compare(await driver.run(pick(vectors, order), len(order)), vectors, order, driver)
    if len(order) == len(vectors):
        return None
    return f"{len(order)} of {len(vectors)} vectors, within {BUDGET} cycles"


@check()
async def latency_as_declared(dut: Any) -> None:
    """Frames one by one through an idle shell take the declared number of cycles, to the first and to the last beat."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("latency")
    found: set[int] = set()
    drains: set[int] = set()
    for _ in range(within(8, 1, max(INTERVAL, LATENCY))):
        order = [dice.randrange(len(vectors))]
        received = await driver.run(pick(vectors, order), 1)
        compare(received, vectors, order, driver)
        found.add(received.got_at[0] - received.sent_at[0])
        drains.update(done - received.sent_at[0] for done in received.done_at)
        await driver.run((), 0, cycles=dice.randint(1, 9))
    SESSION.measured["latency"] = max(found)
    if len(found) > 1 and BENCH.latency is not None:
        raise CheckError(f"the latency varies: {sorted(found)} cycles")
    if BENCH.latency is not None and found != {BENCH.latency}:
        raise CheckError(f"the latency is {found.pop()} cycles, declared are {BENCH.latency}")
    if BENCH.streaming:
        SESSION.measured["drain"] = max(drains)
        if drains != {BENCH.streaming.drain}:
            raise CheckError(f"the last beat comes after {sorted(drains)} cycles, declared are {BENCH.streaming.drain}")


@check()
async def interval_as_declared(dut: Any) -> None:
    """At full load frames follow each other at the declared initiation interval."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("interval")
    settle = 2 * (LATENCY // INTERVAL + 8)
    count = within(settle + 32, 3)
    settle = min(settle, count - 2)
    order = [dice.randrange(len(vectors)) for _ in range(count)]
    received = await driver.run(pick(vectors, order), len(order))
    compare(received, vectors, order, driver)
    times = received.got_at[settle:]
    steps = {later - earlier for earlier, later in itertools.pairwise(times)}
    # One number only where frames follow evenly; else the mean, rounded up.
    SESSION.measured["interval"] = -(-(times[-1] - times[0]) // (len(times) - 1))
    if BENCH.interval is not None and steps != {BENCH.interval}:
        raise CheckError(f"frames follow each other after {sorted(steps)} cycles, declared are {BENCH.interval}")


@check(skip=NO_GAPS)
async def random_gaps(dut: Any) -> str | None:
    """A source that pauses at random."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("gaps")
    every = (chance(dice, 0.1), chance(dice, 0.5), chance(dice, 0.9), bursts(dice, 2 * INTERVAL + 6))
    patterns, said = some(every)
    for gaps in patterns:
        order = [dice.randrange(len(vectors)) for _ in range(FEW)]
        compare(await driver.run(pick(vectors, order), FEW, gaps=gaps), vectors, order, driver)
    return said


@check(skip=NO_STALLS)
async def random_back_pressure(dut: Any) -> str | None:
    """A sink that pauses at random, and for so long that everything fills up; with and without gaps."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("stalls")
    long = 2 * LATENCY + 4 * INTERVAL + 64
    every = (
        (NEVER, chance(dice, 0.1)),
        (NEVER, chance(dice, 0.5)),
        (NEVER, chance(dice, 0.9)),
        (chance(dice, 0.5), chance(dice, 0.5)),
        (NEVER, [True] * long + [False] * (long // 2)),
        (bursts(dice, 6), bursts(dice, LATENCY + 6)),
    )
    patterns, said = some(every)
    for gaps, stalls in patterns:
        order = [dice.randrange(len(vectors)) for _ in range(FEW)]
        compare(await driver.run(pick(vectors, order), FEW, gaps=gaps, stalls=stalls), vectors, order, driver)
    return said


@check()
async def full_load(dut: Any) -> None:
    """FRAMES frames without a pause: golden vectors in random order."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("load")
    order = dice.choices(range(len(vectors)), k=SESSION.settings.frames or within(LOAD, 2))
    received = await driver.run(pick(vectors, order), len(order))
    compare(received, vectors, order, driver)
    speed = len(order) / received.seconds
    SESSION.measured["frames_per_second"] = round(speed, 1) if speed >= 10 else float(f"{speed:.2g}")


@check(skip=NO_VECTORS)
async def extra_vectors(dut: Any) -> str | None:
    """All vectors of the folder VECTORS, at full load: every bit."""
    driver = await SESSION.driver(dut)
    return await _all_of(driver, SESSION.extra(driver))


@check()
async def reset_in_mid_frame(dut: Any) -> None:
    """Reset at random moments, with frames under way: nothing of them comes out, and what follows is right."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("reset")
    frames, quiet = within(8, 1), 2 * LATENCY + 4 * INTERVAL + 16
    if BENCH.streaming:
        quiet = DRAIN + INTERVAL + 16
    for trial in range(within(10, 1, (LATENCY + 3 * INTERVAL + quiet) // 2 + frames * INTERVAL)):
        under_way = [dice.randrange(len(vectors)) for _ in range(LATENCY // INTERVAL + 16)]
        stalls = [True] if trial % 3 == 2 and DRIVER.can_stall else NEVER
        moment = dice.randint(1, LATENCY + 3 * INTERVAL + 4)
        await driver.run(pick(vectors, under_way), len(under_way), stalls=stalls, cycles=moment)
        await driver.reset(cycles=1 if trial % 2 else 4)
        if trial % 4 < 2:
            _nothing_comes(await driver.run((), 0, cycles=quiet))
        order = [dice.randrange(len(vectors)) for _ in range(frames)]
        received = await driver.run(pick(vectors, order), len(order))
        try:
            compare(received, vectors, order, driver)
        except CheckError as error:
            raise CheckError(f"after a reset in mid-frame: {error}", error.frame, error.difference) from None


def _nothing_comes(received: Received) -> None:
    if received.frames or received.incomplete:
        raise CheckError("a frame from before the reset came out after it", 0)
    for name, times in received.flags.items():
        if times:
            raise CheckError(f"{name} was high after a reset")
