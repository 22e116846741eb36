"""The sweeper: finds rows whose nudge, lease or waiting time is over and sends them again; seals the audit trail."""

from __future__ import annotations

import logging
from datetime import timedelta

from app.audit import checkpoints
from app.cases import presence, snoozing, steps
from app.cases.intake import take_in
from app.clock import now
from app.documents import folder
from app.llm import answers
from app.writebacks import deliver
from workers import senders
from workers.celery_app import MODELS, celery_app, queued, send
from workers.consulting import STAGE as CONSULT
from workers.drafting import STAGE as DRAFT
from workers.pulse import note_sweep
from workers.wiring import Parts, parts

log = logging.getLogger(__name__)


@celery_app.task(name="sweep.resend")
def resend_task() -> None:
    resend(parts())
    note_sweep(parts().settings.redis_url.get_secret_value())


@celery_app.task(name="sweep.seal_audit")
def seal_task() -> None:
    seal(parts())


@celery_app.task(name="sweep.forget")
def forget_task() -> None:
    forget(parts())


@celery_app.task(name="sweep.wake")
def wake_task() -> None:
    wake(parts())


@celery_app.task(name="sweep.check_senders")
def check_senders_task() -> None:
    senders.check_again(parts())


@celery_app.task(name="sweep.watched_folder")
def watch_task() -> None:
    take_from_folder(parts())


KEPT_ANSWERS = timedelta(days=90)
"""A model's answers may hold customers' data: after this long they are asked for anew if they are needed again."""
ASKING = (CONSULT, DRAFT)
"""Steps that wait for a language model."""
FULL = 500
"""With so many nudges on their way the sweeper adds none: what waits is waited for already."""


def resend(p: Parts) -> int:
    """Nudge a worker for every overdue step and write; returns how many."""
    if queued() >= FULL:
        return 0
    with p.database.transaction() as session:
        overdue = steps.overdue(session, at=now())
        writes = deliver.due(session, at=now())
    is_model_busy = any(stage in ASKING for _, stage in overdue) and queued(MODELS) >= FULL
    for case_id, stage in overdue:
        if stage not in ASKING or not is_model_busy:
            send(f"case.{stage}", str(case_id))
    for write_id in writes:
        send("writeback.deliver", str(write_id))
    return len(overdue) + len(writes)


def seal(p: Parts) -> None:
    """Fold the audit chains that moved into a signed checkpoint, and forget who had a case open long ago."""
    with p.database.transaction() as session:
        checkpoints.seal(session, key=p.secret_key.encode(), at=now())
    with p.database.transaction() as session:
        presence.forget(session, at=now())


def forget(p: Parts) -> int:
    """Remove the model's answers that are old; returns how many."""
    with p.database.transaction() as session:
        return answers.forget(session, now() - KEPT_ANSWERS)


def wake(p: Parts) -> int:
    """Bring back the cases that were put off until now; returns how many."""
    with p.database.transaction() as session:
        return snoozing.wake_due(session, at=now())


def take_from_folder(p: Parts) -> int:
    """Take in what lies in the watched folder; a file is set aside only after it is stored. Returns how many.

    A file that is too large goes to `refused/`; one that cannot be opened stays. Neither keeps the others waiting.
    """
    if p.settings.countersign_watch is None or not p.settings.countersign_watch.is_dir():
        return 0
    count = 0
    for path in folder.waiting_files(p.settings.countersign_watch, at=now()):
        try:
            if path.stat().st_size > p.settings.countersign_max_upload_mb * 1024 * 1024:
                folder.set_aside(path, into=folder.REFUSED)
                log.warning("a file in the watched folder is too large and was set aside in %s/", folder.REFUSED)
                continue
            arrival = folder.incoming(path, at=now())
        except OSError as error:
            log.warning("a file in the watched folder cannot be opened: %s", error.strerror)
            continue
        with p.database.transaction() as session:
            take_in(session, arrival)
        folder.set_aside(path)
        count += 1
    return count
