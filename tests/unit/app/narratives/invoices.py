"""Draft invoices for tests of their texts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from app.money import Money
from app.narratives.entries import EXPENSE, MILESTONE, TIMESHEET, DraftInvoice, DraftLine, Entry

SUBJECT = "Yard planning rollout: consulting, time and materials"


def worked(number: int, remark: str, hours: str, day: int = 6, **changes: Any) -> Entry:
    values: dict[str, Any] = {"task": SUBJECT, "person": "Anna Petersen", "day": date(2026, 10, day)}
    return Entry(TIMESHEET, number, remark, hours=Decimal(hours), **(values | changes))


def reached(number: int, name: str, share: str, day: date | None = date(2026, 10, 23)) -> Entry:
    return Entry(MILESTONE, number, name, day, share=Decimal(share))


def spent(number: int, name: str, amount: str, currency: str = "EUR") -> Entry:
    return Entry(EXPENSE, number, name, date(2026, 10, 14), amount=Money(Decimal(amount), currency))


def line(*entries: Entry, **changes: Any) -> DraftLine:
    """A line that bills just what its timesheets are, unless a test says otherwise."""
    hours = sum((e.hours for e in entries if e.hours is not None), Decimal(0))
    values: dict[str, Any] = {
        "id": 26, "text": f"[MV-TM] Consulting hours\n{SUBJECT}", "subject": SUBJECT, "quantity": hours,
        "unit": "Hours", "net": Money(hours * 150, "EUR"),
    }  # fmt: skip
    return DraftLine(entries=entries, **(values | changes))


def invoice(*lines: DraftLine, **changes: Any) -> DraftInvoice:
    values: dict[str, Any] = {
        "id": 10, "name": "draft S00001", "company_id": 2, "customer_id": 17, "customer": "Hafenwerk Logistik AG",
        "currency": "EUR", "language": "en", "po_number": "4500781120", "narration": "Payable in 30 days.",
    }  # fmt: skip
    return DraftInvoice(lines=lines, **(values | changes))
