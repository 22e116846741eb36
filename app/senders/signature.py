"""The signatures of a mail (DKIM, RFC 6376 and 8463), verified from its raw bytes and the keys that domains publish."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.senders.name_service import Lookup, NameServiceAway

MOST = 5
"""Signatures that are looked at; a mail rarely has more than two."""
STRONG = (b"rsa-sha256", b"ed25519-sha256")
"""Kinds of signatures that are verified (RFC 8301, RFC 8463)."""
_SILENT = logging.getLogger("app.senders.dkim")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature: the domain that signs (lower case; empty where it cannot be read) and how it stands.

    `outcome`: good; broken (the mail is not the one that was signed); partly (it covers only a part of the text, or is
    of a kind that is weak or that we do not verify, so that nothing rests on it); no_key (none is published under that
    name); away (the name service did not answer); expired; unreadable.
    """

    domain: str
    outcome: str


def signatures(content: bytes, lookup: Lookup, *, at: datetime) -> tuple[Signature, ...]:
    """Verify the signatures of a mail, from the uppermost down. `at` (aware) is when it arrived: later it may expire.

    Never raises: a signature that cannot be understood is unreadable.
    """
    if b"dkim-signature" not in content[:400_000].lower():
        return ()
    import dkim

    content = _begun(content)
    try:
        message = dkim.DKIM(content, logger=_SILENT, minkey=1024)
        count = sum(name.lower() == b"dkim-signature" for name, _value in message.headers)
    except (dkim.DKIMException, ValueError, IndexError):
        return ()
    return tuple(_one(content, n, lookup, at) for n in range(min(count, MOST)))


def _begun(content: bytes) -> bytes:
    """The mail without what a mailbox file writes over it."""
    content = content.lstrip(b"\r\n\t ")
    if content.startswith(b"From ") and b"\n" in content[:500]:
        content = content.split(b"\n", 1)[1]
    return content


def _one(content: bytes, number: int, lookup: Lookup, at: datetime) -> Signature:
    import dkim

    asked: list[str | None] = []

    def key(name: Any, timeout: float = 0) -> bytes | None:
        found = lookup((name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)).rstrip("."))
        asked.append(found)
        return found.encode() if found is not None else None

    message = dkim.DKIM(content, logger=_SILENT, minkey=1024)
    fields: dict[bytes, bytes] = {}
    domain = ""
    try:
        raw = [value for name, value in message.headers if name.lower() == b"dkim-signature"][number]
        fields = dkim.util.parse_tag_value(raw)
        domain = fields.get(b"d", b"").decode("ascii", "replace").strip().casefold().rstrip(".")[:255]
        if (weak := _weakness(fields, at)) is not None:
            return Signature(domain, weak)
        is_good = bool(message.verify(number, dnsfunc=key))
    except NameServiceAway:
        return Signature(domain, "away")
    except dkim.ValidationError as error:
        return Signature(domain, "broken" if "body hash mismatch" in str(error) else "unreadable")
    except Exception:  # noqa: BLE001 - the library raises whatever a stranger's header makes it stumble over
        return Signature(domain, "no_key" if asked and not asked[-1] else "unreadable")
    if is_good:
        return Signature(domain, "good")
    if not asked or not asked[-1] or not re.search(r"(^|;)\s*p\s*=\s*[^;\s]", asked[-1]):
        return Signature(domain, "no_key")  # an empty key is one that was revoked
    return Signature(domain, "broken")


def _weakness(fields: dict[bytes, bytes], at: datetime) -> str | None:
    """Why nothing would rest on this signature even if it were good; None where something would."""
    headers = re.split(rb"\s*:\s*", fields.get(b"h", b"").strip().lower())
    if b"from" not in headers or fields.get(b"a", b"").strip().lower() not in STRONG or b"l" in fields:
        return "partly"
    expires = fields.get(b"x", b"").strip()
    if expires.isdigit() and len(expires) < 15 and int(expires) < at.timestamp():
        return "expired"
    return None
