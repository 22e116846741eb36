"""What a person does with a case besides deciding, on the version they saw; a 409 names who was faster."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from sqlalchemy.orm import Session

from app.api.handling_shapes import (
    Answer,
    AnswerRequest,
    AssignRequest,
    BulkOutcome,
    BulkRequest,
    CallBack,
    CallBackRequest,
    CaseFamily,
    Check,
    FraudRequest,
    Halted,
    Left,
    MergeRequest,
    Question,
    QuestionList,
    QuestionRequest,
    ReopenRequest,
    SeenRequest,
    SnoozeRequest,
    SplitRequest,
)
from app.api.keys import DbSession, MayDecide, MayRead
from app.api.problems import responses
from app.api.shapes import CaseLine
from app.cases import queries, snoozing
from app.cases.assigning import assign
from app.cases.models import CaseQuestion
from app.cases.seen import Seen, require_handling
from app.clock import now
from app.decisions import call_back, closing, merging, questions, splitting
from app.decisions.approval_matrix import Policy
from app.decisions.dossier import case_json
from app.decisions.splitting import Matter
from app.errors import CountersignError
from app.users.access import Caller, user_by_email
from app.users.people import names_of
from app.writebacks import alarm
from app.writebacks.reopening import reopen

router = APIRouter(tags=["cases"])
CaseId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The case's number.")]
QuestionId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The question's number.")]
_ERRORS = responses(401, 403, 404, 409, 422, 503)


@router.post("/cases/bulk", operation_id="handleCases", response_model=BulkOutcome, responses=_ERRORS)
def handle_cases(request: Request, caller: MayDecide, body: BulkRequest) -> BulkOutcome:
    """Assign, put off, close or fold together many cases, each in a transaction of its own; who was faster with one
    keeps it, and the answer names it."""
    require_handling(caller)
    done, left = list[int](), list[Left]()
    for seen in body.cases:
        if body.do == "merge" and seen.id == body.into:
            continue
        try:
            with request.app.state.database.transaction() as session:
                _handle(session, request.app.state.policy, caller, seen.id, Seen(seen.version), body)
            done.append(seen.id)
        except CountersignError as error:
            left.append(Left(case_id=seen.id, why=error.message))
    return BulkOutcome(done=done, left=left)


def _handle(session: Session, policy: Policy, by: Caller, case_id: int, seen: Seen, body: BulkRequest) -> None:
    if body.do == "assign":
        person = user_by_email(session, body.person).id if body.person else None
        assign(session, case_id, seen=seen, by=by, at=now(), to_person=person, to_team=body.team, note=body.note)
    elif body.do == "snooze":
        snoozing.snooze(
            session, case_id, seen=seen, by=by, at=now(), until=body.until, event=body.event, because=body.note
        )
    elif body.do == "close" and body.reason is not None:
        closing.close_without_action(
            session, case_id, seen=seen, by=by, policy=policy, reason=body.reason, note=body.note, at=now()
        )
    elif body.into is not None:
        merging.merge(session, case_id, body.into, seen=seen, by=by, at=now(), because=body.note)


@router.post("/cases/{case_id}/snooze", operation_id="snoozeCase", response_model=CaseLine, responses=_ERRORS)
def snooze_case(session: DbSession, caller: MayDecide, case_id: CaseId, body: SnoozeRequest) -> dict[str, Any]:
    """Put a case off until a time or an answer. It comes back earlier if the customer writes or Odoo changes."""
    case = snoozing.snooze(
        session, case_id, seen=Seen(body.version), by=caller, at=now(), until=body.until, event=body.event,
        because=body.because,
    )  # fmt: skip
    return case_json(case)


@router.post("/cases/{case_id}/wake", operation_id="wakeCase", response_model=CaseLine, responses=_ERRORS)
def wake_case(session: DbSession, caller: MayDecide, case_id: CaseId, body: SeenRequest) -> dict[str, Any]:
    """Bring a case back that was put off."""
    return case_json(snoozing.wake_now(session, case_id, seen=Seen(body.version), by=caller, at=now()))


@router.post("/cases/{case_id}/reopening", operation_id="reopenCase", response_model=CaseLine, responses=_ERRORS)
def reopen_case(session: DbSession, caller: MayDecide, case_id: CaseId, body: ReopenRequest) -> dict[str, Any]:
    """Open a closed case again: what was rejected with it is proposed once more."""
    case = reopen(session, case_id, seen=Seen(body.version), by=caller, at=now(), because=body.because)
    return case_json(case)


@router.post("/cases/{case_id}/assignment", operation_id="assignCase", response_model=CaseLine, responses=_ERRORS)
def assign_case(session: DbSession, caller: MayDecide, case_id: CaseId, body: AssignRequest) -> dict[str, Any]:
    """Make a case one person's or a team's; with neither it is nobody's."""
    person = user_by_email(session, body.person).id if body.person else None
    case = assign(
        session, case_id, seen=Seen(body.version), by=caller, at=now(), to_person=person, to_team=body.team,
        note=body.note,
    )  # fmt: skip
    return case_json(case)


