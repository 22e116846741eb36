"""Reading from Odoo what a message may be about: a few bounded calls, never a scan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from app.assessments.findings import Books
from app.assessments.matching import is_our_vat_id, is_us
from app.assessments.reconcile import caps, duplicates, milestones
from app.assessments.results import Assessment
from app.documents.reading import Reading
from app.firm import FREE_MAIL, Firm
from app.odoo import queries
from app.odoo.gateway import OdooGateway
from app.odoo.records import Company, Customer, Invoice, InvoiceLine, Milestone, Project, SalesOrder, SalesOrderLine
from app.vocabulary import Kind

MOST = 40
"""How many documents of one customer are looked at when the message names none, and how many partners at all."""
SIBLINGS = 400
"""How many invoices of one order are read; an order with more is not judged by what is billed on it."""
CATALOGUE = 500
"""How many products are looked through for the lines of a new order."""

_VAT = re.compile(r"\b(?:[A-Z]{2}[ .]?[0-9A-Z](?:[ .]?[0-9A-Z]){7,11})\b")
_COMMON = frozenset({
    "gmbh", "ltd", "limited", "sas", "sarl", "inc", "corp", "company", "group", "gruppe", "groupe", "holding", "the",
    "and", "und",
})  # fmt: skip


def read(odoo: OdooGateway, assessment: Assessment, reading: Reading, firm: Firm | None) -> Books:
    """The companies, customers, invoices, orders and what hangs on them that this message may mean.

    Raises: as the gateway.
    """
    companies = queries.companies(odoo)
    ids = [c.id for c in companies]
    invoice_names = references(assessment.value("invoice_refs")) + _meant(assessment, "invoice")
    order_names = references(assessment.value("order_refs")) + _meant(assessment, "order")
    invoices = queries.invoices(odoo, ids, names=invoice_names) if invoice_names else []
    number = assessment.value("po_number")
    order_names += [str(number)] if number else []  # a customer's number may be our own order's, read the wrong way
    orders = queries.sales_orders(odoo, ids, names=order_names) if order_names else []
    if number:
        orders = _merged(orders, queries.sales_orders(odoo, ids, reference=str(number), limit=MOST))
    customers = _customers(odoo, companies, assessment, reading, firm, invoices, orders)
    is_order = assessment.classification.kind is Kind.CUSTOMER_PO
    reasons = {assessment.classification.reason, *assessment.classification.secondary_reasons}
    for customer in [c for c in customers if c.id == c.customer_id][:3]:
        if is_order or not (invoices or orders):
            orders = _merged(orders, queries.sales_orders(odoo, ids, customer_id=customer.id, limit=MOST))
        if not invoices or reasons & _NEEDS_NEIGHBOURS:
            invoices = _merged(invoices, queries.invoices(odoo, ids, customer_id=customer.id, limit=MOST))
    origins = {name.strip() for i in invoices for name in i.origin.split(",") if name.strip()}
    missing = sorted(origins - {o.name for o in orders})
    if missing and not is_order:
        orders = _merged(orders, queries.sales_orders(odoo, ids, names=missing))
    is_whole = True
    if reasons & _NEEDS_SIBLINGS and orders:
        siblings = queries.invoices(odoo, ids, order_ids=[o.id for o in orders][:MOST], limit=SIBLINGS)
        is_whole = len(siblings) < SIBLINGS
        invoices = _merged(invoices, siblings)
    if invoices:
        invoices = _merged(invoices, queries.invoices(odoo, ids, credits_invoice_ids=[i.id for i in invoices]))
    invoice_ids, order_ids = [i.id for i in invoices], [o.id for o in orders]
    invoice_lines = queries.invoice_lines(odoo, ids, invoice_ids=invoice_ids) if invoice_ids else []
    order_lines = queries.sales_order_lines(odoo, ids, order_ids=order_ids) if order_ids else []
    timesheets = queries.timesheets(odoo, ids, invoice_ids=invoice_ids) if invoice_ids else []
    project_ids = sorted({t.project_id for t in timesheets if t.project_id})
    tax_ids = sorted({t for line in invoice_lines for t in line.tax_ids})
    return Books(
        companies=tuple(companies),
        customers=tuple(customers),
        invoices=tuple(invoices),
        invoice_lines=tuple(invoice_lines),
        orders=tuple(orders),
        order_lines=tuple(order_lines),
        timesheets=tuple(timesheets),
        projects=_projects(odoo, ids, project_ids, invoice_lines if reasons & ASKS_DELIVERY else []),
        payments=tuple(queries.payments(odoo, ids, invoice_ids=invoice_ids)) if invoice_ids else (),
        taxes=tuple(queries.taxes(odoo, ids, ids=tax_ids)) if tax_ids else (),
        products=tuple(queries.products(odoo, ids, limit=CATALOGUE)) if "new_po" in reasons else (),
        milestones=_milestones(odoo, ids, order_lines) if reasons & (milestones.REASONS | milestones.UNBILLED) else (),
        is_whole=is_whole,
    )


ASKS_DELIVERY = frozenset(
    {"quality_acceptance", "scope_not_agreed", "hours_quantity", "description_insufficient", "delay_penalty"}
)
"""Disputes that delivery may have to answer."""
_NEEDS_NEIGHBOURS = duplicates.REASONS
_NEEDS_SIBLINGS = caps.REASONS | duplicates.REASONS


def _projects(
    odoo: OdooGateway, ids: list[int], booked_on: list[int], asked_for: list[InvoiceLine]
) -> tuple[Project, ...]:
    """Projects that billed time was booked on, and those that deliver the contested lines without any time."""
    found = queries.projects(odoo, ids, ids=booked_on) if booked_on else []
    lines = sorted({line for invoiced in asked_for for line in invoiced.order_line_ids})
    return tuple(_merged(found, queries.projects(odoo, ids, order_line_ids=lines)) if lines else found)


def _milestones(odoo: OdooGateway, ids: list[int], lines: list[SalesOrderLine]) -> tuple[Milestone, ...]:
    return tuple(queries.milestones(odoo, ids, order_line_ids=[line.id for line in lines])) if lines else ()


def _meant(assessment: Assessment, what: str) -> list[str]:
    """The name of the record that a person says is meant."""
    return [assessment.records[what].name] if what in assessment.records else []


def references(written: object) -> list[str]:
    """Reference numbers as a clean list, whatever the field holds."""
    values = written if isinstance(written, list | tuple) else [written] if written else []
    return [str(v).strip() for v in values if str(v).strip()]


def vat_ids(assessment: Assessment, reading: Reading) -> list[str]:
    """VAT ids the document names that pass their country's check, without blanks; the buyer's on an order first."""
    from stdnum.eu import vat

    found = [assessment.order.buyer.vat_id] if assessment.order and assessment.order.buyer.vat_id else []
    for part in reading.walk():
        found += _VAT.findall(part.text[:20_000])
    clean: list[str] = []
    for written in found:
        compact = re.sub(r"[^A-Z0-9]", "", written.upper())
        if compact not in clean and (vat.is_valid(compact) or written == found[0]):
            clean.append(compact)
    return clean[:6]


_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")


def returned_to(reading: Reading, firm: Firm | None) -> str:
    """Whom a returned mail did not reach: the first address in it that is neither ours nor the sender's."""
    if reading.mail is None:
        return ""
    sender = reading.mail.sender
    ours = {a.domain for a in reading.mail.to} | set(firm.domains if firm else ())
    for address in _ADDRESS.findall(reading.text[:20_000]):
        domain = address.rpartition("@")[2].casefold()
        if domain != sender.domain and not any(domain == o or domain.endswith("." + o) for o in ours):
            return str(address).casefold()
    return ""


