"""How fast the inbox is among many cases: `python -m evals.inbox_bench`. Prints JSON.

Fills a PostgreSQL of its own with invented cases (SQL with a seed) and asks for lists as the page does. By default one
million cases and the time in the database; with `--http` 100,000 cases and the time of whole pages over HTTP, from a
web app in a process of its own, inbox and case page in turn. What the last cases hold was read from labelled messages.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import psycopg

from app.cases import queries, views
from app.cases.models import Case
from app.db import Database
from app.decisions import approval_matrix
from app.review.figures import Exchange
from app.review.inbox import listed, views_counted
from app.review.list_state import ListState
from app.review.new_cases import mark
from app.users import access
from app.users.access import Caller
from evals.panel_speed import DATASETS, _database, _served

WHOLE = 300
"""So many of the cases have a source, an assessment and steps: those whose pages are asked for."""
LISTS = {
    "all open, by priority": "",
    "mine": "view=mine",
    "my team's": "view=team",
    "needs approval": "view=needs_approval",
    "disputes over 5,000": "view=disputes",
    "ageing": "view=ageing",
    "stale": "view=stale",
    "needs attention": "view=needs_attention",
    "snoozed": "view=snoozed",
    "by amount": "sort=amount",
    "by deadline": "sort=deadline",
    "by age": "sort=age",
    "newest": "sort=newest",
    "by customer": "sort=customer",
    "a kind": "kind=customer_po",
    "a rare kind": "kind=security_alert",
    "a rare mark": "flag=legal_threat",
    "new mail": "mail=new",
    "a sender who failed a check": "mail=failed_sender",
    "a customer": "customer=Customer+1234+GmbH",
    "somebody's disputes over 20,000": "owner=me&kind=dispute&over=20000",
    "waiting for 30 days": "older=30",
    "search: a reference": "q=INV%2F2026%2F0012345",
    "search: a customer": "q=customer+1234",
    "search: a word that many hold": "q=invoice",
    "search: the beginning of a word that many hold": "q=inv",
    "search: nothing": "q=nowhere",
    "search among ended: a word that many hold": "view=ended&q=invoice",
    "decided and written": "view=done",
}


def main() -> None:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--http", action="store_true", help="whole pages over HTTP instead of time in the database")
    parser.add_argument("--cases", type=int, help="1,000,000, or 100,000 with --http")
    parser.add_argument("--open", type=float, default=0.3, help="the share of cases that are open")
    parser.add_argument("--rounds", type=int, default=40, help="how often each list is asked for")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    cases = given.cases or (100_000 if given.http else 1_000_000)
    with _database() as url:
        began = time.perf_counter()
        reader = fill(url, cases, given.open, given.seed)
        said = {
            "cases": cases, "open": given.open, "rounds": given.rounds, "seed": given.seed, "cpus": os.cpu_count(),
            "filled_s": round(time.perf_counter() - began), "load": round(os.getloadavg()[0], 1),
        }  # fmt: skip
        if given.http:
            with _served(url) as address:
                said |= pages(url, address, reader, given.rounds)
        else:
            said |= lists(url, reader, given.rounds)
        print(json.dumps({**said, "load_at_end": round(os.getloadavg()[0], 1)}, indent=1))


# -- cases --------------------------------------------------------------------------------------------------------


def fill(url: str, cases: int, open_share: float, seed: int) -> Caller:
    """Invented cases with the words they are found by; a reviewer who owns some, is in a team, and saved two views."""
    reader = _people(url)
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")  # no trigger: the words come below
            connection.execute("select setseed(%s)", [seed / 1000])
            connection.execute("set local maintenance_work_mem = '1GB'")
            later = connection.execute(_INDEXES).fetchall()  # made at the end, which is faster
            for name, _definition in later:
                connection.execute(f"drop index {name}")
            connection.execute(_CASES, {"cases": cases, "open": open_share})
            connection.execute(_TEXTS)
            connection.execute(_NEWS)
            for _name, definition in later:
                connection.execute(definition)
        _whole(url, cases, random.Random(seed))  # noqa: S311 - a draw, no secret
        connection.execute("vacuum analyze")
    return reader


_INDEXES = """
select indexname, indexdef from pg_indexes where tablename in ('cases', 'case_texts') and indexname like 'ix\\_%'
"""
_CASES = """
insert into cases (state, kind, reason, reading, confidence, flags, title, summary, customer_name, sender, thread_key,
    at_stake, currency, deadline, priority, here_because, priority_because, unsure_because, attention, owner_id, team,
    opened_at, updated_at, closed_at, version, has_failed_sender)
