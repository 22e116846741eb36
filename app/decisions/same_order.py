"""The same order by mail, through a portal, by upload and forwarded is one case.

It is certain when the very file that the order stands in came twice, or when the same customer's order bears the same
number, total and currency and is a new order both times. Then software folds the later case into the earlier, on the
trail, and a person can take it out again for good. What is only likely is proposed. Customers and companies never mix.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from sqlalchemy import BigInteger, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.findings import Reconciliation
from app.assessments.models import AssessmentRow, OrderMark
from app.assessments.results import Assessment
from app.audit.models import AuditEvent
from app.cases import lifecycle, thread
from app.cases.models import Case, ThreadQuestion
from app.decisions import merging
from app.documents.models import ReadingRow
from app.documents.reading import Reading
from app.mailboxes import of_case
from app.senders import kept
from app.suggestions.proposal import RelatedCase
from app.vocabulary import CertaintyWord, Flag, Kind

ACTOR = "software"
HOW = "same"
"""How an order is folded (see `CaseMerge.how`)."""
LOOKED_BACK = timedelta(days=400)
"""An order that ended longer ago is not looked for: numbers come round again."""
_MOST = 20
_SAME_AGAIN = ("new_po", "po_change", "po_cancellation")
_SPECIAL = {Flag.PROMPT_INJECTION, Flag.MULTI_ISSUE, Flag.LEGAL_THREAT, Flag.PAYMENT_HELD}
"""A message with one of these says more than the order: a person reads it by itself first."""
_COMPARED = ("po_number", "amount_total", "currency", "po_date", "valid_from", "valid_until")
_UNTOUCHED = ("to_decide", "needs_attention")


@dataclass(frozen=True, slots=True)
class Told:
    """What a case says of the order it brought: enough to tell whether another brought the same.

    `papers` are the SHA-256 of the files the order stands in; `stated` the fields that are compared, as text.
    """

    case_id: int
    kind: str
    reason: str
    word: str
    is_mail: bool
    flags: frozenset[str]
    customer_id: int | None
    customer_name: str
    company_id: int | None
    papers: frozenset[str]
    stated: dict[str, str]
    is_continued: bool = False

    @property
    def number(self) -> str:
        return _reference(self.stated.get("po_number", ""))

    @property
    def marks(self) -> frozenset[str]:
        """By what it is looked for: its files, and the customer's number of it."""
        numbered = f"number:{self.customer_id}:{self.number}"[:200] if self.customer_id and self.number else ""
        return frozenset({*(f"paper:{digest}" for digest in self.papers), *([numbered] if numbered else [])})


@dataclass(frozen=True, slots=True)
class Likeness:
    """That two cases brought the same order, for certain or likely, and why, as a sentence."""

    is_certain: bool
    because: str
    is_same_file: bool


def told(case_id: int, assessment: Assessment, reading: Reading, found: Reconciliation) -> Told | None:
    """What a case says of its order, with the customer that the books know; None where it brought none."""
    if assessment.classification.kind is not Kind.CUSTOMER_PO:
        return None
    customer, paper = found.certain("customer"), found.certain("invoice") or found.certain("order")
    return _told(
        case_id, assessment, papers=_papers(assessment, reading), is_mail=reading.mail is not None,
        customer_id=customer.record.id if customer else None,
        customer_name=customer.record.name if customer else "", company_id=paper.company_id if paper else None,
    )  # fmt: skip


def note(session: Session, case_id: int, order: Told | None) -> None:
    """Keep by what the case's order is known again, in place of what was kept before. A case that other mails continue
    keeps the papers it came with: it is read from the newest."""
    gone = delete(OrderMark).where(OrderMark.case_id == case_id)
    if order is not None and order.is_continued:
        gone = gone.where(OrderMark.mark.in_(order.marks) | OrderMark.mark.startswith("number:"))
    session.execute(gone)
    if order is not None and order.marks:
        session.execute(insert(OrderMark).values([{"case_id": case_id, "mark": mark} for mark in sorted(order.marks)]))


def related(
    session: Session, order: Told | None, *, at: datetime, beside: Sequence[RelatedCase] = ()
) -> tuple[RelatedCase, ...]:
    """Cases that brought the same order, for certain or likely, to be proposed for folding: `beside` what is
    proposed already."""
    if order is None:
        return tuple(beside)
    if order.company_id is None:
        order = replace(order, company_id=of_case.company_of(session, order.case_id))
    known = {one.case_id for one in beside}
    found = list(beside)
    for other in _others(session, order.case_id, order.marks, at=at):
        like = likeness(order, other)
        if like is None or other.case_id in known or merging.kept_apart(session, order.case_id, other.case_id):
            continue
        same = f"It brings the same order as case {other.case_id}."
        found.append(RelatedCase(other.case_id, f"{same} {like.because}"))
    return tuple(found)


