"""The run at night: every draft invoice is looked at, and a text is proposed where there is something to tell."""

from __future__ import annotations

import logging
from collections import Counter

from app.errors import CountersignError
from workers import narrating
from workers.celery_app import celery_app
from workers.wiring import parts

log = logging.getLogger(__name__)

TASK = "narratives.run"
LOCK = 0x6E61727261746573 & 0x7FFFFFFFFFFFFFFF
"""PostgreSQL's number of the lock that lets one run at a time: "narrates" in ASCII."""
LONGEST = 6 * 3600
"""Seconds that a run may take. One that is cut off goes on the next night: what stands is not drafted again."""


@celery_app.task(name=TASK, soft_time_limit=LONGEST, time_limit=LONGEST + 30)
def run_task() -> None:
    """Draft what changed. A second delivery, or a run that is still at it, does nothing."""
    p = parts()
    if p.odoo is None:
        return
    with p.database.alone(LOCK) as is_alone:
        if not is_alone:
            return
        try:
            ran = narrating.run(p)
        except CountersignError as error:
            log.warning("the texts of draft invoices were not drafted: %s", error.message)
            return
    outcomes = Counter(one.kept.outcome for one in ran.narrated if one.kept is not None)
    log.info("texts of draft invoices: %s, %s ended, %s failed", dict(outcomes), len(ran.ended), len(ran.failed))
