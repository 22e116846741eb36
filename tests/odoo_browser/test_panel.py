"""From a customer's mail to a draft credit note, decided by two people inside Odoo."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.odoo_browser.conftest import UNLINKED, Linked

pytestmark = [pytest.mark.odoo, pytest.mark.browser, pytest.mark.timeout(1800)]

SAMPLES = Path(__file__).parents[2] / "fixtures" / "samples"
CREDIT = '.o_cs_suggestion:has-text("Draft a credit note")'

NUMBER = '.o_cs_suggestion[data-state=open]:has(.o_cs_diff ins:text-is("BS-2611-047"))'


@pytest.fixture(scope="module")
def contested(linked: Linked) -> dict[str, Any]:
    """The invoice that a customer's mail contests, once the mail was read."""
    linked.house.command("ingest", str(SAMPLES / "01-hours-contested.eml"), "--wait", check=True)
    (invoice,) = linked.find(
        "account.move", [["name", "=", "RE/2026/00004"], ["move_type", "=", "out_invoice"]], ["name", "amount_untaxed"]
    )
    return invoice


def unfolded(step: Any) -> Any:
    """A suggestion with its details and buttons in view."""
    if step.locator(".o_cs_fold[aria-expanded=false]").count():
        step.locator(".o_cs_fold").click()
    step.locator(".o_cs_fold[aria-expanded=true]").wait_for()
    return step


def credit_notes(linked: Linked, invoice: dict[str, Any]) -> list[dict[str, Any]]:
    domain = [["reversed_entry_id", "=", invoice["id"]]]
    return linked.find("account.move", domain, ["state", "move_type", "amount_untaxed", "name"])


def test_who_is_nobody_here_may_look_and_is_told_why_not_decide(linked: Linked, contested: dict[str, Any]) -> None:
    page = linked.open(linked.page(UNLINKED), "account.move", contested["id"])
    page.wait_for_selector(".o_cs_suggestion")
    assert "You can look here, not decide." in page.inner_text(".o_cs_look")
    assert page.locator(".o_cs_primary").count() == 0
    page.context.close()


def test_two_people_decide_in_odoo_and_the_credit_note_is_drafted(linked: Linked, contested: dict[str, Any]) -> None:
    page = linked.page("clara.engel")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/countersign/" in r.url else None)
    linked.open(page, "account.move", contested["id"])
    page.wait_for_selector(CREDIT)
    assert len(asked) == 1
    assert re.search(r"\d", page.inner_text(".o_cs_stat"))
    step = unfolded(page.locator(CREDIT))
    said = step.inner_text()
    linked.picture(page, "odoo-invoice")
    assert "900.00" in said
    assert "CN-2" in said
    assert "6 Stunden" in said
    assert "kreditoren@hafenwerk.example" in said

    step.locator(".o_cs_primary").click()
    page.wait_for_selector(".o_cs_panel > .o_cs_good")
    assert credit_notes(linked, contested) == [], "a controller has to agree first"
    page.context.close()

    page = linked.open(linked.page("tom.ashworth"), "account.move", contested["id"])
    page.wait_for_selector(CREDIT)
    step = unfolded(page.locator(CREDIT))
    assert "Confirmed by Clara Engel" in step.inner_text()
    step.locator(".o_cs_primary").click()
    page.wait_for_selector('.o_cs_panel > .o_cs_note:has-text("Odoo has the change.")')

    (made,) = credit_notes(linked, contested)
    assert (made["state"], made["move_type"], made["amount_untaxed"]) == ("draft", "out_refund", 900.0)
    page.wait_for_selector('.o-mail-Message:has-text("Draft credit note over")')
    note = page.inner_text('.o-mail-Message:has-text("Draft credit note over")')
    assert "Decided by Tom Ashworth" in note
    assert "CN-2" in note
    page.locator(CREDIT).wait_for(state="detached")
    page.click(".o_cs_panel > .o_cs_note .o_cs_link")
    page.wait_for_selector('.o_form_view:has-text("Credit Note")')
    page.context.close()
    _require_whole_books(linked)


