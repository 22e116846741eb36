"""How fast the service answers Odoo's panel: `python -m evals.panel_speed`. Prints JSON; needs no Odoo.

Fills an empty PostgreSQL of its own with invented cases (what they hold was read from labelled messages, so that sizes
are real), starts the web app in a process of its own, and asks for panels of records drawn at random over HTTP, with a
fresh signed token each time, as Odoo does. Times are what the asking side waits.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import random
import secrets
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

DATASETS = Path(__file__).parent / "datasets" / "messages"
SECRET, DATABASE = "p" * 40, "5b1c8f2e-0000-4000-8000-000000000001"
OPEN, ENDED, CUSTOMERS, INVOICES, PROJECTS, TIMESHEETS = 2_000, 10_000, 500, 10_000, 300, 100_000


def main() -> None:
    """Fill, serve, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asked", type=int, default=600, help="panels to ask for")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="fewer: more is open on each record")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with _database() as url:
        records = fill(url, random.Random(given.seed), customers=given.customers)  # noqa: S311 - a draw, no secret
        with _served(url) as address:
            print(json.dumps(ask(address, records, given.asked, random.Random(given.seed)), indent=1))  # noqa: S311


def fill(url: str, draw: random.Random, *, customers: int = CUSTOMERS) -> list[tuple[str, int]]:
    """Cases with assessments and suggestions, and a mirror around them; the records that something is open on."""
    from app.db import Database
    from app.users import access, odoo_people

    at = datetime.now(UTC)
    database = Database(url)
    with database.transaction() as session:
        user = access.add_user(session, email="a@firm.example", name="A", roles=("reviewer",), at=at, by="measuring")
        odoo_people.link(session, user.email, database=DATABASE, uid=7, login="a", by="measuring", at=at)
    database.dispose()
    contents = _assessed()
    records: list[tuple[str, int]] = []
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        _mirror(cursor, customers)
        for n in range(1, OPEN + ENDED + 1):
            customer, invoice = draw.randint(1, customers), draw.randint(1, customers * 20)
            record = draw.choice([("account.move", invoice), ("sale.order", invoice), ("res.partner", customer)])
            owner = customer if record[0] == "res.partner" else 1 + invoice % customers
            _case(cursor, n, n <= OPEN, owner, invoice, record, draw, contents, at)
            if n <= OPEN:
                project = draw.randint(1, PROJECTS)
                records += [record, ("res.partner", customer), ("project.project", project), ("account.move", invoice)]
        connection.commit()
        connection.autocommit = True
        cursor.execute("analyze")
    return records


def ask(address: str, records: list[tuple[str, int]], count: int, draw: random.Random) -> dict[str, Any]:
    """Milliseconds of so many panels, and of as many pages that only say that the service runs."""
    import httpx
    import jwt

    from app.users.odoo_people import TOKENS, derived_key

    key = derived_key(SECRET, TOKENS)
    waited: list[float] = []
    idle: list[float] = []
    shown = 0
    with httpx.Client(base_url=address, timeout=10) as http:
        for n in range(count + 30):
            model, res_id = draw.choice(records)
            now = int(time.time())
            claims = {
                "iss": DATABASE, "aud": TOKENS.decode(), "uid": 7, "login": "a", "name": "A", "companies": [1],
                "iat": now, "exp": now + 60, "jti": secrets.token_urlsafe(16), "model": model, "res_id": res_id,
            }  # fmt: skip
            headers = {"authorization": f"Bearer {jwt.encode(claims, key, algorithm='HS256')}"}
            began = time.perf_counter()
            answer = http.post("/v1/odoo/panel", json={"model": model, "res_id": res_id}, headers=headers)
            took = time.perf_counter() - began
            answer.raise_for_status()
            began = time.perf_counter()
            http.get("/healthz").raise_for_status()
            if n >= 30:  # the first ones load what later ones have
                waited.append(took * 1000)
                idle.append((time.perf_counter() - began) * 1000)
                shown += len(answer.json()["suggestions"])
    return {
        "cpus": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "open_suggestions": OPEN, "ended_cases": ENDED,
        "asked": count, "suggestions_shown": round(shown / count, 1), "panel_ms": _told(waited),
        "healthz_ms": _told(idle),
    }  # fmt: skip


def _told(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1)}


def _assessed(count: int = 24) -> list[str]:
    """Assessments of labelled messages, as stored."""
    from pydantic import TypeAdapter

    from app.assessments.results import Assessment
    from app.documents.read import read
    from classifiers.assess import assess

    files = sorted(DATASETS.glob("*.eml"), key=lambda path: path.stat().st_size)[: count * 8 : 8]
    found = [assess(read(path.read_bytes(), path.name), None) for path in files]
    return [TypeAdapter(Assessment).dump_json(one).decode() for one in found]


def _mirror(cursor: psycopg.Cursor[Any], customers: int) -> None:
    """Customers, their projects with hours, and their invoices, dealt out in turn."""
    cursor.execute(
        "insert into odoo_customers (id, name, customer_id, company_id, country, vat_id, tags, write_date) "
        "select n, 'Customer ' || n, n, null, 'DE', '', '{}', now() from generate_series(1, %s) n", [customers],
    )  # fmt: skip
    cursor.execute(
        "insert into odoo_projects (id, name, company_id, customer_id, write_date) "
        "select n, 'Project ' || n, 1, 1 + n %% %s, now() from generate_series(1, %s) n", [customers, PROJECTS],
    )  # fmt: skip
    cursor.execute(
        "insert into odoo_timesheets (id, company_id, worked_on, hours, description, employee, project_id, billable, "
        "write_date) select n, 1, current_date, 8, 'work', 'A', 1 + n %% %s, 'billable_time', now() "
        "from generate_series(1, %s) n", [PROJECTS, TIMESHEETS],
    )  # fmt: skip
    cursor.execute(
        "insert into odoo_invoices (id, company_id, name, kind, state, payment_state, customer_id, customer_name, "
        "currency, net, tax, gross, open_amount, reference, origin, created_at, write_date) "
        "select n, 1, 'INV/' || n, 'out_invoice', 'posted', 'not_paid', 1 + n %% %s, 'C', 'EUR', 1, 0, 1, 1, '', '', "
        "now(), now() from generate_series(1, %s) n", [customers, INVOICES],
    )  # fmt: skip


