"""The same work on two invoices."""

from __future__ import annotations

import re
from datetime import date

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.assessments.reconcile import credits
from app.money import Money
from app.odoo.records import Invoice, InvoiceKind, InvoiceState

REASONS = frozenset({"duplicate_invoice", "duplicate_billing"})

_CLOSE_DAYS = 14
"""Two invoices so near each other are one billing run; further apart they may be two months of the same fee."""


def check(meant: list[Invoice], books: Books) -> list[Finding]:
    """A pair of posted invoices of one customer with the same net amount and the same figures on every line.

    The later one is the duplicate, when the customer named both or the days are close. Invoices that speak of
    different periods, or stand further apart, are told and support nobody. A pair that a credit note takes back
    already is silent.
    """
    found = []
    seen: set[int] = set()
    named = {i.id for i in meant}
    for invoice in meant:
        for other in books.invoices:
            first, second = sorted((invoice, other), key=lambda i: (i.invoiced_on or date.min, i.id))
            if invoice.id == other.id or second.id in seen or not _same_work(first, second, books):
                continue
            seen.add(second.id)
            both_named = {first.id, second.id} <= named
            is_sure = not _tells_apart(first, second, books) and (
                both_named or _days_apart(first, second) <= _CLOSE_DAYS
            )
            found.append(_finding(first, second, credits.still_open(second, books), is_sure=is_sure))
    return found


def _finding(first: Invoice, second: Invoice, left: Money, *, is_sure: bool) -> Finding:
    records = tuple(RecordRef("account.move", i.id, i.name) for i in (first, second))
    rows = (
        ArithmeticRow(
            f"Billed on {second.name} of {second.invoiced_on}", None, "", None, second.net, "first", records[1:]
        ),
        ArithmeticRow(
            f"billed before on {first.name} of {first.invoiced_on}", None, "", None, first.net, "minus", records[:1]
        ),
        ArithmeticRow("Billed twice" if is_sure else "The same amount", None, "", None, second.net, "result"),
    )
    same = f"{second.name} bills the same quantities and rates as {first.name}"
    if not is_sure:
        sentence = f"{same}, on another day or with another text: look whether it is the same work."
        return Finding("duplicate_possible", sentence, "nobody", rows=rows, records=records, invoice_id=second.id)
    sentence = f"{same}: {second.net} twice."
    if left < second.gross:
        sentence += (
            f" Only {left} of {second.gross} is open: agree with the customer whether to refund or set off the rest."
        )
    return Finding(
        "duplicate_invoice_found", sentence, "customer", second.net, rows=rows, records=records, invoice_id=second.id
    )


def _same_work(first: Invoice, second: Invoice, books: Books) -> bool:
    both = (first, second)
    if any(i.kind is not InvoiceKind.INVOICE or i.state is not InvoiceState.POSTED for i in both):
        return False
    if first.customer_id != second.customer_id or first.company_id != second.company_id or first.net != second.net:
        return False
    credited = {
        i.credits_invoice_id for i in books.invoices if i.credits_invoice_id and i.state is not InvoiceState.CANCEL
    }
    if credited & {first.id, second.id}:
        return False
    figures = [
        sorted((line.quantity, line.unit_price.amount) for line in books.invoice_lines if line.invoice_id == i.id)
        for i in both
    ]
    if not figures[0] or figures[0] != figures[1]:
        return False
    sheets = [{t.id for t in books.timesheets if t.invoice_id == i.id} for i in both]
    if sheets[0] and sheets[1]:
        return False  # each with time of its own: two months of equal work
    return not (_is_recurring(first, books) and _is_recurring(second, books) and _month(first) != _month(second))


def _is_recurring(invoice: Invoice, books: Books) -> bool:
    """Every line bills a line of an order: a monthly fee looks alike each month and is no duplicate."""
    return all(line.order_line_ids for line in books.invoice_lines if line.invoice_id == invoice.id)


def _month(invoice: Invoice) -> tuple[int, int] | None:
    return (invoice.invoiced_on.year, invoice.invoiced_on.month) if invoice.invoiced_on else None


_PERIOD = re.compile(
    r"\d+|\b(?:jan|feb|fév|mar|mär|mrt|apr|avr|abr|kwi|mai|may|mei|mag|maj|jun|jui|giu|cze|jul|lug|lip|aug|aoû|ago|sie|"
    r"sep|set|wrz|oct|okt|ott|out|paź|nov|lis|dec|dez|déc|dic|gru|styc|stycz|lut|ene|gen)\w*",
    re.IGNORECASE,
)
"""Numbers and beginnings of month names in our eight languages: what says which period a line is for."""


def _tells_apart(first: Invoice, second: Invoice, books: Books) -> bool:
    """Whether both invoices' lines name periods or numbers, and not the same ones."""
    periods = [
        sorted(
            word.casefold()
            for line in books.invoice_lines
            if line.invoice_id == i.id
            for word in _PERIOD.findall(line.description)
        )
        for i in (first, second)
    ]
    return bool(periods[0] and periods[1]) and periods[0] != periods[1]


def _days_apart(first: Invoice, second: Invoice) -> int:
    if first.invoiced_on is None or second.invoiced_on is None:
        return _CLOSE_DAYS + 1
    return abs((second.invoiced_on - first.invoiced_on).days)
