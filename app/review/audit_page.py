"""The trail for auditors and controllers: events found and exported, whether it holds, and why a record changed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.assessments.findings import RecordRef
from app.audit import checkpoints, search, trail
from app.audit.models import AuditEvent
from app.audit.search import Wanted
from app.clock import now
from app.db import Database
from app.errors import Malformed, Misconfigured
from app.review import audit_words, figures, history, odoo_links, wording
from app.review.areas import require
from app.review.languages import _, reader
from app.review.sessions import SignedIn
from app.review.shell import page, shell
from app.users.models import User
from app.users.people import names_by_email
from app.writebacks import changes_of

router = APIRouter()
SOFTWARE = "software"
MOST_PEOPLE = 300
"""People who are offered to choose from; anybody can be found by name or address."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("id", "at_utc", "case", "seq", "actor", "name", "action", "content", "previous_hash", "hash")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as it was written, and what that means."""

    case: str
    person: str
    kind: str
    since: str
    until: str
    wanted: Wanted
    nobody: bool

    def query(self, **more: str) -> str:
        """The address's query for the same events."""
        said = {"case": self.case, "person": self.person, "kind": self.kind, "from": self.since, "to": self.until}
        found = {k: v for k, v in (said | more).items() if v}
        return f"?{urlencode(found)}" if found else ""


@dataclass(frozen=True, slots=True)
class EventShown:
    """An event in words, with what it holds."""

    event: AuditEvent
    who: str
    by_person: bool
    what: str
    sentence: str
    detail: str
    content: str


@router.get("/audit")
def audit(request: Request, visit: SignedIn) -> HTMLResponse:
    """Events, the newest first."""
    require(visit.person, "audit")
    at = now()
    with request.app.state.database.transaction() as session:
        asked = _asked(session, request)
        below = _number(request, "below")
        found = search.page(session, asked.wanted, below=below) if not asked.nobody else search.EventPage((), 0)
        case_id = asked.wanted.case_id
        context = {
            "asked": asked, "events": _shown(session, found.events), "groups": audit_words.group_words(),
            "next": f"/audit{asked.query(below=str(found.next_id))}" if found.next_id else "", "is_first": not below,
            "chain": search.chain(session, case_id) if case_id is not None else None,
            "sealed": search.last_sealed(session), "people": _people(session), "software": SOFTWARE,
        }  # fmt: skip
        return page(request, "audit.html", context, around=shell(session, request, visit, at=at))


@router.get("/audit.csv")
def export(request: Request, visit: SignedIn) -> StreamingResponse:
    """The same events as a file, oldest first, with their hashes. Who took it is recorded."""
    require(visit.person, "audit")
    database: Database = request.app.state.database
    at = now()
    with database.transaction() as session:
        asked = _asked(session, request)
        trail.record(
            session, "audit.exported", actor=visit.person.email, at=at, case=asked.case, person=asked.person,
            kind=asked.kind, since=asked.since, until=asked.until,
        )  # fmt: skip
        names = {u.email: u.name for u in session.execute(select(User)).scalars()}
    headers = {
        "content-disposition": f'attachment; filename="countersign-audit-{at:%Y-%m-%d-%H%M}.csv"',
        "cache-control": "no-store",
    }
    rows = _csv(database, None if asked.nobody else asked.wanted, names)
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/audit/verification")
def verification(request: Request, visit: SignedIn) -> HTMLResponse:
    """Recompute every chain and checkpoint, and say where the first link is broken."""
    require(visit.person, "audit")
    key = request.app.state.settings.countersign_secret_key.get_secret_value().encode()
    begun = now()
    with request.app.state.database.snapshot() as snapshot:
        found = checkpoints.verify(snapshot, key=key)
    ended = now()
    with request.app.state.database.transaction() as session:
        context = {"found": found, "seconds": (ended - begun).total_seconds(), "begun": begun}
        return page(request, "audit_verification.html", context, around=shell(session, request, visit, at=ended))


@router.get("/audit/change")
def change(request: Request, visit: SignedIn) -> HTMLResponse:
    """Why a record in Odoo changed: what was written, who decided it, under which rule, on which evidence."""
    require(visit.person, "audit")
    called = _one(request, "record").strip()
    with request.app.state.database.transaction() as session:
        records = changes_of.records(session, called)
        made = changes_of.changes(session, records)
        context = {
            "called": called, "records": records, "changes": made, "rules": _rules(request), "words_of": wording,
            "link": lambda r: odoo_links.link(
                request.app.state.settings.odoo_url, RecordRef(r.model, r.id, r.name)
            ),
            "quotes": _quotes, "most": changes_of.MOST_CHANGES,
        }  # fmt: skip
        return page(request, "audit_change.html", context, around=shell(session, request, visit, at=now()))


# -- asking ---------------------------------------------------------------------------------------------------------