def _case(
    cursor: psycopg.Cursor[Any], n: int, is_open: bool, owner: int, invoice: int, record: tuple[str, int],
    draw: random.Random, contents: list[str], at: datetime,
) -> None:  # fmt: skip
    """A case of a customer with a match, a finding on thirty hours, and a suggestion on a record."""
    state, opened = ("to_decide", at) if is_open else ("closed", at - timedelta(days=200))
    document = cursor.execute(
        "insert into documents (sha256, size, name, received_at, content) values (%s, 1, 'mail.eml', %s, 'x') "
        "returning id", [f"{n:064d}", opened],
    ).fetchone()  # fmt: skip
    case = cursor.execute(
        "insert into cases (state, kind, reason, reading, flags, title, summary, customer_name, customer_id, "
        "company_id, sender, thread_key, at_stake, currency, priority, here_because, priority_because, "
        "unsure_because, attention, opened_at, updated_at, version, closed_at) values (%s, 'dispute', "
        "'hours_quantity', 'Sure', '{}', %s, 'Two hours were not signed off.', 'C', %s, 1, 'ap@c.example', '', 300, "
        "'EUR', %s, '', '', '', '', %s, %s, 1, %s) returning id",
        [state, f"Case {n}", owner, draw.randint(0, 100), opened, opened, None if is_open else opened],
    ).fetchone()  # fmt: skip
    assert document is not None
    assert case is not None
    cursor.execute(
        "insert into case_documents (document_id, case_id, role, added_at) values (%s, %s, 'opening', %s)",
        [document[0], case[0], opened],
    )
    hours = [{"model": "account.analytic.line", "id": draw.randint(1, TIMESHEETS), "name": "t"} for _ in range(30)]
    match = {"what": "invoice", "record": {"model": "account.move", "id": invoice, "name": "I"}, "score": "1",
             "is_certain": True, "because": [], "as_written": "", "company_id": 1}  # fmt: skip
    finding = {"code": "hours", "sentence": "2 h are without approval.", "says": "customer", "amount": None,
               "rows": [], "records": [{"model": record[0], "id": record[1], "name": "R"}, *hours]}  # fmt: skip
    cursor.execute(
        "insert into assessments (case_id, document_id, made_at, engine, content, matches, findings, is_current) "
        "values (%s, %s, %s, 'offline', %s, %s, %s, true)",
        [case[0], document[0], opened, draw.choice(contents), json.dumps([match]), json.dumps([finding])],
    )
    command = {"odoo": {"kind": "post_note", "company_id": 1, "model": record[0], "record_id": record[1],
                        "values": {"body": "note " * 40}, "expected": {}, "attachments": []}}  # fmt: skip
    cursor.execute(
        "insert into suggestions (id, case_id, kind, version, rank, target_model, target_id, target_name, company_id, "
        "before, command, amount, currency, risk, because, effect, evidence, approvals_required, rule, policy_hash, "
        "content_hash, made_at, state) values (gen_random_uuid(), %s, 'post_note', 1, 1, %s, %s, 'R', 1, %s, %s, 300, "
        "'EUR', 'operational', 'It says so.', 'Leaves a note.', %s, 1, 'OPS-1', '', %s, %s, %s)",
        [
            case[0], record[0], record[1], json.dumps([{"what": "Note", "now": "", "after": "note"}]),
            json.dumps(command), json.dumps([{"field": "invoice_refs"}]), f"{n:064d}", opened,
            "open" if is_open else "rejected",
        ],
    )  # fmt: skip


@contextmanager
def _database() -> Iterator[str]:
    from app import migrations
    from workers import engines

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "logs").mkdir()
        started = engines.start_postgres(Path(folder), port=engines.free_port(), password="measuring")  # noqa: S106 - for a minute
        try:
            migrations.upgrade(started.url)
            yield started.url
        finally:
            started.process.send_signal(signal.SIGINT)  # do not wait for who is connected
            started.process.wait(30)


@contextmanager
def _served(url: str) -> Iterator[str]:
    import httpx

    from workers import engines

    port = engines.free_port()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(url, port), daemon=True)
    server.start()
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{address}/healthz")
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        else:
            raise SystemExit("The web app did not start.")
        yield address
    finally:
        server.terminate()
        server.join(10)


def _serve(url: str, port: int) -> None:
    import uvicorn

    from app.config import Settings
    from app.db import Database
    from app.decisions import approval_matrix
    from app.main import create_app
    from app.migrations import tables  # noqa: F401 - foreign keys name tables of other stages

    settings = Settings(countersign_secret_key="k" * 40, countersign_odoo_secret=SECRET)  # type: ignore[arg-type]
    app = create_app(settings, Database(url), approval_matrix.load(), odoo=None)
    gc.collect()
    gc.freeze()  # as the product's web process does (workers/web.py)
    uvicorn.run(app, port=port, log_level="warning")


if __name__ == "__main__":
    main()