select s.state, s.kind, null, 'Sure', 0.97,
    case when s.d < 0.002 then array['legal_threat'] when s.d < 0.03 then array['payment_held'] else '{}' end,
    'Customer ' || s.customer || ' GmbH: INV/2026/' || lpad(n::text, 7, '0'),
    'Two of 42 hours on INV/2026/' || lpad(n::text, 7, '0') || ' were not signed off. Payment is held.',
    'Customer ' || s.customer || ' GmbH', 'ap@customer' || s.customer || '.example', '<' || n || '@c.example>',
    case when s.b < 0.85 then round((exp(4 + 5 * s.c))::numeric, 2) end,
    case when s.b < 0.85 then (array['EUR', 'EUR', 'GBP', 'USD'])[1 + floor(s.c * 1000)::int %% 4] end,
    case when s.c < 0.4 then (now() + (s.b * 60 - 10) * interval '1 day')::date end,
    floor(s.f * 100)::int, '', '', '', case when s.state = 'needs_attention' then 'The attachment has a password.'
    else '' end,
    case when s.e < 0.5 then people.ids[1 + floor(s.d * 20)::int] end,
    case when s.e between 0.5 and 0.7 then 'Team ' || floor(s.d * 5)::int else '' end,
    now() - (%(cases)s - n) * interval '90 seconds', now(), null, 1, s.f < 0.02
from (
    select n, b, c, d, e, f, 1 + floor(d * 2000)::int as customer,
        case when a >= %(open)s then (case when a >= %(open)s + (1 - %(open)s) * 0.8 then 'closed' else 'done' end)
             when a < %(open)s * 0.001 then 'stale' when a < %(open)s * 0.003 then 'needs_attention'
             when a < %(open)s * 0.05 then 'needs_approval' when a < %(open)s * 0.09 then 'snoozed'
             when a < %(open)s * 0.1 then 'received' else 'to_decide' end as state,
        case when b < 0.001 then 'security_alert' when b < 0.4 then 'dispute' when b < 0.5 then 'billing_discrepancy'
             when b < 0.7 then 'customer_po' when b < 0.8 then 'payment_notice' when b < 0.95 then 'billing_request'
             else 'no_action' end as kind
    from (select n, random() a, random() b, random() c, random() d, random() e,
        random() f from generate_series(1, %(cases)s) n) r
) s, (select array_agg(id order by email) as ids from users) people
order by n
"""
_NEWS = (
    "insert into case_news select id, id + 1 from cases where state in ('to_decide', 'needs_approval') and id % 40 = 0"
)
_TEXTS = """
insert into case_texts (case_id, body, search)
select t.id, t.body,
    setweight(to_tsvector('simple', regexp_replace(lower(concat_ws(' ', t.id, t.title, t.customer_name, t.sender)),
        '[^a-z0-9]+', ' ', 'g')), 'A')
    || to_tsvector('simple', regexp_replace(lower(t.summary || t.body), '[^a-z0-9]+', ' ', 'g'))
from (select *, 'Dear Ms Kaltenbach, invoice ' || title || ' does not agree with the sheet that our project manager '
    'signed for week ' || id % 53 || ': only ' || id % 40 || ' hours stand on it. Please send a credit note by the end '
    'of the month. Kind regards, accounts payable, phone ' || id * 7919 as body from cases) t
