"""The call-back checklist: until it is complete nothing on a security alert is confirmed, and nothing that moves money
where a check of the sender failed and the policy asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.assessments.from_whom import failed_checks
from app.audit import trail
from app.cases.models import Case, CaseCheck
from app.cases.seen import Seen, locked, require_handling
from app.errors import Conflict, Malformed, Refused
from app.users.access import Caller
from app.vocabulary import Kind

ITEMS = ("number_from_odoo", "known_contact", "asked", "written_down")
WRITTEN = "written_down"
"""The item that is done by writing: who answered, and when."""
LONGEST = 500
NOT_CALLED = (
    "A check of the sender failed: call back on the number that Odoo has, and finish the call-back checklist first."
)
"""Why a step that the policy asks a call-back for is not confirmed yet."""


class OfAKind(Protocol):
    """A case, or as much of one as says whether it is an alert."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str | None: ...


def done(session: Session, case_id: int) -> dict[str, CaseCheck]:
    """What of the checklist is done, by item."""
    rows = session.execute(select(CaseCheck).where(CaseCheck.case_id == case_id)).scalars()
    return {row.item: row for row in rows if row.item in ITEMS}


def is_complete(session: Session, case_id: int) -> bool:
    """Whether all of the checklist is done."""
    return len(done(session, case_id)) == len(ITEMS)


def is_asked_for(session: Session, case: OfAKind) -> bool:
    """Whether there is something to call back about: an alert, or a message whose sender failed a check."""
    return case.kind == Kind.SECURITY_ALERT or bool(failed_checks(session, case.id))


def is_due(session: Session, case: OfAKind) -> bool:
    """Whether there is something to call back about, and nobody has yet."""
    return is_asked_for(session, case) and not is_complete(session, case.id)


def why_not(session: Session, case: OfAKind) -> str:
    """Why nothing on this case is confirmed yet; empty when the checklist is complete, or the case is no alert."""
    if case.kind != Kind.SECURITY_ALERT:
        return ""
    count = len(done(session, case.id))
    return "" if count == len(ITEMS) else f"Finish the call-back checklist first: {count} of {len(ITEMS)} done."


def require_complete(session: Session, case: Case) -> None:
    """Raises Refused when this is a security alert whose checklist is not complete."""
    reason = why_not(session, case)
    if reason:
        raise Refused(reason, case=case.id)


def tick(
    session: Session, case_id: int, ticked: Mapping[str, str], *, seen: Seen, by: Caller, at: datetime
) -> dict[str, CaseCheck]:
    """Set the checklist to exactly these items, each with its note (empty: none). What was ticked before and is
    ticked still keeps who did it and when.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller, or an item is unknown.
        Malformed: Who answered and when is ticked and not written down.
        Conflict: The case changed since it was seen, has nothing to call back about, or has ended.
    """
    require_handling(by)
    unknown = set(ticked) - set(ITEMS)
    if unknown:
        raise Refused(f"The call-back checklist has no item {', '.join(sorted(unknown))}.")
    if WRITTEN in ticked and not ticked[WRITTEN].strip():
        raise Malformed("Write down who answered and when, then tick it. Nothing was changed.")
    case = locked(session, case_id, seen, by=by)
    if case.state in ("done", "closed") or not is_asked_for(session, case):
        raise Conflict(
            f"Case {case_id} is no open security alert, and no check of its sender failed: there is nothing to call "
            "back about.", case=case_id,
        )  # fmt: skip
    before = done(session, case_id)
    for item in ITEMS:
        note = ticked.get(item, "").strip()[:LONGEST]
        if item in before and item not in ticked:
            session.execute(delete(CaseCheck).where(CaseCheck.case_id == case_id, CaseCheck.item == item))
            trail.record(session, "callback.undone", case_id=case_id, actor=by.email, at=at, item=item)
        elif item in ticked and (item not in before or before[item].note != note):
            session.merge(CaseCheck(case_id=case_id, item=item, done_by=by.user_id, done_at=at, note=note))
            trail.record(session, "callback.done", case_id=case_id, actor=by.email, at=at, item=item, note=note)
    case.updated_at = at
    session.flush()
    session.expire_all()
    return done(session, case_id)
