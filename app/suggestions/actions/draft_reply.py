"""An answer to the customer in their language, from facts only. Kept on the record; sending stays with a person.

Sentences are templates; the only figures and names in them are the document's or Odoo's own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from app.odoo.commands import Change, Json, OperationKind
from app.suggestions.proposal import Proposal, Shown, Situation
from app.suggestions.target import record_of
from app.vocabulary import Kind

_TEMPLATES = Path(__file__).parent / "replies.yaml"


def propose(situation: Situation) -> list[Proposal]:
    """For disputes, requests, orders and payment notices from a customer; never for a suspected fraud."""
    kind = situation.assessment.classification.kind
    if kind in (Kind.SECURITY_ALERT, Kind.NO_ACTION, Kind.BILLING_DISCREPANCY) or situation.reading.mail is None:
        return []
    language = str(situation.assessment.value("language") or "en")
    texts = templates()
    words = texts.get(language, texts["en"])
    subject = _subject(situation.reading.mail.subject)
    body = "\n\n".join([words["greeting"], *_sentences(situation, words), words["closing"]])
    record = record_of(situation)
    values: dict[str, Json] = {"subject": subject, "body": body}
    return [
        Proposal(
            kind="draft_reply", target_name=situation.reading.mail.sender.email, risk="advisory", rank=7,
            shown=(Shown("Subject", "(none)", subject), Shown("Reply", "(none)", body)),
            because="The sender waits for an answer; this says what is known and promises nothing else.",
            effect="Keeps the reply with the record, ready to be sent; no mail leaves by itself.",
            change=Change(OperationKind.DRAFT_REPLY, record.company_id, record.model, record.id, values=values)
            if record
            else None,
            within={} if record else {"reply": values},
        )
    ]  # fmt: skip


@cache
def templates() -> dict[str, dict[str, str]]:
    """The sentences by language (ISO 639-1) and purpose."""
    import yaml

    return yaml.safe_load(_TEMPLATES.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _subject(subject: str) -> str:
    return subject if subject.casefold().startswith(("re:", "aw:")) else f"Re: {subject}"


def _sentences(situation: Situation, words: dict[str, str]) -> list[str]:
    kind, reason = situation.assessment.classification.kind, situation.reason
    invoice = situation.books.invoice()
    about = (invoice.name if invoice else "") or ", ".join(situation.assessment.value("invoice_refs") or ())
    number = situation.assessment.value("po_number")
    said: list[str] = []
    if kind is Kind.CUSTOMER_PO:
        said.append(words["order_received"].format(number=number) if number else words["order_received_plain"])
    elif kind is Kind.DISPUTE:
        said.append(words["dispute_received"].format(invoice=about) if about else words["dispute_received_plain"])
        credit = next((f for f in situation.books.findings if f.says == "customer" and f.amount), None)
        paid = next((f for f in situation.books.findings if f.code == "already_paid"), None)
        if paid is not None:
            said.append(words["payment_found"])
        elif credit is not None and credit.amount is not None:
            said.append(words["credit_prepared"].format(amount=credit.amount))
        elif reason == "missing_reference" and number:
            said.append(words["reference_added"].format(number=number))
        elif reason == "missing_backup":
            said.append(words["backup_follows"])
        else:
            said.append(words["under_review"])
    elif kind is Kind.PAYMENT_NOTICE:
        said.append(words["payment_noted"])
    elif reason in ("supporting_documents", "copy_or_statement", "vendor_setup"):
        said.append(words["documents_follow"])
    else:
        said.append(words["request_received"])
    return said
