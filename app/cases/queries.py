"""Reading the queue: filter, sort, and pages of constant cost."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Text,
    bindparam,
    case,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.cases.models import OPEN_STATES, Case, CaseDocument, CaseNews, CaseQuestion
from app.cases.search import FEW, MOST_WORDS, few_that_hold, folded, matching, split
from app.errors import Malformed, NotFound
from app.users import people

SORTS = ("priority", "amount", "deadline", "age", "newest")
MANY = 1000
"""Counted up to here: what exceeds it is said as "1,000+", so that counting costs the same among a million."""
_FAR = date(9999, 12, 31)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases: all open ones unless `states` says else. `text` is sought in all that a case holds."""

    states: tuple[str, ...] = OPEN_STATES
    kinds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    customer: str = ""
    text: str = ""
    at_least: Decimal | None = None
    owner: UUID | None = None
    is_nobodys: bool = False
    teams_of: UUID | None = None
    """Cases of this person's teams, and of the people in them."""
    opened_before: datetime | None = None
    due_by: date | None = None
    asked_of: UUID | None = None
    """Cases with a question about the delivery to this project manager, or to any; words are then sought only in the
    number, the title and the names of customer and sender: what was read and the source hold amounts."""
    has_new_mail: bool = False
    """Cases that a mail came to, or whose reply came back, since a person last acted on them."""
    has_failed_sender: bool = False
    """Cases with a mail on which a check of the sender failed."""
    after: int = 0
    """Cases with a higher number than this."""
    is_nothing: bool = False
    """Fits no case: a view that is somebody's own, read by nobody in particular."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """Cases in order, and the cursor of the next page (empty on the last)."""

    cases: tuple[Case, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the list: its keys, from the first to what makes it whole, and how a case's are written down."""

    keys: tuple[Any, ...]
    is_descending: bool
    values: Callable[[Case], tuple[int | str, ...]]
    types: tuple[type, ...]


ORDERS = {
    "priority": Order((Case.priority, Case.id), True, lambda c: (c.priority, c.id), (int, int)),
    "amount": Order(
        (literal_column("coalesce(cases.at_stake, 0)", Numeric()), Case.id), True,
        lambda c: (str(c.at_stake or 0), c.id), (Decimal, int),
    ),
    "deadline": Order(
        (literal_column("coalesce(cases.deadline, '9999-12-31'::date)", Date()), Case.id), False,
        lambda c: ((c.deadline or _FAR).isoformat(), c.id), (date, int),
    ),
    "age": Order((Case.opened_at, Case.id), False, lambda c: (c.opened_at.isoformat(), c.id), (datetime, int)),
    "newest": Order((Case.id,), True, lambda c: (c.id,), (int,)),
    "customer": Order(
        (Case.customer_name, literal_column("(- cases.priority)", Integer()),
         literal_column("(- cases.id)", BigInteger())), False,
        lambda c: (c.customer_name, -c.priority, -c.id), (str, int, int),
    ),
}  # fmt: skip
"""Each of them has an index on the open cases, so that a page is a walk along it. "customer" groups the list."""


def page(session: Session, wanted: Filter, *, sort: str = "priority", cursor: str = "", limit: int = 50) -> CasePage:
    """A page of cases. Pages are found by key, so the last costs what the first does.

    Raises:
        Malformed: The cursor is not one of ours, or the sort is unknown.
    """
    if sort not in ORDERS:
        raise Malformed(f"Cases are sorted by one of {', '.join(SORTS)}, not by {sort!r}.")
    order = ORDERS[sort]
    query = _filtered(select(Case), _asked(session, wanted))
    if cursor:
        query = query.where(_after(order, _read_cursor(cursor, sort)))
    rows = session.execute(query.order_by(*_by(order)).limit(limit + 1)).scalars().all()
    more = len(rows) > limit
    rows = rows[:limit]
    return CasePage(tuple(rows), cursor_at(rows[-1], sort) if more and rows else "")


