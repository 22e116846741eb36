"""`countersign mailbox …`: what an administrator does at the terminal, and that no secret is ever written out."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import subprocess
import sys
import termios
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.clock import now
from app.mailboxes.credentials import credentials_of
from app.mailboxes.models import Mailbox
from app.mailboxes.reached import Reached
from tests.command_line import Done, Run
from tests.mail_servers import PASSWORD, Pymap
from tests.mailboxes import KEY, SECRET_WORDS
from workers import health

ADDRESS = ("--address", "billing@marlowvoss.example")
IMAP = (*ADDRESS, "--host", "imap.marlowvoss.example", "--no-test")


@pytest.fixture
def there(house: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("workers.wiring.parts", lambda: house.parts)
    return house


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What comes on standard input."""

    def given(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    given("")
    return given


def kept(house: Any, name: str = "billing") -> tuple[Mailbox, Reached, dict[str, str]]:
    with house.parts.database.transaction() as session:
        found = session.execute(select(Mailbox).where(Mailbox.name == name)).scalar_one()
        return found, Reached.model_validate(found.settings), credentials_of(found, house.parts.secret_key)


def add(run: Run, give: Any, *more: str, password: str = SECRET_WORDS) -> Done:
    give(json.dumps({"password": password}))
    done: Done = run("mailbox", "add", "billing", *IMAP, "--credentials", "-", *more)
    return done


def test_a_mailbox_is_added_with_its_password_from_standard_input(there: Any, run: Run, give: Any) -> None:
    done = add(run, give, "--encryption", "starttls", "--out-host", "smtp.marlowvoss.example", "--language", "de")
    assert done.code == 0, done.err
    assert SECRET_WORDS not in done.out + done.err
    found, reached, credentials = kept(there)
    assert (found.language, found.made_by, reached.port, reached.encryption) == ("de", None, 143, "starttls")
    assert reached.outgoing is not None
    assert (reached.outgoing.host, reached.outgoing.port) == ("smtp.marlowvoss.example", 465)
    assert credentials == {"password": SECRET_WORDS}


def test_a_file_with_credentials_does_as_well(there: Any, run: Run, give: Any, tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"password": SECRET_WORDS}))
    assert run("mailbox", "add", "billing", *IMAP, "--credentials", str(file), "--json").lines[0] == {
        "name": "billing", "kind": "imap", "address": "billing@marlowvoss.example", "state": "active", "tested": [],
    }  # fmt: skip


@pytest.mark.parametrize("given", ["", "no json", "[]", '{"password": 1}', '{"unheard_of": "x"}'])
def test_credentials_that_cannot_be_read_are_asked_back(there: Any, run: Run, give: Any, given: str) -> None:
    give(given)
    done = run("mailbox", "add", "billing", *IMAP, "--credentials", "-")
    assert done.code == 2
    assert run("mailbox", "list", "--json").lines == []


def test_without_a_password_nothing_is_added_and_the_reason_said(there: Any, run: Run, give: Any) -> None:
    done = run("mailbox", "add", "billing", *IMAP)
    assert (done.code, done.err.strip()) == (1, "The password is missing. Enter it.")


@pytest.mark.parametrize(
    "wrong", [("--encryption", "ssl"), ("--kind", "pop3"), ("--grant", "code"), ("--preset", "yahoo")]
)
def test_a_word_that_is_not_known_is_said_with_those_that_are(there: Any, run: Run, give: Any, wrong: Any) -> None:
    done = add(run, give, *wrong)
    assert done.code == 2
    assert "It is one of" in done.err


def test_a_preset_fills_in_the_servers_and_asks_for_tokens(there: Any, run: Run, give: Any) -> None:
    give(json.dumps({"client_secret": "s", "refresh_token": "r"}))
    done = run(
        "mailbox", "add", "billing", *ADDRESS, "--preset", "google", "--client-id", "c-1", "--credentials", "-",
        "--no-test",
    )  # fmt: skip
    assert done.code == 0, done.err
    _, reached, _ = kept(there)
    assert (reached.host, reached.sign_in) == ("imap.gmail.com", "oauth")
    assert reached.oauth is not None
    assert (reached.oauth.client_id, reached.oauth.scope) == ("c-1", "https://mail.google.com/")


def test_an_inbound_mailbox_shows_its_key_once(there: Any, run: Run, give: Any) -> None:
    line = run("mailbox", "add", "desk", *ADDRESS, "--kind", "inbound", "--json").lines[0]
    assert line["inbound_key"].startswith("csin_")
    assert kept(there, "desk")[2] == {"inbound_key": line["inbound_key"]}
    renewed = run("mailbox", "change", "desk", "--new-inbound-key", "--json").lines[0]["inbound_key"]
    assert kept(there, "desk")[2] == {"inbound_key": renewed}
    assert renewed not in run("mailbox", "list", "--json").out


def test_at_a_terminal_the_password_is_asked_for_and_not_shown(database: Any, postgres_url: str) -> None:
    command = [sys.executable, "-m", "workers", "mailbox", "add", "billing", *IMAP]
    told = {**os.environ, "DATABASE_URL": postgres_url, "COUNTERSIGN_SECRET_KEY": KEY, "COLUMNS": "200"}
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=told, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as asking:  # fmt: skip
        os.close(theirs)
        seen, is_given = b"", False
        while True:
            try:
                seen += os.read(ours, 4096)
            except OSError:  # it has ended
                break
            if b"Password: " in seen and not is_given:  # the blank comes once nothing is shown any more
                os.write(ours, SECRET_WORDS.encode() + b"\n")
                is_given = True
        os.close(ours)
    assert asking.returncode == 0, seen
    assert b"The mailbox billing was added" in seen
    assert SECRET_WORDS.encode() not in seen
    with database.transaction() as session:
        assert credentials_of(session.execute(select(Mailbox)).scalar_one(), KEY) == {"password": SECRET_WORDS}


