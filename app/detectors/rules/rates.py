"""The price on an invoice line against the order line it bills, both net of discount."""

from __future__ import annotations

from collections.abc import Iterator

from app.assessments.reconcile.units import count, rate
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import Ledger, line_ref, order_ref
from app.detectors.stating import row, state
from app.mirror.models import OdooInvoice, OdooInvoiceLine, OdooOrderLine
from app.money import Money

RULE = "rate_mismatch"


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per invoice line. Silent on expenses, on another unit or currency, on what is credited."""
    for line in ledger.invoice_lines.values():
        invoice = ledger.invoices.get(line.invoice_id)
        agreed = ledger.billed_line(line) if invoice is not None else None
        if invoice is None or agreed is None or agreed.is_expense or line.quantity <= 0:
            continue
        product = ledger.products.get(line.product_id or 0)
        if product is not None and product.is_expensable:
            continue
        order = ledger.orders[agreed.order_id]
        if order.currency != invoice.currency or agreed.unit != line.unit:
            continue
        limits = ledger.limits(invoice.company_id)
        difference = ledger.price(line) - ledger.price(agreed)
        amount = abs(difference * line.quantity)
        if abs(difference) <= limits.price_tolerance or amount <= limits.amount_tolerance:
            continue
        if agreed.unit_price == 0 or ledger.price(line) == 0 or ledger.is_made_good(invoice, amount, agreed.id):
            continue  # priced when billed, or given away for all to see: no rate was mistaken
        yield _say(ledger, invoice, line, agreed)


def _say(ledger: Ledger, invoice: OdooInvoice, line: OdooInvoiceLine, agreed: OdooOrderLine) -> Discrepancy:
    order = ledger.orders[agreed.order_id]
    asked, due = Money(ledger.price(line), invoice.currency), Money(ledger.price(agreed), invoice.currency)
    higher = asked.amount > due.amount
    amount = ledger.money(abs(asked.amount - due.amount) * line.quantity, invoice.currency)
    name, unit = ledger.title_of(invoice), line.unit or "unit"
    way = "above" if higher else "below"
    refs = [ledger.invoice_ref(invoice), line_ref(line)]
    agreed_refs = [order_ref(order), line_ref(agreed)]
    billed = row(
        f"Billed on {name}", ledger.money(asked.amount * line.quantity, invoice.currency), "first",
        quantity=line.quantity, unit=unit, rate=asked, records=refs,
    )  # fmt: skip
    as_agreed = row(
        f"as agreed on {order.name}", ledger.money(due.amount * line.quantity, invoice.currency), "minus",
        quantity=line.quantity, unit=unit, rate=due, records=agreed_refs,
    )  # fmt: skip
    if not higher:
        billed, as_agreed = (
            row(f"Agreed on {order.name}", as_agreed.amount, "first", quantity=line.quantity, unit=unit, rate=due,
                records=agreed_refs),
            row(f"billed on {name}", billed.amount, "minus", quantity=line.quantity, unit=unit, rate=asked,
                records=refs),
        )  # fmt: skip
    result = row("Billed too much" if higher else "Billed too little", amount, "result")
    if invoice.state == "draft":
        step = f"Correct the price on the draft to {rate(due)}."
    elif higher:
        step = f"Credit {amount} net, or have the higher price confirmed."
    else:
        step = f"Bill the missing {amount} net, or confirm the lower price on the order."
    return state(
        ledger, RULE, (line.id,),
        company_id=invoice.company_id, customer=(invoice.customer_id, invoice.customer_name),
        title=f"{name} {invoice.customer_name}: {rate(asked)} billed, {rate(due)} agreed",
        sentence=f"{name} bills {count(line.quantity)} {unit} at {rate(asked)}; {order.name} says {rate(due)}: "
        f"{amount} net {way} what was agreed.",
        amount=amount, rows=(billed, as_agreed, result),
        records=[*refs, *agreed_refs], step=step,
        explains="The unit price of an invoice line, net of discount, differs from that of the order line it bills",
        order=order, invoice=invoice, since=invoice.invoiced_on, says="customer" if higher else "us",
        quantity=line.quantity, unit=unit, rate=asked, line_id=line.id,
    )  # fmt: skip
