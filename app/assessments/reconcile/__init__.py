"""The document against the books: exact arithmetic, and the records it rests on. No model makes a finding."""

from __future__ import annotations

from app.assessments.findings import Books, Finding, Match
from app.assessments.reconcile import caps, credits, duplicates, hours, milestones, orders, payments, rates, sums, taxes
from app.documents.order import Order
from app.odoo.records import Invoice, InvoiceKind, SalesOrder
from app.vocabulary import Kind


def reconcile(
    *,
    kind: Kind,
    reason: str,
    secondary: tuple[str, ...],
    order: Order | None,
    matches: tuple[Match, ...],
    books: Books,
) -> tuple[Finding, ...]:
    """Every finding about the records that are certain, the contested matter first."""
    meant = {m.record.id for m in matches if m.what == "invoice" and m.is_certain}
    invoices = [i for i in books.invoices if i.id in meant and i.kind is InvoiceKind.INVOICE]
    ordered_in = next((m.record.id for m in matches if m.what == "order" and m.is_certain), None)
    sales_order = next((o for o in books.orders if o.id == ordered_in), None)
    reasons = {reason, *secondary}
    if kind is Kind.CUSTOMER_PO:
        return tuple(orders.check(order, sales_order, books)) if order else ()
    found: list[Finding] = []
    for invoice in invoices:
        found += _of_invoice(invoice, sales_order, reasons, books)
    if reasons & milestones.UNBILLED and sales_order is not None:
        found += milestones.unbilled(sales_order, books)
    found += duplicates.check(invoices, books) if reasons & duplicates.REASONS else []
    return tuple(sorted(found, key=lambda f: (f.says != "customer", f.invoice_id or 0)))


def _of_invoice(invoice: Invoice, order: SalesOrder | None, reasons: set[str], books: Books) -> list[Finding]:
    found: list[Finding] = []
    if reasons & hours.REASONS:
        found += hours.check(invoice, books)
    if reasons & rates.REASONS:
        found += rates.check(invoice, books)
    if reasons & sums.REASONS:
        found += sums.check(invoice, books)
    if reasons & caps.REASONS and order is not None:
        found += caps.check(invoice, order, books)
    if reasons & milestones.REASONS:
        found += milestones.check(invoice, books)
    if reasons & taxes.REASONS:
        found += taxes.check(invoice, books)
    if reasons & payments.REASONS:
        found += payments.check(invoice, books)
    return credits.subtract(found, invoice, books)
