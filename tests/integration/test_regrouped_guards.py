"""Splitting, folding and marking anew lower no guard: call-back, hidden accounts, and who may decide alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.findings import RecordRef
from app.cases.models import Case
from app.cases.seen import Seen
from app.clock import now
from app.db import Database
from app.decisions import call_back, choosing, correcting, decide, descent, merging, splitting
from app.decisions.correcting import Typed
from app.decisions.splitting import Matter
from app.errors import Refused
from app.users.access import Caller
from app.vocabulary import REASONS, Kind
from app.writebacks import alarm
from tests.builders import a_credit, a_person, a_suggestion, the_policy
from tests.integration.test_case_correcting import GERMAN, an_invoice
from tests.web import a_read_case, a_reading, browser, with_key

IBAN = "DE89370400440532013000"
BODY = f"Unser neues Konto: {IBAN}. Ausserdem 42 Stunden berechnet, 36,00 abgezeichnet.\n\nSehr geehrte"
FRAUD = alarm.FRAUD_REASONS[0]
HOURS = Matter("hours_quantity", "Six hours too many.", ("INV/2",))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as found:
        yield found


def an_alert(session: Session) -> Case:
    reason = REASONS[Kind.SECURITY_ALERT][0]
    return a_read_case(
        session, reading=a_reading(body=BODY), reason=reason, prediction_set=(reason,), summary=(), fields={}
    )


def another_case(session: Session) -> Case:
    return a_read_case(session, reading=a_reading(body="Zweite Sache: 42 Stunden, 36,00 Stunden.\n\nSehr geehrte"))


def called_back(session: Session, case: Case, by: Caller) -> None:
    session.refresh(case)
    ticked = dict.fromkeys(call_back.ITEMS, "Mrs Osterloh, 10:05")
    call_back.tick(session, case.id, ticked, seen=Seen(case.version), by=by, at=now())


def marked(session: Session, case: Case, by: Caller) -> None:
    session.flush()
    session.refresh(case)
    alarm.mark_as_fraud(session, case.id, reason=FRAUD, seen=Seen(case.version), by=by, at=now())


def split_off(session: Session, case: Case, by: Caller, matter: Matter = HOURS) -> Case:
    session.flush()
    session.refresh(case)
    (new,) = splitting.split(session, case.id, [matter], seen=Seen(case.version), by=by, at=now())
    return new


def folded(session: Session, case: Case, target: Case, by: Caller) -> None:
    session.flush()
    session.refresh(case)
    merging.merge(session, case.id, target.id, seen=Seen(case.version), by=by, at=now())


def confirmed(session: Session, case: Case, by: Caller) -> bool:
    """Whether this person's yes to a credit on the case is enough."""
    step = a_suggestion(session, case, a_credit())
    policy = the_policy()
    return decide.confirm(
        session, step.id, content_hash=step.content_hash, by=by, policy=policy, at=now()
    ).is_complete  # fmt: skip


# -- security alerts ----------------------------------------------------------------------------------------------


def test_only_a_controller_splits_an_alert_and_only_after_the_call_back(session: Session) -> None:
    case, ines, carla = an_alert(session), a_person(session), a_person(session, "Carla", "controller")
    with pytest.raises(Refused, match="controller says after the call-back"):
        split_off(session, case, ines)
    with pytest.raises(Refused, match="0 of 4 done"):
        split_off(session, case, carla)
    called_back(session, case, ines)
    assert split_off(session, case, carla).kind == Kind.DISPUTE


def test_a_second_matter_of_the_alarm_itself_needs_no_call_back_yet(session: Session) -> None:
    case, ines = an_alert(session), a_person(session)
    new = split_off(session, case, ines, Matter(FRAUD, "Another account too."))
    assert call_back.why_not(session, new)


def test_the_account_stays_withheld_on_a_case_split_off_an_alert(database: Database) -> None:
    with database.transaction() as session:
        case, carla = an_alert(session), a_person(session, "Carla", "controller")
        called_back(session, case, carla)
        new = split_off(session, case, carla, Matter("hours_quantity", f"Hours, and account {IBAN}.")).id
    ines = browser(database)
    for address in (f"/cases/{new}", "/cases/1", f"/cases/{new}?find=Konto"):
        assert IBAN not in ines.open(address)


def test_programs_and_the_list_are_told_no_account_of_a_suspect_message_either(database: Database) -> None:
    with database.transaction() as session:
        case, carla = an_alert(session), a_person(session, "Carla", "controller")
        called_back(session, case, carla)
        new = split_off(session, case, carla, Matter("hours_quantity", f"Hours, and account {IBAN}."))
        new.summary, case.summary = f"Pay to {IBAN}.", f"Now to {IBAN}."
        assert IBAN in new.summary, "what is kept is whole"
        number = new.id
    program = with_key(database, "read")
    for address in ("/v1/cases", f"/v1/cases/{number}", "/v1/cases/1", f"/v1/cases/{number}/evidence"):
        answer = program.get(address)
        assert answer.status_code == 200
        assert IBAN not in answer.text, address
    assert "[account withheld]" in program.get(f"/v1/cases/{number}").json()["summary"]
    assert IBAN not in browser(database).open("/inbox")


def test_a_new_alarm_needs_a_new_call_back(session: Session) -> None:
    case, ines, carla = a_read_case(session), a_person(session), a_person(session, "Carla", "controller")
    marked(session, case, ines)
    called_back(session, case, ines)
    choosing.choose_reading(session, case.id, "hours_quantity", by=carla, at=now())
    marked(session, case, ines)
    assert "0 of 4" in call_back.why_not(session, case)
    called_back(session, case, ines)
    choosing.choose_reading(session, case.id, "hours_quantity", by=carla, at=now())
    choosing.choose_reading(session, case.id, FRAUD, by=ines, at=now())
    assert "0 of 4" in call_back.why_not(session, case)


