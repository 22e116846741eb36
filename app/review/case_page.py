"""One case in three panes: they say, we found, to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from sqlalchemy.orm import Session

from app.cases import presence, queries
from app.cases.models import OPEN_STATES, Case
from app.clock import now
from app.decisions import comparing, elsewhere, reach, splitting, suspect
from app.decisions.changes import changed_since
from app.decisions.choosing import CHOOSING_ROLES, may_be_chosen
from app.decisions.closing import CLOSING_ROLES
from app.decisions.dossier import Dossier, dossier
from app.documents import download, page_images
from app.documents.reading import Box, Page
from app.documents.withheld import accounts, boxes_of, without_accounts
from app.errors import Refused
from app.llm.usage import spent_on_case
from app.money import Money
from app.narratives import keep as narratives
from app.review import (
    by_rule,
    figures,
    handled,
    hiding,
    history,
    in_odoo,
    leads,
    letters,
    odoo_links,
    similar_cases,
    thread_view,
    wording,
)
from app.review.addresses import CaseId, DocumentId, PageNumber, PartPath
from app.review.figures import Exchange
from app.review.forms import whole_number
from app.review.found import Shown, found
from app.review.highlights import ids
from app.review.how_read import how_read
from app.review.languages import _, told
from app.review.list_state import ListState
from app.review.sender_words import sender_lines
from app.review.sessions import SignedIn, Visit
from app.review.shell import page, shell
from app.review.source import found_ids, parts, sought
from app.review.to_do import is_read_again, to_do
from app.senders import earlier
from app.senders.earlier import Sender
from app.suggestions.proposal import TAKE_BACK
from app.users.people import names_by_email, names_of
from app.vocabulary import Kind
from app.writebacks import undoing
from app.writebacks.queries import of_case

router = APIRouter()


@router.get("/cases/{case_id}")
def case_page(request: Request, visit: SignedIn, case_id: CaseId) -> HTMLResponse:
    """The case as this person sees it."""
    at = now()
    with request.app.state.database.transaction() as session:
        reach.require_case(session, visit.person, case_id)
        if queries.get(session, case_id):
            presence.arrive(session, case_id, visit.person.user_id, at=at)
        context = case_context(session, request, visit, case_id, at=at)
        return page(request, "case.html", context, around=shell(session, request, visit, at=at))


@router.get("/cases/{case_id}/here")
def who_is_here(request: Request, visit: SignedIn, case_id: CaseId) -> HTMLResponse:
    """Who else has the case open: a fragment that an open page asks for, which says that it is still open."""
    at = now()
    with request.app.state.database.transaction() as session:
        reach.require_case(session, visit.person, case_id)
        case = queries.get(session, case_id)
        presence.arrive(session, case.id, visit.person.user_id, at=at)
        others = presence.others(session, case.id, visit.person.user_id, at=at)
        seen = whole_number(request.query_params.get("seen", ""))
        news = changed_since(session, case.id, seen, but_not_by=visit.person.email) if seen else []
        names = names_by_email(session, {e.actor for e in news if "@" in e.actor})
        context = {"case": case, "others": others, "news": history.lines(news, names)[-3:], "seen": seen}
        return page(request, "_case_here.html", context)


def address(wanted: ListState, case: Case, seen: int, part: str) -> str:
    """The address of a page that belongs to a case (`reject`, `snooze`), which knows what the person has seen."""
    query = urlencode({"version": case.version, "seen": seen})
    return f"/cases/{case.id}/{part}?{wanted.query}{'&' if wanted.query else ''}{query}"


def case_context(session: Session, request: Request, visit: Visit, case_id: int, *, at: datetime) -> dict[str, Any]:
    """All that the case page shows."""
    d, today = dossier(session, case_id), figures.today(at)
    wanted = ListState.of(request.url.query, visit.person)
    before, after = queries.neighbours(session, wanted.filter, d.case, sort=wanted.sort)
    names = names_by_email(session, {e.actor for e in d.events if "@" in e.actor})
    records = in_odoo.of_matches(session, d.matches, today)
    may_choose = bool(
        set(visit.person.roles) & set(CHOOSING_ROLES) and d.assessment is not None and may_be_chosen(d.case)
    )
    seen = d.events[-1].seq if d.events else 0
    kind = Kind(d.case.kind) if d.case.kind else None
    may_decide = bool(set(visit.person.roles) & set(CLOSING_ROLES))
    done_with = handled.of(session, d.case, today)
    todo = to_do(d, of_case(session, case_id), request.app.state.policy, visit.person)
    answers_alert = told(comparing.ANSWERS_ALERT) if comparing.answers_an_alert(session, case_id) else ""
    context = {
        "d": d,
        "case": d.case,
        "list": wanted,
        "before": wanted.case(before) if before else "",
        "after": wanted.case(after) if after else "",
        "kind_icon": wording.KIND_ICONS[kind] if kind else "po" if d.case.is_own_draft else "clock",
        "is_alert": kind is Kind.SECURITY_ALERT,
        "stake": _stake(d),
        "stake_word": wording.STAKE_WORDS[kind] if kind else _("At stake"),
        "about": Exchange.of(request.app.state.policy),
        "flags": [f for f in d.case.flags if f not in wording.QUIET_FLAGS],
        "flag_places": {f: ids(e) for f, e in d.assessment.flag_evidence.items() if e} if d.assessment else {},
        "owner": names_of(session, [d.case.owner_id]).get(d.case.owner_id, "") if d.case.owner_id else "",
        "is_due_soon": bool(d.case.deadline and d.case.deadline <= today + figures.SOON),
        "first_lead": by_rule.first_lead(d, leads.they_say(d)),
        "by_rule": by_rule.by_rule(d.assessment),
        "elsewhere": elsewhere.of(session, case_id),
        "odoo_link": partial(odoo_links.link, request.app.state.settings.odoo_url),
        "ids": ids,
        "we_found": leads.we_found(d),
        "what_to_do": leads.to_do(d),
        **_source(
            session,
            d,
            request.query_params.get("find", "")[:100].replace("\x00", "").strip(),
            with_amounts=reach.sees_amounts(visit.person, request.app.state.policy),
        ),
        "carried": [(n, v) for n, v in request.query_params.multi_items() if n != "find"][:40],
        "other_documents": [doc for doc in d.documents if doc.id != d.reading_of],
        "found": found(
            d.assessment,
            d.reading,
            d.matches,
            d.findings,
            Shown(
                today,
                in_odoo.differences(d.matches, records),
                visit.person.name,
                may_choose,
                d.is_suspect,
                first_line=whole_number(request.query_params.get("line", "")),
            ),
        ),
        "in_odoo": records,
        "similar": similar_cases.of(session, d.case, today),
        "to": partial(address, wanted, d.case, seen),
        "beside": presence.others(session, case_id, visit.person.user_id, at=at),
        "how": how_read(d.assessment, is_suspect=d.is_suspect),
        "spent_in": request.app.state.settings.countersign_llm_currency,
        "spent": spent_on_case(session, case_id, currency=request.app.state.settings.countersign_llm_currency),
        "stays": _stays(session, d) if may_decide else {},
        "todo": replace(todo, closed_because=done_with.not_yet or answers_alert or todo.closed_because),
        "handled": done_with,
        "issues": _issues(d),
        "asked": thread_view.asked(session, d.case),
        "fresh": thread_view.fresh(session, d, today),
        "draft_of": narratives.invoice_of(session, case_id) if d.case.is_own_draft else None,
        "sender_lines": sender_lines(d.sender),
        "sender_of": 0,
        "sender": _sender(session, d) if kind is Kind.SECURITY_ALERT else None,
        "letters": letters.lines(session, case_id, today),
        "sees_amounts": True,
        "history": _history(d, names),
        "seen": seen,
        "may_read_again": d.case.state == "needs_attention" and may_decide and not is_read_again(d),
        "may_close": may_decide and _may_close(d),
        "may_choose": may_choose,
        "all_reasons": wording.reasons_by_kind(),
        "may_handle": may_decide,
        "is_open": d.case.state in OPEN_STATES,
        "may_validate": "project_manager" in visit.person.roles and kind is Kind.DISPUTE,
    }
    return context if reach.sees_amounts(visit.person, request.app.state.policy) else hiding.without_amounts(context)


def _history(d: Dossier, names: Mapping[str, str]) -> list[history.Line]:
    """The history; of a suspect case without bank accounts, which lines of an order that were put right may name."""
    lines = history.lines(d.events, names)
    return [replace(one, detail=without_accounts(one.detail)) for one in lines] if d.is_suspect else lines


def _sender(session: Session, d: Dossier) -> Sender | None:
    """What earlier cases say of a suspect sender."""
    mail = d.reading.mail if d.reading else None
    reply_to = mail.reply_to.email if mail is not None and mail.reply_to is not None else ""
    customers = [m.record.id for m in d.matches if m.what == "customer"][:3]
    return earlier.of(session, d.case, reply_to=reply_to, customers=customers)


def _issues(d: Dossier) -> list[str]:
    """What a message raises besides what the case is about, that first; empty when it is one matter."""
    if d.assessment is None or not d.assessment.classification.secondary_reasons:
        return []
    c = d.assessment.classification
    return [wording.full_reason(reason) for reason in (c.reason, *c.secondary_reasons)]


def _source(session: Session, d: Dossier, find: str, *, with_amounts: bool) -> dict[str, Any]:
    """The source pane, with what was looked for in it: the case's mails in order, or its one document."""
    if not d.reading or not d.reading_of:
        return {"mails": (), "parts": (), "find": find, "hits": ()}
    told_in = thread_view.thread_of(session, d, find, with_amounts=with_amounts)
    if told_in is not None:
        views = tuple(view for entry in told_in.entries for view in entry.parts)
        return {"mails": told_in.entries, "parts": views, "find": find, "hits": told_in.hits}
    hits = sought(d.reading, find, is_suspect=d.is_suspect, with_amounts=with_amounts)
    views = parts(d.reading, d.reading_of, d.assessment, hits, is_suspect=d.is_suspect, with_amounts=with_amounts)
    return {"mails": (), "parts": views, "find": find, "hits": found_ids(views, hits)}


