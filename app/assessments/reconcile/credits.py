"""Credit notes that are there already, drafts too: they are taken off what a finding would credit once more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.money import Money
from app.odoo.records import Invoice, InvoiceKind, InvoiceLine, InvoiceState

ABOUT_MONEY_BACK = frozenset({
    "hours_over_approved", "rate_above_order", "discount_missing", "line_arithmetic_wrong", "cap_passed",
})  # fmt: skip
"""Findings whose amount can be credited on a line. A whole duplicate that is credited in part is no finding at all."""


@dataclass(slots=True)
class _Credited:
    """What credit notes take off, net, by invoice line; under None what fits no line."""

    by_line: dict[int | None, Money]

    def take(self, line_id: int | None, wanted: Money) -> Money:
        """As much of `wanted` as is credited on this line, or on none in particular; used up by taking."""
        taken = Money.zero(wanted.currency)
        for key in dict.fromkeys((line_id, None)) if line_id is not None else tuple(self.by_line):
            there = self.by_line.get(key, Money.zero(wanted.currency))
            part = min(there, wanted - taken)
            if part.amount > 0:
                self.by_line[key] = there - part
                taken = taken + part
        return taken


def notes(invoice: Invoice, books: Books) -> list[Invoice]:
    """The credit notes of an invoice, drafts too, cancelled ones left out."""
    return [
        i
        for i in books.invoices
        if i.credits_invoice_id == invoice.id
        and i.kind is InvoiceKind.CREDIT_NOTE
        and i.state is not InvoiceState.CANCEL
        and i.currency == invoice.currency
    ]


def still_open(invoice: Invoice, books: Books) -> Money:
    """What is open, with tax, once the draft credit notes are posted; never below zero."""
    drafts = sum((n.gross for n in notes(invoice, books) if n.is_draft), Money.zero(invoice.currency))
    left = invoice.open_amount - drafts
    return left if left.amount > 0 else Money.zero(invoice.currency)


def with_tax(net: Money, line: InvoiceLine) -> Money:
    """A part of a line's net amount with its tax in proportion, rounded: Odoo computes the final figure itself."""
    return (net * (line.gross.amount / line.net.amount)).rounded() if line.net.amount else net.rounded()


def subtract(findings: list[Finding], invoice: Invoice, books: Books) -> list[Finding]:
    """The findings with what is credited taken off, and what is above the open amount said in words.

    A finding that is covered supports nobody any more; one that is covered in part keeps the rest, as an amount.
    """
    there = notes(invoice, books)
    credited = _by_line(invoice, there, books)
    return [_less(f, invoice, there, credited, books) for f in findings]


def _less(finding: Finding, invoice: Invoice, there: list[Invoice], credited: _Credited, books: Books) -> Finding:
    if finding.says != "customer" or finding.amount is None or finding.code not in ABOUT_MONEY_BACK:
        return finding
    taken = credited.take(finding.line_id, finding.amount)
    if taken.amount > 0:
        left = finding.amount - taken
        names = ", ".join(n.name or "a draft credit note" for n in there)
        rest = "nothing is left to credit" if left.amount <= 0 else f"{left} is left to credit"
        finding = replace(
            finding,
            says="nobody" if left.amount <= 0 else "customer",
            sentence=f"{finding.sentence} {taken} is credited on {names}: {rest}.",
            amount=left,
            quantity=None,
            rows=(
                *finding.rows,
                ArithmeticRow("credited already", None, "", None, taken, "minus",
                              tuple(RecordRef("account.move", n.id, n.name or f"draft {n.id}") for n in there)),
                ArithmeticRow("Left to credit", None, "", None, left, "result"),
            ),
        )  # fmt: skip
    return _told_when_above_open(finding, invoice, books)


def _told_when_above_open(finding: Finding, invoice: Invoice, books: Books) -> Finding:
    line = next((known for known in books.invoice_lines if known.id == finding.line_id), None)
    if finding.amount is None or finding.amount.amount <= 0 or line is None or invoice.is_draft:
        return finding
    gross, left = with_tax(finding.amount, line), still_open(invoice, books)
    if gross <= left:
        return finding
    return replace(
        finding,
        sentence=f"{finding.sentence} With tax that is {gross}, and only {left} is open on {invoice.name}: "
        "agree with the customer whether to refund it or set it off.",
    )


def _by_line(invoice: Invoice, there: list[Invoice], books: Books) -> _Credited:
    """Each credited line goes to the invoice line of the same order line, else of the same product and words."""
    lines = [line for line in books.invoice_lines if line.invoice_id == invoice.id]
    found: dict[int | None, Money] = {}
    for note in there:
        parts = [line for line in books.invoice_lines if line.invoice_id == note.id]
        for part in parts:
            meant = [line for line in lines if set(line.order_line_ids) & set(part.order_line_ids)]
            meant = meant or [
                line for line in lines if line.product_id == part.product_id and line.description == part.description
            ]
            meant = sorted(meant, key=lambda line: (line.description != part.description, -line.net.amount))
            key = meant[0].id if meant else None
            found[key] = found.get(key, Money.zero(invoice.currency)) + part.net
        if not parts:
            found[None] = found.get(None, Money.zero(invoice.currency)) + note.net
    return _Credited({key: net for key, net in found.items() if net.amount > Decimal(0)})
