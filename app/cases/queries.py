"""Reading the queue: filter, sort, and pages of constant cost."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.cases.models import OPEN_STATES, Case, CaseDocument
from app.errors import Malformed, NotFound
from app.firm import FREE_MAIL

SORTS = ("priority", "amount", "deadline", "newest")
_FAR = date(9999, 12, 31)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases: all open ones unless `states` says else; `text` is sought in title, customer and sender."""

    states: tuple[str, ...] = OPEN_STATES
    kinds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    customer: str = ""
    text: str = ""
    at_least: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """Cases in order, and the cursor of the next page (empty on the last)."""

    cases: tuple[Case, ...]
    next_cursor: str


def page(session: Session, wanted: Filter, *, sort: str = "priority", cursor: str = "", limit: int = 50) -> CasePage:
    """A page of cases. Pages are found by key, so the last costs what the first does.

    Raises:
        Malformed: The cursor is not one of ours, or the sort is unknown.
    """
    if sort not in SORTS:
        raise Malformed(f"Cases are sorted by one of {', '.join(SORTS)}, not by {sort!r}.")
    key = _sort_key(sort)
    query = _filtered(select(Case), wanted)
    if cursor:
        value, last_id = _read_cursor(cursor, sort)
        query = query.where(or_(key < value, and_(key == value, Case.id < last_id)))
    rows = session.execute(query.order_by(key.desc(), Case.id.desc()).limit(limit + 1)).scalars().all()
    more = len(rows) > limit
    rows = rows[:limit]
    return CasePage(tuple(rows), _cursor(rows[-1], sort) if more and rows else "")


def totals(session: Session, wanted: Filter) -> dict[str, Any]:
    """How many cases fit, by kind and by state, and what is at stake by currency.

    Without a kind are "unread" ones, and under "draft" those that hold a text of ours and no message.
    """
    sort = func.coalesce(Case.kind, case((Case.reading.is_(None), "unread"), else_="draft")).label("sort")
    rows = session.execute(
        _filtered(select(sort, Case.state, Case.currency, func.count(), func.sum(Case.at_stake)), wanted).group_by(
            sort, Case.state, Case.currency
        )
    ).all()
    by_kind: dict[str, int] = {}
    by_state: dict[str, int] = {}
    at_stake: dict[str, Decimal] = {}
    for kind, state, currency, count, amount in rows:
        by_kind[kind] = by_kind.get(kind, 0) + count
        by_state[state] = by_state.get(state, 0) + count
        if currency and amount:
            at_stake[currency] = at_stake.get(currency, Decimal(0)) + amount
    return {"count": sum(by_state.values()), "by_kind": by_kind, "by_state": by_state, "at_stake": at_stake}


def of_thread(session: Session, case_id: int, references: Sequence[str], sender: str) -> list[Case]:
    """Open cases, oldest first, that a mail with these References continues, from the same house.

    `sender` is the mail's whole address. The same domain is the same house; at a free mail service only the same
    address is.
    """
    if not references or not sender:
        return []
    rows = session.execute(
        select(Case)
        .where(
            Case.thread_key.in_(references), Case.state.in_(OPEN_STATES), Case.id != case_id, Case.merged_into.is_(None)
        )
        .order_by(Case.id)
        .limit(20)
    ).scalars()
    return [c for c in rows if _house(c.sender) == _house(sender)]


def _house(address: str) -> str:
    domain = address.rpartition("@")[2].casefold()
    return address.casefold() if domain in FREE_MAIL else domain


def get(session: Session, case_id: int) -> Case:
    """Raises NotFound when there is no such case."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(f"There is no case {case_id}.", case=case_id)
    return case


def neighbours(
    session: Session, wanted: Filter, case: Case, *, sort: str = "priority"
) -> tuple[int | None, int | None]:
    """The numbers of the cases before and after a case in a list (it need not be in it); None at the ends."""
    key, value = _sort_key(sort), _bound(_sort_value(case, sort), sort)
    after = or_(key < value, and_(key == value, Case.id < case.id))
    before = or_(key > value, and_(key == value, Case.id > case.id))
    found = [
        session.execute(_filtered(select(Case.id), wanted).where(where).order_by(*order).limit(1)).scalar_one_or_none()
        for where, order in ((before, (key.asc(), Case.id.asc())), (after, (key.desc(), Case.id.desc())))
    ]
    return found[0], found[1]


def due_by(session: Session, wanted: Filter, day: date) -> int:
    """How many of these cases must be answered by a day."""
    query = _filtered(select(func.count()).select_from(Case), wanted).where(Case.deadline <= day)
    return int(session.execute(query).scalar_one())


def case_of(session: Session, document_id: int) -> int:
    """The number of the case a document is in. Raises NotFound when there is no such document."""
    case_id = session.execute(
        select(CaseDocument.case_id).where(CaseDocument.document_id == document_id)
    ).scalar_one_or_none()
    if case_id is None:
        raise NotFound(f"There is no document {document_id}.", document=document_id)
    return case_id


def _filtered(query: Any, wanted: Filter) -> Any:
    if wanted.states:
        query = query.where(Case.state.in_(wanted.states))
    if wanted.kinds:
        query = query.where(Case.kind.in_(wanted.kinds))
    if wanted.reasons:
        query = query.where(Case.reason.in_(wanted.reasons))
    if wanted.flags:
        query = query.where(Case.flags.contains(list(wanted.flags)))
    if wanted.customer:
        query = query.where(Case.customer_name == wanted.customer)
    if wanted.at_least is not None:
        query = query.where(Case.at_stake >= wanted.at_least)
    if wanted.text:
        like = "%" + wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(or_(Case.title.ilike(like), Case.customer_name.ilike(like), Case.sender.ilike(like)))
    return query


def _sort_key(sort: str) -> Any:
    if sort == "priority":
        return Case.priority
    if sort == "amount":
        return func.coalesce(Case.at_stake, 0)
    if sort == "deadline":  # soonest first, none last: counted down from a far date
        return _FAR - func.coalesce(Case.deadline, _FAR)
    return Case.id


def _sort_value(case: Case, sort: str) -> int | str:
    if sort == "priority":
        return case.priority
    if sort == "amount":
        return str(case.at_stake or 0)
    if sort == "deadline":
        return (_FAR - (case.deadline or _FAR)).days
    return case.id


def _cursor(case: Case, sort: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, _sort_value(case, sort), case.id]).encode()).decode()


def _bound(value: int | str, sort: str) -> int | Decimal:
    return Decimal(value) if sort == "amount" else int(value)


def _read_cursor(cursor: str, sort: str) -> tuple[Any, int]:
    try:
        of_sort, value, last_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if of_sort != sort or not isinstance(last_id, int):
            raise ValueError
        number = _bound(value, sort)
        if not -_LARGEST < number < _LARGEST or not 0 < last_id <= _LARGEST:
            raise ValueError
        return number, last_id
    except (ValueError, TypeError, ArithmeticError):
        raise Malformed("This cursor is not of this list. Ask for the first page again.") from None
