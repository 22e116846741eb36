"""What an answer's parser hands back."""

from __future__ import annotations

from typing import NamedTuple

from app.documents.invoice_answer import InvoiceAnswer


class FoundAnswer(NamedTuple):
    """An answer, what the document calls itself, and (label, value) pairs worth showing with it."""

    answer: InvoiceAnswer
    title: str
    details: tuple[tuple[str, str], ...] = ()
