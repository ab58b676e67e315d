"""Which bits the data does without, in words and drawn."""

from __future__ import annotations

from typing import Any

from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.report.drawing import Range, Ranges
from fpgaml.report.section import Figure, Line, Subject, Table, name
from fpgaml.report.sections.quantizers import sections
from tests.report import samples


def use(node: str, clipped: int, rounded: int, **changes: Any) -> dict[str, Any]:
    less = {"bits": 1, "clipped": clipped, "rounded": rounded, "largest_lsb": 1.0, "rms_lsb": 0.5}
    return {
        **{"node": node, "layer": node, "is_input": False, "quantizer": "ap_fixed<4,4>", "values": 1000},
        **{"outside": 0, "smallest_before": -3.0, "largest_before": 2.0, "smallest_after": -3.0},
        **{"largest_after": 2.0, "range_used": 0.4, "unused_bits": 0, "sign_unused": False, "dropped_elements": 0},
        **{"remark": "", "lowest": -8.0, "highest": 7.0, "fewer": [less]},
    } | changes


def parts(quantizers: list[dict[str, Any]], **events: int) -> tuple[list[Any], list[Any]]:
    results = parse(Results, "results.json", samples.results(quantizers=quantizers, events=events))
    found = list(sections(Subject(parse(Manifest, "manifest.json", samples.manifest()), results)))
    return list(found[0].parts), list(found[1].parts) if len(found) > 1 else []


def said(lines: list[Any]) -> str:
    return " ".join(str(line.words[0]) for line in lines if isinstance(line, Line))


def test_bits_to_spare_are_named_with_the_events_that_say_so() -> None:
    quantizers = [use("a", 0, 400), use("b", 300, 0), use("c", 300, 400), use("d", 0, 400)]
    _, fewer = parts(quantizers, data=500)
    assert "2 quantizers could lose a top bit without clipping a value of this data: a, d." in said(fewer)
    assert "1 quantizer could lose a bottom bit without changing a value of this data: b." in said(fewer)
    assert "Seen on 500 events of the data: no proof for others" in said(fewer)
    (table,) = (part for part in fewer if isinstance(part, Table))
    assert [row[0] for row in table.rows] == [name("a"), name("b"), name("d")]
    assert table.rows[0][1:] == ("1", "0 (0%)", "400 (40%)", "1", "0.5")
    assert "The other one uses its top and bottom bits" in said(fewer)


def test_made_up_vectors_are_called_so() -> None:
    _, fewer = parts([use("a", 1, 1)], vectors=256)
    assert "256 made-up vectors, which need not look like data" in said(fewer)


def test_ranges_are_drawn_where_the_ends_are_known() -> None:
    old: dict[str, Any] = {"lowest": None, "highest": None, "fewer": []}
    found, _ = parts([use("a", 5, 1), use("b", 0, 1, **old)], data=9)
    (figure,) = (part for part in found if isinstance(part, Figure))
    assert figure.drawing == Ranges([Range("a", -8.0, 7.0, -3.0, 2.0, "one bit less clips 0.5% of the values")])
    assert parts([use("b", 0, 1, **old)], data=9)[1] == []
