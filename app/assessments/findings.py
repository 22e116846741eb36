"""What the books say: matched Odoo records, and findings with their arithmetic. Plain values, no IO."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from decimal import Decimal

from app.money import Money
from app.odoo.records import (
    Company,
    Customer,
    Invoice,
    InvoiceLine,
    Milestone,
    Payment,
    Product,
    Project,
    SalesOrder,
    SalesOrderLine,
    Tax,
    Timesheet,
)


@dataclass(frozen=True, slots=True)
class RecordRef:
    """An Odoo record a claim rests on."""

    model: str
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Match:
    """A record that a message may mean. `score` is 0 to 1; `is_certain` when nothing else comes near.

    `what` is customer, invoice, order or project. `because` says why in words; `as_written` is what the message has.
    """

    what: str
    record: RecordRef
    score: Decimal
    is_certain: bool
    because: tuple[str, ...]
    as_written: str = ""
    company_id: int | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """The Odoo records read for one case; everything reconciliation may look at."""

    companies: tuple[Company, ...] = ()
    customers: tuple[Customer, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    invoice_lines: tuple[InvoiceLine, ...] = ()
    orders: tuple[SalesOrder, ...] = ()
    order_lines: tuple[SalesOrderLine, ...] = ()
    timesheets: tuple[Timesheet, ...] = ()
    projects: tuple[Project, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    payments: tuple[Payment, ...] = ()
    taxes: tuple[Tax, ...] = ()
    products: tuple[Product, ...] = ()
    is_whole: bool = True
    """False where an order has more invoices than are read: what is billed on it is then not added up."""


@dataclass(frozen=True, slots=True)
class ArithmeticRow:
    """A row as on paper: what, how many, at which rate, how much. `role` is first, minus, plus or result."""

    what: str
    quantity: Decimal | None
    unit: str
    rate: Money | None
    amount: Money | None
    role: str = "first"
    records: tuple[RecordRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of reconciliation, with the rows it rests on.

    `code` is stable (hours_over_approved, rate_above_order, already_paid, duplicate, cap_passed, order_total_differs,
    …); `says` is who it supports: customer, us or nobody; `amount` is what it is about, None where no money is.
    """

    code: str
    sentence: str
    says: str
    amount: Money | None = None
    _: KW_ONLY
    quantity: Decimal | None = None
    unit: str = ""
    rate: Money | None = None
    rows: tuple[ArithmeticRow, ...] = ()
    records: tuple[RecordRef, ...] = ()
    invoice_id: int | None = None
    line_id: int | None = None
    """The invoice or order line it is about, if it is one."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What matching and reconciling one case against the books gave."""

    matches: tuple[Match, ...]
    findings: tuple[Finding, ...]
    books: Books

    def invoice(self) -> Invoice | None:
        """The one invoice the case is certainly about."""
        match = self.certain("invoice")
        return next((i for i in self.books.invoices if match and i.id == match.record.id), None)

    def invoices(self) -> tuple[Invoice, ...]:
        """Every invoice the case is certainly about: a message may contest several."""
        meant = {m.record.id for m in self.matches if m.what == "invoice" and m.is_certain}
        return tuple(i for i in self.books.invoices if i.id in meant)

    def order(self) -> SalesOrder | None:
        """The one sales order or quotation the case is certainly about."""
        match = self.certain("order")
        return next((o for o in self.books.orders if match and o.id == match.record.id), None)

    def customer(self) -> Customer | None:
        """The one customer the case certainly comes from or is about."""
        match = self.certain("customer")
        return next((c for c in self.books.customers if match and c.id == match.record.id), None)

    def certain(self, what: str) -> Match | None:
        """The one certain match of a sort, or None when there is none or more than one."""
        found = [m for m in self.matches if m.what == what and m.is_certain]
        return found[0] if len(found) == 1 else None