def _may_close(d: Dossier) -> bool:
    waiting = any(s.suggestion.state in ("open", "confirmed") for s in d.suggestions)
    return not waiting and d.case.state not in ("received", "done", "closed")


def _stays(session: Session, d: Dossier) -> dict[UUID, str]:
    """What was written and is not being taken back already: why it cannot be, or "" when it can."""
    asked = {
        s.suggestion.command["within"]["undoes"]
        for s in d.suggestions
        if s.suggestion.kind == TAKE_BACK and s.suggestion.state in ("open", "confirmed", "written")
    }
    written = [s.suggestion for s in d.suggestions if s.suggestion.state == "written"]
    return {s.id: undoing.cannot(session, s) for s in written if str(s.id) not in asked}


def _stake(d: Dossier) -> Money | None:
    case = d.case
    return Money(case.at_stake, case.currency) if case.at_stake is not None and case.currency else None


@router.get("/documents/{document_id}/pages/{part}/{number}.png")
def page_image(
    request: Request, visit: SignedIn, document_id: DocumentId, part: PartPath,
    number: PageNumber,
) -> Response:  # fmt: skip
    """A page's image; on a suspect case without the bank accounts on it."""
    with request.app.state.database.transaction() as session:
        _require_document(session, request, visit, document_id)
        is_suspect = suspect.is_suspect(session, document_id)
    image = page_images.image(
        request.app.state.database, request.app.state.renderer, document_id, part, number, dpi=page_images.DPI,
        withheld=_withheld if is_suspect else None,
        has_already=request.headers.get("if-none-match"),
    )  # fmt: skip
    if image.png is None:
        return Response(status_code=304, headers=image.headers)
    return Response(image.png, media_type="image/png", headers=image.headers)


