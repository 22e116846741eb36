"""Which records a message means: each candidate with a score and the reasons in words. Ambiguous stays ambiguous."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.assessments.findings import Books, Match, RecordRef
from app.odoo.records import Customer, Invoice, SalesOrder

CERTAIN = Decimal("0.80")
"""From this score on a record counts as meant, when no other comes near."""
NEAR = Decimal("0.60")
"""A second candidate from this score on makes the first one uncertain."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What a message says about whom and what it means, as written."""

    customer_name: str = ""
    vat_ids: tuple[str, ...] = ()
    domain: str = ""
    invoice_refs: tuple[str, ...] = ()
    order_refs: tuple[str, ...] = ()
    po_number: str = ""
    is_order: bool = False
    is_about_an_invoice: bool = False
    """Disputes and payments: an invoice is meant even where none is named."""
    order_figures: tuple[tuple[Decimal | None, Decimal | None], ...] = ()
    """(quantity, unit price) of each line of an order in the message."""
    currency: str = ""


@dataclass
class _Candidate:
    record: RecordRef
    company_id: int | None = None
    as_written: str = ""
    unlikely: Decimal = Decimal(1)
    because: list[str] = field(default_factory=list)

    def support(self, weight: str, why: str) -> None:
        """Independent clues multiply what speaks against the candidate (noisy-or)."""
        self.unlikely *= 1 - Decimal(weight)
        self.because.append(why)

    def score(self) -> Decimal:
        return (1 - self.unlikely).quantize(Decimal("0.01"))


def match(clues: Clues, books: Books) -> tuple[Match, ...]:
    """Customers, then invoices, orders and projects, best first within each sort."""
    customers = _customers(clues, books)
    certain = [m for m in customers if m.is_certain]
    customer_id = certain[0].record.id if len(certain) == 1 else None
    invoices = _invoices(clues, books, customer_id)
    orders = _orders(clues, books, customer_id, invoices)
    return (*customers, *invoices, *orders, *_projects(books, orders, invoices))


def same_reference(a: str, b: str) -> bool:
    """Whether two references are the same but for blanks, separators, case and leading zeros of a part."""
    return bool(a) and _key(a) == _key(b)


def _key(reference: str) -> tuple[str, ...]:
    return tuple(p.lstrip("0") or "0" for p in re.findall(r"[A-Z]+|[0-9]+", reference.upper()))


def _customers(clues: Clues, books: Books) -> list[Match]:
    from rapidfuzz import fuzz

    entities = {
        c.id: _Candidate(RecordRef("res.partner", c.id, c.name)) for c in books.customers if c.id == c.customer_id
    }

    def candidate(customer: Customer) -> _Candidate | None:
        return entities.get(customer.customer_id)

    by_domain = {c.customer_id for c in books.customers if clues.domain and _domain(c) == clues.domain}
    for customer in books.customers:
        found = candidate(customer)
        if found is None or customer.id != customer.customer_id:
            continue
        if customer.vat_id and re.sub(r"[^A-Z0-9]", "", customer.vat_id.upper()) in clues.vat_ids:
            found.support("0.95", f"the VAT id {customer.vat_id} is theirs")
            found.as_written = customer.vat_id
        if customer.id in by_domain:
            found.support("0.85" if len(by_domain) == 1 else "0.5", f"the mail comes from {clues.domain}")
        if clues.customer_name:
            alike = fuzz.token_set_ratio(_plain_name(clues.customer_name), _plain_name(customer.name))
            if _plain_name(clues.customer_name) == _plain_name(customer.name):
                found.support("0.8", f"the name is written as “{clues.customer_name}”")
            elif alike >= 80:
                found.support("0.6" if alike >= 93 else "0.5", f"the name is like “{clues.customer_name}”")
            if alike >= 80 and not found.as_written:
                found.as_written = clues.customer_name
    for invoice in books.invoices:
        if any(same_reference(invoice.name, ref) for ref in clues.invoice_refs):
            found = entities.get(invoice.customer_id)
            if found:
                found.support("0.7", f"{invoice.name} was billed to them")
    for order in books.orders:
        if any(same_reference(order.name, ref) for ref in clues.order_refs) or (
            order.customer_reference and same_reference(order.customer_reference, clues.po_number)
        ):
            found = entities.get(order.customer_id)
            if found:
                found.support("0.7", f"{order.name} is their order")
    return _ranked("customer", [c for c in entities.values() if c.because])


def _invoices(clues: Clues, books: Books, customer_id: int | None) -> list[Match]:
    found: list[_Candidate] = []
    for invoice in books.invoices:
        ref = next((r for r in clues.invoice_refs if same_reference(invoice.name, r)), "")
        candidate = _Candidate(
            RecordRef("account.move", invoice.id, invoice.name or f"draft {invoice.id}"), invoice.company_id, ref
        )
        if ref:
            candidate.support("0.85", f"the message names {ref}")
            if customer_id is not None and invoice.customer_id == customer_id:
                candidate.support("0.8", "it was billed to this customer")
            elif customer_id is not None:
                candidate.unlikely = max(candidate.unlikely, 1 - NEAR)
                candidate.because.append(f"but it was billed to {invoice.customer_name}")
        elif _may_be_meant(clues, invoice, customer_id):
            candidate.support("0.4", "it is an open invoice of this customer")
        if candidate.because:
            found.append(candidate)
    if not clues.invoice_refs and len(found) == 1 and customer_id is not None:
        found[0].support("0.7", "it is their only open invoice")
    return _ranked("invoice", found, several=bool(clues.invoice_refs))


