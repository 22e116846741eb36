"""Search holds what people corrected and what a case shares after a split, and finds common words without gathering."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.assessments.typed import Habit
from app.cases import queries, search
from app.cases.models import Case
from app.cases.queries import Filter
from app.cases.seen import Seen
from app.clock import now
from app.db import Database
from app.decisions import correcting, splitting
from app.decisions.correcting import Typed
from app.decisions.splitting import Matter
from app.documents import readings
from tests.builders import NOW, a_person
from tests.web import a_read_case, a_reading, browser, case_document

GERMAN = Habit(",", True, date(2026, 11, 20))


def found(database: Database, sought: str) -> list[int]:
    with database.transaction() as session:
        return sorted(c.id for c in queries.page(session, Filter(text=sought)).cases)


def test_what_a_person_corrected_is_found(database: Database) -> None:
    with database.transaction() as session:
        number, ines = a_read_case(session).id, a_person(session, "Ines", "reviewer")
        correcting.correct_fields(session, number, Typed({"po_number": "BESTELL-778899"}, GERMAN), by=ines, at=now())
    assert found(database, "bestell-778899") == [number]


def split_off(database: Database, body: str) -> tuple[int, int]:
    """A case about this message, and a matter split off it."""
    with database.transaction() as session:
        case, ines = a_read_case(session, reading=a_reading(body=body)), a_person(session, "Ines", "reviewer")
        matter = Matter("hours_quantity", "Two hours too many")
        (other,) = splitting.split(session, case.id, [matter], seen=Seen(case.version), by=ines, at=now())
        return case.id, other.id


BODY = "Sehr geehrte Frau Kaltenbach, wir haben 42 Stunden auf dem Konto DE89 3704 0044 0532 0130 00, Treuhand."


def test_a_matter_split_off_is_found_by_the_message_it_shares(database: Database) -> None:
    numbers = split_off(database, BODY)
    assert found(database, "treuhand") == list(numbers)
    with database.transaction() as session:
        document = case_document(session, session.get_one(Case, numbers[0]))
        readings.keep(session, document, a_reading(body="Sehr geehrte, 42 Stunden im Nachgang."), at=NOW)
    assert found(database, "treuhand") == []
    assert found(database, "nachgang") == list(numbers)


def test_accounts_of_a_message_that_is_an_alert_elsewhere_stay_withheld_in_hits(database: Database) -> None:
    first, _ = split_off(database, BODY)
    page = browser(database).open("/inbox?q=treuhand")
    assert page.count("0532") == 2
    with database.transaction() as session:
        session.get_one(Case, first).kind = "security_alert"
    page = browser(database).open("/inbox?q=treuhand")
    assert page.count("In the source:") == 2
    assert "0532" not in re.sub(r"<[^>]+>", "", page)


def test_only_the_last_word_is_a_beginning(database: Database) -> None:
    with database.transaction() as session:
        number = a_read_case(session).id
    assert found(database, "fehnwerder abgezeich") == [number]
    assert found(database, "abgezeich fehnwerder") == []
    assert [p.text for p in search.marked("In abgezeichneter Form", "abgezeich in") if p.is_hit] == ["In"]
    assert [p.text for p in search.marked("In abgezeichneter Form", "in abgezeich") if p.is_hit] == ["In", "abgezeich"]


@pytest.mark.parametrize("sought", ["fehnwerder", "rechn", "fehnwerder stunden"])
def test_a_common_word_is_told_from_a_sample_and_lists_the_same_cases(database: Database, sought: str) -> None:
    with database.transaction() as session:
        bodies = [f"Fehnwerder, Rechnung {n}, 42 Stunden, Sehr geehrte, Los{n}." for n in range(12)]
        numbers = [a_read_case(session, reading=a_reading(body=body)).id for body in bodies]
        assert search.few_that_hold(session, sought) is None
        assert search.few_that_hold(session, "los7") == (numbers[7],)
    assert found(database, sought) == numbers
