"""What a person hears of by mail: topics, and a digest at an hour of theirs."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from app.audit import trail
from app.clock import now
from app.errors import Malformed
from app.mailboxes.sending import default_mailbox
from app.notices import wishes
from app.notices.models import NoticeRefusal
from app.notices.wishes import Wishes
from app.review import figures, sessions
from app.review.forms import sent_form, text_of
from app.review.languages import N_, Words, _
from app.review.sessions import SignedIn
from app.review.shell import page, shell

router = APIRouter()

TOPIC_WORDS = Words({
    "approval": N_("Something needs my confirmation"), "question": N_("I am asked about work"),
    "answer": N_("My question was answered"), "assigned": N_("A case was given to me"),
    "alarm": N_("Somebody may be after our money"), "attention": N_("The machine cannot go on with a case of mine"),
})  # fmt: skip
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@router.get("/settings/mail")
def mail_wishes(request: Request, visit: SignedIn) -> HTMLResponse:
    """What this person hears of, to change."""
    at, person = now(), visit.person
    with request.app.state.database.transaction() as session:
        refusal = session.get(NoticeRefusal, person.user_id)
        mailbox = default_mailbox(session)
        context = {
            "mine": wishes.of(session, person.user_id, person.roles),
            "offered": wishes.offered(person.roles),
            "topics": TOPIC_WORDS,
            "may_have_digest": wishes.may_have_digest(person.roles),
            "usual_digest": wishes.USUAL_DIGEST,
            "saved": request.query_params.get("saved") == "1",
            "address": person.email,
            "zone": person.personal.time_zone or "UTC",
            "refused_on": figures.moment(refusal.at, figures.today(at)) if refusal else "",
            "refusal": refusal.says if refusal else "",
            "is_sent": mailbox is not None and mailbox.state == "active",
        }  # fmt: skip
        return page(request, "mail_wishes.html", context, around=shell(session, request, visit, at=at))


@router.post("/settings/mail")
def keep_mail_wishes(request: Request, visit: SignedIn, form: Annotated[FormData, Depends(sent_form)]) -> Response:
    """Keep what this person chose."""
    sessions.require_own_form(request, visit, text_of(form, "token"))
    person = visit.person
    sent = {str(value) for value in form.getlist("topic")}
    digest_at = text_of(form, "digest_at").strip() if text_of(form, "digest") == "on" else ""
    if digest_at and not _TIME.fullmatch(digest_at):
        raise Malformed(_("Write the hour of the digest like 07:30. Nothing was changed."))
    wanted = Wishes(
        tuple(topic for topic in wishes.offered(person.roles) if topic in sent),
        digest_at if wishes.may_have_digest(person.roles) else "", text_of(form, "weekends") == "on",
    )  # fmt: skip
    with request.app.state.database.transaction() as session:
        wishes.keep(session, person.user_id, wanted)
        trail.record(
            session, "person.mail", actor=person.email, at=now(), topics=list(wanted.topics),
            digest_at=wanted.digest_at,
        )  # fmt: skip
    return RedirectResponse("/settings/mail?saved=1", 303)
