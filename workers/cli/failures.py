"""What went wrong, as a sentence for the person at the terminal."""

from __future__ import annotations

import sys

from app.errors import CountersignError

_BUSY = ("40001", "40P01", "55P03")
"""PostgreSQL's codes for work that was in the way of other work."""
_NO_TABLES = "42P01"
_NO_ROOM = ("53100", "53200")


def sentence_for(error: Exception) -> str | None:
    """The sentence for an error that can be expected; None for one nobody foresaw, which deserves its traceback."""
    if isinstance(error, CountersignError):
        return error.message
    exc = sys.modules.get("sqlalchemy.exc")  # an error of a library that was never imported cannot have happened
    if exc is not None and isinstance(error, exc.DBAPIError):
        return _of_database(error)
    return None


def _of_database(error: Exception) -> str | None:
    from sqlalchemy.exc import InterfaceError, OperationalError

    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    if code in _BUSY:
        return "The database was busy with something else. Nothing was changed by this; try again."
    if code in _NO_ROOM:
        return "There is no room left on the database's disk. Nothing was changed by this; have it enlarged."
    if code == _NO_TABLES:
        return "The database has no tables yet. Start Countersign once with: countersign up"
    if isinstance(error, OperationalError | InterfaceError):
        return (
            f"PostgreSQL does not answer{_where()}. Start the engines with: countersign up. What was stored before is "
            "safe; see what works with: countersign doctor"
        )
    return None


def _where() -> str:
    """Host and port of the database, without the password."""
    from urllib.parse import urlsplit

    from app import config

    address = urlsplit(config.load().database_url.get_secret_value())
    return f" at {address.hostname}:{address.port or 5432}" if address.hostname else ""
