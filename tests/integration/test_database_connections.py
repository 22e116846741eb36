"""A database server that is dead is told in seconds, not in minutes."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from app import db
from app.db import Database


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_that_does_not_answer_is_given_up(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "CONNECT_WITHIN", 2)
    database = Database(f"postgresql://u:p@127.0.0.1:{silent}/countersign")
    with pytest.raises(OperationalError, match="timeout"), database.transaction() as session:
        session.connection()
    database.dispose()


def test_its_address_may_say_how_long(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "CONNECT_WITHIN", 3600)
    database = Database(f"postgresql://u:p@127.0.0.1:{silent}/countersign?connect_timeout=2")
    with pytest.raises(OperationalError, match="timeout"), database.transaction() as session:
        session.connection()
    database.dispose()


def test_one_that_answers_is_worked_with_as_ever(database: Database) -> None:
    assert database.engine.url.query["connect_timeout"] == str(db.CONNECT_WITHIN)
    with database.transaction() as session:
        assert session.connection().exec_driver_sql("select 1").scalar_one() == 1


def test_times_are_told_in_utc_whatever_zone_the_server_is_set_up_in(
    database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGTZ", "Pacific/Auckland")
    elsewhere = Database(postgres_url)
    with elsewhere.transaction() as session:
        told = session.connection().exec_driver_sql("select timestamptz '2026-11-20 09:30+00'").scalar_one()
    elsewhere.dispose()
    assert f"{told:%Y-%m-%d %H:%M}" == "2026-11-20 09:30"
