"""Reading the queue and one case."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from app.api.keys import DbSession, MayDecide, MayRead
from app.api.parts import part_infos, places
from app.api.problems import responses
from app.api.shapes import (
    CaseDetail,
    CaseEvidence,
    CaseLine,
    CaseList,
    ClaimEvidence,
    ClosingRequest,
    DeliveryRequest,
    FieldEvidence,
    ReadingRequest,
    Reason,
    Sort,
    State,
)
from app.cases import queries
from app.cases.models import OPEN_STATES
from app.cases.queries import Filter
from app.cases.seen import Seen
from app.clock import now
from app.decisions import choosing, closing, decide, reach, suspect
from app.decisions.dossier import case_json, case_json_without_amounts, dossier
from app.documents.withheld import without_accounts_in
from app.vocabulary import Flag, Kind

router = APIRouter(prefix="/cases", tags=["cases"])

CaseId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The case's number.")]
_ERRORS = responses(401, 403, 404, 409, 422, 503)


@router.get("", operation_id="listCases", response_model=CaseList, responses=responses(401, 403, 422, 503))
def list_cases(
    session: DbSession,
    caller: MayRead,
    state: Annotated[list[State] | None, Query(description="Repeatable; without it every open state.")] = None,
    closed: Annotated[bool, Query(description="Without `state`: the ended ones too.")] = False,
    kind: Annotated[list[Kind] | None, Query(description="Repeatable.")] = None,
    reason: Annotated[list[Reason] | None, Query(description="Repeatable.")] = None,
    flag: Annotated[list[Flag] | None, Query(description="Repeatable: all of them must be there.")] = None,
    new_mail: Annotated[
        bool,
        Query(description="Only those that a mail came to, or whose reply came back, since a person acted on them."),
    ] = False,
    failed_sender: Annotated[bool, Query(description="Only those with a mail whose sender failed a check.")] = False,
    customer: Annotated[str, Query(max_length=200, description="Exactly this name.")] = "",
    q: Annotated[
        str, Query(max_length=200, description="Words, all of them: sought in all that was read and in the source.")
    ] = "",
    at_least: Annotated[
        Decimal | None, Query(description="At stake, in the case's currency.", max_digits=18, decimal_places=4)
    ] = None,
    sort: Annotated[Sort, Query(description="Highest, soonest, oldest (age) or newest first.")] = "priority",
    cursor: Annotated[str, Query(max_length=400)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Cases in order, a page at a time. A page costs the same wherever it is, and new cases do not shift it."""
    wanted = Filter(
        states=tuple(state) if state else () if closed else OPEN_STATES,
        kinds=tuple(kind or ()),
        reasons=tuple(reason or ()),
        flags=tuple(flag or ()),
        customer=customer,
        text=q,
        at_least=at_least,
        has_new_mail=new_mail,
        has_failed_sender=failed_sender,
    )
    page = queries.page(session, wanted, sort=sort, cursor=cursor, limit=limit)
    suspects = suspect.of_cases(session, [c.id for c in page.cases])
    lines = [without_accounts_in(line) if line["id"] in suspects else line for line in map(case_json, page.cases)]
    return {"cases": lines, "next_cursor": page.next_cursor}


@router.get("/{case_id}", operation_id="getCase", response_model=CaseDetail, responses=responses(401, 403, 404, 422))
def get_case(session: DbSession, caller: MayRead, case_id: CaseId) -> dict[str, Any]:
    """A case with its documents, what we think, what the books say, what is proposed, and its trail."""
    return dossier(session, case_id).as_json()


@router.get(
    "/{case_id}/evidence", operation_id="getCaseEvidence", response_model=CaseEvidence,
    responses=responses(401, 403, 404, 422),
)  # fmt: skip
def get_evidence(session: DbSession, caller: MayRead, case_id: CaseId) -> CaseEvidence:
    """What each field and sentence rests on: words in the text, and their boxes on page images."""
    found = dossier(session, case_id)
    if found.assessment is None or found.reading is None or found.reading_of is None:
        return CaseEvidence(case_id=case_id, document_id=None, parts=[], fields=[], claims=[], reason=[], flags={})
    of, assessment = found.reading_of, found.assessment
    evidence = CaseEvidence(
        case_id=case_id,
        document_id=of,
        parts=part_infos(of, found.reading),
        fields=[
            FieldEvidence(name=name, value=field.value, places=places(of, field.evidence))
            for name, field in assessment.fields.items()
        ],
        claims=[ClaimEvidence(text=c.text, places=places(of, c.evidence)) for c in assessment.summary],
        reason=places(of, assessment.classification.evidence),
        flags={flag: places(of, spans) for flag, spans in assessment.flag_evidence.items()},
    )
    if not found.is_suspect:
        return evidence
    return CaseEvidence.model_validate(without_accounts_in(evidence.model_dump(mode="json")))


@router.post("/{case_id}/reading", operation_id="chooseReading", response_model=CaseLine, responses=_ERRORS)
def choose_reading(session: DbSession, caller: MayDecide, case_id: CaseId, body: ReadingRequest) -> dict[str, Any]:
    """Say what a case is about when the machine is unsure or wrong; it is compared with Odoo and proposed for anew."""
    choosing.choose_reading(session, case_id, body.reason, by=caller, at=now())
    return case_json(queries.get(session, case_id))


@router.post("/{case_id}/closing", operation_id="closeCase", response_model=CaseLine, responses=_ERRORS)
def close_case(
    request: Request, session: DbSession, caller: MayDecide, case_id: CaseId, body: ClosingRequest
) -> dict[str, Any]:
    """Close a case without action: with a reason, what is proposed is rejected for it. Nothing in Odoo changes."""
    if body.reason is None or body.version is None:
        closing.close(session, case_id, by=caller, note=body.note, at=now())
    else:
        closing.close_without_action(
            session, case_id, seen=Seen(body.version), by=caller, policy=request.app.state.policy, reason=body.reason,
            note=body.note, at=now(),
        )  # fmt: skip
    return case_json(queries.get(session, case_id))


@router.post("/{case_id}/delivery", operation_id="answerDelivery", response_model=CaseLine, responses=_ERRORS)
def answer_delivery(session: DbSession, caller: MayDecide, case_id: CaseId, body: DeliveryRequest) -> dict[str, Any]:
    """A project manager's word on whether the work was delivered; they may then not approve the credit. Whoever sees
    only what they were asked about answers about those cases alone, and gets the line without amounts and sentences."""
    reach.require_case(session, caller, case_id)
    decide.validate_delivery(session, case_id, by=caller, was_delivered=body.was_delivered, note=body.note, at=now())
    case = queries.get(session, case_id)
    return case_json_without_amounts(case) if reach.only_asked(caller) else case_json(case)