@router.post("/cases/{case_id}/merge", operation_id="mergeCase", response_model=CaseLine, responses=_ERRORS)
def merge_case(session: DbSession, caller: MayDecide, case_id: CaseId, body: MergeRequest) -> dict[str, Any]:
    """Fold a case into another; the answer is that one. Nothing in Odoo changes, and it can be taken out again."""
    target = merging.merge(
        session, case_id, body.into, seen=Seen(body.version), by=caller, at=now(), because=body.because
    )  # fmt: skip
    return case_json(target)


@router.post("/cases/{case_id}/take-out", operation_id="takeOutCase", response_model=CaseLine, responses=_ERRORS)
def take_out_case(session: DbSession, caller: MayDecide, case_id: CaseId, body: SeenRequest) -> dict[str, Any]:
    """Take a case out of the one it was folded into."""
    return case_json(merging.take_out(session, case_id, seen=Seen(body.version), by=caller, at=now()))


@router.post(
    "/cases/{case_id}/split", operation_id="splitCase", status_code=201, response_model=CaseFamily, responses=_ERRORS
)
def split_case(session: DbSession, caller: MayDecide, case_id: CaseId, body: SplitRequest) -> dict[str, Any]:
    """Make cases of the matters in one message. The answer holds the case itself first, then the new ones."""
    matters = [Matter(m.reason, m.about, tuple(m.invoices)) for m in body.matters]
    made = splitting.split(session, case_id, matters, seen=Seen(body.version), by=caller, at=now())
    return {"cases": [case_json(c) for c in (queries.get(session, case_id), *made)]}


@router.get(
    "/cases/{case_id}/family", operation_id="getCaseFamily", response_model=CaseFamily,
    responses=responses(401, 403, 404, 422),
)  # fmt: skip
def get_family(session: DbSession, caller: MayRead, case_id: CaseId) -> dict[str, Any]:
    """The other matters of the same message, and what was folded into this case."""
    case = queries.get(session, case_id)
    return {
        "cases": [case_json(c) for c in (*splitting.siblings(session, case), *merging.merged_into(session, case_id))]
    }


@router.post("/cases/{case_id}/fraud", operation_id="markAsFraud", response_model=Halted, responses=_ERRORS)
def mark_as_fraud(session: DbSession, caller: MayDecide, case_id: CaseId, body: FraudRequest) -> Halted:
    """Make a case a security alert: steps that move money are withdrawn, also confirmed ones that were not sent."""
    halted = alarm.mark_as_fraud(
        session, case_id, reason=body.reason, seen=Seen(body.version), by=caller, at=now(), note=body.note
    )
    case = queries.get(session, case_id)
    return Halted(case_id=case_id, version=case.version, withdrawn=halted.withdrawn, sent=halted.sent)


