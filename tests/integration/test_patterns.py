"""Past disputes are counted as the report says: what is a dispute, how it ended, of which contract, by which share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases.models import Case
from app.db import Database
from app.errors import Malformed
from app.mirror import models as m
from app.patterns.asked import Asked
from app.patterns.charts import charts
from app.patterns.counting import Counted, Group, count, disputes
from app.patterns.report import as_json, report
from app.patterns.telling import facts, repeated, takeaway
from app.suggestions.models import Suggestion
from tests.builders import NOW, a_credit, a_person, a_suggestion
from tests.mirrored import COSTS_PRODUCT, FEE_PRODUCT, MILESTONES_PRODUCT, Mirror
from tests.past_disputes import FIRST, LAST, a_dispute, a_year

ASKED = Asked(date(2026, 1, 1), date(2026, 12, 31))


def counted(session: Session, asked: Asked = ASKED) -> Counted:
    session.flush()
    return count(session, asked)


def group(found: Counted, by: str, key: str) -> Group:
    return next(g for g in found.groups[by] if g.key == key)


def outcomes(found: Group) -> tuple[int, int, int, int]:
    return found.credited, found.upheld, found.withdrawn, found.open


def a_firm(session: Session) -> tuple[Mirror, Any, Any, Any, Any]:
    """(mirror, customer, order, line, invoice)."""
    mirror = Mirror(session)
    customer = mirror.customer()
    order = mirror.order(customer)
    line = mirror.order_line(order)
    invoice = mirror.invoice(order, invoiced_on=date(2026, 8, 31))
    mirror.billed(invoice, line)
    return mirror, customer, order, line, invoice


def test_how_a_dispute_ended(database: Database) -> None:
    with database.transaction() as session:
        _, customer, _, _, invoice = a_firm(session)
        for outcome in ("credited", "credited", "upheld", "withdrawn", "open", "open", "open"):
            a_dispute(session, customer, [invoice], outcome=outcome, days=4)
        found = counted(session)
        assert (found.whole.disputes, outcomes(found.whole)) == (7, (2, 1, 1, 3))
        assert (found.whole.half_within, found.whole.most_within) == (4, 4)
        assert [d.outcome for d in disputes(session, ASKED, "reason", "hours_quantity")].count("withdrawn") == 1


@pytest.mark.parametrize(
    "note",
    ["Customer withdrew it.", "The customer takes it back.", "Kunde hat die Reklamation zurückgezogen.",
     "Le client a retiré sa contestation.", "De klant heeft het ingetrokken.", "Klient wycofał reklamację."],
)  # fmt: skip
def test_a_closing_note_that_says_so_makes_it_taken_back(database: Database, note: str) -> None:
    with database.transaction() as session:
        _, customer, _, _, invoice = a_firm(session)
        a_dispute(session, customer, [invoice], outcome="upheld", note=note)
        assert outcomes(counted(session).whole) == (0, 0, 1, 0)


def test_a_credit_note_posted_by_other_hands_counts_once_and_only_before_the_end(database: Database) -> None:
    with database.transaction() as session:
        mirror, customer, order, line, invoice = a_firm(session)
        late = mirror.invoice(order, invoiced_on=date(2026, 8, 31))
        a_dispute(session, customer, [invoice], opened_on=date(2026, 9, 1), outcome="upheld", days=20)
        a_dispute(session, customer, [invoice], opened_on=date(2026, 9, 5), outcome="upheld", days=20)
        a_dispute(session, customer, [late], opened_on=date(2026, 9, 1), outcome="upheld", days=2)
        for of in (invoice, late):
            mirror.credit(of, 250, line, created_at=datetime(2026, 9, 10, tzinfo=UTC))
        found = counted(session)
        assert outcomes(found.whole) == (1, 2, 0, 0)
        assert found.whole.sums[0].credited == 250


def test_our_own_credit_is_not_counted_again_when_it_is_posted(database: Database) -> None:
    with database.transaction() as session:
        mirror, customer, _, line, invoice = a_firm(session)
        a_dispute(session, customer, [invoice], outcome="credited", days=20, credit="400.00")
        mirror.credit(invoice, 400, line, created_at=datetime(2026, 9, 10, tzinfo=UTC))
        assert counted(session).whole.sums[0].credited == 400


def test_a_credit_that_was_taken_back_is_none(database: Database) -> None:
    with database.transaction() as session:
        _, customer, _, _, invoice = a_firm(session)
        a_dispute(session, customer, [invoice], outcome="credited")
        session.execute(update(Suggestion).values(state="undone"))
        found = counted(session)
        assert outcomes(found.whole) == (0, 1, 0, 0)
        assert found.whole.sums[0].credited == 0


def test_folded_cases_other_kinds_and_misread_ones_are_no_disputes(database: Database) -> None:
    with database.transaction() as session:
        _, customer, _, _, invoice = a_firm(session)
        kept = a_dispute(session, customer, [invoice])
        a_dispute(session, customer, [invoice], outcome="upheld").merged_into = kept.id
        a_dispute(session, customer, [invoice]).kind = "billing_request"
        misread = a_dispute(session, customer, [invoice], outcome="upheld")
        made = a_suggestion(session, misread, a_credit())
        person = a_person(session)
        session.execute(
            text(
                "insert into decisions (id, suggestion_id, content_hash, verdict, by_user_id, as_role, at, "
                "reason_code, note, rule, policy_hash) values (gen_random_uuid(), :s, :h, 'reject', :u, "
                "'reviewer', :at, 'wrong_reading', '', 'X', 'x')"
            ),
            {"s": made.id, "h": made.content_hash, "u": person.user_id, "at": NOW},
        )
        found = counted(session)
        assert (found.whole.disputes, found.misread) == (1, 1)


def test_currencies_are_never_added_up_and_shares_of_money_are_of_what_was_stated(database: Database) -> None:
    with database.transaction() as session:
        _, customer, _, _, invoice = a_firm(session)
        a_dispute(session, customer, [invoice], contested="1000.00", outcome="credited", credit="400.00")
        a_dispute(session, customer, [invoice], contested="500.00", currency="GBP", outcome="credited", credit="500.00")
        a_dispute(session, customer, [invoice], contested="70.10", outcome="open")
        a_dispute(session, customer, [invoice], contested=None, outcome="credited", credit="33.00")
        euro, pound = counted(session).whole.sums
        assert (euro.currency, euro.disputes, euro.contested, euro.credited) == (
            "EUR",
            2,
            Decimal("1070.10"),
            Decimal(433),
        )
        assert (euro.ended, euro.settled, euro.granted) == (1, Decimal(1000), Decimal(400))
        assert (pound.currency, {pound.contested, pound.settled, pound.granted}) == ("GBP", {Decimal(500)})


def test_contract_billing_and_manager_are_those_of_the_disputed_invoice(database: Database) -> None:
    with database.transaction() as session:
        mirror, customer, _, line, invoice = a_firm(session)
        mirror.add(m.OdooProject, id=1, name="P", company_id=1, order_line_id=line.id, manager_id=7, manager="Ada")
        mirror.add(m.OdooProject, id=2, name="Q", company_id=1, manager_id=8, manager="Ben")
        a_dispute(session, customer, [invoice])
        found = counted(session)
        assert group(found, "contract", "time_and_materials").disputes == 1
        assert group(found, "billing", "delivered_timesheet").disputes == 1
        assert (group(found, "manager", "7").disputes, found.names["manager", "7"]) == (1, "Ada")

        mirror.hours(line, date(2026, 8, 3), 8, invoice, project_id=2)  # the hours on it say nearer whose work it was
        assert group(counted(session), "manager", "8").disputes == 1
        mirror.hours(line, date(2026, 8, 3), 8, invoice, project_id=1)
        assert group(counted(session), "manager", "several").disputes == 1


def test_expenses_beside_the_work_do_not_make_an_invoice_mixed(database: Database) -> None:
    with database.transaction() as session:
        mirror, customer, order, _, invoice = a_firm(session)
        costs = mirror.order_line(order, product_id=COSTS_PRODUCT, is_expense=True)
        mirror.billed(invoice, costs)
        a_dispute(session, customer, [invoice])
        assert group(counted(session), "billing", "delivered_timesheet").disputes == 1
        fee = mirror.order_line(mirror.order(customer), product_id=FEE_PRODUCT, description="Migration")
        mirror.billed(invoice, fee)
        found = counted(session)
        assert group(found, "billing", "several").disputes == group(found, "contract", "several").disputes == 1


def test_a_dispute_that_names_an_order_only_is_of_that_order(database: Database) -> None:
    with database.transaction() as session:
        mirror, customer, _, _, _ = a_firm(session)
        order = mirror.order(customer)
        mirror.order_line(order, product_id=MILESTONES_PRODUCT)
        a_dispute(session, customer, [], orders=[order])
        assert group(counted(session), "contract", "milestone").disputes == 1


def test_a_dispute_of_which_odoo_knows_nothing_is_counted_as_not_known(database: Database) -> None:
    with database.transaction() as session:
        mirror = Mirror(session)
        case = a_dispute(session, mirror.customer(), [])
        case.customer_id, case.customer_name = None, "  ACME "
        found = counted(session)
        assert {by: found.groups[by][0].key for by in ("contract", "billing", "manager")} == {
            "contract": "", "billing": "", "manager": "",
        }  # fmt: skip
        assert found.groups["customer"][0].key == "name:acme"
        assert charts(found, lambda by, key: "")


def test_the_share_is_of_the_posted_invoices_of_this_time(database: Database) -> None:
    with database.transaction() as session:
        mirror, customer, order, line, invoice = a_firm(session)
        for changes in ({}, {}, {"state": "draft"}, {"invoiced_on": date(2025, 3, 1)}):
            mirror.billed(mirror.invoice(order, **({"invoiced_on": date(2026, 8, 31)} | changes)), line)
        a_dispute(session, customer, [invoice])
        a_dispute(session, customer, [invoice])  # twice about one invoice
        found = counted(session)
        assert (found.whole.disputed, found.whole.invoices) == (1, 3)
        of_contract = group(found, "contract", "time_and_materials")
        assert (of_contract.disputed, of_contract.invoices) == (1, 3)
        assert group(found, "reason", "hours_quantity").invoices is None


def test_days_customer_and_company_narrow_it_all(database: Database) -> None:
    with database.transaction() as session:
        mirror, customer, _, _, invoice = a_firm(session)
        other = mirror.customer(name="Borealis AB")
        theirs = mirror.invoice(customer=other, company_id=2, invoiced_on=date(2026, 8, 31))
        a_dispute(session, customer, [invoice], opened_on=date(2026, 9, 1))
        a_dispute(session, customer, [invoice], opened_on=date(2026, 9, 30))
        a_dispute(session, other, [theirs], opened_on=date(2026, 9, 30), company_id=None)

        def seen(**changes: Any) -> tuple[int, int | None]:
            whole = counted(session, Asked(**{"since": date(2026, 9, 1), "until": date(2026, 9, 30), **changes})).whole
            return whole.disputes, whole.invoices

        assert seen()[0] == 3
        assert seen(until=date(2026, 9, 29))[0] == 1
        assert seen(since=date(2026, 9, 2))[0] == 2
        assert seen(since=date(2026, 8, 1), customer="borealis ab") == (1, 1)
        assert seen(since=date(2026, 8, 1), customer=f"odoo:{customer.id}") == (2, 1)
        assert seen(since=date(2026, 8, 1), company_id=2) == (1, 1)  # the invoice says which company it is of
        assert seen(customer="nobody") == (0, 0)


def test_contacts_of_one_customer_are_one_customer(database: Database) -> None:
    with database.transaction() as session:
        mirror, customer, _, _, invoice = a_firm(session)
        contact = mirror.customer(name="Acme, Jo", customer_id=customer.id)
        for who in (customer, contact, contact):
            a_dispute(session, who, [invoice])
        found = counted(session)
        assert [(g.key, g.disputes) for g in found.groups["customer"]] == [(f"odoo:{customer.id}", 3)]
        assert [(r.name, r.reason, r.disputes) for r in repeated(found)] == [("Acme SA", "hours_quantity", 3)]


def test_the_days_asked_for_must_make_sense() -> None:
    with pytest.raises(Malformed):
        Asked(date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(Malformed):
        Asked(date(1990, 1, 1), date(2026, 1, 1))
    assert Asked.until_today(date(2026, 11, 20)) == Asked(date(2025, 12, 1), date(2026, 11, 20))
    assert Asked.until_today(date(2026, 12, 31)).since == date(2026, 1, 1)


def test_groups_add_up_to_the_whole_and_sentences_say_what_the_counts_say(database: Database) -> None:
    with database.transaction() as session:
        a_year(session)
    with database.snapshot() as session:
        found = report(session, Asked(FIRST, LAST))
    whole = found.counted.whole
    assert whole.disputes > 30
    for groups in found.counted.groups.values():
        assert sum(g.disputes for g in groups) == whole.disputes
        assert tuple(map(sum, zip(*(outcomes(g) for g in groups), strict=True))) == outcomes(whole)
        for currency in ("EUR", "GBP"):
            parts = sum(s.contested for g in groups for s in g.sums if s.currency == currency)
            assert parts == next(s.contested for s in whole.sums if s.currency == currency)
    told = {fact.about for fact in found.facts}
    assert {"whole", "outcome", "money", "days", "month", "reason", "customer", "repeated", "billing"} <= told
    assert found.facts[0].text.startswith(f"{whole.disputes} disputes were opened from 1 December 2025 to 20 November")
    assert "Hours worked" in takeaway(found.counted, "billing")
    drawn = {chart.id: chart for chart in charts(found.counted, lambda by, key: f"/x?{by}={key}")}
    assert set(drawn) == {"month", "reason", "customer", "contract", "billing", "manager", "repeated"}
    assert len(drawn["month"].marks) == 12
    assert all(row[0].href for row in drawn["customer"].rows)
    plain = as_json(found)
    assert plain["whole"]["amounts"][0]["contested"].count(".") == 1
    assert facts(found.counted) == found.facts


def test_few_disputes_get_no_percentage_and_nobody_is_singled_out(database: Database) -> None:
    with database.transaction() as session:
        _, customer, _, _, invoice = a_firm(session)
        for outcome in ("credited", "upheld", "open"):
            a_dispute(session, customer, [invoice], outcome=outcome)
        found = counted(session)
        said = " ".join(fact.text for fact in facts(found))
        assert "%" not in said
        assert "1 of 1 invoices" in said
        manager = takeaway(found, "manager")
        assert "more often" not in said + manager


def test_no_dispute_at_all(database: Database) -> None:
    with database.transaction() as session:
        found = counted(session)
        assert (facts(found), charts(found, lambda by, key: ""), repeated(found)) == ((), (), ())


def test_a_reopened_case_is_open_again(database: Database) -> None:
    with database.transaction() as session:
        _, customer, _, _, invoice = a_firm(session)
        case: Case = a_dispute(session, customer, [invoice], outcome="upheld", note="The customer withdrew it.")
        trail.record(
            session,
            "case.moved",
            case_id=case.id,
            actor="Ines",
            at=NOW,
            before="closed",
            after="to_decide",
            why="Again.",
        )
        case.state, case.closed_at = "to_decide", None
        assert outcomes(counted(session).whole) == (0, 0, 0, 1)
