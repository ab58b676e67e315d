"""How much a run of the bench simulates, by simulator: frames of its full load, and clock cycles in all, about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SLOW_FRAMES = 1000
FAST_FRAMES = 20_000
"""Frames of the full load where none are asked for: with simulators that interpret, and with one that compiles."""
SHORT = 20
"""Cycles between frames up to which that many are simulated."""
GOLDEN = 500
"""Golden vectors that a project usually has."""


def load_frames(simulator: str, interval: float, asked: int | None) -> int | None:
    """Frames of the full load; None: as many as the budget of cycles allows, which the bench knows."""
    usual = FAST_FRAMES if simulator == "verilator" else SLOW_FRAMES
    return asked or (usual if interval <= SHORT else None)


def cycles(bench: Mapping[str, Any], simulator: str, frames: int | None, random: int, budget: int | None) -> int:
    """About how many clock cycles the checks of test_network.py take together.

    Args:
        bench: bench.json; frames: of the full load, as asked for; random: vectors beside the golden ones.
        budget: cycles that a check may take, as asked for.
    """
    fast = simulator == "verilator"
    interval, latency = bench.get("interval") or 1, bench.get("latency") or 64
    few = max(6, min(150 if fast else 50, 2500 // interval))
    load = load_frames(simulator, interval, frames) or 2000
    # Golden, latency, interval, gaps, stalls, resets, more vectors; pauses make frames three times as long.
    counts = (GOLDEN, 8 * (1 + latency / interval), 34 + 2 * latency / interval, 12 * few, 18 * few, 80, random)
    most = budget or (400_000 if fast else 100_000)
    checks = sum(min(max(most, 2 * interval), count * interval) for count in counts)
    return round(checks + (load * interval if frames or interval <= SHORT else min(most, load * interval)))
