"""Asking the language model about a case of which the offline engine is not certain: a step beside the others.

The case stands before a person already, with the offline engine's reading. The comparison with Odoo waits for the
model a bounded time; an answer that comes later is taken as long as no person has acted on the case.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.assessments import keep, present
from app.assessments.results import Assessment, ModelAsked
from app.audit import trail
from app.cases import steps
from app.cases.models import Case
from app.clock import now
from app.decisions import decided, earlier
from app.documents import readings
from app.errors import Misconfigured, NotFound
from workers import matters
from workers.celery_app import celery_app
from workers.lease import given_back, kept
from workers.wiring import Parts, parts

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.models import CaseStep
    from app.documents.reading import Reading
    from classifiers.llm.question import Example

STAGE = "consult"
PATIENCE = timedelta(minutes=15)
"""After this long in the queue a case is not put to the model any more."""
_MARGIN = timedelta(seconds=15)
_QUESTIONS = 2
"""So many are asked about a case, each within the deadline."""
_UNTOUCHED = ("to_decide", "needs_attention")
_FASTER = "The language model’s answer was not needed: a person was faster."


@celery_app.task(name=f"case.{STAGE}")
def consult_case(case_id: str) -> None:
    consult(parts(), int(case_id))


def schedule(p: Parts, session: Session, case_id: int, *, at: datetime) -> None:
    """Ask for the model's opinion, and for the comparison with Odoo when that has come, or does not come in time."""
    within = timedelta(seconds=_QUESTIONS * p.settings.countersign_llm_deadline_seconds) + _MARGIN
    steps.schedule_late(session, case_id, "reconcile", due=at + within)
    steps.schedule(session, case_id, STAGE, at=at)


def consult(p: Parts, case_id: int) -> None:
    """Put the case to the model and take over what stands of the answer. Without one, what was read stays."""
    attempt = _claim(p, case_id)
    if attempt is None:
        return
    with given_back(p.database, lambda s, error: _failed(s, case_id, attempt, error)):
        with p.database.transaction() as session:
            row = keep.current(session, case_id)
            before = keep.assessment_of(row)
            is_late = now() - row.made_at > PATIENCE
            is_taken_up = _is_taken_up(session, session.get_one(Case, case_id), before)
            matter = matters.of_document(session, row.document_id)
            reading: Reading = readings.load(session, row.document_id)
            examples = _examples(p, session, case_id, before, reading)
        if is_taken_up:
            after = _without(before, "not_asked", _FASTER)
        elif is_late:
            after = _without(before, "unavailable", "The language model had too much to do to be asked.")
        else:
            with kept(p.database, lambda s: steps.renew(s, case_id, STAGE, attempt, at=now()), every=8):
                after = _asked(p, matter, case_id, before, reading, examples)
        with p.database.transaction() as session:
            session.get_one(Case, case_id, with_for_update=True)  # before its step, as whoever folds it does
            if steps.finish(session, case_id, STAGE, attempt, at=now()):
                _take_over(session, case_id, row.document_id, reading, after, matter)


def _asked(
    p: Parts, matter: matters.Matter, case_id: int, before: Assessment, reading: Reading, examples: tuple[Example, ...]
) -> Assessment:
    try:
        asker = p.asker
    except Misconfigured as error:
        return _without(before, "misconfigured", error.message)
    if asker is None:
        return _without(before, "not_asked", "The language model was not asked: none is set any more.")
    from workers.asking import about_messages

    return matter.consult(p, before, reading, about_messages(asker, case_id), examples)


def _take_over(
    session: Session, case_id: int, document_id: int, reading: Reading, after: Assessment, matter: matters.Matter
) -> None:
    case = session.get_one(Case, case_id, with_for_update=True)
    row = keep.current(session, case_id)
    known = keep.assessment_of(row)
    asked = after.asked
    if asked is None or known.asked is None or known.asked.outcome != "waiting" or row.document_id != document_id:
        return  # it was read anew in the meantime
    if _is_taken_up(session, case, known):
        asked = ModelAsked("not_asked", because=_FASTER)
    trail.record(
        session, "model.asked", case_id=case_id, actor=present.ACTOR, at=now(), outcome=asked.outcome,
        because=asked.because, model=asked.model, prompt=asked.prompt, fingerprint=asked.fingerprint, vote=asked.vote,
        prompt_tokens=asked.prompt_tokens, completion_tokens=asked.completion_tokens, dropped=dict(asked.dropped),
        is_from_cache=asked.is_from_cache,
    )  # fmt: skip
    if asked.is_answered:
        keep.keep(session, case_id, document_id, after, at=now())
        present.show_assessment(session, case, reading, after, at=now())
        matter.show(case)
        steps.schedule(session, case_id, "reconcile", at=now())
        return
    keep.keep_asked(session, case_id, asked)
    if steps.is_waiting(session, case_id, "reconcile"):
        steps.schedule(session, case_id, "reconcile", at=now())


def _is_taken_up(session: Session, case: Case, known: Assessment) -> bool:
    """Whether a person has acted on the case: nothing a model says changes it then."""
    has_chosen = any(vote.reader == "person" for vote in known.classification.votes) or known.is_corrected
    return has_chosen or case.state not in _UNTOUCHED or decided.by_a_person(session, case.id)


def _without(before: Assessment, outcome: str, because: str) -> Assessment:
    return replace(before, asked=ModelAsked(outcome, because=because))


def _examples(
    p: Parts, session: Session, case_id: int, assessment: Assessment, reading: Reading
) -> tuple[Example, ...]:
    """Confirmed earlier messages of the same customer; none of ours, and none where the setting says so."""
    from classifiers.llm.question import MOST_EXAMPLES, Example
    from classifiers.triage import judge
    from classifiers.triage.envelope import is_own_staff

    if not p.settings.countersign_llm_examples or reading.mail is None or is_own_staff(reading.mail, p.settings.firm):
        return ()
    found = earlier.confirmed(
        session, case_id, sender=reading.mail.sender.email, reasons=judge.shortlist(assessment.classification),
        most=MOST_EXAMPLES,
    )  # fmt: skip
    return tuple(Example(one.text, one.reason) for one in found)


def _claim(p: Parts, case_id: int) -> int | None:
    with p.database.transaction() as session:
        step: CaseStep | None = steps.claim(session, case_id, STAGE, at=now())
        if step is not None and step.lost >= steps.LOSSES:
            _give_up(session, case_id, "its worker died each time")
            return None
        return step.attempts if step is not None else None


def _failed(session: Session, case_id: int, attempt: int, error: str) -> None:
    if steps.fail(session, case_id, STAGE, attempt, error, at=now()):
        _give_up(session, case_id, error)


def _give_up(session: Session, case_id: int, error: str) -> None:
    """The case goes on without a model: nothing of it is worth a person's attention."""
    steps.give_up(session, case_id, STAGE, error, at=now())
    said = ModelAsked("unavailable", because="The language model could not be asked: it failed five times.")
    try:
        keep.keep_asked(session, case_id, said)
    except NotFound:
        return
    if steps.is_waiting(session, case_id, "reconcile"):
        steps.schedule(session, case_id, "reconcile", at=now())
