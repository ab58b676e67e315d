"""Checks for AXI4-Stream: tags, and frames whose tlast comes too early or too late."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from bench_session import SESSION, CheckError, Vectors, check, compare, pick
from cocotb.triggers import Timer
from driver import Received
from test_network import BUDGET, DRAIN, FEW, INTERVAL, LATENCY, chance, within

STREAM, STREAMING = SESSION.bench.stream, SESSION.bench.streaming
AXIS = "" if SESSION.bench.shell == "axis" else f"the shell `{SESSION.bench.shell}` has no AXI4-Stream"
NO_TAG = AXIS or ("" if STREAM and STREAM.tag_bits else "the shell has no tag")
ONE_BEAT = AXIS or ("" if STREAM and STREAM.beats_in > 1 else "a frame of one beat cannot be cut short")


def _unfilled() -> str:
    """Why the FIFO of results is not filled; empty if it is."""
    if STREAM is None or STREAMING is None or STREAMING.fifo_depth is None:
        return "the core takes whole frames, and the shell counts credits"
    waits = STREAMING.fifo_depth // STREAM.beats_out + STREAM.beats_out + 5
    cycles, most = waits * (INTERVAL + DRAIN), 4 * BUDGET
    return f"filling it takes {cycles} cycles, more than {most}: give CYCLES" if cycles > most else ""


INPUTS = ("m_axis_tready", "s_axis_tvalid", "s_axis_tlast", "s_axis_tdata", "s_axis_tuser")
OUTPUTS = (
    *("s_axis_tready", "m_axis_tvalid", "m_axis_tlast", "m_axis_tuser", "m_axis_tdata"),
    *("frame_short", "frame_long", "frame_broken"),
)
NO_FIFO = _unfilled()
TRIALS = within(max(12, min(60, 1500 // INTERVAL)), 3)


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
    """tlast too early: frame_short pulses once, nothing comes out for that frame, and the next one is right.

    Of a streaming core a result may come that is marked with frame_broken, where it had begun to leave before.
    """

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


@check(skip=AXIS)
async def valid_without_ready(dut: Any) -> None:
    """tvalid comes while tready is low: a sink may wait for it, as AXI4-Stream lets it."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("valid")
    order = [dice.randrange(len(vectors))]
    await driver.run(pick(vectors, order), 0, stalls=[True], cycles=max(LATENCY, DRAIN) + 16)
    if str(dut.m_axis_tvalid.get()) != "1":
        raise CheckError("m_axis_tvalid waits for m_axis_tready", 0)
    compare(await driver.run((), 1), vectors, order, driver)


