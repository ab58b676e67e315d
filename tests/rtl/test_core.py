"""What a core may be, and how a streaming one's beats lie."""

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.project.ports import Port
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.settings import Hdl

SIGNED, UNSIGNED = Port("a", (5, 2), True, 6, 0), Port("b", (3,), False, 6, 0)
STREAMING = {"interval": 20, "beats_in": 4, "beats_out": 4, "lanes_in": 4, "lanes_out": 4}


def core(latency=7, **more):
    return Boundary("core", Hdl.VERILOG, (SIGNED, UNSIGNED), (SIGNED, UNSIGNED), latency, **more)


def test_beats_of_a_streaming_core():
    found = core(**STREAMING)
    # 10 elements fill 3 beats of 4, and the second tensor begins one of its own.
    assert (found.streaming, found.x_stream.beats, found.y_stream.beats) == (True, 4, 4)
    # An unsigned element beside signed ones needs a bit more to be told from them.
    assert (found.x_lane, found.y_lane, found.x_bits, found.y_bits) == (6, 7, 24, 28)
    assert (found.last, core(drain=30, **STREAMING).last) == (10, 30)


def test_an_unrolled_core_has_one_beat():
    found = core()
    assert (found.streaming, found.x_bits, found.y_bits, found.last) == (False, 78, 78, 7)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"interval": 15, "spacing": 4}, "4 cycles apart, and 4 out, every 15 cycles"),
        ({"beats_in": 3}, "tensors in, at 4 elements a beat, do not fill 3 beats"),
        ({"lanes_out": None}, "at both ends or at neither"),
        ({"drain": 9}, "4 beats of a result from cycle 7 on do not end at 9"),
    ],
)
def test_what_no_core_can_be(changes, reason):
    with pytest.raises(FpgamlError, match=reason):
        core(**{**STREAMING, **changes})
