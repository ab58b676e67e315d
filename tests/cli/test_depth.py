"""How many random events, and for how long: numbers and times as people write them."""

from __future__ import annotations

import pytest

from fpgaml.cli.depth import DepthOptions, parse_count, parse_time
from fpgaml.cli.options import ClusterOptions
from fpgaml.errors import FpgamlError

HERE = ClusterOptions()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1000", 1000),
        ("1_000", 1000),
        ("1,000", 1000),
        ("1e9", 10**9),
        ("10M", 10**7),
        ("2.5e6", 2_500_000),
        ("1.5k", 1500),
    ],
)
def test_numbers_of_events(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["", "many", "0", "-5", "1.5", "1e-3", "1e999", "nan", "10 M"])
def test_what_is_no_number_of_events(text: str) -> None:
    with pytest.raises(FpgamlError, match="is no number of events"):
        parse_count(text)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10min", 600), ("1.5 h", 5400), ("1d", 86400)])
def test_times(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "10", "0s", "-1s"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(FpgamlError, match="is no time"):
        parse_time(text)


def test_a_seed_or_a_limit_alone_is_refused() -> None:
    for options in (DepthOptions(seed=3), DepthOptions(time_limit="3s")):
        with pytest.raises(FpgamlError, match="goes with --random"):
            options.request(HERE)
    request = DepthOptions("10M", None, "10min").request(HERE)
    assert request
    assert (request.events, request.seed, request.seconds) == (10**7, 1, 600)
