"""Builders of Odoo records for tests: an invoice with its hours, an order, a customer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.assessments.findings import Books
from app.money import Money
from app.odoo.records import (
    Company,
    Customer,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
    OrderState,
    Payment,
    PaymentState,
    SalesOrder,
    SalesOrderLine,
    Timesheet,
)

COMPANY = Company(1, "Our House GmbH", "EUR", "DE136695976", "DE", partner_id=1)


def eur(amount: str | Decimal) -> Money:
    return Money(Decimal(amount), "EUR")


def a_customer(id: int = 10, name: str = "Fjordline Cargo AS", **kw: object) -> Customer:
    kw.setdefault("email", f"ap@{name.split()[0].casefold()}.example")
    kw.setdefault("country", "DE")
    return Customer(id=id, name=name, is_company=True, customer_id=id, **kw)  # type: ignore[arg-type]


def an_invoice(id: int = 100, name: str = "INV/2026/0100", net: str = "6300.00", **kw: object) -> Invoice:
    given: dict[str, object] = {
        "kind": InvoiceKind.INVOICE, "state": InvoiceState.POSTED, "payment_state": PaymentState.NOT_PAID,
        "company_id": 1, "customer_id": 10, "customer_name": "Fjordline Cargo AS", "currency": "EUR",
        "tax": eur(Decimal(net) * Decimal("0.19")), "gross": eur(Decimal(net) * Decimal("1.19")),
        "open_amount": eur(Decimal(net) * Decimal("1.19")), "origin": "S00001", "invoiced_on": date(2026, 9, 30), **kw,
    }  # fmt: skip
    return Invoice(id=id, name=name, net=eur(net), **given)  # type: ignore[arg-type]


def a_line(
    id: int = 500, invoice_id: int = 100, quantity: str = "42", rate: str = "150.00", **kw: object
) -> InvoiceLine:
    net = Decimal(quantity) * Decimal(rate)
    given: dict[str, object] = {"order_line_ids": (900,), "tax_ids": (1,), **kw}
    return InvoiceLine(
        id=id, invoice_id=invoice_id, description="Consulting", quantity=Decimal(quantity), unit="Hours",
        unit_price=eur(rate), net=eur(net), gross=eur(net * Decimal("1.19")), **given,
    )  # type: ignore[arg-type]  # fmt: skip


def hours(*entries: tuple[str, bool], invoice_id: int = 100, order_line_id: int = 900) -> tuple[Timesheet, ...]:
    return tuple(
        Timesheet(
            id=700 + n, company_id=1, worked_on=date(2026, 9, 1 + n), hours=Decimal(h), description="Work",
            is_approved=ok, employee="Anna", order_line_id=order_line_id, invoice_id=invoice_id,
        )
        for n, (h, ok) in enumerate(entries)
    )  # fmt: skip


def an_order(id: int = 50, name: str = "S00001", net: str = "36000.00", **kw: object) -> SalesOrder:
    given: dict[str, object] = {"state": OrderState.SALE, "customer_reference": "PO-1", **kw}
    return SalesOrder(
        id=id, name=name, company_id=1, customer_id=10, customer_name="Fjordline Cargo AS", currency="EUR",
        net=eur(net), tax=eur("0"), gross=eur(net), **given,
    )  # type: ignore[arg-type]  # fmt: skip


def an_order_line(
    id: int = 900, order_id: int = 50, quantity: str = "240", rate: str = "150.00", text: str = "Consulting"
) -> SalesOrderLine:
    return SalesOrderLine(
        id=id, order_id=order_id, description=text, quantity=Decimal(quantity), unit="Hours", unit_price=eur(rate),
        net=eur(Decimal(quantity) * Decimal(rate)), delivered=Decimal(0), invoiced=Decimal(0),
    )  # fmt: skip


def a_payment(invoice_id: int = 100, amount: str = "7497.00", **kw: object) -> Payment:
    return Payment(1, invoice_id, eur(amount), date(2026, 10, 20), "PBNK/1", **kw)  # type: ignore[arg-type]


def the_books(**kw: object) -> Books:
    given: dict[str, object] = {
        "companies": (COMPANY,), "customers": (a_customer(),), "invoices": (an_invoice(),),
        "invoice_lines": (a_line(),), "orders": (an_order(),), "order_lines": (an_order_line(),), **kw,
    }  # fmt: skip
    return Books(**given)  # type: ignore[arg-type]
