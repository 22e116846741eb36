"""Mailboxes over the API: for administrators, with the scope; no secret in any answer."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.clock import now
from app.db import Database
from app.mailboxes import administration
from app.mailboxes.administration import COMMAND_LINE
from tests.mail_servers import PASSWORD, Pymap
from tests.mailboxes import SECRET_WORDS, a_mailbox
from tests.web import SECRET, with_key

POSTS = (("test", None), ("pause", None), ("resume", None), ("old-mail", {"since": "2026-01-01"}))


@pytest.fixture
def nora(database: Database) -> TestClient:
    return with_key(database, "read", "admin", roles=("administrator",), name="Nora")


def a_set_mailbox(database: Database, **entries: Any) -> None:
    with database.transaction() as session:
        a_mailbox(session, key=SECRET, **entries)


def test_the_list_says_how_it_goes_and_holds_no_secret(database: Database, nora: TestClient) -> None:
    a_set_mailbox(database, team="")
    with database.transaction() as session:
        mailbox = administration.mailbox_named(session, "billing")
        mailbox.seen_at, mailbox.taken_in, mailbox.last_lag_seconds = now(), 7, 0.5
        administration.ask_for_backfill(
            session, "billing", since=date(2026, 1, 1), per_minute=60, by=COMMAND_LINE, at=now()
        )
    answer = nora.get("/v1/mailboxes")
    (line,) = answer.json()["mailboxes"]
    assert (line["name"], line["state"], line["taken_in"], line["last_lag_seconds"]) == ("billing", "works", 7, 0.5)
    assert line["old_mail"][0]["since"] == "2026-01-01"
    assert SECRET_WORDS not in answer.text
    assert not {"secret", "password", "settings", "credentials"} & set(line)


def test_it_is_paused_and_resumed(database: Database, nora: TestClient) -> None:
    a_set_mailbox(database)
    assert nora.post("/v1/mailboxes/billing/pause").json()["state"] == "paused"
    assert nora.post("/v1/mailboxes/billing/resume").json()["state"] == "starting"


def test_old_mail_is_asked_for_once(database: Database, nora: TestClient) -> None:
    a_set_mailbox(database)
    asked = {"since": "2026-01-01", "per_minute": 120}
    answer = nora.post("/v1/mailboxes/billing/old-mail", json=asked)
    assert (answer.status_code, answer.json()["folder"], answer.json()["total"]) == (201, "INBOX", None)
    assert nora.post("/v1/mailboxes/billing/old-mail", json=asked).status_code == 409
    assert nora.post("/v1/mailboxes/billing/old-mail", json={**asked, "since": "2999-01-01"}).status_code == 422
    assert nora.post("/v1/mailboxes/billing/old-mail", json={**asked, "per_minute": 0}).status_code == 422


def test_the_connection_is_tried_step_by_step(database: Database, nora: TestClient, pymap: Pymap) -> None:
    a_set_mailbox(
        database, host="127.0.0.1", port=pymap.port, encryption="none", user=pymap.user,
        credentials={"password": PASSWORD},
    )  # fmt: skip
    answer = nora.post("/v1/mailboxes/billing/test").json()
    assert answer["works"] is True
    assert [s["step"] for s in answer["steps"]] == [
        "name", "connection", "encryption", "sign_in", "folder", "moving", "sending"
    ]  # fmt: skip
    assert PASSWORD not in json.dumps(answer)


@pytest.mark.parametrize(("what", "body"), POSTS)
def test_a_mailbox_that_is_not_there_is_not_found(nora: TestClient, what: str, body: Any) -> None:
    assert nora.post(f"/v1/mailboxes/nothing/{what}", json=body).status_code == 404
    assert nora.post(f"/v1/mailboxes/No%20Name/{what}", json=body).status_code == 422


@pytest.mark.parametrize("role", ["reviewer", "controller", "auditor", "policy_owner", "automation"])
def test_nobody_but_an_administrator(database: Database, role: str) -> None:
    a_set_mailbox(database)
    program = with_key(database, "read", "admin", "decide", "intake", "audit", roles=(role,))
    assert program.get("/v1/mailboxes").status_code == 403
    for what, body in POSTS:
        assert program.post(f"/v1/mailboxes/billing/{what}", json=body).status_code == 403


def test_a_key_that_only_reads_changes_nothing(database: Database) -> None:
    a_set_mailbox(database)
    program = with_key(database, "read", roles=("administrator",), name="Nora")
    assert program.get("/v1/mailboxes").status_code == 200
    for what, body in POSTS:
        answer = program.post(f"/v1/mailboxes/billing/{what}", json=body)
        assert (answer.status_code, answer.json()["scope"]) == (403, "admin")
