"""Every page in German and in French: nothing of ours stays English, and longer words break no layout."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_accessible import EVERYTHING, PAGES, SAMPLES
from tests.desk import Desk

pytestmark = pytest.mark.browser

ENGLISH = re.compile(
    r"\b(the|and|of|is|are|not|this|with|from|your|has|have|been|for|to|nobody|nothing)\b", re.IGNORECASE
)
RECORD = re.compile(r"\[MV-|, 2026/|consulting", re.IGNORECASE)
"""Names of records in Odoo stay as they are."""
OURS = """language => {
    const said = [], walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    const own = node => (node.parentElement.closest("[lang]")?.lang || "").startsWith(language);
    while (walker.nextNode()) {
        const node = walker.currentNode, text = node.textContent.trim();
        const silent = "script, style, .code, kbd, del, ins, select[name=time_zone]";
        if (text && own(node) && !node.parentElement.closest(silent)) said.push(text);
    }
    for (const one of document.querySelectorAll("[aria-label], [title], [placeholder], [data-labels]"))
        if ((one.closest("[lang]")?.lang || "").startsWith(language))
            for (const name of ["aria-label", "title", "placeholder", "data-labels"])
                if (one.getAttribute(name)) said.push(one.getAttribute(name));
    return said;
}"""
"""What a page says in its own language: texts, labels and hints."""


WIDE = """width => [...document.querySelectorAll("main *")].filter(
    one => one.getBoundingClientRect().right > width + 1).slice(0, 3).map(one => one.outerHTML.slice(0, 200))"""


def reading(desk: Desk, language: str, width: int = 1280) -> Any:
    """Somebody who sees everything and has chosen this language."""
    page = desk.person("Nora", *EVERYTHING, locale=language, viewport={"width": width, "height": 860})
    page.goto("/settings")
    page.select_option("select[name=language]", language)
    page.select_option("select[name=time_zone]", "Europe/Paris")
    page.click("main button[type=submit]")
    page.wait_for_url("**/settings?saved=1")
    return page


@pytest.mark.parametrize("language", ["de", "fr"])
def test_no_page_says_anything_of_ours_in_english(desk: Desk, language: str) -> None:
    for sample in SAMPLES:
        desk.case(sample)
    page = reading(desk, language)
    left: dict[str, list[str]] = {}
    for address in PAGES:
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == language, address
        english = [text for text in page.evaluate(OURS, language) if ENGLISH.search(text) and not RECORD.search(text)]
        if english:
            left[address] = list(dict.fromkeys(english))
    assert left == {}, "\n".join(f"{address}\n  " + "\n  ".join(texts) for address, texts in left.items())


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("width", [1280, 360])
def test_no_page_is_wider_than_the_window(desk: Desk, language: str, width: int) -> None:
    for sample in SAMPLES:
        desk.case(sample)
    page = reading(desk, language, width)
    pictures = os.environ.get("COUNTERSIGN_PICTURES", "")
    wide = []
    for address in PAGES:
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append((address, page.evaluate(WIDE, width)))
        if pictures:
            name = re.sub(r"\W+", "-", address).strip("-")
            page.screenshot(path=Path(pictures) / f"{language}-{width}-{name}.png", full_page=width == 360)
    assert wide == []
