"""The mirrored documents as the rules look at them: who is credited, what bills what, what a unit costs.

Orders, invoices and their lines are held in memory (a firm has tens of thousands); hours stay in the database and come
summed. Nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.assessments.findings import RecordRef
from app.assessments.reconcile import units
from app.detectors.models import OrderPaperTerms
from app.detectors.thresholds import Limits, Thresholds
from app.detectors.words.periods import last_day, month_of
from app.mirror.models import (
    Mirrored,
    OdooCompany,
    OdooCustomer,
    OdooExpense,
    OdooFiscalPosition,
    OdooInvoice,
    OdooInvoiceLine,
    OdooMilestone,
    OdooNote,
    OdooOrder,
    OdooOrderLine,
    OdooPayment,
    OdooProduct,
    OdooProject,
    OdooTask,
    OdooTax,
)
from app.money import Money

Row = TypeVar("Row", bound=Mirrored)
ZERO = Decimal(0)
APPROVING = (
    "with approving as (select company_id, min(worked_on) as since from odoo_timesheets where is_approved group by 1) "
)
COUNTS = "(t.is_approved is distinct from false or a.since is null or t.worked_on < a.since)"
"""SQL: time `t` may be billed: approved, or from before its company approved any (`a` is its row of `approving`)."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The hours of one order line that Odoo says one invoice carries."""

    hours: Decimal
    unapproved: Decimal
    first: date
    last: date