@check(skip=AXIS)
async def outputs_follow_the_clock(dut: Any) -> str:
    """No input reaches an output within a cycle: tready and the rest come from registers."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("paths")
    frames = LATENCY // INTERVAL + 16
    longest = LATENCY + frames * INTERVAL
    moments = within(24, 2, longest)
    for moment in range(moments):
        order = [dice.randrange(len(vectors)) for _ in range(frames)]
        # Every other time the sink takes so little that all fills up that can.
        stalls = chance(dice, 0.9 if moment % 2 else 0.4)
        cycles = dice.randint(longest // 2 if moment % 2 else 1, longest)
        await driver.run(pick(vectors, order), len(order), gaps=chance(dice, 0.2), stalls=stalls, cycles=cycles)
        await _disturb(dut, dice, moment)
        await driver.reset()
    return f"at {moments} moments"


async def _disturb(dut: Any, dice: random.Random, moment: int) -> None:
    """Between two rising edges, change one input after the other, and put all back."""
    step = SESSION.bench.period_ps // 100
    inputs = {name: getattr(dut, name) for name in INPUTS if hasattr(dut, name)}
    outputs = {name: getattr(dut, name) for name in OUTPUTS if hasattr(dut, name)}
    await Timer(25 * step, unit="ps")
    kept = {name: signal.get() for name, signal in inputs.items()}
    before = {name: str(signal.get()) for name, signal in outputs.items()}
    changed: list[str] = []
    for name in dice.sample(list(inputs), len(inputs)):
        bits = "".join("0" if bit == "1" else "1" for bit in str(kept[name]))
        inputs[name].value = type(kept[name])(bits)
        changed.append(name)
        await Timer(step, unit="ps")
        for output, signal in outputs.items():
            if str(signal.get()) != before[output]:
                raise CheckError(f"{output} follows {' or '.join(changed)} within the cycle (moment {moment})")
    for name, value in kept.items():
        inputs[name].value = value
    await Timer(step, unit="ps")


@check(skip=AXIS or NO_FIFO)
async def fifo_as_declared(dut: Any) -> str | None:
    """A sink that takes a beat now and then fills the FIFO of results to the depth declared, and never beyond."""
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random("fifo")
    depth, beats = (STREAMING.fifo_depth or 1, STREAM.beats_out) if STREAM and STREAMING else (1, 1)
    frames = depth // beats + 3
    # When all that fits is there, beats leave one by one, until the next frame claims its places again.
    filling, wait = depth // beats * INTERVAL + DRAIN, INTERVAL + DRAIN
    order = [dice.randrange(len(vectors)) for _ in range(frames)]
    stalls = [True] * filling + ([False] + [True] * wait) * (beats + 1) + [False] * (3 * wait)
    received = await driver.run([vectors.sent[event] for event in order], frames, stalls=stalls)
    compare(received, vectors, order, driver)
    if driver.fullest is None:
        return "the top has no signals of this name: y_valid, result_valid, result_ready"
    SESSION.measured["fifo"] = driver.fullest
    if driver.fullest != depth:
        raise CheckError(f"the fullest FIFO held {driver.fullest} beats, declared are {depth}")
    return f"fullest: {driver.fullest} beats, as declared"


async def _with_wrong_frames(dut: Any, spoil: Any, flag: str) -> None:
    driver = await SESSION.driver(dut)
    vectors, dice = SESSION.golden(driver), SESSION.random(flag)
    patterns = (((), ()), (chance(dice, 0.3), chance(dice, 0.5)))
    for gaps, stalls in patterns[: within(2, 1, TRIALS * INTERVAL)]:
        order, frames, tags = _mix(vectors, dice, spoil)
        wrong = len(tags)
        received = await driver.run(frames, len(order), gaps=gaps, stalls=stalls)
        flags, received.flags = received.flags, {}
        _judge_marked(received, tags)
        try:
            compare(received, vectors, order, driver)
        except CheckError as error:
            raise CheckError(f"among frames of wrong length: {error}", error.frame, error.difference) from None
        for name, times in flags.items():
            expected = wrong if name == flag else 0
            if len(times) != expected:
                raise CheckError(f"{name} was high in {len(times)} cycles, {expected} frames were of wrong length")


def _judge_marked(received: Received, tags: Sequence[str]) -> None:
    """Marked results are of frames of wrong length, in their order; a result of one beat is always dropped."""
    marked, received.broken = received.broken, []
    if marked and STREAM is not None and STREAM.beats_out == 1:
        raise CheckError(f"{len(marked)} results of one beat came out with frame_broken, and none was dropped")
    left = iter(tags)
    if STREAM is not None and STREAM.tag_bits and not all(tag in left for tag in marked):
        raise CheckError("a result came out with frame_broken and the tag of no frame of wrong length")
    if len(marked) > len(tags):
        raise CheckError(f"{len(marked)} results came out with frame_broken, {len(tags)} frames were of wrong length")


def _mix(vectors: Vectors, dice: random.Random, spoil: Any) -> tuple[list[int], list[Any], list[str]]:
    """Right and wrong frames, the first wrong, the last right: the right events, what to send, the wrong ones' tags."""
    order, frames, wrong = [], [], []
    for trial in range(TRIALS):
        event = dice.randrange(len(vectors))
        if trial == 0 or (trial < TRIALS - 1 and dice.random() < 0.4):
            frames.append(spoil(vectors.sent[event], dice))
            wrong.append(str(vectors.sent[event][0].tag))
        else:
            frames.append(vectors.sent[event])
            order.append(event)
    return order, frames, wrong
