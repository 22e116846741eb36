"""Tables of the mirror: Odoo's records under their own ids, as exact numbers and real dates. Read-only to the rest.

An empty text is "", an empty link None. Amounts are in the document's currency, major units, prices per unit; `rate`
and `share` are fractions (0.19, 0.4). No foreign keys: Odoo's records arrive in any order. `write_date` is Odoo's, UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Index, Numeric, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Mirrored(Base):
    """A record of Odoo under its id."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    write_date: Mapped[datetime]


class OfCompany(Mirrored):
    """A record of one of our companies."""

    __abstract__ = True

    company_id: Mapped[int]


class OdooCompany(Mirrored):
    __tablename__ = "odoo_companies"

    name: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(String(3))


class OdooCustomer(Mirrored):
    """A business partner or contact; `customer_id` is the commercial entity (its own id for the entity itself)."""

    __tablename__ = "odoo_customers"

    name: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    company_id: Mapped[int | None]
    country: Mapped[str] = mapped_column(String(2))
    vat_id: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Names of its categories, as written in Odoo ("PO required")."""
    email: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Its address, or several as somebody wrote them: by their domains we know whose mail a mail is."""


class OdooProduct(Mirrored):
    """`service_policy`: ordered_prepaid, delivered_timesheet, delivered_milestones, delivered_manual or ""."""

    __tablename__ = "odoo_products"

    name: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    service_policy: Mapped[str] = mapped_column(String(40))
    is_expensable: Mapped[bool]
    expense_policy: Mapped[str] = mapped_column(String(20))
    """no, cost or sales_price: how an expense of it is billed on."""


class OdooOrder(OfCompany):
    """A quotation (draft, sent), confirmed (sale) or cancelled (cancel) sales order."""

    __tablename__ = "odoo_orders"
    __table_args__ = (Index("ix_odoo_orders_customer_id", "customer_id"),)

    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    customer_id: Mapped[int] = mapped_column(BigInteger)
    customer_name: Mapped[str] = mapped_column(Text)
    partner_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whom it is made out to: the commercial entity, which is `customer_id`, or a contact of it."""
    currency: Mapped[str] = mapped_column(String(3))
    net: Mapped[Decimal]
    gross: Mapped[Decimal]
    customer_reference: Mapped[str] = mapped_column(Text)
    ordered_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text)
    """Terms, as plain text."""
    invoice_status: Mapped[str] = mapped_column(String(20))
    fiscal_position_id: Mapped[int | None]
    salesperson_id: Mapped[int | None]


class OdooOrderLine(OfCompany):
    """A line of a sales order, no section or note. `delivered` and `invoiced` are quantities as Odoo has them."""

    __tablename__ = "odoo_order_lines"
    __table_args__ = (Index("ix_odoo_order_lines_order_id", "order_id"),)

    order_id: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[str] = mapped_column(Text)
    product_id: Mapped[int | None]
    unit: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    discount_percent: Mapped[Decimal]
    net: Mapped[Decimal]
    delivered: Mapped[Decimal]
    invoiced: Mapped[Decimal]
    is_expense: Mapped[bool]


class OdooProject(Mirrored):
    """`customer_id` is the commercial entity of `partner_id`, which may be a contact of it."""

    __tablename__ = "odoo_projects"

    name: Mapped[str] = mapped_column(Text)
    company_id: Mapped[int | None]
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    partner_id: Mapped[int | None] = mapped_column(BigInteger)
    order_line_id: Mapped[int | None] = mapped_column(BigInteger)
    manager_id: Mapped[int | None]
    manager: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The user's name in Odoo when the project was last read; a new name comes with the project's next change."""


class OdooTask(Mirrored):
    __tablename__ = "odoo_tasks"
    __table_args__ = (Index("ix_odoo_tasks_project_id", "project_id"),)

    name: Mapped[str] = mapped_column(Text)
    company_id: Mapped[int | None]
    project_id: Mapped[int | None] = mapped_column(BigInteger)
    order_line_id: Mapped[int | None] = mapped_column(BigInteger)


class OdooMilestone(Mirrored):
    """`share` is the part of the order line that it delivers (0.4 = 40%)."""

    __tablename__ = "odoo_milestones"
    __table_args__ = (Index("ix_odoo_milestones_order_line_id", "order_line_id"),)

    name: Mapped[str] = mapped_column(Text)
    project_id: Mapped[int | None] = mapped_column(BigInteger)
    order_line_id: Mapped[int | None] = mapped_column(BigInteger)
    is_reached: Mapped[bool]
    reached_on: Mapped[date | None]
    deadline_on: Mapped[date | None]
    share: Mapped[Decimal] = mapped_column(Numeric(9, 6))


