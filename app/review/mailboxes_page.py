"""Mailboxes: how it goes with each, its connection test, adding, changing, pausing, taking in old mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.clock import now
from app.errors import Conflict, CountersignError, Malformed, NotFound
from app.mailboxes import administration, testing
from app.mailboxes.inbound import INBOUND_KEY, new_inbound_key
from app.mailboxes.models import KINDS, Backfill, Mailbox
from app.mailboxes.presets import PRESETS
from app.mailboxes.reached import Reached
from app.mailboxes.standing import Standing, standing_of, standings
from app.mirror.models import OdooCompany
from app.review import areas, figures
from app.review.forms import number_of, sent_form, text_of
from app.review.languages import N_, Words, _
from app.review.mailbox_form import Entered, entered_from, of_mailbox, of_preset, page_of
from app.review.sessions import SignedIn, Visit, require_own_form
from app.review.shell import page, shell

router = APIRouter(prefix="/settings/mailboxes")
Sent = Annotated[FormData, Depends(sent_form)]
Name = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]

KIND_WORDS = Words({
    "imap": N_("IMAP server"), "maildir": N_("Maildir on this machine"), "graph": N_("Microsoft Graph"),
    "gmail": N_("Gmail API"), "inbound": N_("sent here by a provider"),
})  # fmt: skip
STATE_WORDS = Words({
    "works": N_("is read"), "starting": N_("about to be read"), "fails": N_("does not work"),
    "unread": N_("nobody reads it"), "paused": N_("is paused"),
})  # fmt: skip
STEP_WORDS = Words({
    "name": N_("The server’s name"), "connection": N_("Connection"), "encryption": N_("Encryption"),
    "sign_in": N_("Signing in"), "folder": N_("Folder"), "moving": N_("Right to move mail"),
    "key": N_("Inbound key"), "sending": N_("Sending"),
})  # fmt: skip
TRIED_WORDS = Words({
    "works": N_("works"), "fails": N_("does not work"), "untried": N_("not tried"), "absent": N_("not set up"),
})  # fmt: skip
STARTS = (
    ("imap", ""), ("imap", "microsoft365"), ("imap", "google"), ("graph", "graph"), ("gmail", "gmail"),
    ("maildir", ""), ("inbound", ""),
)  # fmt: skip
"""(kind, preset) to begin a new mailbox with, in the order of the page."""


@router.get("")
def mailboxes_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """Every mailbox and how it goes with it."""
    areas.require(visit.person, "administration")
    at = now()
    with request.app.state.database.transaction() as session:
        context = {
            "standings": standings(session, at=at), "kinds": KIND_WORDS, "states": STATE_WORDS, "lag": lag_word,
        }  # fmt: skip
        return page(request, "mailboxes.html", context, around=shell(session, request, visit, at=at))


@router.get("/new")
def new_page(request: Request, visit: SignedIn, kind: str = "", preset: str = "", sign_in: str = "") -> HTMLResponse:
    """Which kind of mailbox; then the form for one."""
    areas.require(visit.person, "administration")
    with request.app.state.database.transaction() as session:
        if kind not in KINDS:
            starts = [(k, p, PRESETS[p].title if p else "") for k, p in STARTS]
            context = {"starts": starts, "kinds": KIND_WORDS}
            return page(request, "mailbox_new.html", context, around=shell(session, request, visit, at=now()))
        found = of_preset(kind, preset)
        return _form(session, request, visit, found.signing_in(sign_in), is_new=True, preset=preset)


@router.post("")
def add(request: Request, visit: SignedIn, form: Sent) -> Response:
    """Add a mailbox; its page offers the connection test, and shows a new inbound key this once."""
    _check(request, visit, form)
    entered = entered_from(form)
    made = new_inbound_key() if entered.kind == "inbound" else ""
    credentials = {**entered.credentials, **({INBOUND_KEY: made} if made else {})}

    def keep(session: Session) -> Mailbox:
        return administration.add(
            session, entered.name, entered.kind, entered.wanted(), credentials, key=_key(request), by=visit.person,
            at=now(),
        )  # fmt: skip

    return _kept(request, visit, entered, keep, is_new=True, made=made)


@router.get("/{name}")
def mailbox_page(request: Request, visit: SignedIn, name: Name) -> HTMLResponse:
    """One mailbox: how it stands, what can be done."""
    areas.require(visit.person, "administration")
    with request.app.state.database.transaction() as session:
        return _page(session, request, visit, administration.mailbox_named(session, name))


@router.post("/{name}/test")
def test_connection(request: Request, visit: SignedIn, name: Name, form: Sent) -> HTMLResponse:
    """Try everything that this mailbox needs, now."""
    _check(request, visit, form)
    database = request.app.state.database
    with database.transaction() as session:
        mailbox = administration.mailbox_named(session, name)
    tried = testing.tried(mailbox, _key(request), database)
    with database.transaction() as session:
        return _page(session, request, visit, administration.mailbox_named(session, name), tried=tried)


@router.get("/{name}/change")
def change_page(request: Request, visit: SignedIn, name: Name, sign_in: str = "") -> HTMLResponse:
    """The form with what is set."""
    areas.require(visit.person, "administration")
    with request.app.state.database.transaction() as session:
        found = of_mailbox(administration.mailbox_named(session, name), _key(request))
        return _form(session, request, visit, found.signing_in(sign_in), is_new=False)


@router.post("/{name}/change")
def change(request: Request, visit: SignedIn, name: Name, form: Sent) -> Response:
    """Keep what was entered; a credential left empty stays as it is."""
    _check(request, visit, form)
    with request.app.state.database.transaction() as session:
        before = of_mailbox(administration.mailbox_named(session, name), _key(request))
    entered = entered_from(form, before=before)

    def keep(session: Session) -> Mailbox:
        return administration.change(
            session, name, entered.wanted(), entered.credentials, key=_key(request), by=visit.person, at=now()
        )

    return _kept(request, visit, entered, keep, is_new=False)


@router.post("/{name}/key")
def make_key(request: Request, visit: SignedIn, name: Name, form: Sent) -> HTMLResponse:
    """Make a new inbound key and show it this once; the one before is good for nothing from then on."""
    _check(request, visit, form)
    made = new_inbound_key()
    with request.app.state.database.transaction() as session:
        mailbox = administration.mailbox_named(session, name)
        same = of_mailbox(mailbox, _key(request)).wanted()
        mailbox = administration.change(
            session, name, same, {INBOUND_KEY: made}, key=_key(request), by=visit.person, at=now()
        )
        return _page(session, request, visit, mailbox, made=made)


@router.post("/{name}/state")
def set_state(request: Request, visit: SignedIn, name: Name, form: Sent) -> Response:
    """Pause, or go on."""
    _check(request, visit, form)
    carry_out = administration.pause if text_of(form, "do") == "pause" else administration.resume
    with request.app.state.database.transaction() as session:
        carry_out(session, name, by=visit.person, at=now())
    return RedirectResponse(f"/settings/mailboxes/{name}", 303)


@router.post("/{name}/backfill")
def ask_for_backfill(request: Request, visit: SignedIn, name: Name, form: Sent) -> Response:
    """Have old mail taken in beside the new."""
    _check(request, visit, form)
    try:
        since = date.fromisoformat(text_of(form, "since"))
    except ValueError:
        raise Malformed(_("Choose the day from which on old mail is taken in.")) from None
    with request.app.state.database.transaction() as session:
        administration.ask_for_backfill(
            session, name, since=since, per_minute=number_of(form, "per_minute"), folder=text_of(form, "folder"),
            by=visit.person, at=now(),
        )  # fmt: skip
    return RedirectResponse(f"/settings/mailboxes/{name}#old", 303)


@router.post("/{name}/backfill/{backfill_id}/stop")
def stop_backfill(
    request: Request, visit: SignedIn, name: Name, backfill_id: Annotated[int, Path(ge=1, lt=2**63)], form: Sent
) -> Response:
    """Take in no more old mail."""
    _check(request, visit, form)
    with request.app.state.database.transaction() as session:
        administration.stop_backfill(session, name, backfill_id, by=visit.person, at=now())
    return RedirectResponse(f"/settings/mailboxes/{name}#old", 303)


def lag_word(seconds: float) -> str:
    """How long a message lay on the server before it was stored: `0.4 s`, `12 min`, `3 h`."""
    if seconds < 120:
        return _("%(seconds)s s", seconds=figures.decimal(Decimal(str(max(seconds, 0)))))
    if seconds < 2 * 3600:
        return _("%(minutes)s min", minutes=round(seconds / 60))
    return _("%(hours)s h", hours=round(seconds / 3600))


def _check(request: Request, visit: Visit, form: FormData) -> None:
    require_own_form(request, visit, text_of(form, "token"))
    areas.require(visit.person, "administration")


def _key(request: Request) -> str:
    return str(request.app.state.settings.countersign_secret_key.get_secret_value())


def _kept(
    request: Request, visit: Visit, entered: Entered, keep: Callable[[Session], Mailbox], *, is_new: bool,
    made: str = "",
) -> Response:  # fmt: skip
    """Keep what was entered and go to the mailbox's page; or show the form again, with the reason and the entries."""
    try:
        with request.app.state.database.transaction() as session:
            mailbox = keep(session)
            if made:
                return _page(session, request, visit, mailbox, made=made)
    except (Malformed, Conflict, NotFound) as error:
        with request.app.state.database.transaction() as session:
            status = 409 if isinstance(error, Conflict) else 422
            return _form(session, request, visit, entered, is_new=is_new, trouble=error, status=status)
    return RedirectResponse(f"/settings/mailboxes/{mailbox.name}", 303)


