"""Addresses that our Odoo addon calls. Odoo's server calls, never a browser; the person acting stands in its token."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.api.keys import DbSession
from app.api.odoo import ageing, reach
from app.api.odoo.callers import FromOdoo, FromOdooOnce, deciding_person, require_about, why_no_decision
from app.api.odoo.panel import panel
from app.api.odoo.records import cases_of
from app.api.odoo.shapes import (
    Ageing,
    AgeingRequest,
    OdooDecision,
    OdooOutcome,
    OdooPerson,
    OdooReached,
    OdooReceipt,
    Panel,
    PanelRequest,
    PingRequest,
    Pong,
    ReceiptSettled,
)
from app.api.problems import responses
from app.clock import now
from app.decisions import amendment, decide
from app.errors import Malformed, NotFound
from app.odoo.gateway import Difference
from app.suggestions.models import Suggestion
from app.users import odoo_people
from app.users.access import Caller
from app.users.odoo_people import Claims
from app.writebacks import hand_over

router = APIRouter(prefix="/odoo", tags=["odoo"])


@router.post("/ping", operation_id="pingFromOdoo", response_model=Pong, responses=responses(401, 403, 422, 503))
def ping(request: Request, claims: FromOdoo, body: PingRequest) -> Pong:
    """Whether the link works both ways, and who the acting user is here."""
    state = request.app.state
    with state.database.transaction() as session:
        person = odoo_people.person_of(session, claims, at=now())
        known = odoo_people.knows(session, claims.database)
    why_not = why_no_decision(person, state.policy)
    reached, says = reach.odoo(state.odoo)  # outside the transaction: it asks over the network
    return Pong(
        version=version("countersign"), database_known=known,
        person=OdooPerson(name=person.name, can_decide=not why_not, why_not=why_not),
        odoo=OdooReached(reachable=reached, says=says),
    )  # fmt: skip


@router.post("/panel", operation_id="getOdooPanel", response_model=Panel, responses=responses(401, 403, 422, 503))
def get_panel(request: Request, session: DbSession, claims: FromOdoo, body: PanelRequest) -> Response:
    """What is proposed on the record that is open, and what the acting user may do with it."""
    require_about(claims, body.model, body.res_id)
    state, at = request.app.state, now()
    found = panel(
        session, odoo_people.person_of(session, claims, at=at), body.model, body.res_id, companies=claims.companies,
        policy=state.policy, public_url=state.settings.public_url, at=at,
    )  # fmt: skip
    return Response(found.model_dump_json(), media_type="application/json")  # it is checked already: not once more


@router.post(
    "/decisions", operation_id="decideInOdoo", response_model=OdooOutcome,
    responses=responses(401, 403, 404, 409, 422, 503),
)  # fmt: skip
def decide_in_odoo(request: Request, session: DbSession, claims: FromOdooOnce, body: OdooDecision) -> OdooOutcome:
    """A verdict on exactly what was seen. When a confirmation is complete, Odoo carries the change out at once."""
    require_about(claims, body.model, body.res_id)
    by, at = deciding_person(session, claims), now()
    _require_shown(session, claims, body)
    state = request.app.state
    if body.verdict == "reject":
        decide.reject(
            session, body.suggestion_id, content_hash=body.content_hash, by=by, policy=state.policy, at=at,
            reason_code=body.reason or "", note=body.note or "",
        )  # fmt: skip
        return OdooOutcome(result="rejected", says="Rejected. Nothing changes in Odoo.", apply=None)
    if body.verdict == "edit":
        return _edit(request, session, by, body)
    handed = hand_over.confirm(
        session, body.suggestion_id, content_hash=body.content_hash, by=by, database=claims.database,
        policy=state.policy, at=at, undo_seconds=state.settings.countersign_undo_seconds,
        public_url=state.settings.public_url,
    )  # fmt: skip
    if not handed.outcome.is_complete:
        return OdooOutcome(result="waits", says=f"Confirmed. {handed.outcome.missing}", apply=None)
    says = "Confirmed." if handed.apply else "Confirmed. Countersign carries it out in a moment."
    return OdooOutcome(result="confirmed", says=says, apply=dict(handed.apply) if handed.apply else None)


def _edit(request: Request, session: DbSession, by: Caller, body: OdooDecision) -> OdooOutcome:
    if not body.values:
        raise Malformed("Nothing was changed, so the step stays as it is.")
    proposal = amendment.edited(session.get_one(Suggestion, body.suggestion_id), body.values)
    made = decide.amend(
        session, body.suggestion_id, proposal, content_hash=body.content_hash, by=by,
        policy=request.app.state.policy, at=now(),
    )  # fmt: skip
    says = f"Changed: version {made.version} waits for a decision. Who edited it is not its only approver."
    return OdooOutcome(result="edited", says=says, apply=None)


def _require_shown(session: DbSession, claims: Claims, body: OdooDecision) -> None:
    """Raises NotFound when the suggestion is none that this record's panel shows, or has shown, to this user."""
    suggestion, companies = session.get(Suggestion, body.suggestion_id), claims.companies
    if suggestion is not None and (suggestion.company_id is None or suggestion.company_id in companies):
        of_case = suggestion.case_id
        if cases_of(session, body.model, body.res_id, companies=companies, at=now(), only=of_case):
            return
    raise NotFound("This record has no such suggestion. Open it again to see what holds now.")


@router.post(
    "/receipts", operation_id="settleFromOdoo", response_model=ReceiptSettled,
    responses=responses(401, 403, 404, 422, 503),
)  # fmt: skip
def settle(session: DbSession, claims: FromOdoo, body: OdooReceipt) -> ReceiptSettled:
    """What Odoo did with a write it was handed. A report on a write that is settled changes nothing."""
    says = hand_over.settle(
        session, body.key, database=claims.database, status=body.status, result=body.result or {},
        differences=[Difference(d.field, d.expected, d.actual) for d in body.differences or ()],
        message=body.message or "", at=now(),
    )  # fmt: skip
    return ReceiptSettled(says=says)


@router.post("/ageing", operation_id="listAgeing", response_model=Ageing, responses=responses(401, 403, 422, 503))
def list_ageing(request: Request, session: DbSession, claims: FromOdoo, body: AgeingRequest) -> Ageing:
    """Records with a case that has been open for longer than this, for reminders in Odoo."""
    records = ageing.waiting_longer(
        session, body.models, days=body.older_than_days, companies=claims.companies,
        public_url=request.app.state.settings.public_url, at=now(),
    )  # fmt: skip
    return Ageing(records=records)
