"""Nothing is lost and nothing is doubled on the way in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.cases import steps
from app.cases.intake import take_in
from app.cases.models import Case, CaseDocument, CaseStep
from app.db import Database
from app.documents.models import Arrival, Document
from app.jobs import send_nudges_with
from tests.builders import NOW, an_arrival


def count(session, model) -> int:
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def test_the_same_bytes_by_two_ways_are_one_document_and_the_case_says_so(database: Database) -> None:
    with database.transaction() as session:
        first = take_in(session, an_arrival(key="a"))
    with database.transaction() as session:
        second = take_in(session, an_arrival(key="b", name="copy.eml"))
    with database.transaction() as session:
        assert (first.case_id, first.came_again) == (second.case_id, False)
        assert second.came_again
        assert [count(session, m) for m in (Document, Arrival, Case, CaseDocument)] == [1, 2, 1, 1]
        actions = session.execute(select(AuditEvent.action).order_by(AuditEvent.seq)).scalars().all()
        assert actions == ["case.opened", "document.came_again"]


def test_the_same_delivery_twice_leaves_no_trace(database: Database) -> None:
    for _ in range(3):
        with database.transaction() as session:
            take_in(session, an_arrival(key="same"))
    with database.transaction() as session:
        assert [count(session, m) for m in (Document, Arrival, Case, AuditEvent)] == [1, 1, 1, 1]


def test_many_callers_at_once_with_the_same_bytes_make_one_case(database: Database) -> None:
    def call(n: int) -> int:
        with database.transaction() as session:
            return take_in(session, an_arrival(b"the same", key=f"k{n}")).case_id

    with ThreadPoolExecutor(8) as pool:
        cases = set(pool.map(call, range(24)))
    assert len(cases) == 1


def test_the_nudge_leaves_after_the_commit_and_a_lost_one_is_sent_again(database: Database) -> None:
    sent: list[tuple[str, str]] = []
    send_nudges_with(lambda task, subject: sent.append((task, subject)))
    try:
        with database.transaction() as session:
            taken = take_in(session, an_arrival())
            assert sent == []
        assert sent == [("case.assess", str(taken.case_id))]
    finally:
        send_nudges_with(None)
    with database.transaction() as session:
        assert steps.overdue(session, at=NOW) == []
        assert steps.overdue(session, at=NOW + timedelta(minutes=1)) == [(taken.case_id, "assess")]
        assert steps.overdue(session, at=NOW + timedelta(minutes=1)) == []


def test_a_step_is_leased_to_one_worker_and_free_again_when_the_lease_ends(database: Database) -> None:
    with database.transaction() as session:
        case_id = take_in(session, an_arrival()).case_id
    with database.transaction() as session:
        assert steps.claim(session, case_id, "assess", at=NOW) is not None
    with database.transaction() as session:
        assert steps.claim(session, case_id, "assess", at=NOW) is None
        assert steps.claim(session, case_id, "assess", at=NOW + steps.LEASE) is not None
        assert not steps.finish(session, case_id, "assess", 1, at=NOW)
        assert steps.finish(session, case_id, "assess", 2, at=NOW)
        assert not steps.finish(session, case_id, "assess", 2, at=NOW)
    with database.transaction() as session:
        assert steps.claim(session, case_id, "assess", at=NOW + 9 * steps.LEASE) is None
        assert session.get_one(CaseStep, (case_id, "assess")).attempts == 2
