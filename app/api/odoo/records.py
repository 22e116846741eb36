"""What concerns one record of Odoo: its cases and what is proposed on them, in two queries.

A case concerns a record when something of it would change the record, when the record is certainly what the case is
about, or when a finding rests on it; for a contact, when the case is their company's. A case of another customer never
does, however it mentions the record, nor one of a company that the acting user has not chosen in Odoo.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from app.audit.models import AuditEvent
from app.cases.models import OPEN_STATES
from app.decisions.models import Decision
from app.suggestions.models import Suggestion
from app.users.models import User
from app.writebacks.models import WriteBack

SHOWN_STATES = ("open", "confirmed", "stale", "refused")
MOST_CASES = 30
MOST_SUGGESTIONS = 60
STILL_SHOWN = timedelta(days=2)
"""How long a case that was decided and written stays on its record's panel."""

_CONCERNED = """
select case_id as id from suggestions
 where target_model = :model and target_id = :res_id and state <> 'superseded' and company_id = any(:companies)
union
select case_id from assessments where is_current and matches @> cast(:as_match as jsonb)
union
select case_id from assessments where is_current and findings @> cast(:as_ground as jsonb)
union
select case_id from assessments where is_current and findings @> cast(:as_row as jsonb)
"""
_OF_CONTACT = """
union
select c.id from cases c where :model = 'res.partner' and c.customer_id in (
    select :res_id
    union
    select k.id from odoo_customers k
     where k.customer_id = coalesce((select o.customer_id from odoo_customers o where o.id = :res_id), :res_id)
)
"""
_CUSTOMER = {
    "account.move": "select customer_id from odoo_invoices where id = :res_id",
    "sale.order": "select customer_id from odoo_orders where id = :res_id",
    "project.project": "select customer_id from odoo_projects where id = :res_id",
    "project.task": "select p.customer_id from odoo_tasks t join odoo_projects p on p.id = t.project_id "
    "where t.id = :res_id",
    "res.partner": "select :res_id",
}  # fmt: skip
"""The record's customer, as the mirror knows it."""

_CASES = """
with concerned as ({concerned}),
     whose as (select coalesce(k.customer_id, r.customer_id) as customer_id
                 from (select ({customer}) as customer_id) r left join odoo_customers k on k.id = r.customer_id)
select c.id, c.state, c.kind, c.reading, c.flags, c.title, c.summary, c.attention, c.unsure_because, c.sender,
       d.name as document, a.content -> 'fields' as fields,
       a.content -> 'classification' -> 'evidence' as reason_evidence, a.findings
  from cases c
  join concerned on concerned.id = c.id
  cross join whose
  left join odoo_customers k on k.id = c.customer_id
  left join assessments a on a.case_id = c.id and a.is_current
  left join documents d on d.id = a.document_id
 where c.merged_into is null
   and (:with_ended or c.state = any(:open_states) or (c.state = 'done' and c.closed_at > :since))
   and (c.customer_id is null or whose.customer_id is null
        or coalesce(k.customer_id, c.customer_id) = whose.customer_id)
   and (c.company_id = any(:companies)
        or (c.company_id is null and exists (
            select from suggestions s where s.case_id = c.id and s.company_id = any(:companies)))
   )
 order by c.priority desc, c.id desc
 limit :most
"""


@dataclass(frozen=True, slots=True)
class ConcernedCase:
    """A case that concerns the record, with what its assessment rests on, as stored."""

    id: int
    state: str
    kind: str | None
    reading: str | None
    flags: tuple[str, ...]
    title: str
    summary: str
    attention: str
    unsure_because: str
    sender: str
    document: str
    fields: dict[str, Any]
    reason_evidence: list[Any]
    findings: list[Any]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Somebody's yes so far."""

    person: UUID
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """A suggestion with what was decided on it and what became of its write."""

    suggestion: Suggestion
    case: ConcernedCase
    given: tuple[Confirmation, ...]
    answered_delivery: tuple[str, ...]
    differs: tuple[Any, ...]
    last_error: str


def cases_of(
    session: Session, model: str, res_id: int, *, companies: Sequence[int], at: datetime, with_ended: bool = False
) -> list[ConcernedCase]:
    """The cases that concern a record: open ones, and those written a short while ago; the most pressing first."""
    record = {"model": model, "id": res_id}
    query = text(
        _CASES.format(
            concerned=_CONCERNED + (_OF_CONTACT if model == "res.partner" else ""),
            customer=_CUSTOMER.get(model, "select cast(null as bigint)"),
        )
    )
    rows = session.execute(
        query,
        {
            "model": model, "res_id": res_id, "companies": list(companies),
            "as_match": json.dumps([{"is_certain": True, "record": record}]),
            "as_ground": json.dumps([{"records": [record]}]), "as_row": json.dumps([{"rows": [{"records": [record]}]}]),
            "open_states": list(OPEN_STATES), "since": at - STILL_SHOWN, "with_ended": with_ended,
            "most": 100_000 if with_ended else MOST_CASES,
        },
    ).mappings()  # fmt: skip
    return [
        ConcernedCase(
            **{
                **row, "flags": tuple(row["flags"]), "document": row["document"] or "", "fields": row["fields"] or {},
                "reason_evidence": row["reason_evidence"] or [], "findings": row["findings"] or [],
            }
        )
        for row in rows
    ]  # fmt: skip


def proposed_on(
    session: Session, cases: Sequence[ConcernedCase], *, companies: Sequence[int], only: UUID | None = None
) -> list[Proposed]:
    """What is proposed, on its way or came back on these cases, in their order and that of its rank.

    With `only` that one suggestion, whatever became of it.
    """
    by_id = {c.id: c for c in cases}
    if not by_id:
        return []
    given = (
        select(
            func.json_agg(
                aggregate_order_by(
                    func.json_build_object("id", Decision.by_user_id, "name", User.name, "role", Decision.as_role),
                    Decision.at,
                )
            )
        )
        .join(User, User.id == Decision.by_user_id)
        .where(Decision.suggestion_id == Suggestion.id, Decision.verdict == "confirm")
        .correlate(Suggestion)
        .scalar_subquery()
    )
    answered = (
        select(func.array_agg(AuditEvent.actor))
        .where(AuditEvent.case_id == Suggestion.case_id, AuditEvent.action == "delivery.answered")
        .correlate(Suggestion)
        .scalar_subquery()
    )
    place = func.array_position(cast(list(by_id), ARRAY(BigInteger)), Suggestion.case_id)
    query = (
        select(Suggestion, given, answered, WriteBack.differs, WriteBack.last_error)
        .outerjoin(WriteBack, WriteBack.suggestion_id == Suggestion.id)
        .where(
            Suggestion.case_id.in_(by_id),
            or_(Suggestion.company_id.is_(None), Suggestion.company_id.in_(companies)),
            Suggestion.id == only if only else Suggestion.state.in_(SHOWN_STATES),
        )
        .order_by(place, Suggestion.rank, Suggestion.made_at)
        .limit(MOST_SUGGESTIONS)
    )  # fmt: skip
    return [
        Proposed(
            s, by_id[s.case_id],
            tuple(Confirmation(UUID(g["id"]), g["name"], g["role"]) for g in confirmations or ()),
            tuple(actors or ()), tuple(differs or ()), error or "",
        )
        for s, confirmations, actors, differs, error in session.execute(query)
    ]  # fmt: skip
