"""A person's corrections of what was read, from a program: field values, and which record in Odoo is meant."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.cases import CaseId
from app.api.keys import DbSession, MayDecide
from app.api.problems import responses
from app.api.shapes import CaseLine
from app.assessments.typed import Habit
from app.cases import queries
from app.cases.seen import Seen, locked
from app.clock import now
from app.decisions import correcting
from app.decisions.correcting import Typed
from app.decisions.dossier import case_json

router = APIRouter(prefix="/cases", tags=["cases"])
_ERRORS = responses(401, 403, 404, 409, 422, 503)
Value = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]


class CorrectedFields(BaseModel):
    """New values of fields, of the version of the case that was seen."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="The case's version that the person saw.")
    fields: dict[str, Value] = Field(
        min_length=1, max_length=20,
        description="By field name: numbers with a decimal point, dates as 2026-11-27, several references separated by "
        "commas; empty for not stated.",
    )  # fmt: skip


class ChosenRecord(BaseModel):
    """The record in Odoo that is meant, of the version of the case that was seen."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="The case's version that the person saw.")
    what: Literal["customer", "invoice", "order"]
    id: int = Field(ge=1, le=2**63 - 1, description="Its id in Odoo: of res.partner, account.move or sale.order.")


@router.post("/{case_id}/fields", operation_id="correctFields", response_model=CaseLine, responses=_ERRORS)
def correct_fields(session: DbSession, caller: MayDecide, case_id: CaseId, body: CorrectedFields) -> dict[str, Any]:
    """Correct what was read. The case is compared with Odoo anew; who corrects does not alone confirm money."""
    at = now()
    locked(session, case_id, Seen(body.version), by=caller)
    habit = Habit(".", is_day_first=True, today=at.date())
    correcting.correct_fields(session, case_id, Typed(body.fields, habit), by=caller, at=at)
    return case_json(queries.get(session, case_id))


@router.post("/{case_id}/record", operation_id="chooseRecord", response_model=CaseLine, responses=_ERRORS)
def choose_record(session: DbSession, caller: MayDecide, case_id: CaseId, body: ChosenRecord) -> dict[str, Any]:
    """Say which customer, invoice or order is meant. The case is compared with Odoo anew."""
    locked(session, case_id, Seen(body.version), by=caller)
    correcting.choose_record(session, case_id, body.what, body.id, by=caller, at=now())
    return case_json(queries.get(session, case_id))
