"""The one door to the books: which records a message means, and what they say about it."""

from __future__ import annotations

from app.assessments import books
from app.assessments.findings import Books, Reconciliation
from app.assessments.matching import Clues, match
from app.assessments.reconcile import reconcile
from app.assessments.results import Assessment
from app.documents.reading import Reading
from app.firm import Firm
from app.odoo.gateway import OdooGateway
from app.vocabulary import Kind


def ask(odoo: OdooGateway | None, assessment: Assessment, reading: Reading, firm: Firm | None) -> Reconciliation:
    """Match a message with Odoo's records and reconcile it with them; without Odoo, nothing is known.

    Raises:
        Unavailable, Misconfigured, Refused: as the gateway.
    """
    if odoo is None or assessment.classification.kind is Kind.NO_ACTION:
        return Reconciliation((), (), Books())
    found = books.read(odoo, assessment, reading, firm)
    matches = match(clues(assessment, reading, firm), found)
    c = assessment.classification
    findings = reconcile(
        kind=c.kind,
        reason=c.reason,
        secondary=c.secondary_reasons,
        order=assessment.order,
        matches=matches,
        books=found,
    )
    return Reconciliation(matches, findings, found)


def clues(assessment: Assessment, reading: Reading, firm: Firm | None) -> Clues:
    """What the message says about whom and what it means."""
    order = assessment.order
    return Clues(
        customer_name=str(assessment.value("customer_name") or (order.buyer.name if order else "")),
        vat_ids=tuple(books.vat_ids(assessment, reading)),
        domain=books.sender_domain(reading, firm),
        address=books.sender_address(reading, firm),
        invoice_refs=tuple(books.references(assessment.value("invoice_refs"))),
        order_refs=tuple(books.references(assessment.value("order_refs"))),
        po_number=str(assessment.value("po_number") or ""),
        is_order=assessment.classification.kind is Kind.CUSTOMER_PO,
        is_about_an_invoice=assessment.classification.kind in (Kind.DISPUTE, Kind.PAYMENT_NOTICE),
        order_figures=tuple((line.quantity, line.unit_price) for line in order.lines) if order else (),
        currency=str(assessment.value("currency") or ""),
    )
