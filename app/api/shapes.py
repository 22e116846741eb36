"""What the API takes and gives, as Pydantic models. Amounts are decimal text beside a currency, never floats."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

from app.assessments.findings import Finding, Match
from app.assessments.results import Assessment
from app.cases.models import STATES
from app.cases.queries import SORTS
from app.decisions.decide import REJECT_REASONS
from app.drafts.brief import Brief
from app.vocabulary import KIND_OF, Flag, Kind

State = Literal["received", "to_decide", "needs_approval", "writing", "stale", "needs_attention", "snoozed", "done",
                "closed"]  # fmt: skip
Sort = Literal["priority", "amount", "deadline", "age", "newest"]
RejectReason = Literal["wrong_reading", "wrong_amount", "wrong_record", "already_handled", "not_ours", "other"]


def _known_reason(value: str) -> str:
    if value not in KIND_OF:
        raise ValueError("this is none of our reasons")
    return value


Reason = Annotated[str, AfterValidator(_known_reason), WithJsonSchema({"type": "string", "enum": sorted(KIND_OF)})]
if (set(State.__args__), set(Sort.__args__), set(RejectReason.__args__)) != (  # type: ignore[attr-defined]
    set(STATES), set(SORTS), set(REJECT_REASONS)
):  # fmt: skip
    raise RuntimeError("the API's words for states, sorts or reasons are not the product's")

Amount = Annotated[str | None, Field(description="Decimal text in major units, net unless said otherwise.")]
Currency = Annotated[str | None, Field(description="ISO 4217.", min_length=3, max_length=3)]
CloseReason = Literal["handled_elsewhere", "nothing_asked", "came_before", "not_ours", "other"]
SnoozedFor = Literal["", "customer_answers", "delivery_answers"]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class TakenDocument(BaseModel):
    """A stored document and the case it is in."""

    document_id: int
    case_id: int
    sha256: Hash
    name: str
    came_again: bool = Field(description="These bytes were here before: one document, and the case says so.")


class TakenIn(BaseModel):
    """What was stored, in the order it was sent. Reading goes on by itself; see the case."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "documents": [
                    {
                        "document_id": 912, "case_id": 4827, "name": "reminder.eml", "came_again": False,
                        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    }
                ]
            }
        }
    )  # fmt: skip

    documents: list[TakenDocument]


class ArrivalLine(BaseModel):
    """One time a document came in."""

    source: str
    name: str
    arrived_at: datetime


class PageInfo(BaseModel):
    """A page of a part: its size in points (1/72 inch) as shown, and the address of its image."""

    number: int
    width: float
    height: float
    is_scanned: bool
    image: str


class PartProblem(BaseModel):
    """Why a part could not be read, or not wholly."""

    code: str
    message: str
    is_fatal: bool


class PartInfo(BaseModel):
    """A part of a document: the mail itself (path "root"), an attachment ("0"), a file in it ("0.2")."""

    path: str
    name: str
    form: str
    media_type: str
    language: str
    characters: int
    pages: list[PageInfo]
    problems: list[PartProblem]


class DocumentDetail(BaseModel):
    """A stored document, how it came in, and what reading it gave (`parts` is null until it has been read)."""

    id: int
    sha256: Hash
    name: str
    size: int
    received_at: datetime
    case_id: int
    arrivals: list[ArrivalLine]
    parts: list[PartInfo] | None


class CaseLine(BaseModel):
    """A case as the inbox shows it."""

    id: int
    version: int
    state: State
    kind: Kind | None = Field(description="Null until the case has been read.")
    reason: Reason | None
    reading: Literal["By rule", "Sure", "Likely", "Unsure"] | None
    flags: list[Flag]
    title: str
    summary: str
    customer: str
    customer_id: int | None
    company_id: int | None
    sender: str
    at_stake: Amount
    currency: Currency
    deadline: date | None
    priority: int
    here_because: str
    priority_because: str
    unsure_because: str
    attention: str = Field(description="Why a person must look, if the machine cannot go on; else empty.")
    opened_at: datetime
    updated_at: datetime
    owner_id: UUID | None = Field(None, description="Whose case it is.")
    team: str = Field("", description="The team whose case it is, beside or without an owner.")
    snoozed_until: datetime | None = Field(None, description="When a case that was put off comes back by itself.")
    snoozed_for: SnoozedFor = Field("", description="Whose answer it waits for, if any.")
    snoozed_because: str = ""
    merged_into: int | None = Field(None, description="The case that this one was folded into.")
    split_from: int | None = Field(None, description="The case whose message this one shares.")


