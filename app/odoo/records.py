"""Odoo's records as the product knows them: exact amounts, real dates, no JSON.

Quantities and hours are Decimal without trailing zeros; prices and amounts are Money in the document's currency; an
empty field is "" or None. Names of fields are the trade's, not Odoo's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from app.money import Money


@dataclass(frozen=True, slots=True)
class Company:
    """One of our own legal entities in Odoo."""

    id: int
    name: str
    currency: str
    vat_id: str = ""
    country: str = ""
    email: str = ""
    partner_id: int | None = None
    """Odoo keeps each of our companies as a business partner too; that one is no customer of ours."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A business partner, or one of its contacts (then `parent_id` is set). `country` is ISO 3166-1 alpha-2."""

    id: int
    name: str
    is_company: bool
    customer_id: int
    """The commercial entity this contact belongs to; its own id for the entity itself."""
    parent_id: int | None = None
    vat_id: str = ""
    reference: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    language: str = ""
    address_type: str = ""
    company_id: int | None = None
    tags: tuple[int, ...] = ()


class OrderState(StrEnum):
    """Odoo's states of a sales order; `draft` and `sent` are quotations."""

    DRAFT = "draft"
    SENT = "sent"
    SALE = "sale"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class SalesOrder:
    """A quotation or confirmed order. Amounts are those of the whole order."""

    id: int
    name: str
    state: OrderState
    company_id: int
    customer_id: int
    """The commercial entity, whoever of its contacts ordered (that is `partner_id`)."""
    customer_name: str
    currency: str
    net: Money
    tax: Money
    gross: Money
    partner_id: int | None = None
    customer_reference: str = ""
    ordered_on: date | None = None
    valid_until: date | None = None
    note: str = ""
    """Terms, as HTML."""
    invoice_status: str = ""
    payment_term: str = ""
    salesperson_id: int | None = None
    line_ids: tuple[int, ...] = ()

    @property
    def is_quotation(self) -> bool:
        return self.state in (OrderState.DRAFT, OrderState.SENT)


@dataclass(frozen=True, slots=True)
class SalesOrderLine:
    """A line of a sales order; sections and notes are left out by the reads."""

    id: int
    order_id: int
    description: str
    quantity: Decimal
    unit: str
    unit_price: Money
    net: Money
    delivered: Decimal
    invoiced: Decimal
    discount_percent: Decimal = Decimal(0)
    product_id: int | None = None
    product_name: str = ""
    tax_ids: tuple[int, ...] = ()


class InvoiceKind(StrEnum):
    """The documents a customer gets."""

    INVOICE = "out_invoice"
    CREDIT_NOTE = "out_refund"


class InvoiceState(StrEnum):
    DRAFT = "draft"
    POSTED = "posted"
    CANCEL = "cancel"


class PaymentState(StrEnum):
    """Odoo's payment states of an invoice."""

    NOT_PAID = "not_paid"
    IN_PAYMENT = "in_payment"
    PAID = "paid"
    PARTIAL = "partial"
    REVERSED = "reversed"
    BLOCKED = "blocked"
    INVOICING_LEGACY = "invoicing_legacy"


@dataclass(frozen=True, slots=True)
class Invoice:
    """A customer invoice or credit note. Numbers are unique per company only; a draft has none (name is "")."""

    id: int
    name: str
    kind: InvoiceKind
    state: InvoiceState
    payment_state: PaymentState
    company_id: int
    customer_id: int
    """The commercial entity, whoever of its contacts the document is addressed to (that is `partner_id`)."""
    customer_name: str
    currency: str
    net: Money
    tax: Money
    gross: Money
    open_amount: Money
    partner_id: int | None = None
    reference: str = ""
    """The customer's reference. Without one, Odoo writes the order's own name here: it alone proves no PO."""
    origin: str = ""
    """Names of the orders it was made from, comma separated."""
    invoiced_on: date | None = None
    due_on: date | None = None
    narration: str = ""
    """Terms at the foot, as HTML."""
    credits_invoice_id: int | None = None
    is_disputed: bool = False
    """Left out of follow-up letters (Odoo's no_followup)."""
    line_ids: tuple[int, ...] = ()

    @property
    def is_draft(self) -> bool:
        return self.state is InvoiceState.DRAFT


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A product line of an invoice or credit note, before tax."""

    id: int
    invoice_id: int
    description: str
    quantity: Decimal
    unit: str
    unit_price: Money
    net: Money
    gross: Money
    discount_percent: Decimal = Decimal(0)
    product_id: int | None = None
    tax_ids: tuple[int, ...] = ()
    order_line_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Timesheet:
    """Hours of one person on one day."""

    id: int
    company_id: int
    worked_on: date
    hours: Decimal
    description: str
    is_approved: bool
    """True as well where Odoo keeps no approval: then nobody has said that the hours are not approved."""
    employee: str = ""
    project_id: int | None = None
    project_name: str = ""
    task_id: int | None = None
    order_id: int | None = None
    order_line_id: int | None = None
    invoice_id: int | None = None
    """The invoice, draft or posted, that carries these hours."""


@dataclass(frozen=True, slots=True)
class Project:
    id: int
    name: str
    company_id: int | None = None
    customer_id: int | None = None
    order_line_id: int | None = None
    manager_id: int | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone of a fixed fee; `share` is the part of the order line it delivers (0.4 = 40%)."""

    id: int
    name: str
    project_id: int
    is_reached: bool
    share: Decimal
    order_line_id: int | None = None
    deadline_on: date | None = None
    reached_on: date | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money, or a credit note, set against an invoice: one reconciliation."""

    id: int
    invoice_id: int
    amount: Money
    settled_on: date
    document: str
    """Number of the payment or credit note in Odoo."""
    memo: str = ""
    credit_note_id: int | None = None
    """Set when a credit note, not money, settled it."""


@dataclass(frozen=True, slots=True)
class Tax:
    """`rate` is a fraction: 0.19 for 19%. None where the tax is not a percentage."""

    id: int
    name: str
    company_id: int
    rate: Decimal | None = None
    is_included_in_price: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    id: int
    name: str
    code: str = ""
    unit: str = ""
    service_policy: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A chatter message on a record, newest first in the reads. `body` is HTML."""

    id: int
    written_at: datetime
    author: str
    body: str
    attachment_ids: tuple[int, ...] = ()
