"""The rows of the list: a case each, with what was sought told apart, grouped by customer where that is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.models import Case
from app.cases.search import Piece, marked, snippets
from app.decisions import news, suspect, thread_questions
from app.decisions.dossier import prediction_sets
from app.documents.withheld import without_accounts
from app.money import Money
from app.review import figures, wording
from app.review.figures import Exchange
from app.review.handling_words import snoozed
from app.review.languages import _, told
from app.review.list_state import ListState
from app.users.people import names_of
from app.vocabulary import Kind

Text = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A case as a row of the list."""

    case: Case
    href: str
    what: str
    kind: str
    icon: str
    customer: Text
    sender: Text
    amount: str
    about: str
    summary: Text
    source: Text
    """The words of the source around the first of what was sought; empty where the source does not hold it."""
    due: str
    is_due_soon: bool
    waiting: str
    state: str
    state_tag: tuple[str, str] | None
    owner: str
    is_mine: bool
    snoozed: str
    marks: tuple[str, ...] = ()
    """What of its mails waits for a person, in a few words each."""
    group: Group | None = None
    """Given on the first row of a customer in a grouped list."""

    @property
    def is_alarm(self) -> bool:
        return self.case.kind == Kind.SECURITY_ALERT and self.case.state not in ("done", "closed")


@dataclass(frozen=True, slots=True)
class Group:
    """The head of a customer's cases."""

    name: str
    count: str
    href: str


@dataclass(frozen=True, slots=True)
class _Around:
    """What a row needs to know beside its case."""

    wanted: ListState
    exchange: Exchange | None
    at: datetime
    owners: Mapping[UUID, str]
    open_readings: Mapping[int, tuple[str, ...]]
    sources: Mapping[int, str]
    suspects: Collection[int]
    """Cases whose bank accounts are withheld."""
    with_news: Collection[int]
    """Cases that a mail continued since a person last acted on them."""
    with_questions: Collection[int]
    """Cases of which a person must say whether a mail belongs there."""


def rows_of(
    session: Session, cases: Sequence[Case], wanted: ListState, exchange: Exchange | None, at: datetime
) -> list[Row]:
    """The rows of these cases, in their order. Without `exchange` no amounts are shown."""
    suspects = {c.id for c in cases if c.kind == Kind.SECURITY_ALERT} | suspect.of_cases(session, [c.id for c in cases])
    around = _Around(
        wanted, exchange, at, names_of(session, {c.owner_id for c in cases if c.owner_id}),
        prediction_sets(session, [c.id for c in cases if c.reading == "Unsure"]),
        _sources(session, cases, wanted, suspects) if exchange is not None else {}, suspects,
        news.waiting(session, [c.id for c in cases]),
        thread_questions.open_questions(session, [c.id for c in cases]).keys(),
    )  # fmt: skip
    rows = [_row(case, around) for case in cases]
    return _grouped(session, rows, wanted) if wanted.is_grouped else rows


def _sources(session: Session, cases: Sequence[Case], wanted: ListState, suspects: Collection[int]) -> dict[int, str]:
    if not wanted.text:
        return {}
    return snippets(
        session, [c.id for c in cases], wanted.text,
        mask=lambda case_id, text: without_accounts(text) if case_id in suspects else text,
    )  # fmt: skip


def _grouped(session: Session, rows: Sequence[Row], wanted: ListState) -> list[Row]:
    names = list(dict.fromkeys(r.case.customer_name for r in rows))
    found = queries.by_customer(session, wanted.filter, names)
    made: list[Row] = []
    before: str | None = None
    for row in rows:
        name = row.case.customer_name
        if name != before:
            count = figures.counted(found[name]) if name in found else ""
            row = replace(row, group=Group(name, count, wanted.of_customer(name) if name else ""))
        made.append(row)
        before = name
    return made


def _row(case: Case, around: _Around) -> Row:
    wanted, exchange, today = around.wanted, around.exchange, figures.today(around.at)
    stake = Money(case.at_stake, case.currency) if case.at_stake is not None and case.currency and exchange else None
    fits = around.open_readings.get(case.id, ())
    what, kind = wording.sort_of(case)
    is_open = case.state not in ("done", "closed")
    summary = marked(_summary(case, hides_amounts=exchange is None, is_suspect=case.id in around.suspects), wanted.text)
    customer, sender = marked(case.customer_name, wanted.text), marked(case.sender, wanted.text)
    source = marked(around.sources[case.id], wanted.text) if case.id in around.sources else ()
    owner = around.owners.get(case.owner_id, "") if case.owner_id else ""
    return Row(
        case=case,
        href=wanted.case(case.id),
        what=wording.question(fits) if len(fits) > 1 else what,
        kind=kind,
        icon=wording.KIND_ICONS[Kind(case.kind)] if case.kind else "po" if case.is_own_draft else "clock",
        customer=customer,
        sender=sender,
        amount=figures.number(stake) if stake else "",
        about=exchange.about(stake) if stake and exchange else "",
        summary=summary,
        source=source,
        due=figures.day_word(case.deadline, today) if case.deadline else "",
        is_due_soon=bool(case.deadline and is_open and case.deadline <= today + figures.SOON),
        waiting=figures.waiting(case.opened_at, around.at),
        state=wording.STATE_WORDS[case.state],
        state_tag=wording.STATE_TAGS.get(case.state),
        owner=owner or case.team,
        is_mine=case.owner_id is not None and case.owner_id == wanted.person,
        snoozed=snoozed(case, today),
        marks=_marks(case, around),
    )


def _marks(case: Case, around: _Around) -> tuple[str, ...]:
    marks = []
    if case.id in around.with_questions:
        marks.append(_("Same customer?"))
    if case.id in around.with_news:
        marks.append(_("New mail"))
    return tuple(marks)


def _summary(case: Case, *, hides_amounts: bool, is_suspect: bool) -> str:
    """One line on what it is about; why a person must look goes first. It may name amounts."""
    if hides_amounts:
        return _("You were asked about the delivery.")
    text = case.attention if case.state == "needs_attention" and case.attention else case.summary or case.title
    return figures.short(told(without_accounts(text) if is_suspect else text))
