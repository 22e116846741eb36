"""The pages of the trail: events found, exported and verified, and why a record of Odoo changed."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.audit import trail
from app.audit.models import AuditEvent
from app.db import Database
from app.review.audit_words import ACTIONS, GROUPS
from app.users import access
from app.writebacks import queue
from tests.builders import NOW, a_case, a_credit, a_person, a_reference, a_suggestion, the_policy
from tests.web import Browser, browser, with_key


@pytest.fixture
def decided(database: Database) -> Database:
    """Two cases: one with a reference that Ines confirmed, one with nothing decided."""
    with database.transaction() as session:
        ines = a_person(session, "Ines")
        case = a_case(session)
        step = a_suggestion(session, case, a_reference("PO-7"))
        queue.confirm(
            session, step.id, content_hash=step.content_hash, by=ines, policy=the_policy(), at=NOW, undo_seconds=5
        )
        a_suggestion(session, a_case(session, content=b"Subject: other\n\nother"), a_credit())
    return database


def rows_of(page: str) -> list[str]:
    found = re.findall(r'<tr id="e\d+">(.*?)</tr>', page, re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)) for row in found]


def test_events_are_found_by_case_person_kind_and_day(decided: Database) -> None:
    auditor = browser(decided, "Alma", "auditor")
    everything = rows_of(auditor.open("/audit"))
    assert any("Confirmed" in row and "Ines" in row for row in everything)
    of_case = rows_of(auditor.open("/audit?case=2"))
    assert of_case
    assert len(of_case) < len(everything)
    assert not any("Ines" in row for row in of_case)
    (confirmed,) = rows_of(auditor.open("/audit?person=ines&kind=decisions"))
    assert "Confirmed" in confirmed
    assert len(rows_of(auditor.open("/audit?kind=decision.confirm"))) == 1
    assert rows_of(auditor.open(f"/audit?case=1&from={NOW.date()}&to={NOW.date()}"))
    page = auditor.open("/audit?case=1&to=2020-01-01")
    assert "No event fits" in page
    assert "Nobody here is called" in auditor.open("/audit?person=Nobody+At+All")
    for wrong in ("case=x", "kind=nonsense", "from=yesterday", "to=0001-01-01"):
        assert auditor.open(f"/audit?{wrong}", 422)


def test_pages_follow_one_another_without_gap_or_repetition(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session)
        for n in range(230):
            trail.record(session, "case.retried", case_id=case.id, actor="ines@firm.example", at=NOW, n=n)
    auditor = browser(database, "Alma", "auditor")
    seen = pages_of(auditor, "/audit?kind=case.retried")
    assert len(seen) == 230
    assert seen == sorted(set(seen), reverse=True)
    of_day = pages_of(auditor, f"/audit?from={NOW.date()}&to={NOW.date()}")
    assert set(seen) <= set(of_day)
    assert len(of_day) == len(set(of_day))


def pages_of(auditor: Browser, address: str) -> list[int]:
    """The ids of all events from page to page."""
    page, seen = auditor.open(address), []
    while True:
        seen += [int(n) for n in re.findall(r'<tr id="e(\d+)">', page)]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if following is None:
            break
        page = auditor.open(following.group(1).replace("&amp;", "&"))
    return seen


def test_the_file_has_the_same_events_with_their_hashes_and_its_taking_is_recorded(decided: Database) -> None:
    with decided.transaction() as session:
        access.add_user(
            session, email="ines@firm.example", name="=HYPERLINK(1)", roles=("reviewer",), at=NOW, by="test"
        )
    auditor = browser(decided, "Alma", "auditor")
    answer = auditor.http.get("/audit.csv?case=1")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    with decided.transaction() as session:
        events = session.execute(select(AuditEvent).where(AuditEvent.case_id == 1).order_by(AuditEvent.id)).scalars()
        assert [(r["seq"], r["hash"]) for r in rows] == [(str(e.seq), e.hash) for e in events]
    assert {r["name"] for r in rows if r["actor"] == "ines@firm.example"} == {"'=HYPERLINK(1)"}
    (taken,) = rows_of(auditor.open("/audit?kind=audit.exported"))
    assert "Alma" in taken


def test_a_case_says_whether_its_chain_holds_and_the_whole_trail_is_verified(decided: Database) -> None:
    auditor = browser(decided, "Alma", "auditor")
    assert "The chain of this case holds" in auditor.open("/audit?case=1")
    assert "The trail holds" in auditor.open("/audit/verification")
    with decided.transaction() as session:
        session.execute(text("set local session_replication_role = replica"))
        session.execute(text("update audit_events set actor = 'mallory@x.example' where case_id = 1 and seq = 2"))
    assert "event 2 of case 1" in auditor.open("/audit?case=1")
    page = auditor.open("/audit/verification")
    assert "The trail does not hold" in page
    assert "event 2 of case 1" in page


def test_why_a_record_changed_names_who_decided_and_under_which_rule(decided: Database) -> None:
    auditor = browser(decided, "Alma", "auditor")
    page = auditor.open("/audit/change?record=sale.order%2C12")
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Write the customer’s order number" in said or "order number" in said
    assert "PO-7" in said
    assert "Ines (finance reviewer)" in said
    assert "rule OPS-1" in said
    assert "Notes, references and marks need one finance reviewer." in said
    assert 'href="/cases/1"' in page
    assert "Nothing in the mirror of Odoo is called" in auditor.open("/audit/change?record=INV%2F2026%2F9")
    assert auditor.open("/audit/change")


def test_what_a_step_made_in_odoo_leads_back_to_the_step(decided: Database) -> None:
    with decided.transaction() as session:
        session.execute(text("set local session_replication_role = replica"))
        receipt = '{"model": "account.move", "id": 991, "name": "Draft Credit Note"}'
        session.execute(text("update suggestions set state = 'written' where case_id = 1"))
        session.execute(
            text("update write_backs set state = 'written', written_at = now(), receipt = cast(:r as jsonb)"),
            {"r": receipt},
        )
    page = browser(decided, "Alma", "auditor").open("/audit/change?record=account.move%2C991")
    assert "PO-7" in page
    assert "Ines" in page


def test_the_api_finds_events_by_the_same_things(decided: Database) -> None:
    program = with_key(decided, "audit", roles=("auditor",), name="Alma")
    (confirmed,) = program.get("/v1/audit", params={"action": ["decision.confirm", "decision.reject"]}).json()["events"]
    assert confirmed["actor"] == "ines@firm.example"
    assert program.get("/v1/audit", params={"actor": "nobody@firm.example"}).json()["events"] == []
    day = {"since": "2026-11-20T00:00:00Z", "before": "2026-11-21T00:00:00Z"}
    assert program.get("/v1/audit", params=day).json()["events"]
    assert program.get("/v1/audit", params={"before": "2020-01-01T00:00:00+01:00"}).json()["events"] == []
    assert program.get("/v1/audit", params={"since": "2026-11-20T00:00:00"}).status_code == 422


def test_only_auditors_and_controllers_see_the_trail(decided: Database) -> None:
    assert browser(decided, "Tom", "controller").open("/audit")
    for address in ("/audit", "/audit.csv", "/audit/verification", "/audit/change?record=x"):
        assert browser(decided, "Ines", "reviewer").http.get(address).status_code == 403
        assert browser(decided, "Paul", "project_manager").http.get(address).status_code == 403


def test_every_event_that_the_code_records_has_words() -> None:
    assert {group for group, _ in ACTIONS.values()} == set(GROUPS)
    root = Path(__file__).parents[2]
    recorded: set[str] = set()
    for path in (*root.glob("app/**/*.py"), *root.glob("workers/**/*.py")):
        content = path.read_text(encoding="utf-8")
        recorded |= set(re.findall(r'(?:trail\.)?record(?:_first)?\(\s*session,\s*"([a-z_]+\.[a-z_]+)"', content))
    assert recorded - set(ACTIONS) == set()
