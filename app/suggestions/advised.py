"""The step for a discrepancy that one of our rules found: on which record, for whom, and with which words."""

from __future__ import annotations

from app.assessments.findings import ArithmeticRow, Finding, RecordRef
from app.suggestions.figures import plain
from app.suggestions.proposal import Situation
from app.suggestions.target import Target

CREDITED = ("rate_mismatch", "quantity_mismatch", "duplicate_billing", "unapproved_time", "expense_eligibility")
"""Reasons whose amount, billed too much on a posted invoice, is given back as a credit note."""
EXTENDED = ("po_exceeded",)
"""Reasons where a limit was passed that its order's salesperson agreed and can extend."""
_SIGNS = {"minus": "− ", "plus": "+ ", "result": "= "}
_FOLLOWED = ("account.move", "sale.order", "project.project", "res.partner")
"""Records that Odoo knows a responsible person of."""


def finding_of(situation: Situation) -> Finding | None:
    """The rule's finding, where a rule of ours found the case's matter."""
    return situation.books.findings[0] if situation.advice is not None and situation.books.findings else None


def record_of(situation: Situation) -> Target | None:
    """The record that a person works on to put it right: what the rule names, else the invoice, order or customer."""
    advice = situation.advice
    if advice is None:
        return None
    customer = situation.books.customer()
    named = [advice.about, advice.invoice, advice.order]
    named += [RecordRef("res.partner", customer.id, customer.name)] if customer is not None else []
    for record in named:
        if record is not None and record.model in _FOLLOWED and _is_there(record, situation):
            return Target(record.model, record.id, record.name or f"draft invoice {record.id}", advice.company_id)
    return None


def responsible(situation: Situation) -> int | None:
    """The user to ask where the record itself may name none: the order's salesperson, else the project's manager."""
    advice, books = situation.advice, situation.books.books
    if advice is None:
        return None
    order_id = advice.order.id if advice.order else None
    order = next((o for o in books.orders if o.id == order_id), None)
    if order is not None and order.salesperson_id is not None:
        return order.salesperson_id
    return next((p.manager_id for p in books.projects if p.manager_id is not None), None)


def note(situation: Situation) -> str:
    """What was found, its arithmetic and the rule, for a note in Odoo."""
    advice, finding = situation.advice, finding_of(situation)
    if advice is None or finding is None:
        return ""
    lines = [finding.sentence, *(_line(row) for row in finding.rows), f"Rule: {advice.rule.rstrip('.')}."]
    lines.append(f"To do: {advice.step}")
    lines.append(f"Found by Countersign on {advice.found_on.isoformat()}, case {situation.case_id}.")
    return "\n".join(lines)[:4900]


def dated(sentence: str, situation: Situation) -> str:
    """A finding's sentence with the day it was found on: what is found again after it was fixed is proposed anew."""
    return f"{sentence} Found on {situation.advice.found_on.isoformat()}." if situation.advice is not None else sentence


def _line(row: ArithmeticRow) -> str:
    how_many = f"{plain(row.quantity)} {row.unit}".strip() if row.quantity is not None else ""
    times = " × ".join(part for part in (how_many, str(row.rate) if row.rate else "") if part)
    amount = str(row.amount) if row.amount else ""
    return f"{_SIGNS.get(row.role, '')}{row.what}: {' = '.join(part for part in (times, amount) if part)}".rstrip(": ")


def _is_there(record: RecordRef, situation: Situation) -> bool:
    """Whether Odoo still has the record, as far as it was read."""
    books = situation.books.books
    known = {
        "account.move": {i.id for i in books.invoices}, "sale.order": {o.id for o in books.orders},
        "project.project": {p.id for p in books.projects}, "res.partner": {c.id for c in books.customers},
    }  # fmt: skip
    return record.id in known[record.model]
