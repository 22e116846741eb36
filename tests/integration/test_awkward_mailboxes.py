"""Mailboxes with something in them that cannot be read or kept: it is told, and keeps no other mail waiting."""

from __future__ import annotations

import base64
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.clock import now
from app.db import Database
from app.errors import Malformed
from app.mailboxes import administration, imap_conversation
from app.mailboxes.administration import COMMAND_LINE
from app.mailboxes.fetching import Fetching
from app.mailboxes.imap import open_imap
from app.mailboxes.maildir import MaildirSource
from app.mailboxes.models import Mailbox, MailboxMessage
from app.mailboxes.port import PIECE, MailboxFails, Place, Waiting
from app.mailboxes.reached import Reached
from app.mailboxes.taking import take_in_contents
from app.mailboxes.tokens import AccessTokens
from tests.mailboxes import KEY, SECRET_WORDS, a_mailbox, wanted


def a_mail(number: int, size: int = 0) -> bytes:
    head = f"From: a@b.example\r\nTo: c@d.example\r\nSubject: {number}\r\nMessage-ID: <{number}@b.example>\r\n\r\n"
    return head.encode() + b"x" * size


@dataclass
class Held:
    """A mailbox held in memory. Reading a message of `breaks` fails after so many pieces, at that step."""

    mails: dict[str, bytes]
    breaks: dict[str, tuple[int, str]] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)

    def place(self, folder: str) -> Place:
        return Place(folder, "1")

    def waiting(self, place: Place, after: str, *, since: date | None = None) -> Iterator[Waiting]:
        for key, content in sorted(self.mails.items(), key=lambda pair: int(pair[0])):
            if key not in self.moved and (not after or int(key) > int(after)):
                yield Waiting(key, len(content), now())

    def pieces(self, place: Place, key: str) -> Iterator[bytes]:
        limit, step = self.breaks.get(key, (10**9, ""))
        content = self.mails[key]
        for number, start in enumerate(range(0, len(content), PIECE)):
            if number >= limit:
                raise MailboxFails(f"Message {key} cannot be read.", step=step)
            yield content[start : start + PIECE]

    def file_away(self, place: Place, keys: Sequence[str], folder: str) -> None:
        self.moved.extend(keys)

    def wait(self, place: Place, seconds: float) -> bool:
        return False

    def close(self) -> None: ...


def subjects(database: Database) -> set[str]:
    with database.transaction() as session:
        return {title.removesuffix(".eml") for title in session.execute(select(Case.title)).scalars()}


