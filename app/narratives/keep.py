"""From drafted texts to cases: one for each draft invoice, with a step for each line that gets a text.

Such a case is no message and no discrepancy: it has no kind, so it counts in no kind's figures, and it waits behind
what has one. See docs/adr/0010.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import lifecycle, steps
from app.cases.models import Case, CaseDocument
from app.decisions import decide
from app.documents import readings
from app.documents.receive import receive_own
from app.errors import NotFound
from app.narratives import telling
from app.narratives.drafting import Draft
from app.narratives.gather import Live
from app.narratives.models import Narrative
from app.narratives.proposing import propose
from app.narratives.telling import Told
from app.odoo.commands import Json
from app.suggestions import freeze
from app.suggestions.figures import lines_guard
from app.suggestions.freeze import Judge
from app.suggestions.withdraw import withdraw

ACTOR = "software"
LOCK = 0x0DE7EC71
"""Number of the advisory lock that lets one keeping at a time into the database."""
READING = "By rule"


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a draft: its case (None where it got none), and new, changed, standing, written, or nothing.

    `nothing`: no line has a text to offer; `written`: Odoo has the text already, or nobody needs to decide on it again.
    """

    outcome: str
    case_id: int | None = None


def case_of(session: Session, invoice_id: int) -> int | None:
    """The case of a draft invoice's text."""
    row = session.get(Narrative, invoice_id)
    return row.case_id if row is not None else None


def invoice_of(session: Session, case_id: int) -> int | None:
    """The draft invoice that a case is about; None for a case that is no text of an invoice."""
    return session.execute(
        select(Narrative.invoice_id).where(Narrative.case_id == case_id).limit(1)
    ).scalar_one_or_none()  # fmt: skip


def earlier_foot(session: Session, invoice_id: int) -> str:
    row = session.get(Narrative, invoice_id)
    return row.foot if row is not None else ""


def fingerprint_of(draft: Draft, live: Live, model: str = "") -> str:
    """What a text is drafted from, as a hash: the draft without a model, the lines in Odoo, the name of the model."""
    guards: dict[str, Json] = {"lines": lines_guard(live.lines), "narration": live.invoice.narration, "model": model}
    return telling.fingerprint(draft, guards)


def standing(session: Session, invoice_id: int, fingerprint: str) -> int | None:
    """The case that already tells just this and needs nothing new; else None."""
    row = session.get(Narrative, invoice_id, populate_existing=True)
    if row is None or row.fingerprint != fingerprint or _has_stale(session, row.case_id):
        return None
    return row.case_id


def keep(session: Session, draft: Draft, live: Live, *, fingerprint: str, policy: Judge, at: datetime) -> Kept:
    """Store a drafted text and propose it line by line: a new case, or the known one told anew where anything changed.

    `fingerprint` is `fingerprint_of` what it was drafted from. What a person rejected or what was written is not
    proposed a second time. Safe to repeat.
    """
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    row = session.get(Narrative, draft.invoice.id, with_for_update=True, populate_existing=True)
    proposals = propose(draft, live, earlier_foot=row.foot if row is not None else "")
    if not proposals:
        if row is not None:
            _end(session, row, "Its text stands in Odoo, or nothing can be told of it.", at)
        return Kept("written" if draft.offered else "nothing", row.case_id if row is not None else None)
    if row is not None and row.fingerprint == fingerprint and not _has_stale(session, row.case_id):
        return Kept("standing", row.case_id)
    incoming = telling.incoming(draft, at=at)
    (document_id,) = receive_own(session, [incoming])
    readings.keep(session, document_id, telling.tell(Told(draft, at)), at=at)
    if row is None:
        case = _open(session, draft, incoming.source, at)
        row = Narrative(
            invoice_id=draft.invoice.id, company_id=draft.invoice.company_id, case_id=case.id, document_id=document_id,
            fingerprint=fingerprint, foot=draft.foot, state="open", drafted_at=at,
        )  # fmt: skip
        session.add(row)
        outcome, role = "new", "opening"
    else:
        case = session.get_one(Case, row.case_id, with_for_update=True, populate_existing=True)
        outcome, role = "changed", "added"
    session.add(CaseDocument(document_id=document_id, case_id=case.id, role=role, added_at=at))
    row.document_id, row.fingerprint, row.drafted_at, row.state = document_id, fingerprint, at, "open"
    _at_a_glance(row, draft)
    if draft.foot or draft.profile.per == "line":
        row.foot = draft.foot
    _show(case, draft, at)
    trail.record(
        session, "narrative.drafted", case_id=case.id, actor=ACTOR, at=at, invoice=draft.invoice.id,
        lines=[line.line.id for line in draft.offered], held_back=[[h.record, h.reason] for h in draft.held_back],
        not_offered=[line.line.id for line in draft.lines if line.not_offered], worded_by=dict(draft.worded_by),
        profile={name: getattr(draft.profile, name) for name in ("per", "length", "tone", "group_by")},
    )  # fmt: skip
    if case.state == "received":
        lifecycle.move(session, case, "to_decide", actor=ACTOR, at=at, because="A text was drafted.")
    proposed = freeze.propose_anew(session, case.id, proposals, policy, at=at)
    if proposed and case.state in ("done", "closed"):
        lifecycle.move(
            session, case, "to_decide", actor=ACTOR, at=at, because="What the text rests on changed in Odoo."
        )
    decide.settle_case(session, case, actor=ACTOR, at=at)
    session.flush()
    return Kept(outcome if proposed else "written", case.id)


