"""The estimate of an RTL project in the report: its timing as declared, and resources before any synthesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from fpgaml.report.console import clean, columns, line, shorten, title

LAYERS_SHOWN = 6

Json = Mapping[str, Any]


def print_estimate(console: Console, manifest: Json, results: Json, *, all_layers: bool = False) -> None:
    """Print latency, initiation interval and estimated resources.

    Args:
        all_layers: list every layer's LUTs, not only the largest.
    """
    estimate = results.get("estimate")
    if not estimate:
        return
    title(console, f"Before synthesis ({estimate['kind']})")
    cycles, interval = estimate["latency_cycles"], estimate["interval_cycles"]
    clock = manifest["board"]["clock_ns"]
    columns(
        console,
        [
            ("latency", f"{cycles} cycles, {estimate['latency_ns']:g} ns at {1e3 / clock:.6g} MHz"),
            ("initiation interval", f"{interval} cycle{'s' if interval != 1 else ''}"),
            ("core", f"{estimate['lut']:,} LUT, {estimate['ff']:,} FF, {estimate['dsp']} DSP"),
        ],
    )
    layers = sorted(((luts, name) for name, luts in estimate["layers"].items() if luts), reverse=True)
    shown = layers if all_layers else layers[:LAYERS_SHOWN]
    columns(console, [(shorten(clean(name)), f"{luts:,} LUT") for luts, name in shown], right=(1,))
    model = manifest["settings"].get("delay_model", {})
    if model:
        adder = f"adder {model['adder_ns']:g} ns + {model['carry_ns_per_bit']:.3g} a bit"
        rest = f"LUT level {model['lut_level_ns']:g}, register {model['register_ns']:g}, margin {model['margin']:.0%}"
        line(console, f"pipeline by a delay model of {model['family']}: {adder}, {rest}")
