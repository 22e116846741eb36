"""Mailboxes over the API: how it goes with each, the connection test, pausing, taking in old mail. For administrators.

Reading needs the scope read, everything else the scope admin; both a key of an administrator.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.keys import DbSession, MayAdminister, MayRead
from app.api.problems import responses
from app.clock import now
from app.mailboxes import administration, testing
from app.mailboxes.models import Backfill, Mailbox
from app.mailboxes.standing import Standing, standing_of, standings

router = APIRouter(prefix="/mailboxes", tags=["mailboxes"])
Name = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,39}$", description="The mailbox's short name.")]


class OldMail(BaseModel):
    """Old mail that is taken in beside the new."""

    id: int
    folder: str
    since: date
    per_minute: int
    done: int
    total: int | None = Field(description="How many messages there are; null until they were counted.")
    asked_at: datetime
    ended_at: datetime | None
    failure: str = Field(description="Why it ended early, or what could not be read; empty when nothing went wrong.")


class MailboxLine(BaseModel):
    """A mailbox and how it goes with it. No credential is ever shown."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "billing", "kind": "imap", "address": "billing@marlowvoss.example", "state": "fails",
                "is_default_for_sending": True, "company_id": 1, "language": "de", "team": "",
                "seen_at": "2026-11-20T09:13:00Z", "last_message_at": "2026-11-20T09:12:00Z",
                "last_lag_seconds": 0.4, "taken_in": 1204, "came_again": 3, "not_taken_in": 0, "to_move": 0,
                "failures": 1, "failing_since": "2026-11-20T09:14:00Z", "old_mail": [],
                "failure": "The connection to imap.marlowvoss.example:993 was lost. It is opened again by itself.",
            }
        }
    )  # fmt: skip

    name: str
    kind: Literal["imap", "maildir", "graph", "gmail", "inbound"]
    address: str
    state: Literal["works", "starting", "fails", "unread", "paused"] = Field(
        description="starting: added or resumed a moment ago; unread: no process reads it."
    )
    is_default_for_sending: bool
    company_id: int | None
    language: str
    team: str
    seen_at: datetime | None = Field(description="When its server last answered.")
    last_message_at: datetime | None
    last_lag_seconds: float | None = Field(
        description="From the server's receipt of the last message to its being stored."
    )
    taken_in: int
    came_again: int
    not_taken_in: int
    to_move: int = Field(description="Stored, and not yet moved to their folder.")
    failures: int
    failing_since: datetime | None
    failure: str = Field(description="Why it cannot be read just now; empty when it can.")
    old_mail: list[OldMail]


class MailboxList(BaseModel):
    mailboxes: list[MailboxLine]


class TriedStep(BaseModel):
    """A step of the connection test."""

    step: Literal["name", "connection", "encryption", "sign_in", "folder", "moving", "key", "sending"]
    state: Literal["works", "fails", "untried", "absent"]
    says: str


class ConnectionTest(BaseModel):
    """What was tried, in order; after the first step of reading that fails the others are untried."""

    works: bool
    steps: list[TriedStep]


class OldMailRequest(BaseModel):
    """From which day on old mail is taken in, how fast, and from which folder (empty: the one of new mail)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"since": "2026-10-01", "per_minute": 60, "folder": ""}]}
    )

    since: date
    per_minute: int = Field(60, ge=1, le=6000)
    folder: str = Field("", max_length=500)


@router.get("", operation_id="listMailboxes", response_model=MailboxList, responses=responses(401, 403, 503))
def list_mailboxes(session: DbSession, caller: MayRead) -> dict[str, Any]:
    """Every mailbox with its counters."""
    administration.require_administrator(caller)
    return {"mailboxes": [_line(standing) for standing in standings(session, at=now())]}


@router.post(
    "/{name}/test", operation_id="testMailbox", response_model=ConnectionTest,
    responses=responses(401, 403, 404, 422, 503),
)  # fmt: skip
def test_mailbox(request: Request, caller: MayAdminister, name: Name) -> dict[str, Any]:
    """Try each step of a mailbox's connection now. Nothing is read, moved or sent; it can take a minute."""
    administration.require_administrator(caller)
    database = request.app.state.database
    with database.transaction() as session:
        mailbox = administration.mailbox_named(session, name)
    key = request.app.state.settings.countersign_secret_key.get_secret_value()
    steps = testing.tried(mailbox, key, database)
    return {
        "works": testing.works(steps),
        "steps": [{"step": s.step, "state": s.state, "says": s.says} for s in steps],
    }  # fmt: skip


@router.post(
    "/{name}/pause", operation_id="pauseMailbox", response_model=MailboxLine,
    responses=responses(401, 403, 404, 422, 503),
)  # fmt: skip
def pause_mailbox(session: DbSession, caller: MayAdminister, name: Name) -> dict[str, Any]:
    """Leave a mailbox alone until it is resumed."""
    return _told(session, administration.pause(session, name, by=caller, at=now()))


@router.post(
    "/{name}/resume", operation_id="resumeMailbox", response_model=MailboxLine,
    responses=responses(401, 403, 404, 422, 503),
)  # fmt: skip
def resume_mailbox(session: DbSession, caller: MayAdminister, name: Name) -> dict[str, Any]:
    """Read a paused mailbox again, from where it was left."""
    return _told(session, administration.resume(session, name, by=caller, at=now()))


@router.post(
    "/{name}/old-mail", operation_id="takeInOldMail", response_model=OldMail, status_code=201,
    responses=responses(401, 403, 404, 409, 422, 503),
)  # fmt: skip
def take_in_old_mail(session: DbSession, caller: MayAdminister, name: Name, body: OldMailRequest) -> dict[str, Any]:
    """Have old mail taken in beside the new, throttled."""
    return _old_mail(
        administration.ask_for_backfill(
            session, name, since=body.since, per_minute=body.per_minute, folder=body.folder, by=caller, at=now()
        )
    )


def _told(session: DbSession, mailbox: Mailbox) -> dict[str, Any]:
    return _line(standing_of(session, mailbox, at=now()))


def _line(standing: Standing) -> dict[str, Any]:
    m = standing.mailbox
    return {
        "name": m.name, "kind": m.kind, "address": m.address, "state": standing.state,
        "is_default_for_sending": m.is_default_for_sending, "company_id": m.company_id, "language": m.language,
        "team": m.team, "seen_at": m.seen_at, "last_message_at": m.last_message_at,
        "last_lag_seconds": m.last_lag_seconds, "taken_in": m.taken_in, "came_again": m.came_again,
        "not_taken_in": m.refused, "to_move": standing.to_move, "failures": m.failures,
        "failing_since": m.failing_since, "failure": m.failure,
        "old_mail": [_old_mail(asked) for asked in standing.backfills],
    }  # fmt: skip


def _old_mail(asked: Backfill) -> dict[str, Any]:
    return {
        "id": asked.id, "folder": asked.folder, "since": asked.since, "per_minute": asked.per_minute,
        "done": asked.done, "total": asked.total, "asked_at": asked.asked_at, "ended_at": asked.ended_at,
        "failure": asked.failure,
    }  # fmt: skip
