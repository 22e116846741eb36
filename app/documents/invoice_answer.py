"""A buyer's or platform's structured answer to one of our invoices (Peppol Invoice Response, French CDAR)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class InvoiceAnswer:
    """What the other side's system says about an invoice of ours.

    `standard` is peppol (Invoice Response), message (Message Level Response and other technical answers in UBL), cdar
    (French life cycle), sdi (Italian exchange system), cxml, comdis (EDIFACT) or x12 (824).

    `status` is the code as written (Peppol: AB, IP, UQ, CA, RE, AP, PD; French life cycle: 200 to 213). `reasons` are
    (code, text) pairs; `actions` likewise. `is_platform_refusal` tells a technical refusal before delivery (213).
    """

    standard: str
    status: str
    invoice_number: str
    sender: str = ""
    issued_on: date | None = None
    effective_on: date | None = None
    reasons: tuple[tuple[str, str], ...] = ()
    actions: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    amounts: tuple[tuple[str, Decimal, str], ...] = ()
    """(what it is, amount, currency) as the message names them."""
    is_platform_refusal: bool = False
    spans: tuple[tuple[str, int, int], ...] = ()
