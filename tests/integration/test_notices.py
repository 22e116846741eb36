"""What people are told by mail: each thing once, to whom it concerns, while it still waits, in their own language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.cases import assigning, lifecycle
from app.cases.models import Case
from app.cases.seen import Seen
from app.db import Database
from app.decisions import decide, questions
from app.notices import noticing, wishes
from app.notices.models import Notice
from app.notices.wishes import Wishes
from app.review import notice_mail
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.users.people import names_of
from app.users.personal import Personal, keep_personal
from tests.builders import NOW, a_case, a_credit, a_person, a_suggestion, the_policy
from tests.web import browser

LATER = NOW + timedelta(minutes=3)
URL = "https://countersign.example"


def told(session: Session, at: datetime = LATER) -> list[tuple[str, str, int]]:
    """(who, topic, case) of what is to be told now."""
    noticing.notice(session, the_policy(), at=at)
    found = noticing.untold(session, at=at)
    spelt = names_of(session, found)
    return sorted((spelt[user], n.topic, n.case_id) for user, notices in found.items() for n in notices)


def assign(session: Session, case: Case, by: Caller, to: Caller) -> None:
    session.flush()
    assigning.assign(session, case.id, seen=Seen(case.version), by=by, at=NOW, to_person=to.user_id)


def half_confirmed(session: Session, by: Caller) -> Case:
    case = a_case(session)
    step = a_suggestion(session, case, a_credit("900.00"))
    decide.confirm(session, step.id, content_hash=step.content_hash, by=by, policy=the_policy(), at=NOW)
    return case


def test_who_may_give_the_second_yes_is_told_and_nobody_else(database: Database) -> None:
    with database.transaction() as session:
        ines, _marc = a_person(session, "Ines"), a_person(session, "Marc")
        a_person(session, "Clara", "controller")
        case = half_confirmed(session, ines)
        assert told(session) == [("Clara", "approval", case.id)]


def test_a_thing_is_told_once(database: Database) -> None:
    with database.transaction() as session:
        ines = a_person(session, "Ines")
        a_person(session, "Clara", "controller")
        half_confirmed(session, ines)
        noticing.notice(session, the_policy(), at=LATER)
        for notices in noticing.untold(session, at=LATER).values():
            noticing.note_told(session, notices, at=LATER)
        assert told(session, LATER + timedelta(minutes=1)) == []


def test_what_was_settled_before_it_could_be_told_is_left_out(database: Database) -> None:
    with database.transaction() as session:
        ines, clara = a_person(session, "Ines"), a_person(session, "Clara", "controller")
        case = half_confirmed(session, ines)
        noticing.notice(session, the_policy(), at=LATER)
        step = session.get_one(Suggestion, UUID(session.query(Notice).one().about))
        decide.confirm(session, step.id, content_hash=step.content_hash, by=clara, policy=the_policy(), at=LATER)
        assert told(session) == []
        assert session.query(Notice).one().dropped_at == LATER
        assert case.state == "writing"


def test_what_is_days_old_is_not_told_in_the_tone_of_a_minute_ago(database: Database) -> None:
    with database.transaction() as session:
        ines = a_person(session, "Ines")
        a_person(session, "Clara", "controller")
        half_confirmed(session, ines)
        assert told(session, NOW + timedelta(days=3)) == []


def test_a_case_given_to_somebody_is_told_to_them_but_not_what_they_took_themselves(database: Database) -> None:
    with database.transaction() as session:
        ines, marc = a_person(session, "Ines"), a_person(session, "Marc")
        first, second = a_case(session), a_case(session, content=b"Subject: x\n\nx")
        assign(session, first, ines, marc)
        assign(session, second, ines, ines)
        assert told(session) == [("Marc", "assigned", first.id)]


def test_questions_go_to_who_was_asked_and_answers_back(database: Database) -> None:
    with database.transaction() as session:
        ines, pia = a_person(session, "Ines"), a_person(session, "Pia", "project_manager")
        a_person(session, "Paul", "project_manager")
        case = a_case(session)
        asked = questions.ask(
            session, case.id, seen=Seen(case.version), by=ines, at=NOW, text="Delivered?", to=pia.user_id
        )
        assert told(session) == [("Pia", "question", case.id)]
        questions.answer(session, asked.id, by=pia, at=LATER, text="Yes.", was_delivered=True)
        assert told(session) == [("Ines", "answer", case.id)]


def test_an_alarm_goes_to_controllers_and_attention_to_the_owner(database: Database) -> None:
    with database.transaction() as session:
        ines, _clara = a_person(session, "Ines"), a_person(session, "Clara", "controller")
        alarm, stuck = a_case(session), a_case(session, content=b"Subject: x\n\nx")
        alarm.kind, stuck.owner_id = "security_alert", ines.user_id
        lifecycle.ask_for_attention(session, stuck, "It could not be read.", at=NOW)
        assert told(session) == [("Clara", "alarm", alarm.id), ("Ines", "attention", stuck.id)]


def test_a_person_hears_only_of_what_they_chose(database: Database) -> None:
    with database.transaction() as session:
        ines, marc = a_person(session, "Ines"), a_person(session, "Marc")
        wishes.keep(session, marc.user_id, Wishes((), ""))
        assign(session, a_case(session), ines, marc)
        assert told(session) == []


def test_a_mail_names_cases_and_links_but_not_what_the_customer_wrote(database: Database) -> None:
    with database.transaction() as session:
        ines, marc = a_person(session, "Ines"), a_person(session, "Marc")
        case = a_case(session, content=b"Subject: secret words\n\nmore secret words")
        case.customer_name, case.summary = "Hafenwerk GmbH", "secret words"
        case.kind, case.reason = "dispute", "hours_quantity"
        case.at_stake, case.currency = Decimal("900.00"), "EUR"
        assign(session, case, ines, marc)
        noticing.notice(session, the_policy(), at=LATER)
        ((_user, notices),) = noticing.untold(session, at=LATER).items()
        words = notice_mail.notice(session, marc, notices, the_policy(), public_url=URL, at=LATER)
    assert words.subject == f"Case {case.id} was given to you"
    assert "Hafenwerk GmbH, 900.00 EUR" in words.text
    assert f"{URL}/cases/{case.id}\n" in words.text
    assert "secret" not in words.subject + words.text


def test_a_project_manager_reads_no_amounts(database: Database) -> None:
    with database.transaction() as session:
        ines, pia = a_person(session, "Ines"), a_person(session, "Pia", "project_manager")
        case = a_case(session)
        case.at_stake, case.currency = Decimal("900.00"), "EUR"
        session.flush()
        questions.ask(session, case.id, seen=Seen(case.version), by=ines, at=NOW, text="Delivered?", to=pia.user_id)
        notices = [Notice(topic="question", case_id=case.id)]
        words = notice_mail.notice(session, pia, notices, the_policy(), public_url=URL, at=LATER)
    assert "900" not in words.text


def test_several_things_are_one_mail_in_the_readers_language(database: Database) -> None:
    with database.transaction() as session:
        clara = a_person(session, "Clara", "controller")
        keep_personal(session, clara.user_id, Personal(language="de"))
        german = Caller(clara.user_id, clara.email, clara.name, clara.roles, personal=Personal(language="de"))
        one, two = a_case(session), a_case(session, content=b"Subject: x\n\nx")
        notices = [Notice(topic="alarm", case_id=one.id), Notice(topic="approval", case_id=two.id)]
        words = notice_mail.notice(session, german, notices, the_policy(), public_url=URL, at=LATER)
    assert words.subject == "2 Dinge warten auf Sie"
    assert words.text.index(f"/cases/{two.id}") < words.text.index(f"/cases/{one.id}")


def test_the_digest_counts_what_waits_and_names_what_is_first(database: Database) -> None:
    with database.transaction() as session:
        ines = a_person(session, "Ines")
        assert notice_mail.digest(session, ines, the_policy(), public_url=URL, at=LATER) is None
        case = a_case(session)
        case.owner_id = ines.user_id
        a_case(session, content=b"Subject: x\n\nx", state="stale")
        words = notice_mail.digest(session, ines, the_policy(), public_url=URL, at=LATER)
    assert words is not None
    assert "Mine: 1" in words.text
    assert "Stale: 1" in words.text
    assert f"{URL}/inbox?view=stale" in words.text
    assert f"{URL}/cases/{case.id}" in words.text


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), hour=st.integers(0, 19),
    zone=st.sampled_from(["", "Europe/Berlin", "America/New_York", "Asia/Tokyo"]),
)  # fmt: skip
def test_a_digest_is_due_within_four_hours_of_its_hour_on_working_days(at: datetime, hour: int, zone: str) -> None:
    moment = at.replace(tzinfo=UTC)
    local = moment.astimezone(ZoneInfo(zone or "UTC"))
    due = Wishes((), f"{hour:02}:00").digest_due(moment, zone)
    if local.weekday() >= 5 or local.hour < hour or local.hour >= hour + 4:
        assert not due
    elif local.hour == hour:
        assert due


def test_what_may_be_chosen_depends_on_the_role(database: Database) -> None:
    ines, pia = browser(database, "Ines", "reviewer"), browser(database, "Pia", "project_manager")
    page = ines.open("/settings/mail")
    assert "Something needs my confirmation" in page
    assert "no mailbox is set for sending" in page
    assert ines.form("/settings/mail")["digest_at"] == ["07:30"]
    ines.send("/settings/mail", topic=["assigned"], digest="on", digest_at="06:15", weekends="on")
    with database.transaction() as session:
        kept = wishes.of(session, ines.person.user_id, ("reviewer",))
    assert kept == Wishes(("assigned",), "06:15", is_digest_on_weekends=True)
    page = pia.open("/settings/mail")
    assert "digest" not in page
    pia.send("/settings/mail", topic=["approval"], digest="on", digest_at="06:15")
    with database.transaction() as session:
        assert wishes.of(session, pia.person.user_id, ("project_manager",)) == Wishes((), "")


@pytest.mark.parametrize("hour", ["25:00", "7", "noon", "07:30\r\nBcc: x"])
def test_an_hour_that_is_none_is_refused(database: Database, hour: str) -> None:
    ines = browser(database, "Ines", "reviewer")
    ines.open("/settings/mail")
    page = ines.send("/settings/mail", status=422, topic=["assigned"], digest="on", digest_at=hour)
    assert "like 07:30" in page
    with database.transaction() as session:
        assert wishes.of(session, ines.person.user_id, ("reviewer",)) == wishes.usual(("reviewer",))
