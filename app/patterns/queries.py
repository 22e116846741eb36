"""The SQL of a report: one row a dispute with its properties, and the groups over them.

A dispute is a case of that kind that was not folded into another. It counts as

- open while its case is;
- credited when a credit note that a person confirmed in it was written to Odoo, or when a credit note for its invoice
  was posted in Odoo by other hands before it ended;
- withdrawn when the note with which a person closed it says that the customer takes it back;
- upheld otherwise: it ended and the invoice stands as billed.

A case that ended because it was read wrongly is none, and is counted apart. Contract, billing and manager are those of
the invoices it is certainly about, else of the order or project it names.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

DIMENSIONS = ("reason", "customer", "contract", "billing", "manager", "month")
"""What disputes are grouped by; `month` is that of opening."""
OUTCOMES = ("credited", "upheld", "withdrawn", "open")
SHARED = ("customer", "contract", "billing", "manager", "month")
"""Of which invoices are counted too: an invoice has no reason by itself."""

WITHDRAWN = (
    r"withdr[ae]w|withdrawn|takes? (it |this |the (dispute|claim) )?back|took (it |this )?back|"
    r"drop(s|ped) the (dispute|claim)|"
    r"zurückgezogen|zurückgenommen|zieht .{0,40}zurück|nimmt .{0,40}zurück|retir[ée]e?|retirad[ao]|ritirat[ao]|"
    r"ingetrokken|trekt .{0,40}in\M|wycofa(ł|no|ne|ny)"
)
"""What a closing note says of a customer who takes a dispute back, in the languages that we read."""

_BASE = r"""
with contract as (
    select * from unnest(cast(:order_ids as bigint[]), cast(:contracts as text[])) as c(order_id, type)
), concern as materialized (
    select c.id, c.state, c.reason, c.customer_id, trim(c.customer_name) as customer_name, c.company_id, c.at_stake,
           c.currency, c.opened_at, c.closed_at, c.title
      from cases c
     where c.kind = 'dispute' and c.merged_into is null and c.opened_at >= :from_at and c.opened_at < :to_at
), named as materialized (
    select o.id, m ->> 'what' as what, cast(m -> 'record' ->> 'id' as bigint) as record_id
      from concern o
      join assessments a on a.case_id = o.id and a.is_current
     cross join lateral jsonb_array_elements(a.matches) m
     where cast(m ->> 'is_certain' as boolean) and m ->> 'what' in ('invoice', 'order', 'project')
), billed as materialized (
    select i.id, i.customer_id, i.company_id, i.invoiced_on
      from odoo_invoices i
     where i.kind = 'out_invoice' and i.state = 'posted' and i.invoiced_on between :since and :until
), subject as materialized (
    select 'case' as sort, n.id, n.what, n.record_id from named n
     where n.what = 'invoice' or not exists (
         select from named b where b.id = n.id and (b.what = 'invoice' or (b.what = 'order' and n.what = 'project')))
    union all
    select 'invoice', b.id, 'invoice', b.id from billed b where :with_invoices
), line as materialized (
    select s.sort, s.id, ol.id as order_line_id, ol.order_id, coalesce(p.service_policy, '') as policy,
           coalesce(ol.is_expense, false) or coalesce(p.is_expensable and p.expense_policy <> 'no', false) as is_expense
      from subject s
      join odoo_invoice_lines l on l.invoice_id = s.record_id
      left join lateral unnest(l.order_line_ids) as x(id) on true
      left join odoo_order_lines ol on ol.id = x.id
      left join odoo_products p on p.id = coalesce(ol.product_id, l.product_id)
     where s.what = 'invoice'
    union all
    select s.sort, s.id, ol.id, ol.order_id, coalesce(p.service_policy, ''),
           ol.is_expense or coalesce(p.is_expensable and p.expense_policy <> 'no', false)
      from subject s
      join odoo_order_lines ol on ol.order_id = s.record_id
      left join odoo_products p on p.id = ol.product_id
     where s.what = 'order'
    union all
    select s.sort, s.id, ol.id, ol.order_id, coalesce(p.service_policy, ''), ol.is_expense
      from subject s
      join odoo_projects r on r.id = s.record_id
      join odoo_order_lines ol on ol.id = r.order_line_id
      left join odoo_products p on p.id = ol.product_id
     where s.what = 'project'
), terms as materialized (
    select l.sort, l.id,
           case count(distinct l.policy) filter (where not l.is_expense and l.policy <> '')
                when 0 then case when bool_or(l.is_expense) then 'expenses' else '' end
                when 1 then min(l.policy) filter (where not l.is_expense and l.policy <> '')
                else 'several' end as billing,
           case count(distinct c.type) filter (where c.type <> '')
                when 0 then '' when 1 then min(c.type) filter (where c.type <> '') else 'several' end as contract
      from line l
      left join contract c on c.order_id = l.order_id
     group by l.sort, l.id
), via as (
    select s.sort, s.id, t.project_id, 1 as rank
      from subject s join odoo_timesheets t on t.invoice_id = s.record_id where s.what = 'invoice'
    union
    select s.sort, s.id, s.record_id, 1 from subject s where s.what = 'project'
    union
    select l.sort, l.id, r.id, 2 from line l join odoo_projects r on r.order_line_id = l.order_line_id
    union
    select l.sort, l.id, k.project_id, 2 from line l join odoo_tasks k on k.order_line_id = l.order_line_id
    union
    select l.sort, l.id, k.project_id, 2 from line l join odoo_milestones k on k.order_line_id = l.order_line_id
), led as (
    select v.sort, v.id, r.manager_id, v.rank, min(v.rank) over (partition by v.sort, v.id) as nearest
      from via v join odoo_projects r on r.id = v.project_id where r.manager_id is not null
), management as materialized (
    select sort, id, case count(distinct manager_id) when 1 then cast(min(manager_id) as text) else 'several' end
                     as manager
      from led where rank = nearest group by sort, id
), written as materialized (
    select s.case_id as id, s.currency, sum(s.amount) as amount
      from suggestions s join concern o on o.id = s.case_id
     where s.kind = 'draft_credit_note' and s.state = 'written' and s.amount is not null
     group by 1, 2
), ours as (
    select cast(w.receipt ->> 'id' as bigint) as note_id
      from write_backs w join suggestions s on s.id = w.suggestion_id
     where s.kind = 'draft_credit_note' and w.state = 'written' and jsonb_typeof(w.receipt -> 'id') = 'number'
), elsewhere as materialized (
    select distinct on (c.id) c.id as note_id, o.id, c.currency, c.net as amount
      from named n
      join concern o on o.id = n.id
      join odoo_invoices c on c.credits_invoice_id = n.record_id and c.kind = 'out_refund' and c.state = 'posted'
                          and c.created_at between o.opened_at and coalesce(o.closed_at, 'infinity')
     where n.what = 'invoice' and c.id not in (select note_id from ours)
     order by c.id, o.opened_at desc
), credit as materialized (
    select id, currency, amount from written
    union all
    select id, currency, sum(amount) from elsewhere where id not in (select id from written) group by 1, 2
), closing as materialized (
    select distinct on (e.case_id) e.case_id as id, e.content ->> 'why' as why
      from audit_events e join concern o on o.id = e.case_id
     where e.action = 'case.moved' and e.content ->> 'after' = 'closed' and o.state = 'closed'
     order by e.case_id, e.seq desc
), misread as materialized (
    select distinct o.id
      from concern o join suggestions s on s.case_id = o.id join decisions d on d.suggestion_id = s.id
     where o.state in ('done', 'closed') and d.verdict = 'reject' and d.reason_code = 'wrong_reading'
       and o.id not in (select id from credit)
), first_invoice as (
    select distinct on (n.id) n.id, i.customer_id, i.customer_name, i.company_id
      from named n join odoo_invoices i on i.id = n.record_id where n.what = 'invoice' order by n.id, i.id
), dispute as materialized (
    select o.id, o.reason, o.at_stake, o.currency, o.opened_at, o.closed_at, o.title, o.state,
           to_char(o.opened_at at time zone 'UTC', 'YYYY-MM') as month,
           coalesce('odoo:' || coalesce(k.customer_id, o.customer_id, f.customer_id),
                    'name:' || lower(nullif(o.customer_name, '')), '') as customer,
           coalesce(e.name, f.customer_name, nullif(o.customer_name, ''), '') as customer_name,
           coalesce(o.company_id, f.company_id) as company_id,
           coalesce(t.contract, '') as contract, coalesce(t.billing, '') as billing,
           coalesce(m.manager, '') as manager,
           case when o.state = any(:open) then 'open'
                when exists (select from credit c where c.id = o.id) then 'credited'
                when w.why ~* :withdrawn then 'withdrawn'
                else 'upheld' end as outcome,
           case when o.state = any(:open) then null
                else greatest(0, floor(extract(epoch from o.closed_at - o.opened_at) / 86400))::int end as days
      from concern o
      left join odoo_customers k on k.id = o.customer_id
      left join first_invoice f on f.id = o.id
      left join odoo_customers e on e.id = coalesce(k.customer_id, o.customer_id, f.customer_id)
      left join terms t on t.sort = 'case' and t.id = o.id
      left join management m on m.sort = 'case' and m.id = o.id
      left join closing w on w.id = o.id
     where o.id not in (select id from misread)
), asked as materialized (
    select * from dispute d
     where (cast(:company as int) is null or d.company_id = :company)
       and (:customer = '' or d.customer = :customer or lower(d.customer_name) = lower(:customer))
), money as materialized (
    select a.id, a.currency, a.at_stake as contested, cast(0 as numeric) as credited, a.at_stake as settled,
           cast(0 as numeric) as granted
      from asked a where a.at_stake is not null
    union all
    select a.id, c.currency, 0, c.amount, 0, case when a.currency = c.currency then c.amount else 0 end
      from asked a join credit c using (id)
), disputed as materialized (
    select distinct cast(m -> 'record' ->> 'id' as bigint) as id
      from cases c
      join assessments a on a.case_id = c.id and a.is_current
     cross join lateral jsonb_array_elements(a.matches) m
     where c.kind = 'dispute' and c.merged_into is null and c.opened_at >= :from_at
       and cast(m ->> 'is_certain' as boolean) and m ->> 'what' = 'invoice'
       and c.id not in (select id from misread)
), sold as materialized (
    select b.id, 'odoo:' || b.customer_id as customer, coalesce(t.contract, '') as contract,
           coalesce(t.billing, '') as billing, coalesce(m.manager, '') as manager,
           to_char(b.invoiced_on, 'YYYY-MM') as month, d.id is not null as is_disputed
      from billed b
      left join odoo_customers k on k.id = b.customer_id
      left join terms t on t.sort = 'invoice' and t.id = b.id
      left join management m on m.sort = 'invoice' and m.id = b.id
      left join disputed d on d.id = b.id
     where (cast(:company as int) is null or b.company_id = :company)
       and (:customer = '' or 'odoo:' || b.customer_id = :customer or lower(k.name) = lower(:customer))
)
"""


def _grouped(select: str, by: Iterable[str], also: str = "") -> list[str]:
    """The same sums for everything, and for every value of each of these columns; `also` parts them further."""
    groups = [("", "''", f"group by {also}" if also else "")]
    groups += [(name, name, f"group by {name}{', ' + also if also else ''}") for name in by]
    return [select.format(by=b, key=key, group=group) for b, key, group in groups]


def _how_many(*outcomes: str) -> str:
    return ", ".join(f"count(*) filter (where outcome = '{outcome}')" for outcome in outcomes)


_COUNTS = _grouped(
    "select 'count' as what, '{by}' as by, {key} as key, '' as second, "
    f"array[count(*), {_how_many(*OUTCOMES)}, "
    "percentile_disc(0.5) within group (order by days), percentile_disc(0.9) within group (order by days)] as numbers, "
    "cast(array[] as numeric[]) as amounts from asked {group}",
    DIMENSIONS,
)
_SUMS = _grouped(
    "select 'sums', '{by}', {key}, money.currency, array[count(*) filter (where contested <> 0), "
    "count(*) filter (where contested <> 0 and outcome <> 'open')], "
    "array[sum(contested), sum(credited), coalesce(sum(settled) filter (where outcome <> 'open'), 0), "
    "coalesce(sum(granted) filter (where outcome <> 'open'), 0)] from asked join money using (id) {group}",
    DIMENSIONS,
    "money.currency",
)
_SHARES = _grouped(
    "select 'share', '{by}', {key}, '', array[count(*), count(*) filter (where is_disputed)], null from sold {group}",
    SHARED,
)
_OTHERS = (
    "select 'pair', '', customer, reason, array[count(*)], null from asked group by customer, reason",
    "select 'name', 'customer', customer, min(customer_name), null, null from asked group by customer",
    "select 'name', 'manager', cast(manager_id as text), max(manager), null, null from odoo_projects "
    "where manager_id is not null group by manager_id",
    "select 'misread', '', '', '', array[count(*)], null from misread",
)
EVERYTHING = text(_BASE + " union all ".join([*_COUNTS, *_SUMS, *_SHARES, *_OTHERS]))
"""All counts in one pass, as rows of what, by, key, second, numbers and amounts:

- count: disputes, each of `OUTCOMES`, days in which half and nine of ten ended;
- sums, by currency (second): disputes with an amount, those of them that ended; contested, credited, settled, granted;
- share: invoices, disputed ones;
- pair (customer, reason), name (second) and misread.
"""
LISTED = {
    by: text(
        _BASE + "select id, reason, customer_name, outcome, days, at_stake, currency, opened_at, title from asked "
        f"where {by} = :key order by opened_at desc, id desc limit :most"
    )
    for by in DIMENSIONS
}
CUSTOMERS = text(
    "select distinct coalesce(e.name, nullif(trim(c.customer_name), '')) as name from cases c "
    "left join odoo_customers k on k.id = c.customer_id left join odoo_customers e on e.id = k.customer_id "
    "where c.kind = 'dispute' and c.merged_into is null and c.opened_at >= :from_at and c.opened_at < :to_at"
)
GROUP_NAMES = {
    "customer": text("select name from odoo_customers where 'odoo:' || id = :key"),
    "manager": text("select max(manager) as name from odoo_projects where cast(manager_id as text) = :key"),
}
