"""One case in three panes: they say, we found, to do."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from app.cases import queries
from app.clock import now
from app.decisions import elsewhere
from app.decisions.choosing import CHOOSING_ROLES, may_be_chosen
from app.decisions.closing import CLOSING_ROLES
from app.decisions.decide import REJECT_REASONS
from app.decisions.dossier import Dossier, dossier
from app.documents import download, page_images
from app.documents.reading import Box, Page
from app.documents.withheld import accounts, boxes_of
from app.money import Money
from app.review import by_rule, figures, history, leads, odoo_links, wording
from app.review.figures import Exchange
from app.review.found import found
from app.review.highlights import ids
from app.review.how_read import how_read
from app.review.list_state import ListState
from app.review.sessions import SignedIn, Visit
from app.review.shell import page, shell
from app.review.source import parts
from app.review.to_do import is_read_again, to_do
from app.suggestions.proposal import TAKE_BACK
from app.users.people import names_by_email, names_of
from app.vocabulary import Kind
from app.writebacks import undoing
from app.writebacks.queries import of_case

router = APIRouter()
CaseId = Annotated[int, Path(ge=1, le=2**63 - 1)]
DocumentId = Annotated[int, Path(ge=1, le=2**63 - 1)]
PartPath = Annotated[str, Path(pattern=r"^(root|\d{1,4}(\.\d{1,4}){0,9})$")]


@router.get("/cases/{case_id}")
def case_page(request: Request, visit: SignedIn, case_id: CaseId) -> HTMLResponse:
    """The case as this person sees it."""
    at = now()
    with request.app.state.database.transaction() as session:
        context = case_context(session, request, visit, case_id, at=at)
        return page(request, "case.html", context, around=shell(session, request, visit, at=at))


def case_context(session: Session, request: Request, visit: Visit, case_id: int, *, at: datetime) -> dict[str, Any]:
    """All that the case page shows."""
    d, today = dossier(session, case_id), at.date()
    wanted = ListState.of(request.url.query)
    before, after = queries.neighbours(session, wanted.filter, d.case, sort=wanted.sort)
    names = names_by_email(session, {e.actor for e in d.events if "@" in e.actor})
    kind = Kind(d.case.kind) if d.case.kind else None
    may_decide = bool(set(visit.person.roles) & set(CLOSING_ROLES))
    return {
        "d": d,
        "case": d.case,
        "list": wanted,
        "before": wanted.case(before) if before else "",
        "after": wanted.case(after) if after else "",
        "kind_icon": wording.KIND_ICONS[kind] if kind else "po" if d.case.is_own_draft else "clock",
        "is_alert": kind is Kind.SECURITY_ALERT,
        "stake": _stake(d),
        "stake_word": wording.STAKE_WORDS[kind] if kind else "At stake",
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
        "parts": parts(d.reading, d.reading_of, d.assessment) if d.reading and d.reading_of else (),
        "other_documents": [doc for doc in d.documents if doc.id != d.reading_of],
        "found": found(d.assessment, d.reading, d.matches, d.findings, today),
        "how": how_read(d.assessment),
        "stays": _stays(session, d) if may_decide else {},
        "todo": to_do(d, of_case(session, case_id), request.app.state.policy, visit.person),
        "history": history.lines(d.events, names),
        "seen": d.events[-1].seq if d.events else 0,
        "reject_reasons": [(code, wording.REJECT_WORDS[code]) for code in REJECT_REASONS],
        "may_read_again": d.case.state == "needs_attention" and may_decide and not is_read_again(d),
        "may_close": may_decide and _may_close(d),
        "may_choose": bool(set(visit.person.roles) & set(CHOOSING_ROLES)) and d.assessment and may_be_chosen(d.case),
        "all_reasons": wording.reasons_by_kind(),
        "may_validate": "project_manager" in visit.person.roles and kind is Kind.DISPUTE,
    }


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
    number: Annotated[int, Path(ge=1, le=10_000)],
) -> Response:  # fmt: skip
    """A page's image; on a suspect case without the bank accounts on it."""
    with request.app.state.database.transaction() as session:
        case = queries.get(session, queries.case_of(session, document_id))
    image = page_images.image(
        request.app.state.database, request.app.state.renderer, document_id, part, number, dpi=page_images.DPI,
        withheld=_withheld if case.kind == Kind.SECURITY_ALERT else None,
        has_already=request.headers.get("if-none-match"),
    )  # fmt: skip
    if image.png is None:
        return Response(status_code=304, headers=image.headers)
    return Response(image.png, media_type="image/png", headers=image.headers)


def _withheld(text: str, page: Page) -> tuple[Box, ...]:
    return boxes_of(page, accounts(text))


@router.get("/documents/{document_id}/content")
def original(request: Request, visit: SignedIn, document_id: DocumentId) -> Response:
    """The document as it came in, as a download."""
    with request.app.state.database.transaction() as session:
        document = download.found(session, document_id, with_content=True)
    return _download(document.content, document.name)


@router.get("/documents/{document_id}/parts/{part}")
def part_content(request: Request, visit: SignedIn, document_id: DocumentId, part: PartPath) -> Response:
    """An attachment as it came in, as a download."""
    with request.app.state.database.transaction() as session:
        document = download.found(session, document_id, with_content=True)
        name = download.part_name(session, document_id, page_images.path_of(part))
    content = request.app.state.renderer.part(document.content, document.name, page_images.path_of(part))
    return _download(content, name)


def _download(content: bytes, name: str) -> Response:
    return Response(content, media_type="application/octet-stream", headers=download.headers(name))
