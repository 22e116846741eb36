"""What kind of contract an order is, from its lines' service policies and its own words.

Odoo knows how a line is billed, not what was agreed: a prepaid line is a retainer where its words say so, else a fixed
price; time and materials may have a cap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.detectors.words.caps import cap_in
from app.detectors.words.retainer_terms import is_retainer

CONTRACT_WORDS: Mapping[str, str] = {
    "time_and_materials": "Time and materials", "capped": "Time and materials, capped", "milestone": "Milestones",
    "fixed_price": "Fixed price", "retainer": "Retainer", "several": "Several kinds", "": "Not known",
}  # fmt: skip
BILLING_WORDS: Mapping[str, str] = {
    "delivered_timesheet": "Hours worked", "delivered_milestones": "Milestones reached",
    "ordered_prepaid": "Prepaid or fixed price", "delivered_manual": "Quantity entered by hand",
    "expenses": "Expenses only", "several": "Several ways", "": "Not known",
}  # fmt: skip
"""How an invoice's lines are billed: Odoo's service policy of their products."""

_PREPAID = "ordered_prepaid"
_ORDERS = text(
    "select l.order_id, array_agg(distinct p.service_policy) as policies, max(o.note) as note, "
    "  string_agg(distinct l.description || ' ' || p.name, E'\\n') as words "
    "from odoo_order_lines l join odoo_orders o on o.id = l.order_id join odoo_products p on p.id = l.product_id "
    "where not l.is_expense and p.service_policy <> '' group by l.order_id"
)


@dataclass(frozen=True, slots=True)
class Contracts:
    """Orders by their id, and the contract type of each."""

    order_ids: tuple[int, ...]
    types: tuple[str, ...]


def contracts(session: Session) -> Contracts:
    """Every mirrored order with a line of work."""
    found = [(row.order_id, contract_type(row.policies, row.words, row.note)) for row in session.execute(_ORDERS)]
    return Contracts(tuple(order_id for order_id, _ in found), tuple(kind for _, kind in found))


def contract_type(policies: Iterable[str], words: str, note: str) -> str:
    """A key of `CONTRACT_WORDS`, from the policies of the lines of work, their words and the order's terms."""
    known = set(policies) - {"", "delivered_manual"}
    if _PREPAID in known and (is_retainer(words) or (len(known) == 1 and is_retainer(note))):
        return "retainer"  # further hours beside it are billed as worked
    if len(known) > 1:
        return "several"
    if known == {"delivered_timesheet"}:
        return "capped" if cap_in(note) or cap_in(words) else "time_and_materials"
    return {"delivered_milestones": "milestone", _PREPAID: "fixed_price"}.get(next(iter(known), ""), "")
