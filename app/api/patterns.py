"""The report on past disputes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from app.api.keys import MayRead
from app.api.problems import responses
from app.api.shapes import Amount
from app.clock import now
from app.patterns.asked import Asked
from app.patterns.report import as_json, report, require_role

router = APIRouter(prefix="/patterns", tags=["patterns"])


class PatternSummary(BaseModel):
    """The summary on top. Here it is always in our own words; `countersign patterns` lets a model word it."""

    sentences: list[str]
    worded_by: str | None = Field(description="The model's name; none: our own words.")
    prompt: str | None
    because: str = Field(description="Why a model that was asked did not word it.")
    left_out: list[str] = Field(description="Sentences of the model that did not stand.")


class PatternFact(BaseModel):
    """One thing that the counts say."""

    about: str
    text: str


class PatternAmounts(BaseModel):
    """Amounts of a group in one currency; currencies are never added up."""

    currency: str
    disputes: int = Field(description="Of them state an amount.")
    contested: Amount
    credited: Amount
    ended: int = Field(description="Of those that state an amount, how many ended.")
    contested_of_ended: Amount
    credited_of_ended: Amount


class PatternGroup(BaseModel):
    """Disputes with something in common, and how they ended."""

    key: str
    name: str
    disputes: int
    credited: int
    upheld: int
    withdrawn: int
    open: int
    half_within_days: int | None = Field(description="Half of those that ended did so within so many days.")
    nine_of_ten_within_days: int | None
    amounts: list[PatternAmounts]
    invoices: int | None = Field(description="Invoices dated in this time; none where they cannot be told apart so.")
    invoices_disputed: int | None


class PatternRepeated(BaseModel):
    """A customer who disputes for the same reason again and again."""

    customer: str
    name: str
    reason: str
    disputes: int


class PatternReport(BaseModel):
    """Past disputes by reason, customer, contract type, billing model, project manager and month."""

    since: date = Field(alias="from")
    to: date
    customer: str
    company_id: int | None
    summary: PatternSummary
    facts: list[PatternFact]
    whole: PatternGroup
    groups: dict[str, list[PatternGroup]]
    repeated: list[PatternRepeated]
    misread: int = Field(description="Cases left out because they ended as read wrongly.")
    fewest_for_a_share: int = Field(description="Of fewer than so many no percentage should be shown.")


@router.get("", operation_id="reportPatterns", response_model=PatternReport, responses=responses(401, 403, 422, 503))
def report_patterns(
    request: Request,
    caller: MayRead,
    since: Annotated[
        date | None, Query(alias="from", description="First day of opening; a year back without it.")
    ] = None,
    to: Annotated[date | None, Query(description="Last day of opening; today without it.")] = None,
    customer: Annotated[str, Query(max_length=300, description="A customer's name as in Odoo, or a group's key.")] = "",
    company: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="One of our companies, by its id in Odoo.")
    ] = None,
) -> dict[str, Any]:
    """What past disputes have in common. For reviewers, controllers, policy owners and auditors."""
    require_role(caller)
    asked = Asked.until_today(now().date(), since=since, until=to, customer=customer, company_id=company)
    with request.app.state.database.snapshot() as session:
        return as_json(report(session, asked))
