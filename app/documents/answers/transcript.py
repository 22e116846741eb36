"""An answer written down as text that a person can read, with the place of every value in it."""

from __future__ import annotations

from dataclasses import replace

from app.documents.answers.meaning import PEPPOL_ACTION, reason_in_words, status_in_words
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.orders.draft import Transcript
from app.documents.orders.values import plain


def transcribed(
    answer: InvoiceAnswer, title: str, details: tuple[tuple[str, str], ...] = ()
) -> tuple[str, InvoiceAnswer]:
    """The text of an answer, and the answer with a span in it for every value; codes are followed by their meaning."""
    page = Transcript()
    page.write(f"{title}\n")
    page.say("Status", _explained(answer.status, status_in_words(answer.standard, answer.status)), "status")
    page.say("Invoice", answer.invoice_number, "invoice_number")
    page.say("From", answer.sender, "sender")
    page.say("Date", answer.issued_on.isoformat() if answer.issued_on else "", "issued_on")
    page.say("Effective", answer.effective_on.isoformat() if answer.effective_on else "", "effective_on")
    for code, text in answer.reasons:
        page.say("Reason", _worded(code, reason_in_words(answer.standard, code), text), "reasons")
    for code, text in answer.actions:
        page.say("Requested action", _worded(code, PEPPOL_ACTION.get(code, ("",))[0], text), "actions")
    for what, amount, currency in answer.amounts:
        page.say(what or "Amount", " ".join(part for part in (plain(amount), currency) if part), "amounts")
    for text in answer.notes:
        page.say("Note", text, "notes")
    for label, text in details:
        page.say(label, text)
    return page.text, replace(answer, spans=tuple(page.spans))


def _explained(code: str, words: str) -> str:
    return f"{code} ({words})" if words and code else code or words


def _worded(code: str, words: str, text: str) -> str:
    head = _explained(code, words)
    return f"{head}: {text}" if head and text and text.casefold() != words.casefold() else head or text
