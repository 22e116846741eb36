"""Giving cases to people and teams."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.cases.assigning import assign
from app.cases.seen import Seen
from app.db import Database
from app.decisions import decide
from app.errors import Conflict, NotFound, Refused
from app.users import people
from tests.builders import NOW, a_case, a_person, a_suggestion, the_policy


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def test_a_case_is_given_to_a_person_and_the_trail_says_by_whom(session: Session) -> None:
    case, ines, marc = a_case(session), a_person(session, "Ines"), a_person(session, "Marc")
    assign(session, case.id, seen=Seen(case.version), by=ines, at=NOW, to_person=marc.user_id, note="Knows them.")
    assert case.owner_id == marc.user_id
    event = session.execute(select(AuditEvent).where(AuditEvent.action == "case.assigned")).scalar_one()
    assert (event.actor, event.content["to"], event.content["note"]) == (ines.email, marc.email, "Knows them.")


def test_a_team_takes_it_from_its_owner_and_a_person_leaves_it_with_the_team(session: Session) -> None:
    case, ines = a_case(session), a_person(session, "Ines")
    people.set_teams(session, ines.email, ["Receivables DE"], at=NOW, by="test")
    assign(session, case.id, seen=Seen(case.version), by=ines, at=NOW, to_person=ines.user_id)
    assign(session, case.id, seen=Seen(case.version), by=ines, at=NOW, to_team="Receivables DE")
    assert (case.owner_id, case.team) == (None, "Receivables DE")
    assign(session, case.id, seen=Seen(case.version), by=ines, at=NOW, to_person=ines.user_id)
    assert (case.owner_id, case.team) == (ines.user_id, "Receivables DE")
    assign(session, case.id, seen=Seen(case.version), by=ines, at=NOW)
    assert (case.owner_id, case.team) == (None, "")


def test_the_same_again_is_no_event(session: Session) -> None:
    case, ines = a_case(session), a_person(session, "Ines")
    for _ in range(2):
        assign(session, case.id, seen=Seen(case.version), by=ines, at=NOW, to_person=ines.user_id)
    assert len(session.execute(select(AuditEvent).where(AuditEvent.action == "case.assigned")).all()) == 1


def test_only_who_could_decide_on_it_gets_it(session: Session) -> None:
    case, ines = a_case(session), a_person(session, "Ines")
    aoife = a_person(session, "Aoife", "project_manager")
    with pytest.raises(Refused, match="Aoife is neither reviewer nor controller"):
        assign(session, case.id, seen=Seen(case.version), by=ines, at=NOW, to_person=aoife.user_id)
    with pytest.raises(Refused):
        assign(session, case.id, seen=Seen(case.version), by=aoife, at=NOW, to_person=ines.user_id)
    with pytest.raises(NotFound):
        assign(session, case.id, seen=Seen(case.version), by=ines, at=NOW, to_person=uuid4())
    with pytest.raises(NotFound, match="no team “Nobodies”"):
        assign(session, case.id, seen=Seen(case.version), by=ines, at=NOW, to_team="Nobodies")


def test_who_comes_second_hears_that_it_was_assigned_and_by_whom(session: Session) -> None:
    case, ines, marc = a_case(session), a_person(session, "Ines"), a_person(session, "Marc")
    seen = Seen(case.version)
    assign(session, case.id, seen=seen, by=ines, at=NOW, to_person=ines.user_id)
    with pytest.raises(Conflict, match=r"Ines assigned case \d+ at 2026-11-20 09:30 UTC\."):
        assign(session, case.id, seen=seen, by=marc, at=NOW, to_person=marc.user_id)
    with pytest.raises(Conflict):
        assign(session, case.id, seen=Seen(seen.version, seq=1), by=marc, at=NOW, to_person=marc.user_id)


def test_a_team_is_its_people(session: Session) -> None:
    a_person(session, "Ines")
    a_person(session, "Marc")
    people.set_teams(session, "ines@firm.example", ["Receivables  DE", "Payables"], at=NOW, by="test")
    people.set_teams(session, "marc@firm.example", ["Receivables DE"], at=NOW, by="test")
    assert people.teams(session) == ["Payables", "Receivables DE"]
    people.set_teams(session, "ines@firm.example", [], at=NOW, by="test")
    assert people.teams(session) == ["Receivables DE"]


def test_the_conflict_names_the_decision_and_not_the_move_that_followed(session: Session) -> None:
    case, ines, marc = a_case(session), a_person(session, "Ines"), a_person(session, "Marc")
    step = a_suggestion(session, case)
    seen = Seen(case.version)
    decide.confirm(session, step.id, content_hash=step.content_hash, by=marc, policy=the_policy(), at=NOW)
    session.flush()
    with pytest.raises(Conflict, match=r"Marc confirmed a step of case \d+ at 2026-11-20 09:30 UTC\."):
        assign(session, case.id, seen=seen, by=ines, at=NOW, to_person=ines.user_id)
