"""Small mails for the tests of flags."""

from __future__ import annotations

from email.message import EmailMessage

from app.documents.read import read
from app.documents.reading import Reading
from classifiers.flags import flags


def mail(
    body: str,
    *,
    subject: str = "INV/2026/0512",
    html: str = "",
    attached: tuple[tuple[str, bytes], ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> Reading:
    """A customer's mail as it is read."""
    message = EmailMessage()
    message["From"] = "Ana Ruiz <ap@customer.example>"
    message["To"] = "billing@firm.example"
    message["Subject"] = subject
    message["Message-ID"] = "<1@customer.example>"
    message["Date"] = "Tue, 10 Nov 2026 09:00:00 +0100"
    for name, value in headers:
        message[name] = value
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in attached:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return read(message.as_bytes(), "mail.eml")


def flags_of(reading: Reading, reason: str = "rate_price") -> set[str]:
    """The names of a message's flags."""
    return {one.flag.value for one in flags(reading, reason)}