class OdooTimesheet(OfCompany):
    """Hours of one person on one day; `invoice_id` is the invoice, draft or posted, that Odoo says carries them.

    `is_approved` is None where this Odoo keeps no approval at all; else any of its approval fields says so.
    """

    __tablename__ = "odoo_timesheets"
    __table_args__ = (
        Index("ix_odoo_timesheets_order_line_id", "order_line_id", "worked_on"),
        Index("ix_odoo_timesheets_invoice_id", "invoice_id"),
        Index("ix_odoo_timesheets_project_id", "project_id", "worked_on"),
    )

    worked_on: Mapped[date]
    hours: Mapped[Decimal]
    description: Mapped[str] = mapped_column(Text)
    employee_id: Mapped[int | None]
    employee: Mapped[str] = mapped_column(Text)
    project_id: Mapped[int | None] = mapped_column(BigInteger)
    task_id: Mapped[int | None] = mapped_column(BigInteger)
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    order_line_id: Mapped[int | None] = mapped_column(BigInteger)
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)
    billable: Mapped[str] = mapped_column(String(40))
    """Odoo's timesheet_invoice_type: billable_time, billable_fixed, billable_milestones, non_billable, …"""
    is_approved: Mapped[bool | None]


class OdooInvoice(OfCompany):
    """A customer invoice (out_invoice) or credit note (out_refund). A draft has the name ""; `reference` alone proves
    no PO: without one Odoo writes the order's own name there. Numbers repeat across companies."""

    __tablename__ = "odoo_invoices"
    __table_args__ = (Index("ix_odoo_invoices_customer_id", "customer_id"),)

    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    payment_state: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[int] = mapped_column(BigInteger)
    customer_name: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(String(3))
    net: Mapped[Decimal]
    tax: Mapped[Decimal]
    gross: Mapped[Decimal]
    open_amount: Mapped[Decimal]
    reference: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    invoiced_on: Mapped[date | None]
    due_on: Mapped[date | None]
    fiscal_position_id: Mapped[int | None]
    credits_invoice_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class OdooInvoiceLine(OfCompany):
    """A product line of an invoice or credit note. Its quantity and amounts are positive on a credit note too."""

    __tablename__ = "odoo_invoice_lines"
    __table_args__ = (
        Index("ix_odoo_invoice_lines_invoice_id", "invoice_id"),
        Index("ix_odoo_invoice_lines_order_line_ids", "order_line_ids", postgresql_using="gin"),
    )

    invoice_id: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[str] = mapped_column(Text)
    product_id: Mapped[int | None]
    unit: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    discount_percent: Mapped[Decimal]
    net: Mapped[Decimal]
    gross: Mapped[Decimal]
    tax_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    order_line_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class OdooTax(OfCompany):
    """A sales tax. Odoo 19 maps by the tax: it names the fiscal positions it is for and the taxes it replaces."""

    __tablename__ = "odoo_taxes"

    name: Mapped[str] = mapped_column(Text)
    rate: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    fiscal_position_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    replaces_tax_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class OdooFiscalPosition(OfCompany):
    __tablename__ = "odoo_fiscal_positions"

    name: Mapped[str] = mapped_column(Text)


class OdooPayment(OfCompany):
    """Money, or a credit note, set against an invoice: one reconciliation (account.partial.reconcile)."""

    __tablename__ = "odoo_payments"
    __table_args__ = (Index("ix_odoo_payments_invoice_id", "invoice_id"),)

    invoice_id: Mapped[int] = mapped_column(BigInteger)
    credit_note_id: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(String(3))
    settled_on: Mapped[date]


class OdooExpense(OfCompany):
    """`state`: draft, submitted, approved, posted, in_payment, paid or refused."""

    __tablename__ = "odoo_expenses"
    __table_args__ = (Index("ix_odoo_expenses_order_id", "order_id"),)

    name: Mapped[str] = mapped_column(Text)
    employee: Mapped[str] = mapped_column(Text)
    product_id: Mapped[int | None]
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(String(3))
    spent_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20))


class OdooNote(Mirrored):
    """A person's note or message in the chatter of an order, project, task or invoice; plain text. `write_date` is its
    date: a waiver, an agreement, a reason."""

    __tablename__ = "odoo_notes"
    __table_args__ = (Index("ix_odoo_notes_record", "model", "record_id"),)

    model: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime | None]
    """Odoo's own write date of it; `write_date` is the date it bears."""


class OdooOrderPaper(Mirrored):
    """A file attached to a sales order, without its bytes: the customer's order document, usually."""

    __tablename__ = "odoo_order_papers"
    __table_args__ = (Index("ix_odoo_order_papers_order_id", "order_id"),)

    order_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    checksum: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(BigInteger)


class MirrorCursor(Base):
    """How far the mirror of an Odoo model has come; the next run goes on there.

    The first run goes by id: `last_id` is the last one taken, `last_write_date` the newest change when it began. Later
    runs go by (write_date, id), from the last pair taken; `last_id` 0 means every record of that moment is still due.
    """

    __tablename__ = "mirror_cursors"

    model: Mapped[str] = mapped_column(String(60), primary_key=True)
    last_write_date: Mapped[datetime | None]
    last_id: Mapped[int] = mapped_column(BigInteger, default=0)
    is_complete: Mapped[bool] = mapped_column(default=False)
    """False while the first run has not reached the end: detectors must not judge half a copy."""
    checked_at: Mapped[datetime | None]
    """When it was last found to be up to date."""
    compared_at: Mapped[datetime | None]
    """When ids were last compared, to notice what was deleted in Odoo."""
    asked: Mapped[str] = mapped_column(String(64), default="")
    """Fingerprint of what was asked for (records, fields, way of reading): when it changes all is read again."""
