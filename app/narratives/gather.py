"""Draft invoices with what they bill: the drafts as Odoo has them now, the entries from the mirror."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.mirror import models as m
from app.mirror.plain_text import plain
from app.money import Money
from app.narratives.entries import EXPENSE, MILESTONE, TIMESHEET, DraftInvoice, DraftLine, Entry
from app.narratives.internal import Guard, Others
from app.narratives.profile import Profile
from app.odoo import queries
from app.odoo.gateway import OdooGateway
from app.odoo.records import Customer, Invoice, InvoiceKind, InvoiceLine

_REFUSED = ("draft", "refused")
_CODE = re.compile(r"\[[^\[\]]{1,40}\]\s*")


@dataclass(frozen=True, slots=True)
class Live:
    """A draft, its lines and whom it is made out to, as Odoo has them at this moment."""

    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    customer: Customer | None


def chosen(session: Session, names: Sequence[str]) -> list[int]:
    """Ids of drafts by what people call them: id in Odoo, name of the draft or of its order, customer's reference.

    Raises:
        NotFound: One fits no draft invoice of the mirror.
    """
    found: dict[int, None] = {}
    drafts = select(m.OdooInvoice).where(m.OdooInvoice.state == "draft", m.OdooInvoice.kind == "out_invoice")
    for name in names:
        wanted = name.strip()
        fits = or_(
            m.OdooInvoice.name == wanted, m.OdooInvoice.reference == wanted, m.OdooInvoice.origin.contains(wanted)
        )
        query = drafts.where(m.OdooInvoice.id == int(wanted)) if _is_id(wanted) else drafts.where(fits)
        rows = [i for i in session.scalars(query) if _is_id(wanted) or _is_called(i, wanted)]
        if not rows and _is_id(wanted):
            rows = list(session.scalars(drafts.where(m.OdooInvoice.reference == wanted)))
        if not rows:
            raise NotFound(
                f"No draft invoice in Odoo is called “{wanted}”. Give its id, its order's name or the customer's "
                "reference; a posted invoice keeps its text."
            )
        found |= dict.fromkeys(i.id for i in rows)
    return sorted(found)


def _is_id(wanted: str) -> bool:
    return wanted.isascii() and wanted.isdecimal() and len(wanted) < 19


def _is_called(invoice: m.OdooInvoice, wanted: str) -> bool:
    return wanted in (invoice.name, invoice.reference, *(part.strip() for part in invoice.origin.split(",")))


def all_drafts(session: Session, companies: Collection[int] | None = None) -> list[int]:
    """Ids of every draft invoice of the mirror, credit notes left out."""
    query = select(m.OdooInvoice.id).where(m.OdooInvoice.state == "draft", m.OdooInvoice.kind == "out_invoice")
    if companies is not None:
        query = query.where(m.OdooInvoice.company_id.in_(tuple(companies)))
    return sorted(session.scalars(query))


def ask(odoo: OdooGateway, ids: Sequence[int]) -> list[Live]:
    """These invoices as Odoo has them; those that are no drafts any more, or gone, are left out.

    Raises:
        Unavailable, Misconfigured, Refused: as the gateway.
    """
    if not ids:
        return []
    companies = list(odoo.companies())
    invoices = [
        i
        for i in queries.invoices(odoo, companies, ids=list(ids))
        if i.is_draft and i.kind is InvoiceKind.INVOICE
    ]  # fmt: skip
    if not invoices:
        return []
    lines: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in queries.invoice_lines(odoo, companies, invoice_ids=[i.id for i in invoices]):
        lines[line.invoice_id].append(line)
    partners = sorted({i.partner_id or i.customer_id for i in invoices})
    people = {c.id: c for c in queries.customers(odoo, companies, ids=partners)}
    return [
        Live(i, tuple(lines[i.id]), people.get(i.partner_id or i.customer_id))
        for i in sorted(invoices, key=lambda i: i.id)
    ]


@dataclass(frozen=True, slots=True)
class Known:
    """What the books know of everybody: who must not be named to whom."""

    others: Others
    staff: tuple[str, ...]


def known(session: Session) -> Known:
    """Names of all customers and their people, numbers of all documents, and our own people who work and travel."""
    ours = {_company(name) for name in session.scalars(select(m.OdooCompany.name))}
    names = [n for n in session.scalars(select(m.OdooCustomer.name)) if _company(n) not in ours]
    codes = {
        code
        for name, reference in session.execute(select(m.OdooOrder.name, m.OdooOrder.customer_reference))
        for code in (name, reference)
    }
    codes |= set(session.scalars(select(m.OdooInvoice.name)))
    staff = {*session.scalars(select(m.OdooTimesheet.employee).distinct())}
    staff |= {*session.scalars(select(m.OdooExpense.employee).distinct())}
    return Known(Others.of(names, codes), tuple(sorted(s for s in staff if s.strip())))


def _company(name: str) -> str:
    return " ".join(name.casefold().split())


def drafts(session: Session, live: Iterable[Live], books: Known) -> list[tuple[DraftInvoice, Guard]]:
    """Each draft with its entries, and what guards its text under no profile yet (see `guarded`)."""
    return [_draft(session, one, books) for one in live]


def guarded(guard: Guard, profile: Profile) -> Guard:
    """The guard for a customer's profile: names of staff where they may not stand, and forbidden words."""
    return Guard(guard.others, () if profile.staff_names else guard.staff, profile.forbidden_words)


