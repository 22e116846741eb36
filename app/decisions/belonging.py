"""Which case a mail continues: the one whose mail it answers, when customer and sender agree; else a person is asked.

Found by In-Reply-To and References, then by the mark in our own mails, then by subject and reference numbers. Nothing
is changed here: what is certain is folded (continuing), what a person must say is asked (thread_questions).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.continued import says_nothing
from app.assessments.matching import same_reference
from app.assessments.models import AssessmentRow
from app.assessments.results import Assessment
from app.cases import thread
from app.cases.models import Case
from app.cases.thread import Known
from app.decisions import correspondents, merging, news, splitting
from app.decisions.continuing import NOTED, Fold, is_untouched
from app.decisions.joined import CONTINUES
from app.decisions.message import Message
from app.decisions.thread_questions import Ask
from app.errors import NotFound
from app.suggestions.proposal import RelatedCase
from app.vocabulary import Kind

_ANSWERS, _TOKEN, _SUBJECT = "answers", "token", "subject"
_ENDED = ("done", "closed")
_REFERENCES = ("invoice_refs", "order_refs", "po_number")


@dataclass(frozen=True, slots=True)
class Belongs:
    """Where a mail belongs: for certain (`fold`), as a person must say (`asks`), or perhaps (`related`).

    `answers` are the cases it is for certain an answer to from the same house, whatever comes of it: nobody waits for
    the customer there any longer.
    """

    fold: Fold | None = None
    asks: tuple[Ask, ...] = ()
    related: tuple[RelatedCase, ...] = ()
    answers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Link:
    how: str
    case_ids: tuple[int, ...]
    is_ours: bool = False
    """Whether what it answers is a mail of ours."""

    def says(self, other: int) -> str:
        if self.how == _ANSWERS:
            return f"It answers our mail on case {other}." if self.is_ours else f"It answers a mail of case {other}."
        if self.how == _TOKEN:
            return f"It bears the mark of our mails on case {other}."
        return f"It has the subject and a number of a mail of case {other}."


def answers(session: Session, message: Message) -> tuple[int, ...]:
    """The cases that a mail is for certain an answer to, from the same house; told before the books are asked."""
    link = _surest(session, message)
    return _placed(session, message, link).answers if link is not None else ()


def belongs(session: Session, message: Message, *, at: datetime) -> Belongs:
    """Where a mail belongs. Nothing is changed."""
    link = _surest(session, message) or _alike(session, message, at=at)
    return _placed(session, message, link) if link is not None else Belongs()


def _placed(session: Session, message: Message, link: _Link) -> Belongs:
    targets = [t for t in (_open_to_it(session, message, n) for n in link.case_ids) if t is not None]
    targets = _narrowed(session, targets, message)
    if not targets:
        return Belongs()
    if len(targets) > 1:  # a Message-ID can be given twice, by somebody who wants it so: theirs is no candidate
        targets = [t for t in targets if correspondents.same_house(session, message, t)]
    if len(targets) == 1:
        return _judged(session, message, targets[0], link)
    return Belongs(related=tuple(_one_of_several(t) for t in targets))


def _judged(session: Session, message: Message, target: Case, link: _Link) -> Belongs:
    because = link.says(target.id)
    doubt = correspondents.doubt(session, message, target)
    if link.how == _SUBJECT:
        return _by_subject(message, target, link, doubt)
    if message.is_quiet:
        is_certain = not doubt and not message.is_alert and target.kind != Kind.SECURITY_ALERT
        return Belongs(fold=Fold(target.id, because, NOTED) if is_certain else None)
    if doubt:
        return Belongs(asks=(Ask(target.id, doubt),))
    answers = (target.id,)
    if message.is_alert or target.kind == Kind.SECURITY_ALERT:
        return Belongs(asks=(Ask(target.id, _suspicious(message, target)),), answers=answers)
    if _is_another_matter(session, message, target):
        because = f"It is in the thread of case {target.id}, which has ended, and names other papers."
        return Belongs(related=(RelatedCase(target.id, because),), answers=answers)
    if not is_untouched(session, message.case_id):
        return Belongs(related=(RelatedCase(target.id, because),), answers=answers)
    if message.is_own(message.headers.sender):
        return _of_a_colleague(message, target, because)
    is_noted = says_nothing(message.assessment) and not message.brings_more
    return Belongs(fold=Fold(target.id, because, NOTED if is_noted else CONTINUES), answers=answers)


def _of_a_colleague(message: Message, target: Case, because: str) -> Belongs:
    """What one of us writes is not the customer's word: it is shown and changes nothing. Where it hands something on,
    or the case has ended, it is looked at by itself."""
    if says_nothing(message.assessment) and not message.brings_more:
        return Belongs(fold=Fold(target.id, because, NOTED))
    if message.brings_more or target.state in _ENDED:
        return Belongs(related=(RelatedCase(target.id, because),))
    return Belongs(fold=Fold(target.id, because, NOTED, news.COLLEAGUE))


def _by_subject(message: Message, target: Case, link: _Link, doubt: str) -> Belongs:
    """A subject and a number can be known to others, and are used again: both must be an answer to an open case, and
    the customer certain on both sides."""
    if message.is_quiet or message.is_own(message.headers.sender):
        return Belongs()
    because = link.says(target.id)
    if doubt:
        return Belongs(asks=(Ask(target.id, doubt),) if message.headers.is_answer else ())
    if message.is_alert or target.kind == Kind.SECURITY_ALERT:
        return Belongs(asks=(Ask(target.id, _suspicious(message, target)),))
    is_same_customer = message.customer_id is not None and message.customer_id == target.customer_id
    is_certain = is_same_customer and message.headers.is_answer and target.state not in _ENDED
    if not is_certain or says_nothing(message.assessment):
        return Belongs(related=(RelatedCase(target.id, because),) if target.state not in _ENDED else ())
    return Belongs(fold=Fold(target.id, because))


def _surest(session: Session, message: Message) -> _Link | None:
    """What it answers, else our mark."""
    answered = thread.answered_by(session, message.headers, but_not=message.case_id)
    if answered:
        nearest = answered[0].message_id
        found = tuple(dict.fromkeys(k.case_id for k in answered if k.message_id == nearest))
        return _Link(_ANSWERS, found, answered[0].is_ours)
    if message.marked:
        marked = [n for n in message.marked if n != message.case_id]
        if marked:
            return _Link(_TOKEN, (marked[0],))
    return None


def _alike(session: Session, message: Message, *, at: datetime) -> _Link | None:
    """Mails under the same subject that name one of its numbers."""
    alike = _sharing_a_number(session, message, thread.alike(session, message.headers, but_not=message.case_id, at=at))
    return _Link(_SUBJECT, alike) if alike else None


def _sharing_a_number(session: Session, message: Message, alike: Iterable[Known]) -> tuple[int, ...]:
    mine = _references(message.assessment)
    found = dict.fromkeys(k.case_id for k in alike)
    return tuple(n for n in found if mine and _shared(mine, _references_of(session, n)))


def _references(assessment: Assessment) -> tuple[str, ...]:
    """The numbers of invoices and orders that a message names."""
    stated = [assessment.value(name) for name in _REFERENCES]
    return tuple(str(r) for one in stated for r in (one if isinstance(one, list | tuple) else [one]) if r)


def _references_of(session: Session, case_id: int) -> tuple[str, ...]:
    try:
        return _references(keep.assessment_of(keep.current(session, case_id)))
    except NotFound:
        return ()


def _shared(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    return any(same_reference(a, b) for a in mine for b in theirs)


def _open_to_it(session: Session, message: Message, case_id: int) -> Case | None:
    """The case, or the one it is folded into, that the mail may continue; None where nobody may say so any more."""
    target = session.get(Case, merging.standing_in(session, case_id))
    if target is None or target.id == message.case_id or target.is_own_draft or target.merged_into is not None:
        return None
    if merging.kept_apart(session, message.case_id, target.id) or correspondents.said_no(session, message, target):
        return None
    is_read = session.execute(
        select(AssessmentRow.id).where(AssessmentRow.case_id == target.id, AssessmentRow.is_current)
    ).first()
    return target if is_read is not None else None


def _narrowed(session: Session, targets: Sequence[Case], message: Message) -> list[Case]:
    """Of a message that holds several matters, those whose numbers the mail names; all of them where it names none."""
    found = {t.id: t for t in targets}
    for target in targets:
        for sibling in splitting.siblings(session, target):
            if sibling.merged_into is None and not merging.kept_apart(session, message.case_id, sibling.id):
                found.setdefault(sibling.id, sibling)
    if len(found) < 2:
        return list(found.values())
    mine = _references(message.assessment)
    named = [t for t in found.values() if mine and _shared(mine, _references_of(session, t.id))]
    return named if len(named) == 1 else sorted(found.values(), key=lambda t: t.id)


def _is_another_matter(session: Session, message: Message, target: Case) -> bool:
    """Whether a mail in the thread of a case that has ended names papers that are not that case's: people write anew by
    answering an old mail, whose subject names the old one."""
    if target.state not in _ENDED or says_nothing(message.assessment):
        return False
    mine, theirs = _references(message.assessment), _references_of(session, target.id)
    is_new_order = message.assessment.classification.reason == "new_po"
    has_others = any(not _shared((one,), theirs) for one in mine)
    return has_others if theirs else is_new_order


def _one_of_several(target: Case) -> RelatedCase:
    return RelatedCase(target.id, f"It may continue case {target.id}, and as well another one: say which.")


def _suspicious(message: Message, target: Case) -> str:
    if message.is_alert:
        return f"This mail may be a security alert, and it answers case {target.id}."
    return f"It answers case {target.id}, which is a security alert."
