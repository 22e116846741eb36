"""What concerns one record of Odoo: its cases and what is proposed on them, in two queries.

A case concerns a record when something of it would change the record, when the record is certainly what the case is
about, when a finding rests on it, or when somebody raised it there; for a contact, when the case is their company's. A
case of another customer never does, however it mentions the record, nor one of a company that the acting user has not
chosen in Odoo.
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

from app.cases.models import OPEN_STATES
from app.decisions import suspect
from app.decisions.descent import answered_delivery
from app.decisions.models import Decision
from app.suggestions.models import Suggestion
from app.users.models import User
from app.vocabulary import Kind
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
select case_id from raised
"""
_ASSESSED = """
union
select case_id from assessments where is_current and matches @> cast(:as_match as jsonb)
union
select case_id from assessments where is_current and findings @> cast(:as_ground as jsonb)
union
select case_id from assessments where is_current and findings @> cast(:as_row as jsonb)
"""
_OF_CONTACT = """
union
select c.id from cases c where c.customer_id = any(array(select id from family))
"""
"""A case's customer is the contact it is certainly matched with, so that its assessment need not be asked."""
_OF_WORK = """
union
select c.id from cases c
  join assessments a on a.case_id = c.id and a.is_current
 where c.customer_id = any(array(select id from family))
   and {alive}
   and exists (
       select from jsonb_path_query(a.findings, '$[*].records[*]') r
        where (r ->> 'model' = 'account.analytic.line' and exists (
                   select from odoo_timesheets t where t.id = cast(r ->> 'id' as bigint) and t.{work} = :res_id))
           {more}
   )
"""
"""Findings rest on hours, milestones and tasks: those of the project or task that is open, among its customer's."""
_OF_PROJECT = """
           or (r ->> 'model' = 'project.milestone' and exists (
                   select from odoo_milestones m where m.id = cast(r ->> 'id' as bigint) and m.project_id = :res_id))
           or (r ->> 'model' = 'project.task' and exists (
                   select from odoo_tasks t where t.id = cast(r ->> 'id' as bigint) and t.project_id = :res_id))
"""
_ALIVE = "(c.id = :only or c.state = any(:open_states) or (c.state = 'done' and c.closed_at > :since))"
_MORE = {
    "res.partner": _OF_CONTACT,
    "project.project": _ASSESSED + _OF_WORK.format(alive=_ALIVE, work="project_id", more=_OF_PROJECT),
    "project.task": _ASSESSED + _OF_WORK.format(alive=_ALIVE, work="task_id", more=""),
}
_CUSTOMER = {
    "account.move": "select customer_id from odoo_invoices where id = :res_id",
    "sale.order": "select customer_id from odoo_orders where id = :res_id",
    "project.project": "select coalesce(p.customer_id, o.customer_id) from odoo_projects p "
    "left join odoo_order_lines l on l.id = p.order_line_id left join odoo_orders o on o.id = l.order_id "
    "where p.id = :res_id",
    "project.task": "select coalesce(p.customer_id, o.customer_id) from odoo_tasks t "
    "left join odoo_projects p on p.id = t.project_id "
    "left join odoo_order_lines l on l.id = coalesce(t.order_line_id, p.order_line_id) "
    "left join odoo_orders o on o.id = l.order_id where t.id = :res_id",
    "res.partner": "select cast(:res_id as bigint)",
}
"""The record's customer, as the mirror knows it."""

