"""Which records a message means: each candidate with a score and the reasons in words. Ambiguous stays ambiguous."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.assessments.findings import Books, Match, RecordRef
from app.odoo.records import Company, Customer, Invoice, SalesOrder

CERTAIN = Decimal("0.80")
"""From this score on a record counts as meant, when no other comes near."""
NEAR = Decimal("0.60")
"""A second candidate from this score on makes the first one uncertain."""
UNLIKE = 50.0
"""Token-set similarity (0 to 100) of two names below which they cannot mean the same house."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What a message says about whom and what it means, as written."""

    customer_name: str = ""
    vat_ids: tuple[str, ...] = ()
    domain: str = ""
    """The sender's domain, when it says something; never ours, never a free mail service."""
    address: str = ""
    """The sender's whole address; it says something at a free mail service too."""
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
    is_doubted: bool = False
    because: list[str] = field(default_factory=list)

    def support(self, weight: str, why: str) -> None:
        """Independent clues multiply what speaks against the candidate (noisy-or)."""
        self.unlikely *= 1 - Decimal(weight)
        self.because.append(why)

    def doubt(self, why: str) -> None:
        """Something speaks against it: it stays a candidate and is never certain."""
        self.is_doubted = True
        self.because.append(why)

    def score(self) -> Decimal:
        score = (1 - self.unlikely).quantize(Decimal("0.01"))
        return min(score, NEAR) if self.is_doubted else score


def match(clues: Clues, books: Books) -> tuple[Match, ...]:
    """Customers, then invoices, orders and projects, best first within each sort."""
    clues, books = _without_us(clues, books)
    candidates = _customers(clues, books)
    written = {c.record.id for c in candidates if c.because}
    _support_by_documents(clues, books, candidates)
    customers = _ranked("customer", [c for c in candidates if c.because])
    certain = [m for m in customers if m.is_certain]
    who = _Who(
        certain[0].record.id if len(certain) == 1 else None,
        customers[0].record.id if customers and customers[0].record.id in written else None,
        clues.customer_name,
    )
    invoices = _invoices(clues, books, who)
    orders = _orders(clues, books, who, invoices)
    return (*customers, *invoices, *orders, *_projects(books, orders, invoices))


@dataclass(frozen=True, slots=True)
class _Who:
    """Whom the message comes from: for certain, or at best; `best` rests on more than the documents it names."""

    certain: int | None
    best: int | None
    written_name: str

    def weigh_reference(self, found: _Candidate, customer_id: int, customer_name: str, why: str) -> None:
        """A document that is named. Anybody can write a number: without its customer it stays below certain."""
        if self.certain is not None:
            found.support("0.85", why)
            return
        found.support("0.85" if self.best == customer_id else "0.75", why)
        if self.best == customer_id:
            return
        if self.written_name and alike(self.written_name, customer_name) < UNLIKE:
            found.doubt(f"but it is {customer_name}'s, and the message names {self.written_name}")
        else:
            found.because.append(f"but nothing else says that the message comes from {customer_name}")


def is_us(customer: Customer, companies: Sequence[Company]) -> bool:
    """Whether this partner is one of our own companies, or a contact of one."""
    return any(
        customer.customer_id == c.partner_id or customer.id == c.partner_id or is_same_vat_id(customer.vat_id, c.vat_id)
        for c in companies
    )


def is_our_vat_id(vat_id: str, companies: Sequence[Company]) -> bool:
    """Whether a VAT id, however written, is one of our own."""
    return any(is_same_vat_id(vat_id, c.vat_id) for c in companies)


def same_reference(a: str, b: str) -> bool:
    """Whether two references are the same but for blanks, separators, case and leading zeros of a part.

    One without a letter or digit ("-") is none.
    """
    return bool(_key(a)) and _key(a) == _key(b)


def _without_us(clues: Clues, books: Books) -> tuple[Clues, Books]:
    """Our own VAT ids, domains and partners stand on every invoice that is quoted or attached: they say nothing."""
    ours = {c.email.rpartition("@")[2].casefold() for c in books.companies if c.email}
    clues = replace(
        clues,
        vat_ids=tuple(v for v in clues.vat_ids if not is_our_vat_id(v, books.companies)),
        domain="" if clues.domain in ours else clues.domain,
        address="" if clues.address.rpartition("@")[2] in ours else clues.address,
    )
    return clues, replace(books, customers=tuple(c for c in books.customers if not is_us(c, books.companies)))