def _draft(session: Session, live: Live, books: Known) -> tuple[DraftInvoice, Guard]:
    invoice = live.invoice
    wanted = {n for line in live.lines for n in line.order_line_ids}
    order_lines = {
        row.id: row for row in session.scalars(select(m.OdooOrderLine).where(m.OdooOrderLine.id.in_(wanted)))
    }
    orders = {
        o.id: o
        for o in session.scalars(
            select(m.OdooOrder).where(m.OdooOrder.id.in_({row.order_id for row in order_lines.values()}))
        )
    }
    rows = _Rows(session, invoice, wanted, orders, {line.product_id for line in live.lines if line.product_id})
    lines = tuple(_line(line, order_lines, rows) for line in live.lines)
    language = (live.customer.language if live.customer else "")[:2].lower()
    names = session.scalars(select(m.OdooCustomer.name).where(m.OdooCustomer.customer_id == invoice.customer_id))
    own_codes = session.execute(
        select(m.OdooOrder.name, m.OdooOrder.customer_reference).where(m.OdooOrder.customer_id == invoice.customer_id)
    )
    own_invoices = session.scalars(select(m.OdooInvoice.name).where(m.OdooInvoice.customer_id == invoice.customer_id))
    mine = [*names, invoice.customer_name]
    codes = [*(code for pair in own_codes for code in pair), *own_invoices, invoice.reference]
    return (
        DraftInvoice(
            id=invoice.id, name=_title(invoice), company_id=invoice.company_id, customer_id=invoice.customer_id,
            customer=invoice.customer_name, currency=invoice.currency, language=language or "en",
            po_number=_po_number(invoice, list(orders.values())), narration=plain(invoice.narration), lines=lines,
            invoiced_on=invoice.invoiced_on,
        ),
        Guard(books.others.but(mine, codes), books.staff),
    )  # fmt: skip


def _title(invoice: Invoice) -> str:
    if invoice.name and invoice.name != "/":
        return invoice.name
    when = f" of {invoice.invoiced_on}" if invoice.invoiced_on else ""
    return f"draft {invoice.origin or invoice.customer_name}{when}"


def _po_number(invoice: Invoice, orders: Sequence[m.OdooOrder]) -> str:
    """The customer's own order number. Odoo writes our order's name as reference where it knows no other."""
    numbers = list(dict.fromkeys(o.customer_reference.strip() for o in orders if o.customer_reference.strip()))
    ours = {o.name for o in orders} | {part.strip() for part in invoice.origin.split(",")}
    if not numbers and invoice.reference.strip() not in ours:
        numbers = [invoice.reference.strip()]
    return ", ".join(n for n in numbers if n and n not in ours)


