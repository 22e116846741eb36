"""Builders of what mail providers post, by their documentation, and of the mailbox it is for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from app.clock import now
from app.db import Database
from app.mailboxes.credentials import keep_credentials
from app.mailboxes.inbound import INBOUND_KEY, MAILGUN_SIGNING_KEY
from app.mailboxes.models import Mailbox
from tests.web import SECRET

SIGNING_KEY = "key-0123456789abcdef0123456789abcdef"
KEY = "csin_" + "k" * 40


def a_mailbox(database: Database, name: str = "billing", **changes: Any) -> int:
    """A mailbox that nothing is fetched from."""
    values: dict[str, Any] = {
        "kind": "inbound", "address": "billing@marlowvoss.example", "settings": {}, "made_at": now(),
        "changed_at": now(), "team": "Receivables", "company_id": 3, **changes,
    }  # fmt: skip
    with database.transaction() as session:
        mailbox = Mailbox(name=name, **values)
        keep_credentials(mailbox, {INBOUND_KEY: KEY, MAILGUN_SIGNING_KEY: SIGNING_KEY}, SECRET)
        session.add(mailbox)
        session.flush()
        return mailbox.id


def signed(token: str = "t" * 50, *, seconds_ago: float = 0, key: str = SIGNING_KEY) -> dict[str, str]:
    """The three fields of Mailgun's signature."""
    timestamp = str(int(now().timestamp() - seconds_ago))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signature}


def mailgun_form(content: bytes) -> tuple[dict[str, str], dict[str, tuple[str, bytes, str]]]:
    """Fields and files of a mail as Mailgun posts it parsed."""
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    files, shown = {}, {}
    for number, part in enumerate(found.iter_attachments(), 1):
        given = part.get_payload(decode=True)
        assert isinstance(given, bytes)
        files[f"attachment-{number}"] = (part.get_filename() or "", given, part.get_content_type())
        if part["content-id"]:
            shown[str(part["content-id"])] = f"attachment-{number}"
    plain, html = found.get_body(("plain",)), found.get_body(("html",))
    fields = {
        "sender": "bounces@northwind.example", "recipient": "billing@mg.marlowvoss.example",
        "from": str(found["from"]), "subject": str(found["subject"]),
        "message-headers": json.dumps([[name, str(value)] for name, value in found.items()]),
        "body-plain": plain.get_content() if plain else "", "stripped-text": "not the whole",
        "attachment-count": str(len(files)),
    }  # fmt: skip
    if html:
        fields["body-html"] = html.get_content()
    if shown:
        fields["content-id-map"] = json.dumps(shown)
    return fields, files


def postmark_document(content: bytes, *, raw: bool) -> dict[str, Any]:
    """A mail as Postmark posts it."""
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    plain, html = found.get_body(("plain",)), found.get_body(("html",))
    attachments = []
    for part in found.iter_attachments():
        given = part.get_payload(decode=True)
        assert isinstance(given, bytes)
        attachments.append({
            "Name": part.get_filename(), "Content": base64.b64encode(given).decode(),
            "ContentType": part.get_content_type(), "ContentLength": len(given), "ContentID": part["content-id"] or "",
        })  # fmt: skip
    own = ("from", "to", "cc", "subject", "date", "reply-to")
    document: dict[str, Any] = {
        "FromName": "Accounts", "MessageStream": "inbound", "From": str(found["from"]),
        "FromFull": {"Email": "ap@northwind.example", "Name": "Accounts", "MailboxHash": ""},
        "To": str(found["to"]), "Cc": str(found["cc"] or ""), "Subject": str(found["subject"]),
        "MessageID": "22c74902-a0c1-4511-804f-341342852c90", "Date": str(found["date"]), "MailboxHash": "",
        "OriginalRecipient": "hash@inbound.postmarkapp.example", "ReplyTo": str(found["reply-to"] or ""),
        "TextBody": plain.get_content() if plain else "", "HtmlBody": html.get_content() if html else None,
        "Headers": [
            {"Name": name, "Value": str(value)} for name, value in found.items() if name.casefold() not in own
        ],
        "Attachments": attachments,
    }  # fmt: skip
    if raw:
        document["RawEmail"] = content.decode()
    return document
