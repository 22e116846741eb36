"""The connection test says exactly what failed, at real servers that are wrong in every way."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.db import Database
from app.mailboxes import testing
from app.mailboxes.credentials import credentials_of
from app.mailboxes.models import Mailbox
from app.mailboxes.testing import READING, Tried, tried, works
from tests.mail_servers import PASSWORD, Dovecot, Pymap, SmtpServer, TokenServer, make_certificate
from tests.mailboxes import KEY, a_mailbox
from workers.engines import free_port


def outcome(database: Database, kind: str = "imap", name: str = "billing", **entries: Any) -> dict[str, Tried]:
    """What the test says of a mailbox with these entries, by step."""
    with database.transaction() as session:
        mailbox = a_mailbox(session, name, kind, **entries)
    return {line.step: line for line in tried(mailbox, KEY, database)}


def states(lines: dict[str, Tried]) -> dict[str, str]:
    return {step: line.state for step, line in lines.items()}


def failed_at(step: str, *, first: str = "name") -> dict[str, str]:
    """The states of the steps of reading when this one fails, with no server for sending."""
    steps = READING[READING.index(first) :]
    place = steps.index(step)
    return {
        **{s: "works" if i < place else "fails" if i == place else "untried" for i, s in enumerate(steps)},
        "sending": "absent",
    }


# -- what is quick: an IMAP server in Python, no encryption -------------------------------------------------------


def at(server: Any, **entries: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1", "port": server.port, "encryption": "none", "user": "demouser",
        "credentials": {"password": PASSWORD}, **entries,
    }  # fmt: skip


def test_all_is_well_and_the_folders_are_there_afterwards(database: Database, pymap: Pymap, smtp: SmtpServer) -> None:
    out = {"host": "127.0.0.1", "port": smtp.port, "encryption": "none"}
    lines = outcome(database, **at(pymap, outgoing=out))
    assert states(lines) == {
        "name": "works", "connection": "works", "encryption": "absent", "sign_in": "works", "folder": "works",
        "moving": "works", "sending": "works",
    }  # fmt: skip
    assert works(tuple(lines.values()))
    assert "Countersign/Taken in" in pymap.folders("demouser")
    assert smtp.taken == []  # nothing was sent to find out


def test_a_wrong_password_is_told_from_a_wrong_folder(database: Database, pymap: Pymap) -> None:
    lines = outcome(database, **at(pymap, credentials={"password": "wrong"}))
    assert lines["sign_in"].state == "fails"
    assert lines["folder"].state == "untried"
    assert "wrong" not in lines["sign_in"].says.replace("wrong password", "")


def test_a_folder_that_is_not_there(database: Database, pymap: Pymap) -> None:
    lines = outcome(database, **at(pymap, folders={"inbox": "Nowhere"}))
    assert states(lines)["folder"] == "fails"
    assert "Nowhere" in lines["folder"].says


def test_a_name_that_nobody_has(database: Database) -> None:
    lines = outcome(database, host="imap.nowhere.invalid")
    assert states(lines) == failed_at("name")
    assert "imap.nowhere.invalid" in lines["name"].says


def test_a_port_where_nothing_listens(database: Database) -> None:
    lines = outcome(database, host="127.0.0.1", port=free_port())
    assert states(lines) == failed_at("connection")
    assert "993" in lines["connection"].says


def test_a_port_that_speaks_no_tls(database: Database, pymap: Pymap) -> None:
    lines = outcome(database, **at(pymap, encryption="tls"))
    assert states(lines) == failed_at("encryption")


def test_a_server_that_says_nothing_is_not_waited_for_for_long(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testing, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for name, encryption in (("one", "tls"), ("two", "starttls")):
            lines = outcome(database, name=name, host="127.0.0.1", port=port, encryption=encryption)
            assert states(lines) == failed_at("encryption")


def test_a_service_whose_token_server_refuses_is_not_asked_at_all(
    database: Database, token_server: TokenServer
) -> None:
    oauth = {"token_url": token_server.token_url, "client_id": "nobody", "grant": "client_credentials"}
    for kind in ("graph", "gmail"):
        lines = outcome(
            database,
            kind,
            name=kind,
            host="",
            sign_in="oauth",
            oauth=oauth,
            credentials={"client_secret": "other words"},
        )
        assert states(lines) == {"sign_in": "fails", "folder": "untried", "moving": "untried", "sending": "untried"}
        assert "The client's secret is wrong" in lines["sign_in"].says


def test_a_server_without_starttls_is_not_signed_in_to(database: Database, pymap: Pymap) -> None:
    lines = outcome(database, **at(pymap, encryption="starttls"))
    assert states(lines) == failed_at("encryption")
    assert "STARTTLS" in lines["encryption"].says


def test_a_mail_server_that_takes_nothing_from_us_fails_beside_a_mailbox_that_works(
    database: Database, pymap: Pymap
) -> None:
    out = {"host": "127.0.0.1", "port": 1, "encryption": "none"}
    lines = outcome(database, **at(pymap, outgoing=out))
    assert (lines["moving"].state, lines["sending"].state) == ("works", "fails")
    assert not works(tuple(lines.values()))


def test_a_maildir_has_neither_a_server_nor_a_password(database: Database, tmp_path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    lines = outcome(database, "maildir", path=str(tmp_path), host="", credentials={})
    assert states(lines) == {"folder": "works", "moving": "works", "sending": "absent"}


def test_a_maildir_that_is_not_there(database: Database, tmp_path: Path) -> None:
    lines = outcome(database, "maildir", path=str(tmp_path / "gone"), host="", credentials={})
    assert states(lines) == failed_at("folder", first="folder")
    assert str(tmp_path / "gone") in lines["folder"].says


def test_mail_that_is_sent_here_needs_a_key(database: Database) -> None:
    lines = outcome(database, "inbound", host="", credentials={})
    assert states(lines) == {"key": "fails", "sending": "absent"}


def test_credentials_of_another_installation_are_said_to_be_lost(database: Database) -> None:
    with database.transaction() as session:
        mailbox = a_mailbox(session)
    (line,) = tried(mailbox, "another key of the house" * 2, database)
    assert (line.step, line.state) == ("sign_in", "fails")
    assert "COUNTERSIGN_SECRET_KEY" in line.says


# -- Dovecot: certificates, STARTTLS, tokens ----------------------------------------------------------------------


def encrypted(server: Dovecot, **entries: Any) -> dict[str, Any]:
    return {"host": "localhost", "port": server.tls_port, "credentials": {"password": PASSWORD}, **entries}


@pytest.mark.mail
@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({}, "Nobody whom this machine trusts"),
        ({"host": "mail.elsewhere.example"}, "another name than localhost"),
        ({"valid": timedelta(days=-1)}, "has expired"),
    ],
)
def test_a_certificate_is_told_by_what_is_wrong_with_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Any, says: str
) -> None:
    certificate = make_certificate(tmp_path, **how)
    if how:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    with Dovecot(certificate=certificate) as server:
        lines = outcome(database, **encrypted(server))
    assert states(lines) == failed_at("encryption")
    assert says in lines["encryption"].says


@pytest.mark.mail
@pytest.mark.parametrize("encryption", ["tls", "starttls"])
def test_with_a_good_certificate_both_ways_of_encryption_work(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encryption: str
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    with Dovecot(certificate=certificate) as server:
        port = server.tls_port if encryption == "tls" else server.port
        lines = outcome(database, **encrypted(server, port=port, encryption=encryption))
    assert works(tuple(lines.values()))
    assert lines["encryption"].says.startswith("TLSv1.")
    assert "good until" in lines["encryption"].says


@pytest.mark.mail
def test_a_token_that_is_renewed_while_testing_is_kept(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    with (
        TokenServer(rotates=True) as tokens,
        Dovecot(certificate=certificate, tokens=tokens) as server,
        SmtpServer(encryption="tls", certificate=certificate, tokens=tokens) as smtp,
    ):
        first = tokens.refresh_token
        oauth = {"token_url": tokens.token_url, "client_id": tokens.client_id}
        secrets = {"client_secret": tokens.client_secret, "refresh_token": first}
        out = {"host": "localhost", "port": smtp.port}
        lines = outcome(database, **encrypted(server, sign_in="oauth", oauth=oauth, credentials=secrets, outgoing=out))
        assert works(tuple(lines.values())), lines
        with database.transaction() as session:
            kept = credentials_of(session.get_one(Mailbox, 1), KEY)["refresh_token"]
        assert kept == tokens.refresh_token != first


@pytest.mark.mail
def test_a_token_server_that_gives_nothing_is_named(database: Database, dovecot: Dovecot) -> None:
    with TokenServer() as tokens:
        oauth = {"token_url": tokens.token_url, "client_id": tokens.client_id}
        lines = outcome(
            database, host="127.0.0.1", port=dovecot.port, encryption="none", sign_in="oauth", oauth=oauth,
            credentials={"client_secret": "other words", "refresh_token": "none of its own"},
        )  # fmt: skip
    assert lines["sign_in"].state == "fails"
    assert "The client's secret is wrong" in lines["sign_in"].says
