"""What an RTL project says of itself when it is written."""

from __future__ import annotations

import pytest

from fpgaml.project.ports import Port
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.firmware import _wide
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.shell import ShellSpec
from fpgaml.rtl.target import RtlTarget


def _said(target: RtlTarget, inputs: Port, outputs: Port) -> list[str]:
    core = Boundary("network_core", Hdl.VERILOG, (inputs,), (outputs,), 5)
    beats = (target.beat, min(target.beat, outputs.size)) if target.beat else (None, None)
    return _wide(target, ShellSpec(target.shell_kind, target.top, core, *beats, target.tag_bits))


@pytest.mark.parametrize(
    ("target", "inputs", "outputs"),
    [
        (RtlTarget(), Port("x", (32,), True, 14, 4), Port("y", (5,), True, 16, 4)),  # 32 lanes of 16 are 512
        (RtlTarget(beat=33), Port("x", (33,), True, 14, 4), Port("y", (5,), True, 16, 4)),  # asked for
        (RtlTarget(shell=ShellKind.NATIVE), Port("x", (400,), True, 14, 4), Port("y", (5,), True, 16, 4)),
    ],
)
def test_no_word_on_what_is_narrow_or_asked_for(target: RtlTarget, inputs: Port, outputs: Port) -> None:
    assert _said(target, inputs, outputs) == []


def test_a_wide_stream_is_spoken_of_with_the_beat_that_helps() -> None:
    """63 x 4 elements of 12 bits in lanes of 16: 4,032 bits; 32 of them are 512."""
    (said,) = _said(RtlTarget(), Port("x", (63, 4), True, 12, 4), Port("y", (5,), True, 16, 4))
    assert said == (
        "s_axis_tdata is 4,032 bits wide: a whole frame of 252 elements in lanes of 16 bits. "
        "--beat 32 keeps it within 512, a frame every 8 cycles"
    )


def test_both_directions_count() -> None:
    said = _said(RtlTarget(), Port("x", (63,), True, 12, 4), Port("y", (70,), True, 17, 4))
    assert [text.split(" is ")[0] for text in said] == ["s_axis_tdata", "m_axis_tdata"]
    assert all("--beat 21 keeps it within 512" in text for text in said)
