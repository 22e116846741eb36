"""Detectors over the mirror: bring it up to date, let every rule look, and raise what they found. One run at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from app.clock import now
from app.db import Database
from app.detectors import raising
from app.detectors.discrepancy import Discrepancy
from app.detectors.raising import Raised
from app.errors import CountersignError, Misconfigured, NotFound, Unavailable
from app.mirror import store
from app.mirror.models import MirrorCursor
from app.mirror.sync import Progress
from app.odoo.gateway import OdooGateway
from app.sources import odoo_events
from app.sources.models import DetectionWish
from workers import mirroring
from workers.celery_app import celery_app
from workers.wiring import Parts, parts

log = logging.getLogger(__name__)

LOCK = 0x646574656374
"""PostgreSQL's number of the lock that lets one run at a time: "detect" in ASCII."""
MIRRORING = 120.0
"""Seconds that a run waits for another process that is just mirroring Odoo."""
LONGEST = 3600
"""Seconds that a run may take: the first one copies all of Odoo. One that is cut off goes on where it was."""
_IN_THE_WAY = ("40P01", "40001", "55P03")
"""PostgreSQL's codes for two who waited for each other: whoever lost tries again."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run found and what became of it.

    `raised` is None when nothing was raised: a dry run, or (`is_busy`) another run was at it all the time. `cases` has
    the case of each finding by its key, as far as it has one.
    """

    found: tuple[Discrepancy, ...] = ()
    raised: Raised | None = None
    cases: Mapping[str, int] = field(default_factory=dict)
    is_busy: bool = False


@celery_app.task(name="detection.run", soft_time_limit=LONGEST, time_limit=LONGEST + 30)
def run_task(company_id: str = "") -> None:
    """Every company; or, nudged for one because Odoo told that something happened there, those that wait for it."""
    p = parts()
    if p.odoo is None:
        return
    try:
        companies = _wished(p.database, p.odoo, company_id) if company_id else None
        if companies != ():
            run(p, companies=companies)
    except CountersignError as error:
        log.warning("the detectors did not run: %s", error.message)


@celery_app.task(name="detection.wished", soft_time_limit=LONGEST, time_limit=LONGEST + 30)
def wished_task() -> None:
    """What Odoo told of and no nudge has brought: while another run was at it, or the broker away."""
    with parts().database.transaction() as session:
        wish = session.execute(select(DetectionWish.company_id).limit(1)).scalar_one_or_none()
    if wish is not None:
        run_task(str(wish))


def run(
    p: Parts, companies: Collection[int] | None = None, today: date | None = None, *, dry_run: bool = False,
    wait: float = 0.0, say: Callable[[Progress], None] | None = None,
) -> Ran:  # fmt: skip
    """Look for discrepancies and raise them as cases; a `dry_run` only looks.

    `companies` are Odoo's ids, all that the service user may see by default; `today` is the day of the rules. While
    another run is at it this one waits so many seconds and then does nothing.

    Raises:
        Misconfigured: No Odoo is connected, or the policy's thresholds cannot be read.
        NotFound: Odoo shows us no such company.
        Unavailable: Odoo does not answer.
    """
    if p.odoo is None:
        raise Misconfigured(
            "No Odoo is connected: there is nothing to look through. Set ODOO_URL, ODOO_DB and its key."
        )
    with p.database.alone(LOCK, wait=wait) as is_alone:
        if not is_alone:
            return Ran(is_busy=True)
        ours = p.odoo.companies()
        strangers = sorted(set(companies or ()) - set(ours))
        if strangers:
            known = ", ".join(str(c) for c in ours)
            raise NotFound(f"Odoo shows us no company {strangers[0]}. It is one of {known}.")
        chosen = sorted(ours if companies is None else companies)
        with _wishes_taken(p.database, () if dry_run else chosen):
            _mirror(p, say=say)
            _read_papers(p)
            found = _detect(p, chosen, today or now().date())
        if dry_run:
            return Ran(found, cases=_cases(p.database, found))
        raised = _raise(p.database, found, chosen)
        log.info("detectors: %s", raised.counts())
        return Ran(found, raised, _cases(p.database, found))


