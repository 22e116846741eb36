"""Mails as a sender's own server signs them, and the name service's zone that their keys stand in."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from app.senders.name_service import NameServiceAway


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


@cache
def _short_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


class Zone:
    """A name service with the names it was given; it can be away, and counts what it was asked."""

    def __init__(self, **records: str) -> None:
        self.records = dict(records)
        self.is_away = False
        self.asked: list[str] = []

    def signs(self, *domains: str, selector: str = "s1", kind: str = "rsa") -> Zone:
        """Publish our test key of this kind (rsa, ed25519) for these domains."""
        if kind == "rsa":
            public = _key().public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )  # fmt: skip
        else:
            public = _short_key().public_key().public_bytes_raw()
        for domain in domains:
            record = f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"
            self.records[f"{selector}._domainkey.{domain}"] = record
        return self

    def __call__(self, name: str) -> str | None:
        self.asked.append(name)
        if self.is_away:
            raise NameServiceAway
        return self.records.get(name)


def mail(
    sender: str = "Anna Berg <anna@kunde.example>", body: str = "Please send a copy of RE/2026/0001.\n",
    headers: Sequence[str] = (), message_id: str = "<m1@kunde.example>",
) -> bytes:  # fmt: skip
    """A plain mail as bytes, with further header lines above it."""
    lines = [
        *headers, f"From: {sender}", "To: Billing <billing@marlowvoss.example>", "Subject: Copy of an invoice",
        "Date: Mon, 16 Nov 2026 10:00:00 +0000", f"Message-ID: {message_id}", "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n" + body.replace("\n", "\r\n")).encode()


def signed(
    content: bytes, domain: str = "kunde.example", *, selector: str = "s1", kind: str = "rsa", partly: bool = False
) -> bytes:
    """The mail with a signature of this domain over it, by a key of this kind (rsa, ed25519); `partly` signs only the
    beginning of its text (l=)."""
    if kind == "rsa":
        key = _key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )  # fmt: skip
    else:
        key = base64.b64encode(_short_key().private_bytes_raw())
    seal = dkim.sign(
        content, selector.encode(), domain.encode(), key, length=partly, signature_algorithm=f"{kind}-sha256".encode(),
        include_headers=[b"from", b"to", b"subject", b"date", b"message-id"],
    )  # fmt: skip
    return bytes(seal) + content
