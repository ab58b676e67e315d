"""How metrics are shown, and which columns stand as one."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from fpgaml.tasks import Row, Value, find_task
from fpgaml.tasks.table import markdown, print_table, shown

AREA = {"auc": 0.75, "auc_error": 0.0125, "points": [None, None], "rejection_at_90": None}
METRICS = {**AREA, "message_rate_at_90_hz": None, "at_transmission_limit": None}


@pytest.mark.parametrize(
    ("value", "row", "text"),
    [
        (None, Row("x", {}), "-"),
        (Value(None, text="never"), Row("x", {}), "never"),
        (Value(float("nan")), Row("x", {}), "-"),
        (Value(0.98765), Row("x", {}, digits=2), "0.99"),
        (Value.with_error(0.5, 0.01), Row("x", {}, scale=100, digits=1), "50.0 ± 1.0"),
        (Value(0.5, 0.48, 0.53), Row("x", {}, scale=100, digits=1), "50.0 +3.0 -2.0"),
    ],
)
def test_numbers(value: Value | None, row: Row, text: str) -> None:
    assert shown(value, row) == text


def content(different: int) -> Mapping[str, Any]:
    names = ("peak_over_rms", "graph", "csim")
    return {
        "data": "synthetic, assumed",
        "seed": 1,
        "events": {"signal": 1000, "background": 2000},
        "titles": {"peak_over_rms": "peak over rms", "graph": "quantised Graph", "csim": "C-simulation"},
        "equal": {"graph = csim": {"events": 3000, "different": different}},
        "missing": {"float": "not scored"},
        "columns": dict.fromkeys(names, METRICS),
    }


def test_a_page_keeps_every_column() -> None:
    text = markdown(find_task("grand_trigger"), content(0))
    assert text.splitlines()[0] == "| | peak over rms | quantised Graph | C-simulation |"
    assert "| **ROC AUC** | 0.7500 ± 0.0125 | 0.7500 ± 0.0125 | 0.7500 ± 0.0125 |" in text
    assert "signal 1,000, background 2,000. C-simulation equals quantised Graph on 3,000 of 3,000 events." in text


def test_a_page_says_who_computed_the_graph() -> None:
    by = "the exact emulator, equal to the integer interpreter on 320 of 3,000 events"
    text = markdown(find_task("grand_trigger"), {**content(0), "by": {"graph": by}})
    assert f"on 3,000 of 3,000 events. quantised Graph: by {by}." in text


@pytest.mark.parametrize(("different", "title"), [(0, "quantised Graph = C-simulation"), (1, "C-simulation")])
def test_a_terminal_joins_what_is_equal(different: int, title: str) -> None:
    console = Console(file=StringIO(), width=160)
    print_table(console, find_task("grand_trigger"), content(different))
    out = console.file.getvalue()
    assert title in out and ("quantised Graph = " in out) == (different == 0)
    assert f"{3000 - different:,} of 3,000" in out and "float: not scored" in out
