"""The dot in the top bar: whether engines and peers do what they should, in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy.orm import Session

from app.clock import now
from app.config import Settings
from app.health import Health, Pulse
from app.llm.outages import out_since
from app.mailboxes.models import Mailbox
from app.mailboxes.standing import in_trouble
from app.review import figures
from app.review.languages import _, ngettext
from app.writebacks.queries import waiting_for_odoo

QUIET_SWEEP = timedelta(seconds=30)
"""The scheduler has the queues swept every few seconds: after this long something holds that up."""


@dataclass(frozen=True, slots=True)
class Dot:
    """`tone` is good or caution; `text` says what is the case."""

    tone: str
    text: str


def pulse_of(request: Request) -> Pulse | None:
    """The last look at engines and peers; None when nobody looks, or nobody has looked yet."""
    health: Health | None = request.app.state.health
    return health.pulse() if health is not None else None


def dot(session: Session, request: Request) -> Dot:
    """What matters most of all that is amiss, or that all is well."""
    settings: Settings = request.app.state.settings
    found = pulse_of(request)
    if found is not None and (text := _broken(found, settings)):
        return Dot("caution", text)
    waiting = waiting_for_odoo(session)
    if found is not None and found.odoo.state == "fails":
        if found.odoo.since is not None:
            return Dot("caution", _("Odoo has not answered since %(time)s", time=figures.time(found.odoo.since)))
        return Dot("caution", _("Odoo does not answer"))
    if waiting:
        return Dot("caution", ngettext("%(num)s change waits for Odoo", "%(num)s changes wait for Odoo", waiting))
    held = held_up(found) if found is not None else ""
    if held:
        return Dot("caution", _("All workers are busy") if held == "busy" else _("The scheduler does not run"))
    unread = in_trouble(session, at=now())
    if unread:
        return Dot("caution", _unread(unread))
    model_out = model_out_since(session, settings)
    if model_out is not None:
        return Dot("caution", _("Language model not reachable since %(time)s", time=figures.time(model_out)))
    if request.app.state.odoo is None:
        return Dot("caution", _("No Odoo connected"))
    return Dot("good", _("Odoo and model connected") if settings.has_llm else _("Odoo connected"))


def _unread(mailboxes: Sequence[Mailbox]) -> str:
    """Which mailboxes should be read and are not."""
    if len(mailboxes) == 1:
        return _("A mailbox is not read: %(name)s", name=mailboxes[0].name)
    return ngettext("%(num)s mailbox is not read", "%(num)s mailboxes are not read", len(mailboxes))


def model_out_since(session: Session, settings: Settings) -> datetime | None:
    """Since when the language model has not answered; None while it does, or when none is used."""
    return out_since(session) if settings.has_llm else None


def _broken(found: Pulse, settings: Settings) -> str:
    """What keeps work from being done at all."""
    if found.broker.state == "fails":
        return _("New work waits: the broker does not answer")
    usual, models = found.queue("celery"), found.queue("models")
    if usual is not None and not usual.readers:
        return _("Nobody reads new documents: no worker runs")
    if settings.has_llm and models is not None and not models.readers:
        return _("Nobody asks the language model: no worker reads its queue")
    return ""


def held_up(found: Pulse) -> str:
    """Why the queues are not swept: "busy" while nudges wait in them, "still" while none comes; "" when they are."""
    if found.broker.state != "works" or (found.swept_at is not None and found.at - found.swept_at <= QUIET_SWEEP):
        return ""
    usual = found.queue("celery")
    return "busy" if usual is not None and usual.waiting else "still"
