"""Draft invoices that wait for their text: line by line, old and new with the entries beside, and the decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.assessments.findings import RecordRef
from app.cases import again
from app.clock import now
from app.decisions import amendment, decide
from app.decisions.dossier import ShownSuggestion, shown_suggestions
from app.decisions.permission import permission
from app.errors import Conflict, CountersignError, Malformed, NotFound
from app.money import Money
from app.narratives import queries
from app.narratives.queries import KIND, SHOWS, Opened, Waiting
from app.review import narrative_lines, odoo_links, sessions, wording
from app.review.areas import require
from app.review.figures import Exchange
from app.review.forms import SeenStep, lines_of, sent_form, steps_of, text_of
from app.review.languages import N_, _, ngettext
from app.review.sessions import SignedIn, Visit
from app.review.shell import page, shell
from app.suggestions.figures import EMPTY
from app.suggestions.models import Suggestion
from app.writebacks import queue

router = APIRouter()
InvoiceId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Sent = Annotated[FormData, Depends(sent_form)]
AT_ONCE = 40
"""Drafts whose clean lines are accepted together, at most."""
OLD_TEXT_KEPT = "The old text was kept."
SHOW_WORDS = {"all": N_("All"), "clean": N_("Clean"), "look": N_("Want a look")}
LANGUAGE_SENTENCES = {
    "en": N_("Texts in English"), "de": N_("Texts in German"), "fr": N_("Texts in French"),
    "es": N_("Texts in Spanish"), "nl": N_("Texts in Dutch"), "it": N_("Texts in Italian"),
    "pt": N_("Texts in Portuguese"), "pl": N_("Texts in Polish"),
}  # fmt: skip


@router.get("/narratives")
def drafts(request: Request, visit: SignedIn) -> HTMLResponse:
    """The drafts that wait, the first of them opened."""
    require(visit.person, "narratives")
    at, show = now(), _show(request)
    with request.app.state.database.transaction() as session:
        found = queries.waiting(session, show=show, cursor=_cursor(request))
        first = found.drafts[0].narrative.invoice_id if found.drafts else None
        context = _list(session, request, found) | _opened(session, request, visit, first)
        return page(request, "narratives.html", context, around=shell(session, request, visit, at=at))


@router.get("/narratives/clean")
def clean(request: Request, visit: SignedIn) -> HTMLResponse:
    """All clean lines of the drafts that wait, to be read and accepted together."""
    require(visit.person, "narratives")
    at = now()
    with request.app.state.database.transaction() as session:
        drafts = [
            (narrative, case, [(s, _running(s)) for s in steps if _may(request, visit, s)])
            for narrative, case, steps in queries.clean_steps(session, limit=AT_ONCE)
        ]
        lines = sum(len(steps) for _narrative, _case, steps in drafts)
        context = {
            "drafts": drafts,
            "at_once": AT_ONCE,
            "money_of": _money,
            "draft_name": narrative_lines.draft_name,
            "lines": lines,
        }
        return page(request, "narratives_clean.html", context, around=shell(session, request, visit, at=at))


@router.post("/narratives/clean")
def accept_clean(request: Request, visit: SignedIn, form: Sent) -> HTMLResponse:
    """Accept the clean lines that were on the page: each draft by itself, so that one that changed stops no other."""
    require(visit.person, "narratives")
    sessions.require_own_form(request, visit, text_of(form, "token"))
    of_case: dict[int, list[SeenStep]] = {}
    with request.app.state.database.transaction() as session:
        for step in steps_of(form):
            suggestion = session.get(Suggestion, step.id)
            if suggestion is not None and suggestion.kind == KIND:
                of_case.setdefault(suggestion.case_id, []).append(step)
    done: list[SeenStep] = []
    failed: list[tuple[int, str]] = []
    for case_id, steps in of_case.items():
        try:
            with request.app.state.database.transaction() as session:
                for step in steps:
                    _confirm(session, request, visit, step)
        except CountersignError as error:
            failed.append((case_id, error.message))
        else:
            done += steps
    with request.app.state.database.transaction() as session:
        context = {"done": done, "failed": failed, "drafts": len(of_case) - len(failed)}
        return page(request, "narratives_accepted.html", context, around=shell(session, request, visit, at=now()))


@router.post("/narratives/undo")
def undo_many(request: Request, visit: SignedIn, form: Sent) -> Response:
    """Take acceptances back that have not been sent."""
    require(visit.person, "narratives")
    sessions.require_own_form(request, visit, text_of(form, "token"))
    with request.app.state.database.transaction() as session:
        for step in steps_of(form):
            queue.undo(session, step.id, by=visit.person, at=now())
    return RedirectResponse("/narratives/clean", 303)


@router.get("/narratives/{invoice_id}")
def draft(request: Request, visit: SignedIn, invoice_id: InvoiceId) -> HTMLResponse:
    """One draft, with the list beside it."""
    require(visit.person, "narratives")
    at, show = now(), _show(request)
    with request.app.state.database.transaction() as session:
        found = queries.waiting(session, show=show, cursor=_cursor(request))
        context = _list(session, request, found) | _opened(session, request, visit, invoice_id)
        return page(request, "narratives.html", context, around=shell(session, request, visit, at=at))


@router.post("/narratives/{invoice_id}/accept")
def accept(request: Request, visit: SignedIn, invoice_id: InvoiceId, form: Sent) -> Response:
    """Accept the texts sent: one line, or all that are clean; none of them when somebody was faster with one."""

    def carry_out(session: Session, case_id: int) -> None:
        for step in steps_of(form):
            _of_case(session, step, case_id)
            _confirm(session, request, visit, step)

    return _decided(request, visit, invoice_id, form, carry_out)


@router.post("/narratives/{invoice_id}/keep")
def keep_old(request: Request, visit: SignedIn, invoice_id: InvoiceId, form: Sent) -> Response:
    """Keep the old text of a line; the new one is not proposed again."""

    def carry_out(session: Session, case_id: int) -> None:
        for step in steps_of(form):
            _of_case(session, step, case_id)
            decide.reject(
                session, step.id, content_hash=step.content_hash, by=visit.person, policy=request.app.state.policy,
                at=now(), reason_code="other", note=OLD_TEXT_KEPT,
            )  # fmt: skip

    return _decided(request, visit, invoice_id, form, carry_out)


@router.post("/narratives/{invoice_id}/edit")
def edit(request: Request, visit: SignedIn, invoice_id: InvoiceId, form: Sent) -> Response:
    """Replace a text by a person's words: a new version, which needs its own decision."""

    def carry_out(session: Session, case_id: int) -> None:
        step = steps_of(form)[0]
        suggestion = _of_case(session, step, case_id)
        name = next((n.removeprefix("value-") for n in form if n.startswith("value-")), "")
        text = lines_of(form, f"value-{name}")
        if text == text_of(form, f"was-{name}"):
            raise Malformed(_("Nothing was changed, so the text stays as it is."))
        decide.amend(
            session, step.id, amendment.edited(suggestion, {name: text}), content_hash=step.content_hash,
            by=visit.person, policy=request.app.state.policy, at=now(),
        )  # fmt: skip

    return _decided(request, visit, invoice_id, form, carry_out, stay=True)


