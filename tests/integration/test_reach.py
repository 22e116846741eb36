"""A project manager sees what they were asked about and nothing else, through every door there is."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.cases.models import CaseDocument, CaseQuestion
from app.clock import now
from app.db import Database
from app.users import access
from tests.builders import a_credit, a_suggestion
from tests.web import ORIGIN, SECRET, Browser, a_read_case, browser, client


def a_question(database: Database, browser_of: Browser, *, withdrawn: bool = False) -> None:
    with database.transaction() as session:
        session.add(
            CaseQuestion(
                case_id=1,
                asked_by=browser_of.person.user_id,
                asked_to=browser_of.person.user_id,
                text="Were they?",
                asked_at=now(),
                withdrawn_at=now() if withdrawn else None,
            )
        )


@pytest.fixture
def document_id(database: Database) -> int:
    with database.transaction() as session:
        case = a_read_case(session)
        a_suggestion(session, case, a_credit("300.00"))
        return session.execute(select(CaseDocument.document_id)).scalar_one()


def doors(database: Database, document_id: int) -> list[str]:
    """Every address of a page that belongs to a case or a document."""
    names = {"case_id": "1", "document_id": str(document_id), "part": "root", "number": "1", "what": "customer"}
    found = []
    for route in _routes(client(database).app.routes):  # type: ignore[attr-defined]
        path = str(getattr(route, "path", ""))
        is_page = "GET" in (getattr(route, "methods", None) or ()) and not path.startswith("/v1")
        if is_page and re.search(r"\{(case_id|document_id)", path):
            found.append(re.sub(r"\{(\w+)[^}]*\}", lambda m: names.get(m.group(1), "1"), path))
    return found


def _routes(routes: object) -> list[object]:
    found: list[object] = []
    for route in routes:  # type: ignore[attr-defined]
        inner = getattr(getattr(route, "original_router", None), "routes", None) or getattr(route, "routes", None)
        found += _routes(inner) if inner else [route]
    return found


def test_nothing_of_a_case_opens_to_a_project_manager_who_was_not_asked(database: Database, document_id: int) -> None:
    pia = browser(database, "Pia", "project_manager")
    found = doors(database, document_id)
    assert len(found) >= 10
    opened = {path: pia.http.get(path).status_code for path in found}
    assert {path: status for path, status in opened.items() if status not in (403, 404)} == {}


def test_a_question_opens_the_case_without_amounts_and_its_withdrawal_closes_it(
    database: Database, document_id: int
) -> None:
    pia, ines = browser(database, "Pia", "project_manager"), browser(database)
    assert "300.00" in ines.open("/cases/1")
    a_question(database, pia)
    page = pia.open("/cases/1")
    for amount in ("300.00", "6,300.00", "6,000.00", "150.00"):
        assert amount not in page, amount
    assert 'id="confirm"' not in page
    assert "/cases/1" in pia.open("/inbox")
    assert "300.00" not in pia.page
    with database.transaction() as session:
        session.execute(select(CaseQuestion)).scalar_one().withdrawn_at = now()
    pia.open("/cases/1", 404)
    assert 'href="/cases/1' not in pia.open("/inbox")


def test_with_another_role_a_project_manager_sees_all(database: Database, document_id: int) -> None:
    page = browser(database, "Pia", "project_manager", "reviewer").open("/cases/1")
    assert "300.00" in page


def test_somebody_without_a_role_sees_no_case(database: Database, document_id: int) -> None:
    with database.transaction() as session:
        access.add_user(session, email="otto@firm.example", name="Otto", roles=(), at=now(), by="test")
        otto_id = access.user_by_email(session, "otto@firm.example").id
    http = client(database)
    http.post(access.sign_in_link(ORIGIN, SECRET, otto_id).removeprefix(ORIGIN))
    assert http.get("/cases/1").status_code == 404
    assert 'href="/cases/1' not in http.get("/inbox").text


def test_an_auditor_sees_the_whole_case_and_no_decision_bar(database: Database, document_id: int) -> None:
    page = browser(database, "Tilda", "auditor").open("/cases/1")
    assert "300.00" in page
    assert 'id="confirm"' not in page
    assert 'class="decide"' not in page
    assert "You can read this case, not decide it." in page
