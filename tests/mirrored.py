"""Rows of the mirror for tests of the detectors: a small firm, with what a test says differently."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.mirror import models as m

TODAY = date(2026, 11, 16)
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
HOURS_PRODUCT, MILESTONES_PRODUCT, FEE_PRODUCT, COSTS_PRODUCT = 1, 2, 3, 4
HOME_TAX, FREE_TAX, HOME, ABROAD = 1, 2, 1, 2


class Mirror:
    """Adds rows under running ids; each method gives the row back."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._ids = count(100)
        self.add(m.OdooCompany, id=1, name="Ours Ltd", currency="EUR")
        for number, policy in enumerate(("delivered_timesheet", "delivered_milestones", "ordered_prepaid"), 1):
            self.product(number, policy)
        self.product(COSTS_PRODUCT, "delivered_manual", is_expensable=True, expense_policy="cost")
        for number, name in ((HOME, "Home"), (ABROAD, "Abroad")):
            self.add(m.OdooFiscalPosition, id=number, company_id=1, name=name)
        self.add(m.OdooTax, id=HOME_TAX, company_id=1, name="VAT 20%", rate=Decimal("0.2"), fiscal_position_ids=[HOME],
                 replaces_tax_ids=[])  # fmt: skip
        self.add(m.OdooTax, id=FREE_TAX, company_id=1, name="VAT 0%", rate=Decimal(0), fiscal_position_ids=[ABROAD],
                 replaces_tax_ids=[HOME_TAX])  # fmt: skip

    def add(self, model: type[Any], /, **values: Any) -> Any:
        row = model(**{"write_date": AT, **values} if "id" in model.__table__.c else values)
        self.session.add(row)
        self.session.flush()
        return row

    def product(self, number: int, policy: str, **changes: Any) -> Any:
        values = {"name": f"Product {number}", "code": "", "is_expensable": False, "expense_policy": "no"}
        return self.add(m.OdooProduct, id=number, service_policy=policy, **(values | changes))

    def customer(self, **changes: Any) -> Any:
        number = next(self._ids)
        values = {"id": number, "name": "Acme SA", "customer_id": number, "country": "FR", "vat_id": "", "tags": []}
        return self.add(m.OdooCustomer, **(values | changes))

    def order(self, customer: Any = None, **changes: Any) -> Any:
        who = customer or self.customer()
        number = next(self._ids)
        values = {
            "id": number, "company_id": 1, "name": f"S{number:05d}", "state": "sale", "customer_id": who.id,
            "customer_name": who.name, "currency": "EUR", "net": Decimal(20000), "gross": Decimal(24000),
            "customer_reference": "", "ordered_on": date(2026, 7, 1), "note": "", "invoice_status": "to invoice",
            "fiscal_position_id": None,
        }  # fmt: skip
        return self.add(m.OdooOrder, **(values | changes))

    def order_line(self, order: Any, **changes: Any) -> Any:
        values = {
            "id": next(self._ids), "company_id": order.company_id, "order_id": order.id, "description": "Consulting",
            "product_id": HOURS_PRODUCT, "unit": "Hours", "quantity": Decimal(200), "unit_price": Decimal(100),
            "discount_percent": Decimal(0), "net": Decimal(20000), "delivered": Decimal(10), "invoiced": Decimal(0),
            "is_expense": False,
        }  # fmt: skip
        return self.add(m.OdooOrderLine, **(values | changes))

    def hours(self, line: Any, day: date, hours: float | Decimal, invoice: Any = None, **changes: Any) -> Any:
        values = {
            "id": next(self._ids), "company_id": 1, "worked_on": day, "hours": Decimal(str(hours)),
            "employee": "Ann", "order_id": line.order_id, "order_line_id": line.id, "billable": "billable_time",
            "invoice_id": invoice.id if invoice else None, "is_approved": True, "description": "Work",
        }  # fmt: skip
        return self.add(m.OdooTimesheet, **(values | changes))

    def invoice(self, order: Any = None, customer: Any = None, **changes: Any) -> Any:
        """An invoice, posted at the end of October unless told otherwise."""
        who = order.customer_id if order else customer.id
        number = next(self._ids)
        state = changes.get("state", "posted")
        values = {
            "id": number, "company_id": 1, "name": f"INV/{number}" if state == "posted" else "", "kind": "out_invoice",
            "state": state, "payment_state": "not_paid", "customer_id": who, "customer_name": "Acme SA",
            "currency": "EUR", "net": Decimal(1000), "tax": Decimal(0), "gross": Decimal(1000),
            "open_amount": Decimal(1000),
            "reference": order.name if order else "", "origin": order.name if order else "",
            "invoiced_on": date(2026, 10, 31), "due_on": None, "fiscal_position_id": None, "created_at": AT,
        }  # fmt: skip
        return self.add(m.OdooInvoice, **(values | changes))

    def billed(self, invoice: Any, line: Any = None, **changes: Any) -> Any:
        values = {
            "id": next(self._ids), "company_id": 1, "invoice_id": invoice.id, "description": "Consulting",
            "product_id": line.product_id if line else HOURS_PRODUCT, "unit": line.unit if line else "Hours",
            "quantity": Decimal(10), "unit_price": line.unit_price if line else Decimal(100),
            "discount_percent": Decimal(0), "net": Decimal(1000), "gross": Decimal(1000), "tax_ids": [],
            "order_line_ids": [line.id] if line else [],
        } | changes  # fmt: skip
        values["net"] = changes.get("net", values["quantity"] * values["unit_price"])
        return self.add(m.OdooInvoiceLine, **values)

    def credit(self, invoice: Any, net: float, line: Any = None, **changes: Any) -> Any:
        """A posted credit note for an invoice; `line` where it credits a line of the order."""
        note = self.add(m.OdooInvoice, **{
            "id": next(self._ids), "company_id": 1, "name": "RINV/1", "kind": "out_refund", "state": "posted",
            "payment_state": "paid", "customer_id": invoice.customer_id, "customer_name": "Acme SA", "currency": "EUR",
            "net": Decimal(str(net)), "tax": Decimal(0), "gross": Decimal(str(net)), "open_amount": Decimal(0),
            "reference": "",
            "origin": "", "invoiced_on": date(2026, 11, 2), "credits_invoice_id": invoice.id, "created_at": AT,
        } | changes)  # fmt: skip
        self.billed(note, line, quantity=Decimal(1), unit_price=Decimal(str(net)))
        return note

    def milestone(self, line: Any, share: str, *, is_reached: bool, name: str = "Build", **changes: Any) -> Any:
        return self.add(
            m.OdooMilestone, id=next(self._ids), name=name, order_line_id=line.id, is_reached=is_reached,
            share=Decimal(share), **changes,
        )  # fmt: skip

    def expense(self, order: Any, name: str, amount: str, **changes: Any) -> Any:
        values = {
            "id": next(self._ids), "company_id": 1, "name": name, "employee": "Ann", "product_id": COSTS_PRODUCT,
            "order_id": order.id, "amount": Decimal(amount), "currency": "EUR", "spent_on": date(2026, 9, 15),
            "state": "approved",
        }  # fmt: skip
        return self.add(m.OdooExpense, **(values | changes))

    def note(self, model: str, record: int, body: str, on: datetime = AT) -> Any:
        return self.add(
            m.OdooNote, id=next(self._ids), model=model, record_id=record, author="Ann", body=body, write_date=on
        )
