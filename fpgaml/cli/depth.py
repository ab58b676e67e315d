"""Options of proof at depth: how many random events, which, and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli.options import ClusterOptions
from fpgaml.errors import FpgamlError

if TYPE_CHECKING:
    from fpgaml.soak.result import SoakRequest

PANEL = "Proof at depth"
_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9}
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_COUNT = re.compile(r"(\d+(?:\.\d+)?)(?:e(\d{1,2}))?([kmgb]?)")
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)")


@dataclass(frozen=True)
class DepthOptions:
    """Random events through the firmware."""

    random: Annotated[
        str | None,
        typer.Option(
            "--random",
            metavar="N",
            help="So many random events through the firmware as it lies there (C-simulation, Verilog in bulk, compiled "
            "library, LiteRT) and through the Graph, every bit: 1000, 10M, 1e9. Stopped, it goes on where it was.",
            rich_help_panel=PANEL,
        ),
    ] = None
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", min=0, help="With --random: the stream of events.  \\[default: 1]", rich_help_panel=PANEL
        ),
    ] = None
    time_limit: Annotated[
        str | None,
        typer.Option(
            "--time-limit",
            metavar="TIME",
            help="With --random: stop after 90s, 10min, 2h; the same command goes on.",
            rich_help_panel=PANEL,
        ),
    ] = None

    def request(self, where: ClusterOptions) -> SoakRequest | None:
        """What is to be compared; None without --random.

        Args:
            where: the work is done.

        Raises:
            FpgamlError: what is no number or time, or goes with --random and stands alone.
        """
        if self.random is None:
            for flag, value in (("--seed", self.seed), ("--time-limit", self.time_limit)):
                if value is not None:
                    raise FpgamlError(flag, "goes with --random", "Give --random N")
            return None
        from fpgaml.soak.result import SoakRequest

        seconds = None if self.time_limit is None else parse_time(self.time_limit)
        seed = 1 if self.seed is None else self.seed
        return SoakRequest(parse_count(self.random), seed, seconds, workers=where.workers())


def parse_count(text: str) -> int:
    """`1000`, `1_000`, `2.5e6`, `10M`, `1e9` as a whole number.

    Raises:
        FpgamlError: anything else, or zero.
    """
    found = _COUNT.fullmatch(text.strip().lower().replace("_", "").replace(",", ""))
    count = Decimal(found[1]).scaleb(int(found[2] or 0)) * _FACTORS[found[3]] if found else Decimal(0)
    if count < 1 or count != int(count):
        raise FpgamlError("--random", f"`{text}` is no number of events", "Write for example 1000, 10M or 1e9")
    return int(count)


def parse_time(text: str) -> float:
    """`90s`, `10min`, `2h` in seconds.

    Raises:
        FpgamlError: anything else, or nothing.
    """
    found = _TIME.fullmatch(text.strip().lower())
    seconds = float(found[1]) * _SECONDS[found[2]] if found else 0.0
    if not seconds:
        raise FpgamlError("--time-limit", f"`{text}` is no time", "Write for example 90s, 10min or 2h")
    return seconds