@contextmanager
def _wishes_taken(database: Database, companies: Collection[int]) -> Iterator[None]:
    """Take the wishes of these companies, so that what happens from here on is a new one. If nothing comes of it they
    stand again."""
    with database.transaction() as session:
        query = select(DetectionWish.company_id).where(DetectionWish.company_id.in_(tuple(companies)))
        wishes = session.execute(query).scalars().all()
        for company in wishes:
            odoo_events.take_wish(session, company)
    try:
        yield
    except CountersignError:
        with database.transaction() as session:
            for company in wishes:  # without a nudge: what failed a moment ago is tried again in a while
                row = insert(DetectionWish).values(company_id=company, wished_at=now())
                session.execute(row.on_conflict_do_nothing())
        raise


def _mirror(p: Parts, *, say: Callable[[Progress], None] | None) -> None:
    """Bring the mirror up to date; when another process is just doing that, afterwards."""
    until = time.monotonic() + MIRRORING
    while mirroring.run(p, say=say).is_busy:
        if time.monotonic() > until:
            raise Unavailable("Odoo is being mirrored by another process. Try again when it has finished.")
        time.sleep(0.5)


def _read_papers(p: Parts) -> None:
    """Read order documents attached in Odoo that were not read before."""
    from workers import order_papers  # reads documents: heavy, and only needed here

    order_papers.read_papers(p)


def _detect(p: Parts, companies: Collection[int], today: date) -> tuple[Discrepancy, ...]:
    """Let the rules look at a whole mirror that nobody is changing: half a copy, or half a change, proves nothing.

    Raises:
        Unavailable: It is not whole, or never at rest.
    """
    from app.detectors.detect import detect
    from app.detectors.thresholds import Thresholds

    thresholds = Thresholds.of_mapping(p.policy.content.get("detectors"))
    until = time.monotonic() + MIRRORING
    while True:
        with p.database.alone(store.LOCK) as at_rest, p.database.snapshot() as session:
            if at_rest:
                states = session.execute(select(MirrorCursor.is_complete)).scalars().all()
                if not states or not all(states):
                    raise Unavailable("The mirror of Odoo is not whole yet: half a copy proves nothing. Run it again.")
                return detect(session, thresholds=thresholds, today=today, companies=sorted(companies))
        if time.monotonic() > until:
            raise Unavailable("Odoo is being mirrored by another process without a pause. Try again later.")
        time.sleep(0.5)


def _raise(database: Database, found: tuple[Discrepancy, ...], companies: Collection[int]) -> Raised:
    """Raise all in one transaction; again when it stood in the way of somebody who decided a case just then."""
    for attempt in range(3):
        try:
            with database.transaction() as session:
                return raising.raise_all(session, found, whole=True, at=now(), companies=companies)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in _IN_THE_WAY or attempt == 2:
                raise
            time.sleep(0.2)
    raise AssertionError("unreachable")


def _cases(database: Database, found: tuple[Discrepancy, ...]) -> dict[str, int]:
    with database.transaction() as session:
        return raising.cases_of(session, [d.key for d in found])


def _wished(database: Database, odoo: OdooGateway, company_id: str) -> tuple[int, ...]:
    """All companies that wait for a run, when the named one still does: many nudges are one run.

    Events may tell of a company that our service user does not see: there is nothing to look through there.
    """
    with database.transaction() as session:
        wishes = session.execute(select(DetectionWish.company_id)).scalars().all()
    if int(company_id) not in wishes:
        return ()
    ours = odoo.companies()
    with database.transaction() as session:
        for stranger in set(wishes) - set(ours):
            log.info("Odoo told of company %s, which it does not show us", stranger)
            odoo_events.take_wish(session, stranger)
    return tuple(c for c in wishes if c in ours)
