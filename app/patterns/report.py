"""A report put together: counts, facts, summary; and who may see one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.errors import Refused
from app.money import Money
from app.patterns.asked import Asked
from app.patterns.counting import Counted, Group, count
from app.patterns.queries import DIMENSIONS
from app.patterns.shares import FEWEST
from app.patterns.telling import Fact, Repeated, facts, months_of, name_of, repeated
from app.patterns.wording import Told, own_words
from app.users.access import Caller

ROLES = ("reviewer", "controller", "policy_owner", "auditor")
"""Who sees reports: they name project managers, so managers do not look at one another."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report says."""

    counted: Counted
    facts: tuple[Fact, ...]
    told: Told

    @property
    def people(self) -> tuple[str, ...]:
        """Names of the project managers in it."""
        return tuple(name for (by, _), name in self.counted.names.items() if by == "manager" and name)


def require_role(caller: Caller) -> None:
    """Raises Refused for whoever is not to see reports."""
    if not set(caller.roles) & set(ROLES):
        raise Refused("Reports on disputes are for finance reviewers, controllers, policy owners and auditors.")


def report(session: Session, asked: Asked) -> Report:
    """The report in our own words. Run it on a snapshot: its figures are then of one moment."""
    counted = count(session, asked)
    found = facts(counted)
    return Report(counted, found, own_words(found))


def companies(session: Session) -> list[tuple[int, str]]:
    """Our companies as mirrored, by name."""
    rows = session.execute(text("select id, name from odoo_companies order by name, id"))
    return [(row.id, row.name) for row in rows]


def as_json(of: Report) -> dict[str, Any]:
    """The report as the API writes it: plain values, amounts as text."""
    counted = of.counted
    return {
        "from": counted.asked.since.isoformat(), "to": counted.asked.until.isoformat(),
        "customer": counted.asked.customer, "company_id": counted.asked.company_id,
        "summary": {
            "sentences": list(of.told.sentences), "worded_by": of.told.model or None, "prompt": of.told.prompt or None,
            "because": of.told.because, "left_out": [drop.what for drop in of.told.left_out],
        },
        "facts": [{"about": fact.about, "text": fact.text} for fact in of.facts],
        "whole": _group(counted, "", counted.whole),
        "groups": {
            by: [_group(counted, by, g) for g in (months_of(counted) if by == "month" else counted.groups[by])]
            for by in DIMENSIONS
        },
        "repeated": [_repeated(r) for r in repeated(counted)],
        "misread": counted.misread, "fewest_for_a_share": FEWEST,
    }  # fmt: skip


def _group(counted: Counted, by: str, group: Group) -> dict[str, Any]:
    return {
        "key": group.key, "name": name_of(counted, by, group.key) if by else "", "disputes": group.disputes,
        "credited": group.credited, "upheld": group.upheld, "withdrawn": group.withdrawn, "open": group.open,
        "half_within_days": group.half_within, "nine_of_ten_within_days": group.most_within,
        "amounts": [
            {
                "currency": s.currency, "disputes": s.disputes, "contested": _amount(s.contested, s.currency),
                "credited": _amount(s.credited, s.currency), "ended": s.ended,
                "contested_of_ended": _amount(s.settled, s.currency),
                "credited_of_ended": _amount(s.granted, s.currency),
            }
            for s in group.sums
        ],
        "invoices": group.invoices, "invoices_disputed": group.disputed,
    }  # fmt: skip


def _repeated(one: Repeated) -> dict[str, Any]:
    return {"customer": one.customer, "name": one.name, "reason": one.reason, "disputes": one.disputes}


def _amount(amount: Any, currency: str) -> str:
    return f"{Money(amount, currency).rounded().amount:f}"
