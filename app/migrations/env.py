"""Alembic's environment: the address comes from `app.migrations.upgrade` or DATABASE_URL."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine, pool, text

from app.db import Base, in_time
from app.migrations import tables  # noqa: F401 - every table must be known to the metadata

ADVISORY_LOCK = 7_202_611
"""Two processes that start at once migrate one after the other."""

url = context.config.attributes.get("url") or os.environ.get("DATABASE_URL")
if not url:
    raise SystemExit("DATABASE_URL is not set: say which database to migrate.")
engine = create_engine(in_time(url), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        connection.execute(text(f"select pg_advisory_xact_lock({ADVISORY_LOCK})"))
        context.run_migrations()
