"""The bar to undo after a case was put off or assigned: with one key, in both themes, and without a script."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.desk import Desk

pytestmark = pytest.mark.browser


def look(page: Any, name: str) -> None:
    """Keep a picture where somebody wants to look (PICTURES)."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
def test_z_brings_back_what_was_put_off(desk: Desk, scheme: str, width: int) -> None:
    first, second = desk.case("01-hours"), desk.case("04-rate")
    page = desk.person(
        "Ines", color_scheme=scheme, bypass_csp=True, reduced_motion="reduce",
        viewport={"width": width, "height": 860},
    )  # fmt: skip
    page.goto(f"/cases/{first}/snooze")
    page.check("input[value=customer_answers]")
    with page.expect_navigation():
        page.click("main form.sheet-form button[type=submit]")
    assert f"Case {first} was put off." in desk.undo_bar(page)
    assert f"/cases/{second}" in page.url
    assert desk.house.case(first).state == "snoozed"
    assert desk.axe(page) == []
    look(page, f"undo-of-handling-{scheme}")
    with page.expect_navigation():
        page.keyboard.press("z")
    page.wait_for_selector("#undo", state="detached")
    assert f"/cases/{first}" in page.url
    assert desk.house.case(first).state == "to_decide"
    assert "took it back that the case was put off." in page.text_content("main")
    assert desk.wrong == []


def test_without_a_script_it_is_a_plain_form(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines", java_script_enabled=False)
    page.goto(f"/cases/{case_id}/assign")
    page.select_option("select[name=to]", label="Ines (you)")
    with page.expect_navigation():
        page.click("main form.sheet-form button[type=submit]")
    assert desk.house.case(case_id).owner_id is not None
    with page.expect_navigation():
        page.click("#undo button")
    assert desk.house.case(case_id).owner_id is None
    assert page.locator("#undo").count() == 0
