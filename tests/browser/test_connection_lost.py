"""Two reviewers at once, a lost connection, a record that changed meanwhile, and no script at all."""

from __future__ import annotations

import pytest

from tests.desk import Desk

pytestmark = pytest.mark.browser


def test_a_decision_waits_on_the_page_while_there_is_no_connection(desk: Desk) -> None:
    case_id = desk.case("02-order-number")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}")
    page.context.set_offline(True)
    page.keyboard.press("c")
    page.wait_for_selector("#held")
    assert "No connection. You can go on reading" in page.inner_text("#offline")
    assert "One decision waits here." in page.inner_text("#offline")
    assert desk.states(case_id)["set_customer_reference"] == "open"
    page.context.set_offline(False)
    page.wait_for_selector("#undo")
    assert desk.states(case_id)["set_customer_reference"] == "confirmed"


def test_what_waits_can_be_held_back_and_what_was_typed_stays(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}")
    page.keyboard.press("s")
    page.wait_for_selector("dialog[open] form")
    page.fill("dialog[open] [name=note], dialog[open] [name=because]", "call on Monday")
    page.context.set_offline(True)
    page.click("dialog[open] form button[type=submit]")
    page.wait_for_selector("dialog[open] >> text=One decision waits here.")
    assert page.input_value("dialog[open] [name=note], dialog[open] [name=because]") == "call on Monday"
    page.click("dialog[open] >> text=Do not send it")
    page.context.set_offline(False)
    page.wait_for_selector("#offline", state="hidden")
    page.wait_for_timeout(500)
    assert page.locator("dialog[open]").count() == 1
    assert desk.house.case(case_id).state == "to_decide"


def test_the_second_of_two_reviewers_sees_who_was_first_and_nothing_of_theirs_is_sent(desk: Desk) -> None:
    case_id = desk.case("02-order-number")
    ines, marc = desk.person("Ines"), desk.person("Marc")
    for page in (ines, marc):
        page.goto(f"/cases/{case_id}")
    marc.keyboard.press("c")
    marc.wait_for_selector("#undo")
    ines.keyboard.press("c")
    ines.wait_for_selector("text=Nothing of yours was sent.")
    ines.wait_for_load_state()
    assert "Marc" in ines.inner_text("main")
    assert ines.locator("#undo").count() == 0


def test_a_record_that_changed_in_odoo_stops_the_write_and_both_values_are_shown(desk: Desk) -> None:
    case_id = desk.case("02-order-number")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}")
    page.keyboard.press("c")
    page.wait_for_selector("#undo")
    order = next(o for o in desk.house.odoo.books.all("sale.order") if o["name"] == "S00002")
    order["client_order_ref"] = "typed by somebody"
    desk.written()
    assert order["client_order_ref"] == "typed by somebody"
    page.goto("/inbox?view=stale")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case_id}*")
    assert "typed by somebody" in page.inner_text("#do")
    assert "Odoo now" in page.inner_text("#do")


def test_a_case_is_found_read_and_decided_without_a_script(desk: Desk) -> None:
    case_id = desk.case("02-order-number")
    page = desk.person("Ines", java_script_enabled=False)
    page.goto("/inbox")
    page.click("a.row-link")
    page.wait_for_url(f"**/cases/{case_id}*")
    page.click("#confirm")
    assert "Confirmed:" in page.inner_text("#undo")
    assert desk.states(case_id)["set_customer_reference"] == "confirmed"
    with page.expect_navigation():
        page.click("#undo button")
    assert desk.states(case_id)["set_customer_reference"] == "open"


def test_what_the_script_shows_as_a_dialog_is_a_page_without_it(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines", java_script_enabled=False)
    page.goto(f"/cases/{case_id}")
    for address in page.eval_on_selector_all("a[data-dialog]", "links => links.map(link => link.href)"):
        answer = page.request.get(address)
        assert answer.status == 200, address
        assert "<h1" in answer.text(), address
