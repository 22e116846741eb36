"""What is read of a mail does not depend on whether it came raw or in a provider's parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.documents.read import read
from app.documents.reading import Reading
from app.mailboxes import mailgun, postmark
from app.mailboxes.web_form import Form, FormFile
from tests.inbound_mail import mailgun_form, postmark_document

SAMPLES = [
    path for path in sorted((Path(__file__).parents[4] / "fixtures" / "samples").glob("*.eml"))
    if "scanned" not in path.stem
]  # fmt: skip
"""Scans are left out, since recognising them takes long."""


def by_mailgun(content: bytes) -> bytes:
    fields, files = mailgun_form(content)
    form = Form(
        {name: value.encode() for name, value in fields.items()},
        {name: FormFile(called, kind, held) for name, (called, held, kind) in files.items()},
    )
    return mailgun.message_of(form).content


def by_postmark(content: bytes) -> bytes:
    return postmark.message_of(json.dumps(postmark_document(content, raw=False)).encode()).content


def said(reading: Reading) -> list[object]:
    """All that the reader found, but for the headers that differ by the way a mail came."""
    mail = reading.mail
    assert mail is not None
    envelope = (
        mail.sender, mail.reply_to, mail.to, mail.cc, mail.subject, mail.message_id, mail.in_reply_to, mail.references,
        mail.sent_at, reading.text.strip(),
    )  # fmt: skip
    return [envelope, *((part.name, part.form, part.text) for part in list(reading.walk())[1:])]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_reads_the_same(sample: Path) -> None:
    content = sample.read_bytes()
    expected = said(read(content, "mail.eml"))
    assert said(read(by_mailgun(content), "mail.eml")) == expected
    assert said(read(by_postmark(content), "mail.eml")) == expected


def test_there_are_samples() -> None:
    assert len(SAMPLES) > 20