class _Rows:
    """The mirror's rows that an invoice may bill, and which expenses are given to a line already."""

    def __init__(
        self, session: Session, invoice: Invoice, order_line_ids: Collection[int], orders: Collection[int],
        products: Collection[int],
    ) -> None:  # fmt: skip
        sheets = session.scalars(
            select(m.OdooTimesheet).where(m.OdooTimesheet.invoice_id == invoice.id).order_by(m.OdooTimesheet.id)
        ).all()
        self.timesheets: dict[int | None, list[m.OdooTimesheet]] = defaultdict(list)
        for sheet in sheets:
            self.timesheets[sheet.order_line_id].append(sheet)
        tasks = {s.task_id for s in sheets if s.task_id is not None}
        self.tasks = {
            row.id: row.name for row in session.scalars(select(m.OdooTask).where(m.OdooTask.id.in_(tasks)))
        }  # fmt: skip
        self.milestones = session.scalars(
            select(m.OdooMilestone)
            .where(m.OdooMilestone.order_line_id.in_(order_line_ids))
            .order_by(m.OdooMilestone.id)
        ).all()
        self.expenses = list(
            session.scalars(
                select(m.OdooExpense)
                .where(m.OdooExpense.order_id.in_(orders), m.OdooExpense.state.not_in(_REFUSED))
                .order_by(m.OdooExpense.spent_on, m.OdooExpense.id)
            )
        )
        self.products = {p.id: p for p in session.scalars(select(m.OdooProduct).where(m.OdooProduct.id.in_(products)))}

    def expenses_of(self, line: InvoiceLine, product_id: int | None) -> list[m.OdooExpense]:
        """The expense that is this line's amount, else all that could be, for the reviewer to see why it is none."""
        same = [e for e in self.expenses if e.currency == line.net.currency and product_id in (None, e.product_id)]
        equal = next((e for e in same if e.amount == line.net.amount), None)
        if equal is None:
            return same
        self.expenses.remove(equal)
        return [equal]


def _line(line: InvoiceLine, order_lines: dict[int, m.OdooOrderLine], rows: _Rows) -> DraftLine:
    ordered = [order_lines[n] for n in line.order_line_ids if n in order_lines]
    first = ordered[0] if ordered else None
    product = rows.products.get(line.product_id or 0)
    is_expense = bool(first and first.is_expense) or bool(product and product.is_expensable)
    is_milestone = product is not None and product.service_policy == "delivered_milestones"
    entries: list[Entry] = []
    for order_line in ordered:
        entries += [_worked(sheet, rows.tasks) for sheet in rows.timesheets[order_line.id]]
        if is_milestone:
            entries += [_reached(row) for row in rows.milestones if row.order_line_id == order_line.id]
    if is_expense and not entries:
        entries += [_spent(row) for row in rows.expenses_of(line, line.product_id)]
    worth = sum((o.net for o in ordered), Decimal(0))
    return DraftLine(
        id=line.id, text=line.description, subject=_subject(first.description if first else line.description, product),
        quantity=line.quantity, unit=line.unit, net=line.net, entries=tuple(entries),
        ordered=Money(worth, line.net.currency) if ordered else None, is_milestone=is_milestone, is_expense=is_expense,
    )  # fmt: skip


def _worked(row: m.OdooTimesheet, tasks: dict[int, str]) -> Entry:
    return Entry(
        TIMESHEET, row.id, row.description, row.worked_on, row.hours, task=tasks.get(row.task_id or 0, ""),
        person=row.employee,
    )  # fmt: skip


def _reached(row: m.OdooMilestone) -> Entry:
    return Entry(MILESTONE, row.id, row.name, row.reached_on if row.is_reached else None, share=row.share)


def _spent(row: m.OdooExpense) -> Entry:
    return Entry(EXPENSE, row.id, row.name, row.spent_on, amount=Money(row.amount, row.currency), person=row.employee)


def _subject(description: str, product: m.OdooProduct | None) -> str:
    """What the order's line says of the work, without the product's own name and code."""
    lines = [" ".join(line.split()) for line in description.splitlines() if line.strip()]
    names = {product.name, f"[{product.code}] {product.name}"} if product is not None else set()
    own = [line for line in lines if line not in names]
    return _CODE.sub("", (own or lines or [""])[0])
