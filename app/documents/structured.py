"""Structured documents: orders in a standard's notation and answers to invoices, told apart and read.

`parse` takes bytes and never raises for what is in them. What it recognises it writes down as text that a person can
read; every value of the order or the answer has its place in that text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.documents.answers.found import FoundAnswer
from app.documents.answers.transcript import transcribed
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.order import Order
from app.documents.orders.draft import LINES_LIMIT, Draft, transcribe
from app.documents.orders.words import language_of
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


def together(found: list[Structured], problems: tuple[Problem, ...] = ()) -> Structured:
    """Several messages of one file as one document: the first order or answer, with the others as `further`."""
    main = next((at for at, one in enumerate(found) if one.order or one.answer), 0)
    others = tuple(found[:main] + found[main + 1 :])
    return replace(found[main], further=others, problems=(*found[main].problems, *problems))


def ordered(form: str, draft: Draft) -> Structured:
    """What a parser found in an order document as a structured document."""
    problems: tuple[Problem, ...] = ()
    if len(draft.lines) > LINES_LIMIT:
        message = f"The order has {len(draft.lines)} lines; the first {LINES_LIMIT} were read. Check the rest by hand."
        problems = (Problem("too_large", message, False),)
        del draft.lines[LINES_LIMIT:]
    text, order = transcribe(draft)
    language = order.language if order else ""
    return Structured(form, text, order, None, draft.title, draft.standard, language, problems)


def answered(form: str, found: FoundAnswer) -> Structured:
    """An answer as a structured document."""
    text, answer = transcribed(found.answer, found.title, found.details)
    words = (*(said for _, said in answer.reasons), *answer.notes)
    return Structured(form, text, None, answer, found.title, answer.standard, language_of(words))


def parse(content: bytes, name: str) -> Structured | None:
    """Read bytes as a structured document; None if they are neither XML nor an EDI interchange.

    `name` is the file's name, for the caller's records only: what a file is, its bytes say.
    """
    start = _start(content)
    if start[:1] == b"<":
        from app.documents.structured_xml import parse_xml

        return parse_xml(content)
    from app.documents.structured_edi import parse_edi

    return parse_edi(content, start)


def _start(content: bytes) -> bytes:
    """The first bytes without marks of encoding and blanks, as ASCII reads them in UTF-8 and UTF-16 alike."""
    return content[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
