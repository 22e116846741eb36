"""Deciding on the page: the button says what happens, everything is checked again, and nobody is overruled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases.models import Case, CaseStep
from app.clock import now
from app.db import Database
from app.decisions.models import Decision
from app.odoo.gateway import Difference, Receipt, Stale, WriteStatus
from app.suggestions.freeze import freeze
from app.suggestions.models import Suggestion
from app.users import access
from app.writebacks import deliver
from app.writebacks.models import WriteBack
from tests.builders import NOW, a_case, a_credit, a_reference, a_suggestion, the_policy
from tests.web import a_read_case, asked, browser


def propose(database: Database, *proposals, read: bool = True) -> None:  # type: ignore[no-untyped-def]
    with database.transaction() as session:
        case = a_read_case(session) if read else a_case(session)
        for proposal in proposals or (a_reference(),):
            a_suggestion(session, case, proposal)


def sent(session: Session) -> deliver.Delivery:
    """The queued write in a worker's hands."""
    row = session.execute(select(WriteBack.id)).scalar_one()
    delivery = deliver.claim(session, row, at=now() + timedelta(seconds=1))
    assert delivery
    return delivery


def states(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(
            session.execute(select(Suggestion.state).order_by(Suggestion.made_at, Suggestion.version)).scalars()
        )


def test_one_step_is_confirmed_and_can_be_undone_while_the_time_runs(database: Database) -> None:
    propose(database)
    ines = browser(database, countersign_undo_seconds=60)
    page = ines.open("/cases/1")
    assert "Confirm the order number" in page
    assert "Writes it." in page
    page = ines.send("/cases/1/confirm")
    assert "Confirmed: order number." in page
    assert "Confirm the order number" not in page
    assert states(database) == ["confirmed"]
    assert "Confirmed: order number." in ines.open("/inbox")  # the bar travels
    page = ines.send("/cases/1/undo")
    assert "Confirm the order number" in page
    assert sorted(states(database)) == ["open", "superseded"]
    with database.transaction() as session:
        assert session.execute(select(WriteBack.state)).scalar_one() == "withdrawn"


def test_nobody_else_is_offered_the_undo(database: Database) -> None:
    propose(database)
    ines, marc = browser(database, countersign_undo_seconds=60), browser(database, "Marc")
    ines.open("/cases/1")
    ines.send("/cases/1/confirm")
    assert "Confirmed:" not in marc.open("/inbox")


def test_the_undo_bar_goes_when_the_time_is_over(database: Database) -> None:
    propose(database)
    ines = browser(database, countersign_undo_seconds=0)
    ines.open("/cases/1")
    assert 'id="undo"' not in ines.send("/cases/1/confirm")


def test_several_steps_are_confirmed_together_or_not_at_all(database: Database) -> None:
    propose(database, a_reference(), a_credit("300.00"))
    ines = browser(database)
    page = ines.open("/cases/1")
    assert "Confirm 2 steps" in page
    steps = ines.form("/cases/1/confirm")["step"]
    ines.send("/cases/1/confirm", step=[steps[0], steps[1].split(":")[0] + ":" + "0" * 64], status=409)
    assert states(database) == ["open", "open"]
    ines.open("/cases/1")
    ines.send("/cases/1/confirm")
    assert states(database) == ["confirmed", "confirmed"]


def test_without_a_ticked_step_nothing_is_decided(database: Database) -> None:
    propose(database)
    ines = browser(database)
    ines.open("/cases/1")
    assert "Choose at least one step" in ines.send("/cases/1/confirm", step=[], status=422)
    assert states(database) == ["open"]


def test_a_step_of_another_case_is_refused(database: Database) -> None:
    with database.transaction() as session:
        a_suggestion(session, a_case(session))
        other = a_suggestion(session, a_case(session, content=b"other"))
        step = f"{other.id}:{other.content_hash}"
    ines = browser(database)
    ines.open("/cases/1")
    ines.send("/cases/1/confirm", step=[step], status=404)
    assert states(database) == ["open", "open"]


def test_a_rejection_needs_a_reason_and_keeps_it(database: Database) -> None:
    propose(database)
    ines = browser(database)
    ines.open("/cases/1")
    assert "Say why you reject" in ines.send("/cases/1/reject", status=422)
    ines.open("/cases/1")
    page = ines.send("/cases/1/reject", reason="wrong_amount", note="4 hours")
    assert states(database) == ["rejected"]
    assert "rejected the order number: wrong amount or arithmetic." in page
    with database.transaction() as session:
        assert session.execute(select(Decision.note)).scalar_one() == "4 hours"


def test_the_second_reviewer_sees_who_was_first_and_when_and_keeps_their_entries(database: Database) -> None:
    propose(database)
    ines, marc = browser(database, "Ines"), browser(database, "Marc")
    marc.open("/cases/1")
    marc.reach("/cases/1/reject")
    ines.open("/cases/1")
    ines.send("/cases/1/confirm")
    page = marc.send("/cases/1/reject", status=409, reason="other", note="I had a doubt")
    assert "Nothing of yours was sent" in page
    assert "<b>Ines</b> confirmed the order number" in page
    assert "UTC</time>" in page
    assert "I had a doubt" in page
    assert states(database) == ["confirmed"]


def test_new_knowledge_since_the_page_was_opened_is_shown_before_a_decision(database: Database) -> None:
    propose(database)
    ines = browser(database)
    ines.open("/cases/1")
    with database.transaction() as session:
        session.get_one(Case, 1).updated_at = NOW + timedelta(minutes=1)
        trail.record(session, "document.came_again", case_id=1, actor="source:folder", at=NOW, name="again.eml")
    page = ines.send("/cases/1/confirm", status=409)
    assert "The same document came again." in page
    assert states(database) == ["open"]


def test_what_only_goes_through_does_not_disturb_a_decision(database: Database) -> None:
    propose(database, a_reference(), a_reference("PO-9"))
    ines = browser(database, countersign_undo_seconds=0)
    ines.open("/cases/1")
    first, second = ines.form("/cases/1/confirm")["step"]
    ines.send("/cases/1/confirm", step=[first])
    with database.transaction() as session:
        deliver.settle(session, sent(session), Receipt(WriteStatus.APPLIED, {"name": "S00012"}), at=NOW)
    ines.send("/cases/1/confirm", step=[second])
    assert states(database) == ["written", "confirmed"]


def test_a_second_approval_is_asked_for_and_given(database: Database) -> None:
    propose(database, a_credit("900.00"))
    ines, carla = browser(database), browser(database, "Carla", "controller")
    page = ines.open("/cases/1")
    assert "Needs a second approval." in page
    assert "CN-2" in page
    assert "Confirm the credit of 900.00\u00a0EUR" in page
    page = ines.send("/cases/1/confirm")
    assert "You confirmed this; it waits for another person." in page
    assert 'action="/cases/1/confirm"' not in page
    page = carla.open("/cases/1")
    assert "Ines (reviewer) confirmed this and asks for your approval." in page
    assert "Approve the credit of 900.00\u00a0EUR" in page
    carla.send("/cases/1/confirm")
    assert states(database) == ["confirmed"]


@pytest.mark.parametrize("role", ["auditor", "project_manager", "policy_owner"])
def test_whoever_may_not_decide_sees_the_case_and_why_it_is_closed_to_them(database: Database, role: str) -> None:
    propose(database, a_credit())
    asked(database)
    pia = browser(database, "Pia", role)
    page = pia.open("/cases/1")
    assert "You can read this case, not decide it." in page
    assert 'id="confirm"' not in page
    with database.transaction() as session:
        suggestion = session.execute(select(Suggestion)).scalar_one()
        step = f"{suggestion.id}:{suggestion.content_hash}"
    token = pia.form("/sign-out")["token"]
    answer = pia.http.post(
        "/cases/1/confirm", data={"token": token, "step": step, "version": "1", "seen": "99"}, headers=pia.headers
    )
    assert answer.status_code == 403
    assert states(database) == ["open"]


def test_a_project_manager_says_what_was_delivered(database: Database) -> None:
    propose(database, a_credit())
    asked(database)
    pia = browser(database, "Pia", "project_manager")
    assert "Was the work delivered?" in pia.open("/cases/1")
    page = pia.send("/cases/1/delivery", delivered="no", note="Never agreed")
    assert "said that the work was not delivered." in page
    assert "Was the work delivered?" not in browser(database).open("/cases/1")


def test_an_edit_makes_a_version_that_another_person_confirms(database: Database) -> None:
    propose(database)
    ines, marc = browser(database), browser(database, "Marc")
    ines.open("/cases/1")
    assert ines.form("/cases/1/edit")["value-reference"] == ["PO-7"]
    assert "Nothing was changed" in ines.send("/cases/1/edit", status=422)
    ines.open("/cases/1")
    page = ines.send("/cases/1/edit", value__reference="PO-8")
    assert "version 2" in page
    assert "PO-8" in page
    ines.send("/cases/1/confirm")
    assert states(database) == ["superseded", "open"]
    marc.open("/cases/1")
    marc.send("/cases/1/confirm")
    assert states(database) == ["superseded", "confirmed"]


def test_a_stale_case_shows_what_was_seen_and_what_odoo_has_now(database: Database) -> None:
    propose(database)
    ines = browser(database, countersign_undo_seconds=0)
    ines.open("/cases/1")
    ines.send("/cases/1/confirm")
    with database.transaction() as session:
        stale = Stale("The order changed.", [Difference("client_order_ref", "PO-1", "PO-2")])
        deliver.settle_stale(session, sent(session), stale, at=NOW)
    page = ines.open("/cases/1")
    assert "changed in Odoo since this was proposed." in page
    assert "Nothing was written. Compare, then decide again." in page
    for column in ("You saw", "Odoo now", "New proposal", "PO-1", "PO-2"):
        assert column in page
    with database.transaction() as session:
        old = session.execute(select(Suggestion)).scalar_one()
        freeze(session, 1, a_reference("PO-9"), the_policy(), at=NOW, replaces=old)
    page = ines.open("/cases/1")
    assert "Confirm the order number" in page
    ines.send("/cases/1/confirm")
    assert states(database) == ["superseded", "confirmed"]


def test_what_went_stale_can_be_put_aside(database: Database) -> None:
    propose(database)
    ines = browser(database, countersign_undo_seconds=0)
    ines.open("/cases/1")
    ines.send("/cases/1/confirm")
    with database.transaction() as session:
        deliver.settle_stale(session, sent(session), Stale("It changed.", []), at=NOW)
    assert "Put it aside" in ines.open("/cases/1")
    ines.send("/cases/1/reject", reason="already_handled")
    assert states(database) == ["rejected"]


def test_what_odoo_refused_is_said_with_its_reason(database: Database) -> None:
    propose(database)
    ines = browser(database, countersign_undo_seconds=0)
    ines.open("/cases/1")
    ines.send("/cases/1/confirm")
    with database.transaction() as session:
        deliver.settle_refused(session, sent(session), "The October period is locked. Open it, then try again.", at=NOW)
    page = ines.open("/cases/1")
    assert "Odoo refused the order number:" in page
    assert "The October period is locked." in page


def test_a_case_that_needs_attention_can_be_read_again(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session, state="needs_attention")
        case.attention = "The attachment is locked with a password: ask the sender for an open file."
        session.execute(delete(CaseStep))
    ines = browser(database)
    page = ines.open("/cases/1")
    assert "The attachment is locked with a password." in page
    assert "Ask the sender for an open file." in page
    page = ines.send("/cases/1/read-again")
    assert "It is being read again." in page
    assert 'action="/cases/1/read-again"' not in page
    with database.transaction() as session:
        assert session.get_one(CaseStep, (1, "assess")).state == "waiting"


def test_someone_deactivated_in_the_middle_decides_nothing(database: Database) -> None:
    propose(database)
    ines = browser(database)
    ines.open("/cases/1")
    with database.transaction() as session:
        access.user_by_email(session, "ines@firm.example").is_active = False
    values = ines.form("/cases/1/confirm")
    assert ines.http.post("/cases/1/confirm", data=values, headers=ines.headers).headers["location"] == "/sign-in"
    assert states(database) == ["open"]


def test_a_case_without_steps_is_closed_with_a_note(database: Database) -> None:
    with database.transaction() as session:
        a_case(session)
    ines = browser(database)
    ines.open("/cases/1")
    assert "Say in the note" in ines.send("/cases/1/close", status=422)
    ines.open("/cases/1")
    ines.send("/cases/1/close", reason="other", note="Called them; nothing to do.")
    page = ines.open("/cases/1")
    assert "Nothing: the case is closed." in page
    assert "Called them; nothing to do." in page
    assert "/cases/1/close" not in page


def test_who_may_not_decide_closes_no_case(database: Database) -> None:
    propose(database)
    asked(database)
    pia = browser(database, "Pia", "project_manager")
    assert "/cases/1/close" not in pia.open("/cases/1")
    token = pia.form("/sign-out")["token"]
    answer = pia.http.post("/cases/1/close", data={"token": token, "note": "x", "seen": "99"}, headers=pia.headers)
    assert answer.status_code == 403
    assert states(database) == ["open"]


def test_a_person_says_what_the_case_is_about_on_the_page(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    asked(database)
    ines, pia = browser(database), browser(database, "Pia", "project_manager")
    assert 'action="/cases/1/reading"' not in pia.open("/cases/1")
    page = ines.open("/cases/1")
    assert "It is something else" in page
    assert "Say what the case is about" in ines.send("/cases/1/reading", status=422)
    ines.open("/cases/1")
    page = ines.send("/cases/1/reading", reason="rate_price")
    assert "Ines says so" in page
    with database.transaction() as session:
        case = session.get_one(Case, 1)
        assert (case.kind, case.reason, case.reading) == ("dispute", "rate_price", "Sure")
    ines.open("/cases/1")
    assert "There is no reason" in ines.send("/cases/1/reading", status=403, reason="nonsense")
