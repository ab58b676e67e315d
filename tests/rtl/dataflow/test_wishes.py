"""What the user says of rate, beats and latency: read, brought into cycles, and refused where it cannot hold."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fpgaml.boards import Board, find_board
from fpgaml.cli.target_options import option_users, parameter_name, read_target
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.ops import Input
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.rtl.dataflow.quantities import Span, parse_rate, parse_span
from fpgaml.rtl.dataflow.wishes import Wishes, wishes_of
from fpgaml.rtl.form import choose_form
from fpgaml.rtl.settings import Form
from fpgaml.rtl.target import RtlTarget


def wave(*shapes: tuple[int, ...]) -> Graph:
    """Inputs that are outputs."""
    builder = GraphBuilder("wave")
    names = [builder.add(Input(shape, Quantizer(FixedType(1, 3, 2))), name=f"x{i}") for i, shape in enumerate(shapes)]
    return builder.build(names)


def board(mhz: float = 200.0) -> Board:
    return find_board("kcu116", clock_mhz=mhz)


def made(graph: Graph | None = None, mhz: float = 200.0, **settings: Any) -> Wishes:
    return wishes_of(RtlTarget(**settings), graph or wave((256, 4)), board(mhz))


def refusal(graph: Graph | None = None, mhz: float = 200.0, **settings: Any) -> str:
    with pytest.raises(FpgamlError) as error:
        made(graph, mhz, **settings)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "rate"), [("1kHz", 1e3), ("250/s", 250.0), ("40 MHz", 4e7), ("0.5Hz", 0.5), (".25ghz", 2.5e8)]
)
def test_rates(text: str, rate: float) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(("text", "span"), [("80", Span(80)), ("400ns", Span(ns=400.0)), ("0.4 us", Span(ns=400.0))])
def test_spans(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (parse_rate, "1000", "--rate: `1000` has no unit. Write 1000/s, or for example 1000kHz"),
        (parse_rate, "5ns", "--rate: `5ns` has the unknown unit `ns`"),
        (parse_rate, "0/s", "--rate: `0/s` is zero"),
        (parse_rate, "-1kHz", "--rate: `-1kHz` cannot be read"),
        (parse_span, "2.5", "--max-latency: `2.5` is neither cycles nor a time"),
        (parse_span, "80MHz", "--max-latency: `80MHz` is neither cycles nor a time"),
    ],
)
def test_words_that_are_no_quantity(read: Any, text: str, said: str) -> None:
    with pytest.raises(FpgamlError, match="^" + re.escape(said)):
        read(text)


@pytest.mark.parametrize(
    ("settings", "mhz", "wishes"),
    [
        ({}, 200, Wishes()),
        ({"rate": "1kHz"}, 200, Wishes(interval=200_000)),
        ({"rate": "3kHz"}, 200, Wishes(interval=66_666)),
        ({"rate": 1e6, "samples_per_cycle": 4}, 200, Wishes(interval=200, samples=4)),
        ({"interval": 64, "samples_per_cycle": 4}, 200, Wishes(interval=64, samples=4)),
        ({"max_latency": "402ns"}, 200, Wishes(max_latency=80)),
        ({"max_latency": 80}, 100, Wishes(max_latency=80)),
        # 10 frames fit into 25 ns at 400 MHz: 384 channels take 39 cores
        ({"channels": 384, "rate": "40MHz"}, 400, Wishes(interval=1, channels=10, instances=39)),
        ({"channels": 3, "rate": "10MHz"}, 200, Wishes(interval=6, channels=3)),
        ({"continuous": True, "hop": 6, "samples_per_cycle": 4}, 250, Wishes(samples=4, hop=6)),
        ({"continuous": True}, 250, Wishes(hop=256)),
    ],
)
def test_words_in_cycles(settings: dict[str, Any], mhz: float, wishes: Wishes) -> None:
    assert made(mhz=mhz, **settings) == wishes


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rate": "1kHz", "interval": 7}, "--rate, --interval: both say how often a frame comes"),
        ({"hop": 6}, "--hop: is between results of an endless stream. Add --continuous"),
        ({"schedule": "unrolled", "continuous": True}, "--continuous: an unrolled network takes whole frames"),
        ({"schedule": "unrolled", "samples_per_cycle": 2}, "--samples-per-cycle: an unrolled network takes whole"),
        ({"beat": 2, "schedule": "streaming"}, "--beat: a streaming core's own beats pass the shell"),
        ({"rate": "300MHz"}, "--rate: 300,000,000 frames a second are more than one a cycle of 200 MHz. The nearest"),
        ({"rate": float("nan")}, "--rate: nan frames a second are no rate"),
        ({"samples_per_cycle": 300}, "--samples-per-cycle: 300 samples are more than the 256 of a frame"),
        ({"continuous": True, "hop": 257}, "--hop: 257 samples skip some between windows of 256. The nearest is 256"),
        ({"max_latency": "4ns"}, "--max-latency: 4 ns are less than a cycle of 5 ns"),
        (
            {"samples_per_cycle": 4, "interval": 63},
            "--samples-per-cycle: 256 samples at 4 a cycle take 64 cycles, and 63 are asked for (--rate or --interval)"
            ". The nearest: an interval of 64, or 5 samples a cycle",
        ),
        (
            {"continuous": True, "hop": 6, "samples_per_cycle": 1, "rate": "50MHz"},
            "--samples-per-cycle: 6 samples at 1 a cycle take 6 cycles, and 4 are asked for",
        ),
    ],
)
def test_wishes_that_cannot_hold(settings: dict[str, Any], said: str) -> None:
    assert refusal(**settings).startswith(said)


@pytest.mark.parametrize("settings", [{"channels": 2}, {"continuous": True}])
def test_several_inputs_are_no_one_stream(settings: dict[str, Any]) -> None:
    said = refusal(wave((8,), (8,)), **settings)
    assert said.startswith(f"--{next(iter(settings))}: is for networks of one input: of the 2 here (x0, x1)")


def test_several_inputs_follow_one_another() -> None:
    """Beats of 4 elements, 5 of them and 2: each input begins a beat of its own."""
    assert made(wave((9, 2), (5,)), samples_per_cycle=2, interval=7) == Wishes(interval=7, samples=2)
    assert "take 7 cycles, and 6 are asked for" in refusal(wave((9, 2), (5,)), samples_per_cycle=2, interval=6)


@pytest.mark.parametrize(
    ("asked", "wishes", "form"),
    [
        (Form.AUTO, Wishes(), Form.UNROLLED),
        (Form.AUTO, Wishes(interval=1), Form.UNROLLED),
        (Form.AUTO, Wishes(interval=2), Form.STREAMING),
        (Form.AUTO, Wishes(max_latency=9), Form.STREAMING),
        (Form.AUTO, Wishes(interval=1, hop=1), Form.STREAMING),
        (Form.STREAMING, Wishes(), Form.STREAMING),
        (Form.UNROLLED, Wishes(interval=2), Form.UNROLLED),
    ],
)
def test_unrolled_where_that_is_what_is_asked(asked: Form, wishes: Wishes, form: Form) -> None:
    assert choose_form(asked, wishes, wave((256, 4)), board()) is form


@pytest.mark.parametrize(
    ("given", "interval", "rate", "samples"),
    [
        ({}, 200_000, None, None),
        ({"rate": "10kHz"}, None, 1e4, None),
        ({"samples_per_cycle": 2}, None, None, 2),
        ({"max_latency": "80"}, 200_000, None, None),
    ],
)
def test_a_users_pace_replaces_the_tasks(
    given: dict[str, Any], interval: int | None, rate: float | None, samples: int | None
) -> None:
    """A task brings an interval: the command line's rate is instead of it, not beside it."""
    nothing: dict[str, Any] = {parameter_name(flag): None for flag in option_users()}
    target = read_target("rtl", {**nothing, **given}, {"interval": 200_000})
    assert isinstance(target, RtlTarget)
    assert (target.interval, target.rate, target.samples_per_cycle) == (interval, rate, samples)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (Wishes(), ""),
        (Wishes(interval=1, samples=1), "a frame every 1 cycle at most, 1 sample a cycle"),
        (
            Wishes(20_000, max_latency=400, channels=10, hop=6, instances=39),
            "a result every 20,000 cycles at most, latency of 400 cycles at most, a result every 6 samples of an "
            "endless stream, 10 channels in turn, 39 cores for all channels",
        ),
    ],
)
def test_wishes_in_words(wishes: Wishes, said: str) -> None:
    assert str(wishes) == said
