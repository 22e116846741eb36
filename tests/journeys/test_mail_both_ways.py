"""Mail in and mail out, with `countersign up`, real servers on both sides, and people who confirm what is proposed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.mail_house import House
from tests.mail_servers import Dovecot, SmtpServer, Submitted, mail
from tests.mailroom import USER
from tests.running import ROOT, Running, SandboxOdoo

pytestmark = [pytest.mark.mail, pytest.mark.timeout(1200)]

SAMPLES = ROOT / "fixtures" / "samples"
UNDER_WAY = "select count(*) from write_backs where state in ('waiting', 'leased')"


class TwoWays(House):
    """A house whose mailbox also sends."""

    smtp: SmtpServer

    def come(self, sample: str) -> int:
        """The case of a sample that arrives now."""
        before = self.cases()
        self.dovecot.deliver(USER, next(SAMPLES.glob(f"{sample}*.eml")).read_bytes())
        self.wait_for_rest(before + 1)
        return self.newest()

    def letter(self, case_id: int) -> tuple[object, ...]:
        """(state, why, Message-ID) of the case's letter; empty while there is none."""
        found = self.running.ask(f"select state, because, message_id from letters where case_id = {case_id}")
        return found[0] if found else ()

    def wait_for_letter(self, case_id: int, state: str) -> str:
        """Wait until the case's letter is in this state; its Message-ID."""
        self.wait_for(f"a letter that is {state}", lambda: self.letter(case_id)[:1] == (state,))
        return str(self.letter(case_id)[2])

    def tries(self, case_id: int) -> int:
        """How often the write with the case's letter was taken up and, since, given back."""
        query = "select coalesce(max(w.attempts), 0) from write_backs w join letters l using (suggestion_id) "
        return int(str(self.one(f"{query} where l.case_id = {case_id} and w.state = 'waiting'")))

    def be_tried_now(self) -> None:
        """Nothing that waits to be tried again waits any longer."""
        self.running.change("update write_backs set next_at = now() where state = 'waiting'")

    def sent(self, message_id: str) -> list[Submitted]:
        """How often the server for outgoing mail took this letter."""
        return [one for one in list(self.smtp.taken) if one.parsed()["message-id"] == message_id]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoWays]:
    folder = tmp_path_factory.mktemp("mail")
    with ExitStack() as stack:
        dovecot, smtp = stack.enter_context(Dovecot()), stack.enter_context(SmtpServer())
        odoo = stack.enter_context(SandboxOdoo(folder / "odoo.journal"))
        running = stack.enter_context(
            Running(folder / "data", COUNTERSIGN_UNDO_SECONDS="1", **odoo.settings)
        ).wait_until_up()
        found = TwoWays(running, dovecot)
        found.smtp = smtp
        found.add_people()
        found.add(
            "billing", USER, folder, "--out-host", "127.0.0.1", "--out-port", str(smtp.port), "--out-encryption",
            "none", "--sent-folder", "Sent", "--default-for-sending",
        )  # fmt: skip
        yield found


def test_a_confirmed_reply_leaves_on_its_thread_and_the_answer_comes_back_to_its_case(house: TwoWays) -> None:
    case_id = house.come("01-hours")
    house.confirm(case_id)
    message_id = house.wait_for_letter(case_id, "sent")
    [letter] = house.sent(message_id)
    assert (letter.user, letter.sender, letter.recipients) == (USER, USER, ("kreditoren@hafenwerk.example",))
    written = letter.parsed()
    assert written["in-reply-to"] == "<01-hours-contested@hafenwerk.example>"
    assert written["subject"].startswith("Re: Rechnung RE/2026/00004")
    assert any(part.get_content_type() == "application/pdf" for part in written.iter_attachments())
    house.wait_for("the copy", lambda: message_id in house.dovecot.message_ids(USER, "Sent"))
    house.wait_for_state(case_id, "done")

    cases = house.cases()
    house.dovecot.deliver(
        USER, mail("AW: Rechnung RE/2026/00004", sender="Silke Brandt <kreditoren@hafenwerk.example>",
                   message_id="<answer-1@hafenwerk.example>", in_reply_to=message_id, references=message_id,
                   text="Danke. Die Gutschrift muss aber auf 8 Stunden lauten, nicht auf 6. Bitte korrigieren."),
    )  # fmt: skip
    house.wait_for_rest(cases + 1)
    house.wait_for(
        "the answer to be in the case",
        lambda: house.one(
            "select c.case_id from case_documents c join thread_mails t using (document_id) "
            "where t.message_id = '<answer-1@hafenwerk.example>'"
        ) == case_id,
    )  # fmt: skip
    house.wait_for("it to be open again", lambda: house.state(case_id) not in ("done", "closed", "received"))
    assert len(house.sent(message_id)) == 1
    assert house.one(f"select count(*) from letters where case_id = {case_id}") == 1


