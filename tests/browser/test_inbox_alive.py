"""The inbox in a browser: new cases wait behind a button, ticked rows go together, the row in focus is previewed."""

from __future__ import annotations

import pytest

from tests.desk import Desk

pytestmark = pytest.mark.browser


def test_new_cases_wait_behind_a_button_and_the_row_in_focus_stays_where_it_was(desk: Desk) -> None:
    first = desk.case("02-order-number")
    page = desk.person("Ines")
    page.keyboard.press("j")
    row = f'[data-row][data-case="{first}"]'
    desk.case("01-hours")
    page.wait_for_selector("#show-new:visible")
    assert "1 new case" in page.inner_text("#show-new")
    assert page.locator("[data-row]").count() == 1
    page.keyboard.press("n")
    page.wait_for_selector("#show-new", state="hidden")
    assert page.locator("[data-row]").count() == 2
    assert page.evaluate(f"""document.activeElement.closest('{row}') !== null""")
    desk.case("05-vat")
    page.wait_for_selector("#show-new:visible")
    assert "1 new case" in page.inner_text("#show-new")
    assert desk.wrong == []


def test_ticked_cases_are_put_off_together_and_nothing_of_it_confirms(desk: Desk) -> None:
    for sample in ("01-hours", "02-order-number", "05-vat"):
        desk.case(sample)
    page = desk.person("Ines")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert page.inner_text("[data-bulk-count]") == "Selected: 2"
    assert "case by case" in page.inner_text("#bulk")
    assert page.locator("#bulk >> text=Confirm").count() <= 1
    page.keyboard.press("s")
    page.wait_for_selector("dialog[open] .reasons input:focus, dialog[open] input[type=radio]:focus")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    states = [desk.house.case(n).state for n in (1, 2, 3)]
    assert states.count("snoozed") == 2


def test_the_row_in_focus_is_previewed_on_a_wide_screen(desk: Desk) -> None:
    desk.case("01-hours")
    page = desk.person("Ines", viewport={"width": 1700, "height": 900})
    page.keyboard.press("j")
    page.wait_for_selector("#peek:has-text('42 h billed')")
    assert "Draft a credit note" in page.inner_text("#peek")
    assert desk.wrong == []


def test_snooze_and_assign_act_on_the_row_in_focus(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_selector("dialog[open] select:focus")
    with page.expect_navigation():
        page.click("dialog[open] form button[type=submit]")
    assert desk.house.case(case_id).owner_id is not None
