"""Taking back what was written: the reverse step is proposed, frozen and decided like every other.

Before a write is sent, `queue.undo` takes the confirmation back instead.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.decisions import decide, doubt, duties
from app.decisions.approval_matrix import Policy
from app.errors import Conflict, NotFound, Refused
from app.money import Money
from app.suggestions.actions import take_back
from app.suggestions.freeze import freeze
from app.suggestions.models import Suggestion
from app.suggestions.proposal import TAKE_BACK, Shown
from app.users.access import Caller
from app.writebacks.models import WriteBack


def undo_written(session: Session, suggestion_id: UUID, *, by: Caller, policy: Policy, at: datetime) -> Suggestion:
    """Propose to take back what this suggestion wrote, as a suggestion that needs its own decision.

    The case comes back to the queue with it. Asking is no decision: who asked may confirm too, when the policy says so.

    Raises:
        NotFound: There is no such suggestion.
        Refused: This kind of step cannot be taken back (the message says what to do instead), or the person's roles
            may not decide on it.
        Conflict: It was not written, was taken back already, or taking it back is proposed already.
    """
    by.require("decide")
    suggestion, case = decide.locked(session, suggestion_id)
    why_not = cannot(session, suggestion)
    if why_not:
        raise Refused(f"This cannot be taken back. {why_not}", suggestion=str(suggestion_id), kind=suggestion.kind)
    if suggestion.state != "written":
        raise Conflict(_not_written(suggestion.state), suggestion=str(suggestion_id), state=suggestion.state)
    under_way = _under_way(session, suggestion)
    if under_way is not None:
        raise Conflict(
            f"Taking this back is {'proposed' if under_way.state == 'open' else under_way.state} already. "
            f"Open case {case.id} to decide on it.",
            suggestion=str(under_way.id), state=under_way.state,
        )  # fmt: skip
    policy = doubt.on_case(session, policy, case.id)
    proposal = take_back.propose(_written(session, suggestion), asked_by=by.name)
    required = policy.requirement(
        action=TAKE_BACK, risk=proposal.risk, amount=proposal.amount, company_id=suggestion.company_id
    )
    duties.role_for(by.roles, required, policy, risk=proposal.risk)
    reverse = freeze(session, case.id, proposal, policy, at=at, made_by=by.user_id, actor=by.email)
    trail.record(
        session, "write.asked_back", case_id=case.id, actor=by.email, at=at, suggestion=str(suggestion_id),
        by_suggestion=str(reverse.id),
    )  # fmt: skip
    decide.settle_case(session, case, actor=by.email, at=at)
    return reverse


def cannot(session: Session, suggestion: Suggestion) -> str:
    """Why this kind of step cannot be taken back once it is written, and what to do instead; empty when it can be.

    What only Odoo knows (posted, confirmed, answered or touched since) is said by Odoo when it is tried.
    """
    row = _row(session, suggestion)
    if suggestion.state != "written" or row is None:
        return take_back.WHY_NOT.get(suggestion.kind, "")
    return take_back.why_not(suggestion.kind, row.receipt or {})


def mark_undone(session: Session, reverse: Suggestion, *, actor: str, at: datetime) -> None:
    """When a reverse step was written: the step it took back is `undone`. Nothing for other steps."""
    undone = reverse.command.get("within", {}).get("undoes")
    if undone is None:
        return
    suggestion = session.get_one(Suggestion, UUID(undone), with_for_update=True)
    suggestion.state = "undone"
    trail.record(
        session, "write.undone", case_id=suggestion.case_id, actor=actor, at=at, suggestion=undone,
        by_suggestion=str(reverse.id),
    )  # fmt: skip


def _written(session: Session, suggestion: Suggestion) -> take_back.Written:
    row = _row(session, suggestion)
    if row is None or row.receipt is None or suggestion.company_id is None:
        raise NotFound("Odoo's answer to this step is not kept, so it cannot be taken back. Put it right in Odoo.")
    return take_back.Written(
        suggestion_id=str(suggestion.id), kind=suggestion.kind, target_name=suggestion.target_name,
        company_id=suggestion.company_id, risk=suggestion.risk,
        amount=Money(suggestion.amount, suggestion.currency)
        if suggestion.amount is not None and suggestion.currency
        else None,
        shown=tuple(Shown(str(r["what"]), str(r["now"]), str(r["after"])) for r in suggestion.before),
        receipt=row.receipt,
    )  # fmt: skip


def _row(session: Session, suggestion: Suggestion) -> WriteBack | None:
    return session.execute(select(WriteBack).where(WriteBack.suggestion_id == suggestion.id)).scalar_one_or_none()


def _under_way(session: Session, suggestion: Suggestion) -> Suggestion | None:
    """A reverse of this step that is proposed, confirmed or was written."""
    rows = session.execute(
        select(Suggestion).where(
            Suggestion.case_id == suggestion.case_id, Suggestion.kind == TAKE_BACK,
            Suggestion.state.in_(("open", "confirmed", "written")),
        )
    ).scalars()  # fmt: skip
    return next((s for s in rows if s.command.get("within", {}).get("undoes") == str(suggestion.id)), None)


def _not_written(state: str) -> str:
    match state:
        case "undone":
            return "This was taken back already."
        case "confirmed":
            return "This is on its way to Odoo. Take the confirmation back while it waits, or wait until it is written."
        case _:
            return f"This is {state} and was not written, so there is nothing to take back."
