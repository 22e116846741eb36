"""The list narrowed to new mail and to senders who failed a check: what the marks say, and what keeps them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.audit.models import AuditEvent
from app.cases import queries, snoozing, taking_back
from app.cases.models import Case, CaseNews
from app.cases.queries import Filter
from app.cases.seen import Seen
from app.clock import now
from app.db import Database
from app.decisions import merging, news, splitting
from app.decisions.splitting import Matter
from app.review.audit_words import ACTIONS
from app.review.list_state import ListState
from app.senders import kept
from app.senders.checked import Checked, Sign
from tests.builders import NOW, a_case, a_person
from tests.inbox_pages import count_of, shown
from tests.web import a_read_case, browser, case_document, with_key

FAILED = Checked("customer.example", (Sign("several_senders"),))
FINE = Checked("customer.example", (Sign("not_signed"),))


def came(session: Session, case: Case, mail_case: int, how: str = "continues") -> None:
    """A mail came to a case, as software tells it."""
    trail.record(
        session, "case.continued", case_id=case.id, actor="software", at=NOW, mail_case=mail_case, document=1,
        sender="ap@customer.example", how=how, effect="nothing", reason="hours_quantity", reading="Sure",
    )  # fmt: skip


def with_failed_sender(session: Session) -> list[int]:
    return sorted(c.id for c in queries.page(session, Filter(has_failed_sender=True)).cases)


# -- new mail -----------------------------------------------------------------------------------------------------


def test_the_mark_of_new_mail_is_what_the_trail_says(database: Database) -> None:
    """Whatever happened with a case, in whatever order."""
    draw = random.Random(7)
    with database.transaction() as session:
        for case_id in range(1, 41):
            for so_far in range(draw.randrange(1, 14)):
                seldom = draw.choice(tuple(ACTIONS))
                action = draw.choice(("case.continued", "case.moved", "letter.bounced", seldom, seldom))
                actor = draw.choice(("software", "software", "machine:mailbox", "ines@firm.example"))
                content: dict[str, Any] = {"merged": draw.randrange(3)}
                if action == "case.moved" and so_far and draw.random() < 0.7:
                    content["undoes"] = draw.randrange(1, so_far + 1)
                if action in ("case.continued", "letter.bounced"):
                    how = draw.choice(("continues", "noted", "colleague", ""))
                    content = {
                        "mail_case": draw.randrange(3), "how": how, "document": 1, "sender": "", "effect": "nothing",
                        "reason": "question", "reading": "Sure",
                    }  # fmt: skip
                trail.record(session, action, case_id=case_id, actor=actor, at=NOW, **content)
            events = session.execute(
                select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)
            ).scalars().all()  # fmt: skip
            expected = {n.mail_case for n in news.of_events(events) if not n.is_noted}
            kept_so = session.execute(select(CaseNews.mail_case).where(CaseNews.case_id == case_id)).scalars()
            assert set(kept_so) == expected, [(e.action, e.actor, e.content) for e in events]
            assert news.is_waiting(session, case_id) is bool(expected)


def test_new_mail_narrows_the_list_until_a_person_acts(database: Database) -> None:
    with database.transaction() as session:
        with_mail, thanked, _other = (a_case(session, content=text) for text in (b"one", b"two", b"three"))
        came(session, with_mail, 70)
        came(session, thanked, 71, how="noted")
        numbers = with_mail.id, thanked.id
    ines = browser(database)
    page = ines.open("/inbox")
    assert count_of(page, "New mail") == "1"
    assert shown(ines.open("/inbox?mail=new")) == [numbers[0]]
    assert "Save this view" in ines.page
    assert shown(ines.open("/inbox?mail=new&mail=failed_sender")) == []
    with database.transaction() as session:
        by = a_person(session, "Ines", "reviewer")
        news.mark_seen(session, numbers[0], seen=Seen(queries.get(session, numbers[0]).version), by=by, at=now())
    assert shown(ines.open("/inbox?mail=new")) == []
    assert 'New mail <span class="count">0</span>' in ines.page  # it is chosen, so it stays to be taken out


def test_new_mail_is_new_again_where_putting_off_is_taken_back(database: Database) -> None:
    with database.transaction() as session:
        case, by = a_case(session, content=b"one"), a_person(session, "Ines", "reviewer")
        came(session, case, 70)
        snoozing.snooze(session, case.id, seen=Seen(case.version), by=by, at=now(), event="customer_answers")
        assert not news.is_waiting(session, case.id)
        told = select(AuditEvent).where(AuditEvent.case_id == case.id).order_by(AuditEvent.seq)
        taking_back.take_back(session, case.id, session.execute(told).scalars().all()[-1].seq, by=by, at=now())
        assert news.is_waiting(session, case.id)
        assert [n.mail_case for n in news.of_events(session.execute(told).scalars())] == [70]


def test_programs_ask_for_both(database: Database) -> None:
    with database.transaction() as session:
        first, second, third = (a_case(session, content=text) for text in (b"one", b"two", b"three"))
        came(session, first, 70)
        kept.keep(session, case_document(session, second), FAILED, at=NOW)
        came(session, third, 71)
        kept.keep(session, case_document(session, third), FAILED, at=NOW)
        numbers = first.id, second.id, third.id
    http = with_key(database, "read")

    def listed(query: str) -> set[int]:
        return {c["id"] for c in http.get(f"/v1/cases?{query}").json()["cases"]}

    assert listed("new_mail=true") == {numbers[0], numbers[2]}
    assert listed("failed_sender=true") == {numbers[1], numbers[2]}
    assert listed("new_mail=true&failed_sender=true") == {numbers[2]}
    assert listed("") == set(numbers)


# -- senders ------------------------------------------------------------------------------------------------------


def test_a_failed_check_narrows_the_list_and_is_counted(database: Database) -> None:
    with database.transaction() as session:
        failed, fine = a_case(session, content=b"one"), a_case(session, content=b"two")
        kept.keep(session, case_document(session, failed), FAILED, at=NOW)
        kept.keep(session, case_document(session, fine), FINE, at=NOW)
        number = failed.id
    ines = browser(database)
    assert count_of(ines.open("/inbox"), "A check of the sender failed") == "1"
    assert shown(ines.open("/inbox?mail=failed_sender")) == [number]
    with database.transaction() as session:
        kept.keep(session, case_document(session, queries.get(session, number)), FINE, at=now())
    assert shown(ines.open("/inbox?mail=failed_sender")) == []


def test_the_mark_goes_with_the_mail(database: Database) -> None:
    with database.transaction() as session:
        case, target = a_case(session, content=b"one"), a_case(session, content=b"two")
        kept.keep(session, case_document(session, case), FAILED, at=NOW)
        assert with_failed_sender(session) == [case.id]
        by = a_person(session, "Ines", "reviewer")
        merging.merge(session, case.id, target.id, seen=Seen(case.version), by=by, at=NOW)
        assert with_failed_sender(session) == [target.id]
        merging.take_out(session, case.id, seen=Seen(case.version), by=by, at=NOW)
        assert with_failed_sender(session) == [case.id]


def test_a_matter_split_off_shares_the_mark_of_its_mail(database: Database) -> None:
    with database.transaction() as session:
        case, by = a_read_case(session), a_person(session, "Ines")
        document = case_document(session, case)
        matter = Matter("hours_quantity", "Two hours too many")
        (other,) = splitting.split(session, case.id, [matter], seen=Seen(case.version), by=by, at=now())
        kept.keep(session, document, FAILED, at=NOW)
        assert with_failed_sender(session) == [case.id, other.id]
        kept.keep(session, document, FINE, at=NOW)
        assert with_failed_sender(session) == []


@pytest.mark.parametrize("make", [lambda s: ListState.of(s), lambda s: ListState.of(ListState.of(s).kept)])
def test_the_address_says_it_and_a_saved_view_keeps_it(make: Callable[[str], ListState]) -> None:
    wanted = make("mail=failed_sender&mail=new&mail=nonsense")
    assert wanted.mails == ("new", "failed_sender")
    assert wanted.query == "mail=new&mail=failed_sender"
    assert (wanted.filter.has_new_mail, wanted.filter.has_failed_sender) == (True, True)
    assert wanted.with_mail("new") == "/inbox?mail=failed_sender"


def test_among_many_cases_both_are_offered_without_a_count(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "light", lambda *_args, **_more: None)  # as with more than a thousand
    with database.transaction() as session:
        case = a_case(session, content=b"one")
        came(session, case, 70)
        kept.keep(session, case_document(session, case), FAILED, at=NOW)
    page = browser(database).open("/inbox")
    assert 'href="/inbox?mail=new"' in page
    assert 'href="/inbox?mail=failed_sender"' in page
    assert not re.search(r'(New mail|A check of the sender failed) ?<span class="count">', page)


@pytest.mark.parametrize("few", [0, 2000])
def test_new_mail_is_found_whether_it_waits_on_few_cases_or_on_many(
    database: Database, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(queries, "FEW", few)
    with database.transaction() as session:
        cases = [a_case(session, content=str(n).encode()) for n in range(4)]
        for case in cases[1:3]:
            came(session, case, 70)
            came(session, case, 71)
        wanted = Filter(has_new_mail=True)
        assert sorted(c.id for c in queries.page(session, wanted).cases) == [c.id for c in cases[1:3]]
        assert queries.counts(session, [wanted]) == [2]
