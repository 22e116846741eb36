"""Carrying confirmed suggestions to Odoo, each once."""

from __future__ import annotations

from uuid import UUID

from app.clock import now
from app.errors import Conflict, Malformed, Misconfigured, NotFound, Refused, Unavailable
from app.letters.leaving import Never, Waits
from app.odoo.commands import WriteCommand
from app.odoo.gateway import Receipt, Stale
from app.writebacks import deliver as writes
from workers.celery_app import celery_app
from workers.lease import given_back, kept
from workers.posting import leave
from workers.wiring import Parts, parts


@celery_app.task(name="writeback.deliver")
def deliver_write(write_back_id: str) -> None:
    deliver(parts(), UUID(write_back_id))


def deliver(p: Parts, write_back_id: UUID) -> None:
    """Send one queued write to Odoo and settle it. Running it twice, or by two workers, changes nothing more."""
    with p.database.transaction() as session:
        delivery = writes.claim(session, write_back_id, at=now())
    if delivery is None:
        return
    with given_back(p.database, lambda s, error: writes.fail(s, delivery, error, at=now())):
        left = _leave(p, delivery) if delivery.is_letter else None
        if left is not None:
            with p.database.transaction() as session:
                (writes.hold if isinstance(left, Waits) else writes.settle_refused)(
                    session, delivery, left.because, at=now()
                )
            return
        with p.database.transaction() as session:
            command = writes.command_of(session, delivery, public_url=p.settings.public_url)
        try:
            receipt = _apply(p, delivery, command)
        except Stale as stale:
            with p.database.transaction() as session:
                writes.settle_stale(session, delivery, stale, at=now())
        except (Unavailable, Misconfigured, Malformed) as error:  # an answer nobody can read says nothing: ask again
            with p.database.transaction() as session:
                writes.postpone(session, delivery, error.message, at=now())
        except (Refused, NotFound, Conflict) as error:
            with p.database.transaction() as session:
                writes.settle_refused(session, delivery, error.message, at=now())
        else:
            with p.database.transaction() as session:
                writes.settle(session, delivery, receipt, at=now())


def _leave(p: Parts, delivery: writes.Delivery) -> Waits | Never | None:
    """Have the reply's mail leave first; None when it has."""
    with kept(p.database, lambda s: writes.renew(s, delivery, at=now()), every=8):
        return leave(p, delivery.suggestion_id)


def _apply(p: Parts, delivery: writes.Delivery, command: WriteCommand | None) -> Receipt | None:
    """Odoo's receipt; None for what happens in Countersign alone."""
    if command is None:
        return None
    if p.odoo is None:
        raise Misconfigured("No Odoo is connected: set ODOO_URL, ODOO_DB and ODOO_API_KEY. The write waits.")
    with kept(p.database, lambda s: writes.renew(s, delivery, at=now()), every=8):
        return p.odoo.apply(command, key=delivery.key)
