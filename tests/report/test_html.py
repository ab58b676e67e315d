"""The page: its structure, that nothing of a file becomes markup, and what stands at its top."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fpgaml.cli.main import app
from fpgaml.record.files import parse
from fpgaml.record.manifest import Manifest
from fpgaml.report.html.page import html_report
from fpgaml.report.section import Subject
from fpgaml.report.words import clean
from tests.report.pages import DRAWINGS, HOSTILE, Element, drawn, hostile_subject, judged, page, subject
from tests.report.samples import manifest, results
from tests.vendor_reports.texts import utilization

HEADINGS = ("h1", "h2", "h3", "h4")


def chapter(found: Element, name: str) -> Element:
    """A section of a page."""
    return found.one("section", aria_labelledby=f"section-{name}")


@pytest.mark.parametrize("made", [subject, hostile_subject])
def test_the_page_is_well_formed_and_its_names_lead_somewhere(made: object, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(monkeypatch)
    found = page(html_report(made()))  # type: ignore[operator]
    ids = [each.attributes["id"] for each in found.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    named = [link.attributes["href"] or "" for link in found.all("a")]
    assert all(link.startswith("#") for link in named), "nothing outside the page"
    labels = [(each.attributes.get("aria-labelledby") or "").split() for each in found.all()]
    assert {link[1:] for link in named} | {name for names in labels for name in names} <= set(ids)
    levels = [int(heading.tag[1]) for heading in found.all(*HEADINGS)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert [len(found.all(tag)) for tag in ("header", "nav", "main")] == [1, 1, 1]
    assert found.one("html").attributes["lang"] == "en"


def test_nothing_of_a_file_becomes_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(monkeypatch)
    text = html_report(hostile_subject())
    found = page(text)
    assert len(found.all("script")) == len(found.all("style")) == 1
    assert not found.all("img", "b")
    assert not [name for each in found.all() for name in each.attributes if name.startswith("on") or name == "style"]
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\ud800]", text)
    shown = clean(HOSTILE).replace("`", "")
    assert found.one("h1").text == f"{shown} on alveo-u250"
    in_tables = [cell.text for cell in found.all("th", "td")]
    assert sum(shown in cell for cell in in_tables) >= 6
    assert found.one("head").one("title").text == f"{clean(HOSTILE)} on alveo-u250: fpgaml report"


def test_the_policy_allows_its_own_style_and_script_alone() -> None:
    found = page(html_report(subject()))
    (policy,) = [
        meta.attributes["content"] or ""
        for meta in found.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(found.one(tag).text.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"


def test_the_same_record_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(monkeypatch)
    assert html_report(subject()) == html_report(subject())


def test_the_verdict_stands_first_with_its_reasons() -> None:
    found = page(html_report(subject())).one("main")
    first = found.all("section")[0]
    assert first.one("h2").words == "Verdict: PROVED"
    assert [reason.words for reason in first.all("li")] == [
        "source model = Graph on 1000 events",
        "Graph = C-simulation on 1256 events",
    ]


def test_edited_files_qualify_the_verdict() -> None:
    whole = subject()
    edited = Subject(whole.manifest, whole.results, edited=["firmware/network.cpp"])
    first = page(html_report(edited)).one("main").all("section")[0]
    assert first.one("h2").words == "Verdict: CONVERTED, NOT FULLY PROVED"
    assert first.one("p", class_="doubtful").words.startswith("1 file edited since: fpgaml verify")
    assert first.one("code").text == "fpgaml verify"


def test_headline_numbers_have_kind_tool_and_share_the_strongest_first() -> None:
    cards = {
        card.one("h3").words: [entry.words for entry in card.all("div", class_="found")]
        for card in page(html_report(subject())).one("ul", class_="cards").all("li")
    }
    assert cards["Latency"] == ["95 ns 19 cycles at 200 MHz estimate fpgaml"]
    assert cards["Initiation interval"] == ["1 cycle estimate fpgaml"]
    # 1200 of 4800 are a quarter.
    strongest, weaker = cards["LUT"]
    assert strongest == "1,200 25% of 4,800 LUT6 post-synthesis yosys 0.70; hierarchy flattened"
    assert weaker.startswith("2,500 ") and weaker.endswith("estimate fpgaml")
    assert cards["ROC AUC of tagger[0]"] == ["0.93214 simulated the integer interpreter"]


def test_a_budget_stands_above_the_headlines_line_by_line(tmp_path: Path) -> None:
    found = page(html_report(judged(subject(), tmp_path)))
    section = chapter(found, "budget")
    rows = [[cell.words for cell in row.all("th", "td")] for row in section.one("tbody").all("tr")]
    assert [row[0] for row in rows] == ["MET", "MISSED"]
    assert rows[0][1] == "latency at most 100 ns" and rows[0][2].startswith("95 ns (estimate, fpgaml")
    # 1200 of 1000 at most.
    assert rows[1][2] == "1,200 LUT6 (post-synthesis, yosys 0.70) missed by 200 LUT6 (20 %) asked for: what is left"
    assert "MISSED: 1 of 2 limits met, 1 missed" in section.words
    titles = [heading.words for heading in found.all("h2")]
    assert titles.index("Budget") < titles.index("In numbers") < titles.index("Ports")


def test_tables_say_what_heads_what() -> None:
    found = page(html_report(subject()))
    (table,) = [each for each in found.all("table") if each.one("caption").words == "Quantizers simulated, on the data"]
    assert [(head.text, head.attributes["scope"]) for head in table.one("thead").all("th")] == [
        *(("quantizer", "col"), ("type", "col"), ("used", "col"), ("remark", "col"))
    ]
    (row,) = table.one("tbody").all("tr")
    assert (row.one("th").text, row.one("th").attributes["scope"]) == ("dense_2_relu", "row")
    assert row.one("td", class_="number").text == "170%"


def test_a_figure_is_a_picture_with_a_name_and_the_same_in_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(monkeypatch)
    found = page(html_report(subject()))
    figures = [each for each in found.all("figure") if each.one("figcaption").text.startswith("A drawing: ")]
    assert len(figures) == len(DRAWINGS)
    for figure in figures:
        assert [picture.attributes["role"] for picture in figure.all("svg")] == ["img", "img"]
        assert figure.one("details").all("td")[0].text == "3"


def test_it_ends_with_what_it_was_made_from() -> None:
    record = page(html_report(subject())).one("section", class_="raw")
    raw = [json.loads(each.text) for each in record.all("pre")]
    assert parse(Manifest, "manifest.json", raw[0]) == subject().manifest
    assert raw[1]["estimate"]["lut"] == 2500
    made_from = chapter(page(html_report(subject())), "record")
    assert manifest()["source"]["sha256"] in made_from.text
    assert "seed 1; events: 256 of vectors, 256 of data" in made_from.words
    assert ["hls4ml", "1.3.0"] in [[cell.text for cell in row.all("th", "td")] for row in made_from.all("tr")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(manifest(files={})))
    (folder / "results.json").write_text(json.dumps(results()))
    return folder


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["report", *map(str, arguments)])
    problem = str(done.exception) if done.exception and not isinstance(done.exception, SystemExit) else ""
    return done.exit_code, done.stdout, done.stderr + problem


def test_the_command_writes_both_and_says_where(project: Path) -> None:
    html, markdown = project / "report.html", project / "report.md"
    assert run(project, "--html", html, "--markdown", markdown) == (0, "", f"written: {html}\nwritten: {markdown}\n")
    assert html.read_text().startswith("<!DOCTYPE html>")
    assert markdown.read_text().startswith("## \N{WHITE HEAVY CHECK MARK} **PROVED**")
    assert run(project, "--html", "-")[1] == html.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--html", "{}/nowhere/a.html"], "there is no folder"),
        (["--html", "{}"], "cannot be written: Is a directory"),
        (["--html", "-", "--markdown", "-"], "--html - and --markdown -: would be printed one into the other"),
        (["--json", "--markdown", "-"], "--json and --markdown -"),
    ],
)
def test_where_nothing_can_be_written_that_is_said(project: Path, arguments: list[str], said: str) -> None:
    code, _, problem = run(project, *(each.format(project) for each in arguments))
    assert code and said in problem


def test_no_project_no_page(tmp_path: Path) -> None:
    code, _, problem = run(tmp_path, "--html", tmp_path / "report.html")
    assert code and "fpgaml did not write it" in problem
    assert not (tmp_path / "report.html").exists()


def test_vendors_reports_alone_make_a_page_too(tmp_path: Path) -> None:
    (tmp_path / "utilization.rpt").write_text(utilization("1234"))
    html, markdown = tmp_path / "report.html", tmp_path / "report.md"
    code, shown, said = run(tmp_path, "--html", html, "--markdown", markdown)
    assert (code, shown, said) == (0, "", f"written: {html}\nwritten: {markdown}\n")
    cells = [cell.words for cell in page(html.read_text()).all("td")]
    assert any(cell.startswith("1,234") for cell in cells) and "post-route" in cells
    assert "| 1,234" in markdown.read_text()
