"""Drafting the texts of draft invoices: from the mirror and Odoo to a case each, worded by a model if one is set."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.cases import steps
from app.clock import now
from app.errors import CountersignError, Misconfigured, NotFound, Unavailable
from app.mirror.models import MirrorCursor
from app.narratives import gather, keep, rules, wording
from app.narratives.drafting import Draft, draft
from app.narratives.gather import Known, Live
from app.narratives.internal import Guard
from app.narratives.keep import Kept
from workers import mirroring
from workers.lease import kept
from workers.wiring import Parts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.mirror.sync import Progress

log = logging.getLogger(__name__)

MIRRORING = 900.0
"""Seconds to wait for another process that is mirroring."""


@dataclass(frozen=True, slots=True)
class Narrated:
    """A draft invoice's text and what became of it; `kept` is None for a dry run."""

    draft: Draft
    live: Live
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run drafted; `ended` are cases whose invoice is no draft any more."""

    narrated: tuple[Narrated, ...] = ()
    ended: tuple[int, ...] = ()
    failed: tuple[str, ...] = field(default=())
    """Sentences for invoices that could not be drafted."""


def run(
    p: Parts, names: Sequence[str] = (), *, dry_run: bool = False, with_model: bool = True, mirrored: bool = False,
    say: Callable[[Progress], None] | None = None,
) -> Ran:  # fmt: skip
    """Draft the texts of the named draft invoices, or of all, and propose each in a case; a `dry_run` only drafts.

    `mirrored`: the mirror is up to date already.

    Raises:
        Misconfigured: No Odoo is connected.
        NotFound: A name fits no draft invoice.
        Unavailable: Odoo does not answer.
    """
    if p.odoo is None:
        raise Misconfigured(
            "No Odoo is connected: there are no drafts to write for. Set ODOO_URL, ODOO_DB and its key."
        )
    if not mirrored:
        _mirror(p, say)
    with p.database.snapshot() as session:
        ids = gather.chosen(session, names) if names else gather.all_drafts(session)
        books = gather.known(session)
    live = gather.ask(p.odoo, ids)
    done = [_one(p, one, books, dry_run=dry_run, with_model=with_model) for one in live]
    ended: tuple[int, ...] = ()
    if not names and not dry_run:
        with p.database.transaction() as session:
            ended = keep.end_gone(session, {x.invoice.id for x in live}, companies=p.odoo.companies(), at=now())
    there = {one.invoice.id for one in live}
    failed = tuple(f"Invoice {n} is no draft in Odoo any more: its text stays." for n in ids if n not in there)
    return Ran(tuple(done), ended, failed)


def step(p: Parts, case_id: int, stage: str, attempt: int) -> bool:
    """Do a leased step of a case that is about the text of a draft invoice; False, and nothing done, for any other.

    Reading it again and comparing it with Odoo again are one: it is drafted anew. With Odoo away the step waits.
    """
    with p.database.transaction() as session:
        if keep.invoice_of(session, case_id) is None:
            return False
    try:
        with kept(p.database, lambda s: steps.renew(s, case_id, stage, attempt, at=now()), every=8):
            keep_it = again(p, case_id)
    except CountersignError as error:
        with p.database.transaction() as session:
            steps.postpone(session, case_id, stage, attempt, error.message, at=now())
        return True
    with p.database.transaction() as session:
        if steps.finish(session, case_id, stage, attempt, at=now()):
            keep_it(session)
    return True


def again(p: Parts, case_id: int) -> Callable[[Session], None]:
    """Draft a case's text anew, because Odoo changed or a person asked for it; returns what keeps it.

    Odoo is read first and nothing is written: the caller keeps the result in the transaction that ends the step.

    Raises:
        CountersignError: Odoo is away or wrongly set up.
    """
    if p.odoo is None:
        raise Misconfigured("No Odoo is connected: set ODOO_URL, ODOO_DB and its key.")
    with p.database.transaction() as session:
        invoice_id = keep.invoice_of(session, case_id)
    if invoice_id is None:
        raise NotFound(f"Case {case_id} is about no draft invoice.")
    _mirror(p, None)
    live = gather.ask(p.odoo, [invoice_id])
    if not live:
        return lambda session: keep.end(session, invoice_id, at=now())
    with p.database.snapshot() as session:
        books = gather.known(session)
    plain, guard = _drafted(p, live[0], books)
    text = _worded(p, plain, guard, books, case_id)
    fingerprint = keep.fingerprint_of(plain, live[0], _model(p))

    def keep_it(session: Session) -> None:
        keep.keep(session, text, live[0], fingerprint=fingerprint, policy=p.policy, at=now())

    return keep_it


def _one(p: Parts, live: Live, books: Known, *, dry_run: bool, with_model: bool) -> Narrated:
    plain, guard = _drafted(p, live, books)
    model = _model(p) if with_model else ""
    fingerprint = keep.fingerprint_of(plain, live, model)
    with p.database.transaction() as session:
        case_id = keep.case_of(session, live.invoice.id)
        known = None if dry_run else keep.standing(session, live.invoice.id, fingerprint)
    if known is not None:
        return Narrated(plain, live, Kept("standing", known))
    text = _worded(p, plain, guard, books, case_id) if model else plain
    if dry_run:
        return Narrated(text, live)
    with p.database.transaction() as session:
        return Narrated(
            text, live, keep.keep(session, text, live, fingerprint=fingerprint, policy=p.policy, at=now())
        )  # fmt: skip


def _drafted(p: Parts, live: Live, books: Known) -> tuple[Draft, Guard]:
    with p.database.snapshot() as session:
        ((invoice, guard),) = gather.drafts(session, [live], books)
        profile = rules.profile_of(session, invoice.customer_id)
    guard = gather.guarded(guard, profile)
    return draft(invoice, profile, guard), guard


def _worded(p: Parts, plain: Draft, guard: Guard, books: Known, case_id: int | None) -> Draft:
    if p.asker is None:
        return plain
    return wording.worded(plain, guard, p.asker, names=books.staff, case_id=case_id)


def _model(p: Parts) -> str:
    return p.asker.model if p.asker is not None else ""


def _mirror(p: Parts, say: Callable[[Progress], None] | None) -> None:
    """Bring the mirror up to date and see that it is at rest; when another process is just doing that, afterwards."""
    until = time.monotonic() + MIRRORING
    while mirroring.run(p, say=say).is_busy:
        if time.monotonic() > until:
            raise Unavailable("Odoo is being mirrored by another process. Try again when it has finished.")
        time.sleep(0.5)
    with p.database.transaction() as session:
        states = session.execute(select(MirrorCursor.is_complete)).scalars().all()
    if not states or not all(states):
        raise Unavailable("The mirror of Odoo is not whole yet: half a copy proves nothing. Run it again.")