class CaseList(BaseModel):
    """A page of cases. Ask again with `cursor` for the next; it is empty on the last page."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "cases": [
                    {
                        "id": 4827, "version": 5, "state": "to_decide", "kind": "dispute", "reason": "hours_quantity",
                        "reading": "Sure", "flags": ["payment_held"],
                        "title": "Fehnwerder Logistik GmbH, hours or quantity",
                        "summary": "6 of 42 hours were not signed off.", "customer": "Fehnwerder Logistik GmbH",
                        "customer_id": 14, "company_id": 1, "sender": "kreditoren@fehnwerder-logistik.example",
                        "at_stake": "900.00", "currency": "EUR", "deadline": "2026-11-27", "priority": 55,
                        "here_because": "Here as dispute (hours or quantity), read sure.",
                        "priority_because": "A customer contests an invoice.", "unsure_because": "", "attention": "",
                        "opened_at": "2026-11-20T09:12:00Z", "updated_at": "2026-11-20T09:13:00Z",
                    }
                ],
                "next_cursor": "WyJwcmlvcml0eSIsNTUsNDgyN10=",
            }
        }
    )  # fmt: skip

    cases: list[CaseLine]
    next_cursor: str


class CaseDocumentLine(BaseModel):
    id: int
    sha256: Hash
    name: str
    size: int
    received_at: datetime


class Target(BaseModel):
    """The record in Odoo that a suggestion would change."""

    model: str
    id: int | None
    name: str
    company_id: int | None


class BeforeAfter(BaseModel):
    """A row of the before → after table, as a person reads it."""

    what: str
    now: str
    after: str


class SuggestionDetail(BaseModel):
    """One proposed change, frozen under `content_hash`. Send that hash back when you decide."""

    id: UUID
    case_id: int
    kind: str
    version: int
    state: Literal["open", "confirmed", "rejected", "superseded", "written", "stale", "refused", "undone"]
    target: Target
    before_after: list[BeforeAfter]
    command: dict[str, Any] = Field(description="What is carried out: the change in Odoo, or within Countersign.")
    amount: Amount
    currency: Currency
    risk: Literal["advisory", "operational", "financial", "tax_sensitive", "contract_sensitive"]
    because: str
    effect: str
    evidence: list[dict[str, Any]]
    approvals_required: int
    confirmed_by: list[str]
    rule: str
    content_hash: Hash
    made_at: datetime


class SuggestionList(BaseModel):
    suggestions: list[SuggestionDetail]


class EventLine(BaseModel):
    """A step in a case's trail."""

    seq: int
    at: datetime
    actor: str
    action: str
    content: dict[str, Any]


class SenderSign(BaseModel):
    """One thing that was found of a mail's sender."""

    code: str
    level: Literal["failed", "confirmed", "note"]
    says: str
    facts: dict[str, str] = Field(description="Outside text: domains, addresses, the server's name.")


class SenderCheckLine(BaseModel):
    """What was checked of who the case's mail is from (docs/senders.md)."""

    verdict: Literal["confirmed", "unconfirmed", "failed", "not_checked"]
    house: str = Field(description="The sender's registered domain; at a free mail service the whole address.")
    signs: list[SenderSign]


class CaseDetail(CaseLine):
    """A case with all that hangs on it."""

    documents: list[CaseDocumentLine]
    arrivals: list[ArrivalLine]
    assessment: Assessment | None
    matches: list[Match]
    findings: list[Finding]
    sender_check: SenderCheckLine | None = Field(None, description="None where it is no mail, or was not checked.")
    failed_checks: list[str] = Field(
        default_factory=list, description="Codes of the checks of a sender that failed, on any mail of the case."
    )
    brief: Brief | None = Field(None, description="Of a dispute, once Odoo was asked: both sides, and the options.")
    suggestions: list[SuggestionDetail]
    events: list[EventLine]


