"""A reply of which nobody knows whether it left: a person says so, and its write goes on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.seen import require_handling
from app.decisions import decide
from app.errors import NotFound
from app.jobs import after_commit
from app.letters import leaving
from app.letters.models import Letter
from app.users.access import Caller
from app.writebacks.models import WriteBack


def settle(
    session: Session, letter_id: UUID, *, case_id: int, has_left: bool, by: Caller, at: datetime
) -> Letter:  # fmt: skip
    """Record a person's word on whether a reply left. If not, it is sent again, under the same Message-ID: whoever has
    the first one sees the second as the same mail.

    Raises:
        Refused: The person is neither reviewer nor controller.
        NotFound: The case has no such letter.
        Conflict: It is known by now.
    """
    require_handling(by)
    letter = leaving.locked(session, letter_id)
    if letter.case_id != case_id:
        raise NotFound(f"Case {case_id} has no letter {letter_id}.")
    leaving.settle_doubt(session, letter, has_left=has_left, by=by.email, at=at)
    row = session.execute(
        select(WriteBack).where(WriteBack.suggestion_id == letter.suggestion_id).with_for_update()
    ).scalar_one_or_none()
    if row is not None and row.state == "waiting":
        row.next_at = at
        after_commit(session, "writeback.deliver", row.id)
    _, case = decide.locked(session, letter.suggestion_id)
    decide.settle_case(session, case, actor=by.email, at=at)
    return letter
