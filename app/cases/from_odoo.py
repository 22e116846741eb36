"""What people raise in Odoo by hand, as a case: a document that tells the record, who raised it, and their note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.intake import TakenIn, take_in
from app.documents.models import Arrival
from app.mirror.models import OdooCustomer, OdooInvoice, OdooOrder, OdooProject, OdooTask
from app.sources.incoming import Incoming
from app.sources.models import OdooEvent
from app.sources.odoo_events import BY_HAND, Verified

_SOURCE = "odoo:"
_SOURCES = tuple(_SOURCE + type for type in BY_HAND)
"""No door to the outside gives a source such a name."""
_WORDS = {
    "account.move": "Invoice", "sale.order": "Sales order", "res.partner": "Contact", "project.project": "Project",
    "project.task": "Task",
}  # fmt: skip
_MIRRORED: dict[str, Any] = {
    "account.move": OdooInvoice, "sale.order": OdooOrder, "res.partner": OdooCustomer, "project.project": OdooProject,
    "project.task": OdooTask,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Raised:
    """The record a person raised a matter on, and how: exception.raised or record.sent."""

    model: str
    record_id: int
    company_id: int | None
    type: str


def raised_on(session: Session, document_id: int) -> Raised | None:
    """Where a document was raised in Odoo; None when it came in another way first."""
    first = session.execute(
        select(Arrival.source, Arrival.source_key)
        .where(Arrival.document_id == document_id)
        .order_by(Arrival.id)
        .limit(1)
    ).one_or_none()
    if first is None or first.source not in _SOURCES:
        return None
    event = session.get(OdooEvent, first.source_key)
    return Raised(event.model, event.record_id, event.company_id, event.type) if event is not None else None


def open_case(session: Session, event: Verified, *, at: datetime) -> TakenIn:
    """Take in an exception somebody raised, or a record they sent, as a plain text of its own."""
    data = event.data
    arrival = Incoming(
        _told(session, event, at).encode(), f"{event.type.partition('.')[0]}-{data.model}-{data.id}.txt",
        _SOURCE + event.type, event.id, at,
    )  # fmt: skip
    return take_in(session, arrival)


def _told(session: Session, event: Verified, at: datetime) -> str:
    """The event as text: the record, the note, and below a line like a signature's who sent it."""
    data = event.data
    name, customer = _named(session, data.model, data.id)
    record = f"{_WORDS.get(data.model, data.model)} {name}".strip()
    who = f"{data.raised_by} ({data.login})" if data.raised_by and data.login else data.raised_by or data.login
    sent = "Raised in Odoo" if event.type == "exception.raised" else "Sent from Odoo"
    below = [
        f"{sent} by {who}" if who else sent, f"{data.model} {data.id}",
        f"company {data.company_id}" if data.company_id else "", f"{at:%Y-%m-%d %H:%M} UTC", event.id,
    ]  # fmt: skip
    above = f"{record}, {customer}" if customer else record
    return "\n\n".join(
        part for part in (above, data.note.strip(), f"-- \n{', '.join(b for b in below if b)}\n") if part
    )


def _named(session: Session, model: str, record_id: int) -> tuple[str, str]:
    """The record's name and its customer's, as far as the mirror knows them."""
    table = _MIRRORED.get(model)
    if table is None:
        return "", ""
    columns = [table.name, *([table.customer_name] if hasattr(table, "customer_name") else [])]
    row = session.execute(select(*columns).where(table.id == record_id)).one_or_none()
    return (str(row[0] or ""), str(row[1] or "") if len(row) > 1 else "") if row else ("", "")
