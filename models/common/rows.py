"""Numbers of metrics.json as a task's table and figure want them: values, rows, curves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fpgaml.record.physics import PanelCurve
from fpgaml.tasks import Row, Value

Held = Mapping[str, Any]
"""Of one column, as `measure` gave it."""


def value_of(held: Any, missing: str = "none") -> Value:
    """A number with its interval, from any form that metrics have.

    Args:
        held: {"value", "error"}; {"value", "interval"}; [value, error]; None, or a value that is None or no number, is
            shown as `missing`.
    """
    if held is None:
        return Value(None, text=missing)
    if isinstance(held, Mapping):
        value, error, interval = held["value"], held.get("error"), held.get("interval")
    else:
        (value, error), interval = held, None
    if value is None or not np.isfinite(value):
        return Value(None, text=missing)
    if interval is not None:
        return Value(value, *interval)
    return Value(value) if error is None or not np.isfinite(error) else Value.with_error(value, error)


def row(
    title: str,
    metrics: Mapping[str, Held],
    find: Callable[[Held], Any],
    scale: float = 1.0,
    digits: int = 3,
    *,
    headline: bool = False,
    missing: str = "none",
) -> Row:
    """A row of the table.

    Args:
        metrics: by column.
        find: of a column's metrics the number, as `value_of` takes it; KeyError: the column has no such metric.
    """
    values = {}
    for column, held in metrics.items():
        try:
            values[column] = value_of(find(held), missing)
        except KeyError:
            continue
    return Row(title, values, scale, digits, headline)


def curve(column: str, x: Sequence[float], entries: Iterable[Any], scale: float = 1.0) -> PanelCurve:
    """Points with their intervals; a point without a number is left out.

    Args:
        x: where each entry lies; entries: as `value_of` takes them; scale: what both are shown times.
    """
    kept = [(place, one) for place, one in zip(x, map(value_of, entries), strict=True) if one.finite]
    return PanelCurve(
        column=column,
        x=tuple(float(place) for place, _ in kept),
        y=tuple(scale * (one.value or 0.0) for _, one in kept),
        # At none and at all, Wilson's interval ends a rounding error beyond the value.
        low=tuple(scale * min(_end(one.low, one), one.value or 0.0) for _, one in kept),
        high=tuple(scale * max(_end(one.high, one), one.value or 0.0) for _, one in kept),
    )


def _end(end: float | None, one: Value) -> float:
    return (one.value or 0.0) if end is None else end
