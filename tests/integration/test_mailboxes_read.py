"""Mailboxes on real servers, each read by a real process: what arrives is taken in once, and then moved."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.clock import now
from app.mailboxes import administration
from app.mailboxes.administration import COMMAND_LINE
from app.mailboxes.reached import CLIENT_SECRET, PASSWORD, REFRESH_TOKEN
from tests.mail_servers import PASSWORD as THE_PASSWORD
from tests.mail_servers import Dovecot, Line, Pymap, TokenServer, mail, make_certificate
from tests.mailroom import CAME_AGAIN, SECRET_KEY, TAKEN_IN, USER, Mailroom

pytestmark = [pytest.mark.mail, pytest.mark.timeout(1200)]


class TestComingIn:
    def test_what_arrives_while_it_waits_becomes_a_case_and_is_moved(
        self, mailroom: Mailroom, dovecot: Dovecot
    ) -> None:
        mailroom.add("billing", dovecot, poll_seconds=3600)
        mailroom.start("billing")
        mailroom.wait_for("the server to answer", lambda: mailroom.row("billing")["seen_at"] is not None)
        raw = mail("Order 4711")
        dovecot.deliver(USER, raw)
        mailroom.wait_until_filed(1)  # polling would take an hour: the server told of it
        assert dovecot.subjects(USER) == []
        assert dovecot.subjects(USER, TAKEN_IN) == ["Order 4711"]
        assert mailroom.one("select content from documents") == raw.replace(b"\n", b"\r\n")
        [(source,)] = mailroom.ask("select source from arrivals")
        assert source == "mailbox:billing"
        row = mailroom.row("billing")
        assert (row["taken_in"], row["failure"], row["failures"]) == (1, "", 0)
        assert row["last_message_at"] is not None
        assert row["last_lag_seconds"] is not None

    def test_a_second_server_that_speaks_imap_differently(self, mailroom: Mailroom, pymap: Pymap) -> None:
        pymap.append_all(pymap.user, [mail("one"), mail("two")])
        mailroom.add("billing", pymap, user=pymap.user)
        mailroom.start("billing")
        mailroom.wait_until_filed(2)
        pymap.append(pymap.user, mail("three"))
        mailroom.wait_until_filed(3)
        assert pymap.subjects(pymap.user) == []
        assert sorted(pymap.subjects(pymap.user, TAKEN_IN)) == ["one", "three", "two"]

    def test_the_same_mail_in_two_mailboxes_is_one_case(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        """Both read the same hundred at once, in different orders."""
        both = [mail(f"Order {n}") for n in range(100)]
        other = "orders@marlowvoss.example"
        dovecot.append_all(USER, both)
        dovecot.append_all(other, [b"X-Way: the other\n" + one for one in reversed(both)])
        mailroom.add("billing", dovecot)
        mailroom.add("orders", dovecot, user=other)
        mailroom.start("billing")
        mailroom.start("orders")
        mailroom.wait_until_filed(200)
        assert mailroom.cases() == 100
        here, there = mailroom.row("billing"), mailroom.row("orders")
        assert here["taken_in"] + there["taken_in"] == 100
        assert here["came_again"] + there["came_again"] == 100
        assert len(dovecot.subjects(USER, CAME_AGAIN)) == here["came_again"]
        assert len(dovecot.subjects(other, CAME_AGAIN)) == there["came_again"]
        noted = mailroom.one("select count(*) from audit_events where action = 'document.came_again'")
        assert noted == 100

    def test_another_content_under_the_same_message_id_is_a_case_of_its_own(
        self, mailroom: Mailroom, dovecot: Dovecot
    ) -> None:
        dovecot.append_all(USER, [mail("Order", message_id="<1@x.example>", text=text) for text in ("10 h", "20 h")])
        mailroom.add("billing", dovecot)
        mailroom.start("billing")
        mailroom.wait_until_filed(2)
        assert mailroom.cases() == 2

    def test_a_watched_maildir(self, mailroom: Mailroom, tmp_path: Path) -> None:
        box = tmp_path / "Maildir"
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        mailroom.add_maildir("scans", box)
        (box / "new" / "1.a.host").write_bytes(mail("before"))
        mailroom.start("scans")
        mailroom.wait_for_cases(1)
        (box / "tmp" / "2.b.host").write_bytes(mail("after"))
        (box / "tmp" / "2.b.host").rename(box / "new" / "2.b.host")
        mailroom.wait_until_filed(2)
        assert list((box / "new").iterdir()) == []
        assert mailroom.cases() == 2


class TestBrokenLines:
    def test_a_line_that_breaks_while_it_waits_and_in_the_middle_of_a_message(
        self, mailroom: Mailroom, dovecot: Dovecot
    ) -> None:
        with Line(dovecot.port) as line:
            mailroom.add("billing", line)
            mailroom.start("billing")
            dovecot.deliver(USER, mail("first"))
            mailroom.wait_until_filed(1)
            assert line.cut() >= 1
            big = mail("second", size=3_000_000)
            dovecot.deliver(USER, big)
            line.cut_after(1_000_000)  # in the middle of the message
            mailroom.wait_until_filed(2)
            stored = mailroom.one("select sha256 from documents order by size desc limit 1")
            assert stored == hashlib.sha256(big.replace(b"\n", b"\r\n")).hexdigest()
            mailroom.wait_for("what was broken to be forgotten", lambda: not mailroom.row("billing")["failure"])
            line.is_down = True
            line.cut()
            mailroom.wait_for("the reason on the mailbox", lambda: bool(mailroom.row("billing")["failure"]))
            assert mailroom.row("billing")["failing_since"] is not None
            dovecot.deliver(USER, mail("third"))
            line.is_down = False
            mailroom.wait_until_filed(3)
            mailroom.wait_for("the reason to go", lambda: not mailroom.row("billing")["failure"])
        assert mailroom.cases() == 3
        assert mailroom.one("select count(*) from document_pieces") == 0

    def test_a_server_that_is_restarted_and_numbers_anew(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        """Known mails are not taken in twice, though every number means another message now."""
        left = {"taken_in": "", "came_again": ""}  # what is taken in stays in the inbox
        mailroom.add("billing", dovecot, folders=left)
        dovecot.append_all(USER, [mail(f"before {n}") for n in range(20)])
        process = mailroom.start("billing")
        mailroom.wait_until_filed(20)
        dovecot.renumber(USER)
        dovecot.append_all(USER, [mail(f"after {n}") for n in range(3)])
        mailroom.wait_for_cases(23)
        dovecot.append(USER, mail("last"))
        mailroom.wait_for_cases(24)
        mailroom.wait_until_filed(44)
        assert mailroom.cases() == 24
        assert len(mailroom.ask("select distinct validity from mailbox_messages")) == 2
        assert len(dovecot.subjects(USER)) == 24
        assert process.poll() is None

    def test_days_offline_are_caught_up(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        mailroom.add("billing", dovecot)
        mailroom.start("billing")
        dovecot.deliver(USER, mail("before"))
        mailroom.wait_until_filed(1)
        mailroom.stop("billing")
        for day in range(1, 6):
            dovecot.append(USER, mail(f"day {day}"), received=datetime.now(UTC) - timedelta(days=6 - day))
        mailroom.start("billing")
        mailroom.wait_until_filed(6)
        assert mailroom.row("billing")["last_lag_seconds"] > 3600 * 20
        assert dovecot.subjects(USER) == []

    def test_one_mailbox_that_fails_says_why_and_stops_no_other(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        mailroom.add("wrong", dovecot, user="other@marlowvoss.example", password="wrong-password-of-tests")
        mailroom.add("billing", dovecot)
        mailroom.start("wrong")
        mailroom.start("billing")
        dovecot.deliver(USER, mail())
        mailroom.wait_until_filed(1)
        mailroom.wait_for("the reason", lambda: mailroom.row("wrong")["failures"] >= 1)
        reason = mailroom.row("wrong")["failure"]
        assert "sign" in reason.casefold() or "password" in reason.casefold()
        everything = (
            reason + mailroom.said("wrong") + mailroom.said("billing") + str(mailroom.ask("select * from audit_events"))
        )
        assert "wrong-password-of-tests" not in everything
        assert THE_PASSWORD not in everything
        secrets = b"".join(row[0] for row in mailroom.ask("select secret from mailboxes"))
        assert b"wrong-password" not in secrets

    def test_a_password_that_is_put_right_ends_the_failure(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        from app.mailboxes.administration import Wanted
        from app.mailboxes.reached import Reached

        mailroom.add("billing", dovecot, password="not-yet")
        process = mailroom.start("billing")
        dovecot.deliver(USER, mail())
        mailroom.wait_for("the reason", lambda: bool(mailroom.row("billing")["failure"]))
        with mailroom.database.transaction() as session:
            administration.change(
                session, "billing", Wanted(USER, Reached(**mailroom.row("billing")["settings"])),
                {PASSWORD: THE_PASSWORD}, key=SECRET_KEY, by=COMMAND_LINE, at=now(),
            )  # fmt: skip
        process.terminate()  # the supervisor does so when a mailbox was changed
        mailroom.start("billing")
        mailroom.wait_until_filed(1)
        mailroom.wait_for("the reason to go", lambda: not mailroom.row("billing")["failure"])


class TestEncryptionAndTokens:
    @pytest.mark.parametrize("encryption", ["tls", "starttls"])
    def test_an_encrypted_line_to_a_server_that_is_who_it_says(
        self, encryption: str, mailroom: Mailroom, tmp_path: Path
    ) -> None:
        certificate = make_certificate(tmp_path / "ca")
        with Dovecot(certificate=certificate) as server:
            server.deliver(USER, mail())
            port = server.tls_port if encryption == "tls" else server.port
            mailroom.add("billing", server, host="localhost", port=port, encryption=encryption)
            mailroom.trusting = certificate.trusting()
            mailroom.start("billing")
            mailroom.wait_until_filed(1)

    @pytest.mark.parametrize("encryption", ["tls", "starttls"])
    def test_a_certificate_of_nobody_we_trust_gets_no_password(
        self, encryption: str, mailroom: Mailroom, tmp_path: Path
    ) -> None:
        with Dovecot(certificate=make_certificate(tmp_path / "ca")) as server:
            server.deliver(USER, mail())
            port = server.tls_port if encryption == "tls" else server.port
            mailroom.add("billing", server, host="localhost", port=port, encryption=encryption)
            mailroom.start("billing")
            mailroom.wait_for("the reason", lambda: bool(mailroom.row("billing")["failure"]))
            assert "certificate" in mailroom.row("billing")["failure"].casefold()
            assert "Login:" not in server.log()

    def test_no_encryption_where_it_is_required(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        mailroom.add("billing", dovecot, host="localhost", encryption="starttls")
        mailroom.start("billing")
        mailroom.wait_for("the reason", lambda: bool(mailroom.row("billing")["failure"]))
        assert "encrypt" in mailroom.row("billing")["failure"].casefold()
        assert "Login:" not in dovecot.log()

    def test_access_tokens_are_got_renewed_and_kept(self, mailroom: Mailroom, token_server: TokenServer) -> None:
        token_server.rotates = True
        oauth = {"token_url": token_server.token_url, "client_id": token_server.client_id}
        credentials = {CLIENT_SECRET: token_server.client_secret, REFRESH_TOKEN: token_server.refresh_token}
        with Dovecot(tokens=token_server) as server:
            server.deliver(USER, mail("first"))
            mailroom.add("billing", server, sign_in="oauth", oauth=oauth, credentials=credentials)
            mailroom.start("billing")
            mailroom.wait_until_filed(1)
            token_server.revoke_all()
            server.restart()
            server.deliver(USER, mail("second"))
            mailroom.wait_until_filed(2)
            mailroom.stop("billing")
            token_server.revoke_all()
            server.deliver(USER, mail("third"))
            mailroom.start("billing")  # with the refresh token that came last: the first one is dead
            mailroom.wait_until_filed(3)
            assert "method=XOAUTH2" in server.log()
            token_server.failing += [(400, {"error": "invalid_grant", "error_description": "AADSTS70000"})] * 50
            token_server.revoke_all()
            server.restart()
            mailroom.wait_for("the reason", lambda: bool(mailroom.row("billing")["failure"]))