def _page(
    session: Session, request: Request, visit: Visit, mailbox: Mailbox, *, tried: Sequence[testing.Tried] = (),
    made: str = "",
) -> HTMLResponse:  # fmt: skip
    at = now()
    standing = standing_of(session, mailbox, at=at)
    reached = Reached.model_validate(mailbox.settings)
    context: dict[str, Any] = {
        "standing": standing, "mailbox": mailbox, "reached": reached, "kinds": KIND_WORDS, "states": STATE_WORDS,
        "steps": STEP_WORDS, "outcomes": TRIED_WORDS, "tried": tried, "made": made, "lag": lag_word,
        "company": _company_name(session, mailbox.company_id), "progress": progress,
        "address_of": f"{request.app.state.settings.public_url}/v1/inbound/{mailbox.name}", "latest": at.date(),
    }  # fmt: skip
    return page(request, "mailbox.html", context, around=shell(session, request, visit, at=at))


@dataclass(frozen=True, slots=True)
class Progress:
    """A backfill in figures: `share` of 100, None while the number of messages is not known."""

    asked: Backfill
    is_under_way: bool
    share: int | None


def progress(standing: Standing) -> list[Progress]:
    """How far the mailbox's backfills are."""
    return [Progress(asked, asked.ended_at is None, _share(asked)) for asked in standing.backfills]


def _share(asked: Backfill) -> int | None:
    if asked.total is None:
        return None
    return min(100, 100 * asked.done // asked.total) if asked.total else 100


def _form(
    session: Session, request: Request, visit: Visit, entered: Entered, *, is_new: bool,
    trouble: CountersignError | None = None, status: int = 200, preset: str = "",
) -> HTMLResponse:  # fmt: skip
    companies = session.execute(select(OdooCompany).order_by(OdooCompany.name)).scalars().all()
    context = {
        **page_of(session, entered), "is_new": is_new, "kinds": KIND_WORDS, "companies": companies,
        "preset": preset if preset in PRESETS else "", "trouble": trouble.message if trouble is not None else "",
    }  # fmt: skip
    return page(request, "mailbox_form.html", context, status=status, around=shell(session, request, visit, at=now()))


def _company_name(session: Session, company_id: int | None) -> str:
    if company_id is None:
        return ""
    found = session.get(OdooCompany, company_id)
    return found.name if found is not None else str(company_id)
