"""fpgaml_shift: the last DEPTH words side by side, the newest at the top, unchanged without enable."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def the_last_words_side_by_side(dut):
    depth, width = facts()["DEPTH"], facts()["WIDTH"]
    cycles = Cycles(dut, ["enable", "in_data"], ["out_data"])
    await cycles.start()
    rng, words = random.Random(1), []
    for _ in range(150):
        word, enable = rng.getrandbits(width), rng.random() < 0.6
        seen = await cycles.step(enable=enable, in_data=word)
        if len(words) >= depth:
            assert seen["out_data"] == sum(w << width * place for place, w in enumerate(words[-depth:]))
        if enable:
            words.append(word)