_CASES = """
with whose as (select coalesce(k.customer_id, r.customer_id) as customer_id
                 from (select ({customer}) as customer_id) r left join odoo_customers k on k.id = r.customer_id),
     family as (select customer_id as id from whose
                 union select k.id from odoo_customers k join whose on k.customer_id = whose.customer_id),
     raised as (select d.case_id, e.company_id from odoo_events e
                  join arrivals v on v.source = 'odoo:' || e.type and v.source_key = e.webhook_id
                  join case_documents d on d.document_id = v.document_id
                 where e.type in ('exception.raised', 'record.sent') and e.model = :model and e.record_id = :res_id),
     concerned as ({concerned}),
     picked as materialized (
select c.*
  from cases c
  join concerned on concerned.id = c.id
  cross join whose
  left join odoo_customers k on k.id = c.customer_id
 where c.merged_into is null
   and {alive} and (cast(:only as bigint) is null or c.id = :only)
   and (c.customer_id is null or whose.customer_id is null
        or coalesce(k.customer_id, c.customer_id) = whose.customer_id)
   and (c.company_id = any(:companies)
        or (c.company_id is null and exists (
            select from suggestions s where s.case_id = c.id and s.company_id = any(:companies)
            union all
            select from raised r
             where r.case_id = c.id and coalesce(r.company_id = any(:companies), true)))
   )
 order by c.priority desc, c.id desc
 limit :most
)
select c.id, c.state, c.kind, c.reading, c.flags, c.title, c.summary, c.attention, c.unsure_because, c.sender,
       d.name as document, a.content -> 'fields' as fields,
       a.content -> 'classification' -> 'evidence' as reason_evidence, a.findings
  from picked c
  left join assessments a on a.case_id = c.id and a.is_current
  left join documents d on d.id = a.document_id
 order by c.priority desc, c.id desc
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
    is_suspect: bool
    """Whether bank accounts are withheld: it is a security alert, or shares its message with one."""


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
    session: Session, model: str, res_id: int, *, companies: Sequence[int], at: datetime, only: int | None = None
) -> list[ConcernedCase]:
    """The cases that concern a record: open ones, and those written a short while ago; the most pressing first.

    With `only` that one case, whatever its state, if it concerns the record.
    """
    record = {"model": model, "id": res_id}
    query = text(
        _CASES.format(
            concerned=_CONCERNED + _MORE.get(model, _ASSESSED),
            alive=_ALIVE,
            customer=_CUSTOMER.get(model, "select cast(null as bigint)"),
        )
    )
    rows = session.execute(
        query,
        {
            "model": model, "res_id": res_id, "companies": list(companies),
            "as_match": json.dumps([{"is_certain": True, "record": record}]),
            "as_ground": json.dumps([{"records": [record]}]), "as_row": json.dumps([{"rows": [{"records": [record]}]}]),
            "open_states": list(OPEN_STATES), "since": at - STILL_SHOWN, "only": only,
            "most": MOST_CASES,
        },
    ).mappings().all()  # fmt: skip
    suspects = suspect.of_cases(session, [row["id"] for row in rows])
    return [
        ConcernedCase(
            **{
                **row, "flags": tuple(row["flags"]), "document": row["document"] or "", "fields": row["fields"] or {},
                "reason_evidence": row["reason_evidence"] or [], "findings": row["findings"] or [],
                "is_suspect": row["id"] in suspects or row["kind"] == Kind.SECURITY_ALERT,
            }
        )
        for row in rows
    ]  # fmt: skip


def proposed_on(session: Session, cases: Sequence[ConcernedCase], *, companies: Sequence[int]) -> list[Proposed]:
    """What is proposed, on its way or came back on these cases, in their order and that of its rank."""
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
    answered = answered_delivery(session, by_id)
    place = func.array_position(cast(list(by_id), ARRAY(BigInteger)), Suggestion.case_id)
    query = (
        select(Suggestion, given, WriteBack.differs, WriteBack.last_error)
        .outerjoin(WriteBack, WriteBack.suggestion_id == Suggestion.id)
        .where(
            Suggestion.case_id.in_(by_id),
            or_(Suggestion.company_id.is_(None), Suggestion.company_id.in_(companies)),
            Suggestion.state.in_(SHOWN_STATES),
        )
        .order_by(place, Suggestion.rank, Suggestion.made_at)
        .limit(MOST_SUGGESTIONS)
    )  # fmt: skip
    return [
        Proposed(
            s, by_id[s.case_id],
            tuple(Confirmation(UUID(g["id"]), g["name"], g["role"]) for g in confirmations or ()),
            tuple(answered[s.case_id]), tuple(differs or ()), error or "",
        )
        for s, confirmations, differs, error in session.execute(query)
    ]  # fmt: skip
