"""Draft a credit note for what the customer is right about: whole, hours × rate, or an amount on a line.

It stays a draft in Odoo; accounting posts it. Undone by deleting the draft while nobody has touched it.
"""

from __future__ import annotations

from decimal import Decimal

from app.assessments.findings import Finding
from app.money import Money
from app.odoo.commands import Change, Json, OperationKind
from app.odoo.records import Invoice, InvoiceLine, InvoiceState
from app.suggestions.figures import lines_guard, plain, quantity
from app.suggestions.proposal import Proposal, Shown, Situation

_WHOLE = ("duplicate_invoice_found",)
_BY_QUANTITY = ("hours_over_approved",)
_BY_AMOUNT = ("rate_above_order", "expense_not_allowed", "cap_passed", "line_arithmetic_wrong", "discount_missing")


def propose(situation: Situation) -> list[Proposal]:
    """For findings that support the customer on a certain, posted invoice with something still to credit."""
    for_customer = [f for f in situation.books.findings if f.says == "customer" and f.invoice_id is not None]
    about = next((f.invoice_id for f in for_customer if f.code in (*_WHOLE, *_BY_QUANTITY, *_BY_AMOUNT)), None)
    invoice = next((i for i in situation.books.books.invoices if i.id == about), None)
    if invoice is None or invoice.state is not InvoiceState.POSTED or invoice.open_amount.amount <= 0:
        return []
    lines = [line for line in situation.books.books.invoice_lines if line.invoice_id == invoice.id]
    for_customer = [f for f in for_customer if f.invoice_id == invoice.id]
    if any(f.code in _WHOLE for f in for_customer):
        return [_whole(invoice, lines, next(f for f in for_customer if f.code in _WHOLE))]
    parts = [p for p in (_part(f, lines) for f in for_customer) if p is not None]
    seen: set[int] = set()
    parts = [p for p in parts if not (p[0].id in seen or seen.add(p[0].id))]  # type: ignore[func-returns-value]
    return [_partial(invoice, lines, parts)] if parts else []


def _part(finding: Finding, lines: list[InvoiceLine]) -> tuple[InvoiceLine, dict[str, Json], Money, Finding] | None:
    line = next((known for known in lines if known.id == finding.line_id), None)
    if line is None or finding.amount is None or finding.amount.amount <= 0:
        return None
    if finding.code in _BY_QUANTITY and finding.quantity is not None and 0 < finding.quantity <= line.quantity:
        net = (line.net * (finding.quantity / line.quantity)).rounded()
        return line, {"line_id": line.id, "quantity": plain(finding.quantity)}, net, finding
    if finding.code in _BY_AMOUNT and finding.amount.amount <= line.net.amount:
        net = finding.amount.rounded()
        return line, {"line_id": line.id, "amount": plain(net.amount)}, net, finding
    return None


def _partial(
    invoice: Invoice, lines: list[InvoiceLine], parts: list[tuple[InvoiceLine, dict[str, Json], Money, Finding]]
) -> Proposal:
    net = sum((p[2] for p in parts), Money.zero(invoice.currency))
    tax = sum((_tax_of(line, amount) for line, _, amount, _ in parts), Money.zero(invoice.currency))
    shown = []
    for line, values, amount, _ in parts:
        what = line.description.splitlines()[0] if line.description else "Line"
        if "quantity" in values:
            left = line.quantity - Decimal(str(values["quantity"]))
            shown.append(Shown(f"{what}, {line.unit or 'quantity'}", quantity(line.quantity), quantity(left)))
        else:
            shown.append(Shown(f"{what}, net", str(line.net), str(line.net - amount)))
    because = " ".join(finding.sentence for *_, finding in parts)
    return _proposal(invoice, lines, net, tax, shown, because, {"lines": [p[1] for p in parts]})


def _whole(invoice: Invoice, lines: list[InvoiceLine], finding: Finding) -> Proposal:
    return _proposal(invoice, lines, invoice.net, invoice.tax, [], finding.sentence, {"whole": True})


def _proposal(
    invoice: Invoice, lines: list[InvoiceLine], net: Money, tax: Money, shown: list[Shown], because: str,
    values: dict[str, Json],
) -> Proposal:  # fmt: skip
    gross = net + tax
    rows = [
        *shown,
        Shown("Invoice net, after posting", str(invoice.net), str(invoice.net - net)),
        Shown("Tax, after posting", str(invoice.tax), str(invoice.tax - tax)),
        Shown("Open balance, after posting", str(invoice.open_amount), str(invoice.open_amount - gross)),
    ]
    return Proposal(
        kind="draft_credit_note", target_name=invoice.name, risk="financial", rank=1, shown=tuple(rows), amount=net,
        because=because,
        effect=f"Drafts a credit of {net} net ({gross} with tax) for {invoice.name}; accounting posts it in Odoo.",
        change=Change(
            OperationKind.DRAFT_CREDIT_NOTE, invoice.company_id, "account.move", invoice.id,
            values={"reason": because[:480], **values},
            expected={
                "state": invoice.state.value, "amount_total": plain(invoice.gross.amount),
                "amount_residual": plain(invoice.open_amount.amount), "lines": lines_guard(lines),
            },
        ),
        evidence=({"field": "amount_disputed"}, {"field": "quantity_disputed"}, {"field": "invoice_refs"}),
    )  # fmt: skip


def _tax_of(line: InvoiceLine, net: Money) -> Money:
    """The line's tax in proportion, rounded: Odoo computes the final figure from the tax itself."""
    if not line.net.amount:
        return Money.zero(net.currency)
    return (net * ((line.gross.amount - line.net.amount) / line.net.amount)).rounded()
