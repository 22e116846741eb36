"""How fast the trail and the drafts are found among many: `python -m evals.trail_bench`. Prints JSON, milliseconds.

Fills a PostgreSQL of its own with invented events (SQL with a seed) and draft invoices, and asks as the pages do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from app.audit import search
from app.audit.search import Wanted
from app.db import Database
from app.narratives import queries
from app.review.audit_words import ACTIONS, actions_of
from evals.panel_speed import _database

FREQUENT = ("suggestion.made", "case.moved", "case.assessed", "case.reconciled", "case.opened")
"""Actions that nine of ten events are."""


def main() -> None:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--drafts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=40, help="how often each page is asked for")
    given = parser.parse_args()
    with _database() as url:
        fill(url, given.events, given.drafts)
        database = Database(url)
        told: dict[str, Any] = {"events": given.events, "drafts": given.drafts, "rounds": given.rounds}
        told["milliseconds"] = {name: _asked(database, ask, given.rounds) for name, ask in _asks(given.events).items()}
        database.dispose()
    print(json.dumps(told, indent=1))


def fill(url: str, events: int, drafts: int) -> None:
    """Events of 2,000 people over 12 months, and drafts of 2,000 customers."""
    with psycopg.connect(url, autocommit=True) as connection, connection.transaction():
        connection.execute("set local session_replication_role = replica")
        connection.execute("select setseed(0.01)")
        others = [action for action in ACTIONS if action not in FREQUENT]
        connection.execute(_EVENTS, {"events": events, "frequent": list(FREQUENT), "others": others})
        connection.execute(_CASES, {"drafts": drafts})
        connection.execute(_DRAFTS)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


_EVENTS = """
insert into audit_events (case_id, seq, at, actor, action, content, previous_hash, hash)
select n / 20 + 1, n % 20 + 1, now() - (%(events)s - n) * interval '31 seconds',
    case when a < 0.7 then 'software' else 'person' || floor(b * 2000)::int || '@firm.example' end,
    case when c < 0.9 then (%(frequent)s::text[])[1 + floor(b * 5)::int]
         else (%(others)s::text[])[1 + floor(a * cardinality(%(others)s::text[]))::int] end,
    '{"why": "measured"}', md5(n::text) || md5(n::text), md5(n::text) || md5(n::text)
from (select n, random() a, random() b, random() c from generate_series(0, %(events)s - 1) n) s
""".replace("n % 20", "n %% 20")
_CASES = """
insert into cases (state, reading, flags, title, summary, customer_name, sender, thread_key, priority, here_because,
    priority_because, unsure_because, attention, opened_at, updated_at, version, customer_id)
select 'to_decide', 'By rule', '{}', 'Draft ' || n, '', 'Customer ' || n %% 2000, '', '', 5, '', '', '', '', now(),
    now(), 1, n %% 2000
from generate_series(1, %(drafts)s) n
"""
_DRAFTS = """
insert into narratives (invoice_id, company_id, case_id, document_id, fingerprint, foot, name, net, currency, lines,
    clean_lines, held_back, without_text, state, drafted_at)
select id, 1, id, id, '', '', 'draft ' || id, 1000, 'EUR', 2,
    case when id % 3 = 0 then '{1}' else '{1,2}' end::bigint[], case when id % 3 = 0 then 1 else 0 end, 0, 'open', now()
from cases
"""


def _asks(events: int) -> dict[str, Callable[[Session], object]]:
    day = datetime.now(UTC) - timedelta(seconds=31 * events // 2)
    one_day = Wanted(since=day, before=day + timedelta(days=1))
    return {
        "events, the newest": lambda s: search.page(s, Wanted()),
        "events of a case": lambda s: search.page(s, Wanted(case_id=events // 40)),
        "events of a person": lambda s: search.page(s, Wanted(actors=("person77@firm.example",))),
        "decisions": lambda s: search.page(s, Wanted(actions=actions_of("decisions"))),
        "one rare kind": lambda s: search.page(s, Wanted(actions=("audit.exported",))),
        "decisions of a person": lambda s: search.page(
            s, Wanted(actors=("person77@firm.example",), actions=actions_of("decisions"))
        ),
        "a day in the middle": lambda s: search.page(s, one_day),
        "writes of a day in the middle": lambda s: search.page(
            s, Wanted(actions=actions_of("writes"), since=one_day.since, before=one_day.before)
        ),
        "drafts, first page": lambda s: queries.waiting(s),
        "drafts that want a look": lambda s: queries.waiting(s, show="look"),
        "drafts, counts": queries.counts,
    }


def _asked(database: Database, ask: Callable[[Session], object], rounds: int) -> dict[str, float]:
    taken = []
    for _ in range(rounds):
        with database.snapshot() as session:
            began = time.perf_counter()
            ask(session)
            taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return {"median": round(statistics.median(taken), 1), "p95": round(taken[int(len(taken) * 0.95) - 1], 1)}


if __name__ == "__main__":
    main()
