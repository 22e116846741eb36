"""Two people at the same moment: one of them is first, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseDocument
from app.cases.seen import Seen
from app.clock import now
from app.db import Database
from app.decisions import closing, merging
from app.errors import Conflict
from app.users.access import Caller
from tests.builders import a_case, a_person, the_policy


def at_once(database: Database, *doings: Callable[[Session], object]) -> list[str]:
    """What became of each: done, or the sentence of the conflict."""
    start = Barrier(len(doings))

    def run(do: Callable[[Session], object]) -> str:
        start.wait(60)
        try:
            with database.transaction() as session:
                do(session)
        except Conflict as conflict:
            return conflict.message
        return "done"

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(run, doings))


def two_people(database: Database) -> tuple[Caller, Caller, int, int]:
    with database.transaction() as session:
        for name in ("one", "two"):
            a_case(session, content=f"Subject: {name}\n\n{name}".encode())
        versions = session.execute(select(Case.version).order_by(Case.id)).scalars().all()
        return a_person(session, "Ines"), a_person(session, "Marc"), versions[0], versions[1]


def test_two_cases_are_not_folded_into_each_other(database: Database) -> None:
    ines, marc, first, second = two_people(database)
    said = at_once(
        database,
        lambda s: merging.merge(s, 1, 2, seen=Seen(first), by=ines, at=now()),
        lambda s: merging.merge(s, 2, 1, seen=Seen(second), by=marc, at=now()),
    )
    assert sorted(message == "done" for message in said) == [False, True]
    with database.transaction() as session:
        merged = session.execute(select(Case.merged_into).order_by(Case.id)).scalars().all()
        holders = set(session.execute(select(CaseDocument.case_id)).scalars())
    assert sorted(merged, key=str) in ([1, None], [2, None])
    assert len(holders) == 1


def test_one_of_two_closes_a_case(database: Database) -> None:
    ines, marc, first, _ = two_people(database)

    def close(by: Caller) -> Callable[[Session], object]:
        return lambda s: closing.close_without_action(
            s, 1, seen=Seen(first), by=by, policy=the_policy(), reason="not_ours", at=now()
        )

    said = at_once(database, close(ines), close(marc))
    assert said.count("done") == 1
    [other] = [message for message in said if message != "done"]
    assert "closed case 1 at" in other
