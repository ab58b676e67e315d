"""fpgaml_widen: every word in its cycle, a frame's last one as soon as its pieces are there."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


@cocotb.test()
async def every_word_in_its_cycle(dut):
    cycles = Cycles(dut, ["rst", "in_valid", "in_data"], ["out_valid", "out_data"])
    await cycles.start()
    bits, count, frame = facts()["PIECE_BITS"], facts()["PIECES"], facts()["FRAME_PIECES"]
    rng, words = random.Random(1), 0
    for _ in range(3):
        await cycles.step(rst=1, in_valid=0)
        pieces, sent, due = [], 0, None
        for _ in range(150):
            piece, valid = rng.getrandbits(bits), rng.random() < 0.8
            seen = await cycles.step(rst=0, in_valid=valid, in_data=piece)
            assert seen["out_valid"] == (due is not None)
            if due is not None and seen["out_data"] is not None:  # what lies above may be undefined
                assert seen["out_data"] & ((1 << bits * len(due)) - 1) == sum(p << bits * i for i, p in enumerate(due))
            due = None
            if valid:
                pieces.append(piece)
                sent += 1
                if len(pieces) == count or sent == frame:
                    due, pieces, sent, words = pieces, [], sent % frame, words + 1
    assert words > 3 * 150 * 0.7 / count