def end_gone(session: Session, drafts: Collection[int], *, companies: Collection[int], at: datetime) -> tuple[int, ...]:
    """Close the cases of invoices that are no drafts any more; `drafts` are all that are. Returns the cases."""
    rows = session.scalars(
        select(Narrative).where(Narrative.state == "open", Narrative.company_id.in_(tuple(companies)))
    ).all()
    gone = [row for row in rows if row.invoice_id not in drafts]
    for row in gone:
        _end(session, row, "The invoice is no draft any more: its text stays as it is.", at)
    return tuple(row.case_id for row in gone)


def end(session: Session, invoice_id: int, *, at: datetime) -> None:
    """Close the case of an invoice that is no draft any more.

    Raises:
        NotFound: It has none.
    """
    row = session.get(Narrative, invoice_id, with_for_update=True)
    if row is None:
        raise NotFound(f"Nothing was drafted for invoice {invoice_id}.")
    _end(session, row, "The invoice is no draft any more: its text stays as it is.", at)


def _end(session: Session, row: Narrative, because: str, at: datetime) -> None:
    row.state, row.fingerprint = "ended", ""
    case = session.get_one(Case, row.case_id, with_for_update=True, populate_existing=True)
    withdraw(session, case.id, actor=ACTOR, at=at)
    if case.state not in ("done", "closed", "writing"):
        steps.end_all(session, case.id, at=at)
        lifecycle.move(session, case, "closed", actor=ACTOR, at=at, because=because)


def _has_stale(session: Session, case_id: int) -> bool:
    return session.get_one(Case, case_id).state in ("stale", "needs_attention")


def _open(session: Session, draft: Draft, source: str, at: datetime) -> Case:
    case = Case(
        state="received", title=telling.title(draft), flags=[], opened_at=at, updated_at=at,
        here_because="", reading=READING,
    )  # fmt: skip
    session.add(case)
    session.flush()
    trail.record(
        session, "case.opened", case_id=case.id, actor=f"source:{source}", at=at, invoice=draft.invoice.id
    )  # fmt: skip
    return case


def _at_a_glance(row: Narrative, draft: Draft) -> None:
    """What a list of drafts says of this one."""
    row.name, row.currency, row.lines = draft.invoice.name, draft.invoice.currency, len(draft.lines)
    nets = [line.line.net.amount for line in draft.lines if line.line.net.currency == draft.invoice.currency]
    row.net = sum(nets, Decimal(0)) if len(nets) == len(draft.lines) else None
    row.clean_lines = [line.line.id for line in draft.lines if line.is_clean]
    row.held_back, row.without_text = len(draft.held_back), sum(1 for line in draft.lines if line.not_offered)


def _show(case: Case, draft: Draft, at: datetime) -> None:
    case.title, case.summary = telling.title(draft), telling.summary(draft)
    case.here_because = "Here because a draft invoice in Odoo waits for its text."
    case.priority, case.priority_because = 5, "A draft waits for its text; nothing is contested."
    case.customer_id, case.customer_name = draft.invoice.customer_id, draft.invoice.customer
    case.company_id, case.at_stake, case.currency = draft.invoice.company_id, None, None
    case.updated_at = at
