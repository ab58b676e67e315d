"""One check of results.json in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from fpgaml.record.verdict import Verdict, verdict_of
from fpgaml.report.console import clean

INTERPRETER = "the integer interpreter"
SOURCE_CHECK = "source model = Graph"

VERDICTS = {
    Verdict.PROVED: ("PROVED", "bold green"),
    Verdict.NOT_FULLY_PROVED: ("CONVERTED, NOT FULLY PROVED", "bold yellow"),
    Verdict.FAILED: ("FAILED", "bold red"),
}
"""The verdict's first words and their style."""

_LABELS = {
    "exact": ("EXACT", "green"),
    "within tolerance": ("WITHIN", "yellow"),
    "distance reported": ("DISTANCE", "yellow"),
    "failed": ("FAILED", "bold red"),
    "not checked": ("NOT CHECKED", "yellow"),
}

Json = Mapping[str, Any]


def kinds_of(entries: Sequence[Json]) -> list[str]:
    """The kinds of some measurements, each once; a check that did not take place has none."""
    return list(dict.fromkeys(entry["kind"] for entry in entries if entry.get("status") != "not checked"))


def tensor(comparison: Json) -> str:
    """What was compared: an output's or a layer's name."""
    return str(comparison["name"]).removeprefix("layer/")


def percent(part: int, whole: int) -> str:
    """A share; one that is not zero is not shown as 0%."""
    if not part:
        return "0%"
    share = 100 * part / whole
    if share < 0.01:
        return "<0.01%"
    return ">99.9%" if 99.9 < share < 100 else f"{share:.3g}%"


def label(check: Json) -> Text:
    """The status as one or two words."""
    return Text(*_LABELS[check["status"]])


def layer_label(comparison: Json) -> Text:
    """Whether a layer is equal."""
    if comparison["exact"]:
        return Text("EXACT", "green")
    if comparison["equal_as_recorded"]:
        return Text(f"EXACT ({clean(comparison['recorded_as'])})", "green")
    return Text("DIFFERS", "yellow")


def verdict(results: Json, edited: Sequence[str] = ()) -> Verdict:
    """What all checks together came to.

    Args:
        edited: files that changed since the checks were made.
    """
    return verdict_of((check["status"] for check in results["checks"]), edited=bool(edited))


def describe(check: Json, backend: str) -> list[str]:
    """What a check came to, in lines.

    Args:
        backend: of the project, for advice.
    """
    if check["status"] == "not checked":
        return [part for part in (_sentence(check["note"]), _how(check, backend)) if part]
    bits = check["oracle"] == INTERPRETER
    lines = _equal(check, bits) if check["status"] == "exact" else _unequal(check)
    note = [_sentence(check["note"])] if check["note"] else []
    oracle = [] if bits or not check["oracle"] else [f"({check['oracle']})"]
    if len(lines) == 1 and oracle and not note:
        return [f"{lines[0]}  {oracle[0]}"]
    return lines + note + oracle


def describe_rounding(check: Json) -> list[str]:
    """What rounding the inputs to their types does to the outputs, for events that it changes."""
    outputs = check["input_rounding"]
    events = _most_events(outputs)
    if all(_equal_values(output) for output in outputs):
        return [f"{events} events have inputs that their type rounds; their outputs are equal all the same"]
    lines = [
        f"{events} events have inputs that their type rounds, and are not part of the check. Their outputs differ:"
    ]
    return lines + [f"{_named(output, outputs)}{_distance(output)}" for output in outputs]


def summary(check: Json) -> str:
    """A check in one phrase, for the verdict."""
    name, status, outputs = check["name"], check["status"], check["outputs"]
    if status == "not checked":
        return f"{name}: not checked"
    if status == "exact":
        formats = {output["recorded_as"] for output in outputs if not output["exact"]} - {""}
        seen = f", as {' and '.join(sorted(formats))} shows it" if formats else ""
        return f"{name} on {_fewest_events(outputs)} events{seen}"
    if not outputs:
        return f"{name}: {check['note'] or status}"
    if status == "failed":
        worst = max(outputs, key=lambda output: int(output["differing_events"]))
        return f"{name}: {worst['differing_events']} of {worst['events']} events differ"
    worst = max(outputs, key=lambda output: float(output["largest_lsb"]))
    distance = f"{worst['largest_lsb']:.4g} LSB ({worst['largest']:.4g})"
    return f"{name}: at most {distance} apart on {_fewest_events(outputs)} events"


def _equal(check: Json, bits: bool) -> list[str]:
    events = _fewest_events(check["outputs"])
    return [f"{events} of {events} events" + (", every bit" if bits else "")]


def _unequal(check: Json) -> list[str]:
    outputs = check["outputs"]
    if not outputs:
        return ["nothing was compared"]
    lines = []
    for output in outputs:
        lines.append(f"{_named(output, outputs)}{_distance(output)}")
        if check["status"] == "failed" and output["first"]:
            lines.append(_first(output))
    return lines


def _distance(output: Json) -> str:
    if not output["differing_values"]:
        return f"all {output['values']} values of {output['events']} events equal"
    share = percent(output["differing_values"], output["values"])
    return (
        f"at most {output['largest_lsb']:.4g} LSB = {output['largest']:.4g} in output units; "
        f"{share} of {output['values']} values differ, in {output['differing_events']} of {output['events']} events"
    )


def _first(output: Json) -> str:
    first = output["first"]
    index = ", ".join(map(str, first["position"]))
    place = f"{tensor(output)}[{index}]" if index else tensor(output)
    unit = f" x 2^{-first['fractional']}"
    expected = "" if first["expected_raw"] is None else f" (raw {first['expected_raw']}{unit})"
    return (
        f"first: event {first['event']}, {place}: expected {first['expected']!r}{expected}, "
        f"got {first['got']!r} (raw {first['got_raw']}{unit})"
    )


def _how(check: Json, backend: str) -> str:
    """How to get a check done that was not."""
    if check["input_rounding"]:
        return (
            "To check it: give an --input-type wide enough for the data, or --framework required, "
            "which asks the framework about the rounded inputs."
        )
    if check["name"] == SOURCE_CHECK:
        if "--reference" in check["note"]:  # the note says how already
            return ""
        return (
            "To check it: give the model's own outputs with --reference, or have its framework asked "
            "(`fpgaml doctor` says what is missing)."
        )
    from fpgaml.hls.settings import BACKENDS

    known = BACKENDS.get(backend.lower())
    return f"To check it: `make cosim` in the project, with {known.vendor_tool} on PATH." if known else ""


def _named(output: Json, outputs: Sequence[Json]) -> str:
    return f"{tensor(output)}: " if len(outputs) > 1 else ""


def _equal_values(output: Json) -> bool:
    return bool(output["exact"] or output["equal_as_recorded"])


def _fewest_events(outputs: Sequence[Json]) -> int:
    return min((int(output["events"]) for output in outputs), default=0)


def _most_events(outputs: Sequence[Json]) -> int:
    return max((int(output["events"]) for output in outputs), default=0)


def _sentence(text: str) -> str:
    """With a full stop at its end and no spaces around it."""
    stripped = text.strip()
    return stripped if not stripped or stripped.endswith((".", "!", "?")) else f"{stripped}."