def test_an_absence_note_and_a_returned_letter_start_nothing(house: TwoWays) -> None:
    case_id = house.come("04-rate")
    house.confirm(case_id)
    message_id = house.wait_for_letter(case_id, "sent")
    house.wait_for_state(case_id, "done")
    cases = house.cases()
    house.dovecot.deliver(
        USER, mail("Respuesta automática: Factura RE/2026/00010", sender="facturas@lagares.example",
                   in_reply_to=message_id, auto_submitted="auto-replied", text="Estoy fuera hasta el lunes."),
    )  # fmt: skip
    house.wait_for_rest(cases + 1)
    assert house.state(case_id) == "done"

    house.dovecot.deliver(USER, returned(message_id, "facturas@lagares.example"))
    house.wait_for_rest(cases + 2)
    house.wait_for_letter(case_id, "bounced")
    house.wait_for_state(case_id, "needs_attention")
    assert "5.1.1" in str(house.one(f"select attention from cases where id = {case_id}"))
    house.wait_for("nothing to be under way", lambda: house.one(UNDER_WAY) == 0)
    assert [one for one in house.smtp.taken if "facturas@lagares.example" in one.recipients] == house.sent(message_id)


def test_what_the_server_may_have_taken_is_not_sent_again_by_itself(house: TwoWays) -> None:
    case_id = house.come("05-vat")
    house.smtp.answers_about["amministrazione@benaco.example"] = ["take and drop"]
    house.confirm(case_id)
    message_id = house.wait_for_letter(case_id, "uncertain")
    house.wait_for("the first try to be given back", lambda: house.tries(case_id) > 0)
    house.running.kill("worker")
    tries = house.tries(case_id)
    house.be_tried_now()
    house.wait_for("it to be looked at again", lambda: house.tries(case_id) > tries)
    house.wait_for_state(case_id, "needs_attention")
    assert house.letter(case_id)[0] == "uncertain"
    assert len(house.sent(message_id)) == 1


def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_shown(house: TwoWays) -> None:
    tried = house.come("09-already")
    once = house.smtp.answers_about["finance@caldervale.example"] = ["451 4.3.0 Try again later"]
    house.confirm(tried)
    house.wait_for("the first try", lambda: house.letter(tried)[:1] == ("waiting",) and not once)
    house.be_tried_now()
    assert len(house.sent(house.wait_for_letter(tried, "sent"))) == 1

    gone = house.come("15-timesheets")
    house.smtp.refused["facturas@lagares.example"] = "550 5.1.1 No such user"
    house.confirm(gone)
    message_id = house.wait_for_letter(gone, "refused")
    assert "No such user" in str(house.letter(gone)[1])
    assert house.sent(message_id) == []
    house.smtp.refused.clear()


def test_workers_are_killed_while_letters_leave(house: TwoWays) -> None:
    """While one is handed over, and at moments drawn with a seed. No letter leaves twice; one of which nobody knows is
    before a person."""
    draw = random.Random(6)
    cases = [house.come(name) for name in ("02-order", "03-billed", "07-order", "08-order")]
    numbers = ", ".join(map(str, cases))
    of_these = f"select count(*) from letters where case_id in ({numbers})"
    house.mailbox("pause", "billing")  # so that all of them leave at once, however long confirming takes
    for case_id in cases:
        house.confirm(case_id)
    held_back = f"{of_these} and state = 'waiting' and because like '%is paused%'"
    house.wait_for("every letter to wait", lambda: house.one(held_back) == len(cases))
    house.smtp.pause = 5.0
    house.mailbox("resume", "billing")
    house.be_tried_now()
    house.wait_for("a letter to be handed over", lambda: house.one(f"{of_these} and state = 'sending'") != 0)
    for pid in house.running.children("pool"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for _ in range(3):
        time.sleep(draw.uniform(0.3, 5))
        house.running.kill(draw.choice(("worker", "pool")))
    house.smtp.pause = 0
    settled = f"{of_these} and state in ('sent', 'uncertain')"
    house.wait_for("every letter to be sent or doubted", lambda: house.one(settled) == len(cases), within=300)
    often = Counter(str(one.parsed()["message-id"]) for one in house.smtp.taken)
    assert max(often.values()) == 1
    left = house.running.ask(f"select state, message_id, case_id from letters where case_id in ({numbers})")
    assert all(often[str(message_id)] == 1 for state, message_id, _ in left if state == "sent")
    doubted = [int(str(case_id)) for state, _, case_id in left if state == "uncertain"]
    assert doubted
    for case_id in doubted:
        house.wait_for_state(case_id, "needs_attention")
    assert house.running.command("audit", "verify").returncode == 0


def returned(message_id: str, to: str) -> bytes:
    """A report that a letter could not be delivered (RFC 3464)."""
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.lagares.example\nTo: {USER}\n"
        "Subject: Undelivered Mail Returned to Sender\nMessage-ID: <report-1@mx.lagares.example>\n"
        "Date: Sun, 22 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI could not deliver your message.\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.lagares.example\n\n"
        f"Final-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--b\n"
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: {message_id}\nSubject: Re: Factura\n\n--b--\n"
    ).encode()
