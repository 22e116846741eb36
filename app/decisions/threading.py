"""Which case a mail continues: the one whose mail it answers, when customer and sender agree; else a person is asked.

Found by In-Reply-To and References, then by the mark in our own mails, then by subject and reference numbers. What is
certain is folded by software, visibly, and can be taken out again; customers are never mixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.continued import NOTHING, Continued, is_chosen, says_nothing
from app.assessments.findings import Reconciliation
from app.assessments.matching import same_reference
from app.assessments.models import AssessmentRow
from app.assessments.results import Assessment
from app.audit import trail
from app.cases import lifecycle, snoozing, steps, thread
from app.cases.models import OPEN_STATES, Case, CaseMerge, ThreadQuestion
from app.cases.seen import Seen, locked, require_handling
from app.cases.thread import Headers, Known
from app.decisions import decided, joined, merging, news, splitting
from app.documents.automatic import QUIET, Automatic
from app.errors import Conflict, NotFound, Refused
from app.mailboxes import of_case
from app.senders import kept as senders
from app.suggestions.models import Suggestion
from app.suggestions.proposal import RelatedCase
from app.users.access import Caller
from app.vocabulary import KIND_OF, Kind

ACTOR = "software"
ANSWERS, TOKEN, SUBJECT = "answers", "token", "subject"
CONTINUES, NOTED, SAME = "continues", "noted", "same"
_ENDED = ("done", "closed")
_UNTOUCHED = ("to_decide", "needs_attention")
_REFERENCES = ("invoice_refs", "order_refs", "po_number")


@dataclass(frozen=True, slots=True)
class Message:
    """A mail that may continue a case, with what was read of it and what the books say.

    `brings_more`: it passes a message on, or brings files, so that it is not done with what it says itself. `marked`
    are the cases whose marks it bears (see app/mailboxes/thread_token.py); `is_own` says whether an address is ours.
    """

    case_id: int
    document_id: int
    headers: Headers
    assessment: Assessment
    found: Reconciliation
    automatic: Automatic | None = None
    marked: tuple[int, ...] = ()
    brings_more: bool = False
    is_own: Callable[[str], bool] = field(default=lambda address: False)

    @property
    def is_quiet(self) -> bool:
        return self.automatic is not None and self.automatic.is_quiet

    @property
    def is_alert(self) -> bool:
        return _may_be_fraud(self.assessment)

    @property
    def customer_id(self) -> int | None:
        match = self.found.certain("customer")
        return match.record.id if match is not None else None

    @property
    def company_id(self) -> int | None:
        paper = self.found.certain("invoice") or self.found.certain("order")
        return paper.company_id if paper is not None else None


@dataclass(frozen=True, slots=True)
class Fold:
    """A case that another is to be folded into, and why, in a sentence. `how` is one of `MERGED_HOW`; `told_as` how
    the history names it where that says more."""

    into: int
    because: str
    how: str = CONTINUES
    told_as: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A case that a mail answers without customer and sender agreeing, and why a person is asked, in a sentence."""

    other: int
    because: str


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
        if self.how == ANSWERS:
            return f"It answers our mail on case {other}." if self.is_ours else f"It answers a mail of case {other}."
        if self.how == TOKEN:
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
        targets = [t for t in targets if _same_house(session, message, t)]
    if len(targets) == 1:
        return _judged(session, message, targets[0], link)
    return Belongs(related=tuple(_one_of_several(t) for t in targets))


def _judged(session: Session, message: Message, target: Case, link: _Link) -> Belongs:
    because = link.says(target.id)
    doubt = _doubt(session, message, target)
    if link.how == SUBJECT:
        return _by_subject(message, target, link, doubt)
    if message.is_quiet:
        is_certain = not doubt and not message.is_alert and not _is_alert(target)
        return Belongs(fold=Fold(target.id, because, NOTED) if is_certain else None)
    if doubt:
        return Belongs(asks=(Ask(target.id, doubt),))
    answers = (target.id,)
    if message.is_alert or _is_alert(target):
        return Belongs(asks=(Ask(target.id, _suspicious(message, target)),), answers=answers)
    if _is_another_matter(session, message, target):
        because = f"It is in the thread of case {target.id}, which has ended, and names other papers."
        return Belongs(related=(RelatedCase(target.id, because),), answers=answers)
    if not _is_untouched(session, message.case_id):
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
    if message.is_alert or _is_alert(target):
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
        return _Link(ANSWERS, found, answered[0].is_ours)
    if message.marked:
        marked = [n for n in message.marked if n != message.case_id]
        if marked:
            return _Link(TOKEN, (marked[0],))
    return None


