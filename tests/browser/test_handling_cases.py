"""Putting off, folding, marking as fraud, asking and many cases at once, in a real browser and without its script."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases.models import Case
from tests.desk import Desk

pytestmark = pytest.mark.browser


def send(page: Any) -> None:
    """Send the page's form; the script looks for the connection first."""
    with page.expect_navigation():
        page.click("main form.sheet-form button[type=submit]")


def case_of(desk: Desk, case_id: int) -> Case:
    return desk.house.case(case_id)


def test_s_and_enter_put_a_case_off_and_a_name_is_chosen_with_a(desk: Desk) -> None:
    first, second = desk.case("01-hours"), desk.case("04-rate")
    page = desk.person("Ines")
    page.goto(f"/cases/{first}")
    page.keyboard.press("a")
    page.wait_for_selector("dialog[open] select[name=to]")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.locator("dialog[open] button[type=submit]").click()
    assert "Ines" in page.inner_text(".case-head")
    page.keyboard.press("s")
    page.wait_for_selector("dialog[open] .reasons input")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{second}*")
    assert case_of(desk, first).state == "snoozed"
    assert case_of(desk, first).owner_id is not None
    assert desk.wrong == []


def test_an_alert_is_confirmed_only_after_the_call_back(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}/fraud")
    page.check("input[value=impersonation]")
    send(page)
    desk.house.work()
    page.goto(f"/cases/{case_id}")
    assert "Finish the call-back checklist first: 0 of 4 done." in page.inner_text("main")
    for item in ("number_from_odoo", "known_contact", "asked", "written_down"):
        page.check(f"#check-{item}")
    page.fill("input[name=note-written_down]", "Maria Esteves, 10:14")
    with page.expect_navigation():
        page.click("text=Save the checklist")
    assert "Finish the call-back" not in page.inner_text("main")
    page.click("#confirm")
    page.wait_for_selector("#undo")
    assert desk.wrong == []


def test_ticked_cases_are_put_off_together_without_a_script(desk: Desk) -> None:
    cases = [desk.case("01-hours"), desk.case("04-rate")]
    page = desk.person("Ines", java_script_enabled=False)
    page.goto("/inbox")
    for case_id in cases:
        page.check(f"input[name=case][value^='{case_id}:']")
    with page.expect_navigation():
        page.click("#bulk [value=snooze]")
    assert "Snooze 2 cases" in page.inner_text("main")
    page.check("input[value=customer_answers]")
    page.click("main button[type=submit]")
    page.wait_for_url("**/inbox*")
    assert [case_of(desk, n).state for n in cases] == ["snoozed", "snoozed"]


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
def test_axe_finds_nothing_where_cases_are_handled(desk: Desk, scheme: str, width: int) -> None:
    first, second, alert = desk.case("01-hours"), desk.case("04-rate"), desk.case("12-new-bank")
    options: dict[str, Any] = {
        "color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce",
        "viewport": {"width": width, "height": 860},
    }  # fmt: skip
    aoife = desk.person("Aoife", "project_manager", **options)
    page = desk.person("Ines", "controller", **options)
    page.goto(f"/cases/{first}/ask")
    send(page)
    page.goto(f"/cases/{second}/close")
    page.check("input[value=not_ours]")
    send(page)
    found: dict[str, list[str]] = {}
    ways = [
        (page, f"/cases/{alert}/call-back"), (page, f"/cases/{alert}/genuine"), (page, f"/cases/{second}/reopen"),
        (page, f"/cases/{first}/take-out"), (page, f"/cases/bulk?do=assign&case={first}&case={alert}"),
        (page, f"/cases/bulk?do=snooze&case={first}"), (page, f"/cases/bulk?do=close&case={first}"),
        (page, f"/cases/bulk?do=merge&case={first}&case={alert}"), (aoife, "/questions"), (aoife, "/questions/1"),
    ]  # fmt: skip
    for who, address in ways:
        who.goto(address)
        wrong = desk.axe(who)
        if who.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append("wider than the window")
        if wrong:
            found[address] = wrong
    assert found == {}, "\n\n".join(f"{address}\n" + "\n".join(wrong) for address, wrong in found.items())