def test_who_ticked_the_old_call_back_stays_in_the_history(database: Database) -> None:
    with database.transaction() as session:
        case, ines, carla = a_read_case(session), a_person(session), a_person(session, "Carla", "controller")
        marked(session, case, ines)
        called_back(session, case, ines)
        choosing.choose_reading(session, case.id, "hours_quantity", by=carla, at=now())
        marked(session, case, ines)
    page = browser(database).open("/cases/1")
    assert "took a tick off the call-back checklist" in page
    assert "Mrs Osterloh, 10:05" in page


@pytest.mark.parametrize(("was_called", "is_open"), [(False, False), (True, True)])
def test_an_alert_folded_in_brings_its_call_back_with_it(session: Session, was_called: bool, is_open: bool) -> None:
    ines = a_person(session)
    case, target = a_read_case(session), another_case(session)
    for one in (case, target):
        marked(session, one, ines)
    called_back(session, target, ines)
    if was_called:
        called_back(session, case, ines)
    folded(session, case, target, ines)
    assert (call_back.why_not(session, target) == "") is is_open


# -- who corrected, and who spoke for the delivery ----------------------------------------------------------------


def test_a_correction_is_shared_out_when_a_message_is_split(session: Session) -> None:
    case, ines = a_read_case(session), a_person(session)
    entered = Typed({"amount_disputed": "9000", "invoice_refs": "INV/1, INV/2"}, GERMAN)
    correcting.correct_fields(session, case.id, entered, by=ines, at=now())
    new = split_off(session, case, ines)
    theirs, rest = (keep.assessment_of(keep.current(session, c.id)) for c in (new, case))
    assert theirs.value("amount_disputed") is None
    assert theirs.value("invoice_refs") == ["INV/2"]
    assert Decimal(rest.value("amount_disputed")) == 9000
    assert rest.value("invoice_refs") == ["INV/1"]


def test_a_chosen_invoice_goes_with_its_matter_alone(session: Session) -> None:
    case, ines = a_read_case(session), a_person(session)
    an_invoice(session, 901, "INV/1")
    session.flush()
    entered = Typed({"invoice_refs": "INV/1, INV/2"}, GERMAN)
    correcting.correct_fields(session, case.id, entered, by=ines, at=now())
    correcting.choose_record(session, case.id, "invoice", 901, by=ines, at=now())
    new = split_off(session, case, ines)
    theirs, rest = (keep.assessment_of(keep.current(session, c.id)) for c in (new, case))
    assert "invoice" not in theirs.records
    assert rest.records["invoice"] == RecordRef("account.move", 901, "INV/1")


def test_who_corrected_before_a_split_or_split_it_does_not_approve_alone(session: Session) -> None:
    case, ines, kurt = a_read_case(session), a_person(session), a_person(session, "Kurt")
    correcting.correct_fields(session, case.id, Typed({"quantity_disputed": "41"}, GERMAN), by=ines, at=now())
    new = split_off(session, case, kurt)
    assert correcting.correctors(session, new.id) == {ines.user_id, kurt.user_id}
    assert correcting.correctors(session, case.id) == {ines.user_id}
    assert not confirmed(session, new, kurt)


def test_who_spoke_for_the_delivery_before_a_split_does_not_decide_on_the_credit(session: Session) -> None:
    case, ines = a_read_case(session), a_person(session)
    decide.validate_delivery(session, case.id, by=ines, was_delivered=False, note="", at=now())
    new = split_off(session, case, a_person(session, "Kurt"))
    further = split_off(session, new, a_person(session, "Kurt"))
    for one in (new, further):
        with pytest.raises(Refused, match="You answered whether this work was delivered"):
            confirmed(session, one, ines)


def test_who_spoke_for_the_delivery_of_a_case_folded_in_does_not_decide_on_the_credit(session: Session) -> None:
    case, target, ines = a_read_case(session), another_case(session), a_person(session)
    decide.validate_delivery(session, case.id, by=ines, was_delivered=False, note="", at=now())
    folded(session, case, target, ines)
    with pytest.raises(Refused, match="You answered whether this work was delivered"):
        confirmed(session, target, ines)
    assert descent.answered_delivery(session, [case.id, target.id]) == {case.id: {ines.email}, target.id: {ines.email}}


def test_the_page_closes_the_credit_to_who_spoke_for_the_delivery_of_a_case_folded_in(database: Database) -> None:
    with database.transaction() as session:
        case, target, ines = a_read_case(session), another_case(session), a_person(session)
        decide.validate_delivery(session, case.id, by=ines, was_delivered=False, note="", at=now())
        folded(session, case, target, ines)
        a_suggestion(session, target, a_credit())
        number = target.id
    assert "You answered whether this work was delivered" in browser(database).open(f"/cases/{number}")


def test_a_matter_split_off_one_that_was_split_off_comes_from_both(session: Session) -> None:
    case, ines = a_read_case(session), a_person(session)
    second = split_off(session, case, ines)
    third = split_off(session, second, ines)
    assert third.split_from == case.id
    assert descent.descent(session, [third.id, case.id]) == {
        third.id: frozenset({case.id, second.id, third.id}), case.id: frozenset({case.id}),
    }  # fmt: skip
