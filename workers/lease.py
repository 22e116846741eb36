"""Keeping a lease while the work goes on, so that a dead worker's lease ends soon and a live one's never does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db import Database

log = logging.getLogger(__name__)


@contextmanager
def kept(database: Database, renew: Callable[[Session], None], *, every: float) -> Iterator[None]:
    """Call `renew` every so many seconds, in a transaction of its own, until the block ends.

    A database that is away for a moment is no reason to stop: what was done is checked again when it is stored.
    """
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(every):
            try:
                with database.transaction() as session:
                    renew(session)
            except OperationalError as error:
                log.warning("a lease could not be renewed (%s)", type(error).__name__)

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
