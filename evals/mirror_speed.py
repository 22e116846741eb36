"""How fast Odoo is mirrored: `python -m evals.mirror_speed --url … --db … --key … --odoo-database postgresql://…`.

Fills a throw-away, seeded Odoo database with many timesheets and invoices by SQL (copies of those that are there, with
hours, dates and people drawn at random from `--seed`), mirrors it into an empty PostgreSQL of its own, then once more
with nothing new, once after a few changes, and prints JSON. Never let it near a database that anybody needs.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from app.odoo.answers import AddonMissing
from app.odoo.json2 import Json2Odoo

TIMESHEETS, INVOICES = 100_000, 10_000
GENERATED = "GEN/"
"""What the numbers of generated invoices begin with."""


class Counting(Json2Odoo):
    """Counts what goes over the wire."""

    requests = 0
    is_plain = False

    def ask_addon(self, question: str, **arguments: Any) -> Any:
        if self.is_plain:
            raise AddonMissing("left out for this measurement")
        return super().ask_addon(question, **arguments)

    def _once(self, *arguments: Any) -> Any:
        self.requests += 1
        return super()._once(*arguments)


def generate(address: str, *, timesheets: int = TIMESHEETS, invoices: int = INVOICES, seed: int = 1) -> None:
    """Add so many records, spread over the last year; the same seed and database give the same records."""
    with psycopg.connect(address) as odoo:
        odoo.execute("select setseed(%s)", [seed % 1000 / 1000])
        _invoices(odoo, invoices)
        _timesheets(odoo, timesheets)
        odoo.commit()
        odoo.autocommit = True
        odoo.execute("analyze account_move, account_move_line, account_analytic_line")


def _invoices(odoo: psycopg.Connection, count: int) -> None:
    """Copies of posted customer invoices with their lines, taxes and links to orders."""
    _draw(odoo, "account_move", "move_type = 'out_invoice' and state = 'posted'", count, into="drawn_move")
    _copy(
        odoo, "account_move", "drawn_move",
        name=f"'{GENERATED}' || m.new_id", sequence_prefix=f"'{GENERATED}'", sequence_number="m.new_id",
        invoice_date="m.worked_on", date="m.worked_on", invoice_date_due="m.worked_on + 30",
        create_date="m.changed_at", write_date="m.changed_at",
    )  # fmt: skip
    odoo.execute(
        "create temp table drawn_line on commit drop as select nextval('account_move_line_id_seq')::int as new_id, "
        "l.id as old_id, m.new_id as move_id, m.changed_at, m.worked_on "
        "from drawn_move m join account_move_line l on l.move_id = m.old_id order by m.new_id, l.id"
    )
    _copy(
        odoo, "account_move_line", "drawn_line",
        move_id="m.move_id", move_name=f"'{GENERATED}' || m.move_id", date="m.worked_on", invoice_date="m.worked_on",
        create_date="m.changed_at", write_date="m.changed_at", full_reconcile_id="null", matching_number="null",
    )  # fmt: skip
    odoo.execute(
        "insert into account_move_line_account_tax_rel (account_move_line_id, account_tax_id) select m.new_id, "
        "r.account_tax_id from drawn_line m "
        "join account_move_line_account_tax_rel r on r.account_move_line_id = m.old_id"
    )
    odoo.execute(
        "insert into sale_order_line_invoice_rel (invoice_line_id, order_line_id) select m.new_id, r.order_line_id "
        "from drawn_line m join sale_order_line_invoice_rel r on r.invoice_line_id = m.old_id"
    )


def _timesheets(odoo: psycopg.Connection, count: int) -> None:
    """Copies of timesheets with other days, hours and people; half of them carried by a generated invoice."""
    _draw(odoo, "account_analytic_line", "project_id is not null", count, into="drawn_sheet")
    odoo.execute(
        "create temp table person on commit drop as select row_number() over (order by id) - 1 as n, id "
        "from hr_employee"
    )
    odoo.execute(
        "create temp table carrier on commit drop as select row_number() over (order by id) - 1 as n, id, company_id "
        "from account_move where name like 'GEN/%'"
    )
    _copy(
        odoo, "account_analytic_line", "drawn_sheet",
        date="m.worked_on", unit_amount="(1 + floor(m.luck * 16)) / 2.0", create_date="m.changed_at",
        write_date="m.changed_at",
        employee_id="(select p.id from person p where p.n = m.new_id % (select count(*) from person))",
        timesheet_invoice_id="case when m.luck < 0.5 then (select c.id from carrier c "
        "where c.n = m.new_id % (select count(*) from carrier) and c.company_id = t.company_id) end",
    )  # fmt: skip


def _draw(odoo: psycopg.Connection, table: str, where: str, count: int, *, into: str) -> None:
    """Which record each new one is a copy of, its id, day and moment of change."""
    odoo.execute(
        sql.SQL(
            "create temp table {into} on commit drop as with model as (select array_agg(id order by id) as ids from "
            "{table} where {where}), lot as (select n, random() as a, random() as luck, random() as b from "
            "generate_series(1, {count}) n) select nextval({sequence})::int as new_id, "
            "ids[1 + floor(a * array_length(ids, 1))] as old_id, luck, "
            "(current_date - 1 - floor(b * 365)::int) as worked_on, "
            "(now() at time zone 'UTC') - interval '1 day' - b * interval '365 days' as changed_at from lot, model"
        ).format(
            into=sql.Identifier(into),
            table=sql.Identifier(table),
            count=sql.Literal(count),
            sequence=sql.Literal(f"{table}_id_seq"),
            where=sql.SQL(where),
        )
    )


def _copy(odoo: psycopg.Connection, table: str, drawn: str, **other: str) -> None:
    columns = [
        row[0]
        for row in odoo.execute(
            "select column_name from information_schema.columns where table_name = %s and table_schema = 'public'",
            [table],
        )
    ]
    values: Mapping[str, str] = {"id": "m.new_id", **{name: text for name, text in other.items() if name in columns}}
    odoo.execute(
        sql.SQL(
            "insert into {table} ({columns}) select {values} from {drawn} m join {table} t on t.id = m.old_id"
        ).format(
            table=sql.Identifier(table),
            drawn=sql.Identifier(drawn),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(
                sql.SQL(values[name]) if name in values else sql.Identifier("t", name) for name in columns
            ),
        )
    )


def change_some(address: str) -> None:
    """Change a hundred timesheets and delete fifty that no invoice carries."""
    with psycopg.connect(address) as odoo:
        odoo.execute(
            "update account_analytic_line set unit_amount = unit_amount + 0.5, write_date = now() at time zone 'UTC' "
            "where id in (select id from account_analytic_line where project_id is not null "
            "order by md5(id::text) limit 100)"
        )
        odoo.execute(
            "delete from account_analytic_line where id in (select id from account_analytic_line "
            "where project_id is not null and timesheet_invoice_id is null order by md5(id::text) desc limit 50)"
        )


def measure(odoo: Counting, address: str, odoo_address: str = "") -> dict[str, Any]:
    """Mirror into the empty database at `address`: a first run, one with nothing new, and one with some changes."""
    from app import migrations
    from app.clock import now
    from app.db import Database
    from app.migrations import tables  # noqa: F401 - the tables of every stage
    from app.mirror.sync import Progress, sync

    migrations.upgrade(address)
    database = Database(address)
    companies = odoo.companies()
    memory: list[float] = []

    def say(_: Progress) -> None:
        memory.append(_megabytes())

    found: dict[str, Any] = {}
    for name in ("first", "nothing_new", *(["some_changes"] if odoo_address else [])):
        if name == "some_changes":
            change_some(odoo_address)
        odoo.requests, began = 0, time.perf_counter()
        report = sync(database, odoo, companies=companies, at=now(), say=say)
        seconds = time.perf_counter() - began
        records = sum(report.read.values())
        found[name] = {
            "records": records, "seconds": round(seconds, 2), "requests": odoo.requests,
            "changed": sum(report.changed.values()), "removed": sum(report.removed.values()), "exact": report.is_exact,
        }  # fmt: skip
        if name == "first":
            found[name] |= {"records_per_second": round(records / seconds), "by_model": dict(report.read)}
    eighth = max(1, len(memory) // 8)
    found["memory_mb"] = {"after_an_eighth": memory[eighth - 1], "at_most": max(memory, default=_megabytes())}
    database.dispose()
    return found


def _megabytes() -> float:
    """The most memory this process ever held."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the mirror against a real Odoo 19 with many records.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--db", required=True)
    parser.add_argument("--key", required=True, help="the service user's API key")
    parser.add_argument(
        "--odoo-database", default="", help="PostgreSQL address of Odoo's own database: records are added there"
    )
    parser.add_argument("--plain", action="store_true", help="as if the addon were missing")
    parser.add_argument("--timesheets", type=int, default=TIMESHEETS)
    parser.add_argument("--invoices", type=int, default=INVOICES)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.odoo_database:
        generate(chosen.odoo_database, timesheets=chosen.timesheets, invoices=chosen.invoices, seed=chosen.seed)

    from workers import engines

    with tempfile.TemporaryDirectory(prefix="countersign-speed-") as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        started = engines.start_postgres(folder, port=engines.free_port(), password="measuring")  # noqa: S106 - for an hour
        try:
            with Counting(chosen.url, chosen.db, chosen.key, timeout=120) as odoo:
                odoo.is_plain = chosen.plain
                print(json.dumps(measure(odoo, started.url, chosen.odoo_database), indent=2))
        finally:
            started.process.terminate()
            started.process.wait()


if __name__ == "__main__":
    main()
