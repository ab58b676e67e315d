"""fpgaml_line: every word DEPTH words later, whatever lies between them in time."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def every_word_comes_out_depth_words_later(dut):
    depth, width = facts()["DEPTH"], facts()["WIDTH"]
    cycles = Cycles(dut, ["rst", "enable", "in_data"], ["out_data"])
    await cycles.start()
    rng = random.Random(1)
    await cycles.step(rst=1, enable=0)  # where a word went before any reset, each language says in its own way
    for _ in range(3):
        await cycles.step(rst=1, enable=rng.random() < 0.5, in_data=rng.getrandbits(width))
        words = []
        for _ in range(60 + 4 * depth):
            word, enable = rng.getrandbits(width), rng.random() < 0.7
            seen = await cycles.step(rst=0, enable=enable, in_data=word)
            if len(words) > depth:
                assert seen["out_data"] == words[-1 - depth]
            if enable:
                words.append(word)
        assert len(words) > 2 * depth
