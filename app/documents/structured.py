"""Structured documents: orders in a standard's notation and answers to invoices, told apart and read.

`parse` takes bytes and never raises for what is in them. What it recognises it writes down as text that a person can
read; every value of the order or the answer has its place in that text.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.documents.invoice_answer import InvoiceAnswer
from app.documents.order import Order
from app.documents.reading import Problem


@dataclass(frozen=True, slots=True)
class Structured:
    """A structured document. `form` is xml or edi.

    `standard` names the standard (ubl, cii, cxml, edifact, x12 …; "" for XML of no known kind), `title` says what the
    document is. `further` holds the other messages of the same interchange, each with its own text.
    """

    form: str
    text: str
    order: Order | None = None
    answer: InvoiceAnswer | None = None
    title: str = ""
    standard: str = ""
    language: str = ""
    problems: tuple[Problem, ...] = ()
    further: tuple[Structured, ...] = ()


def parse(content: bytes, name: str) -> Structured | None:
    """Read bytes as a structured document; None if they are neither XML nor an EDI interchange."""
    if not content.strip():
        return None
    head = content[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith(b"<"):
        from app.documents.structured_xml import parse_xml

        return parse_xml(content, name)
    return None
