"""Who may decide what, and that nothing is written without it: in the application and in the database."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.cases.models import Case
from app.db import Database
from app.decisions import decide
from app.errors import Conflict, Refused
from app.suggestions.models import Suggestion
from app.writebacks import queue
from app.writebacks.models import WriteBack
from tests.builders import NOW, a_case, a_credit, a_person, a_reference, a_suggestion, the_policy


def confirm(session, suggestion, by, *, undo_seconds=5):
    return queue.confirm(
        session, suggestion.id, content_hash=suggestion.content_hash, by=by, policy=the_policy(), at=NOW,
        undo_seconds=undo_seconds,
    )  # fmt: skip


def test_one_reviewer_confirms_a_reference_and_one_write_is_queued(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        suggestion = a_suggestion(session, case)
        outcome = confirm(session, suggestion, a_person(session))
        assert outcome.is_complete
        assert case.state == "writing"
        assert session.execute(select(WriteBack.content_hash)).scalars().all() == [suggestion.content_hash]


def test_a_large_credit_needs_a_controller_as_well(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        suggestion = a_suggestion(session, case, a_credit("900.00"))
        first = confirm(session, suggestion, a_person(session, "Ines"))
        assert not first.is_complete
        assert "controller" in first.missing
        assert case.state == "needs_approval"
        assert session.execute(select(WriteBack.id)).first() is None
        second = confirm(session, suggestion, a_person(session, "Carla", "controller"))
        assert second.is_complete
        assert case.state == "writing"


def test_two_reviewers_do_not_replace_a_controller(database: Database) -> None:
    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session), a_credit("900.00"))
        confirm(session, suggestion, a_person(session, "Ines"))
        outcome = confirm(session, suggestion, a_person(session, "Marc"))
        assert not outcome.is_complete
        assert "controller" in outcome.missing


@pytest.mark.parametrize("currency", ["EUR", "GBP", "SEK"])
def test_an_amount_without_a_rate_counts_as_above_every_threshold(database: Database, currency: str) -> None:
    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session), a_credit("400.00", currency=currency))
        outcome = confirm(session, suggestion, a_person(session))
        assert outcome.is_complete == (currency != "SEK")


def test_the_same_person_does_not_count_twice(database: Database) -> None:
    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session), a_credit("900.00"))
        carla = a_person(session, "Carla", "controller")
        confirm(session, suggestion, carla)
        with pytest.raises(Conflict, match="already"):
            confirm(session, suggestion, carla)


def test_a_project_manager_never_decides_on_money(database: Database) -> None:
    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session), a_credit())
        with pytest.raises(Refused):
            confirm(session, suggestion, a_person(session, "Pia", "project_manager"))


def test_whoever_validated_delivery_does_not_approve_the_credit(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        suggestion = a_suggestion(session, case, a_credit())
        pia = a_person(session, "Pia", "project_manager", "reviewer")
        decide.validate_delivery(session, case.id, by=pia, was_delivered=False, note="", at=NOW)
        with pytest.raises(Refused, match="delivered"):
            confirm(session, suggestion, pia)


def test_the_editor_is_not_the_only_approver(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        ines = a_person(session, "Ines")
        old = a_suggestion(session, case)
        new = decide.amend(
            session, old.id, a_reference("PO-8"), content_hash=old.content_hash, by=ines, policy=the_policy(), at=NOW
        )
        assert (new.version, old.state) == (2, "superseded")
        assert new.content_hash != old.content_hash
        assert not confirm(session, new, ines).is_complete
        assert confirm(session, new, a_person(session, "Marc")).is_complete


def test_the_version_decided_is_the_version_seen(database: Database) -> None:
    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session))
        with pytest.raises(Conflict, match="not the version"):
            queue.confirm(
                session, suggestion.id, content_hash="0" * 64, by=a_person(session), policy=the_policy(), at=NOW,
                undo_seconds=0,
            )  # fmt: skip


def test_the_second_reviewer_sees_who_was_first(database: Database) -> None:
    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session))
        confirm(session, suggestion, a_person(session, "Ines"))
        with pytest.raises(Conflict, match="Ines"):
            confirm(session, suggestion, a_person(session, "Marc"))


def test_undo_within_the_time_withdraws_the_write_and_opens_the_suggestion_again(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        suggestion = a_suggestion(session, case)
        ines = a_person(session)
        confirm(session, suggestion, ines)
        queue.undo(session, suggestion.id, by=ines, at=NOW)
        assert session.execute(select(WriteBack.state)).scalar_one() == "withdrawn"
        again = session.execute(select(Suggestion).where(Suggestion.state == "open")).scalar_one()
        assert (again.version, case.state) == (2, "to_decide")
        assert confirm(session, again, ines).is_complete


def test_rejecting_everything_closes_the_case(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        suggestion = a_suggestion(session, case)
        decide.reject(
            session, suggestion.id, content_hash=suggestion.content_hash, by=a_person(session), policy=the_policy(),
            at=NOW, reason_code="not_ours",
        )  # fmt: skip
        assert case.state == "closed"


# -- the database refuses on its own ------------------------------------------------------------------------------


def insert_write(session, suggestion, content_hash=None) -> None:
    session.execute(
        text(
            "insert into write_backs (id, suggestion_id, content_hash, key, state, attempts, next_at, last_error,"
            " queued_at) values (:id, :s, :h, :k, 'waiting', 0, now(), '', now())"
        ),
        {"id": uuid4(), "s": suggestion.id, "h": content_hash or suggestion.content_hash, "k": str(uuid4())},
    )


def test_the_database_refuses_a_write_without_a_decision(database: Database) -> None:
    with pytest.raises(DBAPIError, match="no write without a decision"), database.transaction() as session:
        insert_write(session, a_suggestion(session, a_case(session)))


def test_the_database_refuses_a_write_with_half_the_approvals(database: Database) -> None:
    with pytest.raises(DBAPIError, match="1 of 2 confirmations"), database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session), a_credit("900.00"))
        confirm(session, suggestion, a_person(session))
        insert_write(session, suggestion)


def test_the_database_refuses_a_write_of_another_version(database: Database) -> None:
    with pytest.raises(DBAPIError), database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session), a_credit("900.00"))
        confirm(session, suggestion, a_person(session))
        confirm(session, suggestion, a_person(session, "Carla", "controller"))
        insert_write(session, suggestion, content_hash="f" * 64)


@pytest.mark.parametrize(
    "statement",
    [
        "update suggestions set command = '{}'",
        "update suggestions set approvals_required = 1, content_hash = repeat('a', 64)",
        "delete from suggestions",
        "update decisions set verdict = 'confirm'",
        "delete from decisions",
        "truncate decisions cascade",
        "update audit_events set content = '{}'",
        "delete from audit_events",
        "truncate audit_events",
    ],
)
def test_the_database_keeps_what_was_frozen_decided_and_recorded(database: Database, statement: str) -> None:
    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session))
        decide.reject(
            session, suggestion.id, content_hash=suggestion.content_hash, by=a_person(session), policy=the_policy(),
            at=NOW, reason_code="other",
        )  # fmt: skip
    with pytest.raises(DBAPIError) as refused, database.transaction() as session:
        session.execute(text(statement))
    assert isinstance(refused.value.orig, psycopg.errors.IntegrityError)


def test_a_case_moves_only_along_its_ways(database: Database) -> None:
    from app.cases import lifecycle

    with database.transaction() as session:
        case = a_case(session, state="received")
        with pytest.raises(Conflict):
            lifecycle.move(session, case, "writing", actor="test", at=NOW, because="no")
        assert session.get_one(Case, case.id).state == "received"


# -- what two sessions, or two moments, must not do -----------------------------------------------------------------


def test_a_written_confirmed_or_rejected_step_is_not_proposed_again(database: Database) -> None:
    from app.suggestions.freeze import propose_anew

    with database.transaction() as session:
        case = a_case(session)
        ines, carla = a_person(session), a_person(session, "Carla", "controller")
        credit, reference = a_suggestion(session, case, a_credit("900.00")), a_suggestion(session, case)
        confirm(session, credit, ines)
        confirm(session, credit, carla)
        decide.reject(
            session, reference.id, content_hash=reference.content_hash, by=ines, policy=the_policy(), at=NOW,
            reason_code="already_handled",
        )  # fmt: skip
        assert propose_anew(session, case.id, (a_credit("900.00"), a_reference()), the_policy(), at=NOW) == []
        credit.state = "written"
        assert propose_anew(session, case.id, (a_credit("900.00"),), the_policy(), at=NOW) == []
        assert len(propose_anew(session, case.id, (a_reference("PO-8"),), the_policy(), at=NOW)) == 1


def test_an_edit_that_waited_for_a_confirmation_finds_it_decided(database: Database) -> None:
    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session))
        ines, marc = a_person(session), a_person(session, "Marc")
    with database.transaction() as editing:
        seen = editing.get_one(Suggestion, suggestion.id)
        assert seen.state == "open"
        with database.transaction() as session:
            confirm(session, session.get_one(Suggestion, suggestion.id), ines)
        with pytest.raises(Conflict, match="Ines"):
            decide.amend(
                editing,
                seen.id,
                a_reference("PO-8"),
                content_hash=seen.content_hash,
                by=marc,
                policy=the_policy(),
                at=NOW,
            )


def test_what_was_taken_back_is_never_sent(database: Database) -> None:
    from app.writebacks import deliver

    with database.transaction() as session:
        suggestion = a_suggestion(session, a_case(session))
        confirm(session, suggestion, a_person(session), undo_seconds=0)
        row = session.execute(select(WriteBack)).scalar_one()
        suggestion.state = "superseded"
    with database.transaction() as session:
        assert deliver.claim(session, row.id, at=NOW) is None
        assert session.get_one(WriteBack, row.id).state == "withdrawn"


def test_a_second_answer_on_delivery_does_not_free_the_first_person(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        suggestion = a_suggestion(session, case, a_credit())
        ines, marc = a_person(session), a_person(session, "Marc")
        decide.validate_delivery(session, case.id, by=ines, was_delivered=False, note="", at=NOW)
        decide.validate_delivery(session, case.id, by=marc, was_delivered=False, note="", at=NOW)
        for person in (ines, marc):
            with pytest.raises(Refused, match="delivered"):
                confirm(session, suggestion, person)


def test_who_confirmed_may_not_answer_on_delivery(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        ines = a_person(session)
        confirm(session, a_suggestion(session, case, a_credit("900.00")), ines)
        with pytest.raises(Refused, match="somebody else"):
            decide.validate_delivery(session, case.id, by=ines, was_delivered=False, note="", at=NOW)


def test_two_editors_in_a_row_are_both_editors(database: Database) -> None:
    with database.transaction() as session:
        ines, marc = a_person(session), a_person(session, "Marc")
        first = a_suggestion(session, a_case(session))
        second = decide.amend(
            session,
            first.id,
            a_reference("PO-8"),
            content_hash=first.content_hash,
            by=ines,
            policy=the_policy(),
            at=NOW,
        )
        third = decide.amend(
            session,
            second.id,
            a_reference("PO-9"),
            content_hash=second.content_hash,
            by=marc,
            policy=the_policy(),
            at=NOW,
        )
        assert not confirm(session, third, ines).is_complete


def test_a_write_back_is_neither_removed_nor_given_another_key(database: Database) -> None:
    with database.transaction() as session:
        confirm(session, a_suggestion(session, a_case(session)), a_person(session))
    for statement in ("delete from write_backs", "update write_backs set key = 'x'", "truncate write_backs"):
        with pytest.raises(DBAPIError), database.transaction() as session:
            session.execute(text(statement))


def test_a_person_says_what_a_case_is_about_and_it_is_compared_anew(database: Database) -> None:
    from app.assessments import keep
    from app.assessments.results import Assessment, Classification
    from app.cases.models import CaseDocument, CaseStep
    from app.decisions import choosing
    from app.documents import readings
    from app.documents.reading import Reading
    from app.vocabulary import CertaintyWord

    with database.transaction() as session:
        case = a_case(session)
        document_id = session.execute(select(CaseDocument.document_id)).scalar_one()
        unsure = Classification("question", 0.4, CertaintyWord.UNSURE, ("question", "hours_quantity"))
        readings.keep(session, document_id, Reading("", "a.txt", "text/plain", "text", "words"), at=NOW)
        keep.keep(session, case.id, document_id, Assessment(unsure, {}, (), None, "offline", {}), at=NOW)
        with pytest.raises(Refused):
            choosing.choose_reading(session, case.id, "hours_quantity", by=a_person(session, "Ann", "auditor"), at=NOW)
        with pytest.raises(Refused, match="no reason"):
            choosing.choose_reading(session, case.id, "nonsense", by=a_person(session), at=NOW)
        choosing.choose_reading(session, case.id, "hours_quantity", by=a_person(session), at=NOW)
        assert (case.kind, case.reason) == ("dispute", "hours_quantity")
        now_held = keep.assessment_of(keep.current(session, case.id)).classification
        assert now_held.votes[-1].reader == "person"
        assert session.get_one(CaseStep, (case.id, "reconcile")).state == "waiting"


def test_two_people_who_credit_one_invoice_on_two_cases_at_once_come_one_after_the_other(database: Database) -> None:
    with database.transaction() as session:
        first = a_suggestion(session, a_case(session), a_credit("100.00"))
        second = a_suggestion(session, a_case(session, content=b"told by another"), a_credit("100.00"))
        people = [a_person(session, name, "controller") for name in ("Ines", "Marc")]
    wishes = [(first.id, first.content_hash), (second.id, second.content_hash)]
    together = threading.Barrier(2)

    def confirm(number: int) -> str:
        suggestion_id, content_hash = wishes[number]
        try:
            with database.transaction() as session:
                together.wait(60)
                queue.confirm(
                    session, suggestion_id, content_hash=content_hash, by=people[number], policy=the_policy(), at=NOW,
                    undo_seconds=0,
                )  # fmt: skip
                time.sleep(0.2)
        except Conflict as conflict:
            return conflict.message
        return "confirmed"

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(confirm, range(2)))
    assert ended[1] == "confirmed"
    assert "has just decided the same" in ended[0]
    with database.transaction() as session:
        assert len(session.execute(select(WriteBack)).all()) == 1