def the_mailbox(database: Database, **more: object) -> Mailbox:
    with database.transaction() as session:
        return a_mailbox(session, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("pieces", [0, 1, 2])
def test_a_large_message_that_cannot_be_read_keeps_no_other_waiting(database: Database, pieces: int) -> None:
    mails = {str(n): a_mail(n, 3 * PIECE if n == 3 else 10) for n in range(1, 6)}
    source = Held(mails, {"3": (pieces, "reading")})
    fetching = Fetching(database, the_mailbox(database), source)
    fetching.look()
    assert subjects(database) == {"1", "2", "4", "5"}
    assert "Message 3 cannot be read." in fetching.problem
    source.breaks.clear()
    fetching.look()
    assert subjects(database) == {"1", "2", "3", "4", "5"}
    assert fetching.problem == ""


@pytest.mark.parametrize("pieces", [0, 2])
def test_what_was_read_before_the_connection_was_lost_is_stored(database: Database, pieces: int) -> None:
    """A message at which a server always hangs up must not keep those before it out for ever."""
    mails = {str(n): a_mail(n, 3 * PIECE if n == 4 else 10) for n in range(1, 6)}
    fetching = Fetching(database, the_mailbox(database), Held(mails, {"4": (pieces, "connection")}))
    with pytest.raises(MailboxFails):
        fetching.look()
    assert subjects(database) >= {"1", "2", "3"}


def test_a_file_whose_name_is_no_text_keeps_no_other_waiting(database: Database, tmp_path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    (tmp_path / "new" / "1.good").write_bytes(a_mail(1))
    with open(os.path.join(os.fsencode(tmp_path / "new"), b"2.b\xffd"), "wb") as file:
        file.write(a_mail(2))
    (tmp_path / "new" / "3.good").write_bytes(a_mail(3))
    mailbox = the_mailbox(database, kind="maildir", path=str(tmp_path), host="", credentials={})
    fetching = Fetching(database, mailbox, MaildirSource(tmp_path))
    fetching.look()
    assert subjects(database) >= {"1", "3"}
    fetching.look()
    with database.transaction() as session:
        assert session.execute(select(func.count()).select_from(MailboxMessage)).scalar_one() >= 2


heads = st.lists(
    st.tuples(
        st.sampled_from([b"Message-ID", b"Subject", b"From", b"To", b"Date", b"Cc", b"X", b""]),
        st.one_of(
            st.binary(max_size=80),
            st.sampled_from([
                b"=?utf-8?b?AA==?=", b"=?x?q?=00=FF?=", b"\xed\xa0\x80", b"\0", b"=?utf-8?q?" + b"=41" * 300 + b"?=",
                b"<" + b"a" * 900 + b"@b>", "\ud800".encode("utf-8", "surrogatepass"), b"=?utf-7?q?+2AA-?=",
            ]),
        ),
    ),
    max_size=6,
)  # fmt: skip


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(heads, st.binary(max_size=60))
def test_whatever_stands_in_its_headers_a_mail_is_kept(
    database: Database, fields: list[tuple[bytes, bytes]], body: bytes
) -> None:
    content = b"".join(name + b": " + value + b"\r\n" for name, value in fields) + b"\r\n" + body
    with database.transaction() as session:
        mailbox = session.execute(select(Mailbox)).scalar_one_or_none() or a_mailbox(session)
        [taken] = take_in_contents(session, mailbox, [content], at=now())
        assert taken.document_id


def test_a_token_is_not_sent_to_another_server_for_outgoing_mail(database: Database) -> None:
    oauth = {"token_url": "https://login.firm.example/token", "client_id": "c"}
    given_once = {"refresh_token": "r", "client_secret": "s"}

    def entered(host: str, port: int = 465) -> administration.Wanted:
        outgoing = {"host": host, "port": port, "encryption": "tls"}
        return wanted(sign_in="oauth", oauth=oauth, outgoing=outgoing)

    def change(session: Session, what: administration.Wanted) -> None:
        administration.change(session, "billing", what, {}, key=KEY, by=COMMAND_LINE, at=now())

    with database.transaction() as session:
        administration.add(
            session, "billing", "imap", entered("smtp.firm.example"), given_once, key=KEY, by=COMMAND_LINE, at=now()
        )
    with database.transaction() as session, pytest.raises(Malformed):
        change(session, entered("smtp.elsewhere.example"))


@pytest.mark.parametrize("address", ["https://[", "https://[::1", "https://a]b/", "https://"])
def test_an_address_that_is_none_is_told_as_such(database: Database, address: str) -> None:
    oauth = {"token_url": address, "client_id": "c"}
    with database.transaction() as session, pytest.raises(Malformed):
        administration.add(
            session, "billing", "imap", wanted(sign_in="oauth", oauth=oauth), {"refresh_token": "r"}, key=KEY,
            by=COMMAND_LINE, at=now(),
        )  # fmt: skip


@pytest.mark.parametrize("secret", [SECRET_WORDS, "a \"quoted\\ one' of ours"])
@pytest.mark.parametrize("how", ["LOGIN", "PLAIN", "XOAUTH2"])
def test_a_server_that_repeats_the_password_does_not_get_it_into_what_is_shown(how: str, secret: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rwb") as lines:
                lines.write(b"* OK ready\r\n")
                lines.flush()
                while line := lines.readline():
                    tag, command = line.split(b" ", 1)
                    if command.upper().startswith(b"CAPABILITY"):
                        lines.write(f"* CAPABILITY IMAP4rev1 AUTH={how}\r\n".encode() + tag + b" OK done\r\n")
                    elif command.upper().startswith((b"LOGIN", b"AUTHENTICATE")):
                        if command.upper().startswith(b"AUTHENTICATE"):
                            lines.write(b"+ \r\n")
                            lines.flush()
                            command = lines.readline()
                        lines.write(tag + b" BAD cannot parse: " + command.strip() + b"\r\n")
                    else:
                        lines.write(tag + b" OK done\r\n")
                    lines.flush()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        oauth = {"token_url": "https://login.example/token", "client_id": "c"}
        reached = Reached.model_validate({
            "host": "127.0.0.1", "port": listening.getsockname()[1], "encryption": "none", "user": "ann",
            "sign_in": "oauth" if how == "XOAUTH2" else "password", "oauth": oauth,
        })  # fmt: skip
        tokens = AccessTokens(reached.oauth, {}, _token=secret, _until=float("inf"))  # type: ignore[arg-type]
        tokens._ask = lambda: {"access_token": secret}  # type: ignore[method-assign]
        with pytest.raises(MailboxFails) as failed:
            open_imap(reached, {"password": secret}, tokens)
        thread.join(60)
    shown = failed.value.message
    assert "cannot parse" in shown
    sent = (f"\0ann\0{secret}", f"user=ann\x01auth=Bearer {secret}\x01\x01", secret)
    quoted = secret.replace("\\", "\\\\").replace('"', '\\"')
    assert not any(base64.b64encode(one.encode()).decode()[:16] in shown for one in sent)
    assert secret not in shown
    assert quoted not in shown
    assert quoted[3:] not in shown


def test_a_server_that_ends_idle_at_once_is_not_asked_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_conversation, "SHORTEST_IDLE", 60.0)  # on a busy machine “at once” may take its time
    asked = []
    answers = {
        b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n", b"LIST": b'* LIST () "/" ""\r\n', b"IDLE": b"+ idling\r\n",
        b"SELECT": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 1] here\r\n* OK [UIDNEXT 1] next\r\n",
    }  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rwb") as lines:
                lines.write(b"* OK ready\r\n")
                lines.flush()
                while line := lines.readline():
                    tag, command = line.split(b" ", 1)
                    word = command.split()[0].upper()
                    asked.append(word)
                    lines.write(answers.get(word, b"") + tag + b" OK done\r\n")
                    lines.flush()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        reached = Reached(
            host="127.0.0.1", port=listening.getsockname()[1], encryption="none", user="ann", poll_seconds=60
        )
        source = open_imap(reached, {"password": SECRET_WORDS}, None)
        place = source.place("INBOX")
        for _ in range(5):
            source.wait(place, 0.05)
        source.close()
        thread.join(60)
    assert asked.count(b"IDLE") == 1
