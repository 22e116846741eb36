"""Signing in, staying who one is, and refusing forms from elsewhere."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.db import Database
from app.suggestions.models import Suggestion
from app.users import access
from tests.builders import a_case, a_person, a_suggestion
from tests.web import ORIGIN, SECRET, altered, browser, client


def a_link(database: Database, name: str = "Ines") -> str:
    with database.transaction() as session:
        return access.sign_in_link(ORIGIN, SECRET, a_person(session, name).user_id).removeprefix(ORIGIN)


def test_opening_the_link_signs_nobody_in(database: Database) -> None:
    http = client(database)
    answer = http.get(a_link(database))
    assert "Sign in as Ines" in answer.text
    assert "set-cookie" not in answer.headers
    assert http.get("/inbox").status_code == 303


def test_the_button_begins_a_session_that_scripts_cannot_read(database: Database) -> None:
    http = client(database)
    answer = http.post(a_link(database), headers={"sec-fetch-site": "same-origin"})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert http.get("/inbox").status_code == 200
    with database.transaction() as session:
        assert "person.signed_in" in session.execute(select(AuditEvent.action)).scalars().all()


def test_over_https_the_cookie_is_bound_to_host_and_connection(database: Database) -> None:
    from fastapi.testclient import TestClient

    from app.main import create_app
    from tests.builders import the_policy
    from tests.web import settings

    app = create_app(
        settings().model_copy(update={"countersign_public_url": "https://desk.example"}), database, the_policy(), None
    )
    http = TestClient(app, base_url="https://desk.example", follow_redirects=False)
    answer = http.post(a_link(database), headers={"sec-fetch-site": "same-origin"})
    assert answer.headers["set-cookie"].startswith("__Host-countersign=")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("token", ["x", "IjAi.aaaa.bbbb", "%00", "a" * 400])
def test_a_link_that_is_not_ours_is_not_good(database: Database, token: str) -> None:
    http = client(database)
    assert http.get(f"/sign-in/{token}").status_code == 404
    assert http.post(f"/sign-in/{token}").status_code == 404


def test_a_session_token_is_no_sign_in_link_and_the_other_way_round(database: Database) -> None:
    http = browser(database).http
    value = http.cookies["countersign"]
    assert client(database).post(f"/sign-in/{value}").status_code == 404
    other = client(database)
    other.cookies.set("countersign", a_link(database).rpartition("/")[2])
    assert other.get("/inbox").status_code == 303


def test_a_tampered_cookie_is_nobodys(database: Database) -> None:
    http = browser(database).http
    value = http.cookies["countersign"]
    http.cookies.clear()
    http.cookies.set("countersign", altered(value))
    assert http.get("/inbox").status_code == 303


def test_whoever_left_the_firm_is_signed_out_at_once(database: Database) -> None:
    ines = browser(database)
    with database.transaction() as session:
        access.user_by_email(session, "ines@firm.example").is_active = False
    assert ines.http.get("/inbox").status_code == 303


def test_signing_out_ends_it(database: Database) -> None:
    ines = browser(database)
    ines.open("/inbox")
    ines.send("/sign-out")
    assert ines.http.get("/inbox").status_code == 303


# -- forms from elsewhere -----------------------------------------------------------------------------------------


@pytest.fixture
def proposed(database: Database) -> Database:
    with database.transaction() as session:
        a_suggestion(session, a_case(session))
    return database


def still_open(database: Database) -> bool:
    with database.transaction() as session:
        return session.execute(select(Suggestion.state)).scalars().all() == ["open"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
        {"referer": "https://evil.example/testserver"},
    ],
)
def test_a_form_from_another_site_decides_nothing(proposed: Database, headers: dict[str, str]) -> None:
    ines = browser(proposed)
    ines.open("/cases/1")
    ines.headers = headers
    page = ines.send("/cases/1/confirm", status=403)
    assert "another site" in page
    assert still_open(proposed)


def test_a_form_without_its_token_decides_nothing(proposed: Database) -> None:
    ines = browser(proposed)
    ines.open("/cases/1")
    for token in ("", "x"):
        ines.open("/cases/1")
        ines.send("/cases/1/confirm", status=403, token=token)
    assert still_open(proposed)


def test_a_token_of_another_session_decides_nothing(proposed: Database) -> None:
    ines, marc = browser(proposed), browser(proposed, "Marc")
    ines.open("/cases/1")
    marc.open("/cases/1")
    stolen = marc.form("/cases/1/confirm")["token"]
    ines.send("/cases/1/confirm", status=403, token=stolen)
    assert still_open(proposed)


def test_a_form_sent_when_signed_out_leads_to_signing_in(proposed: Database) -> None:
    ines = browser(proposed)
    ines.open("/cases/1")
    values = ines.form("/cases/1/confirm")
    answer = client(proposed).post("/cases/1/confirm", data=values, headers=ines.headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert still_open(proposed)


def test_reading_a_page_never_decides(proposed: Database) -> None:
    ines = browser(proposed)
    for path in ("/cases/1/confirm", "/cases/1/undo"):
        assert ines.http.get(path).status_code == 405
    ines.open("/cases/1/reject")
    assert still_open(proposed)


# -- headers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/inbox", "/cases/1", "/cases/99", "/sign-in", "/nothing", "/static/review.css"])
def test_every_answer_is_guarded(proposed: Database, path: str) -> None:
    answer = browser(proposed).http.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert ("immutable" if "/static/" in path else "no-store") in answer.headers["cache-control"]


def test_no_page_needs_what_the_policy_forbids(proposed: Database) -> None:
    import re

    ines = browser(proposed)
    for path in ("/inbox", "/cases/1", "/sign-in", "/nothing"):
        page = ines.http.get(path).text
        assert not re.search(r"<script(?![^>]*src=\"/static/|[^>]*type=\"application/json\")", page)
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
        assert not re.search(r"(?:src|href)=\"(?!/|#|\?)", page)


def test_the_theme_is_kept_and_leads_back_here_only(database: Database) -> None:
    ines = browser(database)
    answer = ines.http.post("/theme", data={"theme": "dark", "back": "/inbox?sort=amount"}, headers=ines.headers)
    assert answer.headers["location"] == "/inbox?sort=amount"
    assert 'data-theme="dark"' in ines.open("/inbox")
    for back in ("https://evil.example", "//evil.example", "/\\evil.example", "/a\nb", ""):
        answer = ines.http.post("/theme", data={"theme": "light", "back": back}, headers=ines.headers)
        assert answer.headers["location"] == "/inbox"


def test_without_a_secret_key_the_app_does_not_start(database: Database) -> None:
    from app.errors import Misconfigured
    from app.main import create_app
    from tests.builders import the_policy
    from tests.web import settings

    with pytest.raises(Misconfigured, match="COUNTERSIGN_SECRET_KEY"):
        create_app(
            settings().model_copy(update={"countersign_secret_key": SecretStr("short")}), database, the_policy(), None
        )


def test_a_link_signs_in_once(database: Database) -> None:
    link = a_link(database)
    assert client(database).post(link, headers={"sec-fetch-site": "same-origin"}).status_code == 303
    second = client(database)
    assert second.post(link, headers={"sec-fetch-site": "same-origin"}).status_code == 404
    assert "work once" in second.get(link).text
    assert client(database).post(a_link(database), headers={"sec-fetch-site": "same-origin"}).status_code == 303


def test_a_copied_cookie_ends_with_the_session(database: Database) -> None:
    ines = browser(database)
    ines.open("/inbox")
    copied = dict(ines.http.cookies)
    ines.send("/sign-out")
    thief = client(database)
    thief.cookies.update(copied)
    assert thief.get("/inbox").headers["location"] == "/sign-in"
