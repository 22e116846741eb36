"""Putting a case off, and what brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.assessments import asleep
from app.cases import snoozing
from app.cases.intake import take_in
from app.cases.models import Case
from app.cases.seen import Seen
from app.db import Database
from app.decisions import decide
from app.errors import Conflict, Malformed, Refused
from app.mirror.models import OdooInvoice
from app.suggestions.freeze import freeze
from tests.builders import NOW, a_case, a_credit, a_person, a_reference, a_suggestion, an_arrival, the_policy
from tests.mirrored import Mirror
from tests.web import a_read_case

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def put_off(session: Session, case: Case, **more) -> Case:  # type: ignore[no-untyped-def]
    by = a_person(session, "Ines")
    values = {"until": TOMORROW, "because": "Waits for the signed sheet."} | more
    return snoozing.snooze(session, case.id, seen=Seen(case.version), by=by, at=NOW, **values)


def test_a_case_put_off_comes_back_at_its_time_and_not_before(session: Session) -> None:
    case = put_off(session, a_case(session))
    assert (case.state, case.snoozed_until, case.snoozed_because) == (
        "snoozed",
        TOMORROW,
        "Waits for the signed sheet.",
    )
    assert snoozing.wake_due(session, at=TOMORROW - timedelta(seconds=1)) == 0
    assert snoozing.wake_due(session, at=TOMORROW) == 1
    assert (case.state, case.snoozed_until, case.snoozed_because) == ("to_decide", None, "")
    assert snoozing.wake_due(session, at=TOMORROW) == 0


def test_one_that_waits_for_an_answer_has_no_time_unless_it_is_given_one(session: Session) -> None:
    case = put_off(session, a_case(session), until=None, event="customer_answers")
    assert snoozing.wake_due(session, at=NOW + timedelta(days=300)) == 0
    assert case.state == "snoozed"


def test_the_same_document_again_is_a_sign_of_life(session: Session) -> None:
    case = put_off(session, a_case(session, content=b"Subject: once\n\nonce"))
    take_in(session, an_arrival(b"Subject: once\n\nonce", key="another"))
    session.refresh(case)
    assert case.state == "to_decide"


def test_what_needed_attention_needs_it_again(session: Session) -> None:
    case = put_off(session, a_case(session, state="needs_attention"))
    snoozing.wake_due(session, at=TOMORROW)
    assert case.state == "needs_attention"
    assert case.attention == "Open the original, and enter what matters by hand."


def test_software_finding_nothing_new_leaves_it_alone_and_something_new_brings_it_back(session: Session) -> None:
    case = a_case(session)
    a_suggestion(session, case)
    put_off(session, case)
    decide.settle_case(session, case, actor="software", at=NOW + timedelta(minutes=1))
    assert case.state == "snoozed"
    freeze(session, case.id, a_credit(), the_policy(), at=NOW + timedelta(minutes=2))
    decide.settle_case(session, case, actor="software", at=NOW + timedelta(minutes=3))
    assert case.state == "to_decide"


def test_a_person_who_decides_on_it_does_not_wait(session: Session) -> None:
    case = a_case(session)
    suggestion = a_suggestion(session, case, a_reference())
    put_off(session, case)
    decide.confirm(session, suggestion.id, content_hash=suggestion.content_hash, by=a_person(session, "Marc"),
                   policy=the_policy(), at=NOW)  # fmt: skip
    assert (case.state, case.snoozed_until) == ("writing", None)


def test_who_comes_second_hears_who_was_first(session: Session) -> None:
    case = a_case(session)
    seen = Seen(case.version)
    put_off(session, case)
    with pytest.raises(Conflict, match=r"Ines put case \d+ off at 2026-11-20 09:30 UTC"):
        snoozing.snooze(session, case.id, seen=seen, by=a_person(session, "Marc"), at=NOW, until=TOMORROW)


def test_ones_own_earlier_step_is_no_conflict_where_the_history_was_seen(session: Session) -> None:
    case = a_case(session)
    seen = Seen(case.version, seq=1)
    put_off(session, case)
    again = snoozing.snooze(
        session, case.id, seen=seen, by=a_person(session, "Ines"), at=NOW, until=TOMORROW + timedelta(days=1)
    )
    assert again.snoozed_until == TOMORROW + timedelta(days=1)
    assert snoozing.wake_due(session, at=TOMORROW) == 0


@pytest.mark.parametrize(
    "how", [{"until": None}, {"until": NOW}, {"until": NOW + timedelta(days=400)}, {"event": "full_moon"}]
)
def test_a_time_is_needed_that_is_still_to_come(session: Session, how: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        put_off(session, a_case(session), **how)


@pytest.mark.parametrize("state", ["received", "writing", "done", "closed"])
def test_what_is_under_way_or_over_is_not_put_off(session: Session, state: str) -> None:
    with pytest.raises(Conflict):
        put_off(session, a_case(session, state=state))


def test_a_change_of_its_invoice_in_odoo_wakes_a_case_once(session: Session) -> None:
    case = put_off(session, a_read_case(session))
    mirror = Mirror(session)
    invoice = mirror.add(
        OdooInvoice, id=76, company_id=1, write_date=NOW - timedelta(days=1), name="INV/2026/00012", kind="out_invoice",
        state="posted", payment_state="not_paid", customer_id=14, customer_name="Fehnwerder", currency="EUR",
        net=Decimal(6300), tax=Decimal(0), gross=Decimal(6300), open_amount=Decimal(6300), reference="", origin="",
        created_at=NOW,
    )  # fmt: skip
    assert asleep.changed_in_odoo(session) == []
    invoice.write_date = NOW + timedelta(minutes=5)
    session.flush()
    assert asleep.changed_in_odoo(session) == [case.id]
    later = NOW + timedelta(minutes=6)
    because = snoozing.CHANGED_IN_ODOO
    assert snoozing.wake_all(session, [case.id], because=because, happened_at=later, at=later) == [case.id]
    assert case.state == "to_decide"
    again = {"until": TOMORROW, "seen": Seen(case.version), "by": a_person(session, "Ines"), "at": later}
    snoozing.snooze(session, case.id, **again)
    assert asleep.changed_in_odoo(session) == []


def test_a_project_manager_puts_nothing_off(session: Session) -> None:
    case = a_case(session)
    with pytest.raises(Refused):
        snoozing.snooze(session, case.id, seen=Seen(case.version), by=a_person(session, "Aoife", "project_manager"),
                        at=NOW, until=TOMORROW)  # fmt: skip