@router.get(
    "/cases/{case_id}/call-back", operation_id="getCallBack", response_model=CallBack,
    responses=responses(401, 403, 404, 422),
)  # fmt: skip
def get_call_back(session: DbSession, caller: MayRead, case_id: CaseId) -> CallBack:
    """The call-back checklist of a security alert. Nothing on it is confirmed before the list is complete."""
    return _call_back(session, case_id)


@router.put("/cases/{case_id}/call-back", operation_id="setCallBack", response_model=CallBack, responses=_ERRORS)
def set_call_back(session: DbSession, caller: MayDecide, case_id: CaseId, body: CallBackRequest) -> CallBack:
    """Set the checklist to exactly these items."""
    ticked: dict[str, str] = {check.item: check.note for check in body.done}
    call_back.tick(session, case_id, ticked, seen=Seen(body.version), by=caller, at=now())
    return _call_back(session, case_id)


@router.post(
    "/cases/{case_id}/questions", operation_id="askDelivery", status_code=201, response_model=Question,
    responses=_ERRORS,
)  # fmt: skip
def ask_delivery(session: DbSession, caller: MayDecide, case_id: CaseId, body: QuestionRequest) -> Question:
    """Put a question about the work to a project manager, or to whichever answers first."""
    to = user_by_email(session, body.to).id if body.to else None
    found = questions.ask(
        session, case_id, seen=Seen(body.version), by=caller, at=now(), text=body.text, to=to, put_off=body.put_off
    )
    return _shown(session, [found])[0]


@router.get(
    "/cases/{case_id}/questions", operation_id="listCaseQuestions", response_model=QuestionList,
    responses=responses(401, 403, 404, 422),
)  # fmt: skip
def list_case_questions(session: DbSession, caller: MayRead, case_id: CaseId) -> QuestionList:
    """What was asked about a case, and what was answered."""
    queries.get(session, case_id)
    return QuestionList(questions=_shown(session, list(questions.of_case(session, case_id))))


@router.get(
    "/questions", operation_id="listMyQuestions", response_model=QuestionList, responses=responses(401, 403, 422)
)
def list_my_questions(session: DbSession, caller: MayDecide) -> QuestionList:
    """What the project manager whose key this is, is asked and nobody has answered."""
    is_asked = questions.ASKED in caller.roles
    found = list(questions.waiting_for(session, caller.user_id)) if is_asked else []
    return QuestionList(questions=_shown(session, found))


@router.post("/questions/{question_id}/answer", operation_id="answerQuestion", response_model=Question,
             responses=_ERRORS)  # fmt: skip
def answer_question(session: DbSession, caller: MayDecide, question_id: QuestionId, body: AnswerRequest) -> Question:
    """A project manager's answer. Who says what was delivered does not decide on the credit."""
    found = questions.answer(
        session, question_id, by=caller, at=now(), text=body.text, was_delivered=body.was_delivered
    )
    return _shown(session, [found])[0]


def _call_back(session: Session, case_id: int) -> CallBack:
    case = queries.get(session, case_id)
    done = call_back.done(session, case_id)
    names = names_of(session, {check.done_by for check in done.values()})
    return CallBack(
        case_id=case_id, version=case.version, why_not=call_back.why_not(session, case),
        done=[
            Check(item=c.item, note=c.note, done_by=names.get(c.done_by, ""), done_at=c.done_at) for c in done.values()
        ],
        left=[item for item in call_back.ITEMS if item not in done],
    )  # fmt: skip


def _shown(session: Session, found: list[CaseQuestion]) -> list[Question]:
    ids = {i for q in found for i in (q.asked_by, q.asked_to, q.answered_by) if i}
    names = names_of(session, ids)
    return [
        Question(
            id=q.id, case_id=q.case_id, text=q.text, asked_by=names.get(q.asked_by, ""), asked_at=q.asked_at,
            asked_to=names.get(q.asked_to, "") if q.asked_to else "",
            answer=Answer(
                text=q.answer, was_delivered=q.was_delivered, by=names.get(q.answered_by, ""), at=q.answered_at
            ) if q.answered_by and q.answered_at else None,
        )
        for q in found
    ]  # fmt: skip
