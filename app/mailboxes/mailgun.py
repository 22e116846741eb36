"""Mail that Mailgun posts for a route's `forward()`: signed; parsed into a form, or raw where the address ends in mime.

By Mailgun's documentation ("Receiving messages via HTTP", "Securing webhooks"): the signature is HMAC-SHA256 of
timestamp and token, in hexadecimal. It does not cover the message, so a token counts for one message only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from app.errors import CountersignError, Malformed
from app.mailboxes.pushed import Attached, Parsed, Pushed, put_together
from app.mailboxes.web_form import Form

AHEAD = 5 * 60
"""Seconds that the provider's clock may be ahead of ours."""
BEHIND = 9 * 3600
"""Seconds after which a signature is too old. Mailgun tries again for eight hours when we did not answer, and does not
say that it signs anew for that; what protects from a replay is that a token counts once."""
LONGEST_TOKEN = 200


class SignatureRefused(CountersignError):
    """The request is not the provider's, or too old. Nothing was stored."""


def require_signature(form: Form, signing_key: str, *, at: datetime) -> None:
    """Raises SignatureRefused unless the form was signed with this key, lately."""
    timestamp, token = form.text("timestamp"), form.text("token")
    signed = hmac.new(signing_key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest().encode()
    given = [form.fields.get(name, b"") for name in ("signature", "parent-signature")]  # the account's, or its parent's
    if not signing_key or not token or not any(hmac.compare_digest(signed, one) for one in given):
        raise SignatureRefused(
            "The signature is not right. Check that the mailbox holds the HTTP webhook signing key of this Mailgun "
            "account, and that the request comes from Mailgun."
        )
    if len(token) > LONGEST_TOKEN or not timestamp.isdecimal() or len(timestamp) > 12:
        raise SignatureRefused("The signature's timestamp or token is not one of Mailgun's.")
    age = at.timestamp() - int(timestamp)
    if not -AHEAD <= age <= BEHIND:
        raise SignatureRefused(
            f"The request was signed {abs(round(age / 60)):,} minutes {'ago' if age > 0 else 'ahead of our time'}. "
            "Check both clocks; an old request is not taken in again."
        )


def message_of(form: Form) -> Pushed:
    """The mail of a form whose signature was checked.

    Raises:
        Malformed: It holds no message.
    """
    token = form.text("token")
    raw = form.fields.get("body-mime")
    if raw is None and "body-mime" in form.files:
        raw = form.files["body-mime"].content
    if raw is not None:
        if not raw.strip():
            raise Malformed("The form's body-mime is empty: there is no message to take in.")
        return Pushed(raw, token)
    headers = _headers(form)
    if not headers and "body-plain" not in form.fields and "body-html" not in form.fields:
        raise Malformed("The form holds neither body-mime nor a parsed message. Check the route's forward() address.")
    shown = _shown_in_html(form)
    attached = [
        Attached(one.name or name, one.media_type, one.content, shown.get(name, "")) for name, one in form.files.items()
    ]
    parsed = Parsed("mailgun", headers, form.text("body-plain"), form.text("body-html"), attached)
    return Pushed(put_together(parsed), token, is_put_together=True)


def _headers(form: Form) -> list[tuple[str, str]]:
    """The message's headers in their order; without that list, those that have fields of their own."""
    found = _json(form.text("message-headers"))
    if isinstance(found, list):
        pairs = [pair for pair in found if isinstance(pair, list) and len(pair) == 2]
        headers = [(str(name), str(value)) for name, value in pairs]
    else:
        known = ("From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-Id", "In-Reply-To", "References")
        lowered = {name.casefold(): name for name in form.fields if not name.startswith(("body-", "stripped-"))}
        headers = [(name, form.text(lowered[name.casefold()])) for name in known if name.casefold() in lowered]
    envelope = [("X-Inbound-Envelope-From", form.text("sender")), ("X-Inbound-Envelope-To", form.text("recipient"))]
    return headers + [pair for pair in envelope if headers and pair[1]]


def _shown_in_html(form: Form) -> Mapping[str, str]:
    """The content id by which the HTML text shows a file, by the file's field."""
    found = _json(form.text("content-id-map"))
    if not isinstance(found, dict):
        return {}
    return {str(name): str(content_id).strip("<>") for content_id, name in found.items()}


def _json(text: str) -> object:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
