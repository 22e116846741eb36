"""New cases without a reload: how many came into a list since its page was made, said to whoever has it open.

One look per process and moment, however many pages are open: while anybody listens, the number of the newest event of
the trail is read every two seconds, and only when it has moved does each open list count for itself. What is sent is a
sentence with a count; the cases themselves come when the person asks for them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.audit.models import AuditEvent
from app.cases import queries
from app.cases.models import Case
from app.cases.queries import Filter
from app.db import Database
from app.review import figures
from app.review.languages import ngettext
from app.review.list_state import ListState
from app.review.sessions import SignedIn

router = APIRouter()

EVERY_SECONDS = 2.0
SILENCE_SECONDS = 20.0
"""After so long without news a comment is sent, so that proxies keep the line and a closed page is noticed."""
LONGEST_SECONDS = 600.0
"""The page then connects anew, which asks again who it is."""
_UNREAD = 200
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page stood when it was made: cases above `after` are looked at, and `had` of them were there already."""

    after: int
    had: int

    @property
    def query(self) -> str:
        return f"after={self.after}&had={self.had}"


def mark(session: Session, wanted: Filter) -> Mark:
    """The mark of a list now. Below it are the cases that are being read, which may come into the list later."""
    newest = session.execute(select(func.max(Case.id))).scalar_one() or 0
    unread = select(Case.id).where(Case.state == "received").order_by(Case.id.desc()).limit(_UNREAD).subquery()
    oldest = session.execute(select(func.min(unread.c.id))).scalar_one()
    after = min(newest, oldest - 1) if oldest is not None else newest
    return Mark(after, _above(session, wanted, after))


def come_since(session: Session, wanted: Filter, since: Mark) -> int:
    """How many cases have come into the list since then, counted to a thousand."""
    return max(0, _above(session, wanted, since.after) - since.had)


def _above(session: Session, wanted: Filter, after: int) -> int:
    return queries.counts(session, [replace(wanted, after=after)])[0]


class Watch:
    """Whether anything has happened, looked at once for all who listen in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looking = asyncio.Lock()
        self._looked_at = 0.0
        self._newest = 0

    async def newest(self) -> int:
        """The number of the newest event, at most two seconds old."""
        async with self._looking:
            if time.monotonic() - self._looked_at >= EVERY_SECONDS:
                self._newest = await run_in_threadpool(self._look)
                self._looked_at = time.monotonic()
        return self._newest

    def _look(self) -> int:
        with self._database.transaction() as session:
            return int(session.execute(select(func.max(AuditEvent.id))).scalar_one() or 0)


def watch_of(request: Request) -> Watch:
    """The watch of this process."""
    state = request.app.state
    if not hasattr(state, "watch"):
        state.watch = Watch(state.database)
    watch: Watch = state.watch
    return watch


@router.get("/inbox/events")
async def events(request: Request, visit: SignedIn) -> StreamingResponse:
    """The count of new cases of a list, as server-sent events named `new`: a sentence, empty when there are none."""
    wanted = ListState.of(request.url.query, visit.person)
    since = Mark(_number(request, "after"), _number(request, "had"))
    return StreamingResponse(
        _told(request, replace(wanted, cursor="").filter, since), media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )  # fmt: skip


async def _told(request: Request, wanted: Filter, since: Mark) -> AsyncIterator[str]:
    watch, database = watch_of(request), request.app.state.database
    began = spoke = time.monotonic()
    seen, said = -1, 0
    yield f"retry: {int(EVERY_SECONDS * 1000)}\n\n"
    while time.monotonic() - began < LONGEST_SECONDS:
        newest = await watch.newest()
        if newest != seen:
            seen = newest
            count = await run_in_threadpool(_count, database, wanted, since)
            if count != said:
                said, spoke = count, time.monotonic()
                yield f"event: new\ndata: {label(count)}\n\n"
        if time.monotonic() - spoke >= SILENCE_SECONDS:
            spoke = time.monotonic()
            yield ": nothing new\n\n"
        if await request.is_disconnected():
            return
        await asyncio.sleep(EVERY_SECONDS)


def _count(database: Database, wanted: Filter, since: Mark) -> int:
    with database.transaction() as session:
        return come_since(session, wanted, since)


def label(count: int) -> str:
    """`2 new cases`; empty for none."""
    return ngettext("%(count)s new case", "%(count)s new cases", count, count=figures.counted(count)) if count else ""


def _number(request: Request, name: str) -> int:
    said = request.query_params.get(name, "")
    return min(int(said), _LARGEST) if said.isascii() and said.isdigit() and len(said) < 20 else 0
