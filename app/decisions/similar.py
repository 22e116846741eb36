"""Earlier cases like this one, and how they ended: of the same customer first, then others about the same reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.decisions.models import Decision
from app.money import Money
from app.suggestions.models import Suggestion

LOOKED_BACK = 20_000
"""How many cases back others about the same reason are looked for: a larger table takes no longer."""
_ENDED = ("done", "closed")


@dataclass(frozen=True, slots=True)
class Similar:
    """An earlier case. `ended` is written, rejected, nothing or open; `credited` is the net amount credited, if any,
    and `reject_reason` the code of the newest rejection."""

    case_id: int
    title: str
    customer: str
    is_same_customer: bool
    opened_at: datetime
    closed_at: datetime | None
    at_stake: Money | None
    ended: str
    credited: Money | None
    kinds_written: tuple[str, ...]
    reject_reason: str


def to(session: Session, case: Case, *, most: int = 4) -> tuple[Similar, ...]:
    """Cases like this one, those of the same customer first, the newest first; none for what needs no action."""
    if not case.reason or case.kind == "no_action":
        return ()
    own = _own(case)
    found: list[Case] = []
    if own is not None:
        query = select(Case).where(own, Case.reason == case.reason, Case.id < case.id, Case.merged_into.is_(None))
        found += session.execute(query.order_by(Case.id.desc()).limit(most - 1)).scalars()
    known = [c.id for c in found]
    others = (
        select(Case)
        .where(
            Case.reason == case.reason, Case.state.in_(_ENDED), Case.id < case.id, Case.id > case.id - LOOKED_BACK,
            Case.merged_into.is_(None), Case.id.not_in(known),
        )
        .order_by(Case.id.desc())
        .limit(most - len(found))
    )  # fmt: skip
    same = set(known)
    found += session.execute(others).scalars()
    return tuple(_told(c, c.id in same, *_outcome(session, c.id)) for c in found)


def _own(case: Case) -> ColumnElement[bool] | None:
    """Of the same customer: as Odoo knows it, or as it is named where Odoo does not."""
    if case.customer_id is not None:
        return Case.customer_id == case.customer_id
    if case.customer_name:
        return and_(Case.customer_name == case.customer_name, Case.customer_id.is_(None))
    return None


def _outcome(session: Session, case_id: int) -> tuple[Sequence[Suggestion], str]:
    rows = session.execute(
        select(Suggestion).where(
            Suggestion.case_id == case_id, Suggestion.state.in_(("written", "confirmed", "rejected"))
        )
    ).scalars().all()  # fmt: skip
    if not any(s.state == "rejected" for s in rows):
        return rows, ""
    reason = session.execute(
        select(Decision.reason_code)
        .join(Suggestion, Suggestion.id == Decision.suggestion_id)
        .where(Suggestion.case_id == case_id, Decision.verdict == "reject")
        .order_by(Decision.at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return rows, str(reason or "")


def _told(case: Case, is_same_customer: bool, steps: Sequence[Suggestion], reject_reason: str) -> Similar:
    done = [s for s in steps if s.state in ("written", "confirmed")]
    credits = [
        Money(s.amount, s.currency) for s in done
        if s.kind == "draft_credit_note" and s.amount is not None and s.currency
    ]  # fmt: skip
    credited = None
    if len({c.currency for c in credits}) == 1:
        credited = sum(credits[1:], start=credits[0])
    ended = "open" if case.state not in _ENDED else "written" if done else "rejected" if reject_reason else "nothing"
    return Similar(
        case_id=case.id, title=case.title, customer=case.customer_name, is_same_customer=is_same_customer,
        opened_at=case.opened_at, closed_at=case.closed_at,
        at_stake=Money(case.at_stake, case.currency) if case.at_stake is not None and case.currency else None,
        ended=ended, credited=credited,
        kinds_written=tuple(dict.fromkeys(s.kind for s in done)), reject_reason=reject_reason,
    )  # fmt: skip
