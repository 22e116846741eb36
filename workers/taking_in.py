"""Taking in files by hand, and waiting for their assessment."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select

from app.cases.intake import TakenIn, take_in
from app.cases.models import CaseStep
from app.clock import now
from app.jobs import send_nudges_with
from app.sources.incoming import Incoming
from workers.wiring import Parts

WAIT = 600.0
"""Seconds that waiting for assessments lasts at most."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file: where it was taken in, or in words why it was not."""

    path: Path
    taken: TakenIn | None
    error: str = ""


def files_below(paths: Iterable[Path]) -> Iterator[Path]:
    """Files named, and those in folders named, in order of their path; hidden ones are left out."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        else:
            yield path


def ingest_files(p: Parts, files: Iterable[Path], *, delivery: str = "") -> Iterator[Ingested]:
    """Store each file and open its case, one transaction each, so that an interruption loses nothing taken before.

    Each call is a delivery of its own unless `delivery` names one: a file that an earlier one brought came again, and
    its case says so.
    """
    from workers.celery_app import send

    send_nudges_with(send)
    delivery = delivery or str(uuid4())
    for path in files:
        try:
            content = path.read_bytes()
        except OSError as error:
            yield Ingested(path, None, f"The file cannot be opened: {error.strerror}.")
            continue
        arrival = Incoming(content, path.name, "upload", f"{path.resolve()}#{delivery}", now())
        with p.database.transaction() as session:
            taken = take_in(session, arrival)
        yield Ingested(path, taken)


def wait_until_assessed(p: Parts, cases: list[int], *, within: float = WAIT) -> Iterator[int]:
    """How many of the cases have no machine work left, until all or the time (seconds) is over."""
    wanted = sorted(set(cases))
    deadline = time.monotonic() + within
    while True:
        with p.database.transaction() as session:
            busy = session.execute(
                select(func.count(func.distinct(CaseStep.case_id))).where(
                    CaseStep.case_id.in_(wanted), CaseStep.state.in_(("waiting", "leased"))
                )
            ).scalar_one()
        yield len(wanted) - busy
        if not busy or time.monotonic() > deadline:
            return
        time.sleep(0.2)
