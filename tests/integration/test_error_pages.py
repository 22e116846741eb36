"""What a person sees when something goes wrong: what happened, what is safe, what to do, and a code for support."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from app.db import Database
from app.review import case_page, system_page
from tests.web import a_read_case, browser, with_key


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(case_page, "case_context", fall)


def test_a_case_that_cannot_be_shown_says_that_nothing_is_lost_and_the_code_is_in_the_log(
    database: Database, broken: None, caplog: pytest.LogCaptureFixture
) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines = browser(database)
    ines.http = type(ines.http)(ines.http.app, base_url="http://testserver", cookies=ines.http.cookies,
                                raise_server_exceptions=False)  # fmt: skip
    with caplog.at_level(logging.ERROR):
        page = ines.open("/cases/1?view=stale", 500)
    assert "This case could not be shown. Nothing is lost and nothing was changed." in page
    assert 'href="/cases/1?view=stale"' in page
    code = re.search(r"support the code ([0-9A-F]{4}-[0-9A-F]{2})", page)
    assert code
    assert code.group(1) in caplog.text
    assert "ZeroDivisionError" not in page


def test_a_database_that_does_not_answer_is_told_with_a_code_and_a_way_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: Any, **__: Any) -> None:
        raise OperationalError("select 1", {}, Exception("gone"))

    ines = browser(database)
    monkeypatch.setattr(system_page, "_parts", fall)
    page = ines.open("/system", 503)
    assert "The database does not answer. Nothing is lost and nothing was changed." in page
    assert re.search(r"code [0-9A-F]{4}-[0-9A-F]{2}", page)
    assert 'href="/system"' in page


def test_an_address_without_a_page_says_so_and_offers_no_second_try(database: Database) -> None:
    page = browser(database).open("/no-such-page", 404)
    assert "There is nothing at this address." in page
    assert "Try again" not in page
    assert 'href="/inbox"' in page


def test_the_api_tells_the_same_as_a_problem_document(database: Database) -> None:
    answer = with_key(database, "read").get("/v1/cases/99")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404
