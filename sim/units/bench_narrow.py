"""fpgaml_narrow: every piece of every word in its cycle, none above a frame's last."""

import random
from collections import deque

import cocotb

from sim.units.cycles import Cycles, facts


def pieces_of(number):
    """How many pieces of the frame's words the word `number` since reset hands on."""
    count, frame = facts()["PIECES"], facts()["FRAME_PIECES"]
    words = -(-frame // count)
    return frame - (words - 1) * count if number % words == words - 1 else count


async def traffic(cycles, count, rate, seed):
    """Random words whenever they may enter; returns how many entered."""
    rng = random.Random(seed)
    bits, count_a_word, spacing = facts()["PIECE_BITS"], facts()["PIECES"], facts()["SPACING"]
    due = deque()  # (cycle, piece)
    free = words = 0  # the first cycle in which the next word may enter
    for cycle in range(count):
        word, offered = rng.getrandbits(bits * count_a_word), rng.random() < rate
        seen = await cycles.step(rst=0, in_valid=offered, in_data=word)
        assert seen["in_ready"] == (cycle >= free)
        expected = due[0] if due and due[0][0] == cycle else None
        assert seen["out_valid"] == (expected is not None)
        if expected is not None:
            assert seen["out_data"] == due.popleft()[1]
        if offered and cycle >= free:
            handed = pieces_of(words)
            for piece in range(handed):
                due.append((cycle + 1 + piece * spacing, word >> piece * bits & ((1 << bits) - 1)))
            free, words = cycle + handed * spacing, words + 1
    return words


@cocotb.test()
async def every_piece_in_its_cycle(dut):
    cycles = Cycles(dut, ["rst", "in_valid", "in_data"], ["in_ready", "out_valid", "out_data"])
    await cycles.start()
    for seed, rate in enumerate((1.0, 0.5, 0.1)):
        await cycles.step(rst=1, in_valid=0)
        assert await traffic(cycles, 200, rate, seed) > 10
