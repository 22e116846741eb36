"""Texts of draft invoices: what waits, each line with what it rests on, and how customers want them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.api.keys import DbSession, MayDecide, MayRead
from app.api.problems import responses
from app.api.shapes import Amount, Currency
from app.cases import again
from app.clock import now
from app.decisions.dossier import amount_text, shown_suggestions
from app.errors import NotFound
from app.mirror.models import OdooCustomer
from app.narratives import anew, queries, rules
from app.narratives.drafting import LineDraft
from app.narratives.models import FIRM, NarrativeRules
from app.narratives.profile import LONGEST, SHORTEST, Profile
from app.narratives.queries import KIND, Waiting
from app.suggestions.models import Suggestion
from app.suggestions.proposal import part_of

router = APIRouter(prefix="/narratives", tags=["narratives"])
InvoiceId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The draft invoice's id in Odoo.")]
CustomerId = Annotated[int, Path(ge=0, le=2**63 - 1, description="The customer's id in Odoo; 0: every customer.")]


class NarrativeItem(BaseModel):
    """A draft invoice whose text waits."""

    invoice_id: int
    invoice: str
    company_id: int
    case_id: int
    state: str
    customer: str
    customer_id: int | None
    net: Amount
    currency: Currency
    lines: int
    clean_lines: list[int] = Field(description="Lines of which nothing was held back, shortened or translated.")
    held_back: int
    without_text: int
    drafted_at: datetime


class NarrativePage(BaseModel):
    """Drafts by customer."""

    narratives: list[NarrativeItem]
    next_cursor: str = Field(description="Send it back for the next page; empty on the last.")


class EntryRef(BaseModel):
    """A timesheet, milestone or expense in Odoo."""

    model: str
    id: int


class NarrativeSentence(BaseModel):
    """A sentence of a text and the entries it rests on."""

    text: str
    what: Literal["po", "subject", "total", "work", "milestone", "expense"]
    records: list[EntryRef]
    hours: str | None = Field(description="Hours that it states as a piece of the line, as decimal text.")
    worded_by_model: bool


class NarrativeEntry(BaseModel):
    """What a line bills. `remark` is what a colleague wrote: outside text."""

    model: str
    id: int
    day: date | None
    hours: str | None
    amount: Amount
    currency: Currency
    share: str | None = Field(description="A milestone's share of the fee: 0.3 is 30%.")
    remark: str
    task: str
    person: str


class HeldBackRemark(BaseModel):
    """Words that the customer does not read, and the code of why (see docs/narratives.md)."""

    record: EntryRef | None = Field(description="None: a title.")
    text: str
    reason: str


class NarrativeStep(BaseModel):
    """What is proposed for a line, or what became of it; decide on it at /v1/suggestions/{id}/decisions."""

    suggestion_id: UUID
    content_hash: str
    state: str
    version: int


class NarrativeLine(BaseModel):
    """A line of the draft: its text in Odoo, the one proposed, and what that rests on."""

    line_id: int
    subject: str
    quantity: str
    unit: str
    net: Amount
    currency: Currency
    now: str
    proposed: str
    not_offered: str = Field(description="Why no text is proposed; empty when one is.")
    is_clean: bool
    sentences: list[NarrativeSentence]
    entries: list[NarrativeEntry]
    held_back: list[HeldBackRemark]
    step: NarrativeStep | None


class NarrativeDetail(NarrativeItem):
    """One draft with all its lines."""

    language: str
    notes: list[str]
    worded_by: dict[str, str]
    foot: str = Field(description="The text for the foot, where one is wanted for all lines.")
    foot_step: NarrativeStep | None
    texts: list[NarrativeLine]


class NarrativeRuleSet(BaseModel):
    """How the texts are wanted. Null: nothing said, so what holds for every customer holds, or the default."""

    model_config = ConfigDict(extra="forbid")

    po_number: Literal["first", "last", "none"] | None = None
    staff_names: bool | None = None
    group_by: Literal["task", "week", "person", "activity"] | None = None
    max_length: Annotated[int, Field(ge=SHORTEST, le=LONGEST)] | None = None
    forbidden_words: list[str] | None = None
    tone: Literal["plain", "formal"] | None = None
    length: Literal["short", "normal", "full"] | None = None
    per: Literal["line", "invoice"] | None = None
    language: str | None = Field(None, description="de, en, …; empty: the customer's in Odoo.", max_length=2)


class CustomerRules(BaseModel):
    """What a customer wants differently, and what holds for it."""

    customer_id: int
    customer: str
    own: NarrativeRuleSet
    holds: NarrativeRuleSet


class NarrativeRulesList(BaseModel):
    """What holds for every customer, and the customers who want it differently."""

    firm: NarrativeRuleSet
    customers: list[CustomerRules]


class DraftedAnew(BaseModel):
    """The case whose text is drafted anew; look at it in a moment."""

    invoice_id: int
    case_id: int


@router.get("", operation_id="listNarratives", response_model=NarrativePage, responses=responses(401, 403, 422))
def list_narratives(
    session: DbSession,
    caller: MayRead,
    show: Annotated[
        Literal["all", "clean", "look"], Query(description="clean: every line is; look: some line wants a look.")
    ] = "all",
    cursor: Annotated[str, Query(max_length=2000)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Draft invoices whose text waits for a decision. For finance reviewers and controllers."""
    queries.require_role(caller)
    found = queries.waiting(session, show=show, cursor=cursor, limit=limit)
    return {"narratives": [_item(one) for one in found.drafts], "next_cursor": found.next_cursor}


