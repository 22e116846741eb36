"""Keep the mirror of Odoo in step: every few minutes by the scheduler, or when somebody asks."""

from __future__ import annotations

import logging

from app.assessments import asleep
from app.cases import snoozing, steps
from app.clock import now
from app.errors import CountersignError, Misconfigured
from app.mirror import store
from app.mirror.sync import Say, SyncReport, sync
from workers.celery_app import celery_app
from workers.wiring import Parts, parts

log = logging.getLogger(__name__)

LONGEST = 3600
"""Seconds that a run may take: the first one copies all of Odoo. One that is cut off goes on where it was."""


@celery_app.task(name="mirror.run", soft_time_limit=LONGEST, time_limit=LONGEST + 30)
def run_task() -> None:
    p = parts()
    if p.odoo is None:
        return
    try:
        run(p)
    except CountersignError as error:
        log.warning("the mirror of Odoo was not brought up to date: %s", error.message)


def run(p: Parts, *, afresh: bool = False, say: Say | None = None) -> SyncReport:
    """Copy what is new in Odoo for all companies that the service user may see; `afresh` reads every record again.

    Raises:
        Misconfigured: No Odoo is connected, or its address, database or key is wrong.
        Unavailable: Odoo does not answer; what was copied stays, and the next run goes on there.
    """
    if p.odoo is None:
        raise Misconfigured("No Odoo is connected: there is nothing to mirror. Set ODOO_URL, ODOO_DB and its key.")
    if afresh:
        with p.database.transaction() as session:
            store.begin_all_again(session)
    report = sync(p.database, p.odoo, companies=p.odoo.companies(), at=now(), say=say)
    if report.anything_new:
        log.info("mirror of Odoo: %s changed, %s removed", sum(report.changed.values()), sum(report.removed.values()))
        wake_changed(p)
    return report


def wake_changed(p: Parts) -> list[int]:
    """Bring back the cases put off whose invoice or order changed in Odoo since, and compare them anew."""
    with p.database.transaction() as session:
        changed = asleep.changed_in_odoo(session)
        woken = snoozing.wake_all(session, changed, because=snoozing.CHANGED_IN_ODOO, happened_at=now(), at=now())
        for case_id in woken:
            steps.schedule(session, case_id, "reconcile", at=now())
    return woken
