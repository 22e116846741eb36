"""The database: base of all tables, engine, and the scope of a transaction. PostgreSQL only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import URL, DateTime, Engine, MetaData, Numeric, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

CONNECT_WITHIN = 10
"""Seconds for a server to take a connection; `?connect_timeout=` in its address says otherwise."""


class Base(DeclarativeBase):
    """Every table. Times are aware (UTC), amounts Numeric(18, 4) beside a currency, structures JSONB."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute
        datetime: DateTime(timezone=True),
        Decimal: Numeric(18, 4),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for a PostgreSQL address (`postgresql://…`); connects on first use."""
    engine = create_engine(in_time(url), pool_size=pool_size, max_overflow=10, pool_pre_ping=True, hide_parameters=True)
    event.listen(engine, "connect", _in_utc)
    return engine


def _in_utc(connection: Any, _: object) -> None:
    """Times are told in UTC, whatever zone the server was set up in."""
    connection.execute("set time zone 'UTC'")
    connection.commit()


def in_time(url: str) -> URL:
    """The address with how long it may take to connect, so that a dead server is told in seconds."""
    address = make_url(url)
    if "connect_timeout" in address.query:
        return address
    return address.update_query_dict({"connect_timeout": str(CONNECT_WITHIN)})


class Database:
    """An engine and its sessions; one per process, built at the edge."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.engine = connect(url, pool_size=pool_size)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back when anything is raised."""
        from app.jobs import run_after_commit

        with self._sessions() as session:
            with session.begin():
                yield session
            run_after_commit(session)

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that reads one moment of the database, whatever others write meanwhile, and changes nothing."""
        with self._sessions() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def alone(self, lock: int, *, wait: float = 0.0) -> Iterator[bool]:
        """Whether nobody else has the lock of this number, at the latest after so many seconds; it ends with the block
        or with this process."""
        until = time.monotonic() + wait
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while True:
                is_ours = bool(connection.scalar(text("select pg_try_advisory_lock(:lock)"), {"lock": lock}))
                if is_ours or time.monotonic() >= until:
                    break
                time.sleep(0.25)
            try:
                yield is_ours
            finally:
                if is_ours:
                    connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": lock})

    def dispose(self) -> None:
        self.engine.dispose()
