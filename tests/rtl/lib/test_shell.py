"""The shell's facts, and what it refuses."""

import dataclasses

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.project.ports import Port, packed_bits
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.shell import ShellSpec, shell_interval, shell_latency, shell_sources

INPUTS = (Port("a", (2, 8), True, 14, 10), Port("b", (3,), False, 9, 0))
OUTPUTS = (Port("y", (5,), True, 17, 8),)
CORE = Boundary("network_core", Hdl.VERILOG, INPUTS, OUTPUTS, 12)
WHOLE = ShellSpec(ShellKind.AXIS, "network", CORE)
BEATS = dataclasses.replace(WHOLE, beat_in=4, beat_out=2, tag_bits=12)
NATIVE = dataclasses.replace(WHOLE, kind=ShellKind.NATIVE)


def test_port_sizes():
    assert [port.size for port in INPUTS] == [16, 3]
    assert packed_bits(INPUTS) == 16 * 14 + 3 * 9
    assert Port("scalar", (), True, 4, 0).size == 1


def around(spec, **changes):
    """The shell around a core that is a little different."""
    return dataclasses.replace(spec, core=dataclasses.replace(spec.core, **changes))


def test_stream_layout():
    assert dataclasses.asdict(WHOLE.layout) == {
        "lane_in": 16,
        "beat_in": 19,
        "beats_in": 1,
        "lane_out": 24,
        "beat_out": 5,
        "beats_out": 1,
        "tag_bits": 16,
    }
    assert (BEATS.beats_in, BEATS.beats_out, BEATS.lane_in, BEATS.lane_out) == (5, 3, 16, 24)
    with pytest.raises(FpgamlError, match="no stream"):
        _ = NATIVE.layout


def test_latency_and_interval():
    assert (shell_latency(NATIVE), shell_interval(NATIVE)) == (13, 1)
    assert (shell_latency(WHOLE), shell_interval(WHOLE)) == (15, 1)
    assert (shell_latency(BEATS), shell_interval(BEATS)) == (19, 5)


@pytest.mark.parametrize("hdl", list(Hdl))
def test_files_come_in_compile_order_and_always_the_same(hdl):
    spec = around(BEATS, hdl=hdl)
    names = ["fpgaml_delay", "fpgaml_fifo", "fpgaml_credit", "fpgaml_framer", "fpgaml_deframer", "network"]
    assert list(shell_sources(spec)) == [name + hdl.suffix for name in names]
    native = around(NATIVE, hdl=hdl)
    assert list(shell_sources(native)) == ["fpgaml_delay" + hdl.suffix, "network" + hdl.suffix]
    assert shell_sources(spec) == shell_sources(spec)


def test_names_of_tensors_stay_in_their_comments():
    spec = around(WHOLE, inputs=(Port("a\nendmodule", (2,), True, 4, 0),))
    assert "\nendmodule\n\n`default_nettype wire\n" in shell_sources(spec)["network.v"]
    assert shell_sources(spec)["network.v"].count("\nendmodule") == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"beat_in": 0}, "an input frame has 19 elements, so a beat cannot have 0"),
        ({"beat_in": 20}, "cannot have 20"),
        ({"beat_out": 6}, "an output frame has 5 elements"),
        ({"tag_bits": 0}, "the tag has 0 bits"),
        ({"tag_bits": 5000}, "the tag has 5000 bits"),
        ({"top": "network_core"}, "names of their own"),
        ({"top": "Fpgaml_FIFO"}, "names of their own"),
        ({"kind": ShellKind.NATIVE, "beat_in": 4}, "whole frames"),
    ],
)
def test_impossible_shells_are_refused(changes, reason):
    with pytest.raises(FpgamlError, match=reason):
        dataclasses.replace(WHOLE, **changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"latency": 0}, "at least 1 cycle"),
        ({"inputs": ()}, "no inputs"),
        ({"outputs": (Port("y", (0,), True, 3, 0),)}, "0 elements of 3 bits"),
        ({"interval": 2, "beats_in": 3}, "frames of 3 beats in and 1 out, every 2 cycles"),
        ({"interval": 4, "beats_in": 3}, "takes a frame every 4 cycles"),
    ],
)
def test_impossible_cores_are_refused(changes, reason):
    with pytest.raises(FpgamlError, match=reason):
        around(WHOLE, **changes)