@router.get("/rules", operation_id="listNarrativeRules", response_model=NarrativeRulesList,
            responses=responses(401, 403))  # fmt: skip
def list_rules(session: DbSession, caller: MayRead) -> dict[str, Any]:
    """How texts are wanted: by every customer, and by those who want it differently."""
    queries.require_role(caller)
    own = [row for row in rules.every(session) if row.customer_id != FIRM]
    return {
        "firm": _profile(rules.profile_of(session, FIRM)),
        "customers": [_rules(session, row.customer_id, row.customer_name) for row in own],
    }


@router.put("/rules/{customer_id}", operation_id="setNarrativeRules", response_model=CustomerRules,
            responses=responses(401, 403, 404, 422))  # fmt: skip
def set_rules(session: DbSession, caller: MayDecide, customer_id: CustomerId, body: NarrativeRuleSet) -> dict[str, Any]:
    """Say how a customer wants its texts; rules that are not sent are taken back. Its drafts are told anew."""
    queries.require_role(caller)
    name, at = _customer(session, customer_id), now()
    values = {n: getattr(body, n) for n in rules.NAMES}
    values["forbidden_words"] = body.forbidden_words or None
    rules.put(session, customer_id, name, values, by=caller.email, at=at)
    anew.of_customer(session, customer_id or None, at=at)
    return _rules(session, customer_id, name)


@router.get("/{invoice_id}", operation_id="getNarrative", response_model=NarrativeDetail,
            responses=responses(401, 403, 404, 422))  # fmt: skip
def get_narrative(session: DbSession, caller: MayRead, invoice_id: InvoiceId) -> dict[str, Any]:
    """One draft, line by line: old and new text, entries, what was held back and why, and the step to decide on."""
    queries.require_role(caller)
    found = queries.opened(session, invoice_id)
    steps = {
        part_of(s.suggestion.kind, s.suggestion.command): s.suggestion
        for s in sorted(
            shown_suggestions(session, found.case.id),
            key=lambda s: (s.suggestion.state == "open", s.suggestion.made_at),
        )
        if s.suggestion.kind == KIND
    }
    drafted = found.told.draft
    clean = set(found.narrative.clean_lines)
    return {
        **_item(Waiting(found.narrative, found.case)), "language": drafted.language, "notes": list(drafted.notes),
        "worded_by": dict(drafted.worded_by), "foot": drafted.foot, "foot_step": _step(steps.get(())),
        "texts": [_line(x, _step(steps.get((x.line.id,))), is_clean=x.line.id in clean) for x in drafted.lines],
    }  # fmt: skip


