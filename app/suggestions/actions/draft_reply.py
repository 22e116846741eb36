"""An answer to the customer in their language, from facts only. Kept on the record; sending stays with a person.

Sentences are templates; the only figures and names in them are the document's or Odoo's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from app.money import Money
from app.odoo.commands import Change, Json, OperationKind
from app.suggestions.proposal import Proposal, Shown, Situation
from app.suggestions.target import record_of
from app.vocabulary import Kind

_MARKS = {
    "de": (".", ","), "es": (".", ","), "it": (".", ","), "nl": (".", ","), "pt": (".", ","),
    "fr": ("\u202f", ","), "pl": ("\u00a0", ","),
}  # fmt: skip
"""Between thousands and before decimals; narrow and common no-break spaces in French and Polish."""
_TEMPLATES = Path(__file__).parent / "replies.yaml"


def propose(situation: Situation, proposed: Sequence[Proposal]) -> list[Proposal]:
    """For disputes, requests, orders and payment notices from a customer; never for a suspected fraud.

    `proposed` are the other proposals of the case: the reply announces these and nothing else.
    """
    if situation.advice is not None:
        return _ask_for_number(situation) if situation.reason == "po_missing" else []
    kind = situation.assessment.classification.kind
    if kind in (Kind.SECURITY_ALERT, Kind.NO_ACTION, Kind.BILLING_DISCREPANCY) or situation.reading.mail is None:
        return []
    language = str(situation.assessment.value("language") or "en")
    texts = templates()
    language = language if language in texts else "en"
    words = texts[language]
    subject = _subject(situation.reading.mail.subject)
    body = "\n\n".join([words["greeting"], *_sentences(situation, proposed, language), words["closing"]])
    record = record_of(situation)
    values: dict[str, Json] = {"subject": subject, "body": body}
    return [
        Proposal(
            kind="draft_reply", target_name=situation.reading.mail.sender.email, risk="advisory", rank=7,
            shown=(Shown("Subject", "(none)", subject), Shown("Reply", "(none)", body)),
            because="The sender waits for an answer; this says what is known and announces only what is proposed here.",
            effect="Keeps the reply with the record, ready to be sent; no mail leaves by itself.",
            change=Change(OperationKind.DRAFT_REPLY, record.company_id, record.model, record.id, values=values)
            if record
            else None,
            within={} if record else {"reply": values},
        )
    ]  # fmt: skip


def _ask_for_number(situation: Situation) -> list[Proposal]:
    """A letter to the customer, in the language Odoo has for them, that asks for the number we lack."""
    order, customer = situation.books.order(), situation.books.customer()
    if order is None or customer is None:
        return []
    texts = templates()
    words = texts.get(customer.language[:2].casefold(), texts["en"])
    subject = words["order_number_subject"].format(order=order.name)
    body = "\n\n".join([words["greeting"], words["order_number_wanted"].format(order=order.name), words["closing"]])
    return [
        Proposal(
            kind="draft_reply", target_name=customer.name, risk="advisory", rank=3,
            shown=(Shown("Subject", "(none)", subject), Shown("Reply", "(none)", body)),
            because="Only the customer knows the number, and their invoices may be refused without it.",
            effect="Keeps the letter with the order, ready to be sent; no mail leaves by itself.",
            change=Change(
                OperationKind.DRAFT_REPLY, order.company_id, "sale.order", order.id,
                values={"subject": subject, "body": body},
            ),
        )
    ]  # fmt: skip


@cache
def templates() -> dict[str, dict[str, str]]:
    """The sentences by language (ISO 639-1) and purpose."""
    import yaml

    return yaml.safe_load(_TEMPLATES.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _subject(subject: str) -> str:
    return subject if subject.casefold().startswith(("re:", "aw:")) else f"Re: {subject}"


def _sentences(situation: Situation, proposed: Sequence[Proposal], language: str) -> list[str]:
    kind, reason, words = situation.assessment.classification.kind, situation.reason, templates()[language]
    number = situation.order_number
    kinds = {p.kind for p in proposed}
    if kind is Kind.CUSTOMER_PO and reason != "po_cancellation":
        if reason == "po_reference" and number and "set_customer_reference" in kinds:
            return [words["reference_added"].format(number=number)]
        return [words["order_received"].format(number=number) if number else words["order_received_plain"]]
    if kind is Kind.DISPUTE:
        return [_received(situation, proposed, words), *_answer(situation, proposed, language)]
    if kind is Kind.PAYMENT_NOTICE:
        return [words["payment_noted"]]
    if reason in ("supporting_documents", "copy_or_statement", "vendor_setup") and "schedule_activity" in kinds:
        return [words["documents_follow"]]
    return [words["request_received"]]


def _received(situation: Situation, proposed: Sequence[Proposal], words: dict[str, str]) -> str:
    """Thanks, with the invoices as Odoo names them, else as the mail does; reminders only where a mark is proposed."""
    marked = [p.target_name for p in proposed if p.kind == "mark_disputed"]
    if marked:
        return words["dispute_unreminded"].format(invoice=", ".join(marked))
    certain = [i.name for i in situation.books.invoices() if i.name]
    about = ", ".join(certain or (str(r) for r in situation.assessment.value("invoice_refs") or ()))
    return words["dispute_received"].format(invoice=about) if about else words["dispute_received_plain"]


def _answer(situation: Situation, proposed: Sequence[Proposal], language: str) -> list[str]:
    """What we can say to the matter itself: credits that are proposed, what Odoo shows as paid, what is planned."""
    words, number = templates()[language], situation.order_number
    kinds = {p.kind for p in proposed}
    credits = [
        words["credit_planned"].format(invoice=p.target_name, amount=_amount(p.amount, language))
        for p in proposed
        if p.kind == "draft_credit_note" and p.amount is not None
    ]
    if credits:
        return credits
    paid = next((f for f in situation.books.findings if f.code == "already_paid" and f.invoice_id), None)
    names = {i.id: i.name for i in situation.books.invoices()}
    if paid is not None and situation.reason == "already_paid":
        return [words["payment_found"].format(invoice=names.get(paid.invoice_id or 0, ""))]
    if number and kinds & {"set_customer_reference", "update_invoice_narrative"}:
        return [words["reference_planned"].format(number=number)]
    if situation.reason == "missing_backup" and "schedule_activity" in kinds:
        return [words["backup_follows"]]
    return [words["under_review"]]


def _amount(amount: Money, language: str) -> str:
    """An amount as the reader of this language writes it: 14.700,00 EUR, 14 700,00 EUR, 14,700.00 EUR."""
    thousands, point = _MARKS.get(language, (",", "."))
    figures, currency = str(amount).split(" ")
    return f"{figures.translate({ord(','): thousands, ord('.'): point})} {currency}"
