"""Reading drafts that wait for their text: the list, its counts, and one draft with what was told of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.cases.models import OPEN_STATES, Case
from app.documents.models import Document
from app.errors import Malformed, NotFound, Refused
from app.mirror.models import OdooCompany
from app.narratives import telling
from app.narratives.models import Narrative
from app.narratives.telling import Told
from app.suggestions.models import Suggestion
from app.suggestions.proposal import part_of
from app.users.access import Caller

ROLES = ("reviewer", "controller")
"""Who reads and decides on the texts of invoices, and says how customers want them."""
WAITS = tuple(state for state in OPEN_STATES if state != "snoozed")
"""States of a draft's case in which it is listed; who snoozed one does not want to see it for now."""
KIND = "update_invoice_narrative"
SHOWS = ("all", "clean", "look")
"""Every draft that waits; those of which every line is clean; those that want a look."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft whose text waits for a decision, and its case."""

    narrative: Narrative
    case: Case

    @property
    def is_clean(self) -> bool:
        """Whether each of its lines has a text of which nothing was held back."""
        return is_clean(self.narrative)


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """Drafts by customer, and the cursor of the next page (empty on the last)."""

    drafts: tuple[Waiting, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft with all that was told of it."""

    narrative: Narrative
    case: Case
    told: Told
    company: str


def require_role(person: Caller) -> None:
    """Raises Refused when none of the person's roles is for the texts of invoices."""
    if not set(person.roles) & set(ROLES):
        raise Refused("Texts of invoices are for finance reviewers and controllers. Ask an administrator for the role.")


def is_clean(row: Narrative) -> bool:
    """Whether each line of a draft has a text of which nothing was held back."""
    return row.lines > 0 and len(row.clean_lines) == row.lines


def waiting(session: Session, *, show: str = "all", cursor: str = "", limit: int = 50) -> WaitingPage:
    """A page of the drafts that wait, by customer. Pages are found by key.

    Raises:
        Malformed: The cursor is not one of ours, or there is no such choice.
    """
    query = select(Narrative, Case).join(Case, Case.id == Narrative.case_id).where(*_waits(show))
    if cursor:
        name, invoice_id = _read(cursor)
        after = and_(Case.customer_name == name, Narrative.invoice_id > invoice_id)
        query = query.where(or_(Case.customer_name > name, after))
    rows = session.execute(query.order_by(Case.customer_name, Narrative.invoice_id).limit(limit + 1)).all()
    drafts = tuple(Waiting(narrative, case) for narrative, case in rows[:limit])
    return WaitingPage(drafts, _cursor(drafts[-1]) if len(rows) > limit else "")


def counts(session: Session) -> dict[str, int]:
    """How many drafts wait under each choice."""
    clean = _is_clean()
    row = session.execute(
        select(func.count(), func.count().filter(clean))
        .select_from(Narrative)
        .join(Case, Case.id == Narrative.case_id)
        .where(*_waits("all"))
    ).one()
    return {"all": row[0], "clean": row[1], "look": row[0] - row[1]}


def next_after(session: Session, here: Waiting, *, show: str = "all") -> int | None:
    """The invoice of the draft that follows in the list, else of the first; None when no other waits."""
    name, invoice_id = here.case.customer_name, here.narrative.invoice_id
    after = or_(
        Case.customer_name > name, and_(Case.customer_name == name, Narrative.invoice_id > invoice_id)
    )  # fmt: skip
    query = (
        select(Narrative.invoice_id)
        .join(Case, Case.id == Narrative.case_id)
        .where(*_waits(show), Narrative.invoice_id != invoice_id)
        .order_by(after.desc(), Case.customer_name, Narrative.invoice_id)
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def get(session: Session, invoice_id: int) -> Narrative:
    """Raises NotFound when nothing was drafted for this invoice."""
    row = session.get(Narrative, invoice_id)
    if row is None:
        raise NotFound(f"Nothing was drafted for invoice {invoice_id}.", invoice=invoice_id)
    return row


def opened(session: Session, invoice_id: int) -> Opened:
    """A draft with what was told of it last. Raises NotFound when nothing was drafted for this invoice."""
    row = get(session, invoice_id)
    content = session.execute(select(Document.content).where(Document.id == row.document_id)).scalar_one()
    company = session.get(OdooCompany, row.company_id)
    return Opened(
        row, session.get_one(Case, row.case_id), telling.read(content), company.name if company is not None else ""
    )


def opened_row(session: Session, invoice_id: int) -> Waiting:
    """A draft as the list has it. Raises NotFound when nothing was drafted for this invoice."""
    row = get(session, invoice_id)
    return Waiting(row, session.get_one(Case, row.case_id))


def clean_steps(session: Session, *, limit: int) -> list[tuple[Narrative, Case, list[Suggestion]]]:
    """Open steps for clean lines as software wrote them, by draft; of at most so many drafts."""
    rows = session.execute(
        select(Narrative, Case)
        .join(Case, Case.id == Narrative.case_id)
        .where(*_waits("all"), func.cardinality(Narrative.clean_lines) > 0)
        .order_by(Case.customer_name, Narrative.invoice_id)
        .limit(limit)
    ).all()
    steps = open_steps(session, [case.id for _, case in rows])
    found = []
    for narrative, case in rows:
        mine = [s for s in steps.get(case.id, ()) if s.made_by is None and _is_clean_step(s, narrative)]
        if mine:
            found.append((narrative, case, mine))
    return found


def open_steps(session: Session, case_ids: Sequence[int]) -> dict[int, list[Suggestion]]:
    """The open steps of these cases, by case and in order of lines."""
    rows = session.execute(
        select(Suggestion)
        .where(Suggestion.case_id.in_(case_ids), Suggestion.kind == KIND, Suggestion.state == "open")
        .order_by(Suggestion.case_id, Suggestion.rank, Suggestion.made_at)
    ).scalars()
    found: dict[int, list[Suggestion]] = {}
    for suggestion in rows:
        found.setdefault(suggestion.case_id, []).append(suggestion)
    return found


def _is_clean_step(suggestion: Suggestion, narrative: Narrative) -> bool:
    """Whether all lines that a step rewords are clean; the foot is when every line of the draft is."""
    lines = part_of(suggestion.kind, suggestion.command)
    return set(lines) <= set(narrative.clean_lines) if lines else is_clean(narrative)


def _waits(show: str) -> tuple[ColumnElement[bool], ...]:
    if show not in SHOWS:
        raise Malformed(f"Drafts are shown by one of {', '.join(SHOWS)}, not by {show[:40]!r}.")
    waits: tuple[ColumnElement[bool], ...] = (Narrative.state == "open", Case.state.in_(WAITS))
    if show == "all":
        return waits
    return (*waits, _is_clean() if show == "clean" else ~_is_clean())


def _is_clean() -> ColumnElement[bool]:
    return and_(Narrative.lines > 0, func.cardinality(Narrative.clean_lines) == Narrative.lines)


def _cursor(last: Waiting) -> str:
    body = json.dumps([last.case.customer_name, last.narrative.invoice_id])
    return base64.urlsafe_b64encode(body.encode()).decode()


def _read(cursor: str) -> tuple[str, int]:
    try:
        found: Any = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        name, invoice_id = found
    except (ValueError, TypeError):
        raise Malformed("This page of the list is not known any more. Go back to the first.") from None
    if not isinstance(name, str) or not isinstance(invoice_id, int) or not 0 <= invoice_id < 2**63:
        raise Malformed("This page of the list is not known any more. Go back to the first.")
    return name, invoice_id