def _require_whole_books(linked: Linked) -> None:
    """The service knows that it was written, both decisions are on record, and the trail verifies."""
    deadline = time.monotonic() + 300
    written = """select w.state, s.case_id from write_backs w join suggestions s on s.id = w.suggestion_id
                 where s.kind = 'draft_credit_note'"""
    while [state for state, _ in linked.house.ask(written)] != ["written"]:
        assert time.monotonic() < deadline, linked.house.ask(written)
        time.sleep(0.5)
    ((_, case_id),) = linked.house.ask(written)
    verified = linked.house.command("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    actions = [str(a) for (a,) in linked.house.ask(f"select action from audit_events where case_id = {case_id}")]
    assert actions.count("decision.confirm") == 2
    assert "write.done" in actions


@pytest.fixture(scope="module")
def numbered(linked: Linked) -> int:
    """The order for which a customer's mail gives the number, once the mail was read."""
    linked.house.command("ingest", str(SAMPLES / "02-order-number.eml"), "--wait", check=True)
    (order,) = linked.find("sale.order", [["name", "=", "S00002"]], ["client_order_ref"])
    assert not order["client_order_ref"]
    return int(order["id"])


def test_a_change_in_odoo_stops_the_write_and_the_next_version_is_confirmed_on_a_phone(
    linked: Linked, numbered: int
) -> None:
    page = linked.open(linked.page("clara.engel"), "sale.order", numbered)
    page.wait_for_selector(".o_cs_suggestion")
    linked.picture(page, "odoo-order")
    _write(linked, numbered, "typed by somebody")
    page.locator(NUMBER).locator(".o_cs_primary").click()
    page.wait_for_selector('.o_cs_panel > .o_cs_caution:has-text("Nothing was written:")')
    differs = page.inner_text(".o_cs_panel > .o_cs_caution .o_cs_diff")
    assert "Customer Reference" in differs
    assert "typed by somebody" in differs
    (order,) = linked.find("sale.order", [["id", "=", numbered]], ["client_order_ref"])
    assert order["client_order_ref"] == "typed by somebody"
    assert "changed in Odoo meanwhile" in page.inner_text(".o_cs_suggestion[data-state=stale]")
    page.context.close()

    _write(linked, numbered, False)
    proposed = "from suggestions where target_name = 'S00002' and kind = 'set_customer_reference'"
    (case_id,) = {c for (c,) in linked.house.ask(f"select case_id {proposed}")}
    linked.house.command("retry", str(case_id), "--as", "clara.engel@marlowvoss.example", check=True)
    newest = """select s.state, t.stage, t.state from suggestions s
                left join case_steps t on t.case_id = s.case_id and t.state in ('waiting', 'leased')
                where s.target_name = 'S00002' and s.kind = 'set_customer_reference'"""
    deadline = time.monotonic() + 300
    while ("open", None, None) not in linked.house.ask(newest):  # read again, and compared with Odoo as it is now
        assert time.monotonic() < deadline, linked.house.ask(newest)
        time.sleep(0.5)
    _confirm_on_a_phone(linked, numbered)


def _write(linked: Linked, order: int, reference: str | bool) -> None:
    vals = {"client_order_ref": reference}
    linked.odoo.as_administrator("sale.order", "write", ids=[order], vals=vals)


def _confirm_on_a_phone(linked: Linked, numbered: int) -> None:
    """The strip above the sheet leads to the panel, and the order gets its number."""
    page = linked.open(linked.page("clara.engel", width=390, height=844), "sale.order", numbered)
    page.click(".o_cs_strip")
    page.wait_for_selector(".o_cs_panel:focus")
    linked.picture(page, "odoo-phone")
    page.wait_for_function("document.documentElement.scrollWidth <= 390")
    page.wait_for_function("(y => 0 <= y && y < 300)(document.querySelector('.o_cs_panel').getBoundingClientRect().y)")
    page.locator(NUMBER).locator(".o_cs_primary").click()
    page.wait_for_selector('.o_cs_panel > .o_cs_good:has-text("Odoo has the change.")')
    (order,) = linked.find("sale.order", [["id", "=", numbered]], ["client_order_ref"])
    assert order["client_order_ref"] == "BS-2611-047"
    page.context.close()


def test_a_suggestion_is_rejected_with_a_reason(linked: Linked, contested: dict[str, Any]) -> None:
    page = linked.open(linked.page("clara.engel"), "account.move", contested["id"])
    step = page.locator('.o_cs_suggestion:has(.o_cs_title:text-is("Leave a note"))')
    step.wait_for()
    unfolded(step).locator(".o_cs_reject").click()
    step.locator(".o_cs_choice input").first.check()
    step.locator(".o_cs_field textarea").fill("Agreed by phone")
    step.locator(".o_cs_danger_button").click()
    page.wait_for_selector('.o_cs_panel > .o_cs_good:has-text("Rejected.")')
    step.wait_for(state="detached")
    rejected = linked.house.ask("select note from decisions where verdict = 'reject'")
    assert rejected == [("Agreed by phone",)]
    page.context.close()


def test_without_the_service_the_form_works_and_the_panel_says_so(linked: Linked) -> None:
    domain = [["move_type", "=", "out_invoice"], ["state", "=", "posted"], ["name", "!=", "RE/2026/00004"]]
    invoice = linked.find("account.move", domain, ["name"])[0]
    linked.odoo.as_administrator(
        "ir.config_parameter", "set_param", key="countersign.service_url", value="http://127.0.0.1:9"
    )
    try:
        page = linked.page("clara.engel", width=390, height=844)
        linked.open(page, "account.move", invoice["id"])
        page.wait_for_selector('.o_cs_panel .o_cs_note:has-text("cannot be reached")')
        page.wait_for_function("document.documentElement.scrollWidth <= 390")
        page.wait_for_selector(".o-mail-Chatter-logNote:not([disabled])")
        page.locator(".o_cs_panel").scroll_into_view_if_needed()
        linked.picture(page, "odoo-unreachable")
    finally:
        linked.odoo.as_administrator(
            "ir.config_parameter", "set_param", key="countersign.service_url",
            value=f"http://127.0.0.1:{linked.house.port}",
        )  # fmt: skip
    page.click("button:has-text('Try again')")
    page.wait_for_selector('.o_cs_head:has-text("open")')
    page.context.close()