def test_a_change_changes_what_is_named_and_nothing_else(there: Any, run: Run, give: Any) -> None:
    add(run, give, "--out-host", "smtp.marlowvoss.example", "--trusted-results", "mx.marlowvoss.example")
    how = ("--poll-seconds", "30", "--taken-in", "", "--since", "2026-10-01")
    assert run("mailbox", "change", "billing", *how).code == 0
    _, reached, credentials = kept(there)
    assert reached.since == date(2026, 10, 1)
    assert (reached.poll_seconds, reached.folders.taken_in, reached.folders.came_again) == (
        30, "", "Countersign/Came again"
    )  # fmt: skip
    assert (reached.trusted_results, credentials) == ("mx.marlowvoss.example", {"password": SECRET_WORDS})
    assert run("mailbox", "change", "billing", "--out-host", "").code == 0
    assert kept(there)[1].outgoing is None


def test_another_server_wants_the_password_again(there: Any, run: Run, give: Any) -> None:
    add(run, give)
    done = run("mailbox", "change", "billing", "--host", "imap.elsewhere.example")
    assert done.code == 1
    assert "enter the password again" in done.err
    give(json.dumps({"password": "new"}))
    assert run("mailbox", "change", "billing", "--host", "imap.elsewhere.example", "--credentials", "-").code == 0
    assert kept(there)[2] == {"password": "new"}


def test_the_test_says_what_failed_and_its_exit_code_says_that_something_did(
    there: Any, run: Run, give: Any, pymap: Pymap
) -> None:
    give(json.dumps({"password": PASSWORD}))
    how = (*ADDRESS, "--host", "127.0.0.1", "--port", str(pymap.port), "--encryption", "none", "--user", pymap.user)
    added = run("mailbox", "add", "billing", *how, "--credentials", "-")
    assert added.code == 0, added.err
    assert "right to move" in added.out
    assert PASSWORD not in added.out + added.err
    done = run("mailbox", "test", "billing", "--json")
    assert done.code == 0
    assert {line["step"]: line["state"] for line in done.lines}["moving"] == "works"
    run("mailbox", "change", "billing", "--folder", "Nowhere")
    done = run("mailbox", "test", "billing")
    assert done.code == 1
    assert "fails    folder: " in done.out


def test_the_list_says_how_it_goes(there: Any, run: Run, give: Any) -> None:
    assert "no mailbox yet" in run("mailbox", "list").out
    add(run, give)
    with there.parts.database.transaction() as session:
        mailbox = session.execute(select(Mailbox)).scalar_one()
        mailbox.failing_since, mailbox.failure, mailbox.failures = now(), "It \x1b[31mdoes not answer.", 3
        mailbox.taken_in, mailbox.last_message_at, mailbox.last_lag_seconds = 12, now(), 0.25
    done = run("mailbox", "list")
    assert "fails    billing (imap)" in done.out
    assert "stored 0.2 s after it arrived; 12 taken in" in done.out.replace("0.3 s", "0.2 s")
    assert "It [31mdoes not answer." in done.out
    assert run("mailbox", "list", "--json").lines[0]["failures"] == 3


def test_doctor_names_the_mailbox_that_is_not_read(there: Any, run: Run, give: Any) -> None:
    def mail() -> Any:
        return next(check for check in health.checks(there.parts) if check.what == "mail")

    assert mail().state == "absent"
    add(run, give)
    assert (mail().state, mail().says) == ("works", "mailbox billing is about to be read")
    with there.parts.database.transaction() as session:
        mailbox = session.execute(select(Mailbox)).scalar_one()
        mailbox.failing_since, mailbox.failure = now(), "It does not answer."
    assert mail().state == "fails"
    assert "mailbox billing is not read (It does not answer); " not in mail().says
    assert "mailbox billing is not read (It does not answer)" in mail().says
    run("mailbox", "pause", "billing")
    assert mail().state == "works"


def test_it_is_paused_resumed_and_its_old_mail_asked_for_and_stopped(there: Any, run: Run, give: Any) -> None:
    add(run, give)
    assert run("mailbox", "pause", "billing", "--json").lines[0]["state"] == "paused"
    assert run("mailbox", "resume", "billing", "--json").lines[0]["state"] == "active"
    asked = run("mailbox", "backfill", "billing", "--since", "2026-01-01", "--per-minute", "120", "--json").lines[0]
    assert (asked["folder"], asked["per_minute"], asked["ended_at"]) == ("INBOX", 120, None)
    assert "being taken in already" in run("mailbox", "backfill", "billing", "--since", "2026-01-01").err
    assert "0 of ?, under way" in run("mailbox", "list").out
    stopped = run("mailbox", "backfill", "billing", "--stop", str(asked["id"]), "--json").lines[0]
    assert stopped["ended_at"]
    assert run("mailbox", "backfill", "billing").code == 2


@pytest.mark.parametrize("command", ["test", "pause", "resume", "change"])
def test_a_mailbox_that_is_not_there(there: Any, run: Run, give: Any, command: str) -> None:
    done = run("mailbox", command, "nothing")
    assert (done.code, "There is no mailbox “nothing”" in done.err) == (1, True)
