"""Drafts waiting for their text and the trail, in a real browser: keys, evidence, themes, widths, without script."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import Desk
from tests.drafts import FIRST, HAFENWERK, name_of_line, remark, with_two_lines
from workers import narrating

pytestmark = pytest.mark.browser

PAGES = (
    f"/narratives/{HAFENWERK}", "/narratives", "/narratives/clean", "/narratives/rules", "/narratives/rules/0",
    "/audit", "/audit?case=1", "/audit/verification", "/audit/change?record=S00001", "/audit?person=nobody",
)  # fmt: skip


@pytest.fixture
def drafts(desk: Desk) -> Desk:
    """The sandbox's drafts, one with two lines and a remark that is held back."""
    with_two_lines(desk.house)
    remark(desk.house, 17, "Client again did not understand the concept")
    narrating.run(desk.house.parts)
    return desk


def state_of(page: Any, line: int) -> str:
    return str(page.inner_text(f"#line-{line} .line-foot"))


def test_the_clean_lines_are_accepted_with_one_key_and_taken_back_with_another(drafts: Desk) -> None:
    page = drafts.person("Ines")
    page.goto(f"/narratives/{HAFENWERK}")
    page.keyboard.press("c")
    assert drafts.undo_bar(page)
    assert "On its way to Odoo" in state_of(page, 2)
    assert "Accept" in state_of(page, 1)
    page.keyboard.press("z")
    page.wait_for_selector("#undo", state="detached")
    page.wait_for_load_state()
    page.goto(f"/narratives/{HAFENWERK}")
    assert "Accept" in state_of(page, 2)
    assert drafts.wrong == []


def test_a_sentence_lights_its_entries_and_e_opens_the_first_text(drafts: Desk) -> None:
    page = drafts.person("Ines")
    page.goto(f"/narratives/{HAFENWERK}")
    claim = page.locator("#line-1 a.claim", has_text="Test of the nightly load")
    claim.hover()
    page.wait_for_selector(".entries li.is-lit")
    lit = page.eval_on_selector_all(".entries li.is-lit", "all => all.map(one => one.id)")
    assert lit == [f"l{FIRST}-t14", f"l{FIRST}-t16"]
    page.keyboard.press("e")
    page.wait_for_selector("#line-1 details[open] textarea")
    page.wait_for_function("document.activeElement && document.activeElement.id === 'text-1'")
    assert drafts.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_are_accessible_and_keep_to_the_window(drafts: Desk, width: int, scheme: str) -> None:
    page = drafts.person(
        "Ines", "controller", viewport={"width": width, "height": 860}, color_scheme=scheme, bypass_csp=True
    )  # fmt: skip
    for path in PAGES:
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
        assert drafts.axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert drafts.wrong == []


def test_without_script_a_line_is_accepted_and_another_keeps_its_text(drafts: Desk) -> None:
    page = drafts.person("Ines", java_script_enabled=False)
    page.goto(f"/narratives/{HAFENWERK}")
    with page.expect_navigation():
        page.click("#line-2 button >> text=Accept")
    assert "On its way to Odoo" in state_of(page, 2)
    with page.expect_navigation():
        page.click("#line-1 button >> text=Keep the old text")
    page.goto(f"/narratives/{HAFENWERK}")
    assert "Old text kept" in state_of(page, 1)
    drafts.written()
    assert name_of_line(drafts.house, FIRST)[0].startswith("[MV-TM]")


def test_rules_are_set_and_the_draft_is_told_by_them(drafts: Desk) -> None:
    page = drafts.person("Ines")
    page.goto("/narratives/rules")
    page.fill("#customer", "Hafenwerk")
    page.press("#customer", "Enter")
    page.wait_for_selector("select[name=language]")
    page.select_option("select[name=language]", "de")
    page.fill("input[name=max_length]", "7")
    page.click("text=Save the rules")
    page.wait_for_selector("[role=alert]")
    assert page.input_value("select[name=language]") == "de"
    page.fill("input[name=max_length]", "900")
    page.click("text=Save the rules")
    page.wait_for_url("**/narratives/rules")
    assert "German" in page.inner_text(".rule-owners")
    drafts.house.work()
    page.goto(f"/narratives/{HAFENWERK}")
    assert "insgesamt" in page.inner_text("#line-1 .prose")
