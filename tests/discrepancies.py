"""Builders of discrepancies, as detectors find them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from app.assessments.findings import ArithmeticRow, Finding, RecordRef
from app.detectors.discrepancy import Discrepancy
from app.money import Money

FOUND_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ORDER = RecordRef("sale.order", 31, "S00031")
INVOICE = RecordRef("account.move", 76, "RE/2026/00012")


def a_discrepancy(
    *, rule: str = "unbilled_time.hours", key: str = "unbilled_time.hours:sale.order,31", hours: str = "9.5",
    rate: str = "150.00", company_id: int = 1, customer: str = "Falk & Söhne KG", customer_id: int | None = 10,
    order: RecordRef | None = ORDER, invoice: RecordRef | None = None, about: RecordRef | None = None,
    says: str = "us", code: str = "unbilled_time", line_id: int | None = None, since: date | None = date(2026, 9, 30),
) -> Discrepancy:  # fmt: skip
    """Hours on an order, at a rate, that nobody billed; or another rule's finding with the same arithmetic."""
    quantity, price = Decimal(hours), Money(Decimal(rate), "EUR")
    amount = (price * quantity).rounded()
    sheet = RecordRef("account.analytic.line", 501, "2026-09-14 Anna: Workshop")
    records = tuple(r for r in (order, invoice, sheet) if r is not None)
    name = (invoice or order or RecordRef("", 0, "")).name
    return Discrepancy(
        rule=rule, key=key, company_id=company_id, company="Marlow Voss GmbH", customer_id=customer_id,
        customer=customer, title=f"{name} {customer}: {hours} h of September",
        finding=Finding(
            code, f"{hours} h approved on {name} in September are on no invoice: {hours} × {rate} = {amount}.", says,
            amount, quantity=quantity, unit="Hours", rate=price,
            rows=(
                ArithmeticRow("Approved in September", quantity, "Hours", price, amount, "first", (sheet,)),
                ArithmeticRow("billed", Decimal(0), "Hours", price, Money.zero("EUR"), "minus"),
                ArithmeticRow("Not billed", quantity, "Hours", price, amount, "result"),
            ),
            records=records, invoice_id=invoice.id if invoice else None, line_id=line_id,
        ),
        step=f"Bill the hours of {name}, or say why they are not billed.",
        explains="Approved hours older than 35 days that no invoice carries",
        order=order, invoice=invoice, about=about or invoice or order, since=since,
    )  # fmt: skip
