"""Keeping a lease while the work goes on, and giving it back when the work fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import Database

log = logging.getLogger(__name__)


@contextmanager
def kept(database: Database, renew: Callable[[Session], None], *, every: float) -> Iterator[None]:
    """Call `renew` every so many seconds, in a transaction of its own, until the block ends.

    So a dead worker's lease ends soon and a live one's never does. A database that is away for a moment is no reason
    to stop: what was done is checked again when it is stored.
    """
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(every):
            try:
                with database.transaction() as session:
                    renew(session)
            except SQLAlchemyError as error:  # away, or no connection free: the next beat may have more luck
                log.warning("a lease could not be renewed (%s)", type(error).__name__)

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def given_back(database: Database, give_back: Callable[[Session, str], None]) -> Iterator[None]:
    """When the block raises, call `give_back` with the name of the error, in a transaction of its own, and raise on.

    With the database away the lease ends by its time instead.
    """
    try:
        yield
    except Exception as error:
        try:
            with database.transaction() as session:
                give_back(session, type(error).__name__)
        except OperationalError as away:
            log.warning("a lease could not be given back (%s); it ends by its time", type(away).__name__)
        raise
