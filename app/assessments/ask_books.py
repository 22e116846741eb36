"""The one door to the books: which records a message means, and what they say about it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from app.assessments import books, chosen, ordered, raised
from app.assessments.findings import Books, Reconciliation
from app.assessments.matching import Clues, match
from app.assessments.numbers import customers_number
from app.assessments.reconcile import reconcile
from app.assessments.results import Assessment
from app.documents.order import Order
from app.documents.reading import Reading
from app.firm import Firm
from app.odoo.gateway import OdooGateway
from app.vocabulary import Kind


def ask(
    odoo: OdooGateway | None, assessment: Assessment, reading: Reading, firm: Firm | None, *,
    raised_on: tuple[str, int] | None = None,
) -> Reconciliation:  # fmt: skip
    """Match a message with Odoo's records and reconcile it with them; without Odoo, nothing is known.

    `raised_on` is the record (model, id) that a person raised it on, if it came that way.

    Raises:
        Unavailable, Misconfigured, Refused: as the gateway.
    """
    if odoo is None or assessment.classification.kind is Kind.NO_ACTION:
        return Reconciliation((), (), Books())
    found = books.read(odoo, assessment, reading, firm)
    matches = match(clues(assessment, reading, firm, found), found)
    if raised_on is not None:
        matches = raised.on_record(matches, found, *raised_on)
    matches = chosen.by_a_person(matches, found, assessment.records)
    c = assessment.classification
    findings = reconcile(
        kind=c.kind,
        reason=c.reason,
        secondary=c.secondary_reasons,
        order=_with_total(assessment),
        matches=matches,
        books=found,
    )
    return Reconciliation(matches, findings, found)


def clues(assessment: Assessment, reading: Reading, firm: Firm | None, found: Books) -> Clues:
    """What the message says about whom and what it means."""
    order = ordered.of(assessment)
    domain, address = books.writer(assessment, reading, firm)
    number, order_refs = customers_number(assessment, found)
    return Clues(
        customer_name=str(assessment.value("customer_name") or (order.buyer.name if order else "")),
        vat_ids=tuple(books.vat_ids(assessment, reading)),
        domain=domain,
        address=address,
        invoice_refs=tuple(books.references(assessment.value("invoice_refs"))),
        order_refs=order_refs,
        po_number=number,
        is_order=assessment.classification.kind is Kind.CUSTOMER_PO,
        is_about_an_invoice=assessment.classification.kind in (Kind.DISPUTE, Kind.PAYMENT_NOTICE),
        order_figures=tuple((line.quantity, line.unit_price) for line in order.lines) if order else (),
        currency=str(assessment.value("currency") or ""),
    )


def _with_total(assessment: Assessment) -> Order | None:
    """The order; one that is told in a sentence, without lines or totals, with the total the message states."""
    order, stated = ordered.of(assessment), assessment.value("amount_total")
    if order is None or order.lines or order.total_net is not None or order.total_gross is not None or not stated:
        return order
    try:
        return replace(order, total_net=Decimal(str(stated)))
    except InvalidOperation:
        return order
