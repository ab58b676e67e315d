"""fpgaml_fifo against a queue: order, flags in every cycle, rate, reset."""

import random
from collections import deque

import cocotb

from sim.units.cycles import Cycles, facts


async def begin(dut):
    cycles = Cycles(dut, ["rst", "in_data", "in_valid", "out_ready"], ["in_ready", "out_valid", "out_data"])
    await cycles.start()
    await reset(cycles)
    return cycles


async def reset(cycles):
    await cycles.step(rst=1, in_valid=0, out_ready=0)
    seen = await cycles.step(rst=1)
    assert (seen["in_ready"], seen["out_valid"]) == (facts()["EAGER"], 0)
    seen = await cycles.step(rst=0)
    assert (seen["in_ready"], seen["out_valid"]) == (facts()["EAGER"], 0)


async def traffic(cycles, count, write_rate, read_rate, seed):
    """Random traffic, checked in every cycle against a queue; returns how many words went through."""
    rng = random.Random(seed)
    depth, width = facts()["DEPTH"], facts()["WIDTH"]
    queue = deque()
    read = 0
    for _ in range(count):
        word, write, take = rng.getrandbits(width), rng.random() < write_rate, rng.random() < read_rate
        seen = await cycles.step(in_data=word, in_valid=write, out_ready=take)
        assert seen["in_ready"] == (len(queue) < depth)
        assert seen["out_valid"] == (len(queue) > 0)
        if queue:
            assert seen["out_data"] == queue[0]
            if take:
                queue.popleft()
                read += 1
        if write and seen["in_ready"]:
            queue.append(word)
    return read


@cocotb.test()
async def behaves_as_a_queue(dut):
    cycles = await begin(dut)
    for seed, rates in enumerate([(0.5, 0.5), (0.9, 0.2), (0.2, 0.9), (1.0, 0.5), (0.5, 1.0)]):
        await reset(cycles)
        assert await traffic(cycles, 200, *rates, seed) > 0


@cocotb.test()
async def a_word_a_cycle(dut):
    cycles = await begin(dut)
    read = await traffic(cycles, 201, 1.0, 1.0, 7)
    # A FIFO of one word cannot be written in the cycle in which it is read.
    assert read == (200 if facts()["DEPTH"] > 1 else 100)
