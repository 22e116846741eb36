"""Replies that leave by mail: when, to whom, on which thread, with what, and at most once by themselves."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.cases.models import Case, CaseDocument, ThreadMail
from app.clock import now
from app.decisions import amendment, decide
from app.documents.receive import receive
from app.errors import Conflict, Refused
from app.letters import leaving
from app.letters import queries as letters
from app.letters.models import Letter
from app.mailboxes import thread_token
from app.mailboxes.credentials import credentials_of
from app.mailboxes.models import Mailbox
from app.mailboxes.taking import take_in_content
from app.sources.incoming import Incoming
from app.suggestions import by_mail, papers
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.writebacks import doubts, queue
from app.writebacks.models import WriteBack
from fixtures.odoo.sandbox import Fault
from tests.house import SAMPLES, House
from tests.mail_servers import PASSWORD, Pymap, SmtpServer, TokenServer
from tests.mailboxes import KEY, a_mailbox
from workers import posting
from workers.wiring import Parts

THANKS = b"""From: Dora Lang <dora@customer.example>\r
To: billing@marlowvoss.example\r
Subject: Copy of your invoice please\r
Message-ID: <one@customer.example>\r
References: <zero@customer.example>\r
Date: Mon, 16 Nov 2026 09:00:00 +0000\r
Content-Type: text/plain; charset=utf-8\r
\r
Hello,\r
\r
please send us a copy of your last statement of account.\r
\r
Best regards,\r
Dora Lang\r
"""


def connect(house: House, smtp: SmtpServer, **more: Any) -> None:
    """A mailbox that sends through this server."""
    with house.parts.database.transaction() as session:
        a_mailbox(
            session, "billing", credentials={"password": PASSWORD}, display_name="Marlow Voss, Billing",
            outgoing={"host": "127.0.0.1", "port": smtp.port, "encryption": "none"}, **more,
        )  # fmt: skip


def arrives(house: House, content: bytes = THANKS) -> int:
    """A mail comes in through the mailbox and is assessed: its case."""
    with house.parts.database.transaction() as session:
        mailbox = session.execute(select(Mailbox)).scalar_one()
        case_id = take_in_content(session, mailbox, content, at=now()).case_id
    house.work()
    return case_id


def reply_of(house: House, case_id: int) -> Suggestion:
    return house.suggestions(case_id)["draft_reply"]


def letter_of(house: House, suggestion: Suggestion) -> Letter:
    with house.parts.database.transaction() as session:
        found = letters.of_suggestion(session, suggestion.id)
    assert found is not None
    return found


def state_of_mailbox(house: House, state: str) -> None:
    with house.parts.database.transaction() as session:
        session.execute(select(Mailbox)).scalar_one().state = state


def parsed(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def again(house: House) -> None:
    house.time_passes()
    house.write()


def confirmed(house: House, suggestion: Suggestion, *people: Caller) -> None:
    """As many of these people say yes as the policy asks for."""
    for person in people:
        if house.confirm(suggestion, person):
            return
    raise AssertionError(f"the policy asks for more than {len(people)} people")


def edited(house: House, suggestion: Suggestion, by: Caller, **values: str) -> Suggestion:
    with house.parts.database.transaction() as session:
        return decide.amend(
            session, suggestion.id, amendment.edited(suggestion, values), content_hash=suggestion.content_hash, by=by,
            policy=house.parts.policy, at=now(),
        )  # fmt: skip


def test_a_confirmed_reply_leaves_on_its_thread_and_is_kept_as_sent(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    assert reply.effect == "Sends this reply to dora@customer.example from billing@marlowvoss.example."
    assert smtp.taken == []
    house.confirm(reply, house.person("Rita", "reviewer"))
    house.write()
    assert [t.recipients for t in smtp.taken] == [("dora@customer.example",)]
    mail = parsed(smtp.taken[0].content)
    assert mail["From"] == '"Marlow Voss, Billing" <billing@marlowvoss.example>'
    assert mail["In-Reply-To"] == "<one@customer.example>"
    assert mail["References"] == "<zero@customer.example> <one@customer.example>"
    assert mail["Subject"] == f"Re: Copy of your invoice please [{thread_token.make(case_id, KEY)}]"
    assert thread_token.read(mail["Message-ID"], KEY) == (case_id,)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "> please send us a copy of your last statement of account." in text
    assert text.index("Hello") < text.index("Dora Lang wrote:")
    letter = letter_of(house, reply)
    with house.parts.database.transaction() as session:
        kept = select(CaseDocument).where(CaseDocument.case_id == case_id)
        roles = {d.document_id: d.role for d in session.execute(kept).scalars()}
        actions = session.execute(
            select(AuditEvent.action).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)
        ).scalars().all()  # fmt: skip
    assert letter.state == "sent"
    assert letter.document_id is not None
    assert roles[letter.document_id] == "sent"
    assert actions.index("decision.confirm") < actions.index("letter.sent")
    assert house.case(case_id).state == "done"


def test_nothing_leaves_without_a_confirmation_or_within_the_time_to_undo(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    reply = reply_of(house, arrives(house))
    rita = house.person("Rita", "reviewer")
    with house.parts.database.transaction() as session:
        queue.confirm(
            session, reply.id, content_hash=reply.content_hash, by=rita, policy=house.parts.policy, at=now(),
            undo_seconds=60,
        )  # fmt: skip
    house.write()
    assert smtp.taken == []
    with house.parts.database.transaction() as session:
        queue.undo(session, reply.id, by=rita, at=now())
    again(house)
    assert smtp.taken == []


def test_without_a_mailbox_that_sends_a_reply_is_kept_as_ever(house: House) -> None:
    with house.parts.database.transaction() as session:
        a_mailbox(session, "billing")
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    assert "no mail leaves by itself" in reply.effect
    house.confirm(reply, house.person("Rita", "reviewer"))
    house.write()
    assert house.case(case_id).state == "done"


def test_a_case_that_came_another_way_is_answered_from_the_default_mailbox(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp, is_default_for_sending=True)
    taken = house.take_in(THANKS, "asks.eml")
    house.work()
    house.confirm(reply_of(house, taken.case_id), house.person("Rita", "reviewer"))
    house.write()
    assert [t.sender for t in smtp.taken] == ["billing@marlowvoss.example"]


def test_a_temporary_refusal_is_tried_again_with_the_same_mail(house: House, smtp: SmtpServer) -> None:
    smtp.answers += ["451 4.3.0 Try later"]
    connect(house, smtp)
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    house.confirm(reply, house.person("Rita", "reviewer"))
    house.write()
    waiting = letter_of(house, reply)
    assert (waiting.state, waiting.tries) == ("waiting", 1)
    assert "Try later" in waiting.because
    again(house)
    again(house)
    assert len(smtp.taken) == 1
    assert parsed(smtp.taken[0].content)["Message-ID"] == waiting.message_id
    assert letter_of(house, reply).tries == 2


def test_a_permanent_refusal_comes_back_to_the_case(house: House, smtp: SmtpServer) -> None:
    smtp.refused["dora@customer.example"] = "550 5.1.1 No such user"
    connect(house, smtp)
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    house.confirm(reply, house.person("Rita", "reviewer"))
    house.write()
    again(house)
    assert smtp.taken == []
    case = house.case(case_id)
    assert case.state == "needs_attention"
    assert "550 5.1.1 No such user" in case.attention
    assert letter_of(house, reply).state == "refused"


def test_a_server_that_falls_silent_leaves_the_question_to_a_person(house: House, smtp: SmtpServer) -> None:
    smtp.answers += ["take and drop"]
    connect(house, smtp)
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    house.confirm(reply, house.person("Rita", "reviewer"))
    house.write()
    again(house)
    again(house)
    assert len(smtp.taken) == 1
    assert letter_of(house, reply).state == "uncertain"
    case = house.case(case_id)
    assert case.state == "needs_attention"
    assert "may have left" in case.attention


def test_a_worker_that_dies_while_sending_never_sends_a_second_time(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    house.confirm(reply, house.person("Rita", "reviewer"))
    with house.parts.database.transaction() as session:
        ready = leaving.look(session, reply.id, key=KEY, at=now())
    assert isinstance(ready, leaving.Ready)
    with house.parts.database.transaction() as session:
        assert leaving.begin(session, ready, THANKS + b"ours", None, at=now()) is None
    again(house)  # the worker died here: its lease is over
    again(house)
    assert smtp.taken == []
    assert letter_of(house, reply).state == "uncertain"


def test_a_reply_waits_for_the_step_that_it_announces(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house, (SAMPLES / "01-hours-contested.eml").read_bytes())
    found = house.suggestions(case_id)
    reply = found["draft_reply"]
    mail = by_mail.of_json(reply.command["within"])
    assert mail is not None
    assert {a.kind for a in mail.announces} == {"mark_disputed", "draft_credit_note"}
    reply = edited(house, reply, house.person("Edda", "reviewer"), papers="")
    rita, carl = house.person("Rita", "reviewer"), house.person("Carl", "controller")
    house.confirm(reply, rita)
    house.write()
    assert smtp.taken == []
    assert "is confirmed" in letter_of(house, reply).because
    for kind in ("mark_disputed", "draft_credit_note"):
        confirmed(house, found[kind], rita, carl)
    again(house)
    again(house)
    assert len(smtp.taken) == 1
    assert letter_of(house, reply).state == "sent"


def test_a_reply_that_announces_what_was_rejected_does_not_leave(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house, (SAMPLES / "01-hours-contested.eml").read_bytes())
    found = house.suggestions(case_id)
    rita = house.person("Rita", "reviewer")
    reply = edited(house, found["draft_reply"], house.person("Edda", "reviewer"), papers="")
    house.confirm(reply, rita)
    with house.parts.database.transaction() as session:
        for kind in ("mark_disputed", "draft_credit_note"):
            decide.reject(
                session, found[kind].id, content_hash=found[kind].content_hash, by=rita, policy=house.parts.policy,
                at=now(), reason_code="already_handled",
            )  # fmt: skip
    house.write()
    again(house)
    assert smtp.taken == []
    assert "will not be done" in house.case(case_id).attention


def test_replies_go_to_another_address_only_when_a_person_chooses_it(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house, THANKS.replace(b"Subject:", b"Reply-To: pay@elsewhere.example\r\nSubject:"))
    reply = reply_of(house, case_id)
    mail = by_mail.of_json(reply.command["within"])
    assert mail is not None
    assert mail.choices == ("dora@customer.example", "pay@elsewhere.example")
    assert mail.to in ("", "dora@customer.example")
    edda = house.person("Edda", "reviewer")
    with pytest.raises(Refused, match="not among the addresses"):
        edited(house, reply, edda, to="mallory@bad.example")
    chosen = edited(house, reply, edda, to="pay@elsewhere.example")
    assert "pay@elsewhere.example" in chosen.effect
    house.confirm(chosen, house.person("Rita", "reviewer"))
    house.write()
    assert [t.recipients for t in smtp.taken] == [("pay@elsewhere.example",)]


def test_nothing_is_written_back_to_software(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    robot = THANKS.replace(b"dora@customer.example", b"no-reply@customer.example")
    case_id = arrives(house, robot)
    reply = house.suggestions(case_id).get("draft_reply")
    if reply is not None:
        assert "no mail leaves" in reply.effect
        house.confirm(reply, house.person("Rita", "reviewer"))
    house.write()
    again(house)
    assert smtp.taken == []


def test_a_case_that_became_an_alert_is_not_answered(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    house.confirm(reply, house.person("Rita", "reviewer"))
    with house.parts.database.transaction() as session:
        session.get_one(Case, case_id).kind = "security_alert"
    house.write()
    again(house)
    assert smtp.taken == []
    assert "security alert" in house.case(case_id).attention


def test_a_reply_that_waits_can_be_taken_back_and_one_that_left_cannot(house: House, smtp: SmtpServer) -> None:
    smtp.answers += ["451 4.3.0 Try later"]
    connect(house, smtp)
    reply = reply_of(house, arrives(house))
    rita = house.person("Rita", "reviewer")
    house.confirm(reply, rita)
    house.write()
    with house.parts.database.transaction() as session:
        queue.undo(session, reply.id, by=rita, at=now())
    again(house)
    assert smtp.taken == []
    newer = reply_of(house, house_case(house, reply.id))
    house.confirm(newer, rita)
    house.write()
    assert len(smtp.taken) == 1
    with house.parts.database.transaction() as session, pytest.raises(Conflict):
        queue.undo(session, newer.id, by=rita, at=now())


def house_case(house: House, suggestion_id: UUID) -> int:
    with house.parts.database.transaction() as session:
        return session.get_one(Suggestion, suggestion_id).case_id


def test_a_paused_mailbox_keeps_what_it_has_to_send(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    reply = reply_of(house, arrives(house))
    house.confirm(reply, house.person("Rita", "reviewer"))
    with house.parts.database.transaction() as session:
        session.execute(select(Mailbox)).scalar_one().state = "paused"
    house.write()
    assert smtp.taken == []
    assert "paused" in letter_of(house, reply).because
    with house.parts.database.transaction() as session:
        session.execute(select(Mailbox)).scalar_one().state = "active"
        assert session.execute(select(WriteBack.state)).scalars().all() == ["waiting"]
    again(house)
    assert len(smtp.taken) == 1


def test_a_copy_is_put_among_the_sent_mail_of_its_mailbox(house: House, smtp: SmtpServer, pymap: Pymap) -> None:
    with house.parts.database.transaction() as session:
        a_mailbox(
            session, "billing", credentials={"password": PASSWORD}, host="127.0.0.1", port=pymap.port,
            encryption="none", user="demouser",
            outgoing={"host": "127.0.0.1", "port": smtp.port, "encryption": "none", "sent_folder": "Sent"},
        )  # fmt: skip
    reply = reply_of(house, arrives(house))
    house.confirm(reply, house.person("Rita", "reviewer"))
    house.write()
    letter = letter_of(house, reply)
    state_of_mailbox(house, "paused")
    assert not posting.copy(house.parts, letter.id)
    state_of_mailbox(house, "active")
    assert posting.copy(house.parts, letter.id)
    assert not posting.copy(house.parts, letter.id)
    assert pymap.message_ids("demouser", "Sent") == [letter.message_id]


def test_a_copy_that_another_worker_is_putting_is_not_put_twice(house: House, smtp: SmtpServer, pymap: Pymap) -> None:
    with house.parts.database.transaction() as session:
        a_mailbox(
            session, "billing", credentials={"password": PASSWORD}, host="127.0.0.1", port=pymap.port,
            encryption="none", user="demouser",
            outgoing={"host": "127.0.0.1", "port": smtp.port, "encryption": "none", "sent_folder": "Sent"},
        )  # fmt: skip
    reply = reply_of(house, arrives(house))
    house.confirm(reply, house.person("Rita", "reviewer"))
    house.write()
    letter = letter_of(house, reply)
    with house.parts.database.alone(posting.COPYING + letter.mailbox_id) as is_alone:
        assert is_alone
        assert not posting.copy(house.parts, letter.id)
    assert posting.copy(house.parts, letter.id)
    assert pymap.message_ids("demouser", "Sent") == [letter.message_id]


def test_a_mailbox_whose_server_is_away_is_asked_once_for_all_its_copies(
    house: House, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.parts.database.transaction() as session:
        a_mailbox(
            session, "billing", credentials={"password": PASSWORD}, host="127.0.0.1", port=1, encryption="none",
            outgoing={"host": "127.0.0.1", "port": smtp.port, "encryption": "none", "sent_folder": "Sent"},
        )  # fmt: skip
    for number in (b"one", b"two"):
        reply = reply_of(house, arrives(house, THANKS.replace(b"<one@", b"<%s@" % number)))
        house.confirm(reply, house.person("Rita", "reviewer"))
        house.write()
    with house.parts.database.transaction() as session:
        for letter in session.execute(select(Letter)).scalars():
            assert letter.sent_at is not None
            letter.sent_at -= 2 * leaving.COPY_AFTER
    asked: list[UUID] = []
    put = posting.copy

    def ask(p: Parts, letter_id: UUID) -> bool:
        asked.append(letter_id)
        return put(p, letter_id)

    monkeypatch.setattr(posting, "copy", ask)
    assert posting.copy_due(house.parts) == 0
    assert len(asked) == 1


def test_the_ticked_papers_go_along_as_odoo_prints_them(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house, (SAMPLES / "01-hours-contested.eml").read_bytes())
    found = house.suggestions(case_id)
    names = [p.name for p in papers.of_json(found["draft_reply"].command["within"])]
    assert any(n.startswith("Timesheets_") for n in names)
    reply = edited(house, found["draft_reply"], house.person("Edda", "reviewer"), papers="\n".join(names))
    rita, carl = house.person("Rita", "reviewer"), house.person("Carl", "controller")
    for step in (found["mark_disputed"], found["draft_credit_note"], reply):
        confirmed(house, step, rita, carl)
    for _ in range(3):
        again(house)
    assert [t.recipients for t in smtp.taken] == [("kreditoren@hafenwerk.example",)]
    mail = parsed(smtp.taken[0].content)
    files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert list(files) == names
    for content in files.values():
        text = PdfDocument(content)[0].get_textpage().get_text_range()
        assert "RE/2026/00004" in text or "2026-" in text
    posted = [m for m in house.odoo.books.tables["mail.message"].records.values() if "Sent to kreditoren" in m["body"]]
    assert len(posted) == 1


def test_a_letter_does_not_leave_without_its_papers(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house, (SAMPLES / "01-hours-contested.eml").read_bytes())
    found = house.suggestions(case_id)
    rita, carl = house.person("Rita", "reviewer"), house.person("Carl", "controller")
    for kind in ("mark_disputed", "draft_credit_note"):
        confirmed(house, found[kind], rita, carl)
    house.write()
    house.odoo.faults.extend(Fault("unavailable", only="countersign.operation/paper") for _ in range(2))
    house.confirm(found["draft_reply"], rita)
    house.write()
    letter = letter_of(house, found["draft_reply"])
    assert (letter.state, letter.tries, smtp.taken) == ("waiting", 0, [])
    assert "Odoo" in letter.because
    house.odoo.faults.clear()
    again(house)
    assert len(smtp.taken) == 1


def test_a_reply_waits_when_they_write_again_and_leaves_once_it_is_confirmed_anew(
    house: House, smtp: SmtpServer
) -> None:
    connect(house, smtp)
    case_id = arrives(house)
    rita = house.person("Rita", "reviewer")
    with house.parts.database.transaction() as session:
        reply = session.get_one(Suggestion, reply_of(house, case_id).id)
        session.execute(select(Mailbox)).scalar_one().state = "paused"
    house.confirm(reply, rita)
    house.write()
    with house.parts.database.transaction() as session:
        session.execute(select(Mailbox)).scalar_one().state = "active"
        later = Incoming(THANKS.replace(b"<one@", b"<two@"), "again.eml", "upload", "again", now())
        document = receive(session, later).document_id
        session.add(CaseDocument(document_id=document, case_id=case_id, role="added", added_at=now()))
        session.add(
            ThreadMail(
                document_id=document, message_id="<two@customer.example>", answers=[], subject="", is_answer=True,
                sender="", recipients=[], automatic="", is_ours=False,
            )
        )  # fmt: skip
    again(house)
    assert smtp.taken == []
    assert "a mail came to this case" in letter_of(house, reply).because
    with house.parts.database.transaction() as session:
        queue.undo(session, reply.id, by=rita, at=now())
    house.confirm(reply_of(house, case_id), rita)
    house.write()
    assert len(smtp.taken) == 1


@pytest.mark.parametrize("has_left", [True, False])
def test_a_person_says_whether_an_uncertain_reply_left(house: House, smtp: SmtpServer, has_left: bool) -> None:
    smtp.answers += ["take and drop"]
    connect(house, smtp)
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    rita = house.person("Rita", "reviewer")
    house.confirm(reply, rita)
    house.write()
    letter = letter_of(house, reply)
    with house.parts.database.transaction() as session:
        doubts.settle(session, letter.id, case_id=case_id, has_left=has_left, by=rita, at=now())
    with house.parts.database.transaction() as session, pytest.raises(Conflict):
        doubts.settle(session, letter.id, case_id=case_id, has_left=has_left, by=rita, at=now())
    house.write()
    again(house)
    assert len(smtp.taken) == (1 if has_left else 2)
    assert len({parsed(t.content)["Message-ID"] for t in smtp.taken}) == 1
    assert letter_of(house, reply).state == "sent"
    assert house.case(case_id).state == "done"


def test_of_a_sender_whose_check_failed_a_person_chooses_the_address(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house, THANKS.replace(b"Subject:", b"Reply-To: Dora Lang <dora.lang.ap@gmail.com>\r\nSubject:"))
    reply = reply_of(house, case_id)
    mail = by_mail.of_json(reply.command["within"])
    assert mail is not None
    assert (mail.to, mail.choices) == ("", ("dora@customer.example", "dora.lang.ap@gmail.com"))
    assert "A check of the sender failed" in reply.effect
    chosen = edited(house, reply, house.person("Edda", "reviewer"), to="dora@customer.example")
    house.confirm(chosen, house.person("Rita", "controller"))
    house.write()
    assert [t.recipients for t in smtp.taken] == [("dora@customer.example",)]


def test_a_reply_to_nobody_is_kept_and_does_not_leave(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house)
    kept = edited(house, reply_of(house, case_id), house.person("Edda", "reviewer"), to="")
    assert "no mail leaves" in kept.effect
    house.confirm(kept, house.person("Rita", "reviewer"))
    house.write()
    assert (smtp.taken, house.case(case_id).state) == ([], "done")


def test_a_mailbox_that_has_another_address_now_does_not_send_what_was_confirmed(
    house: House, smtp: SmtpServer
) -> None:
    connect(house, smtp)
    case_id = arrives(house)
    house.confirm(reply_of(house, case_id), house.person("Rita", "reviewer"))
    with house.parts.database.transaction() as session:
        session.execute(select(Mailbox)).scalar_one().address = "other@marlowvoss.example"
    house.write()
    assert smtp.taken == []
    assert "has another address now" in house.case(case_id).attention


def test_a_reply_that_waits_for_long_is_put_in_front_of_a_person(house: House, smtp: SmtpServer) -> None:
    smtp.answers += ["451 4.3.0 Try later", "451 4.3.0 Try later"]
    connect(house, smtp)
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    house.confirm(reply, house.person("Rita", "reviewer"))
    house.write()
    assert house.case(case_id).state == "writing"
    with house.parts.database.transaction() as session:
        session.execute(select(Letter)).scalar_one().made_at -= leaving.PATIENCE
    again(house)
    assert "Try later" in house.case(case_id).attention
    again(house)
    assert (len(smtp.taken), house.case(case_id).state) == (1, "done")


def test_what_happened_while_papers_were_printed_keeps_a_letter_too(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    case_id = arrives(house)
    reply = reply_of(house, case_id)
    house.confirm(reply, house.person("Rita", "reviewer"))
    with house.parts.database.transaction() as session:
        ready = leaving.look(session, reply.id, key=KEY, at=now())
    assert isinstance(ready, leaving.Ready)
    with house.parts.database.transaction() as session:
        session.get_one(Case, case_id).kind = "security_alert"
    with house.parts.database.transaction() as session:
        found = leaving.begin(session, ready, THANKS + b"ours", None, at=now())
    assert isinstance(found, leaving.Never)
    house.write()
    assert smtp.taken == []
    assert "security alert" in house.case(case_id).attention


def test_a_mailbox_in_a_domain_with_an_umlaut_sends_in_ascii(house: House, smtp: SmtpServer) -> None:
    connect(house, smtp)
    with house.parts.database.transaction() as session:
        session.execute(select(Mailbox)).scalar_one().address = "rechnung@büro.example"
    case_id = arrives(house)
    house.confirm(reply_of(house, case_id), house.person("Rita", "reviewer"))
    house.write()
    mail = parsed(smtp.taken[0].content)
    assert smtp.taken[0].sender == "rechnung@xn--bro-hoa.example"
    assert mail["From"].addresses[0].addr_spec == "rechnung@xn--bro-hoa.example"
    assert thread_token.read(mail["Message-ID"], KEY) == (case_id,)


def test_a_mailbox_that_signs_in_by_oauth_sends_with_a_token_and_keeps_the_next_refresh_token(
    house: House, token_server: TokenServer
) -> None:
    token_server.rotates = True
    with SmtpServer(tokens=token_server) as smtp:
        with house.parts.database.transaction() as session:
            a_mailbox(
                session, "billing", sign_in="oauth", user="billing@marlowvoss.example",
                oauth={"token_url": token_server.token_url, "client_id": token_server.client_id},
                credentials={
                    "client_secret": token_server.client_secret, "refresh_token": token_server.refresh_token,
                },
                outgoing={"host": "127.0.0.1", "port": smtp.port, "encryption": "none"},
            )  # fmt: skip
        for content in (THANKS, THANKS.replace(b"<one@", b"<two@").replace(b"dora@", b"emil@")):
            case_id = arrives(house, content)
            house.confirm(reply_of(house, case_id), house.person(f"Rita{case_id}", "reviewer"))
            house.write()
        assert [t.recipients for t in smtp.taken] == [("dora@customer.example",), ("emil@customer.example",)]
        assert smtp.signed_in == ["billing@marlowvoss.example"] * 2
    with house.parts.database.transaction() as session:
        row = session.execute(select(Mailbox)).scalar_one()
        assert credentials_of(row, KEY)["refresh_token"] != "refresh-token-of-tests"
