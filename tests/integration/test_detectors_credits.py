"""What rules make of credit notes, of bills made again, and of what was billed before anybody approved time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.db import Database
from app.detectors.detect import detect
from app.detectors.thresholds import Limits, Thresholds
from tests.mirrored import TODAY, Mirror


@pytest.fixture
def mirror(database: Database) -> Iterator[Mirror]:
    with database.transaction() as session:
        yield Mirror(session)


def found(mirror: Mirror, today: date = TODAY) -> list[tuple[str, str]]:
    limits = Limits(cycle_days=10_000, quiet_weeks=10_000, stale_days=10_000)
    told = detect(mirror.session, thresholds=Thresholds(limits), today=today)
    return sorted((d.rule, str(d.finding.amount)) for d in told)


def test_a_posted_credit_of_some_hours_makes_no_earlier_invoice_wrong(mirror: Mirror) -> None:
    """Odoo unlinks all time of an invoice when a credit note of it is posted, however small it is."""
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(20), invoiced=Decimal(16))
    september = mirror.invoice(order, invoiced_on=date(2026, 9, 30), payment_state="paid")
    mirror.billed(september, line)
    mirror.hours(line, date(2026, 9, 12), 10, september)
    october = mirror.invoice(order)
    mirror.billed(october, line)
    mirror.hours(line, date(2026, 10, 12), 6)
    mirror.hours(line, date(2026, 10, 13), 4)
    note = mirror.credit(october, 400)
    mirror.billed(note, line, quantity=Decimal(4))
    assert found(mirror) == []


def test_credit_and_rebill_is_no_double_billing(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(20), invoiced=Decimal(20))
    august = mirror.invoice(order, invoiced_on=date(2026, 8, 31), payment_state="paid")
    mirror.billed(august, line)
    mirror.hours(line, date(2026, 8, 12), 10, august)
    wrong = mirror.invoice(order, invoiced_on=date(2026, 9, 30), payment_state="reversed")
    mirror.billed(wrong, line)
    mirror.hours(line, date(2026, 9, 10), 10, wrong)
    mirror.credit(wrong, 1000, line)
    again = mirror.invoice(order, invoiced_on=date(2026, 10, 20))
    mirror.billed(again, line)
    assert [f for f in found(mirror) if f[0].startswith("duplicate")] == []


def test_an_advance_that_a_later_invoice_settles_is_nothing(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(30), invoiced=Decimal(30))
    advance = mirror.invoice(order, invoiced_on=date(2026, 8, 1), payment_state="paid")
    mirror.billed(advance, line)
    final = mirror.invoice(order)
    mirror.billed(final, line, quantity=Decimal(30))
    mirror.billed(final, line, quantity=Decimal(-10))
    for day in (5, 6, 7):
        mirror.hours(line, date(2026, 10, day), 10, final)
    assert found(mirror) == []


def test_hours_that_two_standing_invoices_bill_are_still_found(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(10), invoiced=Decimal(20))
    first = mirror.invoice(order)
    mirror.billed(first, line)
    second = mirror.invoice(order, invoiced_on=date(2026, 11, 10))
    mirror.billed(second, line)
    mirror.hours(line, date(2026, 10, 12), 10, second)
    assert found(mirror) == [("duplicate_billing.hours", "1,000.00 EUR")]


def test_one_credit_note_over_two_lines_makes_both_good(mirror: Mirror) -> None:
    order = mirror.order()
    lines = [mirror.order_line(order, delivered=Decimal(10), invoiced=Decimal(10)) for _ in range(2)]
    invoice = mirror.invoice(order, net=Decimal(2300))
    for line, price in zip(lines, (110, 120), strict=True):
        mirror.billed(invoice, line, unit_price=Decimal(price))
        mirror.hours(line, date(2026, 10, 12), 10, invoice)
    assert found(mirror) == [("rate_mismatch", "100.00 EUR"), ("rate_mismatch", "200.00 EUR")]
    note = mirror.credit(invoice, 300)
    for line, price in zip(lines, (10, 20), strict=True):
        mirror.billed(note, line, unit_price=Decimal(price))
    assert found(mirror) == []


def test_worked_hours_that_were_credited_are_a_concession(mirror: Mirror) -> None:
    order = mirror.order()
    lines = [mirror.order_line(order, delivered=Decimal(10), invoiced=Decimal(10)) for _ in range(2)]
    invoice = mirror.invoice(order, net=Decimal(2000))
    for line in lines:
        mirror.billed(invoice, line)
        mirror.hours(line, date(2026, 10, 12), 10, invoice)
    note = mirror.credit(invoice, 600)
    for line, hours in zip(lines, (4, 2), strict=True):
        mirror.billed(note, line, quantity=Decimal(hours))
    assert found(mirror) == []


def test_a_line_given_away_is_no_wrong_rate(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order)
    invoice = mirror.invoice(order, net=Decimal(600))
    mirror.billed(invoice, line, quantity=Decimal(6))
    mirror.billed(invoice, line, quantity=Decimal(4), unit_price=Decimal(0))
    mirror.hours(line, date(2026, 10, 12), 10, invoice)
    assert found(mirror) == []


def test_the_first_approval_makes_no_backlog_of_the_past(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(40), invoiced=Decimal(30))
    for month in (7, 8):
        invoice = mirror.invoice(order, invoiced_on=date(2026, month, 28), payment_state="paid")
        mirror.billed(invoice, line)
        mirror.hours(line, date(2026, month, 10), 10, invoice, is_approved=False)
    mirror.hours(line, date(2026, 10, 5), 8, is_approved=True)
    late = mirror.invoice(order)
    mirror.billed(late, line)
    mirror.hours(line, date(2026, 10, 6), 10, late, is_approved=False)
    assert ("unapproved_time.invoiced", "1,000.00 EUR") in found(mirror)
    assert len([f for f in found(mirror) if f[0].startswith("unapproved")]) == 1


def test_time_from_before_anybody_approved_is_still_to_be_billed(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(20), invoiced=Decimal(10))
    mirror.hours(line, date(2026, 7, 10), 5, is_approved=False)
    invoice = mirror.invoice(order)
    mirror.billed(invoice, line)
    mirror.hours(line, date(2026, 10, 5), 10, invoice, is_approved=True)
    assert found(mirror) == [("unbilled_time.hours", "500.00 EUR")]


def test_a_draft_made_for_a_day_to_come_is_not_late(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, product_id=3)
    mirror.billed(mirror.invoice(order, state="draft", invoiced_on=TODAY + timedelta(days=60)), line)
    told = detect(mirror.session, thresholds=Thresholds(Limits(cycle_days=1)), today=TODAY)
    assert [d.rule for d in told if d.rule.endswith("cycle_time")] == []


def test_a_matter_keeps_its_key_when_another_rule_sees_it(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(20), invoiced=Decimal(0))
    mirror.hours(line, date(2026, 7, 10), 5)
    limits = Thresholds(Limits(stale_days=60, cycle_days=10_000, quiet_weeks=10_000))
    (stale,) = detect(mirror.session, thresholds=limits, today=TODAY)
    invoice = mirror.invoice(order)
    mirror.billed(invoice, line)
    mirror.hours(line, date(2026, 10, 5), 10, invoice)
    (late,) = detect(mirror.session, thresholds=limits, today=TODAY)
    assert (stale.rule, late.rule) == ("unbilled_time.stale", "unbilled_time.hours")
    assert stale.key == late.key


def test_a_company_that_never_approved_is_not_judged_by_another_that_does(mirror: Mirror) -> None:
    order = mirror.order()
    line = mirror.order_line(order, delivered=Decimal(20), invoiced=Decimal(10))
    mirror.hours(line, date(2026, 9, 10), 5, is_approved=False)
    invoice = mirror.invoice(order)
    mirror.billed(invoice, line)
    mirror.hours(line, date(2026, 10, 5), 10, invoice, is_approved=False)
    assert found(mirror) == [("unbilled_time.hours", "500.00 EUR")]
