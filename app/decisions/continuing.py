"""Folding a mail's case into the one it continues: what it changes there, told on both and to be taken out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.continued import NOTHING, Continued, is_chosen, says_nothing
from app.assessments.models import AssessmentRow
from app.audit import trail
from app.cases import lifecycle, snoozing, steps, thread
from app.cases.models import Case
from app.decisions import decided, joined, merging, news
from app.decisions.joined import CONTINUES
from app.errors import NotFound
from app.vocabulary import Kind

ACTOR = "software"
NOTED = "noted"
"""How a mail is folded that says nothing of what the case is about: it is shown there (see `CaseMerge.how`)."""
_ENDED = ("done", "closed")
_UNTOUCHED = ("to_decide", "needs_attention")


@dataclass(frozen=True, slots=True)
class Fold:
    """A case that another is to be folded into, and why, in a sentence. `how` is one of `MERGED_HOW`; `told_as` how
    the history names it where that says more."""

    into: int
    because: str
    how: str = CONTINUES
    told_as: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a mail that was folded: the case it is in now, how, and what it changed there."""

    into: int
    how: str
    effect: str


def fold_in(session: Session, message_case: int, fold: Fold, *, at: datetime) -> Followed | None:
    """Fold a mail's case into the one it continues, by software; None where that one moved on meanwhile.

    Both are locked in the order of their numbers.
    """
    target = merging.both(session, message_case, fold.into)
    case = session.get_one(Case, message_case)
    if case.merged_into is not None or target.merged_into is not None or not is_untouched(session, case.id):
        return None
    if fold.how == CONTINUES and (case.kind == Kind.SECURITY_ALERT or target.kind == Kind.SECURITY_ALERT):
        return None
    return follow(session, case, target, how=fold.how, because=fold.because, actor=ACTOR, at=at, told_as=fold.told_as)


def carry_over(
    session: Session, case: Case, target: Case, *, because: str, actor: str, at: datetime
) -> Followed | None:
    """Fold a locked case into another locked one by a step that a person confirmed; who calls ends it. None where it is
    no mail that could continue the other: nothing was done then."""
    mails = {k.document_id for k in thread.mails_of(session, case.id)}
    try:
        row, _ = keep.current(session, case.id), keep.current(session, target.id)
    except NotFound:
        return None
    if row.document_id not in mails or case.kind == Kind.SECURITY_ALERT or target.kind == Kind.SECURITY_ALERT:
        return None
    how = NOTED if says_nothing(keep.assessment_of(row)) else CONTINUES
    return follow(session, case, target, how=how, because=because, actor=actor, at=at, ends=False)


def follow(
    session: Session, case: Case, target: Case, *, how: str, because: str, actor: str, at: datetime, ends: bool = True,
    told_as: str = "",
) -> Followed:  # fmt: skip
    """Fold a locked case into another locked one, which takes over what the mail says and is looked at anew; a mail
    that is only noted changes nothing there. `ends`: the case is closed here."""
    row = keep.current(session, case.id)
    had_ended = target.state in _ENDED
    merging.fold(session, case, target, actor=actor, at=at, because=because, is_quiet=True, how=how)
    if ends:
        lifecycle.move(session, case, "closed", actor=actor, at=at, because=f"Folded into case {target.id}.")
    change = Continued(keep.assessment_of(keep.current(session, target.id)), 0, NOTHING, ())
    if how == CONTINUES:
        if target.state in _ENDED:
            lifecycle.move(session, target, "to_decide", actor=actor, at=at, because=snoozing.CUSTOMER_ANSWERED)
        snoozing.wake(session, target, because=snoozing.CUSTOMER_ANSWERED, at=at, actor=actor)
        change = joined.join(session, target, row, had_ended=had_ended, at=at)
        steps.schedule(session, target.id, "reconcile", at=at)
    _tell(session, case, target, row, change, how=told_as or how, at=at)
    session.flush()
    return Followed(target.id, how, change.effect)


def _tell(
    session: Session, case: Case, target: Case, row: AssessmentRow, change: Continued, *, how: str, at: datetime
) -> None:
    mail = keep.assessment_of(row).classification
    trail.record(
        session, news.CONTINUED, case_id=target.id, actor=ACTOR, at=at, mail_case=case.id, document=row.document_id,
        sender=case.sender, how=how, effect=change.effect, reason=mail.reason, reading=mail.reading.value,
        fields={d.name: {"was": d.was, "is": d.now, **({"kept": True} if d.is_kept else {})} for d in change.fields},
    )  # fmt: skip


def is_untouched(session: Session, case_id: int) -> bool:
    """Whether no person has done anything about the mail's own case."""
    case = session.get_one(Case, case_id)
    if case.state not in _UNTOUCHED or case.owner_id is not None or decided.by_a_person(session, case_id):
        return False
    known = keep.assessment_of(keep.current(session, case_id))
    return not is_chosen(known) and not known.is_corrected and case.split_from is None
