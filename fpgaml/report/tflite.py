"""An integer flatbuffer in the report: three networks side by side, their distances, and what kernels disagree on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from fpgaml.report import checks
from fpgaml.report.console import clean, columns, line, shorten, title

Json = Mapping[str, Any]
NAMES = {"float": "float32", "fixed": "fixed point"}


def settings_line(settings: Json) -> str:
    """What was made, in one line."""
    arithmetic = {"int8": "int8", "int16x8": "int16 activations, int8 weights"}[settings["activations"]]
    converter = f"TensorFlow {settings['converter']['tensorflow']}"
    clips = len(settings["clips"])
    kept = f"; kept as limits: {clips}" if clips else ""
    return (
        f"TensorFlow Lite {settings['name']}.tflite, {arithmetic}, by {converter}, calibrated on "
        f"{settings['calibration_events']} events\nquantizers that only round, left out: "
        f"{settings['dropped_quantizers']}{kept}"
    )


def print_tflite(console: Console, results: Json) -> None:
    """Print the section of an integer flatbuffer, where there is one."""
    found = results.get("tflite")
    if not found:
        return
    title(console, f"Networks on the data ({found['kind']}, {found['events']} events)")
    integer = found["activations"]
    _print_networks(console, found, results["physics"].get("roc_auc", {}))
    rows = [
        (
            _pair(each["pair"], integer),
            shorten(clean(each["output"])),
            f"{each['largest']:.4g}",
            f"{each['largest_of_span']:.2%}",
            f"{each['mean']:.4g}",
            checks.percent(each["beyond_one_step"], each["values"]),
        )
        for each in found["distances"]
    ]
    header = ("distance", "output", "largest", "of span", "mean", "beyond one step")
    columns(console, rows, header, right=(2, 3, 4, 5))
    for each in found["inputs"]:
        share = checks.percent(each["saturated"], each["values"])
        line(console, f"{clean(each['input'])}: {share} of its values are beyond the calibrated range, and saturate")
    title(console, f"Kernels of LiteRT against its reference kernels ({found['kind']})")
    kernels = [
        (
            each["kernels"],
            shorten(clean(each["output"])),
            f"{checks.percent(each['differing'], each['values'])} of {each['values']} codes differ",
            f"at most {each['largest_lsb']} LSB",
        )
        for each in found["kernels"]
    ]
    columns(console, kernels)
    _print_timing(console, found.get("timing", []), integer)


def _print_networks(console: Console, found: Json, fixed: Json) -> None:
    outputs = list(found["roc_auc"].get("integer", {}))
    areas = {**found["roc_auc"], "fixed": fixed}
    sizes = {"float": f"{found['bytes']['float32']:,} bytes", "integer": f"{found['bytes']['integer']:,} bytes"}
    rows: list[tuple[str, ...]] = []
    for network in ("float", "integer", "fixed"):
        shown = [f"{areas[network][name]:.6f}" if name in areas.get(network, {}) else "" for name in outputs]
        rows.append((NAMES.get(network, str(found["activations"])), sizes.get(network, ""), *shown))
    columns(console, rows, ("network", "file", *(f"ROC AUC {clean(name)}" for name in outputs)))


def _pair(pair: str, integer: str) -> str:
    first, _, second = pair.partition(" from ")
    names = {**NAMES, "integer": integer}
    return f"{names[first]} from {names[second]}"


def _print_timing(console: Console, timing: list[Json], integer: str) -> None:
    if not timing:
        return
    title(console, f"Time of one inference, batch 1 ({timing[0]['kind']}, {clean(timing[0]['cpu'])})")
    rows = [
        (
            integer if each["network"] == "integer" else each["network"],
            each["kernels"],
            f"{each['threads']} thread{'s' if each['threads'] > 1 else ''}",
            f"{each['median_us']:.4g} us",
            f"{each['percentile_5_us']:.4g} to {each['percentile_95_us']:.4g}",
            f"{each['runs']} runs",
        )
        for each in timing
    ]
    columns(console, rows, ("network", "kernels", "", "median", "5% to 95%", ""), right=(3,))
    line(console, "LiteRT's invoke alone, after a warm-up")
