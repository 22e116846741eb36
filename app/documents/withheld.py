"""Bank accounts in a suspect message: found, so that the page leaves them out and nobody pays to one by copying it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.documents.reading import Box, Page

NOTICE = "account withheld"

_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
)
_AFTER_WORD = re.compile(
    r"(?:iban|account|acct|a/c|konto\w{0,12}|compte|cuenta|rekening\w{0,8}|conto|conta|rachun\w{1,5}|sort[ -]code"
    r"|routing|bankleitzahl|blz|aba|clabe|rib|nib)[^\n\d]{0,40}(\d(?:[ .\u00a0-]?\d){4,29})",
    re.IGNORECASE,
)
"""Digits after a word for an account, in the languages we read. Bounded repetition: linear on hostile text."""
_LONGEST = 400_000


def accounts(text: str) -> list[tuple[int, int]]:
    """Character ranges of bank accounts and sort codes, in order, without overlaps."""
    part = text[:_LONGEST]
    found = [m.span() for m in _IBAN.finditer(part)] + [m.span(1) for m in _AFTER_WORD.finditer(part)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without_accounts(text: str) -> str:
    """The text with each account replaced by a notice."""
    pieces, at = [], 0
    for start, end in accounts(text):
        pieces += [text[at:start], f"[{NOTICE}]"]
        at = end
    return "".join([*pieces, text[at:]])


def without_accounts_in(value: Any) -> Any:
    """Plain values, as JSON has them, with the accounts in each of their texts replaced; keys stay."""
    if isinstance(value, str):
        return without_accounts(value)
    if isinstance(value, dict):
        return {key: without_accounts_in(inner) for key, inner in value.items()}
    return [without_accounts_in(inner) for inner in value] if isinstance(value, list | tuple) else value


def boxes_of(page: Page, ranges: Iterable[tuple[int, int]]) -> tuple[Box, ...]:
    """The boxes of the page's words that lie in these ranges."""
    wanted = [(s, e) for s, e in ranges if s < page.end and e > page.start]
    return tuple(w.box for w in page.words if any(w.start < e and w.end > s for s, e in wanted))