class BoxShape(BaseModel):
    """A rectangle on a page in points, origin top left."""

    x0: float
    top: float
    x1: float
    bottom: float


class Place(BaseModel):
    """Where a claim rests: characters `start` to `end` of a part's text, and on a page the boxes of its words."""

    document_id: int = Field(description="The document: where mails make up a case, an earlier one perhaps.")
    part: str
    start: int
    end: int
    quote: str
    page: int | None
    boxes: list[BoxShape]
    image: str | None = Field(description="The page's image, if it is on a page.")


class FieldEvidence(BaseModel):
    name: str
    value: Any = Field(description="In the guidelines' notation: decimal text, ISO date, text, or a list of these.")
    places: list[Place]


class ClaimEvidence(BaseModel):
    text: str
    places: list[Place]


class CaseEvidence(BaseModel):
    """What each field and each sentence of a case rests on. Empty until the case has been read."""

    case_id: int
    document_id: int | None
    parts: list[PartInfo]
    fields: list[FieldEvidence]
    claims: list[ClaimEvidence]
    reason: list[Place]
    flags: dict[str, list[Place]]


class DecisionRequest(BaseModel):
    """A person's yes or no to exactly the version they saw."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"verdict": "confirm", "content_hash": "9f" * 32},
                {
                    "verdict": "reject",
                    "content_hash": "9f" * 32,
                    "reason": "wrong_amount",
                    "note": "4 hours, not 6.",
                },
            ]
        },
    )

    verdict: Literal["confirm", "reject"]
    content_hash: Hash
    reason: RejectReason | None = Field(None, description="Needed to reject.")
    note: str = Field("", max_length=2000)


class DecisionOutcome(BaseModel):
    """What the decision led to. `missing` says who else must confirm; `undo_until` until when it can be taken back."""

    decision_id: UUID
    suggestion_id: UUID
    verdict: Literal["confirm", "reject"]
    is_complete: bool
    missing: str
    undo_until: datetime | None


class AmendmentRequest(BaseModel):
    """New values for some of a suggestion's editable values. This makes a new version, which needs its own decision."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"content_hash": "9f" * 32, "values": {"quantity": "5"}}},
    )

    content_hash: Hash
    values: dict[
        Annotated[str, StringConstraints(max_length=40)], Annotated[str, StringConstraints(max_length=20_000)]
    ] = Field(min_length=1, max_length=10)


class AuditLine(EventLine):
    """An event with the hashes that chain it to the one before. Case 0 holds what belongs to no case."""

    id: int
    case_id: int
    previous_hash: Hash
    hash: Hash


class AuditPage(BaseModel):
    """Events in the order they were recorded. `next_cursor` is never empty: ask again with it for what came since."""

    events: list[AuditLine]
    next_cursor: str


class BrokenLinkLine(BaseModel):
    case_id: int
    seq: int
    message: str


class VerificationResult(BaseModel):
    """Whether the trail holds, and the first break of each kind."""

    holds: bool
    events: int
    chains: int
    checkpoints: int
    broken: list[BrokenLinkLine]


class ReadingRequest(BaseModel):
    """What a person says a case is about."""

    reason: Reason


class ClosingRequest(BaseModel):
    """Why a case is closed by hand."""

    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = Field(
        "", description="What was done, or why nothing is needed. Needed without a reason, and with `other`."
    )
    reason: CloseReason | None = Field(
        None, description="With it, what is proposed is rejected for that reason; without, nothing may be proposed."
    )
    version: int | None = Field(None, ge=1, description="Needed with a reason: the version of the case that was seen.")

    @model_validator(mode="after")
    def _says_why(self) -> ClosingRequest:
        if not self.note and self.reason in (None, "other"):
            raise ValueError("say in the note what was done or why nothing is needed")
        if self.reason is not None and self.version is None:
            raise ValueError("with a reason, say which version of the case was seen")
        return self


class DeliveryRequest(BaseModel):
    """A project manager's word on the work that a dispute is about."""

    was_delivered: bool
    note: Annotated[str, StringConstraints(max_length=2000)] = ""