def fold_same(session: Session, case_id: int, *, at: datetime) -> int | None:
    """Fold the case and those that certainly brought the same order into one; returns into which, None where nothing
    was folded.

    The one that a person worked on stays, else the oldest. Where people worked on both, they decide. Runs in a
    transaction of its own: it takes its locks in one order, first of what is looked for, then of cases.
    """
    marks = list(session.execute(select(OrderMark.mark).where(OrderMark.case_id == case_id)).scalars())
    if not marks:
        return None
    _one_at_a_time(session, marks)
    order = _kept(session, [case_id]).get(case_id)
    if order is None:
        return None
    into = None
    for other in _others(session, case_id, order.marks, at=at):
        like = likeness(order, other)
        if like is None or not like.is_certain or merging.kept_apart(session, case_id, other.case_id):
            continue
        if _is_for_people(session, case_id, other.case_id) or _is_for_people(session, other.case_id, case_id):
            continue
        folded = _fold(session, order, other, like, at=at)
        into = folded or into
        if folded is not None and folded != case_id:
            return folded
    return into


def likeness(one: Told, other: Told) -> Likeness | None:
    """Whether two cases brought the same order, told from what both state; None where they did not."""
    if Kind.SECURITY_ALERT in (one.kind, other.kind) or {one.kind, other.kind} != {Kind.CUSTOMER_PO}:
        return None
    if _differ(one.customer_id, other.customer_id) or _differ(one.company_id, other.company_id):
        return None
    contradict = [n for n in _COMPARED if _differ(_plain(n, one.stated.get(n)), _plain(n, other.stated.get(n)))]
    if "po_number" in contradict:
        return None
    is_plain = not (one.flags | other.flags) & _SPECIAL and not contradict
    if one.papers & other.papers:
        is_sure = not any(t.is_mail and t.word == CertaintyWord.UNSURE for t in (one, other))
        same = one.reason == other.reason and one.reason in _SAME_AGAIN
        return Likeness(is_plain and is_sure and same, "The very file that the order stands in came again.", True)
    if (
        one.customer_id is None
        or other.customer_id is None
        or not one.number
        or {one.reason, other.reason} != {"new_po"}
    ):
        return None
    stated = all(t.stated.get(name) for t in (one, other) for name in ("amount_total", "currency"))
    is_sure = CertaintyWord.UNSURE not in (one.word, other.word)
    number = one.stated["po_number"]
    because = f"Both bear the number {number} of the same customer."
    if stated and not contradict:
        total = f"{one.stated['amount_total']} {one.stated['currency']}"
        because = f"Both bear the number {number} of the same customer, and the total {total}."
    elif contradict:
        because = f"Both bear the number {number} of the same customer, but do not say the same in all else."
    return Likeness(is_plain and is_sure and stated, because, False)


def _is_for_people(session: Session, case_id: int, other: int) -> bool:
    """Whether a person is asked if the mail of the first case belongs to the other, or has kept its sender out."""
    asked = session.execute(
        select(ThreadQuestion.case_id, ThreadQuestion.sender, ThreadQuestion.belongs).where(
            ThreadQuestion.other_id == other, ThreadQuestion.belongs.is_not(True)
        )
    ).all()
    if not asked:
        return False
    houses = {thread.house(mail.sender) for mail in thread.mails_of(session, case_id) if mail.sender}
    return any(
        number == case_id or (belongs is False and thread.house(sender) in houses) for number, sender, belongs in asked
    )


def _fold(session: Session, one: Told, other: Told, like: Likeness, *, at: datetime) -> int | None:
    """Fold one of these two into the other, if nobody worked on it yet."""
    first, second = sorted((one, other), key=lambda t: t.case_id)
    merging.both(session, first.case_id, second.case_id)
    cases = {t.case_id: session.get_one(Case, t.case_id) for t in (first, second)}
    if kept.failed_of_cases(session, list(cases)):
        return None  # a person makes sure first who wrote
    for source, target in ((second, first), (first, second)):
        case, into = cases[source.case_id], cases[target.case_id]
        if into.merged_into is None and into.state != "received" and _is_untouched(session, case):
            because = " ".join(("It is the same order.", like.because))
            is_quiet = like.is_same_file and not source.is_mail
            merging.fold(session, case, into, actor=ACTOR, at=at, because=because, is_quiet=is_quiet, how=HOW)
            folded = f"Folded into case {into.id}."
            lifecycle.move(session, case, "closed", actor=ACTOR, at=at, because=f"{folded} {because}")
            session.flush()
            return into.id
    return None


