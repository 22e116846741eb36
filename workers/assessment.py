"""The steps of a case: read and assess its document, then ask Odoo what is known and propose what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.assessments import asleep, grounding, keep, numbers, present
from app.cases import lifecycle, snoozing, steps
from app.cases.models import Case
from app.clock import now
from app.decisions import decide, doubt, joined, same_order, straight_through, worded
from app.documents import readings
from app.documents.automatic import automatic
from app.drafts import kept as briefs
from app.errors import CountersignError
from app.letters import returned, way_out
from app.notices import echoes
from app.suggestions import freeze, policy
from app.suggestions.proposal import Situation
from workers import consulting, drafting, matters, narrating, senders, threads
from workers.celery_app import celery_app
from workers.lease import given_back, kept
from workers.wiring import Parts, parts

if TYPE_CHECKING:
    from datetime import datetime

    from app.assessments.findings import Books
    from app.assessments.results import Assessment
    from app.documents.reading import Reading


@celery_app.task(name="case.assess")
def assess_case(case_id: str) -> None:
    assess(parts(), int(case_id))


@celery_app.task(name="case.reconcile")
def reconcile_case(case_id: str) -> None:
    reconcile(parts(), int(case_id))


def assess(p: Parts, case_id: int) -> None:
    """Read the case's document in a bounded child process and say what it is. Needs neither Odoo nor a model."""
    attempt = _claim(p, case_id, "assess")
    if attempt is None:
        return
    with given_back(p.database, lambda s, error: _failed(s, case_id, "assess", attempt, error)):
        if narrating.step(p, case_id, "assess", attempt):
            return
        with p.database.transaction() as session:
            matter = matters.of_case(session, case_id)
        with kept(p.database, lambda s: steps.renew(s, case_id, "assess", attempt, at=now()), every=8):
            reading, assessment = matter.assess(p)
            checked = senders.check(p, matter.document_id, reading, matter.attachment.content)
        with p.database.transaction() as session:
            case = session.get_one(Case, case_id, with_for_update=True)  # before its step, as whoever folds it does
            if not steps.finish(session, case_id, "assess", attempt, at=now()):
                return
            readings.keep(session, matter.document_id, reading, at=now())
            senders.keep(session, case_id, matter.document_id, checked)
            threads.note(p, session, case_id, matter.document_id, reading)
            keep.keep(session, case_id, matter.document_id, assessment, at=now())
            present.show_assessment(session, case, reading, assessment, at=now())
            if (known := matter.found_already()) is not None:
                keep.keep_reconciliation(session, case_id, known)
            matter.show(case)
            if joined.join_again(session, case, at=now()):
                return
            if assessment.asked is not None and assessment.asked.outcome == "waiting":
                consulting.schedule(p, session, case_id, at=now())
            else:
                steps.schedule(session, case_id, "reconcile", at=now())