"""
"""As `countersign_search_case` has it, for texts of plain letters."""


def _people(url: str) -> Caller:
    """Twenty people in five teams; the first is who reads."""
    at = datetime.now(UTC)
    database = Database(url)
    with database.transaction() as session:
        people = [
            access.add_user(
                session, email=f"a{n:02}@firm.example", name=f"Person {n}", roles=("reviewer",), at=at, by="measuring"
            )
            for n in range(20)
        ]
        for n, user in enumerate(people):
            user.teams = [f"Team {n % 5}"]
        session.flush()
        views.save(session, people[0].id, "UK month end", "kind=dispute&over=20000", at=at)
        views.save(session, people[0].id, "Old orders", "kind=customer_po&older=30", at=at)
        reader = Caller(people[0].id, people[0].email, people[0].name, ("reviewer",))
    database.dispose()
    return reader


def _whole(url: str, cases: int, draw: random.Random) -> None:
    """Give the last cases what they hold: a labelled message, its reading and assessment, and a step to confirm."""
    from pydantic import TypeAdapter

    from app.assessments.results import Assessment
    from app.documents import storage
    from app.documents.read import read
    from classifiers.assess import assess

    files = sorted(DATASETS.glob("*.eml"), key=lambda path: path.stat().st_size)[: 24 * 8 : 8]
    contents = [path.read_bytes() for path in files]
    readings = [read(content, "mail.eml") for content in contents]
    stored = [json.dumps(storage.to_json(reading)).replace("\\u0000", "") for reading in readings]
    assessed = [TypeAdapter(Assessment).dump_json(assess(reading, None)).decode() for reading in readings]
    command = json.dumps({"odoo": {"kind": "post_note", "company_id": 1, "model": "account.move", "record_id": 1,
                                   "values": {"body": "note " * 40}, "expected": {}, "attachments": []}})  # fmt: skip
    with psycopg.connect(url) as connection:
        for case_id in range(max(1, cases - WHOLE + 1), cases + 1):
            n = draw.randrange(len(contents))
            document = connection.execute(
                "insert into documents (sha256, size, name, received_at, content) "
                "values (%s, %s, 'mail.eml', now(), %s) returning id",
                [f"{case_id:064d}", len(contents[n]), contents[n]],
            ).fetchone()  # fmt: skip
            assert document is not None
            connection.execute("insert into case_documents values (%s, %s, 'opening', now())", [document[0], case_id])
            connection.execute("insert into readings values (%s, '1', %s, now())", [document[0], stored[n]])
            connection.execute(
                "insert into assessments (case_id, document_id, made_at, engine, content, matches, findings, "
                "is_current) values (%s, %s, now(), 'offline', %s, '[]', '[]', true)",
                [case_id, document[0], assessed[n]],
            )
            connection.execute(
                "insert into suggestions (id, case_id, kind, version, rank, target_model, target_id, target_name, "
                "company_id, before, command, risk, because, effect, evidence, approvals_required, rule, policy_hash, "
                "content_hash, made_at, state) values (gen_random_uuid(), %s, 'post_note', 1, 1, 'account.move', 1, "
                "'INV/1', 1, '[]', %s, 'operational', 'It says so.', 'Leaves a note.', '[]', 1, 'OPS-1', '', %s, "
                "now(), 'open')", [case_id, command, f"{case_id:064d}"],
            )  # fmt: skip
            connection.execute("update cases set state = 'to_decide' where id = %s", [case_id])


# -- time in the database -----------------------------------------------------------------------------------------


@dataclass
class _Clock:
    """Milliseconds that statements took, sent and fetched, since it was last read."""

    spent: float = 0.0
    began: float = 0.0
    statements: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def of(self, engine: Any) -> _Clock:
        from sqlalchemy import event

        event.listen(engine, "before_cursor_execute", self._start)
        event.listen(engine, "after_cursor_execute", self._stop)
        return self

    def _start(self, *_: Any) -> None:
        self.began = time.perf_counter()

    def _stop(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        took = (time.perf_counter() - self.began) * 1000
        self.spent += took
        self.statements += 1
        self.slowest.append((took, statement))

    def read(self) -> float:
        spent, self.spent = self.spent, 0.0
        return spent


def lists(url: str, reader: Caller, rounds: int) -> dict[str, Any]:
    """For each list: its first page alone, and all that the inbox asks for around it, in milliseconds."""
    database = Database(url)
    clock = _Clock().of(database.engine)
    exchange = Exchange.of(approval_matrix.load())
    first: dict[str, list[float]] = {name: [] for name in LISTS}
    whole: dict[str, list[float]] = {name: [] for name in LISTS}
    for n in range(rounds + 2):
        for name, query in LISTS.items():
            wanted = ListState.of(query, reader)
            took = _timed(database, clock, partial(_first_page, wanted=wanted))
            around = _timed(database, clock, partial(_inbox, wanted=wanted, reader=reader, exchange=exchange))
            if n >= 2:
                first[name].append(took)
                whole[name].append(around)
    deep = _deep(database, clock, reader, rounds)
    database.dispose()
    every = [t for times in first.values() for t in times]
    return {
        "first_page_ms": _told(every),
        "inbox_ms": _told([t for times in whole.values() for t in times]),
        "deep_page_ms": _told(deep),
        "lists_p99_ms": {name: [_told(first[name])["p99"], _told(whole[name])["p99"]] for name in LISTS},
    }


def _timed(database: Database, clock: _Clock, ask: Callable[[Any], object]) -> float:
    with database.transaction() as session:
        clock.read()
        ask(session)
        return clock.read()


def _first_page(session: Any, wanted: ListState) -> None:
    queries.page(session, wanted.filter, sort=wanted.sort)


def _inbox(session: Any, wanted: ListState, reader: Caller, exchange: Exchange) -> None:
    listed(session, wanted, exchange, datetime.now(UTC))
    views_counted(session, wanted, reader)
    mark(session, wanted.filter)


def _deep(database: Database, clock: _Clock, reader: Caller, rounds: int) -> list[float]:
    """Pages from the middle of the list, in every order."""
    times = []
    with database.transaction() as session:
        most = session.query(Case.id).order_by(Case.id.desc()).limit(1).scalar() or 1
    for n in range(rounds):
        for sort in queries.SORTS:
            with database.transaction() as session:
                case = session.get_one(Case, 1 + most * (n + 1) // (rounds + 2))
                clock.read()
                queries.page(session, ListState.of("", reader).filter, sort=sort, cursor=queries.cursor_at(case, sort))
                times.append(clock.read())
    return times


# -- pages over HTTP ----------------------------------------------------------------------------------------------


def pages(url: str, address: str, reader: Caller, rounds: int) -> dict[str, Any]:
    """Milliseconds that the asking side waits for inbox and case pages, drawn in turn."""
    import httpx

    from app.users.access import sign_in_link

    database = Database(url)
    with database.transaction() as session:
        most = int(session.query(Case.id).order_by(Case.id.desc()).limit(1).scalar() or 1)
    database.dispose()
    inbox: dict[str, list[float]] = {name: [] for name in LISTS}
    case: list[float] = []
    idle: list[float] = []
    weight = 0
    with httpx.Client(base_url=address, timeout=30) as http:
        link = sign_in_link(address, "k" * 40, reader.user_id)
        http.post(link, headers={"sec-fetch-site": "same-origin"})
        for n in range(rounds + 2):
            for m, (name, query) in enumerate(LISTS.items()):
                took, size = _asked(http, f"/inbox?{query}")
                number = most - (n * len(LISTS) + m) % (WHOLE - 1)
                opened, _size = _asked(http, f"/cases/{number}?{query}")
                nothing, _size = _asked(http, "/healthz")
                if n >= 2:
                    inbox[name].append(took)
                    case.append(opened)
                    idle.append(nothing)
                    weight = max(weight, size)
    return {
        "inbox_ms": _told([t for times in inbox.values() for t in times]), "case_ms": _told(case),
        "healthz_ms": _told(idle), "largest_inbox_kb": round(weight / 1000),
        "inbox_p95_ms": {name: _told(times)["p95"] for name, times in inbox.items()},
    }  # fmt: skip


def _asked(http: Any, path: str) -> tuple[float, int]:
    began = time.perf_counter()
    answer = http.get(path)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}: {answer.text[:300]}")
    return took, len(answer.content)


def _told(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1)}


if __name__ == "__main__":
    main()