@router.post("/narratives/{invoice_id}/anew")
def anew(request: Request, visit: SignedIn, invoice_id: InvoiceId, form: Sent) -> Response:
    """Have the text drafted anew from what Odoo has now."""

    def carry_out(session: Session, case_id: int) -> None:
        again.assess_again(session, case_id, by=visit.person, at=now())

    return _decided(request, visit, invoice_id, form, carry_out, stay=True)


# -- what the pages show --------------------------------------------------------------------------------------------


def _list(session: Session, request: Request, found: queries.WaitingPage) -> dict[str, Any]:
    show = _show(request)
    counts = queries.counts(session)
    return {
        "waiting": found.drafts, "show": show, "counts": counts, "money_of": _money, "tag": _tag,
        "draft_name": narrative_lines.draft_name,
        "shows": [(s, _(SHOW_WORDS[s]), counts[s], "/narratives" + _query(s)) for s in SHOWS],
        "query": _query(show, _cursor(request)),
        "next": "/narratives" + _query(show, found.next_cursor) if found.next_cursor else "",
        "is_first": not _cursor(request),
    }  # fmt: skip


def _opened(session: Session, request: Request, visit: Visit, invoice_id: int | None) -> dict[str, Any]:
    if invoice_id is None:
        return {"opened": None, "lines": ()}
    found = queries.opened(session, invoice_id)
    shown = narrative_lines.lines(
        found.told.draft, _steps(session, found), request.app.state.policy, visit.person,
        clean=found.narrative.clean_lines,
    )  # fmt: skip
    record = RecordRef("account.move", invoice_id, found.narrative.name)
    return {
        "opened": found, "draft": found.told.draft, "lines": shown, "clean": narrative_lines.clean_ids(shown),
        "period": narrative_lines.period(found.told.draft), "entries": narrative_lines.entries_of(found.told.draft),
        "language": _(LANGUAGE_SENTENCES[found.told.draft.language]),
        "in_odoo": odoo_links.link(request.app.state.settings.odoo_url, record),
        "is_open": found.narrative.state == "open" and found.case.state not in ("done", "closed"),
        "about": Exchange.of(request.app.state.policy),
    }  # fmt: skip


