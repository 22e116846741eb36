"""What is new on a case since a person last acted on it: the mails that continued it, and what each changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.audit.models import AuditEvent
from app.cases.models import Case, CaseNews
from app.cases.seen import Seen, locked, require_handling
from app.users.access import Caller

CONTINUED, RETURNED, READ = "case.continued", "letter.bounced", "news.seen"
COLLEAGUE = "colleague"
"""How a colleague's mail is told: it changes nothing of the case, and a person sees it."""
_BESIDE_IT = (
    "delivery.answered", "question.answered", "question.asked", "case.assigned", "assignment.undone", "thread.answered",
    "case.took_over", "case.gave_back",
)  # fmt: skip
"""What people do about a case without deciding on it, or from another one: it is no sign that they saw what came in.
The trigger that keeps `case_news` knows them too (migration 0026)."""


@dataclass(frozen=True, slots=True)
class News:
    """A mail that continued a case, or a reply of ours that came back, and that nobody has acted on since.

    `mail_case` is the case it came as, `fields` what differs by name ({"was", "is"}, and "kept" where a person's word
    stands), `effect` one of the words of `app.assessments.continued`, `reason` what the mail reads as.
    """

    document_id: int
    mail_case: int
    sender: str
    at: datetime
    effect: str
    reason: str
    reading: str
    is_noted: bool
    is_colleagues: bool
    fields: dict[str, dict[str, Any]]


def of_events(events: Iterable[AuditEvent]) -> tuple[News, ...]:
    """What is new by a case's history, oldest first."""
    found: list[News] = []
    for event in _standing(events):
        if event.action in (CONTINUED, RETURNED) and "mail_case" in event.content:
            found.append(_news(event))
        elif event.action in ("case.gave_back", "case.taken_out"):
            found = [n for n in found if n.mail_case != event.content.get("merged")]
        if _is_a_persons(event.actor, event.action):
            found = []
    return tuple(found)


def _standing(events: Iterable[AuditEvent]) -> list[AuditEvent]:
    """The events without those that were taken back at once, and the taking back: by putting a case off and back again
    nobody saw what came in."""
    told = list(events)
    undoing = {e.seq: e.content["undoes"] for e in told if e.action == "case.moved" and "undoes" in e.content}
    return [e for e in told if e.seq not in undoing and e.seq not in undoing.values()]


def _is_a_persons(actor: str, action: str) -> bool:
    return "@" in actor and action not in (*_BESIDE_IT, CONTINUED)


def _news(event: AuditEvent) -> News:
    c = event.content
    return News(
        int(c["document"]), int(c["mail_case"]), str(c["sender"]), event.at, str(c["effect"]), str(c["reason"]),
        str(c["reading"]), c["how"] == "noted", c["how"] == COLLEAGUE, dict(c.get("fields") or {}),
    )  # fmt: skip


def waiting(session: Session, case_ids: Collection[int]) -> set[int]:
    """Those of these cases that a mail continued, with something to say, or whose reply came back, since a person last
    acted on them."""
    return set(session.execute(select(CaseNews.case_id).where(CaseNews.case_id.in_(case_ids))).scalars())


def is_waiting(session: Session, case_id: int) -> bool:
    """Whether something came in on the case that nobody has acted on yet."""
    return case_id in waiting(session, (case_id,))


def mark_seen(session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime) -> Case:
    """A person says that they have seen what is new.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller.
        Conflict: It changed since it was seen.
    """
    require_handling(by)
    case = locked(session, case_id, seen, by=by)
    trail.record(session, READ, case_id=case_id, actor=by.email, at=at)
    case.updated_at = at
    session.flush()
    return case
