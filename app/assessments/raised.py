"""Matches of a matter that a person raised on a record in Odoo: that record is meant, whatever else the note names."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.assessments.findings import Books, Match, RecordRef

BECAUSE = "it was raised on this record in Odoo"


def on_record(matches: tuple[Match, ...], books: Books, model: str, record_id: int) -> tuple[Match, ...]:
    """The matches with the record and its customer certain, as far as they were read.

    Other documents stay certain where they are the same customer's: a note may name the invoice that was billed twice.
    """
    invoice = next((i for i in books.invoices if model == "account.move" and i.id == record_id), None)
    order = next((o for o in books.orders if model == "sale.order" and o.id == record_id), None)
    contact = next((c for c in books.customers if model == "res.partner" and c.id == record_id), None)
    owner = next((one.customer_id for one in (invoice, order, contact) if one is not None), None)
    customer = next((c for c in books.customers if c.id == owner), None)
    known: list[Match] = []
    if customer is not None:
        known.append(_certain("customer", RecordRef("res.partner", customer.id, customer.name), None))
    if invoice is not None:
        record = RecordRef("account.move", invoice.id, invoice.name or "draft invoice")
        known.append(_certain("invoice", record, invoice.company_id))
    if order is not None:
        known.append(_certain("order", RecordRef("sale.order", order.id, order.name), order.company_id))
    if owner is None:
        return matches
    owners = {("account.move", i.id): i.customer_id for i in books.invoices}
    owners |= {("sale.order", o.id): o.customer_id for o in books.orders}
    meant = {(m.record.model, m.record.id) for m in known}
    others = [
        replace(m, is_certain=m.is_certain and owners.get((m.record.model, m.record.id)) == owner)
        for m in matches
        if (m.record.model, m.record.id) not in meant
    ]
    return (*known, *others)


def _certain(what: str, record: RecordRef, company_id: int | None) -> Match:
    return Match(what, record, Decimal(1), True, (BECAUSE,), as_written=record.name, company_id=company_id)
