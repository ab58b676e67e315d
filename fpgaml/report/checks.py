"""One check of the record in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fpgaml.emulator.titles import INTERPRETER
from fpgaml.record.checks import SOURCE_CHECK, Check, Comparison
from fpgaml.record.verdict import Status, Verdict
from fpgaml.report.section import Mark, Words
from fpgaml.report.words import once, percent

VERDICTS = {
    Verdict.PROVED: Words("PROVED", Mark.GOOD, strong=True),
    Verdict.NOT_FULLY_PROVED: Words("CONVERTED, NOT FULLY PROVED", Mark.DOUBTFUL, strong=True),
    Verdict.FAILED: Words("FAILED", Mark.BAD, strong=True),
}
"""The verdict's first words."""

LABELS = {
    Status.EXACT: Words("EXACT", Mark.GOOD),
    Status.WITHIN: Words("WITHIN", Mark.DOUBTFUL),
    Status.WITHIN_FLOAT32: Words("FLOAT32", Mark.DOUBTFUL),
    Status.DISTANCE: Words("DISTANCE", Mark.DOUBTFUL),
    Status.FAILED: Words("FAILED", Mark.BAD, strong=True),
    Status.NOT_CHECKED: Words("NOT CHECKED", Mark.DOUBTFUL),
}
"""A status as one or two words."""


def kinds_of(checks: Iterable[Check]) -> str:
    """The kinds of some checks, each once; a check that did not take place has none."""
    return once(str(check.kind) for check in checks if check.status != Status.NOT_CHECKED)


def tensor(comparison: Comparison) -> str:
    """What was compared: an output's or a layer's name."""
    return comparison.name.removeprefix("layer/")


def layer_label(comparison: Comparison) -> Words:
    """Whether a layer is equal."""
    if comparison.exact:
        return Words("EXACT", Mark.GOOD)
    if comparison.equal_as_recorded:
        return Words(f"EXACT ({comparison.recorded_as})", Mark.GOOD)
    return Words("DIFFERS", Mark.DOUBTFUL)


def describe(check: Check, how: str) -> list[str]:
    """What a check came to, in lines.

    Args:
        how: a check of the target can be made that was not.
    """
    if check.status == Status.NOT_CHECKED:
        return [part for part in (_sentence(check.note), _how(check, how)) if part]
    bits = check.on_bits
    lines = _equal(check, bits) if check.status == Status.EXACT else _unequal(check)
    note = [_sentence(check.note)] if check.note else []
    oracle = [] if check.oracle in ("", INTERPRETER) else [f"({check.oracle})"]
    if len(lines) == 1 and oracle and not note:
        return [f"{lines[0]}  {oracle[0]}"]
    return lines + note + oracle


def describe_rounding(check: Check) -> list[str]:
    """What rounding the inputs to their types does to the outputs, for events that it changes."""
    outputs = check.input_rounding
    events = max((output.events for output in outputs), default=0)
    if all(output.exact or output.equal_as_recorded for output in outputs):
        return [f"{events} events have inputs that their type rounds; their outputs are equal all the same"]
    lines = [
        f"{events} events have inputs that their type rounds, and are not part of the check. Their outputs differ:"
    ]
    return lines + [f"{_named(output, outputs)}{_distance(output)}" for output in outputs]


def summary(check: Check) -> str:
    """A check in one phrase, for the verdict."""
    name, outputs = check.name, check.outputs
    if check.status == Status.NOT_CHECKED:
        return f"{name}: not checked"
    if check.status == Status.EXACT:
        formats = {output.recorded_as for output in outputs if not output.exact} - {""}
        seen = f", as {' and '.join(sorted(formats))} shows it" if formats else ""
        return f"{name} on {_fewest_events(outputs)} events{seen}"
    if not outputs:
        return f"{name}: {check.note or check.status}"
    if check.status == Status.FAILED:
        worst = max(outputs, key=lambda output: output.differing_events)
        return f"{name}: {worst.differing_events} of {worst.events} events differ"
    worst = max(outputs, key=lambda output: output.largest_lsb)
    distance = f"{worst.largest_lsb:.4g} LSB ({worst.largest:.4g})"
    return f"{name}: at most {distance} apart on {_fewest_events(outputs)} events"


def _equal(check: Check, bits: bool) -> list[str]:
    events = _fewest_events(check.outputs)
    return [f"{events} of {events} events" + (", every bit" if bits else "")]


def _unequal(check: Check) -> list[str]:
    outputs = check.outputs
    if not outputs:
        return [] if check.note else ["nothing was compared"]
    lines = []
    for output in outputs:
        lines.append(f"{_named(output, outputs)}{_distance(output)}")
        if check.status == Status.FAILED and output.first:
            lines.append(_first(output))
    return lines


def _distance(output: Comparison) -> str:
    if not output.differing_values:
        return f"all {output.values} values of {output.events} events equal"
    share = percent(output.differing_values, output.values)
    return (
        f"at most {output.largest_lsb:.4g} LSB = {output.largest:.4g} in output units; "
        f"{share} of {output.values} values differ, in {output.differing_events} of {output.events} events"
    )


def _first(output: Comparison) -> str:
    first = output.first
    assert first is not None
    index = ", ".join(map(str, first.position))
    place = f"{tensor(output)}[{index}]" if index else tensor(output)
    unit = f" x 2^{-first.fractional}"
    expected = "" if first.expected_raw is None else f" (raw {first.expected_raw}{unit})"
    return (
        f"first: event {first.event}, {place}: expected {first.expected!r}{expected}, "
        f"got {first.got!r} (raw {first.got_raw}{unit})"
    )


def _how(check: Check, how: str) -> str:
    """How to get a check done that was not."""
    if check.input_rounding:
        return (
            "To check it: give an --input-type wide enough for the data, or --framework required, "
            "which asks the framework about the rounded inputs."
        )
    if check.name != SOURCE_CHECK:
        return f"To check it: {how}." if how else ""
    if "--reference" in check.note:  # the note says how already
        return ""
    return (
        "To check it: give the model's own outputs with --reference, or have its framework asked "
        "(`fpgaml doctor` says what is missing)."
    )


def _named(output: Comparison, outputs: Sequence[Comparison]) -> str:
    return f"{tensor(output)}: " if len(outputs) > 1 else ""


def _fewest_events(outputs: Sequence[Comparison]) -> int:
    return min((output.events for output in outputs), default=0)


def _sentence(text: str) -> str:
    """With a full stop at its end and no spaces around it."""
    stripped = text.strip()
    return stripped if not stripped or stripped.endswith((".", "!", "?")) else f"{stripped}."
