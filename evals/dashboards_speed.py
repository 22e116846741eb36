"""How long all dashboards take among many cases: `python -m evals.dashboards_speed`. Prints JSON; needs no Odoo.

Fills a PostgreSQL of its own with invented cases of three years, decided steps, questions to a model, and a mirror of
invoices, payments and hours (SQL with a seed), and puts the dashboards together as the page does.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import event

from app.dashboards.asked import until_today
from app.dashboards.board import board
from app.db import Database
from app.decisions import approval_matrix
from app.patterns.asked import Asked
from evals.panel_speed import _database

_STATEMENTS = (
    "insert into users (id, email, name, roles, is_active, created_at) "
    "values (gen_random_uuid(), 'a@firm.example', 'A', '{reviewer}', true, now())",
    "insert into odoo_companies (id, name, currency, write_date) select n, 'Company ' || n, 'EUR', now() "
    "from generate_series(1, 4) n",
    "insert into odoo_customers (id, name, customer_id, company_id, country, vat_id, tags, write_date) "
    "select n, 'Customer ' || n || ' GmbH', n, null, 'DE', '', '{}', now() from generate_series(1, 500) n",
    "insert into odoo_products (id, name, code, service_policy, is_expensable, expense_policy, write_date) "
    "values (1, 'Hours', '', 'delivered_timesheet', false, 'no', now())",
    "insert into odoo_orders (id, company_id, name, state, customer_id, customer_name, currency, net, gross, "
    "customer_reference, ordered_on, note, invoice_status, write_date) select n, 1 + n %% 4, 'S' || n, 'sale', "
    "1 + n %% 500, 'Customer ' || 1 + n %% 500 || ' GmbH', (array['EUR', 'EUR', 'GBP'])[1 + n %% 3], 1, 1, '', "
    "current_date - 900, '', '', now() from generate_series(1, 2000) n",
    "insert into odoo_order_lines (id, company_id, order_id, description, product_id, unit, quantity, unit_price, "
    "discount_percent, net, delivered, invoiced, is_expense, write_date) select n, 1 + n %% 4, n, 'Work', 1, 'Hours', "
    "1000, 120, 0, 1, 400, 380, false, now() from generate_series(1, 2000) n",
    "insert into odoo_invoices (id, company_id, name, kind, state, payment_state, customer_id, customer_name, "
    "currency, "
    "net, tax, gross, open_amount, reference, origin, invoiced_on, due_on, credits_invoice_id, created_at, write_date) "
    "select n, 1 + n %% 4, 'INV/' || n, case when n %% 40 = 0 then 'out_refund' else 'out_invoice' end, 'posted', "
    "case when n %% 8 = 0 then 'not_paid' else 'paid' end, 1 + n %% 500, 'Customer ' || 1 + n %% 500 || ' GmbH', "
    "(array['EUR', 'EUR', 'GBP'])[1 + n %% 3], 1000, 190, 1190, case when n %% 8 = 0 then 1190 else 0 end, '', '', "
    "current_date - ((%(invoices)s - n) * 1095 / %(invoices)s)::int, "
    "current_date - ((%(invoices)s - n) * 1095 / %(invoices)s)::int + 30, case when n %% 40 = 0 then n - 1 end, now(), "
    "now() from generate_series(1, %(invoices)s) n",
    "insert into odoo_payments (id, company_id, invoice_id, amount, currency, settled_on, write_date) "
    "select id, company_id, id, 1190, currency, invoiced_on + 35, now() from odoo_invoices where id %% 8 <> 0",
    "insert into odoo_timesheets (id, company_id, worked_on, hours, description, employee, order_id, order_line_id, "
    "invoice_id, billable, is_approved, write_date) select n, 1 + n %% 4, "
    "current_date - ((%(hours)s - n) * 1095 / %(hours)s)::int, 4, 'work', 'A', 1 + n %% 2000, 1 + n %% 2000, "
    "case when n < %(hours)s * 0.97 then 1 + (n * %(invoices)s / %(hours)s)::int end, 'billable_time', n %% 20 "
    "> 0, now() "
    "from generate_series(1, %(hours)s) n",
    "insert into cases (state, kind, reason, reading, confidence, flags, title, summary, customer_name, customer_id, "
    "company_id, sender, thread_key, at_stake, currency, deadline, priority, here_because, priority_because, "
    "unsure_because, attention, team, opened_at, updated_at, closed_at, version) "
    "select case when n > %(cases)s * 0.97 then 'to_decide' when n %% 5 = 0 then 'closed' else 'done' end, "
    "k.kind, k.reason, 'Sure', 0.97, '{}', 'Case ' || n, '', 'Customer ' || 1 + n %% 500 || ' GmbH', 1 + n %% 500, "
    "1 + n %% 4, '', '', 500, 'EUR', case when n %% 3 = 0 then (now() - a.ago)::date + 4 end, 0, '', '', '', '', '', "
    "now() - a.ago, now(), case when n <= %(cases)s * 0.97 then now() - a.ago + interval '2 days' end, 1 "
    "from generate_series(1, %(cases)s) n "
    "cross join lateral (select (%(cases)s - n) * interval '1095 days' / %(cases)s as ago) a "
    "join (values (0, 'dispute', 'hours_quantity'), (1, 'customer_po', 'new_po'), (2, 'payment_notice', 'remittance'), "
    "(3, 'billing_request', 'question'), (4, 'no_action', 'auto_reply')) k (at, kind, reason) on k.at = n %% 5",
    "insert into documents (sha256, size, name, received_at, content) values ('x', 1, 'mail.eml', now(), 'x')",
    "insert into assessments (case_id, document_id, made_at, engine, content, matches, findings, is_current) "
    "select c.id, (select min(id) from documents), c.opened_at + interval '1 minute', 'offline', "
    "jsonb_build_object('fields', '{}'::jsonb, 'classification', jsonb_build_object('reason', c.reason, 'reading', "
    "(array['Sure', 'Sure', 'Likely', 'Unsure'])[1 + c.id %% 4], 'confidence', 0.6 + (c.id %% 40) / 100.0, 'votes', "
    '\'[{"reader": "rules", "reason": null}, {"reader": "linear", "reason": "hours_quantity"}]\'::jsonb)), '
    "case when c.kind = 'dispute' then jsonb_build_array(jsonb_build_object('what', 'invoice', 'is_certain', true, "
    "'score', '1', 'record', jsonb_build_object('model', 'account.move', 'id', "
    "greatest(1, c.id * %(invoices)s / %(cases)s - c.id %% 50), 'name', 'INV'), 'because', '[]'::jsonb)) else "
    "'[]' end, "
    "'[]', true from cases c",
    "insert into suggestions (id, case_id, kind, version, rank, target_model, target_id, target_name, "
    "company_id, before, "
    "command, risk, because, effect, evidence, approvals_required, rule, policy_hash, content_hash, made_at, state) "
    "select gen_random_uuid(), c.id, case when c.kind = 'dispute' then 'draft_credit_note' else 'post_note' end, 1, 1, "
    "'account.move', 1, 'INV/1', 1, '[]', '{}', 'operational', '', '', '[]', 1, 'OPS-1', '', lpad(c.id::text, "
    "64, '0'), "
    "c.opened_at, case when c.closed_at is null then 'open' else 'written' end from cases c",
    "insert into decisions (id, suggestion_id, content_hash, verdict, by_user_id, as_role, at, reason_code, "
    "note, rule, "
    "policy_hash) select gen_random_uuid(), s.id, s.content_hash, case when s.case_id %% 17 = 0 then 'reject' else "
    "'confirm' end, (select min(id::text)::uuid from users), 'reviewer', s.made_at + interval '5 hours', "
    "case when s.case_id %% 17 = 0 then 'wrong_record' else '' end, '', 'OPS-1', '' from suggestions s "
    "where s.state = 'written'",
    "insert into llm_calls (at, case_id, purpose, model, outcome, prompt_tokens, completion_tokens, unmetered, "
    "attempts, "
    "seconds, cost, currency) select opened_at, id, 'triage/v2', 'small', 'answered', 900, 100, 0, 1, 1.8, "
    "0.004, 'USD' "
    "from cases where id %% 3 > 0",
)


def main() -> None:
    """Fill, put together, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--invoices", type=int, default=10_000)
    parser.add_argument("--hours", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    sizes = {"cases": given.cases, "invoices": given.invoices, "hours": given.hours}
    with _database() as url:
        began = time.perf_counter()
        fill(url, sizes)
        filled = time.perf_counter() - began
        print(json.dumps({**sizes, "filled_seconds": round(filled, 1), **measure(url, given.rounds)}, indent=1))


def fill(url: str, sizes: dict[str, int]) -> None:
    """Everything in one transaction, without triggers: nothing is to be proven here."""
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")
            for statement in _STATEMENTS:
                connection.execute(statement, sizes)
        connection.execute("vacuum analyze")


def measure(url: str, rounds: int) -> dict[str, Any]:
    """Milliseconds of the whole board, and the statements that took longest."""
    database, policy, at = Database(url), approval_matrix.load(), datetime.now(UTC)
    slow: dict[str, float] = {}
    began = 0.0

    def start(*_of: Any) -> None:
        nonlocal began
        began = time.perf_counter()

    def stop(_connection: Any, _cursor: Any, statement: str, *_of: Any) -> None:
        took = (time.perf_counter() - began) * 1000
        slow[statement] = max(took, slow.get(statement, 0.0))

    event.listen(database.engine, "before_cursor_execute", start)
    event.listen(database.engine, "after_cursor_execute", stop)
    today = at.date()
    asked = {
        "30 days": until_today(today),
        "30 days, one customer": until_today(today, customer="Customer 7 GmbH"),
        "12 months": Asked(today - timedelta(days=364), today),
    }
    told: dict[str, Any] = {}
    for words, one in asked.items():
        slow.clear()
        times = []
        for _ in range(rounds):
            with database.snapshot() as session:
                clock = time.perf_counter()
                board(session, one, policy, at=at)
                times.append((time.perf_counter() - clock) * 1000)
        worst = sorted(slow.items(), key=lambda pair: -pair[1])[:4]
        told[words] = {
            "median_ms": round(statistics.median(times), 1), "worst_ms": round(max(times), 1),
            "slowest": [[round(took, 1), statement[:160]] for statement, took in worst],
        }  # fmt: skip
    database.dispose()
    return told


if __name__ == "__main__":
    main()
