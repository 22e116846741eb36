"""Steps whose ground was corrected, or whose case was opened again: nothing is confirmed on what no longer holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments.typed import Habit
from app.cases import steps
from app.cases.models import Case
from app.cases.seen import Seen
from app.clock import now
from app.db import Database
from app.decisions import amendment, choosing, correcting, decide
from app.decisions.comparing import NOT_YET
from app.decisions.correcting import Typed
from app.errors import Conflict
from app.suggestions.freeze import propose_anew
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.writebacks.reopening import reopen
from tests.builders import NOW, a_credit, a_person, a_reference, a_suggestion, the_policy
from tests.integration.test_case_correcting import a_customer, an_invoice
from tests.web import a_read_case, browser, compared, with_key

GERMAN = Habit(",", True, NOW.date())


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def corrected(session: Session, by: Caller, **texts: str) -> None:
    assert correcting.correct_fields(session, 1, Typed(texts, GERMAN), by=by, at=now())


def confirm(session: Session, step: Suggestion, by: Caller) -> decide.Outcome:
    return decide.confirm(session, step.id, content_hash=step.content_hash, by=by, policy=the_policy(), at=now())


def in_state(session: Session, state: str) -> list[tuple[str, int | None]]:
    rows = session.execute(
        select(Suggestion.kind, Suggestion.target_id).where(Suggestion.state == state).order_by(Suggestion.kind)
    )
    return [(kind, target) for kind, target in rows]


# -- before the comparison ----------------------------------------------------------------------------------------


def test_the_step_on_the_old_figures_is_not_confirmed_on_the_page(database: Database) -> None:
    with database.transaction() as session:
        step = a_suggestion(session, a_read_case(session), a_credit())
        sent = {"verdict": "confirm", "content_hash": step.content_hash}
        path = f"/v1/suggestions/{step.id}/decisions"
    ines, kurt = browser(database), browser(database, "Kurt", "reviewer")
    ines.open("/cases/1")
    ines.send("/cases/1/fields", value__quantity_disputed="41")
    assert NOT_YET in kurt.open("/cases/1")
    assert NOT_YET in kurt.send("/cases/1/confirm", status=409)
    answer = with_key(database, "decide", name="Kurt").post(path, json=sent)
    assert answer.status_code == 409
    with database.transaction() as session:
        assert in_state(session, "open") == [("draft_credit_note", 76)]
        compared(session)
    assert NOT_YET not in kurt.open("/cases/1")
    kurt.send("/cases/1/confirm")
    with database.transaction() as session:
        assert in_state(session, "confirmed") == [("draft_credit_note", 76)]


@pytest.mark.parametrize("what", ["fields", "record", "reading", "reply"])
def test_whatever_a_person_corrects_is_compared_first(session: Session, what: str) -> None:
    ines, case = a_person(session), a_read_case(session)
    step = a_suggestion(session, case)
    a_customer(session, 14, "Fehnwerder Logistik GmbH")
    an_invoice(session, 99, "INV/2026/00099")
    session.flush()
    if what == "fields":
        corrected(session, ines, po_number="PO-77")
    elif what == "record":
        correcting.choose_record(session, 1, "invoice", 99, by=ines, at=now())
    elif what == "reply":
        correcting.choose_reply(session, 1, language="fr", tone="", by=ines, at=now())
    else:
        choosing.choose_reading(session, 1, "rate_price", by=ines, at=now())
    with pytest.raises(Conflict, match="being compared with Odoo again"):
        confirm(session, step, ines)
    compared(session)
    assert confirm(session, step, ines).is_complete


def test_a_comparison_nobody_corrected_for_stops_nobody(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    step = a_suggestion(session, case)
    corrected(session, ines, po_number="PO-77")
    compared(session)
    steps.schedule_late(session, 1, "reconcile", due=now() + timedelta(minutes=3))  # a model is asked, Odoo changed
    assert confirm(session, step, ines).is_complete


def test_an_edited_step_waits_for_the_comparison_too(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    step = a_suggestion(session, case)
    corrected(session, ines, po_number="PO-77")
    edited = edit(session, step, ines, reference="PO-78")
    with pytest.raises(Conflict, match="being compared"):
        confirm(session, edited, ines)


# -- another record -----------------------------------------------------------------------------------------------


def edit(session: Session, step: Suggestion, by: Caller, **values: str) -> Suggestion:
    return decide.amend(
        session, step.id, amendment.edited(step, values), content_hash=step.content_hash, by=by, policy=the_policy(),
        at=now(),
    )  # fmt: skip


@pytest.mark.parametrize("how", ["record", "reference"])
def test_an_edited_step_on_another_invoice_is_put_aside(database: Database, how: str) -> None:
    with database.transaction() as session:
        ines, case = a_person(session), a_read_case(session)
        edit(session, a_suggestion(session, case, a_credit()), ines, reason="Hours that nobody approved")
        an_invoice(session, 99, "INV/2026/00099")
        session.flush()
        if how == "record":
            correcting.choose_record(session, 1, "invoice", 99, by=ines, at=now())
        else:
            corrected(session, ines, invoice_refs="INV/2026/00099")
        propose_anew(session, 1, (a_credit(invoice_id=99),), the_policy(), at=now())
        assert in_state(session, "open") == [("draft_credit_note", 99)]
    assert "The case is not about INV/2026/00012 any more" in browser(database).open("/cases/1")


def test_an_edited_step_stays_where_nobody_chose_another_record(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    edit(session, a_suggestion(session, case, a_credit()), ines, reason="Hours that nobody approved")
    corrected(session, ines, quantity_disputed="41")
    propose_anew(session, 1, (a_reference(),), the_policy(), at=now())
    assert in_state(session, "open") == [("draft_credit_note", 76), ("set_customer_reference", 12)]


# -- opened again -------------------------------------------------------------------------------------------------


def test_all_that_was_rejected_at_once_is_open_again(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        a_suggestion(session, case, a_credit())
        a_suggestion(session, case, a_reference())
    ines = browser(database)
    ines.open("/cases/1/reject")
    ines.send("/cases/1/reject", reason="not_ours")
    with database.transaction() as session:
        assert session.get_one(Case, 1).state == "closed"
    ines.open("/cases/1/reopen")
    ines.send("/cases/1/reopen")
    with database.transaction() as session:
        assert in_state(session, "open") == [("draft_credit_note", 76), ("set_customer_reference", 12)]


def test_steps_rejected_one_by_one_are_open_again_and_each_once(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    credit, reference = a_suggestion(session, case, a_credit()), a_suggestion(session, case, a_reference())
    at = now()

    def reject(step: Suggestion, minutes: int) -> None:
        decide.reject(
            session, step.id, content_hash=step.content_hash, by=ines, policy=the_policy(),
            at=at + timedelta(minutes=minutes), reason_code="wrong_amount",
        )  # fmt: skip

    reject(credit, 1)
    reject(a_suggestion(session, case, a_credit("200.00")), 2)
    reject(reference, 3)
    session.flush()
    session.refresh(case)
    assert case.state == "closed"
    reopen(session, 1, seen=Seen(case.version), by=ines, at=at + timedelta(minutes=4))
    found = session.execute(select(Suggestion).where(Suggestion.state == "open").order_by(Suggestion.kind)).scalars()
    assert [(s.kind, s.amount) for s in found] == [("draft_credit_note", 200), ("set_customer_reference", None)]
