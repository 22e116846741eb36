"""Keys and scopes: who may what, and how a refusal is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.db import Database
from app.users import access
from app.users.models import ApiKey
from tests.builders import a_person
from tests.web import a_key, browser, client, with_key

ROUTES = {
    "/v1/cases": "read", "/v1/cases/1": "read", "/v1/cases/1/evidence": "read", "/v1/documents/1": "read",
    "/v1/documents/1/content": "read", "/v1/documents/1/pages/root/1.png": "read", "/v1/suggestions?case=1": "read",
    "/v1/audit": "audit", "/v1/audit/verification": "audit",
}  # fmt: skip
POSTS = {
    "/v1/documents": "intake",
    "/v1/suggestions/00000000-0000-0000-0000-000000000000/decisions": "decide",
    "/v1/suggestions/00000000-0000-0000-0000-000000000000/amendments": "decide",
    "/v1/suggestions/00000000-0000-0000-0000-000000000000/undo": "decide",
}


@pytest.mark.parametrize("path", [*ROUTES, *POSTS])
def test_without_a_key_nothing_is_told(database: Database, path: str) -> None:
    http = client(database)
    answer = http.get(path) if path in ROUTES else http.post(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("path", "scope"), [*ROUTES.items(), *POSTS.items()])
def test_a_key_reaches_as_far_as_its_scopes(database: Database, path: str, scope: str) -> None:
    http = with_key(database, *(s for s in ("intake", "read", "decide", "audit") if s != scope))
    answer = http.get(path) if path in ROUTES else http.post(path)
    assert answer.status_code == 403
    assert f'scope="{scope}"' in answer.headers["www-authenticate"]
    assert scope in answer.json()["detail"]


@pytest.mark.parametrize("header", ["Bearer cs_wrong", "Bearer ", "Basic YTpi", "cs_key"])
def test_a_wrong_key_is_unknown(database: Database, header: str) -> None:
    assert client(database).get("/v1/cases", headers={"authorization": header}).status_code == 401


def test_expired_and_revoked_keys_and_people_who_left_are_refused(database: Database) -> None:
    http = client(database)
    now = datetime.now(UTC)
    with database.transaction() as session:
        a_person(session, "Ines")
        user = access.user_by_email(session, "ines@firm.example")
        old = access.issue_key(session, user, name="old", scopes=("read",), at=now, expires_at=now - timedelta(days=1))
        revoked = access.issue_key(session, user, name="revoked", scopes=("read",), at=now)
        session.query(ApiKey).filter(ApiKey.name == "revoked").one().revoked_at = now
        good = access.issue_key(session, user, name="good", scopes=("read",), at=now)

    def status(key: str) -> int:
        return http.get("/v1/cases", headers={"authorization": f"Bearer {key}"}).status_code

    assert [status(k) for k in (old, revoked, good)] == [401, 401, 200]
    with database.transaction() as session:
        access.user_by_email(session, "ines@firm.example").is_active = False
    assert status(good) == 401


def test_a_persons_cookie_opens_nothing_under_v1(database: Database) -> None:
    http = browser(database).http
    assert http.get("/inbox").status_code == 200
    assert http.get("/v1/cases").status_code == 401


def test_an_api_key_opens_no_page(database: Database) -> None:
    http = client(database)
    answer = http.get("/inbox", headers={"authorization": f"Bearer {a_key(database, 'read')}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/cases/abc", "/v1/cases/99999999999999999999999", "/v1/cases/0"])
def test_errors_are_problem_documents(database: Database, path: str) -> None:
    answer = with_key(database, "read").get(path)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert answer.json()["status"] == answer.status_code


def test_an_unforeseen_error_is_a_problem_with_a_code_and_tells_nothing_else(database: Database, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from fastapi.testclient import TestClient

    http = with_key(database, "read")
    quiet = TestClient(http.app, base_url="http://testserver", raise_server_exceptions=False)

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret of ours")

    monkeypatch.setattr("app.api.cases.queries.page", fails)
    answer = quiet.get("/v1/cases", headers={"authorization": http.headers["authorization"]})
    assert answer.status_code == 500
    assert answer.json()["code"]
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
