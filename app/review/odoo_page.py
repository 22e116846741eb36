"""Odoo: whether it answers, how far its mirror is, what waits for it, and which of its users is who here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.clock import now
from app.errors import CountersignError
from app.health import Check, Health
from app.mirror.models import MirrorCursor
from app.odoo.capabilities import capabilities
from app.odoo.gateway import OdooGateway
from app.review import areas
from app.review.forms import number_of, sent_form, text_of
from app.review.health_dot import pulse_of
from app.review.languages import N_, Words, _
from app.review.sessions import SignedIn, Visit, require_own_form
from app.review.shell import page, shell
from app.sources.models import OdooEvent
from app.users import administration, odoo_people
from app.writebacks import queries as writes

router = APIRouter(prefix="/settings")
Sent = Annotated[FormData, Depends(sent_form)]

MODEL_WORDS = Words({
    "res.company": N_("companies"), "res.partner": N_("customers and contacts"), "product.product": N_("products"),
    "sale.order": N_("orders"), "sale.order.line": N_("order lines"), "project.project": N_("projects"),
    "project.task": N_("tasks"), "project.milestone": N_("milestones"), "account.analytic.line": N_("time entries"),
    "account.move": N_("invoices and credit notes"), "account.move.line": N_("invoice lines"),
    "account.tax": N_("taxes"), "account.fiscal.position": N_("fiscal positions"),
    "account.partial.reconcile": N_("payments"), "hr.expense": N_("expenses"), "mail.message": N_("notes"),
    "ir.attachment": N_("order documents"), "uom.uom": N_("units"), "res.partner.category": N_("customer tags"),
})  # fmt: skip


@router.get("/odoo")
def odoo_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """The connection as it stands, without asking Odoo now."""
    areas.require(visit.person, "administration")
    with request.app.state.database.transaction() as session:
        return _page(session, request, visit, tested=())


@router.post("/odoo/test")
def test(request: Request, visit: SignedIn, form: Sent) -> HTMLResponse:
    """Ask Odoo now."""
    require_own_form(request, visit, text_of(form, "token"))
    areas.require(visit.person, "administration")
    tested = _tested(request.app.state.odoo)
    with request.app.state.database.transaction() as session:
        return _page(session, request, visit, tested=tested)


@router.post("/odoo/people")
def link_person(request: Request, visit: SignedIn, form: Sent) -> Response:
    """Say who a user of Odoo is here, or that nobody is any more."""
    require_own_form(request, visit, text_of(form, "token"))
    areas.require(visit.person, "administration")
    database, uid = text_of(form, "database")[:64], number_of(form, "uid")
    with request.app.state.database.transaction() as session:
        if text_of(form, "do") == "unlink":
            odoo_people.unlink(session, database=database, uid=uid, by=visit.person.email, at=now())
        else:
            odoo_people.link(
                session, text_of(form, "email"), database=database, uid=uid, login=text_of(form, "login")[:254],
                by=visit.person.email, at=now(),
            )  # fmt: skip
    return RedirectResponse("/settings/odoo#people", 303)


@router.get("/webhooks")
def webhooks_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """Events that came from Odoo's outbox."""
    areas.require(visit.person, "administration")
    settings = request.app.state.settings
    with request.app.state.database.transaction() as session:
        last = session.execute(select(OdooEvent).order_by(OdooEvent.received_at.desc()).limit(50)).scalars().all()
        by_type = session.execute(
            select(OdooEvent.type, func.count(), func.max(OdooEvent.received_at))
            .group_by(OdooEvent.type)
            .order_by(func.count().desc())
        ).all()
        context = {
            "events": last, "by_type": by_type, "address": f"{settings.public_url}/v1/odoo/events",
            "is_linked": bool(settings.odoo_secrets),
        }  # fmt: skip
        return page(request, "webhooks.html", context, around=shell(session, request, visit, at=now()))


def _page(session: Session, request: Request, visit: Visit, *, tested: tuple[Check, ...]) -> HTMLResponse:
    settings = request.app.state.settings
    found = pulse_of(request)
    health: Health | None = request.app.state.health
    cursors = session.execute(select(MirrorCursor).order_by(MirrorCursor.model)).scalars().all()
    context: dict[str, Any] = {
        "address": settings.odoo_url, "database_name": settings.odoo_db, "tested": tested,
        "peer": found.odoo if found is not None else None, "looks": health is not None, "cursors": cursors,
        "models": MODEL_WORDS, "waiting": writes.waiting(session), "linked": odoo_people.linked(session),
        "strangers": odoo_people.waiting(session),
        "people": [p.user for p in administration.people(session) if p.user.is_active],
    }  # fmt: skip
    return page(request, "odoo.html", context, around=shell(session, request, visit, at=now()))


def _tested(odoo: OdooGateway | None) -> tuple[Check, ...]:
    """What Odoo answers now: its version, our addon, the companies we may see, and the modules that differ."""
    if odoo is None:
        return (Check(_("Connection"), "absent", _("Set ODOO_URL, ODOO_DB and ODOO_API_KEY, then start again.")),)
    checks = []
    try:
        version = odoo.version()
        checks.append(Check(_("Connection"), "works", _("Odoo %(version)s answers.", version=version.server)))
        if version.addon is None:
            missing = _("It is not installed: reading works, writing does not. Install the addon “countersign”.")
            checks.append(Check(_("Our addon"), "fails", missing))
        else:
            checks.append(Check(_("Our addon"), "works", _("Version %(version)s.", version=version.addon)))
        companies = ", ".join(map(str, odoo.companies()))
        checks.append(Check(_("Companies"), "works", _("The service user sees: %(ids)s.", ids=companies)))
        found = capabilities(odoo, afresh=True)
        parts = (
            (_("Tickets"), found.helpdesk), (_("Approvals"), found.approvals), (_("Documents"), found.documents),
            (_("Subscriptions"), found.subscriptions),
        )  # fmt: skip
        checks += [
            Check(what, "works", _("in %(model)s, module %(module)s", model=part.model, module=part.module))
            for what, part in parts
        ]
        approved = ", ".join(found.timesheet_approvals)
        checks.append(
            Check(
                _("Approval of time"), "works" if approved else "absent",
                _("kept in %(fields)s", fields=approved) if approved else _("Nobody approves time in this Odoo."),
            )
        )  # fmt: skip
    except CountersignError as error:
        checks.append(Check(_("Connection"), "fails", error.message))
    return tuple(checks)
