"""Designs that were estimated and synthesised: `pairs.csv`, which `python -m benchmarks.calibration` makes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

PAIRS = Path(__file__).with_name("pairs.csv")
RESOURCES = ("lut", "ff", "dsp", "bram")


class Estimator(StrEnum):
    """What an estimate was made by."""

    COUNTED = "counted"
    """Gate by gate on the netlist that is written: what a project's record holds."""
    SKETCHED = "sketched"
    """By arithmetic on tensors, with no netlist: what an exploration compares designs by."""


@dataclass(frozen=True)
class Pair:
    """A design.

    Args:
        network: its name; family: yosys' name of it; unrolled: whether it is laid out in space, or shared in time.
        estimates: of an estimator by resource; yosys: what the synthesis of the whole project found.
        tool: the synthesis and its version.
    """

    network: str
    family: str
    unrolled: bool
    estimates: Mapping[Estimator, Mapping[str, float]]
    yosys: Mapping[str, float]
    tool: str


@cache
def pairs() -> tuple[Pair, ...]:
    """All that were measured."""
    with PAIRS.open(newline="") as file:
        return tuple(_pair(row) for row in csv.DictReader(file))


def _pair(row: Mapping[str, str]) -> Pair:
    estimates = {
        each: {name: float(row[f"{each}_{name}"]) for name in RESOURCES} for each in Estimator if row.get(f"{each}_lut")
    }
    measured = {name: float(row[f"yosys_{name}"]) for name in RESOURCES}
    tool = f"yosys {row['yosys'].split()[0]}"
    return Pair(row["network"], row["family"], row["schedule"] == "unrolled", estimates, measured, tool)
