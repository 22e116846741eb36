"""Each rule of the detectors speaks on a small built case and is silent on what only looks like it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from app.db import Base, Database
from app.detectors.detect import detect
from app.detectors.discrepancy import Discrepancy
from app.detectors.models import OrderPaperTerms
from app.detectors.thresholds import Limits, Thresholds
from app.mirror import models as m
from tests.mirrored import (
    ABROAD,
    COSTS_PRODUCT,
    FEE_PRODUCT,
    FREE_TAX,
    HOME,
    HOME_TAX,
    MILESTONES_PRODUCT,
    TODAY,
    Mirror,
)

AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, n, 10) for n in (8, 9, 10, 11))
JUST_THIS = Limits(off=("unbilled_time.quiet_order",))


@pytest.fixture
def mirror(database: Database) -> Iterator[Mirror]:
    with database.transaction() as session:
        yield Mirror(session)


def found(mirror: Mirror, limits: Limits = JUST_THIS, *, today: date = TODAY) -> list[Discrepancy]:
    return list(detect(mirror.session, thresholds=Thresholds(limits), today=today))


def said(mirror: Mirror, limits: Limits = JUST_THIS, *, today: date = TODAY) -> list[tuple[str, str]]:
    return [(d.rule, str(d.finding.amount)) for d in found(mirror, limits, today=today)]


def a_billed_order(mirror: Mirror, **changes: Any) -> tuple[Any, Any, Any]:
    """(order, line, invoice): ten hours of September, approved, linked and billed at the agreed price."""
    order = mirror.order(**changes)
    line = mirror.order_line(order, invoiced=Decimal(10))
    invoice = mirror.invoice(order, invoiced_on=date(2026, 9, 30))
    mirror.billed(invoice, line)
    mirror.hours(line, SEPTEMBER, 10, invoice)
    return order, line, invoice


def paper(mirror: Mirror, order: Any, **terms: Any) -> None:
    values = {
        "paper_id": 9000 + order.id,
        "checksum": "c",
        "order_id": order.id,
        "po_number": "4500",
        "read_at": datetime.now(UTC),
    }
    mirror.session.add(OrderPaperTerms(**(values | terms)))
    mirror.session.flush()


def test_a_clean_order_says_nothing(mirror: Mirror) -> None:
    a_billed_order(mirror)
    assert said(mirror) == []


# --- hours ------------------------------------------------------------------------------------------


def test_hours_of_a_month_that_was_invoiced_are_late(mirror: Mirror) -> None:
    _, line, _ = a_billed_order(mirror)
    line.delivered = Decimal(14)
    late = [mirror.hours(line, date(2026, 9, 24), 2.5), mirror.hours(line, date(2026, 8, 4), 1.5)]
    assert said(mirror) == [("unbilled_time.hours", "150.00 EUR"), ("unbilled_time.hours", "250.00 EUR")]
    records = {r.id for d in found(mirror) for r in d.finding.records if r.model == "account.analytic.line"}
    assert records == {sheet.id for sheet in late}


@pytest.mark.parametrize(
    "changes",
    [
        {"worked_on": date(2026, 10, 5)},  # the month is not invoiced yet
        {"is_approved": False},
        {"billable": "non_billable"},
    ],
)
def test_other_hours_are_not_late(mirror: Mirror, changes: dict[str, Any]) -> None:
    _, line, _ = a_billed_order(mirror)
    line.delivered = Decimal(14)
    sheet = mirror.hours(line, date(2026, 9, 24), 4)
    for name, value in changes.items():
        setattr(sheet, name, value)
    assert said(mirror) == []


def test_old_hours_of_an_order_never_invoiced_are_stale(mirror: Mirror) -> None:
    line = mirror.order_line(mirror.order())
    mirror.hours(line, date(2026, 8, 3), 8)
    assert said(mirror) == [("unbilled_time.stale", "800.00 EUR")]
    assert said(mirror, replace(JUST_THIS, stale_days=200)) == []


def test_hours_billed_by_hand_are_billed(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(8), invoiced=Decimal(8))
    mirror.hours(line, date(2026, 8, 3), 8)
    invoice = mirror.invoice(order, invoiced_on=date(2026, 8, 31))
    mirror.billed(invoice, line, quantity=Decimal(8))
    assert said(mirror) == []


def test_hours_that_odoo_will_never_propose_are_stuck(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(14), invoiced=Decimal(15))
    invoice = mirror.invoice(order, invoiced_on=date(2026, 9, 30))
    mirror.billed(invoice, line, quantity=Decimal(15))
    mirror.hours(line, SEPTEMBER, 10, invoice)
    mirror.hours(line, OCTOBER, 4)
    assert said(mirror) == [("quantity_mismatch", "500.00 EUR"), ("unbilled_time.stuck", "400.00 EUR")]


def test_hours_of_a_credited_invoice_come_back(mirror: Mirror) -> None:
    _, line, invoice = a_billed_order(mirror)
    invoice.payment_state = "reversed"
    line.invoiced, line.delivered = Decimal(0), Decimal(10)
    assert said(mirror, replace(JUST_THIS, stale_days=30)) == [("unbilled_time.credited", "1,000.00 EUR")]


@pytest.mark.parametrize("state", ["draft", "posted"])
def test_unapproved_time_on_an_invoice(mirror: Mirror, state: str) -> None:
    order = mirror.order()
    line = mirror.order_line(order, invoiced=Decimal(10))
    invoice = mirror.invoice(order, state=state)
    mirror.billed(invoice, line, discount_percent=Decimal(0))
    mirror.hours(line, OCTOBER, 7, invoice)
    mirror.hours(line, OCTOBER, 3, invoice, is_approved=False)
    assert said(mirror) == [("unapproved_time.invoiced", "300.00 EUR")]
    assert said(mirror, replace(JUST_THIS, approved_time_only=False)) == []


def test_a_company_that_never_approves_is_left_alone(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, invoiced=Decimal(10))
    invoice = mirror.invoice(order)
    mirror.billed(invoice, line)
    mirror.hours(line, OCTOBER, 10, invoice, is_approved=False)
    assert said(mirror) == []


def test_hours_that_two_invoices_bill(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(10), invoiced=Decimal(20))
    first = mirror.invoice(order, invoiced_on=date(2026, 9, 30))
    second = mirror.invoice(order, invoiced_on=date(2026, 10, 31))
    for invoice in (first, second):
        mirror.billed(invoice, line)
    mirror.hours(line, SEPTEMBER, 10, second)
    assert said(mirror) == [("duplicate_billing.hours", "1,000.00 EUR")]
    mirror.credit(first, 1000, line)
    assert said(mirror) == []


# --- prices and quantities --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "discount", "amount"), [(115, 0, "150.00 EUR"), (100, 10, "100.00 EUR"), (100, 0, None)]
)
def test_the_price_of_an_invoice_line(mirror: Mirror, price: int, discount: int, amount: str | None) -> None:
    order = mirror.order()
    line = mirror.order_line(order, invoiced=Decimal(10))
    invoice = mirror.invoice(order)
    mirror.billed(invoice, line, unit_price=Decimal(price), discount_percent=Decimal(discount))
    mirror.hours(line, OCTOBER, 10, invoice)
    assert said(mirror) == ([("rate_mismatch", amount)] if amount else [])


def test_a_discount_agreed_on_the_order_and_a_credit_of_the_difference_are_fine(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, invoiced=Decimal(10), discount_percent=Decimal(10))
    agreed = mirror.invoice(order)
    mirror.billed(agreed, line, discount_percent=Decimal(10))
    mirror.hours(line, OCTOBER, 10, agreed)
    corrected = mirror.invoice(order, invoiced_on=date(2026, 9, 30))
    mirror.billed(corrected, line)
    mirror.hours(line, SEPTEMBER, 10, corrected)
    assert said(mirror) == [("rate_mismatch", "100.00 EUR")]
    mirror.credit(corrected, 100)
    assert said(mirror) == []


@pytest.mark.parametrize(("billed", "amount"), [(16, "600.00 EUR"), (8, "200.00 EUR"), (10, None)])
def test_the_quantity_of_an_invoice_line(mirror: Mirror, billed: int, amount: str | None) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(30), invoiced=Decimal(billed))
    invoice = mirror.invoice(order)
    mirror.billed(invoice, line, quantity=Decimal(billed))
    mirror.hours(line, OCTOBER, 10, invoice)
    assert said(mirror) == ([("quantity_mismatch", amount)] if amount else [])


def test_days_are_hours_by_the_companys_day(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, unit="Days", unit_price=Decimal(800), invoiced=Decimal(2))
    invoice = mirror.invoice(order)
    mirror.billed(invoice, line, quantity=Decimal(2))
    mirror.hours(line, OCTOBER, 15, invoice)
    assert said(mirror, replace(JUST_THIS, hours_per_day=Decimal("7.5"))) == []
    assert said(mirror) == [("quantity_mismatch", "100.00 EUR")]


def test_a_line_typed_by_hand_is_held_against_the_month_it_names(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(10), invoiced=Decimal(12))
    mirror.billed(mirror.invoice(order), line, quantity=Decimal(12), description="Beratung im Oktober 2026")
    mirror.hours(line, OCTOBER, 10)
    assert ("quantity_mismatch", "200.00 EUR") in said(mirror)


# --- milestones -------------------------------------------------------------------------------------


def a_fee(mirror: Mirror) -> tuple[Any, Any]:
    order = mirror.order()
    return order, mirror.order_line(
        order, product_id=MILESTONES_PRODUCT, unit="Units", quantity=Decimal(1), unit_price=Decimal(10000)
    )


def test_a_reached_milestone_waits_for_its_invoice(mirror: Mirror) -> None:
    order, line = a_fee(mirror)
    mirror.milestone(line, "0.3", is_reached=True, name="Design")
    mirror.milestone(line, "0.4", is_reached=True, name="Build")
    mirror.milestone(line, "0.3", is_reached=False, name="Launch")
    mirror.billed(mirror.invoice(order), line, quantity=Decimal("0.3"), description="Fixed fee")
    assert said(mirror) == [("unbilled_time.milestone", "4,000.00 EUR")]
    mirror.billed(mirror.invoice(order, state="draft"), line, quantity=Decimal("0.4"), description="Build done")
    assert said(mirror) == []


@pytest.mark.parametrize("text", ["Launch (30%)", "Fixed fee"])
def test_a_milestone_billed_before_it_is_reached(mirror: Mirror, text: str) -> None:
    order, line = a_fee(mirror)
    mirror.milestone(line, "0.3", is_reached=False, name="Launch")
    mirror.billed(mirror.invoice(order, state="draft"), line, quantity=Decimal("0.3"), description=text)
    assert said(mirror) == [("milestone_early", "3,000.00 EUR")]


def test_two_milestones_billed_together(mirror: Mirror) -> None:
    order, line = a_fee(mirror)
    mirror.milestone(line, "0.3", is_reached=True, name="Design")
    mirror.milestone(line, "0.45", is_reached=True, name="Build")
    mirror.billed(mirror.invoice(order), line, quantity=Decimal("0.75"), description="Fixed fee")
    assert said(mirror) == []


# --- purchase orders --------------------------------------------------------------------------------


def test_more_billed_than_the_order_document_allows(mirror: Mirror) -> None:
    order, line, _ = a_billed_order(mirror, customer_reference="PO 4500")
    draft = mirror.invoice(order, state="draft")
    mirror.billed(draft, line, quantity=Decimal(4))
    mirror.hours(line, OCTOBER, 4, draft)
    paper(mirror, order, value=Decimal(1100), currency="EUR")
    assert said(mirror) == [("po_exceeded", "300.00 EUR")]
    terms = mirror.session.scalars(select(OrderPaperTerms)).one()
    terms.value = Decimal(1400)
    assert said(mirror) == []


def test_a_limit_in_the_terms_counts_and_credits_on_the_order_give_room(mirror: Mirror) -> None:
    _, line, invoice = a_billed_order(mirror, note="Nach Aufwand, gedeckelt auf 900,00 EUR netto.")
    assert said(mirror) == [("po_exceeded", "100.00 EUR")]
    note = mirror.credit(invoice, 60)
    assert said(mirror) == [("po_exceeded", "100.00 EUR")]  # goodwill beside the order gives no budget back
    mirror.session.execute(delete(m.OdooInvoiceLine).where(m.OdooInvoiceLine.invoice_id == note.id))
    mirror.billed(note, line, quantity=Decimal("0.6"))
    assert ("po_exceeded", "40.00 EUR") in said(mirror)


@pytest.mark.parametrize("tag", ["PO required", "Bestellnummer erforderlich", "Bon de commande obligatoire"])
@pytest.mark.parametrize("reference", ["", "own", "to follow"])
def test_no_purchase_order_for_a_customer_that_requires_one(mirror: Mirror, tag: str, reference: str) -> None:
    order = mirror.order(mirror.customer(tags=[tag]))
    order.customer_reference = order.name if reference == "own" else reference
    line = mirror.order_line(order, invoiced=Decimal(10))
    draft = mirror.invoice(order, state="draft")
    mirror.billed(draft, line)
    mirror.hours(line, OCTOBER, 10, draft)
    assert said(mirror) == [("po_missing.none", "1,000.00 EUR")]
    paper(mirror, order)
    assert said(mirror) == []


@pytest.mark.parametrize("tags", [[], ["VIP"], ["PO not required"]])
def test_other_customers_need_no_purchase_order(mirror: Mirror, tags: list[str]) -> None:
    order = mirror.order(mirror.customer(tags=tags))
    line = mirror.order_line(order, invoiced=Decimal(10))
    draft = mirror.invoice(order, state="draft")
    mirror.billed(draft, line)
    mirror.hours(line, OCTOBER, 10, draft)
    assert said(mirror) == []
    assert said(mirror, replace(JUST_THIS, po_tags=("vip",))) == (
        [("po_missing.none", "1,000.00 EUR")] if tags == ["VIP"] else []
    )


def test_work_after_the_purchase_order_ended(mirror: Mirror) -> None:
    order = mirror.order(mirror.customer(tags=["PO required"]), customer_reference="4500")
    line = mirror.order_line(order, invoiced=Decimal(20))
    for month, state in ((SEPTEMBER, "posted"), (OCTOBER, "draft")):
        invoice = mirror.invoice(order, state=state, invoiced_on=month.replace(month=month.month + 1, day=2))
        mirror.billed(invoice, line)
        mirror.hours(line, month, 10, invoice)
    paper(mirror, order, valid_until=date(2026, 9, 30))
    assert said(mirror) == [("po_missing.expired", "1,000.00 EUR")]


# --- billed twice -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_twice"),
    [("Advice, September 2026", True), ("Beratung im September", True), ("Advice, October 2026", False)],
)
def test_the_same_month_on_an_invoice_without_a_link(mirror: Mirror, text: str, is_twice: bool) -> None:
    order, _, _ = a_billed_order(mirror)
    again = mirror.invoice(order, state="draft", invoiced_on=date(2026, 11, 2))
    mirror.billed(again, description=text)
    assert said(mirror) == ([("duplicate_billing", "1,000.00 EUR")] if is_twice else [])


@pytest.mark.parametrize(
    ("text", "days", "is_twice"),
    [
        ("Workshop, half a day", 7, True),  # within one billing run
        ("Workshop, half a day", 35, False),  # another workshop
        ("Hosting package 2000", 31, False),  # a monthly fee
        ("Licence LX-20771/3", 90, True),  # names the thing itself
    ],
)
def test_equal_lines_without_an_order(mirror: Mirror, text: str, days: int, is_twice: bool) -> None:
    customer = mirror.customer()
    for day in (date(2026, 7, 1), date(2026, 7, 1) + timedelta(days=days)):
        mirror.billed(mirror.invoice(customer=customer, invoiced_on=day), description=text)
    assert said(mirror) == ([("duplicate_billing", "1,000.00 EUR")] if is_twice else [])


def test_what_was_credited_is_not_billed_twice(mirror: Mirror) -> None:
    order, _, _ = a_billed_order(mirror)
    again = mirror.invoice(order, invoiced_on=date(2026, 10, 2))
    mirror.billed(again, description="Advice, September 2026")
    mirror.credit(again, 1000)
    assert said(mirror) == []


def test_equal_months_of_a_fee_and_of_work_are_no_duplicates(mirror: Mirror) -> None:
    order, line, _ = a_billed_order(mirror)
    line.delivered = Decimal(20)
    second = mirror.invoice(order, invoiced_on=date(2026, 10, 31))
    mirror.billed(second, line)
    mirror.hours(line, OCTOBER, 10, second)
    fee = mirror.order_line(mirror.order(), product_id=FEE_PRODUCT, unit="Units", quantity=Decimal(12))
    for month in ("August 2026", "September 2026"):
        mirror.billed(mirror.invoice(mirror.session.get(m.OdooOrder, fee.order_id)), fee, description=f"Fee {month}")
    assert said(mirror) == []


# --- costs and taxes --------------------------------------------------------------------------------


def cost(mirror: Mirror, invoice: Any, text: str, amount: str) -> Any:
    return mirror.billed(
        invoice,
        product_id=COSTS_PRODUCT,
        unit="Units",
        quantity=Decimal(1),
        unit_price=Decimal(amount),
        description=text,
    )


@pytest.mark.parametrize(
    ("terms", "text", "amount"),
    [
        ("Travel at cost, no alcohol.", "Wine for the workshop", "180.00 EUR"),
        ("Bewirtung wird nicht erstattet.", "Geschäftsessen", "180.00 EUR"),
        ("Hotel up to 120 EUR a night.", "Hotel, one night", "60.00 EUR"),
        ("Hotel up to 120 EUR a night.", "Hotel, two nights", None),
        ("Rail, second class, at cost.", "Train ticket first class", "180.00 EUR"),
        ("Rail, second class, at cost.", "Train ticket", None),
        ("Travel is included in the fee.", "Taxi", "180.00 EUR"),
        ("Invoiced monthly.", "Client dinner", None),
    ],
)
def test_costs_that_the_terms_exclude_or_limit(mirror: Mirror, terms: str, text: str, amount: str | None) -> None:
    _, _, invoice = a_billed_order(mirror, note=terms)
    cost(mirror, invoice, text, "180.00")
    assert said(mirror) == ([("expense_eligibility.not_allowed", amount)] if amount else [])


def test_an_allowed_cost_on_no_invoice(mirror: Mirror) -> None:
    order, _, invoice = a_billed_order(mirror, note="Rail travel, second class, is charged at cost.")
    mirror.expense(order, "Train to Lyon", "88.40")
    mirror.expense(order, "Client dinner", "120.00")
    mirror.expense(order, "Train to Nice", "70.00", state="submitted")
    assert said(mirror) == [("expense_eligibility.not_billed", "88.40 EUR")]
    cost(mirror, invoice, "Expense: train to Lyon", "88.40")
    assert said(mirror) == []


@pytest.mark.parametrize(
    ("position", "tax", "amount"),
    [
        (HOME, HOME_TAX, None),
        (ABROAD, FREE_TAX, None),
        (ABROAD, HOME_TAX, "200.00 EUR"),
        (HOME, FREE_TAX, "200.00 EUR"),
    ],
)
def test_taxes_follow_the_fiscal_position(mirror: Mirror, position: int, tax: int, amount: str | None) -> None:
    order = mirror.order()
    line = mirror.order_line(order, invoiced=Decimal(10))
    invoice = mirror.invoice(order, fiscal_position_id=position)
    mirror.billed(invoice, line, tax_ids=[tax])
    mirror.hours(line, OCTOBER, 10, invoice)
    assert said(mirror) == ([("tax_mapping", amount)] if amount else [])


# --- retainers --------------------------------------------------------------------------------------


def a_retainer(
    mirror: Mirror, text: str = "Support retainer 20 h a month; further hours 90 EUR an hour"
) -> tuple[Any, Any]:
    order = mirror.order()
    line = mirror.order_line(order, product_id=FEE_PRODUCT, unit="Units", quantity=Decimal(12), description=text)
    mirror.hours(line, SEPTEMBER, 25, billable="billable_fixed", task_id=7)
    mirror.hours(line, OCTOBER, 18, billable="billable_fixed", task_id=7)
    mirror.add(m.OdooTask, id=7, name="Support", company_id=1, project_id=None, order_line_id=line.id)
    return order, line


@pytest.mark.parametrize(
    "text",
    [
        "Support retainer 20 h a month; further hours 90 EUR an hour",
        "Stundenkontingent 20 Std. pro Monat, weitere Stunden 90,00 EUR je Stunde",
        "Forfait d'assistance de 20 heures par mois, heures supplémentaires à 90 EUR l'heure",
        "Abonament 20 godzin miesięcznie, dodatkowe godziny 90,00 EUR za godzinę",
    ],
)
def test_hours_beyond_a_retainer(mirror: Mirror, text: str) -> None:
    a_retainer(mirror, text)
    assert said(mirror) == [("retainer_overage", "450.00 EUR")]


@pytest.mark.parametrize(
    ("note", "is_waived"),
    [
        ("Hours beyond the retainer in September 2026 are waived, agreed with the customer.", True),
        ("Die 5 Mehrstunden im September werden nicht berechnet.", True),
        ("Le ore aggiuntive di settembre non vengono fatturate.", True),
        ("Nadgodziny za wrzesień umorzone.", True),
        ("The extra hours of August are waived.", False),
        ("The customer asks us to waive the hours of September.", False),
    ],
)
def test_a_note_waives_hours(mirror: Mirror, note: str, is_waived: bool) -> None:
    a_retainer(mirror)
    mirror.note("project.task", 7, note, datetime(2026, 10, 4, tzinfo=UTC))
    assert bool(said(mirror)) is not is_waived


def test_billed_overage_and_hours_carried_over(mirror: Mirror) -> None:
    order, _ = a_retainer(mirror)
    mirror.billed(
        mirror.invoice(order),
        quantity=Decimal(5),
        unit_price=Decimal(90),
        description="Additional hours September 2026",
    )
    assert said(mirror) == []


def test_a_month_that_ended_yesterday_may_still_be_billed(mirror: Mirror) -> None:
    a_retainer(mirror)
    assert said(mirror, today=date(2026, 10, 1)) == []


# --- waiting ----------------------------------------------------------------------------------------


def test_a_quiet_order_and_an_old_draft(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(10), invoiced=Decimal(10))
    draft = mirror.invoice(order, state="draft")
    mirror.billed(draft, line)
    mirror.hours(line, date(2026, 8, 14), 10, draft)
    assert said(mirror, Limits()) == [
        ("unbilled_time.cycle_time", "1,000.00 EUR"), ("unbilled_time.quiet_order", "19,000.00 EUR"),
    ]  # fmt: skip
    assert said(mirror, Limits(cycle_days=120, quiet_weeks=20)) == []


# --- the same result ----------------------------------------------------------------------------------


def everything(mirror: Mirror) -> None:
    test_hours_of_a_month_that_was_invoiced_are_late(mirror)
    a_retainer(mirror)
    order, _, _ = a_billed_order(mirror, customer_reference="4500")
    mirror.billed(
        mirror.invoice(order, state="draft", invoiced_on=date(2026, 11, 2)), description="Work of September 2026"
    )


def test_again_and_in_another_order_of_rows_it_is_the_same(mirror: Mirror) -> None:
    everything(mirror)
    before = [(d.key, d.fingerprint, d) for d in found(mirror)]
    assert len(before) > 3
    assert before == [(d.key, d.fingerprint, d) for d in found(mirror)]
    _shuffle(mirror)
    assert before == [(d.key, d.fingerprint, d) for d in found(mirror)]


def _shuffle(mirror: Mirror) -> None:
    """Take all rows of the mirror out and put them in again in another order."""
    chance = random.Random(5)
    tables: list[Any] = [t for t in Base.metadata.sorted_tables if t.name.startswith("odoo_")]
    mirror.session.flush()
    for table in tables:
        rows = [dict(r._mapping) for r in mirror.session.execute(select(table))]
        if (rows and "company" in table.name) or "invoice" in table.name or "timesheet" in table.name:
            mirror.session.execute(delete(table))
            chance.shuffle(rows)
            if rows:
                mirror.session.execute(insert(table), rows)
    mirror.session.expire_all()


def test_companies_are_looked_at_one_by_one(mirror: Mirror) -> None:
    a_retainer(mirror)
    look: Callable[..., Any] = detect
    assert look(mirror.session, thresholds=Thresholds(), today=TODAY, companies=[2]) == ()
    assert look(mirror.session, thresholds=Thresholds(), today=TODAY, companies=[1])
    only = Thresholds(companies={1: Limits(off=("retainer_overage",))})
    assert look(mirror.session, thresholds=only, today=TODAY) == ()


def test_every_discrepancy_can_be_told(mirror: Mirror) -> None:
    everything(mirror)
    for d in found(mirror):
        assert d.title[0].isupper() or not d.title[0].isalpha()
        assert d.finding.rows[-1].role == "result"
        assert d.finding.rows[-1].amount == d.finding.amount
        assert d.step.endswith(".")
        assert not d.explains.endswith(".")
        assert d.finding.records
        assert len(d.key) <= 200
