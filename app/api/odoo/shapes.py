"""What our Odoo addon sends and gets. Amounts are decimal text beside a currency."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.shapes import Amount, Currency, Hash, RejectReason, State
from app.sources.odoo_events import TYPES

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,78}$")]
RecordId = Annotated[int, Field(ge=1, le=2**31 - 1)]
EventType = Literal[
    "timesheet.approved", "timesheet.changed", "milestone.reached", "order.confirmed", "invoice.drafted",
    "invoice.posted", "invoice.reopened", "expense.approved", "attachment.added", "exception.raised", "record.sent",
]  # fmt: skip
if set(EventType.__args__) != set(TYPES):  # type: ignore[attr-defined]
    raise RuntimeError("the API's words for events are not the product's")


class Asked(BaseModel):
    """A request of the addon: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class PingRequest(Asked):
    """Nothing: the token says who asks."""


class OdooPerson(BaseModel):
    """Who the acting user is here, and whether they can decide at all."""

    name: str
    can_decide: bool
    why_not: str


class OdooReached(BaseModel):
    """Whether this service reaches Odoo, in words."""

    reachable: bool
    says: str


class Pong(BaseModel):
    """Both directions of the link, for the settings page's test."""

    service: Literal["countersign"] = "countersign"
    version: str
    database_known: bool = Field(description="Whether somebody of this Odoo database is linked to a person here.")
    person: OdooPerson
    odoo: OdooReached


class PanelRequest(Asked):
    """The record that is open; the token is signed for the same."""

    model: ModelName
    res_id: RecordId


class PanelPerson(BaseModel):
    """Whether the acting user can decide at all."""

    can_decide: bool
    why_not: str


class PanelTarget(BaseModel):
    """The record a suggestion would change; without model it changes nothing in Odoo."""

    model: str
    res_id: int | None
    name: str


class PanelRow(BaseModel):
    """A row of before and after."""

    what: str
    now: str
    after: str


class PanelEvidence(BaseModel):
    """Words from a source, or what the books say, and where that stands."""

    quote: str
    source: str


class PanelValue(BaseModel):
    """A value that may be edited before confirming."""

    name: str
    label: str
    value: str


class PanelMay(BaseModel):
    """What the acting user may do with a suggestion."""

    confirm: bool
    edit: bool
    reject: bool
    why_not: str


class PanelReason(BaseModel):
    """A reason to reject."""

    code: RejectReason
    label: str


class PanelSuggestion(BaseModel):
    """One proposed change as the panel shows it. Send `content_hash` back with a decision on it."""

    id: UUID
    case_id: int
    case_url: str
    kind: str
    kind_words: str
    title: str
    summary: str
    amount: Amount
    currency: Currency
    certainty: str = Field(description="By rule, Sure, Likely, Unsure, or empty.")
    target: PanelTarget
    shown: list[PanelRow]
    because: str
    effect: str
    risk: str
    rule: str
    rule_says: str
    approvals_required: int
    approvals_given: list[str]
    waiting_for: str
    state: str
    evidence: list[PanelEvidence]
    warnings: list[str]
    content_hash: Hash
    editable: list[PanelValue]
    may: PanelMay
    reject_reasons: list[PanelReason]


class PanelCase(BaseModel):
    """A case that concerns the record."""

    case_id: int
    title: str
    state: State
    state_words: str
    url: str


class Panel(BaseModel):
    """All that the panel shows of one record."""

    person: PanelPerson
    inbox_url: str
    suggestions: list[PanelSuggestion]
    cases: list[PanelCase]


class OdooDecision(Asked):
    """A verdict given in Odoo on exactly what was seen. `values` are those edited, for an edit."""

    model: ModelName
    res_id: RecordId
    suggestion_id: UUID
    content_hash: Hash
    verdict: Literal["confirm", "reject", "edit"]
    reason: RejectReason | Literal[""] | None = Field(None, description="Needed to reject.")
    note: str | None = Field(None, max_length=2000)
    values: dict[
        Annotated[str, StringConstraints(max_length=40)], Annotated[str, StringConstraints(max_length=20_000)]
    ] | None = Field(None, max_length=10)  # fmt: skip


class OdooOutcome(BaseModel):
    """What the decision led to. `apply` holds the arguments of `countersign.operation.apply`, to be called at once."""

    result: Literal["confirmed", "waits", "rejected", "edited"]
    says: str
    apply: dict[str, Any] | None


class ReportedDifference(BaseModel):
    """A value that was not what the person saw."""

    field: str = Field(max_length=400)
    expected: Any = None
    actual: Any = None


class OdooReceipt(BaseModel):
    """What Odoo did with a write that was handed to it. More than is named is let pass: it must not get lost."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    status: Literal["applied", "already", "stale", "refused", "busy"]
    result: dict[str, Any] | None = None
    differences: list[ReportedDifference] | None = Field(None, max_length=1000)
    message: str | None = None


class ReceiptSettled(BaseModel):
    """What holds now, in a sentence."""

    says: str


class AgeingRequest(Asked):
    """Which records, and how old a case must be (whole days)."""

    models: list[ModelName] = Field(min_length=1, max_length=20)
    older_than_days: int = Field(ge=0, le=3650)


class AgeingRecord(BaseModel):
    """A record and one case about it."""

    model: str
    res_id: int
    company_id: int
    case_id: int
    case_url: str
    title: str
    days: int
    amount: Amount
    currency: Currency


class Ageing(BaseModel):
    """The longest waiting first, at most a thousand."""

    records: list[AgeingRecord]


class EventKept(BaseModel):
    """The event is safely kept."""

    id: str
    came_again: bool = Field(description="It was delivered before: nothing more happened.")
