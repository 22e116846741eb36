"""Over the development corpus: every value is in the words that it rests on."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.assessments.results import FieldValue
from app.documents.counted import number_words
from app.documents.folding import fold, tokenize
from app.documents.read import read
from app.documents.written_dates import dates
from app.documents.written_numbers import numbers
from classifiers.message_fields import extract

_FOLDER = Path(__file__).parents[4] / "evals" / "datasets" / "messages"
_ROWS = [json.loads(line) for line in (_FOLDER / "labels.jsonl").read_text("utf-8").splitlines()]
_READ = [row for row in _ROWS if not re.search(rb"(?i)image/(?:png|jpe?g)", (_FOLDER / row["file"]).read_bytes())][::4]
_TEXT = ("customer_name", "po_number", "payment_terms")
_AMOUNTS = ("amount_disputed", "amount_total")
_DAYS = ("deadline", "po_date", "valid_from", "valid_until")


def _plain(text: str) -> str:
    return "".join(re.findall(r"\w", fold(text)))


def _figures(quote: str, language: str) -> set[Decimal]:
    read_either_way = {n.value for mark in ".," for n in numbers(quote, mark)}
    words = number_words(language)
    return read_either_way | {Decimal(words[t.word]) for t in tokenize(fold(quote)) if t.word in words}


def _stands(name: str, field: FieldValue, sent: date | None, language: str) -> bool:
    quotes = [e.quote for e in field.evidence]
    if name in _TEXT:
        return any(_plain(field.value) in _plain(q) for q in quotes)
    if name in ("invoice_refs", "order_refs"):
        return all(any(_plain(v) in _plain(q) for q in quotes) for v in field.value)
    if name in (*_AMOUNTS, "quantity_disputed"):
        value = Decimal(field.value)
        return any({value, value / 1000} & _figures(q, language) for q in quotes)
    if name in _DAYS:
        day = date.fromisoformat(field.value)
        return any(day in {d.value for first in (True, False) for d in dates(fold(q), first, sent)} for q in quotes)
    return bool(quotes)


@pytest.mark.parametrize("row", _READ, ids=[row["id"] for row in _READ])
def test_every_value_stands_in_its_evidence(row: dict[str, Any]) -> None:
    reading = read((_FOLDER / row["file"]).read_bytes(), row["file"])
    sent = reading.mail.sent_at.date() if reading.mail and reading.mail.sent_at else None
    fields = extract(reading, row["reason"])
    languages = {part.language for part in reading.walk()}
    loose = [n for n, f in fields.items() if not any(_stands(n, f, sent, language) for language in languages)]
    assert loose == []