def _orders(clues: Clues, books: Books, customer_id: int | None, invoices: list[Match]) -> list[Match]:
    by_name = {o.name: o for o in books.orders}
    meant = {i.id: i for i in books.invoices if any(m.record.id == i.id and m.is_certain for m in invoices)}
    found: list[_Candidate] = []
    for order in books.orders:
        candidate = _Candidate(RecordRef("sale.order", order.id, order.name), order.company_id)
        ref = next((r for r in clues.order_refs if same_reference(order.name, r)), "")
        if ref:
            candidate.as_written = ref
            candidate.support("0.85", f"the message names {ref}")
        if clues.po_number and order.customer_reference and same_reference(order.customer_reference, clues.po_number):
            candidate.as_written = clues.po_number
            candidate.support("0.85", f"it carries the order number {clues.po_number}")
        origin = [i.name for i in meant.values() if order.name in [n.strip() for n in i.origin.split(",")]]
        if origin:
            candidate.support("0.85", f"{', '.join(origin)} was made from it")
        if clues.is_order and order.customer_id == customer_id:
            _support_by_lines(candidate, clues, order, books)
        if candidate.because and customer_id is not None:
            if order.customer_id == customer_id:
                candidate.support("0.3", "it is this customer's")
            else:
                candidate.unlikely = max(candidate.unlikely, 1 - NEAR)
                candidate.because.append(f"but it is an order of {by_name[order.name].customer_name}")
        if candidate.because:
            found.append(candidate)
    return _ranked("order", found)


def _support_by_lines(candidate: _Candidate, clues: Clues, order: SalesOrder, books: Books) -> None:
    """How far the lines ordered are the lines quoted: same quantity and price, or at least the same quantity."""
    if not clues.order_figures or order.state.value == "cancel":
        return
    quoted = [(line.quantity, line.unit_price.amount) for line in books.order_lines if line.order_id == order.id]
    both = sum(1 for q, p in clues.order_figures if (q, p) in quoted)
    either = sum(1 for q, p in clues.order_figures if any(q == a or p == b for a, b in quoted))
    total = len(clues.order_figures)
    if both == total == len(quoted):
        candidate.support("0.85", "its lines have the same quantities and rates")
    elif both * 2 >= total:
        candidate.support("0.75", f"{both} of {total} lines have the same quantity and rate")
    elif either * 2 >= total and len(quoted) == total:
        candidate.support("0.7", f"{either} of {total} lines have the same quantity or rate")


def _projects(books: Books, orders: list[Match], invoices: list[Match]) -> list[Match]:
    meant = {m.record.id for m in invoices if m.is_certain}
    found: list[_Candidate] = []
    for project in books.projects:
        names = sorted({i.name for i in books.invoices for t in books.timesheets
                        if t.project_id == project.id and t.invoice_id == i.id and i.id in meant})  # fmt: skip
        if names:
            company_id = project.company_id or next((i.company_id for i in books.invoices if i.id in meant), None)
            candidate = _Candidate(RecordRef("project.project", project.id, project.name), company_id)
            candidate.support("0.9", f"the time on {', '.join(names)} was booked there")
            found.append(candidate)
    return _ranked("project", found)


def _ranked(what: str, candidates: Sequence[_Candidate], *, several: bool = False) -> list[Match]:
    """Best first. `several`: a message may mean more than one (invoices it names), so each stands for itself."""
    ordered = sorted(candidates, key=lambda c: (-c.score(), c.record.id))
    matches = []
    for place, candidate in enumerate(ordered):
        others = [c.score() for i, c in enumerate(ordered) if i != place]
        rival = (
            sum(1 for c in ordered if same_reference(c.record.name, candidate.record.name)) > 1
            if several
            else bool(others) and max(others) >= NEAR and max(others) > candidate.score() - Decimal("0.15")
        )
        certain = candidate.score() >= CERTAIN and not rival
        if not several and place > 0:
            certain = False
        matches.append(
            Match(
                what, candidate.record, candidate.score(), certain, tuple(candidate.because), candidate.as_written,
                candidate.company_id,
            )
        )  # fmt: skip
    return matches[:8]


def _may_be_meant(clues: Clues, invoice: Invoice, customer_id: int | None) -> bool:
    nothing_named = clues.is_about_an_invoice and not clues.invoice_refs
    return nothing_named and invoice.customer_id == customer_id and _is_open(invoice)


def _is_open(invoice: Invoice) -> bool:
    return invoice.state.value == "posted" and invoice.kind.value == "out_invoice" and invoice.open_amount.amount > 0


def _domain(customer: Customer) -> str:
    return customer.email.rpartition("@")[2].casefold()


_FORMS = re.compile(
    r"\b(?:gmbh|co|kg|ag|se|ltd|limited|llp|plc|inc|llc|corp|sas|sarl|sa|spa|srl|bv|nv|oy|ab|as|lda|sp|z|o)\b"
)


def _plain_name(name: str) -> str:
    import unicodedata

    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    plain = re.sub(r"[^a-z0-9]+", " ", folded)
    return " ".join(_FORMS.sub(" ", plain).split()) or plain
