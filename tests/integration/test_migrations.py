"""The database's history goes forth and back, and ends in what the code says."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, pool, select

from app import migrations
from app.audit import trail
from app.cases.models import Case, CaseNews
from app.db import Base, Database
from app.migrations import tables
from app.senders import kept
from app.senders.checked import Checked, Sign
from tests.builders import NOW, a_case
from tests.web import case_document

REVISIONS = [r.revision for r in ScriptDirectory(str(migrations.__path__[0])).walk_revisions()][::-1]
"""The oldest first."""


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """A database without anything in it."""
    server, _, _ = postgres_url.rpartition("/")
    name = f"migrations_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)')
        connection.execute(f'create database "{name}"')
        yield f"{server}/{name}"
        connection.execute(f'drop database "{name}" with (force)')


def left_in(url: str) -> tuple[list[str], list[str]]:
    """(tables, functions) of ours."""
    with psycopg.connect(url) as connection:
        functions = connection.execute("select proname from pg_proc where proname like 'countersign%'").fetchall()
    engine = create_engine(url, poolclass=pool.NullPool)
    names = [name for name in inspect(engine).get_table_names() if name != "alembic_version"]
    return sorted(names), sorted(name for (name,) in functions)


def test_up_down_and_up_again_step_by_step(empty_url: str) -> None:
    migrations.upgrade(empty_url)
    up = left_in(empty_url)
    assert up[0] == sorted(table.name for table in Base.metadata.sorted_tables)
    for revision in [*REVISIONS[-2::-1], "base"]:
        migrations.downgrade(empty_url, revision)
    assert left_in(empty_url) == ([], [])
    migrations.upgrade(empty_url)
    assert left_in(empty_url) == up
    migrations.upgrade(empty_url)  # nothing to do is no error


def test_the_database_is_what_the_code_says(empty_url: str) -> None:
    assert tables is not None  # every table is known now
    migrations.upgrade(empty_url)
    engine = create_engine(empty_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_marks_of_mails_are_found_for_what_was_there_before(empty_url: str) -> None:
    migrations.upgrade(empty_url)
    database = Database(empty_url)
    with database.transaction() as session:
        with_mail, seen, failed = (a_case(session, content=text).id for text in (b"one", b"two", b"three"))
        for case_id in (with_mail, seen):
            told = {"mail_case": 70, "how": "continues"}
            trail.record(session, "case.continued", case_id=case_id, actor="software", at=NOW, **told)
        trail.record(session, "news.seen", case_id=seen, actor="ines@firm.example", at=NOW)
        checked = Checked("customer.example", (Sign("several_senders"),))
        kept.keep(session, case_document(session, session.get_one(Case, failed)), checked, at=NOW)
    database.dispose()
    migrations.downgrade(empty_url, "0025")
    migrations.upgrade(empty_url)
    with database.transaction() as session:
        assert session.execute(select(CaseNews.case_id, CaseNews.mail_case)).all() == [(with_mail, 70)]
        assert session.execute(select(Case.id).where(Case.has_failed_sender)).scalars().all() == [failed]
    database.dispose()


def test_the_newest_revision_is_known_without_a_database() -> None:
    assert migrations.newest() == REVISIONS[-1]


def test_every_constraint_has_a_name(empty_url: str) -> None:
    migrations.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        rows = connection.execute(
            "select conname from pg_constraint where connamespace = 'public'::regnamespace and contype in ('c', 'f', "
            "'p', 'u') and conrelid::regclass::text <> 'alembic_version'"
        ).fetchall()
    odd = [name for (name,) in rows if not name.startswith(("ck_", "fk_", "pk_", "uq_"))]
    assert odd == []