def _plain_id(vat_id: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", vat_id.upper())


def _key(reference: str) -> tuple[str, ...]:
    return tuple(p.lstrip("0") or "0" for p in re.findall(r"[A-Z]+|[0-9]+", reference.upper()))


def is_same_vat_id(a: str, b: str) -> bool:
    """Equal, or equal but for the letters of the country, which some write and some do not."""
    plain, known = _plain_id(a), _plain_id(b)
    return bool(plain and known) and _COUNTRY.sub("", plain) == _COUNTRY.sub("", known)


def _customers(clues: Clues, books: Books) -> list[_Candidate]:
    """Every entity with what its VAT id, the sender and the name say for it."""
    entities = {
        c.id: _Candidate(RecordRef("res.partner", c.id, c.name)) for c in books.customers if c.id == c.customer_id
    }
    by_domain = {c.customer_id for c in books.customers if clues.domain and _domain(c) == clues.domain}
    by_address = {
        c.customer_id for c in books.customers if clues.address and c.email.casefold() == clues.address.casefold()
    }
    for customer in books.customers:
        found = entities.get(customer.customer_id)
        if found is None or customer.id != customer.customer_id:
            continue
        if customer.vat_id and _plain_id(customer.vat_id) in clues.vat_ids:
            found.support("0.95", f"the VAT id {customer.vat_id} is theirs")
            found.as_written = customer.vat_id
        if customer.id in by_domain:
            found.support("0.85" if len(by_domain) == 1 else "0.5", f"the mail comes from {clues.domain}")
        elif customer.id in by_address:
            found.support("0.85" if len(by_address) == 1 else "0.5", f"the mail comes from {clues.address}")
        if clues.customer_name:
            likeness = alike(clues.customer_name, customer.name)
            if plain_name(clues.customer_name) == plain_name(customer.name):
                found.support("0.8", f"the name is written as “{clues.customer_name}”")
            elif likeness >= 80:
                found.support("0.6" if likeness >= 93 else "0.5", f"the name is like “{clues.customer_name}”")
            if likeness >= 80 and not found.as_written:
                found.as_written = clues.customer_name
    return list(entities.values())


def _support_by_documents(clues: Clues, books: Books, candidates: list[_Candidate]) -> None:
    """The invoices and orders a message names belong to somebody; one paper may show them all: they count once."""
    entities = {c.record.id: c for c in candidates}
    named: dict[int, list[str]] = {}
    for invoice in books.invoices:
        found = entities.get(invoice.customer_id)
        if found is not None and any(same_reference(invoice.name, ref) for ref in clues.invoice_refs):
            named.setdefault(invoice.customer_id, []).append(f"{invoice.name} was billed to them")
    for order in books.orders:
        found = entities.get(order.customer_id)
        if found is not None and (
            any(same_reference(order.name, ref) for ref in clues.order_refs)
            or same_reference(order.customer_reference, clues.po_number)
        ):
            named.setdefault(order.customer_id, []).append(f"{order.name} is their order")
    for customer_id, papers in named.items():
        entities[customer_id].support("0.7", ", ".join(papers[:4]))


def _invoices(clues: Clues, books: Books, who: _Who) -> list[Match]:
    found: list[_Candidate] = []
    for invoice in books.invoices:
        ref = next((r for r in clues.invoice_refs if same_reference(invoice.name, r)), "")
        candidate = _Candidate(
            RecordRef("account.move", invoice.id, invoice.name or f"draft {invoice.id}"), invoice.company_id, ref
        )
        if ref:
            who.weigh_reference(candidate, invoice.customer_id, invoice.customer_name, f"the message names {ref}")
            if who.certain is not None and invoice.customer_id == who.certain:
                candidate.support("0.8", "it was billed to this customer")
            elif who.certain is not None:
                candidate.doubt(f"but it was billed to {invoice.customer_name}")
        elif _may_be_meant(clues, invoice, who.certain):
            candidate.support("0.4", "it is an open invoice of this customer")
        if candidate.because:
            found.append(candidate)
    if not clues.invoice_refs and len(found) == 1 and who.certain is not None:
        found[0].support("0.7", "it is their only open invoice")
    return _ranked("invoice", found, several=bool(clues.invoice_refs))


def _orders(clues: Clues, books: Books, who: _Who, invoices: list[Match]) -> list[Match]:
    meant = {i.id: i for i in books.invoices if any(m.record.id == i.id and m.is_certain for m in invoices)}
    found: list[_Candidate] = []
    for order in books.orders:
        candidate = _Candidate(RecordRef("sale.order", order.id, order.name), order.company_id)
        ref = next((r for r in clues.order_refs if same_reference(order.name, r)), "")
        if ref:
            candidate.as_written = ref
            who.weigh_reference(candidate, order.customer_id, order.customer_name, f"the message names {ref}")
        if same_reference(order.customer_reference, clues.po_number):
            candidate.as_written = clues.po_number
            why = f"it carries the order number {clues.po_number}"
            if ref:
                candidate.support("0.85", why)
            else:
                who.weigh_reference(candidate, order.customer_id, order.customer_name, why)
        origin = [i.name for i in meant.values() if order.name in [n.strip() for n in i.origin.split(",")]]
        if origin:
            candidate.support("0.85", f"{', '.join(origin)} was made from it")
        if clues.is_order and order.customer_id == who.certain:
            _support_by_lines(candidate, clues, order, books)
        if candidate.because and who.certain is not None:
            if order.customer_id == who.certain:
                candidate.support("0.3", "it is this customer's")
            else:
                candidate.doubt(f"but it is an order of {order.customer_name}")
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
        delivers = sorted({i.name for i in books.invoices for line in books.invoice_lines
                           if line.invoice_id == i.id and i.id in meant
                           and project.order_line_id in line.order_line_ids})  # fmt: skip
        if names or delivers:
            company_id = project.company_id or next((i.company_id for i in books.invoices if i.id in meant), None)
            candidate = _Candidate(RecordRef("project.project", project.id, project.name), company_id)
            if names:
                candidate.support("0.9", f"the time on {', '.join(names)} was booked there")
            if delivers:
                candidate.support("0.9", f"it delivers what {', '.join(delivers)} bills")
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


_COUNTRY = re.compile(r"^[A-Z]{2}")
_FORMS = re.compile(
    r"\b(?:gmbh|co|kg|ag|se|ltd|limited|llp|plc|inc|llc|corp|sas|sarl|sa|spa|srl|bv|nv|oy|ab|as|lda|sp|z|o)\b"
)


def alike(a: str, b: str) -> float:
    """Token-set similarity of two names of houses, 0 to 100, without their legal forms."""
    from rapidfuzz import fuzz

    return float(fuzz.token_set_ratio(plain_name(a), plain_name(b)))


def plain_name(name: str) -> str:
    """A house's name in plain small letters, without its legal form."""
    import unicodedata

    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    plain = re.sub(r"[^a-z0-9]+", " ", folded)
    return " ".join(_FORMS.sub(" ", plain).split()) or plain
