"""fpgaml_state: steps in turn, first and last of their frames, each with what its channel's step before gave."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def every_step_reads_its_channels_last_state(dut):
    channels, steps, width = (facts()[name] for name in ("CHANNELS", "STEPS", "WIDTH"))
    cycles = Cycles(dut, ["rst", "take", "in_valid", "in_data"], ["first", "last", "state"])
    await cycles.start()
    rng = random.Random(1)
    for _ in range(3):
        await cycles.step(rst=1, take=rng.random() < 0.5, in_valid=0, in_data=rng.getrandbits(width))
        begun, back = 0, []  # steps since reset, and the states that came back of them
        busy = 0.3 + 0.6 * rng.random()
        for _ in range(100 + 12 * channels * steps):
            word = rng.getrandbits(width)
            in_valid = len(back) < begun and rng.random() < busy
            take = begun - len(back) < channels and rng.random() < 0.8
            seen = await cycles.step(rst=0, take=take, in_valid=in_valid, in_data=word)
            step = begun // channels % steps
            assert (seen["first"], seen["last"]) == (step == 0, step == steps - 1)
            if take and step:
                assert seen["state"] == back[begun - channels]
            begun += take
            if in_valid:
                back.append(word)
        assert begun > 2 * channels * steps
