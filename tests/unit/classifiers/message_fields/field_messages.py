"""Builders of readings for the tests: a mail with a subject, new text and perhaps history and documents."""

from __future__ import annotations

from datetime import UTC, datetime

from app.documents.reading import Address, Mail, Reading, Segment

SENT = datetime(2026, 9, 15, 10, 0, tzinfo=UTC)


def mail(
    body: str,
    subject: str = "",
    *,
    language: str = "en",
    sender: str = "ap@northbay-foods.example",
    to: str = "billing@ourfirm.example",
    history: str = "",
    signature: str = "",
    sent: datetime | None = SENT,
    date_header: str = "",
    documents: tuple[Reading, ...] = (),
) -> Reading:
    """A mail from a customer to us, unless `sender` says otherwise."""
    text = subject + "\n\n"
    segments = [Segment("subject", 0, len(subject))]
    for role, piece in (("new", body), ("signature", signature), ("quoted", history)):
        if piece:
            segments.append(Segment(role, len(text), len(text) + len(piece)))
            text += piece + "\n\n"
    headers = (("date", date_header),) if date_header else ()
    envelope = Mail(
        Address("", sender), None, (Address("", to),), (), subject, "<1@x>", "", (), sent, headers, tuple(segments)
    )
    return Reading(
        "", "mail.eml", "message/rfc822", "mail", text, mail=envelope, language=language, attachments=documents
    )


def document(
    text: str, *, path: str = "0", form: str = "pdf", language: str = "en", name: str = "document.pdf"
) -> Reading:
    """An attachment with this text."""
    return Reading(path, name, "application/pdf", form, text, language=language)