def _asked(session: Session, request: Request) -> Asked:
    case, person, kind, since, until = (
        _one(request, name).strip() for name in ("case", "person", "kind", "from", "to")
    )
    if case and not (case.isascii() and case.isdecimal() and len(case) < 19):
        raise Malformed(_("“%(said)s” is no number of a case. Write it as 4827.", said=case[:40]))
    actors = _actors(session, person)
    actions = audit_words.actions_of(kind) if kind else ()
    if kind and not actions:
        raise Malformed(_("There are no events of the kind “%(kind)s”. Choose one from the list.", kind=kind[:40]))
    first, last = _day(since), _day(until)
    wanted = Wanted(
        case_id=int(case) if case else None, actors=actors, actions=actions,
        since=_midnight(first) if first else None,
        before=_midnight(last + timedelta(days=1)) if last else None,
    )  # fmt: skip
    return Asked(case, person, kind, since, until, wanted, nobody=bool(person) and not actors)


def _actors(session: Session, person: str) -> tuple[str, ...]:
    """Who is meant: a person by name or address (part of a name is enough), or software by what it is called."""
    if not person:
        return ()
    if "@" not in person and (person == SOFTWARE or ":" in person):
        return (person,)
    pattern = f"%{person.replace(chr(92), chr(92) * 2).replace('%', chr(92) + '%').replace('_', chr(92) + '_')}%"
    query = select(User.email).where(or_(User.email == person.casefold(), User.name.ilike(pattern))).limit(50)
    found = tuple(session.execute(query).scalars())
    return found or ((person.casefold(),) if "@" in person else ())


def _people(session: Session) -> list[User]:
    return list(session.execute(select(User).order_by(User.name).limit(MOST_PEOPLE)).scalars())


def _midnight(day: date) -> datetime:
    """The beginning of a day where the person is, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=reader().tz).astimezone(UTC)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Malformed(_("“%(said)s” is no day. Write it as 2026-11-20.", said=text[:40])) from None
    if not 1970 <= found.year <= 9000:
        raise Malformed(_("“%(said)s” is no day. Write it as 2026-11-20.", said=text[:40]))
    return found


def _one(request: Request, name: str) -> str:
    return parse_qs(request.url.query, max_num_fields=20).get(name, [""])[0][:300].replace("\x00", "")


def _number(request: Request, name: str) -> int:
    text = _one(request, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


# -- showing --------------------------------------------------------------------------------------------------------


def _shown(session: Session, events: tuple[AuditEvent, ...]) -> list[EventShown]:
    names = names_by_email(session, {e.actor for e in events if "@" in e.actor})
    shown = []
    for event in events:
        line = next(iter(history.lines([event], names)), None)
        what = audit_words.action_word(event.action)
        shown.append(
            EventShown(
                event,
                names.get(event.actor, event.actor) if "@" in event.actor else event.actor,
                "@" in event.actor,
                what,
                _besides(event, line.sentence) if line is not None else "",
                figures.short(line.detail, 220) if line is not None else "",
                json.dumps(event.content, ensure_ascii=False, indent=1, sort_keys=True),
            )
        )
    return shown


def _besides(event: AuditEvent, sentence: str) -> str:
    """What the history says of an event, unless it only spells its code out."""
    said = event.action.replace(".", " ").replace("_", " ")
    return "" if sentence == said else figures.short(sentence, 220)


def _rules(request: Request) -> dict[str, str]:
    """What the rules of the policy in force say, by their ids; a rule of an earlier policy may be missing."""
    try:
        return {str(rule["id"]): str(rule["says"]) for rule in request.app.state.policy.content["rules"]}
    except (KeyError, TypeError) as error:
        raise Misconfigured("The policy in force has no rules that can be read.") from error


def _quotes(evidence: list[dict[str, Any]]) -> list[str]:
    """What a change rested on, in short: fields, sentences and how many records."""
    found = []
    for one in evidence[:12]:
        said = str(one.get("text") or one.get("quote") or one.get("field") or "")
        records = len(one.get("records") or ())
        found.append(f"{figures.short(said, 120)} ({records})" if records else figures.short(said, 120))
    return [text for text in found if text]


# -- the file -------------------------------------------------------------------------------------------------------


def _csv(database: Database, wanted: Wanted | None, names: dict[str, str]) -> Iterator[str]:
    """The file in portions. A cell that a spreadsheet would take for a formula is made text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    if wanted is not None:
        with database.snapshot() as session:
            for count, event in enumerate(search.every(session, wanted), 1):
                writer.writerow([_cell(value) for value in _values(event, names)])
                if count % 500 == 0:
                    yield _taken(buffer)
    yield _taken(buffer)


def _values(event: AuditEvent, names: dict[str, str]) -> tuple[str, ...]:
    return (
        str(event.id), event.at.astimezone(UTC).isoformat(timespec="microseconds"), str(event.case_id),
        str(event.seq), event.actor, names.get(event.actor, ""), event.action,
        json.dumps(event.content, ensure_ascii=False, sort_keys=True), event.previous_hash, event.hash,
    )  # fmt: skip


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