def totals(session: Session, wanted: Filter) -> dict[str, Any]:
    """How many cases fit, by kind and by state, and what is at stake by currency. It looks at every one of them.

    Without a kind are "unread" ones, and under "draft" those that hold a text of ours and no message.
    """
    sort = func.coalesce(Case.kind, case((Case.reading.is_(None), "unread"), else_="draft")).label("sort")
    rows = session.execute(
        _filtered(
            select(sort, Case.state, Case.currency, func.count(), func.sum(Case.at_stake)), _asked(session, wanted)
        ).group_by(sort, Case.state, Case.currency)
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


def counts(session: Session, lists: Sequence[Filter], *, most: int = MANY) -> list[int]:
    """How many cases fit each of these, counted to one more than `most`: a thousand and one is "1,000+"."""
    if not lists:
        return []
    each = [
        select(func.count())
        .select_from(_filtered(select(Case.id), _asked(session, wanted)).limit(most + 1).subquery())
        .scalar_subquery()
        for wanted in lists
    ]
    return [int(n) for n in session.execute(select(*each)).one()]


_HAS_NEWS = Case.id.in_(select(CaseNews.case_id))


@dataclass(frozen=True, slots=True)
class Light:
    """What the figures over a list are made of, of one case."""

    id: int
    kind: str | None
    flags: tuple[str, ...]
    owner_id: UUID | None
    team: str
    customer_name: str
    at_stake: Decimal | None
    currency: str | None
    deadline: date | None
    opened_at: datetime
    has_new_mail: bool
    has_failed_sender: bool


def light(session: Session, wanted: Filter, *, most: int = MANY) -> list[Light] | None:
    """All cases of a list, in what its figures need; None when they are more than `most`."""
    columns = (Case.id, Case.kind, Case.flags, Case.owner_id, Case.team, Case.customer_name, Case.at_stake,
               Case.currency, Case.deadline, Case.opened_at, _HAS_NEWS, Case.has_failed_sender)  # fmt: skip
    rows = session.execute(_filtered(select(*columns), _asked(session, wanted)).limit(most + 1)).all()
    return None if len(rows) > most else [Light(r[0], r[1], tuple(r[2]), *r[3:]) for r in rows]


def by_customer(session: Session, wanted: Filter, names: Sequence[str], *, most: int = MANY) -> dict[str, int]:
    """How many cases of a list each of these customers has, counted to one more than `most`."""
    named = func.unnest(literal([n for n in names if n], ARRAY(Text))).table_valued("name").render_derived()
    theirs = (
        _filtered(select(Case.id), _asked(session, wanted))
        .where(Case.customer_name == named.c.name)
        .limit(most + 1)
        .correlate(named)
        .lateral()
    )
    counted = select(named.c.name, func.count(theirs.c.id)).select_from(named.outerjoin(theirs, true()))
    return {name: int(n) for name, n in session.execute(counted.group_by(named.c.name))}


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
    order, asked = ORDERS[sort], _asked(session, wanted)
    values = _typed(order, order.values(case))
    found = [
        session.execute(
            _filtered(select(Case.id), asked).where(_after(order, values, reverse=back))
            .order_by(*_by(order, reverse=back)).limit(1)
        ).scalar_one_or_none()
        for back in (True, False)
    ]  # fmt: skip
    return found[0], found[1]


def case_of(session: Session, document_id: int) -> int:
    """The number of the case a document is in. Raises NotFound when there is no such document."""
    case_id = session.execute(
        select(CaseDocument.case_id).where(CaseDocument.document_id == document_id)
    ).scalar_one_or_none()
    if case_id is None:
        raise NotFound(f"There is no document {document_id}.", document=document_id)
    return case_id


@dataclass(frozen=True, slots=True)
class _Asked:
    """A filter with what only the database knows looked up first, so that each question is planned on facts."""

    wanted: Filter
    teams: tuple[str, ...] = ()
    mates: tuple[UUID, ...] = ()
    found: tuple[int, ...] | None = None
    """The cases that hold the words, when they are few; None when they are many, or none were sought."""
    with_news: tuple[int, ...] | None = None
    """The same of those with new mail."""


_ALONG_INDEXES = text(
    "select set_config('enable_seqscan', 'off', true), set_config('max_parallel_workers_per_gather', '0', true), "
    "set_config('random_page_cost', '1.1', true), set_config('enable_bitmapscan', :bitmaps, true)"
)


def _asked(session: Session, wanted: Filter) -> _Asked:
    """Look up what a filter needs, and have the database walk along indexes for the rest of this transaction.

    A list is read until it is long enough. The database does not trust that this comes soon, and would rather gather
    all that may fit first; only marks and words have an index that has to be gathered from.
    """
    few = few_that_hold(session, wanted.text) if wanted.text and wanted.asked_of is None else None
    bitmaps = "on" if wanted.flags else "off"
    if session.info.get("bitmaps") != bitmaps:
        session.execute(_ALONG_INDEXES, {"bitmaps": bitmaps})
        session.info["bitmaps"] = bitmaps
    teams: tuple[str, ...] = ()
    mates: tuple[UUID, ...] = ()
    if wanted.teams_of is not None:
        known = session.info.setdefault("teams_of", {})
        if wanted.teams_of not in known:
            teams = people.teams_of(session, wanted.teams_of)
            known[wanted.teams_of] = teams, tuple(people.in_teams(session, teams))
        teams, mates = known[wanted.teams_of]
    return _Asked(wanted, teams, mates, few, _few_with_news(session) if wanted.has_new_mail else None)


def _few_with_news(session: Session) -> tuple[int, ...] | None:
    found = session.execute(select(CaseNews.case_id).limit(FEW + 1)).scalars().all()
    return None if len(found) > FEW else tuple(found)


def _filtered(query: Any, asked: _Asked) -> Any:
    wanted = asked.wanted
    if wanted.is_nothing:
        return query.where(false())
    if wanted.states:  # written out, so that the database sees which of its partial indexes hold all that is asked for
        states: Any = bindparam("states", wanted.states, expanding=True, literal_execute=True, unique=True)
        query = query.where(Case.state.in_(states))
    if wanted.kinds:
        query = query.where(Case.kind.in_(wanted.kinds))
    if wanted.reasons:
        query = query.where(Case.reason.in_(wanted.reasons))
    if wanted.flags:
        query = query.where(Case.flags.contains(list(wanted.flags)))
    if wanted.customer:
        query = query.where(Case.customer_name == wanted.customer)
    if wanted.at_least is not None:
        query = query.where(ORDERS["amount"].keys[0] >= wanted.at_least)
    if wanted.owner is not None:
        query = query.where(Case.owner_id == wanted.owner)
    if wanted.is_nobodys:
        query = query.where(Case.owner_id.is_(None), Case.team == "")
    if wanted.teams_of is not None:
        query = query.where(or_(Case.team.in_(asked.teams), Case.owner_id.in_(asked.mates)))
    if wanted.opened_before is not None:
        query = query.where(Case.opened_at < wanted.opened_before)
    if wanted.due_by is not None:
        query = query.where(ORDERS["deadline"].keys[0] <= wanted.due_by)
    if wanted.asked_of is not None:
        questions = select(CaseQuestion.case_id).where(
            or_(CaseQuestion.asked_to == wanted.asked_of, CaseQuestion.asked_to.is_(None)),
            CaseQuestion.withdrawn_at.is_(None),
        )
        query = query.where(Case.id.in_(questions))
    if wanted.has_new_mail:
        query = query.where(_HAS_NEWS if asked.with_news is None else _numbered(asked.with_news))
    if wanted.has_failed_sender:
        query = query.where(Case.has_failed_sender)
    if wanted.after:
        query = query.where(Case.id > wanted.after)
    if wanted.text and wanted.asked_of is not None:
        query = query.where(_headed(wanted.text))
    elif wanted.text:
        query = query.where(matching(wanted.text) if asked.found is None else _numbered(asked.found))
    return query


def _headed(text: str) -> ColumnElement[bool]:
    """Cases that hold the beginnings of all these words in their number, title, customer or sender."""
    words = split(folded(text))[:MOST_WORDS]
    if not words:
        return false()
    heading = func.concat_ws(" ", Case.id, Case.title, Case.customer_name, Case.sender)
    sought = func.to_tsquery("simple", " & ".join(f"{word}:*" for word in words))
    found: ColumnElement[bool] = func.to_tsvector("simple", func.countersign_folded(heading)).op("@@")(sought)
    return found


def _numbered(few: Sequence[int]) -> ColumnElement[bool]:
    return Case.id == func.any(literal(list(few), ARRAY(BigInteger)))


def _by(order: Order, *, reverse: bool = False) -> list[Any]:
    return [key.desc() if order.is_descending is not reverse else key.asc() for key in order.keys]


def _after(order: Order, values: Sequence[Any], *, reverse: bool = False) -> ColumnElement[bool]:
    """What comes after these values: one comparison of rows, which an index answers."""
    keys = tuple_(*order.keys)
    there = tuple_(*(literal(v, key.type) for v, key in zip(values, order.keys, strict=True)))
    return keys < there if order.is_descending is not reverse else keys > there


def cursor_at(case: Case, sort: str) -> str:
    """The cursor of the page that begins after this case."""
    return base64.urlsafe_b64encode(json.dumps([sort, *ORDERS[sort].values(case)]).encode()).decode()


def _typed(order: Order, values: Sequence[Any]) -> list[Any]:
    """Values as they were written down, as what they are. Raises ValueError, TypeError or ArithmeticError."""
    return [_value(value, wanted) for value, wanted in zip(values, order.types, strict=True)]


def _value(value: Any, wanted: type) -> Any:
    if wanted is int:
        if not isinstance(value, int) or not -_LARGEST <= value <= _LARGEST:
            raise ValueError
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    if wanted is Decimal:
        number = Decimal(value)
        if not -_LARGEST < number < _LARGEST:
            raise ValueError
        return number
    if wanted is datetime and datetime.fromisoformat(value).tzinfo is None:
        raise ValueError
    return wanted.fromisoformat(value) if wanted in (date, datetime) else value


def _read_cursor(cursor: str, sort: str) -> list[Any]:
    try:
        of_sort, *values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if of_sort != sort:
            raise ValueError
        return _typed(ORDERS[sort], values)
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        raise Malformed("This cursor is not of this list. Ask for the first page again.") from None
