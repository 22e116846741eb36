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
from app.decisions import correcting, correcting_lines
from app.decisions.correcting import Typed
from app.decisions.correcting_lines import Cells, EnteredLines
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


class LineValues(BaseModel):
    """What is put right of a line of the order; what is left out stays, an empty text is "not stated"."""

    model_config = ConfigDict(extra="forbid")

    description: Value | None = None
    quantity: Value | None = None
    unit: Value | None = Field(None, description="A UN/ECE code such as HUR, DAY or C62, or as the document writes it.")
    unit_price: Value | None = None
    amount: Value | None = None


class CorrectedLines(BaseModel):
    """Lines of the order put right, of the version of the case that was seen."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="The case's version that the person saw.")
    change: dict[Annotated[int, Field(ge=1)], LineValues] = Field(
        {}, max_length=correcting_lines.MOST, description="By a line's place, from 1, as the order stands."
    )
    add: list[LineValues] = Field([], max_length=100, description="At the end of the order.")
    take_out: list[Annotated[int, Field(ge=1)]] = Field(
        [], max_length=correcting_lines.MOST, description="Places of lines."
    )
    as_read: bool = Field(False, description="Take the lines as the document has them; what else is sent is left.")


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


@router.post("/{case_id}/lines", operation_id="correctLines", response_model=CaseLine, responses=_ERRORS)
def correct_lines(session: DbSession, caller: MayDecide, case_id: CaseId, body: CorrectedLines) -> dict[str, Any]:
    """Put the lines of an order right. The case is compared with Odoo anew; who corrects does not alone confirm money.

    They are at `assessment.corrections.lines.value` from then on, those of the document at `assessment.order.lines`.
    """
    at = now()
    locked(session, case_id, Seen(body.version), by=caller)
    if body.as_read:
        correcting_lines.put_back(session, case_id, by=caller, at=at)
    else:
        entered = EnteredLines(
            Habit(".", is_day_first=True, today=at.date()),
            changed={place: Cells(line.model_dump(exclude_none=True)) for place, line in body.change.items()},
            added=[Cells(line.model_dump(exclude_none=True)) for line in body.add],
            taken_out=frozenset(body.take_out),
        )
        correcting_lines.correct_lines(session, case_id, entered, by=caller, at=at)
    return case_json(queries.get(session, case_id))


@router.post("/{case_id}/record", operation_id="chooseRecord", response_model=CaseLine, responses=_ERRORS)
def choose_record(session: DbSession, caller: MayDecide, case_id: CaseId, body: ChosenRecord) -> dict[str, Any]:
    """Say which customer, invoice or order is meant. The case is compared with Odoo anew."""
    locked(session, case_id, Seen(body.version), by=caller)
    correcting.choose_record(session, case_id, body.what, body.id, by=caller, at=now())
    return case_json(queries.get(session, case_id))
