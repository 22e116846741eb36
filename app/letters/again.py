"""A reply that came back, opened again by a person: they choose another address, or change it, and confirm it anew."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import lifecycle, thread
from app.cases.models import Case
from app.cases.seen import require_handling
from app.decisions import amendment, decide, doubt
from app.decisions.approval_matrix import Policy
from app.errors import Conflict, NotFound, Refused
from app.letters import leaving
from app.letters.models import Letter
from app.letters.way_out import is_address
from app.suggestions import by_mail
from app.suggestions.freeze import freeze
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.vocabulary import Kind

_MOST = 12


def open_again(
    session: Session, letter_id: UUID, *, case_id: int, by: Caller, policy: Policy, at: datetime
) -> Suggestion:
    """A reply that came back as a new step of its case, to nobody yet; it leaves when it was confirmed to an address.

    Whom it can go to: as before, and whoever of the same house has a part in the case's mails.

    Raises:
        NotFound: The case has no such letter.
        Refused: The person is neither reviewer nor controller, or the case is a security alert.
        Conflict: It did not come back, or a reply waits for a decision there already.
    """
    require_handling(by)
    letter = leaving.locked(session, letter_id)
    if letter.case_id != case_id:
        raise NotFound(f"Case {case_id} has no letter {letter_id}.")
    case = session.get_one(Case, case_id)
    if case.kind == Kind.SECURITY_ALERT:
        raise Refused(f"Case {case_id} is a security alert: nothing is written back to whoever sent this.")
    if letter.state != "bounced" or case.merged_into is not None:
        raise Conflict(f"This reply of case {case_id} did not come back, or the case is part of another.", case=case_id)
    if is_open(session, case_id):
        raise Conflict(f"A reply waits for a decision on case {case_id} already: change that one.", case=case_id)
    written = session.get_one(Suggestion, letter.suggestion_id)
    proposal = by_mail.asked_anew(
        amendment.as_proposal(written), others=_others(session, letter),
        warns=f"The reply to {', '.join(letter.recipients)} came back: choose whom it goes to.",
    )  # fmt: skip
    if case.state in ("done", "closed"):
        because = "A reply that came back is written anew."
        lifecycle.move(session, case, "to_decide", actor=by.email, at=at, because=because)
    on_case = doubt.on_case(session, policy, case_id)
    anew = freeze(session, case_id, proposal, on_case, at=at, made_by=by.user_id, actor=by.email)
    decide.settle_case(session, case, actor=by.email, at=at)
    return anew


def is_open(session: Session, case_id: int) -> bool:
    """Whether a reply of this case waits for a decision, or to leave."""
    query = select(Suggestion.id).where(
        Suggestion.case_id == case_id, Suggestion.kind == "draft_reply",
        Suggestion.state.in_(("open", "confirmed", "stale", "refused")),
    )  # fmt: skip
    return session.execute(query.limit(1)).first() is not None


def _others(session: Session, letter: Letter) -> tuple[str, ...]:
    """The addresses of the recipients' houses that stand in the mails of the case."""
    houses = {thread.house(one) for one in letter.recipients}
    named = [a for mail in thread.mails_of(session, letter.case_id) for a in (mail.sender, *mail.recipients)]
    return tuple(dict.fromkeys(a for a in named if is_address(a) and thread.house(a) in houses))[:_MOST]
