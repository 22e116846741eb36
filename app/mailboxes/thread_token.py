"""By what our own mails are known again: a signed Message-ID, and a short tag in the subject that people can read."""

from __future__ import annotations

import hashlib
import hmac
import re
from uuid import UUID

_INFO = b"countersign thread token v1"
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals that are not taken for one another."""
_TAG_LENGTH = 6
_MAC_LENGTH = 20
_TAG = re.compile(rf"(?<![A-Z0-9])CS-(\d{{1,12}})-([{_LETTERS}]{{{_TAG_LENGTH}}})(?![A-Z0-9])", re.IGNORECASE)
_MESSAGE_ID = re.compile(rf"<?\bcs\.(\d{{1,12}})\.([0-9a-f]{{32}})\.([0-9a-f]{{{_MAC_LENGTH}}})@", re.IGNORECASE)
_BRACKETED = re.compile(rf"\s*\[\s*CS-\d{{1,12}}-[{_LETTERS}]{{{_TAG_LENGTH}}}\s*\]\s*", re.IGNORECASE)
_LONGEST = 100_000
"""Characters of a text that are looked at."""


def make(case_id: int, key: str) -> str:
    """The tag of a case's mails, CS-1042-7KQ4WZ: in square brackets in the subject. `key`: the installation's own."""
    number = int.from_bytes(_mac(key, f"tag:{case_id}"))
    letters = ""
    for _ in range(_TAG_LENGTH):
        number, at = divmod(number, len(_LETTERS))
        letters += _LETTERS[at]
    return f"CS-{case_id}-{letters}"


def read(text: str, key: str) -> tuple[int, ...]:
    """The cases whose tags, or whose mails' Message-IDs, stand in a text, in the order in which they stand there.

    Only what this installation signed. A signature says where a mail belongs that was answered; it says nothing about
    who answers.
    """
    found: list[tuple[int, int]] = []
    for match in _TAG.finditer(text[:_LONGEST]):
        if hmac.compare_digest(make(int(match[1]), key).encode(), match[0].upper().encode()):
            found.append((match.start(), int(match[1])))
    for match in _MESSAGE_ID.finditer(text[:_LONGEST]):
        if _is_signed(match, key):
            found.append((match.start(), int(match[1])))
    return tuple(dict.fromkeys(case_id for _, case_id in sorted(found) if case_id))


def message_id(case_id: int, mail: UUID, key: str, *, domain: str) -> str:
    """The Message-ID of one mail of ours on a case (0: on none), in angle brackets: always the same for the same mail.

    `domain` is the sending address's.
    """
    return f"<cs.{case_id}.{mail.hex}.{_mac(key, f'mail:{case_id}:{mail.hex}').hex()[:_MAC_LENGTH]}@{domain}>"


def is_ours(text: str, key: str) -> bool:
    """Whether a Message-ID that this installation gave stands in a text."""
    return any(_is_signed(match, key) for match in _MESSAGE_ID.finditer(text[:_LONGEST]))


def subject_with(subject: str, case_id: int, key: str) -> str:
    """The subject with the case's tag at its end, once; tags that stood there before are taken out."""
    plain = _BRACKETED.sub(" ", subject).strip()
    return f"{plain} [{make(case_id, key)}]".strip()


def _is_signed(match: re.Match[str], key: str) -> bool:
    expected = _mac(key, f"mail:{int(match[1])}:{match[2].lower()}").hex()[:_MAC_LENGTH]
    return hmac.compare_digest(expected, match[3].lower())


def _mac(key: str, text: str) -> bytes:
    derived = hmac.digest(key.encode(), _INFO, hashlib.sha256)
    return hmac.digest(derived, text.encode(), hashlib.sha256)
