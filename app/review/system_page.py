"""System health: engines, workers and the queues they read, Odoo, the language model; and a check of everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.cases import dead_letters
from app.cases.models import CaseStep
from app.clock import now
from app.config import Settings
from app.errors import Refused
from app.health import Check, Health, Pulse, Queue
from app.llm.usage import spent_on
from app.mailboxes.standing import Standing, standings
from app.mirror.models import MirrorCursor
from app.review import figures
from app.review.forms import sent_form, text_of
from app.review.health_dot import held_up, model_out_since, pulse_of
from app.review.languages import N_, Words, _, ngettext, told
from app.review.sessions import SignedIn, Visit, require_own_form
from app.review.shell import page, shell
from app.writebacks.queries import waiting_for_odoo

router = APIRouter(prefix="/system")
CHECKING_ROLES = ("administrator", "controller", "policy_owner")
"""Who may have everything checked: that asks the language model a question, which may cost something."""
QUEUE_WORDS = Words({
    "celery": N_("Reading messages, detecting, writing to Odoo"), "models": N_("Questions to the language model"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the system: how it is, what that means, and what to do."""

    name: str
    state: str
    says: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue in words. `state` as of a check; `says` is what happens while nobody reads it."""

    name: str
    carries: str
    readers: tuple[str, ...]
    waiting: int
    state: str
    says: str


@router.get("")
def system_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """How everything is, as of the last look."""
    with request.app.state.database.transaction() as session:
        return _page(session, request, visit)


@router.post("/check")
def check(request: Request, visit: SignedIn, form: Annotated[FormData, Depends(sent_form)]) -> HTMLResponse:
    """Check every part now."""
    require_own_form(request, visit, text_of(form, "token"))
    if not set(visit.person.roles) & set(CHECKING_ROLES):
        raise Refused(_("Administrators, finance controllers and policy owners have everything checked."))
    health: Health | None = request.app.state.health
    checked = tuple(health.checks()) if health is not None else ()
    with request.app.state.database.transaction() as session:
        return _page(session, request, visit, checked=checked)


def _page(session: Session, request: Request, visit: Visit, *, checked: Sequence[Check] = ()) -> HTMLResponse:
    at = now()
    found = pulse_of(request)
    settings: Settings = request.app.state.settings
    context: dict[str, Any] = {
        "parts": _parts(session, request, found, at), "queues": _queues(found, settings),
        "looked_at": found.at if found else None, "checked": checked, "check_words": CHECK_WORDS,
        "may_check": bool(set(visit.person.roles) & set(CHECKING_ROLES)),
        "can_check": request.app.state.health is not None, "given_up": dead_letters.count_given_up(session),
        "working": _working(session),
    }  # fmt: skip
    return page(request, "system.html", context, around=shell(session, request, visit, at=at))


CHECK_WORDS = Words({
    "database": N_("Database"), "broker": N_("Broker"), "policy": N_("Policy"), "offline model": N_("Trained model"),
    "Odoo": N_("Odoo"), "Odoo's modules": N_("Odoo’s modules"), "Odoo's panel": N_("Panel in Odoo"),
    "model endpoint": N_("Language model"), "mail": N_("Mail"),
})  # fmt: skip


def _parts(session: Session, request: Request, found: Pulse | None, at: datetime) -> list[Part]:
    settings: Settings = request.app.state.settings
    parts = [Part(_("Database"), "works", _("It answered for this page."))]
    if found is not None:
        parts.append(_broker(found))
        parts.append(_scheduler(found, at))
    parts.append(_odoo(session, request, found))
    parts.append(_mirror(session, request, at))
    parts.append(_model(session, settings, at))
    parts.extend(_mailboxes(session, at))
    return parts


def _broker(found: Pulse) -> Part:
    name = _("Broker")
    if found.broker.state == "fails" and found.broker.since is not None:
        says = _(
            "It has not answered since %(time)s. What comes in is stored, and is read when it is back. Start the "
            "engines with: countersign up",
            time=figures.time(found.broker.since),
        )  # fmt: skip
        return Part(name, "fails", says)
    if found.broker.state == "absent":
        return Part(
            name, "absent", _("None is set, so no worker is told of new work. Start the engines: countersign up")
        )
    return Part(name, "works", _("It answers."))


def _scheduler(found: Pulse, at: datetime) -> Part:
    name = _("Scheduler")
    if found.broker.state != "works":
        return Part(name, "absent", _("Unknown while the broker does not answer."))
    held = held_up(found)
    if held == "busy":
        says = _(
            "All workers are busy, so lost work is sent again and snoozed cases wake later. When a peer hangs they are "
            "free again as soon as it answers or its time is over."
        )  # fmt: skip
        return Part(name, "fails", says)
    if held:
        says = (
            _("It last swept the queues %(ago)s ago.", ago=figures.waiting(found.swept_at, at))
            if found.swept_at else _("It has not swept the queues yet.")
        )  # fmt: skip
        return Part(
            name, "fails",
            says + " " + _("Lost work is not sent again and snoozed cases do not wake until it runs."),
        )  # fmt: skip
    return Part(name, "works", _("It sweeps the queues every few seconds."))


def _odoo(session: Session, request: Request, found: Pulse | None) -> Part:
    waiting = waiting_for_odoo(session)
    waits = ngettext("%(num)s change waits for it.", "%(num)s changes wait for it.", waiting) if waiting else ""
    if request.app.state.odoo is None:
        return Part("Odoo", "absent", _("Not connected: nothing is matched, and nothing can be written."))
    if found is not None and found.odoo.state == "fails" and found.odoo.since is not None:
        says = _(
            "It has not answered since %(time)s. You can go on deciding; changes are written when it is back.",
            time=figures.time(found.odoo.since),
        )  # fmt: skip
        return Part("Odoo", "fails", f"{says} {waits}".strip())
    return Part("Odoo", "works", f"{_('It answers.')} {waits}".strip())


def _mirror(session: Session, request: Request, at: datetime) -> Part:
    name = _("Mirror of Odoo")
    count, oldest, incomplete = session.execute(
        select(
            func.count(), func.min(MirrorCursor.checked_at), func.count().filter(MirrorCursor.is_complete.is_(False))
        )
    ).one()
    if not count:
        return Part(name, "absent", _("Nothing was mirrored yet, so detectors and dashboards have nothing to look at."))
    if incomplete:
        return Part(name, "absent", _("The first copy is under way; detectors wait for it."))
    if oldest is not None and at - oldest > timedelta(minutes=30):
        says = _("It was last up to date %(ago)s ago.", ago=figures.waiting(oldest, at))
        return Part(name, "fails", says)
    return Part(name, "works", _("It is up to date."))


def _model(session: Session, settings: Settings, at: datetime) -> Part:
    name = _("Language model")
    if not settings.has_llm:
        return Part(name, "absent", _("None is used: rules and the trained model do the whole job."))
    out = model_out_since(session, settings)
    if out is not None:
        says = _(
            "It has not answered since %(time)s. Cases are read by rules and the trained model alone; summaries come "
            "from templates.",
            time=figures.time(out),
        )  # fmt: skip
        return Part(name, "fails", says)
    spent = spent_on(session, at.date(), currency=settings.countersign_llm_currency)
    says = ngettext("%(num)s question today.", "%(num)s questions today.", spent.questions)
    return Part(name, "works", says)


def _mailboxes(session: Session, at: datetime) -> list[Part]:
    """A line for each mailbox; one that none is connected when there is none."""
    found = standings(session, at=at)
    if not found:
        return [Part(_("Mail"), "absent", _("No mailbox is connected: mail comes in by upload, folder or API only."))]
    return [_mailbox(standing, at) for standing in found]


def _mailbox(standing: Standing, at: datetime) -> Part:
    mailbox = standing.mailbox
    name = _("Mailbox %(name)s", name=mailbox.name)
    if standing.state == "fails" and mailbox.failing_since is not None:
        says = _("It has not been read for %(ago)s.", ago=figures.waiting(mailbox.failing_since, at))
        return Part(name, "fails", f"{says} {told(mailbox.failure)}")
    if standing.state == "unread":
        says = _("No process reads it, so what arrives waits on the server. Start one with: countersign up")
        return Part(name, "fails", says)
    if standing.state == "paused":
        return Part(name, "absent", _("It is paused: what arrives waits on the server."))
    if standing.state == "starting":
        return Part(name, "absent", _("It is about to be read."))
    if mailbox.last_message_at is None:
        return Part(name, "works", _("It is read; no message has come yet."))
    return Part(
        name, "works", _("Its last message came %(ago)s ago.", ago=figures.waiting(mailbox.last_message_at, at))
    )  # fmt: skip


def _queues(found: Pulse | None, settings: Settings) -> list[QueueRow]:
    return [_row(queue, settings) for queue in found.queues] if found is not None else []


def _row(queue: Queue, settings: Settings) -> QueueRow:
    carries = QUEUE_WORDS.get(queue.name, queue.name)
    if queue.readers:
        state, says = "works", ""
    elif queue.name == "models" and not settings.has_llm:
        state, says = "absent", _("No language model is set, so nothing is sent here.")
    elif queue.name == "models":
        state, says = "fails", _(
            "Nobody reads it: cases are read without the language model. Start a worker for it with: celery -A "
            "workers.celery_app worker -Q models"
        )  # fmt: skip
    else:
        state, says = (
            "fails",
            _("Nobody reads it: what comes in is stored and waits. Start a worker with: countersign up"),
        )
    return QueueRow(queue.name, carries, queue.readers, queue.waiting, state, says)


def _working(session: Session) -> int:
    """How many steps of cases wait or are being carried out."""
    query = select(func.count()).select_from(CaseStep).where(CaseStep.state.in_(("waiting", "leased")))
    return int(session.execute(query).scalar_one())
