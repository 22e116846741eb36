"""The taxes of an invoice line against what its fiscal position makes of them, as Odoo 19 maps taxes.

In Odoo 19 a tax names the fiscal positions it is for and the taxes it replaces there. A position that no tax names
removes every tax. A tax that names no position is for invoices of any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.assessments.findings import RecordRef
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, line_ref
from app.detectors.stating import row, state
from app.mirror.models import OdooInvoice, OdooInvoiceLine, OdooTax

RULE = "tax_mapping"


@dataclass
class _Map:
    """What the fiscal positions do: position -> its taxes, and (position, tax) -> the taxes that replace it there."""

    taxes_of: dict[int, set[int]]
    replaced: dict[tuple[int, int], set[int]]

    def due(self, position: int, carried: set[int], taxes: dict[int, OdooTax]) -> set[int]:
        """The taxes a line must carry on an invoice of this position, judged by those it carries."""
        if not self.taxes_of.get(position):
            return set()
        due: set[int] = set()
        for tax_id in carried:
            tax = taxes.get(tax_id)
            if tax is None or tax_id in self.taxes_of[position]:
                due.add(tax_id)
            elif (position, tax_id) in self.replaced:
                due |= self.replaced[position, tax_id]
            elif tax.fiscal_position_ids:
                due |= self._instead(position, tax) or {tax_id}
            else:
                due.add(tax_id)
        return due

    def _instead(self, position: int, tax: OdooTax) -> set[int]:
        """For a tax of another position: what this one makes of the taxes that it replaces."""
        due: set[int] = set()
        for original in tax.replaces_tax_ids:
            if original in self.taxes_of[position]:
                due.add(original)
            due |= self.replaced.get((position, original), set())
        return due


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per invoice and wrong tax set. Lines without any tax are judged by the product's other lines."""
    mapping = _mapping(ledger)
    usual = _usual(ledger)
    for invoice in ledger.invoices.values():
        position = invoice.fiscal_position_id
        if position is None or position not in ledger.positions:
            continue
        wrong: dict[tuple[frozenset[int], frozenset[int]], list[OdooInvoiceLine]] = defaultdict(list)
        for line in ledger.lines_of_invoice.get(invoice.id, ()):
            carried = set(line.tax_ids)
            if any(k not in ledger.taxes for k in carried) or not line.net:
                continue
            due = (
                mapping.due(position, carried, ledger.taxes)
                if carried
                else usual.get((position, line.product_id or 0), set())
            )
            if due != carried:
                wrong[frozenset(carried), frozenset(due)].append(line)
        for (carried_now, due_now), lines in sorted(wrong.items(), key=lambda found: found[1][0].id):
            discrepancy = _judge(ledger, invoice, lines, sorted(carried_now), sorted(due_now))
            if discrepancy is not None:
                yield discrepancy


def _mapping(ledger: Ledger) -> _Map:
    taxes_of: dict[int, set[int]] = defaultdict(set)
    replaced: dict[tuple[int, int], set[int]] = defaultdict(set)
    for tax in ledger.taxes.values():
        for position in tax.fiscal_position_ids:
            taxes_of[position].add(tax.id)
            for original in tax.replaces_tax_ids:
                replaced[position, original].add(tax.id)
    return _Map(dict(taxes_of), dict(replaced))


def _usual(ledger: Ledger) -> dict[tuple[int, int], set[int]]:
    """(position, product) -> the taxes its lines carry, where all that carry any agree, and two at least do."""
    seen: dict[tuple[int, int], list[tuple[int, ...]]] = defaultdict(list)
    for line in ledger.invoice_lines.values():
        invoice = ledger.documents[line.invoice_id]
        if invoice.fiscal_position_id and line.product_id and line.tax_ids:
            seen[invoice.fiscal_position_id, line.product_id].append(tuple(sorted(line.tax_ids)))
    return {key: set(held[0]) for key, held in seen.items() if len(held) > 1 and len(set(held)) == 1}


def _judge(
    ledger: Ledger, invoice: OdooInvoice, lines: list[OdooInvoiceLine], carried: list[int], due: list[int]
) -> Discrepancy | None:
    net = sum((line.net for line in lines), ZERO)
    rate_now, rate_due = _rate(ledger, carried), _rate(ledger, due)
    if rate_now is None or rate_due is None:
        return None
    limits = ledger.limits(invoice.company_id)
    amount = ledger.money(abs(rate_now - rate_due) * net, invoice.currency)
    credited = invoice.tax and any(n.tax for n in ledger.credits_of.get(invoice.id, ())) and ledger.is_credited(invoice)
    if credited or (amount.amount <= limits.amount_tolerance and rate_now != rate_due):
        return None
    position = ledger.positions[invoice.fiscal_position_id or 0]
    name = ledger.title_of(invoice)
    now, should = _names(ledger, carried), _names(ledger, due)
    more = rate_now > rate_due
    refs = [ledger.invoice_ref(invoice), *map(line_ref, lines)]
    taxes = [RecordRef("account.tax", k, ledger.taxes[k].name) for k in [*carried, *due]]
    tax_now = ledger.money(rate_now * net, invoice.currency)
    tax_due = ledger.money(rate_due * net, invoice.currency)
    rows = [
        row(f"{now} on {ledger.money(net, invoice.currency)}", tax_now, "first", records=refs),
        row(f"{should}, as “{position.name}” has it", tax_due, "minus", records=taxes[len(carried) :]),
        row("Too much tax" if more else "Too little tax", amount, "result"),
    ]
    if not more:
        rows = [
            row(f"{should}, as “{position.name}” has it", tax_due, "first", records=taxes[len(carried) :]),
            row(f"{now} on {ledger.money(net, invoice.currency)}", tax_now, "minus", records=refs),
            rows[2],
        ]
    orders = ledger.orders_of_invoice[invoice.id]
    is_draft = invoice.state == "draft"
    return state(
        ledger, RULE, (invoice.id, *(line.id for line in lines[:1])),
        company_id=invoice.company_id, customer=(invoice.customer_id, invoice.customer_name),
        title=f"{name} {invoice.customer_name}: {now} instead of {should}",
        sentence=f"{name} carries {now} on {ledger.money(net, invoice.currency)}; its fiscal position "
                 f"“{position.name}” asks for "
        f"{should}: {amount} tax too {'much' if more else 'little'}.",
        amount=amount, rows=rows,
        records=[*refs, *taxes, RecordRef("account.fiscal.position", position.id, position.name)],
        order=orders[0] if len(orders) == 1 else None, invoice=invoice, since=invoice.invoiced_on,
        step="Correct the tax on the draft." if is_draft else "Have a tax specialist look, then credit and bill again.",
        explains="Taxes of an invoice line that are not those its fiscal position maps to (Odoo 19: the taxes that "
                 "name the "
        "position, and the taxes they replace)",
        says="customer" if more else "us", line_id=lines[0].id,
    )  # fmt: skip


def _rate(ledger: Ledger, taxes: list[int]) -> Decimal | None:
    """The rates added up, as a fraction; None where one is no percentage."""
    rates = [ledger.taxes[k].rate for k in taxes if k in ledger.taxes]
    known = [r for r in rates if r is not None]
    return sum(known, ZERO) if len(known) == len(taxes) else None


def _names(ledger: Ledger, taxes: list[int]) -> str:
    return ", ".join(ledger.taxes[k].name for k in taxes) or "no tax"
