"""Rules are certain or silent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.assessments.results import Vote
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.order import Order, OrderFunction
from app.documents.reading import Reading
from app.vocabulary import CertaintyWord
from classifiers.triage import rules
from classifiers.triage.envelope import envelope
from classifiers.triage.passages import passages
from classifiers.triage.triage import triage
from tests.unit.classifiers.triage.letters import letter

DAEMON = "MAILER-DAEMON@mx.customer.example"


def vote(reading: Reading) -> Vote:
    found = passages(reading)
    return rules.vote(reading, found, envelope(reading, found))


def with_part(reading: Reading, **values: object) -> Reading:
    part = Reading("0", "message.xml", "application/xml", "xml", **values)  # type: ignore[arg-type]
    return replace(reading, attachments=(part,))


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (OrderFunction.NEW, "new_po"),
        (OrderFunction.CHANGE, "po_change"),
        (OrderFunction.CANCELLATION, "po_cancellation"),
    ],
)
def test_an_order_sent_as_data_says_what_it_is(function: OrderFunction, reason: str) -> None:
    found = triage(with_part(letter("Order", "See attached."), order=Order("ubl", function, "4500123")))
    assert (found.reason, found.reading) == (reason, CertaintyWord.BY_RULE)


def test_an_order_read_from_a_page_is_no_certainty() -> None:
    order = Order("layout", OrderFunction.NEW, "4500123")
    assert vote(with_part(letter("Order", "See attached."), order=order)).reason is None


def test_a_buyers_answer_with_one_meaning_is_certain() -> None:
    answer = InvoiceAnswer("peppol", "RE", "2026-118", reasons=(("QTY", "Quantity incorrect"),))
    assert vote(with_part(letter("Response", "See attached."), invoice_answer=answer)).reason == "hours_quantity"


def test_a_buyers_answer_with_several_meanings_is_left_to_its_words() -> None:
    answer = InvoiceAnswer("peppol", "RE", "2026-118", reasons=(("REF", "References incorrect"),))
    assert vote(with_part(letter("Response", "See attached."), invoice_answer=answer)).reason is None


def test_returned_mail_with_our_invoice_failed_to_arrive() -> None:
    text = "550 user unknown\n\n> Dear customer, please find attached our invoice 2026-118."
    assert vote(letter("Undelivered", text, sender=DAEMON)).reason == "delivery_failure"


def test_returned_mail_with_an_invoice_in_another_language_than_the_notice() -> None:
    text = "This is the mail system. Your message could not be delivered.\n\nGuten Tag, anbei Ihre Rechnung 2026-118."
    assert vote(letter("Undelivered Mail", text, sender=DAEMON)).reason == "delivery_failure"


def test_other_returned_mail_is_a_bounce_even_though_it_names_the_billing_mailbox() -> None:
    text = "550 user unknown, sent from billing@ourfirm.example\n\n> Merry Christmas and a happy new year!"
    assert vote(letter("Undelivered", text, sender=DAEMON)).reason == "bounce"


def test_rules_are_silent_about_prose() -> None:
    assert vote(letter("Invoice", "You billed too many hours. Please send a credit note.")).reason is None


def test_rules_are_silent_about_our_own_people() -> None:
    own = letter("Fwd", "See the order.", sender="pm@ourfirm.example")
    assert vote(with_part(own, order=Order("ubl", OrderFunction.NEW, "1"))).reason is None


def test_the_corpus_was_not_needed_for_a_rule() -> None:
    text = Path(rules.__file__).read_text(encoding="utf-8")
    assert ".example" not in text