def reconcile(p: Parts, case_id: int) -> None:
    """Match the case with Odoo's records, do the arithmetic, and propose steps. Waits when Odoo does not answer."""
    attempt = _claim(p, case_id, "reconcile")
    if attempt is None:
        return
    with given_back(p.database, lambda s, error: _failed(s, case_id, "reconcile", attempt, error)):
        if narrating.step(p, case_id, "reconcile", attempt):
            return
        with p.database.transaction() as session:
            row = keep.current(session, case_id)
            assessment = keep.assessment_of(row)
            matter = matters.of_document(session, row.document_id)
            reading: Reading = readings.load(session, row.document_id)
            wrote_at = session.get_one(Case, case_id).opened_at
            message = threads.message_of(p, session, case_id, row, reading, assessment)
            secret = p.settings.countersign_secret_key.get_secret_value()
            way = way_out.way_out(session, case_id, row.document_id, reading, key=secret)
            _wake(session, threads.answers(session, message), wrote_at)
            us = threads.ours(p, session)
        with p.database.transaction() as session:
            if returned.take_back(session, case_id, reading, ours=us, at=now()) is not None:
                return  # it reports on a reply of ours, and is part of that case now
            if echoes.set_aside(session, case_id, reading, ours=us, at=now()):
                return
        try:
            with kept(p.database, lambda s: steps.renew(s, case_id, "reconcile", attempt, at=now()), every=8):
                found = matter.ask(p, assessment, reading)
        except CountersignError as error:  # away, wrongly set up, or answering nonsense: ask again later
            with p.database.transaction() as session:
                case = session.get_one(Case, case_id, with_for_update=True)
                if steps.postpone(session, case_id, "reconcile", attempt, error.message, at=now()):
                    present.say_odoo_is_away(case, assessment, error.message, at=now())
            return
        where = threads.place(p, replace(message, found=found) if message is not None else None, attempt)
        if where is None:
            return  # it is part of another case now
        as_read, assessment = assessment, _said_anew(p, assessment, found.books, reading)
        order = same_order.told(case_id, assessment, reading, found)
        with p.database.transaction() as session:
            related = same_order.related(session, order, at=now(), beside=where.related)
            original = threads.paper(session, assessment, reading) or matter.attachment
        situation = Situation(case_id, reading, assessment, found, original, related, matter.advice(), way)
        proposals = policy.propose(situation)
        brief = drafting.brief(situation, proposals)
        with p.database.transaction() as session:
            case = session.get_one(Case, case_id, with_for_update=True)
            if not steps.finish(session, case_id, "reconcile", attempt, at=now()):
                return
            if case.state in ("done", "closed"):
                return
            if assessment is not as_read:
                keep.keep(session, case_id, row.document_id, assessment, at=now())
                present.show_assessment(session, case, reading, assessment, at=now())
            keep.keep_reconciliation(session, case_id, found)
            briefs.keep(session, case_id, brief)
            proposals = worded.as_before(session, case_id, proposals)
            freeze.propose_anew(session, case_id, proposals, doubt.on_case(session, p.policy, case_id), at=now())
            drafting.schedule(p, session, situation, at=now())
            present.show_findings(session, case, assessment, found, at=now())
            matter.show(case)
            same_order.note(session, case_id, order)
            if p.odoo is None:
                present.say_odoo_is_away(case, assessment, "no Odoo is connected (ODOO_URL).", at=now())
            decide.settle_case(session, case, actor="software", at=now())
            straight_through.close_by_itself(
                session, case, assessment, reading, p.policy, document_id=row.document_id, related=related, at=now()
            )
        with p.database.transaction() as session:
            same_order.fold_same(session, case_id, at=now())
        if (by_itself := automatic(reading, us)) is not None and by_itself.is_quiet:
            return  # nobody wrote: what was put off until somebody answers goes on waiting
        with p.database.transaction() as session:
            _wake(session, asleep.about_the_same(session, case_id, found), wrote_at)


def _wake(session: Session, case_ids: list[int], wrote_at: datetime) -> None:
    """The customer wrote about these cases: those that were put off before that wait no longer."""
    snoozing.wake_all(session, case_ids, because=snoozing.CUSTOMER_ANSWERED, happened_at=wrote_at, at=now())


def _said_anew(p: Parts, assessment: Assessment, books: Books, reading: Reading) -> Assessment:
    """What we think, said anew where the books show that two order numbers were read the wrong way round, or where a
    person changed what it says."""
    righted = numbers.righted(assessment, books)
    if righted is assessment and not set(assessment.corrections) - {"language"}:
        return assessment
    from classifiers.summary import summarise

    summary = summarise(reading, righted.classification, righted.fields, righted.order, firm=p.settings.firm)
    beside = tuple(c for c in righted.summary if any(e.document_id is not None for e in c.evidence))  # of other mails
    summary = (*summary, *(c for c in beside if c.text not in {said.text for said in summary}))
    anew = grounding.grounded(replace(righted, summary=summary), reading)
    same = righted is assessment and [c.text for c in anew.summary] == [c.text for c in assessment.summary]
    return assessment if same else anew


_GIVEN_UP = {
    "assess": "This document could not be read: it failed five times. Open the original and enter what matters by "
    "hand, or have it read again.",
    "reconcile": "This case could not be compared with Odoo: it failed five times. Compare it by hand, or have it "
    "read again.",
}


def _claim(p: Parts, case_id: int, stage: str) -> int | None:
    """Lease the step: the lease's number. None when there is nothing to do, or it ended too many workers."""
    with p.database.transaction() as session:
        step = steps.claim(session, case_id, stage, at=now())
        if step is not None and step.lost >= steps.LOSSES:
            _give_up(session, case_id, stage, "its worker died each time")
            return None
        return step.attempts if step is not None else None


def _failed(session: Session, case_id: int, stage: str, attempt: int, error: str) -> None:
    session.get_one(Case, case_id, with_for_update=True)
    if steps.fail(session, case_id, stage, attempt, error, at=now()):
        _give_up(session, case_id, stage, error)


def _give_up(session: Session, case_id: int, stage: str, error: str) -> None:
    case = session.get_one(Case, case_id, with_for_update=True)
    steps.give_up(session, case_id, stage, error, at=now())
    lifecycle.ask_for_attention(session, case, _GIVEN_UP[stage], at=now())
