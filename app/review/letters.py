"""The replies of a case that leave by mail: where each is, in words, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.clock import now
from app.decisions.approval_matrix import Policy
from app.errors import Malformed
from app.letters import again, queries
from app.letters.models import Letter
from app.review import figures
from app.review.addresses import CaseId
from app.review.decision_form import Sent, decided
from app.review.forms import text_of
from app.review.languages import _, told
from app.review.sessions import SignedIn
from app.writebacks import doubts

router = APIRouter()
_TAGS = {"sent": "tag-good", "waiting": "tag-pencil", "sending": "tag-pencil"}


@dataclass(frozen=True, slots=True)
class Line:
    """A letter as the page shows it. `suggestion_id` is set where it can be taken back still, `asks` where a person is
    asked whether it left."""

    id: UUID
    title: str
    word: str
    tag: str
    why: str
    suggestion_id: UUID | None
    asks: bool
    may_be_anew: bool
    """It came back, and can be opened again."""


def lines(session: Session, case_id: int, today: date) -> list[Line]:
    """The letters of a case that are not settled without a word, the newest first."""
    found = [letter for letter in queries.of_case(session, case_id) if letter.state != "withdrawn"]
    is_open = any(letter.state == "bounced" for letter in found) and again.is_open(session, case_id)
    return [_line(letter, today, may_be_anew=n == 0 and not is_open) for n, letter in enumerate(reversed(found))]


def _line(letter: Letter, today: date, *, may_be_anew: bool) -> Line:
    to, sender = ", ".join(letter.recipients), letter.sender
    return Line(
        id=letter.id,
        title=_("Reply to %(to)s from %(sender)s", to=to, sender=sender),
        word=_words(today)[letter.state](letter),
        tag=_TAGS.get(letter.state, "tag-caution"),
        why=letter.bounced_because if letter.state == "bounced" else told(letter.because),
        suggestion_id=letter.suggestion_id if letter.state == "waiting" else None,
        asks=letter.state == "uncertain",
        may_be_anew=letter.state == "bounced" and may_be_anew,
    )


def _words(today: date) -> dict[str, Callable[[Letter], str]]:
    return {
        "waiting": lambda letter: _("not sent yet"),
        "sending": lambda letter: _("being sent"),
        "sent": lambda letter: _("sent %(moment)s", moment=figures.moment(letter.sent_at, today)),
        "uncertain": lambda letter: _("not certain whether it left"),
        "refused": lambda letter: _("cannot be sent"),
        "bounced": lambda letter: _("came back"),
    }


@router.post("/cases/{case_id}/letter")
def say_whether_it_left(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """A person's word on a reply of which nobody knows whether it left."""

    def carry_out(session: Session) -> None:
        said = text_of(form, "left")
        if said not in ("yes", "no"):
            raise Malformed(_("Say whether the reply left. Nothing was changed."))
        doubts.settle(session, _named(form), case_id=case_id, has_left=said == "yes", by=visit.person, at=now())

    return decided(request, visit, case_id, form, carry_out, against_changes=False)


@router.post("/cases/{case_id}/letter/again")
def open_again(request: Request, visit: SignedIn, case_id: CaseId, form: Sent) -> Response:
    """A person writes anew what came back: it is a step of the case again, to nobody yet."""
    policy: Policy = request.app.state.policy

    def carry_out(session: Session) -> None:
        again.open_again(session, _named(form), case_id=case_id, by=visit.person, policy=policy, at=now())

    return decided(request, visit, case_id, form, carry_out, against_changes=False)


def _named(form: FormData) -> UUID:
    try:
        return UUID(text_of(form, "letter"))
    except ValueError:
        raise Malformed(_("The reply is not named. Open the case again; nothing was changed.")) from None
