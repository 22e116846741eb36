"""Replies of ours that come back: the letter says so, with the server's reason, and its case is before a person again.

A report is believed by the Message-ID that we gave, which only who had the letter can know. It changes the letter and
shows the case; nothing is sent again by itself. A delay is only noted: the server goes on trying.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.continued import NOTHING
from app.audit import trail
from app.audit.models import AuditEvent
from app.cases import lifecycle
from app.cases.models import Case
from app.decisions import merging
from app.decisions.continuing import NOTED
from app.documents.automatic import Automatic, Delivery, Ours, Sort, automatic
from app.documents.reading import Reading
from app.letters import leaving
from app.letters.models import Letter
from app.vocabulary import Kind

ACTOR = "software"
_LEFT = ("sending", "uncertain", "sent", "bounced")
_EVENTS = {Sort.BOUNCE: "letter.bounced", Sort.DELAYED: "letter.delayed", Sort.RECEIPT: "letter.arrived"}
_MOST_NAMED = 3
_LONGEST_SAYS = 200


def take_back(session: Session, case_id: int, reading: Reading, *, ours: Ours, at: datetime) -> int | None:
    """Where a case brought a server's report on a letter of ours: mark the letter, show its case, and fold the report
    into that one. The case it is in now; None where it is no such report, or was dealt with before.

    Runs in a transaction of its own: it locks both cases in the order of their numbers, then the letter.
    """
    found = automatic(reading, ours)
    if found is None or found.sort not in _EVENTS or not found.answers:
        return None
    letter = _about(session, found.answers)
    if letter is None:
        return None
    into = merging.standing_in(session, letter.case_id)
    if into == case_id:
        return None
    target = merging.both(session, case_id, into)
    case = session.get_one(Case, case_id)
    letter = session.get_one(Letter, letter.id, with_for_update=True, populate_existing=True)
    if case.merged_into is not None or target.merged_into is not None or letter.state not in _LEFT:
        return None
    if _was_told(session, target.id, case_id):
        return None
    told = _told(letter, found)
    row = keep.current(session, case_id)
    said = keep.assessment_of(row).classification
    trail.record(
        session, _EVENTS[found.sort], case_id=target.id, actor=ACTOR, at=at, letter=str(letter.id), because=told,
        to=[d.recipient for d in found.deliveries], status=[d.status for d in found.deliveries], mail_case=case_id,
        document=row.document_id, sender=case.sender, how="" if found.sort is Sort.BOUNCE else NOTED, effect=NOTHING,
        reason=said.reason, reading=said.reading.value,
    )  # fmt: skip
    leaving.left(session, letter, actor=ACTOR, at=at)  # it may not have been known that it left: now it is
    if found.sort is Sort.BOUNCE:
        _came_back(session, letter, target, told, found.deliveries, at=at)
    if case.kind == Kind.SECURITY_ALERT or case.state not in ("to_decide", "needs_attention", "received"):
        return None  # a person looks at it by itself, or does already
    merging.fold(session, case, target, actor=ACTOR, at=at, because=told, is_quiet=True, how=NOTED)
    folded = f"Folded into case {target.id}."
    lifecycle.move(session, case, "closed", actor=ACTOR, at=at, because=f"{folded} {told}")
    session.flush()
    return target.id


def _came_back(
    session: Session, letter: Letter, target: Case, told: str, deliveries: Sequence[Delivery], *, at: datetime
) -> None:
    says = "; ".join(dict.fromkeys(d.says for d in deliveries if d.action == "failed" and d.says))
    if says and says not in letter.bounced_because:
        letter.bounced_because = "; ".join(one for one in (letter.bounced_because, says) if one)[:1000]
    letter.state, letter.bounced_at = "bounced", letter.bounced_at or at
    lifecycle.ask_for_attention(session, target, told, at=at)


def _was_told(session: Session, case_id: int, report_case: int) -> bool:
    """Whether this report was dealt with before, and stayed a case of its own."""
    query = select(AuditEvent.seq).where(
        AuditEvent.case_id == case_id, AuditEvent.action.in_(_EVENTS.values()),
        AuditEvent.content["mail_case"].astext == str(report_case),
    )  # fmt: skip
    return session.execute(query.limit(1)).first() is not None


def _about(session: Session, answers: Sequence[str]) -> Letter | None:
    """The letter that a report is about: of those it names, the one it names first."""
    rows = session.execute(select(Letter).where(Letter.message_id.in_(answers[:50]))).scalars()
    letters = {letter.message_id: letter for letter in rows}
    return next((letters[one] for one in answers if one in letters), None)


def _told(letter: Letter, found: Automatic) -> str:
    """What became of the letter, and what to do, in sentences."""
    meant = [
        d for d in found.deliveries if d.action == {Sort.BOUNCE: "failed", Sort.DELAYED: "delayed"}.get(found.sort)
    ]
    named = list(dict.fromkeys(d.recipient for d in meant if d.recipient)) or list(letter.recipients)
    to = ", ".join(named[:_MOST_NAMED])
    if found.sort is Sort.RECEIPT:
        return f"The reply to {to} arrived, says the recipient’s mail system."
    if found.sort is Sort.DELAYED:
        return f"The reply to {to} has not arrived yet; the mail server goes on trying."
    worst = meant[0] if meant else None
    did = f"The reply to {to} did not arrive."
    words = worst.says[:_LONGEST_SAYS] if worst is not None else ""
    says = f"The server says: “{words}”." if words else ""
    return " ".join(one for one in (did, _why(worst), says) if one)


def _why(delivery: Delivery | None) -> str:
    """The reason and what to do, by the enhanced status code (RFC 3463)."""
    status = delivery.status if delivery is not None else ""
    for codes, sentence in _SENTENCES:
        if any(status[1:] == code or status[1:].startswith(f"{code}.") for code in codes):
            return sentence
    return "The recipient’s mail server did not take it: ask the customer how they can be reached."


_SENTENCES = (
    ((".1.1", ".1.2", ".1.3", ".1.10", ".1.6"),
     "The address does not exist: ask the customer for the right one, and write to that."),
    ((".2.1", ".2.0"), "The mailbox takes no mail: ask the customer for another address, and write to that."),
    ((".2.2",), "The mailbox is full: try again later, or write to another person there."),
    ((".2.3", ".3.4"), "The mail is too large for the recipient: leave papers out, or hand them over another way."),
    ((".4",), "The recipient’s mail server could not be reached: try again later, or ask the customer."),
    ((".7",), "The recipient’s mail server refused it by its rules: ask your mail administrator or the customer."),
)  # fmt: skip
"""By the last two numbers of the code; 5.1.1 and 4.1.1 mean the same once a server has given up."""
