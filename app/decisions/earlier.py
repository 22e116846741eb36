"""Earlier messages of the same customer on which a person decided: examples for whoever reads the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.models import AssessmentRow
from app.cases.models import Case
from app.decisions.models import Decision
from app.documents import readings
from app.documents.reading import Reading
from app.errors import NotFound
from app.firm import FREE_MAIL
from app.suggestions.models import Suggestion

_LOOKED_AT = 12


@dataclass(frozen=True, slots=True)
class Earlier:
    """The new text of an earlier message, with its subject, and the reason that a person confirmed or chose."""

    case_id: int
    text: str = field(repr=False)
    reason: str


def confirmed(session: Session, case_id: int, *, sender: str, reasons: Sequence[str], most: int) -> tuple[Earlier, ...]:
    """Confirmed cases of the sender's house with one of these reasons, one for each reason, the newest.

    `sender` is a mail's whole address. The same domain is the same customer; at a free mail service only the same
    address is. Never another customer's: a sender without a domain has none.
    """
    domain = sender.rpartition("@")[2].casefold()
    if not domain or "@" not in sender:
        return ()
    own = func.lower(Case.sender) == sender.casefold() if domain in FREE_MAIL else _of_domain(domain)
    chosen = select(AssessmentRow.case_id).where(
        AssessmentRow.is_current, AssessmentRow.content["classification"]["votes"].contains([{"reader": "person"}])
    )
    decided = select(Suggestion.case_id).where(
        Suggestion.id == Decision.suggestion_id, Decision.verdict == "confirm", Suggestion.state == "written"
    )
    rows = session.execute(
        select(Case.id, Case.reason)
        .where(
            own, Case.id != case_id, Case.merged_into.is_(None), Case.reason.in_(reasons),
            or_(Case.id.in_(chosen), Case.id.in_(decided)),
        )
        .order_by(Case.id.desc())
        .limit(_LOOKED_AT)
    )  # fmt: skip
    newest: dict[str, int] = {}
    for earlier, reason in rows:
        newest.setdefault(str(reason), earlier)
    found = (_told(session, earlier, reason) for reason, earlier in newest.items())
    return tuple(one for one in found if one is not None)[:most]


def _of_domain(domain: str) -> ColumnElement[bool]:
    return func.split_part(func.lower(Case.sender), "@", 2) == domain


def _told(session: Session, case_id: int, reason: str) -> Earlier | None:
    try:
        reading: Reading = readings.load(session, keep.current(session, case_id).document_id)
    except NotFound:
        return None  # read by an earlier version
    if reading.mail is None:
        return None
    spoken = (s for s in reading.mail.segments if s.role in ("subject", "new"))
    text = "\n".join(_texts(reading.text[s.start : s.end] for s in spoken))
    return Earlier(case_id, text, reason) if text else None


def _texts(pieces: Iterable[str]) -> list[str]:
    return [piece.strip() for piece in pieces if piece.strip()]
