"""Markdown for a merge request, read by a parser of GitHub's dialect."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from fpgaml.report.markdown import escaped, markdown_report
from fpgaml.report.section import Subject
from fpgaml.report.words import clean
from tests.report.pages import HOSTILE, Element, drawn, hostile_subject, judged, page, subject


def rendered(text: str) -> Element:
    """As a forge shows it; tags in the text stand, as they do there."""
    return page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def test_the_verdict_is_the_first_line_and_the_budget_follows(tmp_path: Path) -> None:
    found = rendered(markdown_report(judged(subject(), tmp_path)))
    titles = [heading.words for heading in found.all("h2", "h3")]
    assert titles[:4] == [
        "\N{WHITE HEAVY CHECK MARK} PROVED: jets.keras on alveo-u250",
        *("Budget (for alveo-u250, 200 MHz)", "In numbers", "Ports"),
    ]
    (met, _, _), (missed, limit, _) = [
        [cell.words for cell in row.all("td")] for row in found.all("tbody")[1].all("tr")
    ]
    assert (met, missed) == ("\N{WHITE HEAVY CHECK MARK} MET", "\N{CROSS MARK} MISSED")
    assert limit == "LUT at most 1,000 LUT6"


def test_numbers_stand_with_kind_and_tool_in_columns_of_their_own() -> None:
    found = rendered(markdown_report(subject()))
    rows = [[cell.words for cell in row.all("td")] for row in found.all("tr")]
    assert ["LUT", "1,200", "25% of 4,800 LUT6", "post-synthesis", "yosys 0.70 (hierarchy flattened)"] in rows
    assert ["Latency", "95 ns", "19 cycles at 200 MHz", "estimate", "fpgaml"] in rows


def test_what_is_long_is_folded_and_checks_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(monkeypatch)
    found = rendered(markdown_report(subject()))
    folded = [each.words for each in found.all("summary")]
    assert "Everything drawn (estimate)" in folded and "Generated from" in folded
    assert "Checks (simulated)" in [heading.words for heading in found.all("h3")]
    assert "A drawing: curves" in found.words, "what says the same as a drawing is there"


TEXTS = [
    *("a|b", "<b>x</b>", "*x* _y_ __z__ ~~w~~", "![i](http://x/y.png)", "[a]: b", "a\\|b", "&lt;", "in_the_middle"),
    *("# x", "- x", "+ x", "1. x", "---", "===", "$x$ ^2^", "one ` alone", "`` x ``", "http://x.y www.x.y", "@team"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_shown_as_it_is(text: str) -> None:
    for place in (f"| {escaped(text)} | 1 |\n|--|--|", f"- {escaped(text)}", escaped(text)):
        found = rendered(place)
        assert not found.all("em", "strong", "s", "img", "a", "b", "h1", "h2", "hr", "ol")
        shown = found.words.removesuffix(" 1")
        assert "".join(shown.replace("`", "").split()) == "".join(text.replace("`", "").split())


def test_nobody_is_called_and_nothing_is_linked() -> None:
    assert escaped("@team http://x www.x") == "@<!-- -->team http:<!-- -->//x www<!-- -->.x"


def test_code_is_shown_as_code() -> None:
    (code,) = rendered(escaped("ask `fpgaml verify <p> a|b` now")).all("code")
    assert code.text == "fpgaml verify <p> a|b"


def test_nothing_of_a_file_becomes_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(monkeypatch)
    text = markdown_report(hostile_subject())
    found = rendered(text)
    assert not found.all("script", "img", "style", "a")
    assert found.one("h2").words.endswith(f"{clean(HOSTILE).replace('`', '')} on alveo-u250")
    assert {len(row.all("th", "td")) for table in found.all("table") for row in table.all("tr")} <= {*range(1, 8), 13}
    for table in found.all("table"):
        assert len({len(row.all("th", "td")) for row in table.all("tr")}) == 1
    assert "\u202e" not in text and "\x1b" not in text


def test_edited_files_qualify_the_verdict() -> None:
    whole = subject()
    text = markdown_report(Subject(whole.manifest, whole.results, edited=["a"]))
    assert text.startswith("## \N{WARNING SIGN} **CONVERTED, NOT FULLY PROVED**")
    assert "- \N{WARNING SIGN} 1 file edited since: <code>fpgaml verify</code>" in text


def test_the_same_record_gives_the_same_bytes() -> None:
    assert markdown_report(subject()) == markdown_report(subject())
