"""Which mail no person wrote, what it is about, and whom nothing is written back to."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.automatic import Automatic, Delivery, Ours, Sort, automatic, takes_no_reply
from app.documents.read import read
from app.documents.reading import Reading

OUR_ID = "<cs.42.feed.beef@firm.example>"
OURS = Ours(frozenset({"billing@firm.example"}), lambda message_id: message_id == OUR_ID)


def received(text: str) -> Reading:
    return read(text.encode(), "mail.eml")


def a_mail(*headers: str, subject: str = "Order 4711", sender: str = "ann@buyer.example", body: str = "Hello.") -> str:
    own = [f"From: {sender}", "To: billing@firm.example", f"Subject: {subject}", "Message-ID: <m1@buyer.example>"]
    return "\n".join([*own, *headers]) + f"\n\n{body}\n"


def told(text: str) -> Automatic:
    found = automatic(received(text), OURS)
    assert found is not None
    return found


def a_report(
    status: str, *, report: str = "delivery-status", returned: str = f"Message-ID: {OUR_ID}\nSubject: Re: Order 4711\n",
    whole: bool = True, sender: str = "MAILER-DAEMON@mx.buyer.example",
) -> str:  # fmt: skip
    """A delivery report of three parts, as servers build it (RFC 3464)."""
    returned_type = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        f"From: {sender}\nTo: billing@firm.example\nSubject: Undelivered Mail Returned to Sender\n"
        "Message-ID: <r1@mx.buyer.example>\nReturn-Path: <>\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={report};\n boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n"
        f"--b\nContent-Type: message/{report}\n\n{status}\n\n"
        f"--b\nContent-Type: {returned_type}\n\nFrom: billing@firm.example\n{returned}\nDear Ann\n\n--b--\n"
    )


POSTFIX = """Reporting-MTA: dns; mx.buyer.example
X-Postfix-Queue-ID: 4F2A
Arrival-Date: Tue, 17 Nov 2026 08:12:00 +0000