def sender_domain(reading: Reading, firm: Firm | None) -> str:
    """The domain the message comes from, when it says something: not ours, not a free mail service."""
    address = sender_address(reading, firm)
    domain = address.rpartition("@")[2]
    return "" if domain in FREE_MAIL else domain


def writer(assessment: Assessment, reading: Reading, firm: Firm | None) -> tuple[str, str]:
    """(domain, address) of whom a message speaks for; of a returned mail, whom it did not reach."""
    if assessment.classification.reason in ("delivery_failure", "bounce") and (to := returned_to(reading, firm)):
        domain = to.rpartition("@")[2]
        return "" if domain in FREE_MAIL else domain, to
    return sender_domain(reading, firm), sender_address(reading, firm)


def sender_address(reading: Reading, firm: Firm | None) -> str:
    """Who sent the message, in lower case; empty where that is one of us, or nobody."""
    if reading.mail is None:
        return ""
    sender = reading.mail.sender
    ours = set(firm.domains) if firm and firm.domains else {a.domain for a in reading.mail.to}
    return "" if sender.domain in ours - FREE_MAIL else sender.email.casefold()


def _customers(
    odoo: OdooGateway, companies: list[Company], assessment: Assessment, reading: Reading, firm: Firm | None,
    invoices: list[Invoice], orders: list[SalesOrder],
) -> list[Customer]:  # fmt: skip
    """Whoever the message may come from: by documents named, VAT id, sender and name. Never ourselves."""
    ids = [c.id for c in companies]
    found: dict[int, Customer] = {}

    def add(customers: Iterable[Customer]) -> None:
        found.update({c.id: c for c in customers if not is_us(c, companies)})

    chosen = {assessment.records["customer"].id} if "customer" in assessment.records else set()
    known = sorted({i.customer_id for i in invoices} | {o.customer_id for o in orders} | chosen)
    if known:
        add(queries.customers(odoo, ids, ids=known))
    for vat_id in vat_ids(assessment, reading):
        if not is_our_vat_id(vat_id, companies):
            add(queries.customers(odoo, ids, vat_id=vat_id, limit=MOST))
    domain, address = writer(assessment, reading, firm)
    if domain:
        add(queries.customers(odoo, ids, domain=domain, limit=MOST))
    elif address:
        add(queries.customers(odoo, ids, address=address, limit=MOST))
    name = str(assessment.value("customer_name") or "")
    words = [w for w in re.findall(r"\w{3,}", name) if w.casefold() not in _COMMON]
    if words:
        add(queries.customers(odoo, ids, name_like=max(words, key=len), only_entities=True, limit=MOST))
    entities = sorted({c.customer_id for c in found.values()} - set(found))
    if entities:
        add(queries.customers(odoo, ids, ids=entities))
    return list(found.values())


_Document = TypeVar("_Document", Invoice, SalesOrder, Project)


def _merged(first: list[_Document], more: list[_Document]) -> list[_Document]:
    known = {r.id for r in first}
    return first + [r for r in more if r.id not in known]
