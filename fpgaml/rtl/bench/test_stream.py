"""Checks for AXI4-Stream: tags, and frames whose tlast comes too early or too late."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from bench_session import SESSION, CheckError, Vectors, check, compare
from test_network import FEW, INTERVAL, chance

STREAM = SESSION.bench.stream
AXIS = "" if SESSION.bench.shell == "axis" else f"the shell `{SESSION.bench.shell}` has no AXI4-Stream"
NO_TAG = AXIS or ("" if STREAM and STREAM.tag_bits else "the shell has no tag")
ONE_BEAT = AXIS or ("" if STREAM and STREAM.beats_in > 1 else "a frame of one beat cannot be cut short")
TRIALS = max(12, min(60, 1500 // INTERVAL))


@check(skip=NO_TAG)
async def tag_with_its_result(dut: Any) -> None:
    """The tag of a frame comes out with every beat of its result, under gaps and back-pressure."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("tags")
    bits = STREAM.tag_bits if STREAM else 1
    order = [dice.randrange(len(vectors)) for _ in range(FEW)]
    tags = [dice.getrandbits(bits) for _ in order]
    frames = [_retag(vectors.sent[event], tag, bits) for event, tag in zip(order, tags, strict=True)]
    received = await driver.run(frames, FEW, gaps=chance(dice, 0.3), stalls=chance(dice, 0.3))
    compare(received, vectors, order, driver)
    for number, (tag, seen) in enumerate(zip(tags, received.tags, strict=True)):
        wanted = format(tag, f"0{bits}b")
        for beat, got in enumerate(seen):
            if got != wanted:
                raise CheckError(f"frame {number}, beat {beat}: tuser is {got}, it was sent with {wanted}", number)


def _retag(beats: Sequence[Any], tag: int, bits: int) -> list[Any]:
    """A frame with another tag in its first beat and its complement in the others, which do not count."""
    value = type(beats[0].tag)
    texts = format(tag, f"0{bits}b"), format(~tag & ((1 << bits) - 1), f"0{bits}b")
    return [beat._replace(tag=value(texts[bool(number)])) for number, beat in enumerate(beats)]


@check(skip=ONE_BEAT)
async def frame_cut_short_is_dropped(dut: Any) -> None:
    """tlast too early: frame_short pulses once, nothing comes out for that frame, and the next one is right."""

    def cut(beats: Sequence[Any], dice: random.Random) -> list[Any]:
        kept = list(beats[: dice.randint(1, len(beats) - 1)])
        return [*kept[:-1], kept[-1]._replace(last=1)]

    await _with_wrong_frames(dut, cut, "frame_short")


@check(skip=AXIS)
async def frame_too_long_is_dropped(dut: Any) -> None:
    """No tlast on the last beat: frame_long pulses once, all up to the next tlast is dropped, the next is right."""

    def lengthen(beats: Sequence[Any], dice: random.Random) -> list[Any]:
        more = dice.choices(beats, k=dice.randint(1, 2 * len(beats) + 1))
        longer = [beat._replace(last=0) for beat in (*beats, *more)]
        return [*longer[:-1], longer[-1]._replace(last=1)]

    await _with_wrong_frames(dut, lengthen, "frame_long")


async def _with_wrong_frames(dut: Any, spoil: Any, flag: str) -> None:
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random(flag)
    for gaps, stalls in (((), ()), (chance(dice, 0.3), chance(dice, 0.5))):
        order, frames, wrong = _mix(vectors, dice, spoil)
        received = await driver.run(frames, len(order), gaps=gaps, stalls=stalls)
        flags, received.flags = received.flags, {}
        try:
            compare(received, vectors, order, driver)
        except CheckError as error:
            raise CheckError(f"among frames of wrong length: {error}", error.frame, error.difference) from None
        for name, times in flags.items():
            expected = wrong if name == flag else 0
            if len(times) != expected:
                raise CheckError(f"{name} was high in {len(times)} cycles, {expected} frames were of wrong length")


def _mix(vectors: Vectors, dice: random.Random, spoil: Any) -> tuple[list[int], list[Any], int]:
    """Right and wrong frames: the events of the right ones, everything to send, how many are wrong."""
    order, frames, wrong = [], [], 0
    for _ in range(TRIALS):
        event = dice.randrange(len(vectors))
        if dice.random() < 0.4:
            frames.append(spoil(vectors.sent[event], dice))
            wrong += 1
        else:
            frames.append(vectors.sent[event])
            order.append(event)
    return order, frames, wrong