def _steps(session: Session, found: Opened) -> list[ShownSuggestion]:
    return [s for s in shown_suggestions(session, found.case.id) if s.suggestion.kind == KIND]


def _money(waiting: Any) -> Money | None:
    return Money(waiting.net, waiting.currency) if waiting.net is not None and waiting.currency else None


def _tag(one: Waiting) -> tuple[str, str]:
    """(words, class) that a list says of a draft."""
    row, state = one.narrative, one.case.state
    if state in ("stale", "needs_attention", "needs_approval", "writing"):
        return str(wording.STATE_WORDS[state]), "tag-ink" if state in ("needs_approval", "writing") else "tag-caution"
    if row.held_back:
        return ngettext("%(num)s held back", "%(num)s held back", row.held_back), "tag-caution"
    if row.without_text:
        return ngettext("%(num)s line without a text", "%(num)s lines without a text", row.without_text), "tag-caution"
    return (_("clean"), "tag-good") if one.is_clean else (_("shortened or translated"), "tag-caution")


def _running(suggestion: Suggestion) -> list[tuple[str, Any]]:
    """What each row of a step says: (what, its text as one running text)."""
    return [
        (
            narrative_lines.line_name(str(row["what"])),
            narrative_lines.reworded("" if row["now"] == EMPTY else str(row["now"]), str(row["after"])),
        )
        for row in suggestion.before
    ]


def _may(request: Request, visit: Visit, suggestion: Suggestion) -> bool:
    allowed = permission(suggestion, request.app.state.policy, visit.person, confirmed_ids=(), answered_delivery=())
    return allowed.confirm


# -- decisions ------------------------------------------------------------------------------------------------------


def _confirm(session: Session, request: Request, visit: Visit, step: SeenStep) -> None:
    queue.confirm(
        session, step.id, content_hash=step.content_hash, by=visit.person, policy=request.app.state.policy, at=now(),
        undo_seconds=sessions.undo_seconds(request, visit),
    )  # fmt: skip


def _of_case(session: Session, step: SeenStep, case_id: int) -> Suggestion:
    suggestion = session.get(Suggestion, step.id)
    if suggestion is None or suggestion.case_id != case_id or suggestion.kind != KIND:
        raise NotFound(_("This draft has no such text any more. Open it again to see what holds now."))
    return suggestion


def _decided(
    request: Request, visit: Visit, invoice_id: int, form: FormData, carry_out: Callable[[Session, int], None], *,
    stay: bool = False,
) -> Response:  # fmt: skip
    """Carry a form out in one transaction, then show the draft again, or the next one when nothing is left on it."""
    require(visit.person, "narratives")
    sessions.require_own_form(request, visit, text_of(form, "token"))
    show = text_of(form, "show") if text_of(form, "show") in SHOWS else "all"
    database = request.app.state.database
    with database.transaction() as session:
        case_id = queries.get(session, invoice_id).case_id
    try:
        with database.transaction() as session:
            carry_out(session, case_id)
    except Conflict as conflict:
        return _conflict(request, visit, invoice_id, form, conflict.message)
    following: int | None = invoice_id
    if not stay:
        with database.transaction() as session:
            if not queries.open_steps(session, [case_id]):
                found = queries.opened_row(session, invoice_id)
                following = queries.next_after(session, found, show=show) or invoice_id
    return RedirectResponse(f"/narratives/{following}{_query(show)}", 303)


def _conflict(request: Request, visit: Visit, invoice_id: int, form: FormData, message: str) -> Response:
    """What stands in the way, and the words that the person had entered: kept here, not sent."""
    kept = [value for name in form if name.startswith("value-") and (value := lines_of(form, name))]
    with request.app.state.database.transaction() as session:
        context = {"message": message, "kept": kept, "back": f"/narratives/{invoice_id}"}
        around = shell(session, request, visit, at=now())
        return page(request, "narratives_conflict.html", context, status=409, around=around)


def _show(request: Request) -> str:
    wanted = _one(request, "show")
    return wanted if wanted in SHOWS else "all"


def _cursor(request: Request) -> str:
    return _one(request, "after")


def _one(request: Request, name: str) -> str:
    return parse_qs(request.url.query, max_num_fields=20).get(name, [""])[0][:600].replace("\x00", "")


def _query(show: str, cursor: str = "") -> str:
    said = {k: v for k, v in (("show", "" if show == "all" else show), ("after", cursor)) if v}
    return f"?{urlencode(said)}" if said else ""