@router.get("/documents/{document_id}/pages/{part}/{number}.words")
def page_words(
    request: Request, visit: SignedIn, document_id: DocumentId, part: PartPath,
    number: PageNumber,
) -> JSONResponse:  # fmt: skip
    """The words of a page with their boxes, for filling fields and finding; on a suspect case without bank accounts.

    Each is [x, y, width, height, text, start, end]: points from the top left of the page as it is shown, and the place
    in the text of the part.
    """
    with request.app.state.database.transaction() as session:
        _require_document(session, request, visit, document_id)
        is_suspect = suspect.is_suspect(session, document_id)
        shown = page_images.page_of(session, document_id, part, number)
    hidden = accounts(shown.text) if is_suspect else []
    words = [
        [round(w.box.x0, 1), round(w.box.top, 1), round(w.box.x1 - w.box.x0, 1), round(w.box.bottom - w.box.top, 1),
         shown.text[w.start : w.end], w.start, w.end]
        for w in shown.page.words
        if not any(w.start < end and w.end > start for start, end in hidden)
    ]  # fmt: skip
    return JSONResponse({"words": words}, headers={"Cache-Control": "private, no-cache"})


def _require_document(session: Session, request: Request, visit: Visit, document_id: int) -> None:
    """Whether this person may see a document as it came in.

    Raises:
        NotFound: They may see no case that shows it.
        Refused: It shows amounts, which the policy hides from them.
    """
    if reach.only_asked(visit.person):
        holder = queries.get(session, queries.case_of(session, document_id))
        together = [holder, *splitting.siblings(session, holder)]
        if not any(reach.may_see(session, visit.person, case.id) for case in together):
            reach.require_case(session, visit.person, holder.id)
    if not reach.sees_amounts(visit.person, request.app.state.policy):
        raise Refused(_("The original shows amounts, which your role does not see. The case has its text without."))


def _withheld(text: str, page: Page) -> tuple[Box, ...]:
    return boxes_of(page, accounts(text))


@router.get("/documents/{document_id}/content")
def original(request: Request, visit: SignedIn, document_id: DocumentId) -> Response:
    """The document as it came in, as a download."""
    with request.app.state.database.transaction() as session:
        _require_document(session, request, visit, document_id)
        document = download.found(session, document_id, with_content=True)
    return _download(document.content, document.name)


@router.get("/documents/{document_id}/parts/{part}")
def part_content(request: Request, visit: SignedIn, document_id: DocumentId, part: PartPath) -> Response:
    """An attachment as it came in, as a download."""
    with request.app.state.database.transaction() as session:
        _require_document(session, request, visit, document_id)
        document = download.found(session, document_id, with_content=True)
        name = download.part_name(session, document_id, page_images.path_of(part))
    content = request.app.state.renderer.part(document.content, document.name, page_images.path_of(part))
    return _download(content, name)


def _download(content: bytes, name: str) -> Response:
    return Response(content, media_type="application/octet-stream", headers=download.headers(name))
