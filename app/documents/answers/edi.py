"""Answers to an invoice in EDI: EDIFACT COMDIS (commercial dispute) and X12 824 (application advice)."""

from __future__ import annotations

from decimal import Decimal

from app.documents.answers.found import FoundAnswer
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.orders.edifact_codes import day_of
from app.documents.orders.edifact_syntax import Message, joined
from app.documents.orders.values import number
from app.documents.orders.x12_syntax import TransactionSet, x12_day

COMDIS = "COMDIS"
APPLICATION_ADVICE = "824"
_INVOICES = frozenset({"380", "381", "383"})
_REJECTIONS = frozenset({"TR", "IR", "GR", "TE", "IE"})


def commercial_dispute(message: Message) -> FoundAnswer:
    """A COMDIS message: the invoice disputed (DOC or RFF+IV), the reasons (AJT) and amounts (MOA)."""
    fields: dict[str, str] = {"number": "", "sender": "", "dispute": ""}
    issued = None
    reasons: list[tuple[str, str]] = []
    notes: list[str] = []
    amounts: list[tuple[str, Decimal, str]] = []
    for segment in message.segments:
        match segment.tag:
            case "BGM":
                fields["dispute"] = segment.at(2)
            case "DTM" if segment.at(1) == "137" and issued is None:
                issued = day_of(segment)
            case "DOC" if segment.at(1) in _INVOICES:
                fields["number"] = fields["number"] or segment.at(2)
            case "RFF" if segment.at(1) == "IV":
                fields["number"] = fields["number"] or segment.at(1, 1)
            case "NAD" if segment.at(1) == "BY":
                fields["sender"] = segment.at(4) or segment.at(3)
            case "AJT":
                reasons.append((segment.at(1), ""))
            case "FTX":
                notes.append(joined(segment.raw(4)))
            case "MOA":
                amount = number(segment.at(1, 1), may_be_grouped=False)
                if amount is not None:
                    amounts.append((f"Amount {segment.at(1)}", amount, segment.at(1, 2)))
    answer = InvoiceAnswer(
        standard="comdis",
        status="COMDIS",
        invoice_number=fields["number"],
        sender=fields["sender"],
        issued_on=issued,
        reasons=tuple(dict.fromkeys(reasons)),
        notes=tuple(dict.fromkeys(note for note in notes if note)),
        amounts=tuple(amounts),
    )
    return FoundAnswer(answer, "Commercial dispute", (("Dispute number", fields["dispute"]),))


def application_advice(found: TransactionSet) -> FoundAnswer | None:
    """An 824 on an invoice (OTI with qualifier IV); None if it is about something else."""
    number_of_invoice = sender = status = ""
    issued = None
    reasons: list[tuple[str, str]] = []
    notes: list[str] = []
    for segment in found.segments:
        match segment.tag:
            case "BGN":
                issued = x12_day(segment.at(3))
            case "N1" if segment.at(1) in ("BY", "FR") and not sender:
                sender = segment.at(2)
            case "OTI":
                status = status or segment.at(1)
                number_of_invoice = number_of_invoice or (segment.at(3) if segment.at(2) == "IV" else "")
            case "REF" if segment.at(1) == "IV":
                number_of_invoice = number_of_invoice or segment.at(2)
            case "TED":
                reasons.append((segment.at(1), segment.at(2)))
            case "NTE" | "MSG":
                notes.append(segment.at(2) if segment.tag == "NTE" else segment.at(1))
    if not number_of_invoice:
        return None
    answer = InvoiceAnswer(
        standard="x12",
        status=status,
        invoice_number=number_of_invoice,
        sender=sender,
        issued_on=issued,
        reasons=tuple(dict.fromkeys(reasons)),
        notes=tuple(note for note in notes if note),
        is_platform_refusal=status in _REJECTIONS,
    )
    return FoundAnswer(answer, "Application advice")
