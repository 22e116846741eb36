"""Records of Odoo whose cases have waited long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.api.odoo.shapes import AgeingRecord
from app.cases.models import OPEN_STATES
from app.decisions.dossier import amount_text
from app.documents.withheld import without_accounts
from app.vocabulary import Kind

MOST = 1000

_QUERY = text("""
with old as (
    select c.* from cases c
     where c.state = any(:states) and c.opened_at < :before and c.merged_into is null
       and not (c.state = 'snoozed' and coalesce(c.snoozed_until > :at, false))
), target as (
    select distinct on (o.id) o.id as case_id, s.target_model as model, s.target_id as res_id, s.company_id
      from old o join suggestions s on s.case_id = o.id
     where s.state in ('open', 'confirmed', 'stale', 'refused') and s.target_id is not null
       and s.target_model = any(:models) and s.company_id = any(:companies)
     order by o.id, s.rank, s.made_at
), matched as (
    select distinct on (o.id) o.id as case_id, m -> 'record' ->> 'model' as model,
           cast(m -> 'record' ->> 'id' as bigint) as res_id, o.company_id
      from old o
      join assessments a on a.case_id = o.id and a.is_current
      cross join lateral jsonb_array_elements(a.matches) m
     where o.company_id = any(:companies) and cast(m ->> 'is_certain' as boolean)
       and m -> 'record' ->> 'model' = any(:models)
     order by o.id, array_position(array['invoice', 'order', 'project', 'customer'], m ->> 'what')
), raised as (
    select distinct on (o.id) o.id as case_id, e.model, e.record_id as res_id, e.company_id
      from odoo_events e
      join arrivals v on v.source = 'odoo:' || e.type and v.source_key = e.webhook_id
      join case_documents d on d.document_id = v.document_id
      join old o on o.id = d.case_id
     where e.type in ('exception.raised', 'record.sent') and e.model = any(:models) and e.company_id = any(:companies)
     order by o.id, e.received_at
), about as (
    select * from target
    union all
    select * from matched where case_id not in (select case_id from target)
    union all
    select * from raised
     where case_id not in (select case_id from target) and case_id not in (select case_id from matched)
)
select about.model, about.res_id, about.company_id, o.id, o.title, o.kind, o.opened_at, o.at_stake, o.currency
  from about join old o on o.id = about.case_id
 order by o.opened_at, o.id
 limit :most
""")


def waiting_longer(
    session: Session, models: Sequence[str], *, days: int, companies: Sequence[int], public_url: str, at: datetime
) -> list[AgeingRecord]:
    """Records of these models with each case about them that has been open for more than so many days.

    A case is about the record that its first step would change, else the one it is certainly matched with, else the one
    it was raised on.
    """
    rows = session.execute(
        _QUERY,
        {
            "states": list(OPEN_STATES), "before": at - timedelta(days=days), "at": at, "models": list(models),
            "companies": list(companies), "most": MOST,
        },
    )  # fmt: skip
    return [
        AgeingRecord(
            model=r.model, res_id=r.res_id, company_id=r.company_id, case_id=r.id,
            case_url=f"{public_url}/cases/{r.id}",
            title=without_accounts(r.title) if r.kind == Kind.SECURITY_ALERT else r.title,
            days=(at - r.opened_at).days, amount=amount_text(r.at_stake), currency=r.currency,
        )
        for r in rows
    ]  # fmt: skip
