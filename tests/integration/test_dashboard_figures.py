"""Every figure of the dashboards on a few cases and invoices, counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.cases.models import Case, CaseStep
from app.dashboards import behind
from app.dashboards.asked import Query, time_before, until_today
from app.dashboards.board import board
from app.dashboards.values import Board, Figure, Section
from app.db import Database
from app.decisions.approval_matrix import Policy
from app.mirror import models as m
from app.patterns.asked import Asked
from tests.builders import a_person, the_policy
from tests.mirrored import MILESTONES_PRODUCT, Mirror
from tests.month_of_work import (
    AT,
    FIRST,
    LAST,
    a_dated_case,
    a_decision,
    a_question,
    a_read,
    at,
    paid,
)  # fmt: skip
from tests.past_disputes import a_dispute

ASKED = Asked(FIRST, LAST)


def shown(database: Database, asked: Asked = ASKED, policy: Policy | None = None) -> Board:
    with database.snapshot() as session:
        return board(session, asked, policy or the_policy(), at=AT)


def part(database: Database, code: str, asked: Asked = ASKED) -> Section:
    return shown(database, asked).section(code)


def listed(database: Database, what: str, key: str = "", **more: Any) -> behind.Listing:
    with database.snapshot() as session:
        return behind.behind(session, Query(ASKED, AT), what, key, **more)


def share_of(figure: Figure) -> tuple[int | None, int | None]:
    return figure.part, figure.whole


def test_without_anything_every_figure_says_why_it_is_missing(database: Database) -> None:
    found = shown(database)
    for section in found.sections:
        for figure in section.figures:
            assert figure.missing or figure.value == 0, figure
    assert [(s.code, [n.code for n in s.notes]) for s in found.sections] == [
        ("operations", []), ("cycle", ["not_mirrored"]), ("receivables", ["not_mirrored"]), ("patterns", []),
    ]  # fmt: skip


def test_what_is_not_said_is_the_last_thirty_days_and_before_is_as_long() -> None:
    asked = until_today(date(2026, 11, 30))
    assert (asked.since, asked.until) == (date(2026, 11, 1), date(2026, 11, 30))
    before = time_before(asked)
    assert (before.since, before.until) == (date(2026, 10, 2), date(2026, 10, 31))


# -- operations ---------------------------------------------------------------------------------------------------


def test_what_waits_by_age_and_what_is_at_stake(database: Database) -> None:
    with database.transaction() as session:
        a_dated_case(session, "dispute", at(20, 8), at_stake="100.00")
        a_dated_case(session, "dispute", at(19, 8), at_stake="200.00", deadline=date(2026, 11, 18))
        a_dated_case(session, "dispute", at(9, 8), at_stake="1000.00", currency="GBP", state="stale")
        a_dated_case(session, "customer_po", at(1, 8), state="needs_approval")
        a_dated_case(session, "dispute", at(1, 8), at_stake="999.00", state="done")
        a_dated_case(session, "dispute", at(1, 8), at_stake="5.00", currency="PLN")
        a_dated_case(session, "dispute", at(2, 8), state="snoozed")
    operations = part(database, "operations")
    waiting = operations.figure("waiting")
    assert waiting.value == 5
    assert waiting.beside == {"at_stake": Decimal("1440.00"), "overdue": 1}  # 300 EUR, and 1,000 GBP at 1.14
    assert [n.values for n in operations.notes] == [{"currencies": "PLN"}]
    assert [line.cells for line in operations.table("queue").lines] == [
        (1, Decimal("100.00")), (1, Decimal("200.00")), (0, Decimal("0.00")), (0, Decimal("0.00")),
        (3, Decimal("1140.00")),
    ]  # fmt: skip
    assert listed(database, "waiting").total == 5
    assert listed(database, "queue", "over_10").total == 3


def test_cases_come_in_by_kind_and_day_and_folded_ones_are_none(database: Database) -> None:
    with database.transaction() as session:
        kept = a_dated_case(session, "dispute", at(3))
        a_dated_case(session, "dispute", at(3), merged_into=kept.id, state="closed")
        a_dated_case(session, "customer_po", at(3, 23))
        a_dated_case(session, None, at(4))
        a_dated_case(session, "dispute", at(31, month=10))
    table = part(database, "operations").table("inflow")
    assert [c.code for c in table.columns] == ["customer_po", "dispute", "unread", "all"]
    by_day = {line.key: line.cells for line in table.lines}
    assert by_day["2026-11-03"] == (1, 1, 0, 2)
    assert by_day["2026-11-04"] == (0, 0, 1, 1)
    assert "2026-11-07" not in by_day  # a Saturday on which nothing came
    assert table.total("all") == 3
    assert listed(database, "inflow", "2026-11-03").total == 2
    assert [c.id for c in listed(database, "inflow", "2026-11-03", also="dispute").cases] == [kept.id]


def test_long_times_are_shown_by_week_and_by_month(database: Database) -> None:
    with database.transaction() as session:
        a_dated_case(session, "dispute", at(3))
    weeks = shown(database, Asked(date(2026, 9, 1), LAST)).section("operations").table("inflow")
    assert (weeks.by, weeks.lines[0].key, weeks.total("all")) == ("week", "2026-08-31", 1)
    months = shown(database, Asked(date(2025, 12, 1), LAST)).section("operations").table("inflow")
    assert (months.by, months.lines[0].key, months.lines[-1].key) == ("month", "2025-12-01", "2026-11-01")


def test_time_to_the_first_decision_and_answers_in_time(database: Database) -> None:
    with database.transaction() as session:
        by = a_person(session)
        for hours, deadline in ((2, date(2026, 11, 3)), (4, date(2026, 11, 3)), (60, date(2026, 11, 4))):
            case = a_dated_case(session, "dispute", at(3, 8), deadline=deadline)
            a_decision(session, case, by, datetime(2026, 11, 3, 8, tzinfo=UTC) + hours * (at(3, 9) - at(3, 8)))
            a_decision(session, case, by, at(19))  # a later one changes nothing
        a_dated_case(session, "dispute", at(3, 8), deadline=date(2026, 11, 5))  # nobody answered
        a_dated_case(session, "dispute", at(3, 8), deadline=LAST)  # has time until tonight
        closed = a_dated_case(session, "billing_request", at(3, 8), deadline=date(2026, 11, 5), state="closed")
        closed.closed_at = at(5, 23)
        earlier = a_dated_case(session, "dispute", at(20, 8, 10))
        a_decision(session, earlier, by, at(20, 18, 10))
        a_decision(session, earlier, by, at(2, 18))  # not its first
    operations = part(database, "operations")
    first = operations.figure("first_decision")
    assert (first.value, first.whole, first.before) == (240, 3, 600)
    assert share_of(operations.figure("in_time")) == (3, 5)
    assert operations.figure("in_time").target == Decimal("0.90")
    assert listed(database, "first_decision").total == 3
    assert listed(database, "in_time").total == 5


def test_steps_confirmed_as_proposed_edited_and_rejected(database: Database) -> None:
    with database.transaction() as session:
        by, other = a_person(session), a_person(session, "Tom", "controller")
        case = a_dated_case(session, "customer_po", at(3))
        a_decision(session, case, by, at(4))
        twice = a_decision(session, case, by, at(4))
        a_second_yes(session, twice, other)
        a_decision(session, case, by, at(5), is_edited=True)
        for why in ("wrong_record", "wrong_record", "other"):
            a_decision(session, case, by, at(6), "reject", why=why)
        a_decision(session, case, by, at(7), state="superseded")  # taken back before it was sent
        a_decision(session, case, by, at(30, month=10))
    operations = part(database, "operations")
    assert share_of(operations.figure("unchanged")) == (2, 6)
    assert operations.figure("unchanged").before == 1
    assert share_of(operations.figure("overridden")) == (4, 6)
    assert share_of(operations.figure("rejected")) == (3, 6)
    (line,) = operations.table("steps").lines
    assert (line.key, line.cells) == ("set_customer_reference", (6, 2, 1, 3, "wrong_record"))
    for what, total in (("unchanged", 1), ("overridden", 1), ("rejected", 1), ("steps", 1)):
        assert listed(database, what).total == total  # all of one case


def a_second_yes(session: Session, step: Any, by: Any) -> None:
    from app.decisions.models import Decision

    session.add(
        Decision(
            suggestion_id=step.id, content_hash=step.content_hash, verdict="confirm", by_user_id=by.user_id,
            as_role="controller", at=at(8), rule="OPS-1", policy_hash=the_policy().hash,
        )
    )  # fmt: skip
    session.flush()


def test_readings_are_right_when_they_stand_and_were_not_rejected_as_wrong(database: Database) -> None:
    with database.transaction() as session:
        by = a_person(session)
        stood = a_read(session, "dispute", "tax", at(3), "0.97", votes={"rules": None, "linear": "tax"})
        changed = a_read(session, "dispute", "tax", at(3), "0.98", settled="currency",
                         votes={"rules": "currency", "linear": "tax"})  # fmt: skip
        wrong = a_read(session, "dispute", "tax", at(3), "0.85", reading="Likely", votes={"linear": "tax"})
        a_read(session, "dispute", "tax", at(3), "0.99")  # nobody decided it yet
        for case in (stood, changed):
            a_decision(session, case, by, at(5))
        a_decision(session, wrong, by, at(5), "reject", why="wrong_reading")
    operations = part(database, "operations")
    assert share_of(operations.figure("right_when_sure")) == (1, 2)
    eighty, ninety = operations.table("calibration").lines
    assert (eighty.key, eighty.cells[0], eighty.cells[1], eighty.cells[4]) == ("8", Decimal("0.85"), 0, 1)
    assert (ninety.key, ninety.cells[0], ninety.cells[1], ninety.cells[4]) == ("9", Decimal("0.975"), Decimal("0.5"), 2)
    low, high = ninety.cells[2:4]
    assert Decimal("0.09") < Decimal(low or 0) < Decimal("0.10")
    assert Decimal("0.90") < Decimal(high or 0) < Decimal("0.91")
    readers = {line.key: line.cells for line in operations.table("readers").lines}
    assert readers == {"linear": (3, 3, 1), "rules": (2, 1, 1), "together": (3, 3, 1)}
    assert [c.id for c in listed(database, "calibration", "8").cases] == [wrong.id]


def test_what_failed_and_what_questions_to_the_model_cost(database: Database) -> None:
    with database.transaction() as session:
        case = a_dated_case(session, None, at(5), state="needs_attention")
        other = a_dated_case(session, "dispute", at(5))
        session.add(CaseStep(case_id=case.id, stage="assess", state="failed", attempts=3, next_at=at(5)))
        a_question(session, at(5), case, "0.03")
        a_question(session, at(5), case, "0.01", seconds=Decimal("2.2"))
        a_question(session, at(5), other, "0.02", outcome="unavailable")
        a_question(session, at(5, month=10), other, "9.99")
    operations = part(database, "operations")
    assert operations.figure("attention").value == 1
    assert operations.figure("attention").beside == {"dead_letters": 1}
    cost = operations.figure("cost_per_case")
    assert (cost.value, cost.whole, cost.currency, cost.beside["cost"]) == (
        Decimal("0.03"), 2, "USD", Decimal("0.06")
    )  # fmt: skip
    assert [(line.key, line.cells) for line in operations.table("failures").lines] == [
        ("step:assess", (1, None)), ("model:unavailable", (None, 1)),
    ]  # fmt: skip
    (line,) = operations.table("cost").lines
    assert (line.name, line.cells) == ("triage/v2, small", (3, 2, 3000, Decimal("2.0"), Decimal("0.06")))
    assert [c.id for c in listed(database, "failed_steps", "assess").cases] == [case.id]
    assert [c.id for c in listed(database, "unanswered", "unavailable").cases] == [other.id]


def test_a_customer_and_a_company_narrow_every_figure(database: Database) -> None:
    with database.transaction() as session:
        a_dated_case(session, "dispute", at(5), customer_name="Acme SA", company_id=1)
        a_dated_case(session, "dispute", at(5), customer_name="Other Ltd", company_id=2)
    for asked in (Asked(FIRST, LAST, "acme sa"), Asked(FIRST, LAST, "", 1)):
        found = shown(database, asked)
        assert found.section("operations").figure("waiting").value == 1
        assert found.section("operations").table("inflow").total("all") == 1
        assert found.section("patterns").figure("disputes").value == 1


# -- billing cycle ------------------------------------------------------------------------------------------------


def test_days_from_the_months_end_to_the_invoice(database: Database) -> None:
    with database.transaction() as session:
        mirror = Mirror(session)
        order = mirror.order()
        line = mirror.order_line(order)
        for worked, issued in ((date(2026, 10, 14), date(2026, 11, 3)), (date(2026, 10, 30), date(2026, 11, 9)),
                               (date(2026, 11, 18), date(2026, 11, 19))):  # fmt: skip
            mirror.hours(line, worked, 8, mirror.invoice(order, invoiced_on=issued))
        mirror.invoice(order, invoiced_on=date(2026, 11, 5))  # no time on it
        draft = mirror.invoice(order, state="draft", invoiced_on=date(2026, 11, 5))
        mirror.hours(line, date(2026, 9, 1), 8, draft)
    cycle = part(database, "cycle")
    time = cycle.figure("cycle_time")
    assert (time.value, time.whole, time.target) == (3, 3, 5)  # 3, 9 and, within the month, 0
    assert time.beside["nine_of_ten"] == Decimal("7.8")
    assert share_of(cycle.figure("issued_in_time")) == (2, 3)
    assert [(line.key, line.cells[0], line.cells[3]) for line in cycle.table("cycle_weeks").lines] == [
        ("2026-11-02", 3, 1), ("2026-11-09", 9, 1), ("2026-11-16", 0, 1),
    ]  # fmt: skip
    assert [i.days for i in listed(database, "cycle_time").invoices] == [9, 3, 0]
    assert [i.days for i in listed(database, "issued_in_time", within_days=5).invoices] == [9]
    assert listed(database, "cycle_weeks", "2026-11-09").total == 1


def test_unbilled_work_is_never_more_than_odoo_has_left_to_invoice(database: Database) -> None:
    with database.transaction() as session:
        mirror = Mirror(session)
        order = mirror.order()
        by_hand = mirror.order_line(order, delivered=Decimal(30), invoiced=Decimal(20))  # 20 were billed by hand
        for day in (date(2026, 9, 1), date(2026, 9, 2), date(2026, 11, 10)):
            mirror.hours(by_hand, day, 10)
        in_days = mirror.order_line(
            order, unit="Days", unit_price=Decimal(800), discount_percent=Decimal(10), delivered=Decimal(2),
            invoiced=Decimal(0),
        )  # fmt: skip
        mirror.hours(in_days, date(2026, 9, 1), 16)
        billed = mirror.order_line(order, delivered=Decimal(5), invoiced=Decimal(5))
        mirror.hours(billed, date(2026, 9, 1), 5, mirror.invoice(order))
        reached = mirror.order_line(
            order, product_id=MILESTONES_PRODUCT, unit_price=Decimal(10000), delivered=Decimal("0.5"),
            invoiced=Decimal("0.2"),
        )  # fmt: skip
        mirror.milestone(reached, "0.5", is_reached=True, reached_on=date(2026, 11, 12))
        mirror.invoice(order, state="draft", net=Decimal(700))
        quotation = mirror.order(state="draft")
        mirror.hours(mirror.order_line(quotation, delivered=Decimal(9)), date(2026, 9, 1), 9)
    cycle = part(database, "cycle")
    found = cycle.figure("unbilled")
    assert found.value == Decimal("1000.00") + Decimal("1440.00") + Decimal("3000.00")
    assert found.beside == {"old": Decimal("1440.00"), "drafts": Decimal("700.00")}
    (line,) = cycle.table("unbilled").lines
    assert (line.name, line.cells) == ("Ours Ltd", (Decimal("5440.00"), Decimal("1440.00"), Decimal("700.00")))
    work = listed(database, "unbilled", "1").work
    assert [(w.amount, w.hours, w.since) for w in work] == [
        (Decimal(3000), None, date(2026, 11, 12)), (Decimal(1440), 16, date(2026, 9, 1)),
        (Decimal(1000), 10, date(2026, 11, 10)),
    ]  # fmt: skip
    assert listed(database, "unbilled", "2").total == 0


def test_time_that_nobody_approved_by_its_age(database: Database) -> None:
    with database.transaction() as session:
        mirror = Mirror(session)
        line = mirror.order_line(mirror.order())
        mirror.hours(line, date(2026, 9, 1), 3, is_approved=True)
        for day, hours in ((date(2026, 11, 19), 2), (date(2026, 10, 1), 5), (date(2026, 8, 1), 50)):
            mirror.hours(line, day, hours, is_approved=False)  # the oldest is from before anybody approved
        case = a_dated_case(session, "dispute", at(1), state="needs_approval")
        step = a_decision(session, case, a_person(session), at(8), state="open")
        assert step.state
    lines = part(database, "cycle").table("approval").lines
    assert [line.cells for line in lines] == [(2, 0), (0, 1), (0, 0), (5, 0)]
    assert [c.id for c in listed(database, "approval", "8_14").cases] == [case.id]


def test_invoices_with_an_exception_and_those_reworked_after_a_dispute(database: Database) -> None:
    with database.transaction() as session:
        mirror = Mirror(session)
        customer = mirror.customer()
        invoices = [mirror.invoice(customer=customer, invoiced_on=date(2026, 11, n)) for n in (2, 3, 4, 5)]
        a_dispute(session, customer, [invoices[0]], opened_on=date(2026, 11, 6))
        a_dispute(session, customer, [invoices[0]], opened_on=date(2026, 11, 7), reason="tax")
        discrepancy = a_dispute(session, customer, [invoices[1]], opened_on=date(2026, 11, 6))
        discrepancy.kind, discrepancy.reason = "billing_discrepancy", "rate_mismatch"
        folded = a_dispute(session, customer, [invoices[2]], opened_on=date(2026, 11, 6))
        folded.merged_into = discrepancy.id
        mirror.credit(invoices[0], 250, invoiced_on=date(2026, 11, 12))
        mirror.credit(invoices[3], 90, invoiced_on=date(2026, 11, 12))  # nobody disputed it
    cycle = part(database, "cycle")
    assert share_of(cycle.figure("exceptions")) == (2, 4)
    reworked = cycle.figure("reworked")
    assert (reworked.value, reworked.beside["credited"]) == (1, Decimal("250.00"))
    assert {line.key: line.cells for line in cycle.table("exception_reasons").lines} == {
        "hours_quantity": (1,), "tax": (1,), "rate_mismatch": (1,),
    }  # fmt: skip
    assert [i.id for i in listed(database, "reworked").invoices] == [invoices[0].id]
    (one,) = listed(database, "exception_reasons", "rate_mismatch").invoices
    assert (one.id, one.case_id) == (invoices[1].id, discrepancy.id)


# -- receivables --------------------------------------------------------------------------------------------------


def test_open_invoices_by_days_overdue_and_what_of_them_is_disputed(database: Database) -> None:
    with database.transaction() as session:
        mirror = Mirror(session)
        customer = mirror.customer()
        for due, amount in (
            (date(2026, 11, 20), 100), (date(2026, 11, 19), 200), (date(2026, 10, 20), 400), (date(2026, 9, 1), 800),
            (date(2026, 8, 1), 1600),
        ):  # fmt: skip
            mirror.invoice(customer=customer, due_on=due, open_amount=Decimal(amount), gross=Decimal(amount))
        late = mirror.invoice(customer=customer, due_on=date(2026, 11, 1), open_amount=Decimal(50), currency="GBP")
        a_dispute(session, customer, [late], opened_on=date(2026, 11, 3))
        mirror.invoice(customer=customer, due_on=date(2026, 11, 1), open_amount=Decimal(0), payment_state="paid")
        mirror.invoice(customer=customer, state="draft", due_on=date(2026, 11, 1), open_amount=Decimal(7))
    receivables = part(database, "receivables")
    assert [line.cells for line in receivables.table("ageing").lines] == [
        (Decimal("100.00"), Decimal("0.00"), 1), (Decimal("257.00"), Decimal("57.00"), 2),
        (Decimal("400.00"), Decimal("0.00"), 1), (Decimal("800.00"), Decimal("0.00"), 1),
        (Decimal("1600.00"), Decimal("0.00"), 1),
    ]  # fmt: skip
    assert receivables.figure("open").value == Decimal("3157.00")
    overdue = receivables.figure("overdue")
    assert (overdue.value, overdue.whole, overdue.beside) == (Decimal("3057.00"), 5, {"disputed": Decimal("57.00")})
    assert {i.id for i in listed(database, "ageing", "1_30").invoices} >= {late.id}
    assert listed(database, "overdue").total == 5


def test_days_sales_outstanding_and_collection_effectiveness(database: Database) -> None:
    with database.transaction() as session:
        mirror = Mirror(session)
        customer = mirror.customer()

        def billed(on: date, gross: int, due: date) -> Any:
            return mirror.invoice(
                customer=customer, invoiced_on=on, due_on=due, gross=Decimal(gross), open_amount=Decimal(gross)
            )

        old = billed(date(2026, 5, 1), 900, date(2026, 6, 1))  # before the ninety days, still owed in part
        paid(mirror, old, "300", date(2026, 11, 5))
        late = billed(date(2026, 9, 10), 600, date(2026, 10, 10))
        mirror.credit(late, 100, gross=Decimal(100), invoiced_on=date(2026, 11, 6))
        paid(mirror, late, "100", date(2026, 11, 6), credit_note_id=1)
        billed(date(2026, 11, 10), 1300, date(2026, 12, 10))
    receivables = part(database, "receivables")
    # owed on the last day: 600 + 500 + 1,300; billed in 90 days: 600 + 1,300 - 100
    assert receivables.figure("sales_outstanding").value == Decimal(2400) / Decimal(1800) * 90
    # on 31 October: 900 + 600 owed, 600 billed in 90 days
    assert receivables.figure("sales_outstanding").before == Decimal(1500) / Decimal(600) * 90
    effectiveness = receivables.figure("effectiveness")
    assert effectiveness.beside["collected"] == Decimal("300.00")  # a credit note is no money
    assert effectiveness.value == Decimal(300) / (Decimal(300) + 600 + 500)
    months = receivables.table("outstanding")
    assert [line.key for line in months.lines] == ["2026-06-30", "2026-09-30", "2026-10-31", "2026-11-20"]
    assert months.lines[-1].cells == (Decimal(120), Decimal("2400.00"), Decimal("1800.00"))


def test_promises_are_kept_when_the_money_came_by_the_day(database: Database) -> None:
    with database.transaction() as session:
        mirror = Mirror(session)
        customer = mirror.customer()

        def promised(opened: datetime, on: date | None, amount: str = "1000", stake: str | None = None) -> Case:
            invoice = mirror.invoice(customer=customer)
            case = a_read(session, "payment_notice", "promise_to_pay", opened, invoices=(invoice,))
            case.at_stake, case.currency = (Decimal(stake), "EUR") if stake else (None, None)
            if on:
                paid(mirror, invoice, amount, on)
            return case

        kept = promised(at(20, month=10), date(2026, 11, 6))  # due on 3 November, three days of grace
        late = promised(at(20, month=10), date(2026, 11, 7))
        part_kept = promised(at(25, month=10), date(2026, 11, 6), "400", stake="400")
        promised(at(22, month=10), None)
        promised(at(12), date(2026, 11, 14))  # falls due later
        unmatched = a_read(session, "payment_notice", "promise_to_pay", at(20, month=10))
        assert unmatched.id
    receivables = part(database, "receivables")
    assert share_of(receivables.figure("promises")) == (2, 4)
    assert {kept.id, late.id, part_kept.id} < {c.id for c in listed(database, "promises").cases}


def test_revenue_of_twelve_months_by_customer_and_status_of_invoices(database: Database) -> None:
    with database.transaction() as session:
        mirror = Mirror(session)
        for number in range(12):
            customer = mirror.customer(name=f"Customer {number:02d}")
            mirror.invoice(
                customer=customer, customer_name=customer.name, net=Decimal(1000 - number * 10),
                invoiced_on=date(2026, 11, 3), payment_state="paid" if number else "not_paid", gross=Decimal(1200),
                open_amount=Decimal(0 if number else 1200),
            )  # fmt: skip
            if number == 0:
                mirror.invoice(customer=customer, customer_name=customer.name, net=Decimal(999),
                               invoiced_on=date(2025, 11, 20))  # fmt: skip
                note = mirror.add(
                    m.OdooInvoice, id=9000, company_id=1, name="RINV/9", kind="out_refund", state="posted",
                    payment_state="paid", customer_id=customer.id, customer_name=customer.name, currency="EUR",
                    net=Decimal(500), tax=Decimal(0), gross=Decimal(500), open_amount=Decimal(0), reference="",
                    origin="", invoiced_on=date(2026, 11, 4), created_at=AT,
                )  # fmt: skip
                assert note.id == 9000
    receivables = part(database, "receivables")
    revenue = receivables.table("revenue").lines
    assert [(line.name, line.cells[0]) for line in revenue[:2]] == [
        ("Customer 01", Decimal("990.00")), ("Customer 02", Decimal("980.00")),
    ]  # fmt: skip
    assert (revenue[-1].key, revenue[-1].cells[0]) == ("others", Decimal("1390.00"))  # Customer 11 and, credited, 00
    assert sum(Decimal(line.cells[1] or 0) for line in revenue) == 1
    status = {line.key: line.cells for line in receivables.table("status").lines}
    assert status == {
        "not_paid": (1, Decimal("1200.00"), Decimal("1200.00")), "paid": (11, Decimal("13200.00"), Decimal("0.00")),
    }  # fmt: skip
    assert listed(database, "status", "not_paid").total == 1


def test_targets_come_from_the_policy(database: Database) -> None:
    policy = the_policy()
    strict = Policy({**policy.content, "targets": {"issue_within_days": 2, "answered_in_time": "0.99"}}, policy.hash)
    found = shown(database, policy=strict)
    assert found.section("cycle").figure("cycle_time").target == 2
    assert found.section("operations").figure("in_time").target == Decimal("0.99")
    assert found.section("receivables").figure("effectiveness").target == Decimal("0.85")
