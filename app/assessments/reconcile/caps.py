"""What was billed on an order against what the order allows."""

from __future__ import annotations

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.money import Money
from app.odoo.records import Invoice, InvoiceKind, InvoiceLine, InvoiceState, SalesOrder

REASONS = frozenset({"contract_cap", "po_exceeded", "po_invalid", "retainer_overage"})


def check(invoice: Invoice, order: SalesOrder, books: Books) -> list[Finding]:
    """The order's net value minus the invoice lines that bill it, credits counted; drafts are told beside it."""
    if not books.is_whole:
        return []
    parts = {i.id: _part(i, order, books) for i in books.invoices if i.currency == order.currency}
    of_order = [i for i in books.invoices if i.id in parts and parts[i.id].amount and i.state is InvoiceState.POSTED]
    billed = sum((_signed(i, parts) for i in of_order), Money.zero(order.currency))
    drafts = sum(
        (_signed(i, parts) for i in books.invoices if i.id in parts and i.is_draft), Money.zero(order.currency)
    )
    waiting = f" Drafts hold {drafts} more." if drafts.amount > 0 else ""
    over = billed - order.net
    own = (RecordRef("sale.order", order.id, order.name), RecordRef("account.move", invoice.id, invoice.name))
    refs = tuple(RecordRef("account.move", i.id, i.name) for i in of_order)
    above = over.amount > 0
    rows = (
        ArithmeticRow(f"Billed on {order.name}, {len(of_order)} documents", None, "", None, billed, "first", refs),
        ArithmeticRow(f"value of {order.name}", None, "", None, order.net, "minus", own[:1]),
        ArithmeticRow(
            "Above the order" if above else "Left on the order", None, "", None, over if above else -over, "result"
        ),
    )
    if not above:
        sentence = f"{billed} of {order.net} on {order.name} is billed; {-over} is left.{waiting}"
        return [Finding("cap_kept", sentence, "us", rows=rows, records=own, invoice_id=invoice.id)]
    sentence = f"{order.name} is worth {order.net} and {billed} is billed on it: {over} above.{waiting}"
    lines = [line for line in books.invoice_lines if line.invoice_id == invoice.id and _bills(line, order, books)]
    largest = max(lines, key=lambda line: (line.net.amount, -line.id), default=None)
    return [
        Finding(
            "cap_passed", sentence, "customer", over, rows=rows, records=own, invoice_id=invoice.id,
            line_id=largest.id if largest else None,
        )
    ]  # fmt: skip


def _part(invoice: Invoice, order: SalesOrder, books: Books) -> Money:
    """What of an invoice bills this order, net: its lines; all of it where it was made from this order alone."""
    lines = [line for line in books.invoice_lines if line.invoice_id == invoice.id]
    alone = [n.strip() for n in invoice.origin.split(",")] == [order.name]
    if not lines:
        return invoice.net if alone else Money.zero(order.currency)
    billing = (
        line.net for line in lines if _bills(line, order, books) or (alone and not line.order_line_ids)
    )  # fmt: skip
    return sum(billing, Money.zero(order.currency))


def _bills(line: InvoiceLine, order: SalesOrder, books: Books) -> bool:
    return any(known.id in line.order_line_ids for known in books.order_lines if known.order_id == order.id)


def _signed(invoice: Invoice, parts: dict[int, Money]) -> Money:
    return parts[invoice.id] if invoice.kind is InvoiceKind.INVOICE else -parts[invoice.id]
