"""Carrying confirmed suggestions to Odoo, each once."""

from __future__ import annotations

from uuid import UUID

from app.clock import now
from app.errors import Conflict, Malformed, Misconfigured, NotFound, Refused, Unavailable
from app.odoo.gateway import Stale
from app.writebacks import deliver as writes
from workers.celery_app import celery_app
from workers.lease import kept
from workers.wiring import Parts, parts


@celery_app.task(name="writeback.deliver")
def deliver_write(write_back_id: str) -> None:
    deliver(parts(), UUID(write_back_id))


def deliver(p: Parts, write_back_id: UUID) -> None:
    """Send one queued write to Odoo and settle it. Running it twice, or by two workers, changes nothing more."""
    with p.database.transaction() as session:
        delivery = writes.claim(session, write_back_id, at=now(), public_url=p.settings.public_url)
    if delivery is None:
        return
    try:
        if delivery.command is None:
            receipt = None
        elif p.odoo is None:
            raise Misconfigured("No Odoo is connected: set ODOO_URL, ODOO_DB and ODOO_API_KEY. The write waits.")
        else:
            with kept(p.database, lambda s: writes.renew(s, delivery, at=now()), every=10):
                receipt = p.odoo.apply(delivery.command, key=delivery.key)
    except Stale as stale:
        with p.database.transaction() as session:
            writes.settle_stale(session, write_back_id, stale, at=now())
    except (Unavailable, Misconfigured) as error:
        with p.database.transaction() as session:
            writes.postpone(session, write_back_id, error.message, at=now())
    except (Refused, NotFound, Conflict, Malformed) as error:
        with p.database.transaction() as session:
            writes.settle_refused(session, write_back_id, error.message, at=now())
    else:
        with p.database.transaction() as session:
            writes.settle(session, write_back_id, receipt, at=now())
