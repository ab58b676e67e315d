"""The page in a browser: nothing is asked of a network, and everybody can read it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fpgaml.report.html.page import html_report
from fpgaml.report.section import Subject
from tests.report.pages import DRAWINGS, drawn, hostile_subject, judged, subject

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (1400, 800, 400, 320)

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with something for every kind of part; edited files, so that words of each mark are there."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as monkeypatch:
        drawn(monkeypatch)
        found = judged(subject(), folder)
        edited = Subject(found.manifest, found.results, ["a.cpp"], everything=True, judgement=found.judgement)
        path = folder / "report.html"
        path.write_text(html_report(edited), encoding="utf-8")
    return path


class Opened:
    """The page, and what it asked for and complained of."""

    def __init__(self, browser: Any, path: Path, width: int, scheme: str = "light", script: bool = True) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.dialogs: list[str] = []
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def each_drawn_once(page: Any) -> bool:
    """Of the drawings for a wide page and for a narrow one, one is seen."""
    seen: int = page.locator("figure svg:visible").count()
    return seen == page.locator("figure").count() >= len(DRAWINGS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
def test_axe_finds_nothing(browser: Any, report: Path, width: int, scheme: str) -> None:
    with Opened(browser, report, width, scheme) as opened:
        opened.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        # Contrast is not judged on the shade at the edges of what scrolls.
        opened.page.evaluate("document.styleSheets[0].insertRule('.scroll { background: none !important }')")
        found = axe.Axe().run(opened.page)
        assert not found.violations_count, found.generate_report()
        doubtful = [node["html"] for each in found.response["incomplete"] for node in each["nodes"]]
        # What is drawn has its contrast reckoned in svg/test_palette.py.
        assert not [html for html in doubtful if not html.startswith("<text")]
        assert {"color-contrast", "scrollable-region-focusable"} <= {each["id"] for each in found.response["passes"]}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_request_no_complaint_and_nothing_wider_than_the_window(browser: Any, report: Path, width: int) -> None:
    with Opened(browser, report, width) as opened:
        opened.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert opened.requests == [report.as_uri()]
        assert not opened.complaints
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        titles = opened.page.locator("h2:visible").all_inner_texts()
        assert {"Budget", "In numbers", "Everything drawn", "Checks", "Generated from"} <= set(titles)
        assert each_drawn_once(opened.page)


def test_names_that_hold_markup_run_nothing(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    with pytest.MonkeyPatch.context() as monkeypatch:
        drawn(monkeypatch)
        path.write_text(html_report(hostile_subject()), encoding="utf-8")
    with Opened(browser, path, 400) as opened:
        assert opened.requests == [path.as_uri()]
        assert not opened.complaints and not opened.dialogs
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_keyboard_gets_everywhere(browser: Any, report: Path) -> None:
    with Opened(browser, report, 400) as opened:
        page = opened.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, "it is seen"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "report"
        broad = page.evaluate(
            "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.ariaLabel)"
        )
        assert "Everything drawn estimate" in broad
        reached = []
        for _ in range(100):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.tagName"))
            if reached[-1] == "Everything drawn estimate":
                break
        assert {"A", "SUMMARY", "Everything drawn estimate"} <= set(reached)
        page.keyboard.press("ArrowRight")
        for _ in range(100):  # It glides; the page's own policy forbids the browser to wait for an expression.
            if page.evaluate("document.activeElement.scrollLeft"):
                break
            page.wait_for_timeout(50)
        assert page.evaluate("document.activeElement.scrollLeft")


def test_a_table_that_fits_is_no_stop_and_without_script_every_table_is(browser: Any, report: Path) -> None:
    count = "document.querySelectorAll('.scroll[tabindex]').length"
    with Opened(browser, report, 1400) as wide, Opened(browser, report, 400) as narrow:
        assert wide.page.evaluate(count) < narrow.page.evaluate(count)
    with Opened(browser, report, 1400, script=False) as still:
        assert still.page.locator(".scroll").count() == still.page.locator(".scroll[tabindex='0']").count() > 5


def test_sentences_in_tables_are_read_on_a_phone_without_scrolling(browser: Any, report: Path) -> None:
    with Opened(browser, report, 400) as opened:
        table = opened.page.locator("[aria-labelledby=section-budget] .scroll")
        assert table.evaluate("e => e.scrollWidth <= e.clientWidth")
        used = opened.page.locator("td[data-label=used]").first
        assert "used" in used.evaluate("e => getComputedStyle(e, '::before').content"), "a number keeps its name"


def test_values_are_read_at_the_pointer_and_with_the_keyboard(browser: Any, report: Path) -> None:
    # A curve from 0.2 at 0.001 over 0.5 at 0.01 and 0.9 at 0.1 to 1 at 1, on an axis of four decades.
    with Opened(browser, report, 1400) as opened:
        page = opened.page
        drawing, said = page.locator("svg[data-x]:visible").first, page.locator(".reading:visible").first
        drawing.scroll_into_view_if_needed()
        box, place = drawing.bounding_box(), [float(each) for each in drawing.get_attribute("data-x").split()[2:4]]
        page.mouse.move(box["x"] + place[0] + (place[1] - place[0]) / 3, box["y"] + 100)
        assert "At 0.01: " in said.inner_text() and said.inner_text().endswith(" 0.5, hardware 0.5")
        page.mouse.move(0, 0)
        assert said.inner_text().startswith("Point at the drawing")
        page.locator("[role=group]:has(> svg[data-x]):visible").first.focus()
        page.keyboard.press("End")
        assert said.inner_text().endswith(" 1, hardware 1") and said.get_attribute("role") == "status"


def test_paper_is_light_and_holds_what_can_be_read_there(browser: Any, report: Path) -> None:
    with Opened(browser, report, 800, "dark") as opened:
        page = opened.page
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
        assert not page.locator("nav:visible, .skip:visible, pre:visible").count()
        assert each_drawn_once(page)
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
