"""Events of Odoo's outbox: verified as Standard Webhooks has it, kept once under their id.

An event says that something happened to a record, never what the record holds now: whoever acts on it reads Odoo. The
two that people raise by hand carry a note, which is data like any other text from outside.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.errors import CountersignError, Malformed
from app.jobs import after_commit
from app.sources.incoming import storable
from app.sources.models import DetectionWish, OdooEvent
from app.users.odoo_people import EVENTS, derived_key

TYPES = (
    "timesheet.approved", "timesheet.changed", "milestone.reached", "order.confirmed", "invoice.drafted",
    "invoice.posted", "invoice.reopened", "expense.approved", "attachment.added", "exception.raised", "record.sent",
)  # fmt: skip
BY_HAND = ("exception.raised", "record.sent")
"""What a person sends on purpose: it becomes a case. Everything else has the detectors look again."""
CLOCK = 300
"""Seconds that the sender's clock may be away from ours."""
AGAIN_AFTER = timedelta(seconds=15)
"""A wish this old is nudged for again: the nudge may have been lost."""


class SignatureRefused(CountersignError):
    """An event that is not signed by our Odoo, or not now."""


class EventData(BaseModel):
    """What the event is about, and for those raised by hand who raised it and why."""

    model_config = ConfigDict(strict=True, extra="ignore")

    database: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    model: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,78}$")]
    id: int = Field(ge=1, le=2**31 - 1)
    company_id: int | None = Field(None, ge=1, le=2**31 - 1)
    write_date: str | None = Field(None, max_length=40)
    note: str = Field("", max_length=200_000)
    raised_by: str = Field("", max_length=200)
    login: str = Field("", max_length=254)


class Event(BaseModel):
    """The body of an event."""

    model_config = ConfigDict(strict=True, extra="ignore")

    type: str
    timestamp: str = Field(max_length=40)
    data: EventData


@dataclass(frozen=True, slots=True)
class Verified:
    """An event that our Odoo signed; `id` is the same each time it is delivered."""

    id: str
    type: str
    data: EventData


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], *, at: datetime) -> Verified:
    """The event in this body, when its signature holds. `headers` are asked for by lower-case names.

    Raises:
        SignatureRefused: It is not signed with one of the secrets, or was not signed within five minutes of now.
        Malformed: It is signed, and no event we know.
    """
    if not secrets:
        raise SignatureRefused("No Odoo is linked to this Countersign: COUNTERSIGN_ODOO_SECRET is not set.")
    event_id, sent, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    _require_signed(f"{event_id}.{sent}.".encode("utf-8", "surrogateescape") + body, given, secrets)
    if not sent.isascii() or not sent.isdigit() or abs(int(sent[:12]) - at.timestamp()) > CLOCK:
        raise SignatureRefused("This event was signed more than five minutes from now. Set the clocks of both servers.")
    if not 0 < len(event_id) <= 80:
        raise Malformed("An event's id has 1 to 80 characters.")
    try:
        event = Event.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Malformed(f"{'.'.join(str(p) for p in first['loc']) or 'The body'}: {first['msg']}.") from None
    if event.type not in TYPES:
        raise Malformed(f"There is no event {event.type[:60]!r} here.")
    told = event.data.model_copy(
        update={name: storable(getattr(event.data, name)) for name in ("note", "raised_by", "login")}
    )
    return Verified(storable(event_id), event.type, told)


def keep(session: Session, event: Verified, *, at: datetime) -> bool:
    """Store an event under its id; False when it was delivered before."""
    row = insert(OdooEvent).values(
        webhook_id=event.id, type=event.type, model=event.data.model, record_id=event.data.id,
        company_id=event.data.company_id, received_at=at,
    )  # fmt: skip
    kept = session.execute(row.on_conflict_do_nothing().returning(OdooEvent.webhook_id)).scalar_one_or_none()
    return kept is not None


def wish_for_detection(session: Session, company_id: int, *, at: datetime) -> bool:
    """Have the detectors look at a company again soon. While a wish stands, more events add nothing to it.

    Returns whether a worker is nudged for it: a wish that was not taken for a while is nudged for again.
    """
    row = insert(DetectionWish).values(company_id=company_id, wished_at=at)
    made = session.execute(
        row.on_conflict_do_update(
            index_elements=["company_id"], set_={"wished_at": at}, where=DetectionWish.wished_at < at - AGAIN_AFTER
        ).returning(DetectionWish.company_id)
    ).scalar_one_or_none()
    if made is None:
        return False
    after_commit(session, "detection.run", company_id)
    return True


def take_wish(session: Session, company_id: int) -> None:
    """Whoever begins a run for a company takes its wish first, so that what happens meanwhile is a new one."""
    session.execute(delete(DetectionWish).where(DetectionWish.company_id == company_id))


def _require_signed(content: bytes, given: str, secrets: Sequence[str]) -> None:
    """Constant time for every signature and secret, whichever of them fits."""
    fits = False
    for secret in secrets:
        right = base64.b64encode(hmac.digest(derived_key(secret, EVENTS), content, hashlib.sha256))
        for one in given.split(" ")[:8]:
            version, _, signature = one.partition(",")
            same = hmac.compare_digest(signature.encode("utf-8", "replace"), right)
            fits = fits or (same and version == "v1")
    if not fits:
        raise SignatureRefused("This event is not signed with our secret. Enter the same secret in Odoo and here.")
