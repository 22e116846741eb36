"""Much mail, large mail, and processes that are killed: each message is taken in once, and moved once it is stored."""

from __future__ import annotations

import hashlib
import random
import time
from datetime import timedelta

import pytest

from app.clock import now
from app.mailboxes import administration
from app.mailboxes.administration import COMMAND_LINE
from app.mailboxes.storing import LARGEST
from tests.mail_servers import Dovecot, large_mail, mail
from tests.mailroom import CAME_AGAIN, REFUSED, TAKEN_IN, USER, Mailroom

pytestmark = [pytest.mark.mail, pytest.mark.timeout(1200)]

MEMORY = 200 * 1024 * 1024
"""Bytes that a fetching process may have at most, whatever the size of a message."""


class TestLargeMessages:
    def test_a_message_of_40_mb_never_fills_the_memory(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        large, too_large = large_mail("plans", 40_000_000), large_mail("film", LARGEST + 1_000_000)
        for content in (large, too_large, mail("small")):
            dovecot.deliver(USER, content)
        mailroom.add("billing", dovecot)
        mailroom.start("billing")
        mailroom.wait_until_filed(3, within=300)
        assert mailroom.most_memory("billing") < MEMORY
        assert sorted(dovecot.subjects(USER, TAKEN_IN)) == ["plans", "small"]
        assert dovecot.subjects(USER, REFUSED) == ["film"]
        [(digest, size)] = mailroom.ask("select sha256, size from documents where size > 1000000")
        assert (digest, size) == (hashlib.sha256(large).hexdigest(), len(large))
        assert mailroom.row("billing")["refused"] == 1
        assert mailroom.cases() == 3  # the one that is too large is seen too
        [(attention,)] = mailroom.ask("select attention from cases where attention <> ''")
        assert "MB" in attention
        assert mailroom.one("select count(*) from document_pieces") == 0


class TestMany:
    def test_2000_waiting_messages(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        for n in range(2000):
            dovecot.deliver(USER, mail(f"m{n}", attached=b"%PDF-1.4 " + str(n).encode() * 300))
        mailroom.add("billing", dovecot)
        mailroom.start("billing")
        mailroom.wait_until_filed(2000, within=900)
        assert mailroom.cases() == 2000
        assert mailroom.most_memory("billing") < MEMORY
        assert dovecot.subjects(USER) == []
        assert sorted(dovecot.subjects(USER, TAKEN_IN)) == sorted(f"m{n}" for n in range(2000))

    def test_old_mail_is_taken_in_beside_the_new(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        archive, today = "Archive", now()
        dovecot.append_all(USER, [mail(f"left {n}") for n in range(3)], received=today - timedelta(days=100))
        mailroom.add("billing", dovecot)
        with mailroom.database.transaction() as session:
            administration.ask_for_backfill(
                session, "billing", since=(today - timedelta(days=30)).date(), per_minute=6000, folder=archive,
                by=COMMAND_LINE, at=today,
            )  # fmt: skip
        with dovecot.client(USER) as connection:
            connection.create(archive)
        dovecot.append_all(USER, [mail(f"old {n}") for n in range(30)], archive, received=today - timedelta(days=10))
        dovecot.append_all(USER, [mail(f"ancient {n}") for n in range(5)], archive, received=today - timedelta(days=90))
        mailroom.start("billing")
        dovecot.deliver(USER, mail("new"))
        mailroom.wait_for(
            "the old mail", lambda: mailroom.ask("select done, total from mailbox_backfills") == [(30, 30)]
        )
        mailroom.wait_for_cases(34)
        assert mailroom.cases() == 34
        assert len(dovecot.subjects(USER, archive)) == 35  # old mail stays where it lies


class TestKilled:
    def test_1000_messages_while_the_process_is_killed_20_times(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        """At moments drawn with a seed: each is taken in exactly once, none is lost, all are moved."""
        draw = random.Random(6)
        ids = [f"<m{n}@northwind.example>" for n in range(1000)]
        big = "<big@northwind.example>"
        dovecot.deliver(USER, mail("big", message_id=big, size=9_000_000))
        mailroom.add("billing", dovecot)
        for n in range(0, len(ids), 50):
            for message_id in ids[n : n + 50]:
                size = draw.choice((0, 0, 20_000, 300_000))
                dovecot.deliver(USER, mail("many", message_id=message_id, size=size))
            before, sign_ins = mailroom.messages(), dovecot.sign_ins()
            process = mailroom.start("billing")
            if n % 100:
                mailroom.wait_for_messages(before + 1, every=0.005)
                time.sleep(draw.uniform(0, 0.05))  # stored, and perhaps not moved
            else:
                dovecot.wait_for_sign_ins(sign_ins + 1)
                time.sleep(draw.uniform(0, 0.4))  # reading, storing, moving
            assert process.poll() is None
            mailroom.kill("billing")
            dovecot.wait_for_end_of_sessions()  # else it may be moving what the next process moves too
        mailroom.start("billing")
        mailroom.wait_until_rest(lambda: mailroom.cases() >= 1001 and not dovecot.message_ids(USER), within=600)
        assert mailroom.cases() == 1001
        moved = dovecot.message_ids(USER, TAKEN_IN) + dovecot.message_ids(USER, CAME_AGAIN)
        assert sorted(moved) == sorted([*ids, big])  # Dovecot may give one a new number meanwhile: it came again then
        assert mailroom.one("select count(distinct document_id) from case_documents") == 1001
        row = mailroom.row("billing")
        assert (row["taken_in"], row["came_again"], row["refused"]) == (1001, 0, 0)
        assert mailroom.one("select count(*) from audit_events where action = 'document.came_again'") == 0

    def test_two_processes_never_read_one_mailbox(self, mailroom: Mailroom, dovecot: Dovecot) -> None:
        mailroom.add("billing", dovecot)
        mailroom.start("billing")
        mailroom.wait_for("the server to answer", lambda: mailroom.row("billing")["seen_at"] is not None)
        mailroom.start("billing")  # a second one beside it
        for n in range(50):
            dovecot.deliver(USER, mail(f"m{n}"))
        mailroom.wait_until_filed(50)
        assert mailroom.cases() == 50
        assert mailroom.row("billing")["taken_in"] == 50