def _alike(session: Session, message: Message, *, at: datetime) -> _Link | None:
    """Mails under the same subject that name one of its numbers."""
    alike = _sharing_a_number(session, message, thread.alike(session, message.headers, but_not=message.case_id, at=at))
    return _Link(SUBJECT, alike) if alike else None


def _sharing_a_number(session: Session, message: Message, alike: Iterable[Known]) -> tuple[int, ...]:
    mine = references(message.assessment)
    found = dict.fromkeys(k.case_id for k in alike)
    return tuple(n for n in found if mine and _shared(mine, _references_of(session, n)))


def references(assessment: Assessment) -> tuple[str, ...]:
    """The numbers of invoices and orders that a message names."""
    stated = [assessment.value(name) for name in _REFERENCES]
    return tuple(str(r) for one in stated for r in (one if isinstance(one, list | tuple) else [one]) if r)


def _references_of(session: Session, case_id: int) -> tuple[str, ...]:
    try:
        return references(keep.assessment_of(keep.current(session, case_id)))
    except NotFound:
        return ()


def _shared(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    return any(same_reference(a, b) for a in mine for b in theirs)


def _open_to_it(session: Session, message: Message, case_id: int) -> Case | None:
    """The case, or the one it is folded into, that the mail may continue; None where nobody may say so any more."""
    target = session.get(Case, _standing_in(session, case_id))
    if target is None or target.id == message.case_id or target.is_own_draft or target.merged_into is not None:
        return None
    if merging.kept_apart(session, message.case_id, target.id) or _said_no(session, message, target):
        return None
    is_read = session.execute(
        select(AssessmentRow.id).where(AssessmentRow.case_id == target.id, AssessmentRow.is_current)
    ).first()
    return target if is_read is not None else None


def _standing_in(session: Session, case_id: int) -> int:
    """The case, or the one it is folded into."""
    for _ in range(20):
        into = session.execute(select(Case.merged_into).where(Case.id == case_id)).scalar_one_or_none()
        if into is None:
            break
        case_id = into
    return case_id


def _said_no(session: Session, message: Message, target: Case) -> bool:
    """Whether a person said that this mail, or one of the same sender, does not belong there. Where the sender's house
    wrote to the case itself, a no was to that one mail, which only bore its name perhaps: the next is asked about."""
    noes = _noes(session, message, target)
    return message.case_id in noes or (bool(noes) and not _same_house(session, message, target))


def _noes(session: Session, message: Message, target: Case) -> set[int]:
    """The cases of mails of the same sender that a person kept out of this case."""
    rows = session.execute(
        select(ThreadQuestion.case_id, ThreadQuestion.sender).where(
            ThreadQuestion.other_id == target.id, ThreadQuestion.belongs.is_(False)
        )
    )
    whose = thread.house(message.headers.sender)
    return {case_id for case_id, sender in rows if case_id == message.case_id or thread.house(sender) == whose}


def _narrowed(session: Session, targets: Sequence[Case], message: Message) -> list[Case]:
    """Of a message that holds several matters, those whose numbers the mail names; all of them where it names none."""
    found = {t.id: t for t in targets}
    for target in targets:
        for sibling in splitting.siblings(session, target):
            if sibling.merged_into is None and not merging.kept_apart(session, message.case_id, sibling.id):
                found.setdefault(sibling.id, sibling)
    if len(found) < 2:
        return list(found.values())
    mine = references(message.assessment)
    named = [t for t in found.values() if mine and _shared(mine, _references_of(session, t.id))]
    return named if len(named) == 1 else sorted(found.values(), key=lambda t: t.id)


def _doubt(session: Session, message: Message, target: Case) -> str:
    """Why customer and sender do not agree, in a sentence; empty where they do."""
    if not _same_house(session, message, target):
        return (
            f"A new sender answers on case {target.id}: {message.headers.sender or '?'}. Its mails came from another "
            "house."
        )
    checked = senders.of_document(session, message.document_id)
    if checked is not None and checked.failed:
        return f"It answers case {target.id}, and a check of its sender failed."
    if _noes(session, message, target):
        return f"It answers case {target.id}, and a person kept another mail from the same sender out of that case."
    if message.customer_id is not None and target.customer_id not in (None, message.customer_id):
        return f"It answers case {target.id}, and is about another customer than that case."
    company_id = message.company_id or of_case.company_of(session, message.case_id)
    if company_id is not None and target.company_id not in (None, company_id):
        return f"It answers case {target.id}, and is about another of our companies than that case."
    return ""


def _same_house(session: Session, message: Message, target: Case) -> bool:
    """Whether the sender's house wrote to this case before, or a person said that it belongs there. A colleague of ours
    counts where the mails of the case went to them too."""
    sender = message.headers.sender
    if not sender:
        return False
    if message.is_own(sender):
        return any(sender in (*k.recipients, k.sender) for k in thread.mails_of(session, target.id))
    return thread.house(sender) in _houses(session, target, is_own=message.is_own)


def _houses(session: Session, target: Case, *, is_own: Callable[[str], bool]) -> set[str]:
    """The houses that may write on a case: that wrote to it, that we wrote to, and of which a person said so.

    What programs send proves nothing of who sends it. Nor does the same order: whoever has seen one can send it again.
    Its sender counts only where it is the one house that wrote at all.
    """
    mails = thread.mails_of(session, target.id)
    brought = _brought_again(session, target.id)
    theirs = [k for k in mails if not k.is_ours and k.automatic not in QUIET and k.sender and not is_own(k.sender)]
    wrote = {thread.house(k.sender) for k in theirs if k.document_id not in brought}
    if target.sender and not is_own(target.sender):
        wrote.add(thread.house(target.sender))
    also = {thread.house(k.sender) for k in theirs} - wrote
    if not wrote and len(also) == 1:
        wrote = also
    for earlier in mails:
        if earlier.is_ours:  # we wrote to them: they may answer
            wrote |= {thread.house(r) for r in earlier.recipients if not is_own(r)}
    said_yes = session.execute(
        select(ThreadQuestion.sender).where(ThreadQuestion.other_id == target.id, ThreadQuestion.belongs.is_(True))
    ).scalars()
    return wrote | {thread.house(s) for s in said_yes}


def _brought_again(session: Session, case_id: int) -> set[int]:
    """The documents that software folded into a case because they bring the same order."""
    folded = select(CaseMerge.document_ids).where(
        CaseMerge.into_id == case_id, CaseMerge.how == SAME, CaseMerge.taken_apart_at.is_(None)
    )
    return {int(n) for documents in session.execute(folded).scalars() for n in documents}


def _is_another_matter(session: Session, message: Message, target: Case) -> bool:
    """Whether a mail in the thread of a case that has ended names papers that are not that case's: people write anew by
    answering an old mail, whose subject names the old one."""
    if target.state not in _ENDED or says_nothing(message.assessment):
        return False
    mine, theirs = references(message.assessment), _references_of(session, target.id)
    is_new_order = message.assessment.classification.reason == "new_po"
    has_others = any(not _shared((one,), theirs) for one in mine)
    return has_others if theirs else is_new_order


def _is_untouched(session: Session, case_id: int) -> bool:
    """Whether no person has done anything about the mail's own case."""
    case = session.get_one(Case, case_id)
    if case.state not in _UNTOUCHED or case.owner_id is not None or decided.by_a_person(session, case_id):
        return False
    known = keep.assessment_of(keep.current(session, case_id))
    return not is_chosen(known) and not known.is_corrected and case.split_from is None


def _may_be_fraud(assessment: Assessment) -> bool:
    c = assessment.classification
    return any(KIND_OF[r] is Kind.SECURITY_ALERT for r in (c.reason, *c.prediction_set, *c.secondary_reasons))


def _is_alert(case: Case) -> bool:
    return case.kind == Kind.SECURITY_ALERT


def _one_of_several(target: Case) -> RelatedCase:
    return RelatedCase(target.id, f"It may continue case {target.id}, and as well another one: say which.")


def _suspicious(message: Message, target: Case) -> str:
    if message.is_alert:
        return f"This mail may be a security alert, and it answers case {target.id}."
    return f"It answers case {target.id}, which is a security alert."


# -- doing it -----------------------------------------------------------------------------------------------------


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
    if case.merged_into is not None or target.merged_into is not None or not _is_untouched(session, case.id):
        return None
    if fold.how == CONTINUES and (_is_alert(case) or _is_alert(target)):
        return None
    return _follow(session, case, target, how=fold.how, because=fold.because, actor=ACTOR, at=at, told_as=fold.told_as)


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
    if row.document_id not in mails or _is_alert(case) or _is_alert(target):
        return None
    how = NOTED if says_nothing(keep.assessment_of(row)) else CONTINUES
    return _follow(session, case, target, how=how, because=because, actor=actor, at=at, ends=False)


def _follow(
    session: Session, case: Case, target: Case, *, how: str, because: str, actor: str, at: datetime, ends: bool = True,
    told_as: str = "",
) -> Followed:  # fmt: skip
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


def ask(session: Session, message: Message, asks: Sequence[Ask], *, at: datetime) -> None:
    """Put the questions to a person, each once, on both cases."""
    for one in asks:
        new = session.execute(
            insert(ThreadQuestion)
            .values(
                case_id=message.case_id, other_id=one.other, sender=message.headers.sender, because=one.because,
                asked_at=at,
            )
            .on_conflict_do_nothing(index_elements=["case_id", "other_id"])
            .returning(ThreadQuestion.id)
        ).scalar_one_or_none()  # fmt: skip
        if new is None:
            continue
        for case_id, other in ((message.case_id, one.other), (one.other, message.case_id)):
            trail.record(
                session, "thread.asked", case_id=case_id, actor=ACTOR, at=at, question=new, other=other,
                sender=message.headers.sender,
            )  # fmt: skip


def open_questions(session: Session, case_ids: Sequence[int]) -> dict[int, list[ThreadQuestion]]:
    """What a person is asked about each of these cases: of its own mail, and of mails that answer it."""
    rows = session.execute(
        select(ThreadQuestion)
        .join(Case, Case.id == ThreadQuestion.case_id)
        .where(
            ThreadQuestion.answered_at.is_(None), Case.merged_into.is_(None), Case.state.in_(OPEN_STATES),
            ThreadQuestion.case_id.in_(case_ids) | ThreadQuestion.other_id.in_(case_ids),
        )
        .order_by(ThreadQuestion.id)
    ).scalars()  # fmt: skip
    found: dict[int, list[ThreadQuestion]] = {}
    for question in rows:
        for case_id in {question.case_id, question.other_id} & set(case_ids):
            found.setdefault(case_id, []).append(question)
    return found


def questions_of(session: Session, case_id: int) -> list[ThreadQuestion]:
    """All that people were asked about a case and its mails, answered or not, the first first."""
    asked = select(ThreadQuestion).where(
        (ThreadQuestion.case_id == case_id) | (ThreadQuestion.other_id == case_id)
    )  # fmt: skip
    return list(session.execute(asked.order_by(ThreadQuestion.id)).scalars())


def answer(
    session: Session, question_id: int, *, on: int, belongs: bool, seen: Seen, by: Caller, at: datetime
) -> Followed | None:
    """A person says whether a mail belongs to the case that it answers. Yes folds it in; no keeps the sender's mails
    out of that case for good. `on` is the case whose page or version they saw. None: it stays a case of its own.

    Raises:
        NotFound: There is no such question on this case.
        Refused: The person is neither reviewer nor controller, or a security alert would lose its guard.
        Conflict: It was answered, the case changed since it was seen, or one of them is being written or has moved on.
    """
    require_handling(by)
    question = session.get(ThreadQuestion, question_id)
    if question is None or on not in (question.case_id, question.other_id):
        raise NotFound(f"Case {on} has no such question.", case=on)
    target = merging.both(session, question.case_id, _standing_in(session, question.other_id))
    case = session.get_one(Case, question.case_id)
    locked(session, on, seen, by=by)
    session.refresh(question, with_for_update=True)
    if question.answered_at is not None:
        raise Conflict(f"Somebody has answered this already. Open case {on} again to see what holds now.", case=on)
    if belongs:
        _require_foldable(session, case, target)
    question.belongs, question.answered_by, question.answered_at = belongs, by.user_id, at
    for case_id, other in ((case.id, target.id), (target.id, case.id)):
        trail.record(
            session, "thread.answered", case_id=case_id, actor=by.email, at=at, question=question.id, other=other,
            belongs=belongs,
        )  # fmt: skip
    case.updated_at = target.updated_at = at
    _settle_alike(session, question, target, by=by, at=at)
    if not belongs:
        session.flush()
        return None
    if _is_alert(target):
        merging.fold(session, case, target, actor=by.email, at=at, because=question.because)
        lifecycle.move(session, case, "closed", actor=by.email, at=at, because=f"Folded into case {target.id}.")
        session.flush()
        return Followed(target.id, "", NOTHING)
    how = NOTED if says_nothing(keep.assessment_of(keep.current(session, case.id))) else CONTINUES
    return _follow(session, case, target, how=how, because=question.because, actor=by.email, at=at)


def _settle_alike(
    session: Session, answered: ThreadQuestion, target: Case, *, by: Caller, at: datetime
) -> None:  # fmt: skip
    """The same answer holds for other mails of that house which answer the same case: after a no it is theirs too,
    after a yes they look again where they belong."""
    whose = thread.house(answered.sender)
    if not answered.belongs and whose in _houses(session, target, is_own=lambda address: False):
        return  # the case's own sender: a no was to that one mail, which only bore their name perhaps
    others = session.execute(
        select(ThreadQuestion)
        .where(
            ThreadQuestion.other_id == answered.other_id, ThreadQuestion.id != answered.id,
            ThreadQuestion.answered_at.is_(None),
        )
        .order_by(ThreadQuestion.id)
    ).scalars().all()  # fmt: skip
    for other in (q for q in others if whose and thread.house(q.sender) == whose):
        if answered.belongs:
            if steps.is_done(session, other.case_id, "reconcile"):
                steps.schedule(session, other.case_id, "reconcile", at=at)
            continue
        other.belongs, other.answered_by, other.answered_at = False, by.user_id, at
        trail.record(
            session, "thread.answered", case_id=other.case_id, actor=by.email, at=at, question=other.id,
            other=other.other_id, belongs=False,
        )  # fmt: skip


def _require_foldable(session: Session, case: Case, target: Case) -> None:
    if target.merged_into is not None or case.merged_into is not None:
        raise Conflict(f"One of the cases {case.id} and {target.id} was folded into another. Look there.", case=case.id)
    if case.state in ("received", "writing", *_ENDED):
        raise Conflict(
            f"Case {case.id} is {case.state.replace('_', ' ')} and is not folded into another now.", case=case.id
        )
    on_its_way = select(Suggestion.id).where(Suggestion.case_id == case.id, Suggestion.state == "confirmed").limit(1)
    if session.execute(on_its_way).first() is not None:
        raise Conflict(f"A step of case {case.id} is on its way to Odoo. Wait until it is written.", case=case.id)
    if _is_alert(case) and not _is_alert(target):
        raise Refused(
            f"Case {case.id} is a security alert and is not folded into an ordinary case: its bank details would be "
            "shown there. Say no, and go on with both."
        )