Final-Recipient: rfc822; ann@buyer.example
Original-Recipient: rfc822;ann@buyer.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.buyer.example
Diagnostic-Code: smtp; 550 5.1.1 <ann@buyer.example>: Recipient address
    rejected: User unknown"""


def test_a_persons_mail_is_not_automatic_and_may_be_answered() -> None:
    reading = received(a_mail())
    assert automatic(reading, OURS) is None
    assert takes_no_reply(reading, OURS) == ""


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-replied",),
        ("Auto-Submitted: Auto-Replied (vacation)",),
        ("Auto-Submitted: auto-replied; owner-email=x",),
        ("X-Autoreply: yes",),
        ("X-Autorespond: Order 4711",),
        ("Precedence: auto_reply",),
        ("Precedence: auto-reply",),
    ],
)
def test_an_absence_notice_is_known_by_its_headers(headers: tuple[str, ...]) -> None:
    found = told(a_mail(*headers, f"In-Reply-To: {OUR_ID}"))
    assert found.sort is Sort.REPLY
    assert found.is_quiet
    assert found.answers == (OUR_ID,)
    assert takes_no_reply(received(a_mail(*headers)), OURS)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Order 4711", "Automatische Antwort: Rechnung", "Abwesenheitsnotiz: Rechnung",
        "Réponse automatique : Facture", "Out of Office: Invoice", "Risposta automatica: Fattura",
        "Respuesta automática: Factura", "Automatyczna odpowiedź: Faktura",
    ],
)  # fmt: skip
def test_a_subject_only_supports_what_headers_say(subject: str) -> None:
    assert automatic(received(a_mail(subject=subject)), OURS) is None
    for header in ("X-Auto-Response-Suppress: All", "Auto-Submitted: auto-generated", "In-Reply-To: <x@y.example>"):
        assert told(a_mail(header, subject=subject)).sort is Sort.REPLY


def test_a_portals_order_is_made_by_a_system_and_is_a_matter_like_any_other() -> None:
    found = told(a_mail("Auto-Submitted: auto-generated", sender="orders@portal.example"))
    assert found.sort is Sort.GENERATED
    assert not found.is_quiet
    assert takes_no_reply(received(a_mail("Auto-Submitted: auto-generated")), OURS) == ""
    assert told(a_mail("Precedence: bulk")).sort is Sort.BULK
    assert told(a_mail("List-Unsubscribe: <https://list.example/u>")).sort is Sort.BULK
    assert automatic(received(a_mail("Auto-Submitted: no")), OURS) is None


def test_what_software_answers_to_a_mail_of_ours_is_a_reply_even_where_it_says_only_that_it_was_generated() -> None:
    header = "Auto-Submitted: auto-generated"
    assert told(a_mail(header, f"In-Reply-To: {OUR_ID}")).sort is Sort.REPLY
    assert told(a_mail(header, "In-Reply-To: <their-own@portal.example>")).sort is Sort.GENERATED


def test_a_returned_mail_names_the_recipient_the_reason_and_the_mail_that_came_back() -> None:
    found = told(a_report(POSTFIX))
    assert found.sort is Sort.BOUNCE
    assert found.deliveries == (
        Delivery(
            "ann@buyer.example", "failed", "5.1.1",
            "550 5.1.1 <ann@buyer.example>: Recipient address rejected: User unknown",
        ),
    )  # fmt: skip
    assert found.answers == (OUR_ID,)


def test_headers_alone_may_come_back() -> None:
    assert told(a_report(POSTFIX, whole=False)).answers == (OUR_ID,)


def test_a_server_that_goes_on_trying_only_delays() -> None:
    late = POSTFIX.replace("failed", "delayed").replace("5.1.1", "4.4.1").replace("550", "451")
    found = told(a_report(late))
    assert found.sort is Sort.DELAYED
    assert found.is_quiet
    assert found.deliveries[0].status == "4.4.1"


def test_a_server_that_gave_up_has_failed_whatever_the_class_of_its_code() -> None:
    assert told(a_report(POSTFIX.replace("Status: 5.1.1", "Status: 4.4.7"))).sort is Sort.BOUNCE


def test_one_of_several_recipients_who_was_not_reached_makes_it_a_bounce() -> None:
    two = POSTFIX + "\n\nFinal-Recipient: rfc822; bob@buyer.example\nAction: delivered\nStatus: 2.0.0"
    found = told(a_report(two))
    assert found.sort is Sort.BOUNCE
    assert [(d.recipient, d.action) for d in found.deliveries] == [
        ("ann@buyer.example", "failed"), ("bob@buyer.example", "delivered"),
    ]  # fmt: skip
    assert told(a_report(two.replace("Action: failed\nStatus: 5.1.1", "Action: relayed"))).sort is Sort.RECEIPT


def test_a_read_receipt_is_a_receipt() -> None:
    said = (
        "Reporting-UA: mail.buyer.example\nFinal-Recipient: rfc822;ann@buyer.example\n"
        f"Original-Message-ID: {OUR_ID}\nDisposition: manual-action/MDN-sent-manually; displayed"
    )
    found = told(a_report(said, report="disposition-notification", sender="ann@buyer.example", returned="Subject: x\n"))
    assert found.sort is Sort.RECEIPT
    assert found.answers == (OUR_ID,)


def test_a_server_that_tells_a_failure_in_words_alone_is_understood() -> None:
    body = (
        "This message was created automatically by mail delivery software.\n\n  ann@buyer.example\n"
        "    host mx.buyer.example [192.0.2.7]\n    SMTP error: 552 5.2.2 mailbox is full\n\n"
        f"------ This is a copy of the message's headers. ------\n\nSubject: Re: Order 4711\nMessage-ID: {OUR_ID}\n"
    )
    found = told(a_mail("X-Failed-Recipients: ann@buyer.example", sender="Mailer-Daemon@mx.buyer.example", body=body))
    assert found.sort is Sort.BOUNCE
    assert found.deliveries == (Delivery("ann@buyer.example", "failed", "5.2.2", "552 5.2.2 mailbox is full"),)
    assert found.answers == (OUR_ID,)


def test_our_own_mail_that_comes_back_is_known_by_the_message_id_we_gave() -> None:
    mail = a_mail(sender="billing@firm.example").replace("<m1@buyer.example>", OUR_ID)
    assert told(mail).sort is Sort.OWN
    assert automatic(received(a_mail().replace("<m1@buyer.example>", OUR_ID)), OURS) is None  # anybody can write it
    assert automatic(received(a_mail("X-Loop: billing@firm.example")), OURS) is None  # as our own forwarding sets it


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ((), "no-reply@portal.example"),
        ((), "orders.noreply@portal.example"),
        ((), "nicht-antworten@kunde.example"),
        ((), "MAILER-DAEMON@portal.example"),
        ((), "billing@firm.example"),
        (("Reply-To: billing@firm.example",), "ann@buyer.example"),
        (("Return-Path: <>",), "ann@buyer.example"),
        (("Auto-Submitted: auto-replied",), "ann@buyer.example"),
    ],
)
def test_nothing_is_written_back_to_software_or_to_ourselves(headers: tuple[str, ...], sender: str) -> None:
    assert takes_no_reply(received(a_mail(*headers, sender=sender)), OURS).endswith(".")


def test_a_person_who_is_named_for_answers_is_answered() -> None:
    assert takes_no_reply(received(a_mail("Reply-To: ann@buyer.example", sender="noreply@portal.example")), OURS) == ""


def test_an_attached_delivery_report_does_not_make_a_persons_mail_one() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ann@buyer.example", "billing@firm.example", "This came back to me"
    mail.set_content("What does this mean: 550 5.1.1?")
    mail.add_attachment(POSTFIX, filename="details.txt")
    assert automatic(read(mail.as_bytes(), "mail.eml"), OURS) is None


names = st.sampled_from([
    "Auto-Submitted", "Precedence", "Return-Path", "X-Autoreply", "X-Loop", "In-Reply-To", "References", "List-Id",
    "X-Failed-Recipients", "Content-Type", "Reply-To", "X-Auto-Response-Suppress",
])  # fmt: skip
values = st.one_of(
    st.sampled_from([
        "auto-replied", "auto-generated", "no", "<>", "bulk", OUR_ID, "billing@firm.example", "multipart/report",
        'multipart/report; report-type="delivery-status"; boundary=b', "<<>>", "ann@buyer.example", "",
    ]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60),
)  # fmt: skip


@given(st.lists(st.tuples(names, values), max_size=8), st.text(max_size=400))
def test_whatever_a_mail_says_of_itself_it_is_judged_and_what_is_quiet_is_never_answered(
    headers: list[tuple[str, str]], body: str
) -> None:
    text = a_mail(*(f"{name}: {value}" for name, value in headers), body=body)
    reading = read(text.encode("utf-8", "replace"), "mail.eml")
    found = automatic(reading, OURS)
    if found is not None and found.is_quiet:
        assert takes_no_reply(reading, OURS)
    if found is not None:
        assert found.because
        assert all(one.startswith("<") and one.endswith(">") for one in found.answers if found.sort is not Sort.OWN)
        assert all("\n" not in d.says and len(d.says) <= 300 for d in found.deliveries)


@given(st.text(alphabet="Final-Recpt:Aon Stus;5.14@x\n \t0", max_size=600))
def test_a_report_of_any_make_is_read(status: str) -> None:
    found = automatic(received(a_report(status)), OURS)
    assert found is not None
    assert found.is_quiet