@router.post("/{invoice_id}/drafting", operation_id="draftNarrativeAnew", status_code=202, response_model=DraftedAnew,
             responses=responses(401, 403, 404, 409, 422))  # fmt: skip
def draft_anew(session: DbSession, caller: MayDecide, invoice_id: InvoiceId) -> DraftedAnew:
    """Have a draft's text told anew from what Odoo has now."""
    queries.require_role(caller)
    row = queries.get(session, invoice_id)
    again.assess_again(session, row.case_id, by=caller, at=now())
    return DraftedAnew(invoice_id=invoice_id, case_id=row.case_id)


def _item(one: Waiting) -> dict[str, Any]:
    row, case = one.narrative, one.case
    return {
        "invoice_id": row.invoice_id, "invoice": row.name, "company_id": row.company_id, "case_id": row.case_id,
        "state": case.state, "customer": case.customer_name, "customer_id": case.customer_id,
        "net": amount_text(row.net), "currency": row.currency or None, "lines": row.lines,
        "clean_lines": list(row.clean_lines), "held_back": row.held_back, "without_text": row.without_text,
        "drafted_at": row.drafted_at,
    }  # fmt: skip


def _line(one: LineDraft, step: dict[str, Any] | None, *, is_clean: bool) -> dict[str, Any]:
    line = one.line
    return {
        "line_id": line.id, "subject": line.subject, "quantity": _plain(line.quantity), "unit": line.unit,
        "net": amount_text(line.net.amount), "currency": line.net.currency, "now": line.text, "proposed": one.text,
        "not_offered": one.not_offered, "is_clean": is_clean, "step": step,
        "sentences": [
            {
                "text": s.text, "what": s.what, "hours": _plain(s.hours), "worded_by_model": s.worded,
                "records": [{"model": model, "id": number} for model, number in s.records],
            }
            for s in one.sentences
        ],
        "entries": [
            {
                "model": e.model, "id": e.id, "day": e.day, "hours": _plain(e.hours),
                "amount": amount_text(e.amount.amount) if e.amount else None,
                "currency": e.amount.currency if e.amount else None, "share": _plain(e.share), "remark": e.remark,
                "task": e.task, "person": e.person,
            }
            for e in line.entries
        ],
        "held_back": [
            {
                "record": {"model": h.record[0], "id": h.record[1]} if h.record else None, "text": h.text,
                "reason": h.reason,
            }
            for h in one.held_back
        ],
    }  # fmt: skip


def _step(suggestion: Suggestion | None) -> dict[str, Any] | None:
    if suggestion is None:
        return None
    return {
        "suggestion_id": suggestion.id, "content_hash": suggestion.content_hash, "state": suggestion.state,
        "version": suggestion.version,
    }  # fmt: skip


def _plain(value: Decimal | None) -> str | None:
    return f"{value:f}" if value is not None else None


def _profile(profile: Profile) -> dict[str, Any]:
    return {n: list(v) if isinstance(v := getattr(profile, n), tuple) else v for n in rules.NAMES}


def _rules(session: Session, customer_id: int, name: str) -> dict[str, Any]:
    row = session.get(NarrativeRules, customer_id)
    own = rules.values_of(row) if row is not None else {}
    return {
        "customer_id": customer_id, "customer": name, "own": own,
        "holds": _profile(rules.profile_of(session, customer_id)),
    }  # fmt: skip


def _customer(session: Session, customer_id: int) -> str:
    if customer_id == FIRM:
        return ""
    customer = session.get(OdooCustomer, customer_id)
    if customer is None or customer.customer_id != customer.id:
        raise NotFound(f"There is no customer {customer_id} in the mirror of Odoo.", customer=customer_id)
    return customer.name
