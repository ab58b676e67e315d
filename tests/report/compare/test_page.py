"""The page of a comparison in a browser: nothing is asked of a network, and everybody can read it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from fpgaml.report.compare.sections import comparison
from fpgaml.report.html.page import html_sections
from tests.report.compare.test_compare import estimate, subject

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")
def test_a_comparison_is_a_page_that_everybody_can_read(tmp_path: Path) -> None:
    designs = {"small": (100, 50), "fast": (400, 10), "beaten": (500, 20), '"><script>alert(1)</script>': (900, 30)}
    subjects = {name: subject(estimate=estimate(*pair)) for name, pair in designs.items()}
    path = tmp_path / "compared.html"
    path.write_text(html_sections("4 projects", list(comparison(subjects))), encoding="utf-8")
    asked: list[str] = []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page: Any = browser.new_page(viewport={"width": 400, "height": 900}, color_scheme="dark")
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(message.text))
        page.on("dialog", lambda dialog: asked.append(dialog.message))
        page.goto(path.as_uri())
        found = axe.Axe().run(page)
        assert not found.violations_count, found.generate_report()
        assert page.locator("svg:visible").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        browser.close()
    assert asked == [path.as_uri()]
