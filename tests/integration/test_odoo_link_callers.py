"""Who may call as Odoo: signature, purpose, clock, one use for a decision; linking people; what a ping says."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from app.config import Settings
from app.db import Database
from app.errors import Misconfigured, Unavailable
from app.main import create_app
from app.odoo.gateway import OdooVersion
from app.users import odoo_people
from app.users.models import OdooToken
from tests.builders import NOW, a_person, the_policy
from tests.command_line import Run
from tests.odoo_link import (
    DATABASE,
    INVOICE,
    SECRET,
    OdooServer,
    a_matter,
    a_token,
    key,
    linked,
    odoo_server,
)
from tests.web import client, settings, with_key
from workers.wiring import Parts

PANEL = {"model": "account.move", "res_id": 76}
PATHS = ("ping", "panel", "decisions", "receipts", "ageing")


def forged(server: OdooServer) -> dict[str, str]:
    """Tokens that prove nothing."""
    claims, now = server.claims(about=INVOICE), int(time.time())
    right = key(SECRET, b"countersign.panel")
    whole = a_token(claims)
    return {
        "of another secret": a_token(claims, secret="x" * 40),
        "signed with the secret itself": jwt.encode(claims, SECRET, algorithm="HS256"),
        "signed with the key of events": jwt.encode(claims, key(SECRET, b"countersign.events"), algorithm="HS256"),
        "unsigned": jwt.encode(claims, None, algorithm="none"),
        "of another algorithm": jwt.encode(claims, right + right, algorithm="HS512"),
        "changed": whole[:-6] + "AAAAAA",
        "for something else": a_token(claims | {"aud": "countersign.events"}),
        "for nothing": a_token({k: v for k, v in claims.items() if k != "aud"}),
        "of yesterday": a_token(claims | {"iat": now - 86400, "exp": now - 86340}),
        "just ended": a_token(claims | {"iat": now - 75, "exp": now - 15}),
        "of tomorrow": a_token(claims | {"iat": now + 86400, "exp": now + 86460}),
        "good for too long": a_token(claims | {"exp": now + 3600}),
        "without an end": a_token({k: v for k, v in claims.items() if k != "exp"}),
        "without a beginning": a_token({k: v for k, v in claims.items() if k != "iat"}),
        "without a number of its own": a_token({k: v for k, v in claims.items() if k != "jti"}),
        "without a user": a_token({k: v for k, v in claims.items() if k != "uid"}),
        "of a user that is no number": a_token(claims | {"uid": "7"}),
        "of a user that is a truth": a_token(claims | {"uid": True}),
        "of a user below one": a_token(claims | {"uid": 0}),
        "of companies that are none": a_token(claims | {"companies": "1"}),
        "of a database with an odd name": a_token(claims | {"iss": "a'; --"}),
        "ending before it begins": a_token(claims | {"iat": now + 5, "exp": now + 4}),
        "nonsense": "abc",
        "three dots": "a.b.c",
    }


@pytest.mark.parametrize("how", sorted(forged(OdooServer(None))))  # type: ignore[arg-type]
def test_a_forged_token_opens_nothing(database: Database, how: str) -> None:
    with database.transaction() as session:
        linked(session, "Ines", 7)
        a_matter(session)
    server = odoo_server(database)
    answer = server.send("panel", PANEL, forged(server)[how])
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_nothing_is_told(database: Database, path: str) -> None:
    server = odoo_server(database)
    for headers in ({}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer "}):
        assert server.http.post(f"/v1/odoo/{path}", json={}, headers=headers).status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_without_a_secret_no_odoo_calls(database: Database, path: str) -> None:
    server = odoo_server(database, countersign_odoo_secret="")
    answer = server.call(path, {})
    assert (answer.status_code, "COUNTERSIGN_ODOO_SECRET" in answer.json()["detail"]) == (401, True)


def test_an_api_key_is_no_token_and_a_token_no_api_key(database: Database) -> None:
    http = with_key(database, "read", "decide")
    assert http.post("/v1/odoo/panel", json=PANEL).status_code == 401
    server = odoo_server(database)
    token = a_token(server.claims(about=INVOICE))
    assert server.http.get("/v1/cases", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_clocks_may_differ_a_little(database: Database) -> None:
    server = odoo_server(database)
    for shift in (-62, 8):
        at = int(time.time()) + shift
        server.panel(iat=at, exp=at + 60)


def test_two_secrets_hold_while_one_replaces_the_other(database: Database) -> None:
    new = "n" * 40
    old_server = odoo_server(database, countersign_odoo_secret_next=new)
    new_server = OdooServer(old_server.http, secret=new)
    old_server.panel()
    new_server.panel()
    assert new_server.event("order.confirmed").status_code == old_server.event("order.confirmed").status_code == 202
    OdooServer(client(database, countersign_odoo_secret=new), secret=new).panel()
    OdooServer(client(database, countersign_odoo_secret=new), secret=SECRET).panel(status=401)


def test_a_short_secret_is_no_secret() -> None:
    from app import config

    with pytest.raises(Misconfigured, match="32 characters"):
        config.load(countersign_odoo_secret="short")


def test_a_decision_token_is_good_once(database: Database) -> None:
    with database.transaction() as session:
        linked(session, "Ines", 7)
        _, suggestion = a_matter(session)
    server = odoo_server(database)
    token = a_token(server.claims(about=INVOICE))
    body = {**PANEL, "suggestion_id": str(suggestion.id), "content_hash": "0" * 64, "verdict": "confirm"}
    assert server.send("decisions", body, token).status_code == 409
    body["content_hash"] = suggestion.content_hash
    again = server.send("decisions", body, token)
    assert (again.status_code, "used before" in again.json()["detail"]) == (401, True)
    assert server.send("panel", PANEL, token).status_code == 200, "looking is no decision"
    assert server.decide(suggestion).status_code == 200


def test_used_tokens_are_forgotten_when_they_could_not_be_used_anyway(database: Database) -> None:
    from datetime import UTC, datetime, timedelta

    server = odoo_server(database)
    with database.transaction() as session:
        old = datetime.now(UTC) - timedelta(minutes=1)
        session.add(OdooToken(database=DATABASE, jti="old-and-over", expires_at=old))
    server.call("decisions", {})
    server.decide({"id": "00000000-0000-4000-8000-000000000000", "content_hash": "0" * 64})
    with database.transaction() as session:
        held = session.query(OdooToken).all()
    assert "old-and-over" not in [t.jti for t in held]
    assert all(t.expires_at > datetime.now(UTC) + timedelta(seconds=65) for t in held)


def test_visitors_wait_for_a_link_and_are_linked_with_one_command(
    database: Database, run: Run, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    parts = Parts(Settings(database_url=postgres_url))  # type: ignore[arg-type]
    monkeypatch.setattr("workers.wiring.parts", lambda: parts)
    with database.transaction() as session:
        a_person(session, "Ines")
        a_matter(session)
    server = odoo_server(database)
    assert "Nobody waits" in run("user", "odoo", "--waiting").out
    for _ in range(3):
        server.panel(login="ines", name="Ines K.")
    server.call("ping", {}, uid=1)
    [waits] = run("user", "odoo", "--waiting", "--json").lines
    assert (waits["database"], waits["uid"], waits["login"], waits["name"]) == (DATABASE, 7, "ines", "Ines K.")
    assert "--uid 7" in run("user", "odoo", "--waiting").out

    done = run("user", "odoo", "Ines@firm.example", "--uid", "7", "--json")
    assert done.lines == [{"email": "ines@firm.example", "database": DATABASE, "uid": 7, "login": "ines"}]
    assert run("user", "odoo", "--waiting", "--json").lines == []
    assert run("user", "odoo", "--json").lines[0]["email"] == "ines@firm.example"
    assert "ines@firm.example: user 7 (ines)" in " ".join(run("user", "odoo").out.split())
    assert server.panel()["person"]["can_decide"] is True

    assert run("user", "odoo", "--remove", "--uid", "7").code == 0
    assert server.panel()["person"]["can_decide"] is False
    assert "Nobody is linked" in run("user", "odoo").out
    parts.close()


def test_linking_says_what_is_wrong(
    database: Database, run: Run, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    parts = Parts(Settings(database_url=postgres_url))  # type: ignore[arg-type]
    monkeypatch.setattr("workers.wiring.parts", lambda: parts)
    with database.transaction() as session:
        linked(session, "Ines", 7)
        a_person(session, "Marc")
    assert run("user", "odoo", "ines@firm.example").code == 2
    assert "has called" in run("user", "odoo", "ines@firm.example", "--uid", "9").err
    assert "has the address" in run("user", "odoo", "no@firm.example", "--uid", "9", "--database", DATABASE).err
    taken = run("user", "odoo", "marc@firm.example", "--uid", "7", "--database", DATABASE)
    assert (taken.code, "linked to ines@firm.example" in taken.err) == (1, True)
    assert run("user", "odoo", "--remove", "--uid", "8", "--database", DATABASE).code == 1
    again = ("user", "odoo", "ines@firm.example", "--uid", "7", "--database", DATABASE, "--login", "new")
    assert run(*again, "--json").lines[0]["login"] == "new"
    parts.close()


def test_linking_is_in_the_trail(database: Database) -> None:
    from sqlalchemy import select

    from app.audit.models import AuditEvent

    with database.transaction() as session:
        linked(session, "Ines", 7)
        odoo_people.unlink(session, database=DATABASE, uid=7, by="test", at=NOW)
        wanted = select(AuditEvent.action).where(AuditEvent.action.like("odoo.%")).order_by(AuditEvent.id)
        actions = session.execute(wanted).scalars().all()
    assert actions == ["odoo.linked", "odoo.unlinked"]


def test_visitors_are_counted_within_reason(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.users.odoo_people.MOST_VISITORS", 3)
    server = odoo_server(database)
    for uid in range(10, 16):
        server.call("ping", {}, uid=uid)
    with database.transaction() as session:
        assert len(odoo_people.waiting(session)) == 3


class Answering:
    """Odoo as far as a ping asks it."""

    def __init__(self, version: Callable[[], OdooVersion]) -> None:
        self.version = version


def ping(database: Database, odoo: Any) -> dict[str, Any]:
    from fastapi.testclient import TestClient

    app = create_app(settings(countersign_odoo_secret=SECRET), database, the_policy(), odoo=odoo)
    answer = OdooServer(TestClient(app)).call("ping", {})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_ping_tells_both_directions(database: Database) -> None:
    with database.transaction() as session:
        linked(session, "Ines", 7)
    told = ping(database, Answering(lambda: OdooVersion("19.0", "19.0.1.0.0")))
    assert (told["service"], told["database_known"]) == ("countersign", True)
    assert told["person"] == {"name": "Ines", "can_decide": True, "why_not": ""}
    assert told["odoo"] == {"reachable": True, "says": "Countersign reaches Odoo 19.0 with addon 19.0.1.0.0."}
    assert told["version"]


def test_a_ping_says_what_is_missing(database: Database) -> None:
    told = ping(database, None)
    assert (told["database_known"], told["odoo"]["reachable"]) == (False, False)
    assert "ODOO_URL" in told["odoo"]["says"]

    def away() -> OdooVersion:
        raise Unavailable("Odoo does not answer at https://erp.example.")

    assert ping(database, Answering(away))["odoo"]["says"] == "Odoo does not answer at https://erp.example."
    assert "without" in ping(database, Answering(lambda: OdooVersion("19.0")))["odoo"]["says"]


def test_a_ping_does_not_wait_for_a_slow_odoo(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr("app.api.odoo.reach.LONGEST", 0.05)
    released = threading.Event()

    def slow() -> OdooVersion:
        released.wait(10)
        return OdooVersion("19.0")

    told = ping(database, Answering(slow))
    released.set()
    assert (told["odoo"]["reachable"], "no answer" in told["odoo"]["says"]) == (False, True)


@pytest.mark.parametrize("path", PATHS)
def test_a_malformed_request_is_said(database: Database, path: str) -> None:
    server = odoo_server(database)
    for body in ([], "x", {"unknown": 1}):
        assert server.call(path, body).status_code == 422  # type: ignore[arg-type]


def test_doctor_tells_of_the_link(database: Database, postgres_url: str) -> None:
    from workers import health

    def told(**more: Any) -> health.Check:
        parts = Parts(Settings(database_url=postgres_url, countersign_secret_key="k" * 40, **more))  # type: ignore[arg-type]
        found = next(c for c in health.checks(parts) if c.what == "Odoo's panel")
        parts.close()
        return found

    assert told().state == "absent"
    with database.transaction() as session:
        linked(session, "Ines", 7)
    odoo_server(database).panel(uid=8)
    assert told(countersign_odoo_secret=SECRET) == health.Check(
        "Odoo's panel", "works", "1 person is linked, 1 called and is not: countersign user odoo --waiting"
    )
    assert "second secret" in told(countersign_odoo_secret=SECRET, countersign_odoo_secret_next="n" * 40).says
    assert told(countersign_odoo_secret="k" * 40).state == "fails"
