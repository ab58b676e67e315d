"""fpgaml_accumulate: sums and extremes of groups of words, with gaps; a reset forgets what was begun."""

import random

import cocotb

from sim.units.cycles import Cycles, facts


def lanes_of(word):
    width = facts()["WIDTH"]
    return [(word >> lane * width) & ((1 << width) - 1) for lane in range(facts()["LANES"])]


def combined(words):
    """The result of a group, lane by lane, packed."""
    width = facts()["WIDTH"]
    half = 1 << (width - 1) if facts()["SIGNED"] else 0
    packed = 0
    for lane, terms in enumerate(zip(*map(lanes_of, words), strict=True)):
        values = [(term + half) % (1 << width) - half for term in terms]
        result = [weighted, max, min][facts()["MODE"]](values)
        packed |= result % (1 << width) << lane * width
    return packed


def weighted(values):
    """The sum; with a shift, of digits the highest first."""
    shift = facts().get("SHIFT", 0)
    return sum(value << shift * place for place, value in enumerate(reversed(values)))


@cocotb.test()
async def groups_of_words(dut):
    cycles = Cycles(dut, ["rst", "in_valid", "in_last", "in_data"], ["out_valid", "out_data"])
    await cycles.start()
    rng = random.Random(1)
    bits = facts()["LANES"] * facts()["WIDTH"]
    results = 0
    for round_ in range(3):
        await cycles.step(rst=1, in_valid=round_ > 0, in_last=0, in_data=rng.getrandbits(bits))
        group, due = [], None
        for _ in range(150):
            word, valid, last = rng.getrandbits(bits), rng.random() < 0.8, rng.random() < 0.3
            seen = await cycles.step(rst=0, in_valid=valid, in_last=last, in_data=word)
            assert seen["out_valid"] == (due is not None)
            if due is not None:
                assert seen["out_data"] == due
            due = None
            if valid:
                group.append(word)
                if last:
                    due, group = combined(group), []
                    results += 1
    assert results > 60
