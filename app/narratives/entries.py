"""What a line of a draft invoice rests on, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.money import Money

TIMESHEET, MILESTONE, EXPENSE = "account.analytic.line", "project.milestone", "hr.expense"


@dataclass(frozen=True, slots=True)
class Entry:
    """One timesheet, milestone or expense. `remark` is what a colleague wrote: outside text.

    `hours` are set for a timesheet, `amount` for an expense, `share` (0.3 = 30%) for a milestone.
    """

    model: str
    id: int
    remark: str
    day: date | None = None
    hours: Decimal | None = None
    amount: Money | None = None
    share: Decimal | None = None
    task: str = ""
    person: str = ""

    @property
    def record(self) -> tuple[str, int]:
        return self.model, self.id


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A product line of a draft as Odoo has it now, and the entries it bills.

    `subject` is what the order calls the work; `quantity` is in `unit`; `ordered` is the order line's net at the
    order's price (None without an order line), of which milestones are shares.
    """

    id: int
    text: str
    subject: str
    quantity: Decimal
    unit: str
    net: Money
    entries: tuple[Entry, ...] = ()
    ordered: Money | None = None
    is_milestone: bool = False
    is_expense: bool = False


@dataclass(frozen=True, slots=True)
class DraftInvoice:
    """A draft invoice with all that its text may be made of. `narration` is plain text, without markup."""

    id: int
    name: str
    company_id: int
    customer_id: int
    customer: str
    currency: str
    language: str
    po_number: str
    narration: str
    lines: tuple[DraftLine, ...]
    invoiced_on: date | None = None
