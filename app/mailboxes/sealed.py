"""Credentials at rest: encrypted with a key made from the installation's secret key, bound to what they belong to."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from app.errors import Misconfigured

_INFO = b"countersign mailbox credentials v1"
_NONCE = 12
"""Bytes, as NIST SP 800-38D recommends for GCM."""


def seal(given: Mapping[str, str], *, key: str, owner: str) -> bytes:
    """Encrypt credentials (AES-256-GCM). `key` is the installation's secret key, `owner` names whose they are: sealed
    for one mailbox they open for no other. Nothing given is kept as nothing."""
    if not given:
        return b""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_derived(key)).encrypt(nonce, json.dumps(dict(given)).encode(), owner.encode())


def unseal(sealed: bytes, *, key: str, owner: str) -> dict[str, str]:
    """The credentials again.

    Raises:
        Misconfigured: They were sealed with another secret key, or for another owner, or were changed.
    """
    if not sealed:
        return {}
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        plain = AESGCM(_derived(key)).decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode())
    except (InvalidTag, ValueError):
        raise Misconfigured(
            f"The credentials of {owner} cannot be opened: COUNTERSIGN_SECRET_KEY is not the one they were kept with. "
            "Set the earlier key again, or enter the credentials anew."
        ) from None
    return {str(name): str(value) for name, value in json.loads(plain).items()}


def _derived(key: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=_INFO).derive(key.encode())