@dataclass
class Ledger:
    """What detectors read, once per run. `today` is the day on which the rules look."""

    session: Session
    thresholds: Thresholds
    today: date
    companies: Mapping[int, OdooCompany]

    def limits(self, company_id: int | None) -> Limits:
        return self.thresholds.of(company_id)

    def _all(self, model: type[Row]) -> dict[int, Row]:
        chosen = select(model).order_by(model.id)
        column = getattr(model, "company_id", None)
        if column is not None:
            chosen = chosen.where((column.in_(self.companies)) | (column.is_(None)))
        return {row.id: row for row in self.session.scalars(chosen)}

    # --- documents ------------------------------------------------------------------------------

    @cached_property
    def customers(self) -> dict[int, OdooCustomer]:
        return self._all(OdooCustomer)

    @cached_property
    def products(self) -> dict[int, OdooProduct]:
        return self._all(OdooProduct)

    @cached_property
    def orders(self) -> dict[int, OdooOrder]:
        """Confirmed orders; quotations and cancelled orders bill nothing."""
        return {k: o for k, o in self._all(OdooOrder).items() if o.state == "sale"}

    @cached_property
    def order_lines(self) -> dict[int, OdooOrderLine]:
        return {k: line for k, line in self._all(OdooOrderLine).items() if line.order_id in self.orders}

    @cached_property
    def orders_of_customer(self) -> dict[int, list[OdooOrder]]:
        return grouped(self.orders.values(), "customer_id")

    @cached_property
    def lines_of_order(self) -> dict[int, list[OdooOrderLine]]:
        return grouped(self.order_lines.values(), "order_id")

    @cached_property
    def projects(self) -> dict[int, OdooProject]:
        return self._all(OdooProject)

    @cached_property
    def tasks(self) -> dict[int, OdooTask]:
        return self._all(OdooTask)

    @cached_property
    def tasks_of_project(self) -> dict[int, list[OdooTask]]:
        return grouped((t for t in self.tasks.values() if t.project_id), "project_id")

    @cached_property
    def milestones_of_line(self) -> dict[int, list[OdooMilestone]]:
        found = grouped((m for m in self._all(OdooMilestone).values() if m.order_line_id), "order_line_id")
        return {k: v for k, v in found.items() if k in self.order_lines}

    @cached_property
    def taxes(self) -> dict[int, OdooTax]:
        return self._all(OdooTax)

    @cached_property
    def positions(self) -> dict[int, OdooFiscalPosition]:
        return self._all(OdooFiscalPosition)

    @cached_property
    def expenses(self) -> dict[int, OdooExpense]:
        return self._all(OdooExpense)

    @cached_property
    def papers_of_order(self) -> dict[int, list[OrderPaperTerms]]:
        """What the order documents attached to an order say, oldest first."""
        found: dict[int, list[OrderPaperTerms]] = defaultdict(list)
        for terms in self.session.scalars(select(OrderPaperTerms).order_by(OrderPaperTerms.paper_id)):
            if terms.order_id in self.orders:
                found[terms.order_id].append(terms)
        return dict(found)

    @cached_property
    def documents(self) -> dict[int, OdooInvoice]:
        """Invoices and credit notes that are not cancelled."""
        return {k: i for k, i in self._all(OdooInvoice).items() if i.state != "cancel"}

    @cached_property
    def invoices(self) -> dict[int, OdooInvoice]:
        """Invoices, draft or posted, that are not credited as a whole."""
        return {k: i for k, i in self.documents.items() if i.kind == "out_invoice" and not self.is_credited(i)}

    @cached_property
    def invoices_of_customer(self) -> dict[int, list[OdooInvoice]]:
        return grouped(self.invoices.values(), "customer_id")

    @cached_property
    def invoice_lines(self) -> dict[int, OdooInvoiceLine]:
        """Lines of every document that is not cancelled."""
        return {k: line for k, line in self._all(OdooInvoiceLine).items() if line.invoice_id in self.documents}

    @cached_property
    def lines_of_invoice(self) -> dict[int, list[OdooInvoiceLine]]:
        return grouped(self.invoice_lines.values(), "invoice_id")

    @cached_property
    def billing_of_line(self) -> dict[int, list[OdooInvoiceLine]]:
        """Order line -> lines of documents, credit notes too, that Odoo links to it."""
        found: dict[int, list[OdooInvoiceLine]] = defaultdict(list)
        for line in self.invoice_lines.values():
            for order_line in line.order_line_ids:
                found[order_line].append(line)
        return dict(found)

    def notes(self, model: str, ids: Iterable[int]) -> Sequence[OdooNote]:
        wanted = sorted(set(ids))
        if not wanted:
            return ()
        where = (OdooNote.model == model) & OdooNote.record_id.in_(wanted)
        return self.session.scalars(select(OdooNote).where(where).order_by(OdooNote.id)).all()

    # --- credits --------------------------------------------------------------------------------

    @cached_property
    def credits_of(self) -> dict[int, list[OdooInvoice]]:
        """Invoice -> posted credit notes made for it, or set against it."""
        found: dict[int, list[OdooInvoice]] = defaultdict(list)
        notes = {k: i for k, i in self.documents.items() if i.kind == "out_refund" and i.state == "posted"}
        for note in notes.values():
            if note.credits_invoice_id:
                found[note.credits_invoice_id].append(note)
        for payment in self._all(OdooPayment).values():
            note_of = notes.get(payment.credit_note_id or 0)
            if note_of is not None and not note_of.credits_invoice_id and note_of not in found[payment.invoice_id]:
                found[payment.invoice_id].append(note_of)
        return dict(found)

    def is_credited(self, invoice: OdooInvoice) -> bool:
        """Whether credit notes took the whole invoice back."""
        if invoice.payment_state == "reversed":
            return True
        notes = self.credits_of.get(invoice.id, ())
        return bool(notes) and invoice.net > 0 and sum((n.net for n in notes), ZERO) >= invoice.net

    def is_made_good(self, invoice: OdooInvoice, amount: Decimal, order_line: int | None = None) -> bool:
        """Whether a credit note, all together, or what they take back of this order line, is just this amount."""
        near = self.limits(invoice.company_id).amount_tolerance
        notes = [n.net for n in self.credits_of.get(invoice.id, ())]
        of_line = sum((line.net for line in self.credit_lines(invoice, order_line)), ZERO)
        return any(abs(net - abs(amount)) <= near for net in [*notes, sum(notes, ZERO), of_line] if net)

    def credit_lines(self, invoice: OdooInvoice, order_line: int | None) -> list[OdooInvoiceLine]:
        """Lines of the invoice's credit notes that take back what it billed of an order line."""
        notes = self.credits_of.get(invoice.id, ())
        lines = [line for note in notes for line in self.lines_of_invoice.get(note.id, ())]
        return [line for line in lines if order_line is not None and order_line in line.order_line_ids]

    @cached_property
    def approving_since(self) -> dict[int, date]:
        """Company -> the first day whose time somebody approved. What is older was billed when nobody approved."""
        rows = self.session.execute(
            text(
                "select company_id, min(worked_on) from odoo_timesheets "
                "where is_approved and company_id = any(:companies) group by 1"
            ),
            {"companies": list(self.companies)},
        )
        return {r[0]: r[1] for r in rows}

    def sign(self, line: OdooInvoiceLine) -> int:
        return -1 if self.documents[line.invoice_id].kind == "out_refund" else 1

    # --- who bills what -------------------------------------------------------------------------

    def settles_advance(self, line: OdooInvoiceLine) -> bool:
        """Whether a negative line takes back what another invoice billed in advance of the same order line."""
        return line.quantity < 0 and any(
            other.quantity == -line.quantity and other.invoice_id != line.invoice_id
            for order_line in line.order_line_ids
            for other in self.billing_of_line.get(order_line, ())
            if other.invoice_id in self.invoices
        )

    def order_of(self, order_line: int) -> OdooOrder | None:
        line = self.order_lines.get(order_line)
        return self.orders.get(line.order_id) if line else None

    @cached_property
    def _orders_by_name(self) -> dict[tuple[int, str], OdooOrder]:
        return {(o.company_id, o.name): o for o in self.orders.values()}

    @cached_property
    def orders_of_invoice(self) -> dict[int, tuple[OdooOrder, ...]]:
        """The orders a document bills: those its lines link to, else those its origin or reference names."""
        found: dict[int, tuple[OdooOrder, ...]] = {}
        by_reference: dict[tuple[int, int, str], list[OdooOrder]] = defaultdict(list)
        for order in self.orders.values():
            if order.customer_reference.strip():
                by_reference[order.company_id, order.customer_id, order.customer_reference.strip()].append(order)
        for document in self.documents.values():
            linked = {
                order.id: order
                for line in self.lines_of_invoice.get(document.id, ())
                for order in map(self.order_of, line.order_line_ids)
                if order is not None
            }
            if not linked:
                names = [n.strip() for n in f"{document.origin},{document.reference}".split(",")]
                named = [self._orders_by_name.get((document.company_id, n)) for n in names if n]
                linked = {o.id: o for o in named if o is not None and o.customer_id == document.customer_id}
            if not linked and document.reference.strip():
                same = by_reference[document.company_id, document.customer_id, document.reference.strip()]
                linked = {o.id: o for o in same} if len(same) == 1 else {}
            found[document.id] = tuple(linked[k] for k in sorted(linked))
        return found

    @cached_property
    def invoices_of_order(self) -> dict[int, list[OdooInvoice]]:
        """Invoices, not credited ones, by the order they bill."""
        found: dict[int, list[OdooInvoice]] = defaultdict(list)
        for invoice in self.invoices.values():
            for order in self.orders_of_invoice[invoice.id]:
                found[order.id].append(invoice)
        return dict(found)

    def part_for(self, invoice: OdooInvoice, order: OdooOrder) -> list[OdooInvoiceLine]:
        """The lines of a document that bill this order: linked ones, and unlinked ones where it bills no other."""
        alone = self.orders_of_invoice[invoice.id] == (order,)
        own = {line.id for line in self.lines_of_order.get(order.id, ())}
        return [
            line
            for line in self.lines_of_invoice.get(invoice.id, ())
            if own & set(line.order_line_ids) or (alone and not line.order_line_ids)
        ]

    def billed_line(self, line: OdooInvoiceLine) -> OdooOrderLine | None:
        """The order line a document's line bills: linked, else the only one of the same product on its only order."""
        known = [self.order_lines[k] for k in line.order_line_ids if k in self.order_lines]
        if known or line.order_line_ids:
            return known[0] if len(known) == 1 else None
        orders = self.orders_of_invoice[line.invoice_id]
        if len(orders) != 1 or line.product_id is None:
            return None
        same = [k for k in self.lines_of_order.get(orders[0].id, ()) if k.product_id == line.product_id]
        return same[0] if len(same) == 1 and same[0].unit == line.unit else None

    # --- hours ----------------------------------------------------------------------------------

    @cached_property
    def carried(self) -> dict[tuple[int, int], Carried]:
        """(invoice, order line) -> the hours it carries."""
        rows = self.session.execute(
            text(
                "select invoice_id, order_line_id, sum(hours), "
                "  coalesce(sum(hours) filter (where is_approved is false), 0), min(worked_on), max(worked_on) "
                "from odoo_timesheets where invoice_id is not null and order_line_id is not null "
                "  and company_id = any(:companies) group by 1, 2"
            ),
            {"companies": list(self.companies)},
        )
        return {(r[0], r[1]): Carried(r[2], r[3], r[4], r[5]) for r in rows}

    @cached_property
    def carried_of_invoice(self) -> dict[int, list[Carried]]:
        found: dict[int, list[Carried]] = defaultdict(list)
        for (invoice, _), held in self.carried.items():
            found[invoice].append(held)
        return dict(found)

    @cached_property
    def billed_until(self) -> dict[int, date]:
        """Order line -> the last day that invoices claim to have billed: of time later than it none was due yet.

        An invoice dated at or after the end of the month of its last hours covers that month.
        """
        found: dict[int, date] = {}
        for (invoice_id, line), held in self.carried.items():
            invoice = self.invoices.get(invoice_id)
            if invoice is None:
                continue
            end = last_day(month_of(held.last))
            until = end if invoice.invoiced_on and invoice.invoiced_on >= end else held.last
            found[line] = max(found.get(line, until), until)
        return found

    def is_time_and_materials(self, line: OdooOrderLine) -> bool:
        product = self.products.get(line.product_id or 0)
        return product is not None and product.service_policy == "delivered_timesheet"

    # --- amounts and names ----------------------------------------------------------------------

    @staticmethod
    def price(line: OdooOrderLine | OdooInvoiceLine) -> Decimal:
        """Price of a unit, net of discount."""
        return line.unit_price * (1 - line.discount_percent / 100)

    def in_unit(self, hours: Decimal, unit: str, company_id: int) -> Decimal | None:
        """Hours as a quantity of the line's unit; None where that is no unit of time."""
        factor = units.per_hour(unit)
        if factor is None:
            return None
        day = self.limits(company_id).hours_per_day
        per = day if factor[0] == units.HOURS_PER_DAY else factor[0]
        return hours * factor[1] / per

    def money(self, amount: Decimal, currency: str) -> Money:
        return Money(amount, currency).rounded()

    def title_of(self, invoice: OdooInvoice) -> str:
        """The number, or for a draft what it is for."""
        if invoice.name and invoice.name != "/":
            return invoice.name
        orders = ", ".join(o.name for o in self.orders_of_invoice.get(invoice.id, ()))
        when = f" of {invoice.invoiced_on}" if invoice.invoiced_on else ""
        return f"draft {orders or invoice.customer_name}{when}"

    def invoice_ref(self, invoice: OdooInvoice) -> RecordRef:
        return RecordRef("account.move", invoice.id, self.title_of(invoice))


def grouped(rows: Iterable[Row], by: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return dict(found)


def order_ref(order: OdooOrder) -> RecordRef:
    return RecordRef("sale.order", order.id, order.name)


def line_ref(line: OdooOrderLine | OdooInvoiceLine) -> RecordRef:
    model = "sale.order.line" if isinstance(line, OdooOrderLine) else "account.move.line"
    return RecordRef(model, line.id, first_line(line.description))


def first_line(words: str, most: int = 80) -> str:
    line = next((part.strip() for part in words.splitlines() if part.strip()), "")
    return line if len(line) <= most else line[: most - 1] + "…"
