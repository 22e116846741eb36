"""All dashboards put together, and who may see them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.dashboards import cycle, disputes, operations, receivables
from app.dashboards.asked import Query, Rates
from app.dashboards.targets import Targets
from app.dashboards.values import Board, Note
from app.decisions.approval_matrix import Policy
from app.errors import Refused
from app.patterns.asked import Asked
from app.users.access import Caller

ROLES = ("reviewer", "controller", "policy_owner", "auditor")
"""Who sees dashboards: they hold every customer's amounts."""
SECTIONS = ("operations", "cycle", "receivables", "patterns")


def require_role(caller: Caller) -> None:
    """Raises Refused for whoever is not to see dashboards."""
    if not set(caller.roles) & set(ROLES):
        raise Refused("Dashboards are for finance reviewers, controllers, policy owners and auditors.")


def board(session: Session, asked: Asked, policy: Policy, *, at: datetime) -> Board:
    """Every figure, as of one moment. Run it on a snapshot."""
    query, rates, targets = Query(asked, at), Rates.of(policy), Targets.of(policy.content)
    sections = [
        operations.section(session, query, rates, targets),
        cycle.section(session, query, rates, targets),
        receivables.section(session, query, rates, targets),
        disputes.section(session, query, rates),
    ]
    if rates.unknown:
        first = sections[0]
        note = Note("no_rate", {"currencies": ", ".join(sorted(rates.unknown))})
        sections[0] = type(first)(first.code, first.figures, first.tables, (*first.notes, note))
    mirrored_at = session.execute(text("select min(checked_at) from mirror_cursors where is_complete")).scalar()
    return Board(
        asked.since, asked.until, asked.customer, asked.company_id, at, rates.currency, rates.rates_on, mirrored_at,
        tuple(sections),
    )  # fmt: skip


def customers(session: Session) -> list[str]:
    """Names to choose from: every customer with an invoice or a case that was matched."""
    rows = session.execute(
        text(
            "select name from odoo_customers k where k.customer_id = k.id and (exists (select from odoo_invoices i "
            "where i.customer_id = k.id) or exists (select from cases c where c.customer_id = k.id)) "
            "order by lower(name) limit 2000"
        )
    )
    return list(dict.fromkeys(row.name for row in rows if row.name))
