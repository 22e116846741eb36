"""What our copy of Odoo says of the records that a case is about: their figures, and where the message differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from app.assessments.findings import Match
from app.mirror.models import OdooCustomer, OdooInvoice, OdooOrder
from app.money import Money
from app.review import figures
from app.review.languages import _

MOST = 20
"""Records shown to choose from."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as a person recognises it: name, amount, and one line on where it stands."""

    model: str
    id: int
    name: str
    customer_id: int | None
    customer: str
    amount: Money | None
    says: str
    currency: str = ""
    reference: str = ""


def of_matches(session: Session, matches: Iterable[Match], today: date) -> dict[tuple[str, int], Record]:
    """The copied records of these matches, by model and id; what has not been copied yet is left out."""
    ids: dict[str, list[int]] = {}
    for m in matches:
        ids.setdefault(m.record.model, []).append(m.record.id)
    found = [
        *_customers(session, OdooCustomer.id.in_(ids.get("res.partner", []))),
        *_invoices(session, OdooInvoice.id.in_(ids.get("account.move", [])), today=today),
        *_orders(session, OdooOrder.id.in_(ids.get("sale.order", [])), today=today),
    ]
    return {(r.model, r.id): r for r in found}


def differences(matches: Sequence[Match], records: dict[tuple[str, int], Record]) -> dict[str, str]:
    """What Odoo has for a field where a record is certain, by the field's name; texts as Odoo writes them."""
    certain = {m.what: records.get((m.record.model, m.record.id)) for m in reversed(matches) if m.is_certain}
    paper = certain.get("invoice") or certain.get("order")
    found: dict[str, str] = {}
    if customer := certain.get("customer"):
        found["customer_name"] = customer.name
    if paper is not None and paper.currency:
        found["currency"] = paper.currency
    if (order := certain.get("order")) is not None and order.reference:
        found["po_number"] = order.reference
    return found


def to_choose(
    session: Session, what: str, text: str, *, customer_id: int | None, amount: Money | None, today: date
) -> list[Record]:
    """Customers, invoices or orders that a text names, those of this customer first, then by amount and age.

    Without a text: those of the customer. `text` is sought in names, references and customers' names.
    """
    like = "%" + text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    if what == "customer":
        where: Any = OdooCustomer.customer_id == OdooCustomer.id
        if text:
            where = where & or_(OdooCustomer.name.ilike(like), OdooCustomer.vat_id.ilike(like))
        elif customer_id is not None:
            where = where & (OdooCustomer.id == customer_id)
        return _customers(session, where)
    if what == "invoice":
        where = (OdooInvoice.kind == "out_invoice") & (func.length(OdooInvoice.name) > 1)
        if text:
            where = where & or_(
                OdooInvoice.name.ilike(like), OdooInvoice.customer_name.ilike(like), OdooInvoice.reference.ilike(like)
            )
        elif customer_id is not None:
            where = where & (OdooInvoice.customer_id == customer_id)
        return _invoices(session, where, first=customer_id, amount=amount, today=today)
    where = OdooOrder.state != "cancel"
    if text:
        where = where & or_(
            OdooOrder.name.ilike(like), OdooOrder.customer_name.ilike(like), OdooOrder.customer_reference.ilike(like)
        )
    elif customer_id is not None:
        where = where & (OdooOrder.customer_id == customer_id)
    return _orders(session, where, first=customer_id, amount=amount, today=today)


def _customers(session: Session, where: ColumnElement[bool]) -> list[Record]:
    rows = session.execute(select(OdooCustomer).where(where).order_by(OdooCustomer.name).limit(MOST)).scalars()
    return [
        Record(
            "res.partner", c.id, c.name, c.customer_id, c.name, None,
            ", ".join(part for part in (c.vat_id, c.country, *c.tags[:3]) if part),
        )
        for c in rows
    ]  # fmt: skip


def _invoices(
    session: Session, where: ColumnElement[bool], *, today: date, first: int | None = None, amount: Money | None = None
) -> list[Record]:
    order = [
        *_first(OdooInvoice.customer_id, first), *_near(OdooInvoice.net, OdooInvoice.currency, amount),
        (OdooInvoice.open_amount > 0).desc(), OdooInvoice.id.desc(),
    ]  # fmt: skip
    rows = session.execute(select(OdooInvoice).where(where).order_by(*order).limit(MOST)).scalars()
    return [
        Record(
            "account.move", i.id, i.name or _("draft invoice"), i.customer_id, i.customer_name,
            Money(i.gross, i.currency), _invoice_says(i, today), i.currency, i.reference,
        )
        for i in rows
    ]  # fmt: skip


def _orders(
    session: Session, where: ColumnElement[bool], *, today: date, first: int | None = None, amount: Money | None = None
) -> list[Record]:
    order = [
        *_first(OdooOrder.customer_id, first),
        *_near(OdooOrder.net, OdooOrder.currency, amount),
        OdooOrder.id.desc(),
    ]
    rows = session.execute(select(OdooOrder).where(where).order_by(*order).limit(MOST)).scalars()
    return [
        Record(
            "sale.order", o.id, o.name, o.customer_id, o.customer_name, Money(o.net, o.currency), _order_says(o, today),
            o.currency, o.customer_reference,
        )
        for o in rows
    ]  # fmt: skip


def _first(column: Any, customer_id: int | None) -> list[Any]:
    return [] if customer_id is None else [case((column == customer_id, 0), else_=1)]


def _near(column: Any, currency: Any, amount: Money | None) -> list[Any]:
    """The very amount first; how near others are says nothing."""
    if amount is None:
        return []
    return [case(((column == amount.amount) & (currency == amount.currency), 0), else_=1)]


def _invoice_says(i: OdooInvoice, today: date) -> str:
    if i.state == "draft":
        return _("Draft")
    if i.state == "cancel":
        return _("Cancelled")
    said = _("Posted") if i.invoiced_on is None else _("Posted %(day)s", day=figures.day(i.invoiced_on, today))
    if i.open_amount == 0:
        return _("%(posted)s, paid", posted=said)
    due = figures.day(i.due_on, today) if i.due_on else ""
    open_amount = figures.money(Money(i.open_amount, i.currency))
    if i.open_amount == i.gross:
        return (
            _("%(posted)s, unpaid, due %(day)s", posted=said, day=due) if due else _("%(posted)s, unpaid", posted=said)
        )
    return _("%(posted)s, %(amount)s open", posted=said, amount=open_amount)


def _order_says(o: OdooOrder, today: date) -> str:
    states = {
        "draft": _("Quotation"), "sent": _("Quotation, sent"), "sale": _("Confirmed order"), "cancel": _("Cancelled"),
    }  # fmt: skip
    said = states.get(o.state, o.state)
    if o.ordered_on:
        said = _("%(state)s of %(day)s", state=said, day=figures.day(o.ordered_on, today))
    if o.customer_reference:
        return _("%(order)s, customer’s number %(number)s", order=said, number=o.customer_reference)
    return said
