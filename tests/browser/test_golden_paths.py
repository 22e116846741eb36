"""From the inbox to Odoo without a mouse: an order, a dispute, a discrepancy, a fraud attempt."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.cases.models import Case
from tests.desk import Desk
from workers import detection

pytestmark = pytest.mark.browser


def to_case(page: Any, case_id: int) -> None:
    """From the inbox to the case by keys: down the list until its row is in focus, then Enter."""
    page.goto("/inbox")
    for _ in range(40):
        page.keyboard.press("j")
        href = page.evaluate("document.activeElement.getAttribute('href')") or ""
        if href.partition("?")[0] == f"/cases/{case_id}":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case_id}*")


def test_an_order_is_confirmed_with_one_key_and_stands_in_odoo(desk: Desk) -> None:
    case_id = desk.case("02-order-number")
    page = desk.person("Ines")
    to_case(page, case_id)
    page.keyboard.press("c")
    page.wait_for_selector("#undo")
    assert desk.states(case_id)["set_customer_reference"] == "confirmed"
    desk.written()
    order = next(o for o in desk.house.odoo.books.all("sale.order") if o["name"] == "S00002")
    assert order["client_order_ref"] == "BS-2611-047"
    assert desk.wrong == []


def test_a_dispute_is_confirmed_by_two_people_and_becomes_a_draft_credit_note(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    to_case(page, case_id)
    assert "Needs a second approval" in page.inner_text("#do")
    page.keyboard.press("c")
    page.wait_for_selector("#undo")
    desk.written()
    credits = [m for m in desk.house.odoo.books.all("account.move") if m["move_type"] == "out_refund"]
    controller = desk.person("Tom", "controller")
    controller.goto(f"/cases/{case_id}")
    assert "Ines" in controller.inner_text("#do")
    controller.keyboard.press("c")
    controller.wait_for_selector("#undo")
    desk.written()
    made = [m for m in desk.house.odoo.books.all("account.move") if m["move_type"] == "out_refund"]
    assert len(made) == len(credits) + 1
    assert (made[-1]["state"], made[-1]["amount_untaxed"]) == ("draft", 900.0)
    assert desk.wrong == []


def test_a_discrepancy_is_confirmed_with_one_key(desk: Desk) -> None:
    detection.run(desk.house.parts)
    desk.house.work()
    with desk.house.parts.database.transaction() as session:
        found = select(Case.id).where(Case.reason == "rate_mismatch").order_by(Case.id)
        case_id = session.execute(found).scalars().first()
    assert case_id is not None
    page = desk.person("Ines")
    to_case(page, case_id)
    page.keyboard.press("c")
    assert "credit of" in desk.undo_bar(page)
    desk.written()
    assert desk.states(case_id)["draft_credit_note"] == "written"
    assert desk.wrong == []


def test_a_dispute_is_rejected_with_a_reason_by_four_keys(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    to_case(page, case_id)
    page.keyboard.press("r")
    page.wait_for_selector("dialog[open] .reasons input:focus")
    page.keyboard.press("3")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert set(desk.states(case_id).values()) == {"rejected"}


def test_after_a_decision_the_next_case_opens_and_the_undo_bar_travels_with_it(desk: Desk) -> None:
    second, first = desk.case("02-order-number"), desk.case("01-hours")
    page = desk.person("Ines")
    page.goto(f"/cases/{first}?sort=newest")
    page.keyboard.press("c")
    assert "Confirmed:" in desk.undo_bar(page)
    assert f"/cases/{second}" in page.url
    page.keyboard.press("z")
    page.wait_for_url(f"**/cases/{first}*")
    assert desk.states(first)["draft_credit_note"] == "open"


def test_a_fraud_attempt_moves_no_money_and_is_closed_only_after_the_call_back(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    to_case(page, case_id)
    page.click('[data-command="more"]')
    page.click("dialog[open] a[href*='/fraud']")
    page.wait_for_selector("dialog[open] textarea")
    page.keyboard.press("2")
    page.fill("dialog[open] textarea", "The sender is not who they say they are.")
    with page.expect_navigation():
        page.click("dialog[open] form button[type=submit]")
    page.goto(f"/cases/{case_id}")
    assert "Do not reply to this mail and do not use its phone number." in page.inner_text("#do")
    assert not {"draft_credit_note", "draft_reply"} & {
        kind for kind, state in desk.states(case_id).items() if state == "open"
    }
    assert page.get_attribute("#confirm", "aria-disabled") == "true"
    page.keyboard.press("c")
    desk.says(page, "Finish the call-back checklist first")
    boxes = page.locator(".checklist input[type=checkbox]")
    for at in range(boxes.count()):
        boxes.nth(at).check()
    page.fill(".checklist input:not([type=checkbox])", "Ms Brandt, 10:20")
    with page.expect_navigation():
        page.click("text=Save the checklist")
    page.keyboard.press("c")
    page.wait_for_selector("#undo")
    assert desk.states(case_id)["post_note"] == "confirmed"
    assert desk.wrong == []