def _is_untouched(session: Session, case: Case) -> bool:
    """Whether it waits as it came, and no person did anything with it."""
    if case.state not in _UNTOUCHED or case.merged_into is not None or case.split_from is not None:
        return False
    if session.execute(select(Case.id).where(Case.split_from == case.id).limit(1)).first() is not None:
        return False
    by_people = select(AuditEvent.seq).where(AuditEvent.case_id == case.id, AuditEvent.actor.contains("@"))
    return session.execute(by_people.limit(1)).first() is None


def _others(session: Session, case_id: int, marks: Collection[str], *, at: datetime) -> list[Told]:
    """The cases that bear one of these marks, the oldest first."""
    if not marks:
        return []
    bearing = select(OrderMark.case_id).where(OrderMark.mark.in_(marks), OrderMark.case_id != case_id)
    numbers = session.execute(bearing.distinct().order_by(OrderMark.case_id.desc()).limit(_MOST)).scalars().all()
    found = _kept(session, sorted(numbers), since=at - LOOKED_BACK)
    return [found[number] for number in sorted(found) if number != case_id]


def _kept(session: Session, case_ids: Sequence[int], *, since: datetime | None = None) -> dict[int, Told]:
    """What cases say of their orders, as it is kept. One that was folded into another is left out: the other stands
    for it."""
    query = (
        select(Case, AssessmentRow)
        .join(AssessmentRow, (AssessmentRow.case_id == Case.id) & AssessmentRow.is_current)
        .where(Case.id.in_(case_ids), Case.merged_into.is_(None))
        .execution_options(populate_existing=True)
    )
    if since is not None:
        query = query.where((Case.closed_at.is_(None)) | (Case.closed_at >= since))
    found: dict[int, Told] = {}
    for case, row in session.execute(query).all():
        digests = select(OrderMark.mark).where(OrderMark.case_id == case.id, OrderMark.mark.startswith("paper:"))
        papers = frozenset(m.removeprefix("paper:") for m in session.execute(digests).scalars())
        form = select(ReadingRow.content["form"].astext).where(ReadingRow.document_id == row.document_id)
        found[case.id] = _told(
            case.id, keep.assessment_of(row), papers=papers,
            is_mail=session.execute(form).scalar_one_or_none() == "mail", customer_id=case.customer_id,
            customer_name=case.customer_name, company_id=case.company_id, kind=case.kind or "",
        )  # fmt: skip
    return found


def _told(
    case_id: int, assessment: Assessment, *, papers: frozenset[str], is_mail: bool, customer_id: int | None,
    customer_name: str, company_id: int | None, kind: str = "",
) -> Told:  # fmt: skip
    said = assessment.classification
    stated = {name: str(value) for name in _COMPARED if (value := assessment.value(name)) not in (None, "", [])}
    return Told(
        case_id, kind or said.kind.value, said.reason, said.reading.value, is_mail, frozenset(said.flags), customer_id,
        customer_name, company_id, papers, stated, bool(assessment.mails),
    )  # fmt: skip


def _papers(assessment: Assessment, reading: Reading) -> frozenset[str]:
    """The files that the order stands in: what its number, total or lines were read from, and orders as data. Terms,
    rate cards and logos that come with many orders are none of these."""
    named = ("po_number", "amount_total", "lines")
    found = [e for name in named if name in assessment.fields for e in assessment.fields[name].evidence]
    paths = {e.part for e in found if e.document_id is None}
    return frozenset(p.sha256 for p in reading.walk() if p.sha256 and (p.path in paths or p.order is not None))


def _one_at_a_time(session: Session, marks: Collection[str]) -> None:
    """Whoever looks for one of these waits for whoever looks already: of two that come at once, one sees the other."""
    numbers = session.execute(
        text("select distinct hashtextextended(mark, 25) from unnest(cast(:marks as text[])) as mark order by 1"),
        {"marks": list(marks)},
    ).scalars()
    for number in numbers.all():
        session.execute(select(func.pg_advisory_xact_lock(bindparam("number", number, BigInteger))))


def _differ(one: object, other: object) -> bool:
    """Whether both are stated and are not the same."""
    return one not in (None, "") and other not in (None, "") and one != other


def _plain(name: str, value: str | None) -> object:
    if value is None:
        return None
    if name == "po_number":
        return _reference(value)
    if name == "amount_total":
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value.strip().upper()


def _reference(number: str) -> str:
    """A number without blanks, separators, case and leading zeros of a part, and without the letters PO before it."""
    parts = re.findall(r"[A-Z]+|[0-9]+", number.upper())
    parts = parts[1:] if parts[:1] == ["PO"] and len(parts) > 1 else parts
    return "-".join(part.lstrip("0") or "0" for part in parts)
