"""Mails for the tests of triage, read as the product reads them."""

from __future__ import annotations

from email.message import EmailMessage

from app.documents.read import read
from app.documents.reading import Reading

US = "billing@ourfirm.example"


def letter(
    subject: str,
    body: str,
    *,
    sender: str = "ap@customer.example",
    to: str = US,
    headers: dict[str, str] | None = None,
    attachments: tuple[tuple[str, bytes, str], ...] = (),
) -> Reading:
    """A mail as it arrives. Attachments are (name, content, media type)."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 +0000"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(body)
    for name, content, media_type in attachments:
        main, _, sub = media_type.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return read(message.as_bytes(), "letter.eml")
