"""Questions to delivery, merging and splitting, fraud and its call-back, closing: what people do besides deciding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.cases.models import Case, CaseDocument, CaseStep
from app.cases.seen import Seen
from app.db import Database
from app.decisions import call_back, choosing, closing, decide, merging, questions, splitting, suspect
from app.decisions.dossier import dossier
from app.decisions.models import Decision
from app.decisions.splitting import Matter
from app.errors import Conflict, Malformed, NotFound, Refused
from app.suggestions.models import Suggestion
from app.suggestions.proposal import Proposal, Shown
from app.users.access import Caller
from app.writebacks import alarm, queue, within
from app.writebacks.models import WriteBack
from app.writebacks.reopening import reopen
from tests.builders import NOW, a_case, a_credit, a_person, a_reference, a_suggestion, the_policy
from tests.web import a_read_case, case_document

HOUR = timedelta(hours=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def seen(case: Case) -> Seen:
    """As a page that is opened now shows it."""
    session = Session.object_session(case)
    assert session is not None
    session.flush()
    return Seen(case.version)


def actions(session: Session, case: Case) -> list[str]:
    rows = session.execute(select(AuditEvent.action).where(AuditEvent.case_id == case.id).order_by(AuditEvent.seq))
    return list(rows.scalars())


# -- questions ----------------------------------------------------------------------------------------------------


def ask(session: Session, case: Case, **more: object) -> questions.CaseQuestion:
    values = {"text": "Were the 2 hours agreed?"} | more
    return questions.ask(session, case.id, seen=seen(case), by=a_person(session), at=NOW, **values)  # type: ignore[arg-type]


def test_a_question_is_answered_by_whom_it_was_put_to_and_the_case_comes_back(session: Session) -> None:
    aoife, other = a_person(session, "Aoife", "project_manager"), a_person(session, "Otto", "project_manager")
    case = a_read_case(session)
    question = ask(session, case, to=aoife.user_id, put_off=True)
    assert (case.state, case.snoozed_for) == ("snoozed", "delivery_answers")
    assert [q.id for q in questions.waiting_for(session, aoife.user_id)] == [question.id]
    assert questions.waiting_for(session, other.user_id) == []
    with pytest.raises(NotFound):
        questions.answer(session, question.id, by=other, at=NOW, text="yes", was_delivered=True)
    questions.answer(session, question.id, by=aoife, at=NOW, text="Agreed on the phone.", was_delivered=True)
    assert case.state == "to_decide"
    assert case.delivery_validated_by == aoife.user_id
    assert questions.waiting_for(session, aoife.user_id) == []
    with pytest.raises(Conflict, match="Aoife answered this question"):
        questions.answer(session, question.id, by=aoife, at=NOW, text="again", was_delivered=None)


def test_an_answer_in_words_alone_is_no_word_on_the_delivery(session: Session) -> None:
    aoife = a_person(session, "Aoife", "project_manager", "controller")
    case = a_read_case(session)
    question = ask(session, case)
    questions.answer(session, question.id, by=aoife, at=NOW, text="Ask Otto.", was_delivered=None)
    assert case.delivery_validated_by is None
    assert "delivery.answered" not in actions(session, case)


def test_a_question_needs_words_somebody_to_ask_and_the_right_to(session: Session) -> None:
    case = a_read_case(session)
    with pytest.raises(Refused, match="Nobody here is a project manager"):
        ask(session, case)
    aoife = a_person(session, "Aoife", "project_manager")
    with pytest.raises(Malformed):
        ask(session, case, text="  ")
    with pytest.raises(NotFound):
        ask(session, case, to=a_person(session, "Marc").user_id)
    with pytest.raises(Refused):
        questions.ask(session, case.id, seen=seen(case), by=aoife, at=NOW, text="May I?")


def test_a_withdrawn_question_waits_for_nobody(session: Session) -> None:
    aoife = a_person(session, "Aoife", "project_manager")
    question = ask(session, a_read_case(session))
    questions.withdraw(session, question.id, by=a_person(session), at=NOW)
    assert questions.waiting_for(session, aoife.user_id) == []
    with pytest.raises(Conflict, match="withdrawn"):
        questions.answer(session, question.id, by=aoife, at=NOW, text="late", was_delivered=None)


# -- merging ------------------------------------------------------------------------------------------------------


def two(session: Session) -> tuple[Case, Case]:
    return a_read_case(session), a_case(session, content=b"Subject: second\n\nsecond")


def documents(session: Session, case: Case) -> list[int]:
    return sorted(
        session.execute(select(CaseDocument.document_id).where(CaseDocument.case_id == case.id)).scalars().all()
    )


def test_a_case_is_folded_into_another_and_taken_out_again_as_it_was(session: Session) -> None:
    ines = a_person(session)
    case, target = two(session)
    suggestion = a_suggestion(session, case)
    mine, theirs = documents(session, case), documents(session, target)
    merging.merge(session, case.id, target.id, seen=seen(case), by=ines, at=NOW, because="The same invoice.")
    assert (case.state, case.merged_into) == ("closed", target.id)
    assert documents(session, target) == sorted(mine + theirs)
    assert suggestion.state == "superseded"
    assert [c.id for c in merging.merged_into(session, target.id)] == [case.id]
    assert "was added: read it" in target.unsure_because
    merging.take_out(session, case.id, seen=seen(case), by=ines, at=NOW)
    assert (case.state, case.merged_into) == ("to_decide", None)
    assert (documents(session, case), documents(session, target)) == (mine, theirs)
    assert "was added" not in target.unsure_because
    step = session.get_one(CaseStep, (case.id, "reconcile"))
    session.refresh(step)
    assert step.state == "waiting"
    assert session.execute(select(CaseDocument.role).where(CaseDocument.case_id == case.id)).scalars().all() == [
        "opening"
    ]


def test_what_was_folded_twice_comes_out_in_turn(session: Session) -> None:
    ines = a_person(session)
    first, second = two(session)
    third = a_case(session, content=b"Subject: third\n\nthird")
    mine = documents(session, first)
    merging.merge(session, first.id, second.id, seen=seen(first), by=ines, at=NOW)
    merging.merge(session, second.id, third.id, seen=seen(second), by=ines, at=NOW)
    with pytest.raises(Conflict, match="Take that one out first"):
        merging.take_out(session, first.id, seen=seen(first), by=ines, at=NOW)
    merging.take_out(session, second.id, seen=seen(second), by=ines, at=NOW)
    merging.take_out(session, first.id, seen=seen(first), by=ines, at=NOW)
    assert documents(session, first) == mine
    assert len(documents(session, third)) == 1


def test_what_is_not_folded_together(session: Session) -> None:
    ines = a_person(session)
    case, target = two(session)
    with pytest.raises(Conflict):
        merging.merge(session, case.id, case.id, seen=seen(case), by=ines, at=NOW)
    with pytest.raises(NotFound):
        merging.merge(session, case.id, 999, seen=seen(case), by=ines, at=NOW)
    with pytest.raises(Conflict, match="not folded into"):
        merging.take_out(session, case.id, seen=seen(case), by=ines, at=NOW)
    suggestion = a_suggestion(session, case)
    suggestion.state = "confirmed"
    with pytest.raises(Conflict, match="on its way"):
        merging.merge(session, case.id, target.id, seen=seen(case), by=ines, at=NOW)
    suggestion.state = "superseded"
    case.kind = "security_alert"
    session.flush()
    with pytest.raises(Refused, match="security alert"):
        merging.merge(session, case.id, target.id, seen=seen(case), by=ines, at=NOW)


# -- splitting ----------------------------------------------------------------------------------------------------


def test_a_matter_becomes_a_case_with_the_same_message(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    [part] = splitting.split(
        session, case.id, [Matter("rate_price", "The rate of 150.00 EUR was never agreed.")], seen=seen(case), by=ines,
        at=NOW,
    )  # fmt: skip
    assert (part.kind, part.reason, part.state, part.split_from) == ("dispute", "rate_price", "to_decide", case.id)
    assert part.summary == "The rate of 150.00 EUR was never agreed."
    assert case.reason == "hours_quantity"
    shown = dossier(session, part.id)
    assert [d.id for d in shown.documents] == [case_document(session, case)]
    assert shown.reading is not None
    assert splitting.siblings(session, case) == [part]
    assert splitting.siblings(session, part) == [case]
    assert "quantity_disputed" not in shown.assessment.fields  # type: ignore[union-attr]


def test_a_part_can_be_split_again_and_folded_back(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    [part] = splitting.split(session, case.id, [Matter("expenses", "Taxi.")], seen=seen(case), by=ines, at=NOW)
    [third] = splitting.split(session, part.id, [Matter("tax", "VAT on the taxi.")], seen=seen(part), by=ines, at=NOW)
    assert third.split_from == case.id
    merging.merge(session, part.id, case.id, seen=seen(part), by=ines, at=NOW, because="One matter after all.")
    assert part.state == "closed"
    merging.take_out(session, part.id, seen=seen(part), by=ines, at=NOW)
    assert part.state == "to_decide"
    assert documents(session, part) == []


@pytest.mark.parametrize("matters", [[], [Matter("expenses", " ")], [Matter("expenses", "x")] * 6])
def test_each_matter_is_said(session: Session, matters: list[Matter]) -> None:
    case = a_read_case(session)
    with pytest.raises(Malformed):
        splitting.split(session, case.id, matters, seen=seen(case), by=a_person(session), at=NOW)


def test_what_we_found_ourselves_is_one_matter(session: Session) -> None:
    case = a_case(session)
    with pytest.raises(Refused):
        splitting.split(session, case.id, [Matter("tax", "x")], seen=seen(case), by=a_person(session), at=NOW)
    with pytest.raises(Refused, match="no reason"):
        splitting.split(session, case.id, [Matter("magic", "x")], seen=seen(case), by=a_person(session), at=NOW)


# -- fraud --------------------------------------------------------------------------------------------------------


def a_note() -> Proposal:
    return Proposal(
        kind="close_no_action", target_name="this case", risk="operational", shown=(Shown("Case", "open", "closed"),),
        because="Fraud.", effect="Closes it.", within={"close": 1},
    )  # fmt: skip


def mark(session: Session, case: Case, by: Caller) -> alarm.Halted:
    return alarm.mark_as_fraud(session, case.id, reason="impersonation", seen=seen(case), by=by, at=NOW, note="Odd.")


def test_marking_as_fraud_withdraws_what_moves_money_even_when_it_was_confirmed(session: Session) -> None:
    ines, marc = a_person(session), a_person(session, "Marc")
    case = a_read_case(session)
    credit, reference = a_suggestion(session, case, a_credit()), a_suggestion(session, case, a_reference())
    queue.confirm(
        session, credit.id, content_hash=credit.content_hash, by=marc, policy=the_policy(), at=NOW, undo_seconds=60
    )
    assert mark(session, case, ines) == alarm.Halted(withdrawn=2, sent=0)
    assert (case.kind, case.reason, case.state) == ("security_alert", "impersonation", "to_decide")
    session.refresh(reference)
    assert (credit.state, reference.state) == ("superseded", "superseded")
    assert session.execute(select(WriteBack.state)).scalar_one() == "withdrawn"
    with pytest.raises(Conflict, match="already"):
        mark(session, case, ines)
    assert suspect.is_suspect(session, case_document(session, case))


def test_what_was_sent_is_counted_and_an_ended_case_is_opened(session: Session) -> None:
    case = a_read_case(session)
    credit = a_suggestion(session, case, a_credit())
    queue.confirm(
        session, credit.id, content_hash=credit.content_hash, by=a_person(session), policy=the_policy(), at=NOW,
        undo_seconds=0,
    )  # fmt: skip
    session.execute(select(WriteBack)).scalar_one().state = "leased"
    assert mark(session, case, a_person(session)) == alarm.Halted(withdrawn=0, sent=1)
    assert case.state == "writing"
    ended = a_case(session, content=b"Subject: x\n\nx", state="done")
    with pytest.raises(Conflict, match="being read"):
        mark(session, ended, a_person(session))


def test_nothing_is_confirmed_on_an_alert_before_the_call_back_is_complete(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    mark(session, case, ines)
    note = a_suggestion(session, case, a_note())

    def confirm() -> None:
        decide.confirm(session, note.id, content_hash=note.content_hash, by=ines, policy=the_policy(), at=NOW)

    with pytest.raises(Refused, match=r"Finish the call-back checklist first: 0 of 4 done\."):
        confirm()
    with pytest.raises(Malformed, match="Write down"):
        call_back.tick(session, case.id, {"written_down": ""}, seen=seen(case), by=ines, at=NOW)
    call_back.tick(session, case.id, {"asked": "", "known_contact": ""}, seen=seen(case), by=ines, at=NOW)
    assert call_back.why_not(session, case) == "Finish the call-back checklist first: 2 of 4 done."
    call_back.tick(session, case.id, {"asked": ""}, seen=seen(case), by=ines, at=NOW)
    assert list(call_back.done(session, case.id)) == ["asked"]
    everything = dict.fromkeys(call_back.ITEMS, "") | {"written_down": "Maria Esteves, 10:14"}
    call_back.tick(session, case.id, everything, seen=seen(case), by=ines, at=NOW)
    assert call_back.why_not(session, case) == ""
    confirm()
    assert note.state == "confirmed"
    assert actions(session, case).count("callback.undone") == 1


def test_only_a_controller_says_that_it_is_genuine_and_only_after_the_call(session: Session) -> None:
    ines, otto = a_person(session), a_person(session, "Otto", "controller")
    case = a_read_case(session)
    mark(session, case, ines)
    with pytest.raises(Refused, match="finance controller"):
        choosing.choose_reading(session, case.id, "hours_quantity", by=ines, at=NOW)
    with pytest.raises(Refused, match="0 of 4"):
        choosing.choose_reading(session, case.id, "hours_quantity", by=otto, at=NOW)
    everything = dict.fromkeys(call_back.ITEMS, "x")
    call_back.tick(session, case.id, everything, seen=seen(case), by=ines, at=NOW)
    choosing.choose_reading(session, case.id, "hours_quantity", by=otto, at=NOW)
    assert case.kind == "dispute"


# -- closing ------------------------------------------------------------------------------------------------------


def test_closing_rejects_what_is_proposed_for_the_reason_given(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    a_suggestion(session, case, a_credit())
    a_suggestion(session, case, a_reference())

    def close(reason: str, note: str = "") -> int:
        return closing.close_without_action(
            session, case.id, seen=seen(case), by=ines, policy=the_policy(), reason=reason, note=note, at=NOW
        )

    for reason, note in (("because", ""), ("other", " ")):
        with pytest.raises(Malformed):
            close(reason, note)
    assert close("handled_elsewhere", "Settled on the phone.") == 2
    assert case.state == "closed"
    reasons = session.execute(select(Decision.verdict, Decision.reason_code)).all()
    assert [tuple(row) for row in reasons] == [("reject", "already_handled")] * 2
    assert set(session.execute(select(Suggestion.state)).scalars()) == {"rejected"}
    with pytest.raises(Conflict):
        close("not_ours")


def test_a_case_with_a_step_on_its_way_is_not_closed(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    step = a_suggestion(session, case)
    queue.confirm(
        session, step.id, content_hash=step.content_hash, by=ines, policy=the_policy(), at=NOW, undo_seconds=60
    )
    with pytest.raises(Conflict, match="on its way"):
        closing.close_without_action(
            session, case.id, seen=seen(case), by=ines, policy=the_policy(), reason="not_ours", at=NOW
        )


def test_what_was_closed_by_mistake_is_opened_again_with_its_steps(session: Session) -> None:
    ines, case = a_person(session), a_read_case(session)
    a_suggestion(session, case, a_credit())
    earlier = a_suggestion(session, case, a_reference())
    decide.reject(
        session, earlier.id, content_hash=earlier.content_hash, by=ines, policy=the_policy(), at=NOW - HOUR,
        reason_code="wrong_record",
    )  # fmt: skip
    closing.close_without_action(
        session, case.id, seen=seen(case), by=ines, policy=the_policy(), reason="nothing_asked", at=NOW
    )
    reopen(session, case.id, seen=seen(case), by=ines, at=NOW + HOUR)
    assert case.state == "to_decide"
    found = session.execute(select(Suggestion.kind, Suggestion.version).where(Suggestion.state == "open")).all()
    assert [tuple(row) for row in found] == [("draft_credit_note", 2)]
    assert session.execute(select(Decision)).all()
    with pytest.raises(Conflict, match="is not closed"):
        reopen(session, case.id, seen=seen(case), by=ines, at=NOW)


def test_a_word_on_the_delivery_answers_the_question_wherever_it_is_given(session: Session) -> None:
    aoife = a_person(session, "Aoife", "project_manager")
    case = a_read_case(session)
    question = ask(session, case, put_off=True)
    decide.validate_delivery(session, case.id, by=aoife, was_delivered=False, note="Not yet.", at=NOW)
    assert (question.was_delivered, question.answer, question.answered_by) == (False, "Not yet.", aoife.user_id)
    assert case.state == "to_decide"


def test_a_fold_that_was_a_confirmed_step_can_be_undone_too(session: Session) -> None:
    ines = a_person(session)
    case, target = two(session)
    step = a_suggestion(
        session, case,
        Proposal(
            kind="merge_with_case", target_name=f"case {target.id}", risk="operational", because="It answers it.",
            shown=(Shown("Case", "alone", "part"),), effect="Moves it.", within={"merge": case.id, "into": target.id},
        ),
    )  # fmt: skip
    step.state = "confirmed"
    within.carry_out(session, step, actor="software", at=NOW)
    step.state = "written"
    decide.settle_case(session, case, actor="software", at=NOW)
    assert (case.state, case.merged_into) == ("done", target.id)
    merging.take_out(session, case.id, seen=seen(case), by=ines, at=NOW)
    decide.settle_case(session, case, actor="software", at=NOW)
    assert (case.state, step.state) == ("to_decide", "undone")
