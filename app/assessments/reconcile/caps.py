"""What was billed on an order against what the order allows."""

from __future__ import annotations

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.money import Money
from app.odoo.records import Invoice, InvoiceKind, InvoiceState, SalesOrder

REASONS = frozenset({"contract_cap", "po_exceeded", "po_invalid", "retainer_overage"})


def check(invoice: Invoice, order: SalesOrder, books: Books) -> list[Finding]:
    """The order's net value minus what is billed on it, credits counted; drafts are told beside it."""
    of_order = [
        i
        for i in books.invoices
        if order.name in [n.strip() for n in i.origin.split(",")]
        and i.state is InvoiceState.POSTED
        and i.currency == order.currency
    ]
    billed = Money.zero(order.currency)
    for i in of_order:
        billed = billed + i.net if i.kind is InvoiceKind.INVOICE else billed - i.net
    drafts = sum(
        (i.net for i in books.invoices if i.is_draft and order.name in i.origin and i.currency == order.currency),
        Money.zero(order.currency),
    )
    waiting = f" Drafts hold {drafts} more." if drafts.amount else ""
    over = billed - order.net
    own = (RecordRef("sale.order", order.id, order.name), RecordRef("account.move", invoice.id, invoice.name))
    rows = (
        ArithmeticRow(
            f"Billed on {order.name}, {len(of_order)} documents",
            None,
            "",
            None,
            billed,
            "first",
            tuple(RecordRef("account.move", i.id, i.name) for i in of_order),
        ),
        ArithmeticRow(f"value of {order.name}", None, "", None, order.net, "minus", own[:1]),
        ArithmeticRow(
            "Above the order" if over.amount > 0 else "Left on the order",
            None,
            "",
            None,
            over if over.amount > 0 else -over,
            "result",
        ),
    )
    if over.amount <= 0:
        sentence = f"{billed} of {order.net} on {order.name} is billed; {-over} is left.{waiting}"
        return [Finding("cap_kept", sentence, "us", None, rows=rows, records=own, invoice_id=invoice.id)]
    sentence = f"{order.name} is worth {order.net} and {billed} is billed on it: {over} above.{waiting}"
    lines = [line for line in books.invoice_lines if line.invoice_id == invoice.id]
    largest = max(lines, key=lambda line: (line.net.amount, -line.id), default=None)
    return [
        Finding(
            "cap_passed",
            sentence,
            "customer",
            over,
            rows=rows,
            records=own,
            invoice_id=invoice.id,
            line_id=largest.id if largest else None,
        )
    ]
