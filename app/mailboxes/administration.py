"""What an administrator does with mailboxes: add, change, pause, resume, have old mail taken in. All of it is recorded.

Nobody deletes a mailbox: cases name it. One that is not wanted any more is paused, and its credentials are forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.errors import Conflict, Malformed, Misconfigured, NotFound, Refused
from app.mailboxes.credentials import credentials_of, keep_credentials
from app.mailboxes.models import KINDS, Backfill, Mailbox
from app.mailboxes.reached import CLIENT_SECRET, OUT_PASSWORD, PASSWORD, REFRESH_TOKEN, Reached, is_loopback
from app.mailboxes.sending import BY_ITSELF
from app.users import people
from app.users.access import Caller
from app.vocabulary import LANGUAGES

COMMAND_LINE = Caller(UUID(int=0), "machine:command line", "the command line", ("administrator",))
"""Whoever may run commands on the machine administers it."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TAKEN = ("new",)
"""Names that mean something else in an address."""
_ADDRESS = re.compile(r"[^@\s<>\"',;:\\]+@[^@\s<>\"',;:\\]+\.[^@\s<>\"',;:\\]+")
_HOST = re.compile(r"\w[\w.-]{0,252}")
_LONGEST_DISPLAY_NAME = 200
_MOST_PER_MINUTE = 6000
_LOCK = 20_006_001
"""Sets this lock apart from other locks of the database."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mailbox as an administrator wants it, without its name, its kind and its credentials."""

    address: str
    reached: Reached
    display_name: str = ""
    company_id: int | None = None
    language: str = ""
    team: str = ""
    is_default_for_sending: bool = False


def reached_from(entries: Mapping[str, Any]) -> Reached:
    """How a mailbox is reached, from what was entered.

    Raises:
        Malformed: An entry cannot be used; the message names it.
    """
    try:
        return Reached.model_validate(dict(entries))
    except ValidationError as error:
        where = [str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"]]
        if where[-1] == "port":
            raise Malformed("A port is a number from 1 to 65535. Nothing was changed.") from None
        if where[-1] == "poll_seconds":
            raise Malformed("The time between two looks is 5 to 3600 seconds. Nothing was changed.") from None
        if where[-1] == "since":
            raise Malformed("The day to begin with is a date, such as 2026-10-31. Nothing was changed.") from None
        entry = ", ".join(part.replace("_", " ") for part in where)
        raise Malformed(f"The entry “{entry}” cannot be used. Nothing was changed.") from None


def mailbox_named(session: Session, name: str, *, for_change: bool = False) -> Mailbox:
    """The mailbox of this name; `for_change` holds its row until the transaction ends.

    Raises:
        NotFound: There is none.
    """
    query = select(Mailbox).where(Mailbox.name == name[:80])
    found = session.execute(query.with_for_update() if for_change else query).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no mailbox “{name[:80]}”. See which there are with: countersign mailbox list")
    return found


def add(
    session: Session, name: str, kind: str, wanted: Wanted, credentials: Mapping[str, str], *, key: str, by: Caller,
    at: datetime,
) -> Mailbox:  # fmt: skip
    """Add a mailbox. Its process starts by itself within seconds. `key` is the installation's secret key.

    Raises:
        Malformed: An entry cannot be used, or a credential that this kind needs is missing.
        Conflict: There is a mailbox of this name, or one that reads the same folder.
        Refused: Who asks is no administrator.
    """
    require_administrator(by)
    _one_at_a_time(session)
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise Malformed(
            "A mailbox's name is short: up to 40 small letters, digits and hyphens, such as billing. Nothing was added."
        )
    if kind not in KINDS:
        raise Malformed(f"There is no kind of mailbox “{kind[:40]}”. It is one of {', '.join(KINDS)}.")
    if session.execute(select(Mailbox.id).where(Mailbox.name == name)).first() is not None:
        raise Conflict(f"There is a mailbox “{name}” already. Change that one, or choose another name.")
    wanted = _checked(session, kind, wanted)
    given = {label: value for label, value in credentials.items() if value}
    _require_credentials(kind, wanted.reached, given)
    _require_own_folder(session, name, kind, wanted.reached)
    mailbox = Mailbox(
        name=name, kind=kind, address=wanted.address, settings=wanted.reached.model_dump(mode="json"),
        made_by=by.user_id if by.user_id.int else None, made_at=at, changed_at=at,
    )  # fmt: skip
    _give(mailbox, wanted)
    keep_credentials(mailbox, given, key)
    _make_default(session, mailbox, wanted.is_default_for_sending)
    session.add(mailbox)
    session.flush()
    trail.record(
        session, "mailbox.added", actor=by.email, at=at, mailbox=name, kind=kind, address=wanted.address,
        credentials=sorted(given),
    )  # fmt: skip
    return mailbox


def change(
    session: Session, name: str, wanted: Wanted, credentials: Mapping[str, str], *, key: str, by: Caller, at: datetime,
    forget: Collection[str] = (),
) -> Mailbox:  # fmt: skip
    """Give a mailbox other settings or credentials; its process starts anew. Credentials that are not given stay, but
    those of `forget` go. What was entered for one server is not sent to another: it must be entered again.

    Raises:
        NotFound: There is no such mailbox.
        Malformed: An entry cannot be used, or a credential is missing or must be entered again.
        Conflict: Another mailbox reads the same folder.
        Refused: Who asks is no administrator.
    """
    require_administrator(by)
    _one_at_a_time(session)
    mailbox = mailbox_named(session, name, for_change=True)
    wanted = _checked(session, mailbox.kind, wanted)
    before, before_reached = _said(mailbox), Reached.model_validate(mailbox.settings)
    entered = {label: value for label, value in credentials.items() if value}
    known = {label: value for label, value in _openable(mailbox, key).items() if label not in forget}
    _require_entered_again(before_reached, wanted.reached, known, entered)
    kept = {**known, **entered}
    if mailbox.state == "active":
        _require_credentials(mailbox.kind, wanted.reached, kept)
    _require_own_folder(session, name, mailbox.kind, wanted.reached)
    _give(mailbox, wanted)
    mailbox.settings = wanted.reached.model_dump(mode="json")
    _make_default(session, mailbox, wanted.is_default_for_sending)
    after = _said(mailbox)
    changed = {
        label: [before.get(label), after.get(label)]
        for label in sorted({*before, *after})
        if before.get(label) != after.get(label)
    }
    if not changed and not entered and not forget:
        return mailbox
    if entered or forget:
        keep_credentials(mailbox, kept, key)
    _begin_anew(mailbox, at)
    session.flush()
    trail.record(
        session, "mailbox.changed", actor=by.email, at=at, mailbox=name, changed=changed, entered=sorted(entered),
        forgotten=sorted(forget),
    )  # fmt: skip
    return mailbox


def _openable(mailbox: Mailbox, key: str) -> Mapping[str, str]:
    """Its credentials; none where they were sealed with another secret key: they are entered anew."""
    try:
        return credentials_of(mailbox, key)
    except Misconfigured:
        return {}


def pause(session: Session, name: str, *, by: Caller, at: datetime) -> Mailbox:
    """Leave a mailbox alone until it is resumed: nothing is read, moved or sent. One that is paused stays so.

    Raises:
        NotFound: There is no such mailbox.
        Refused: Who asks is no administrator.
    """
    return _set_state(session, name, "paused", by=by, at=at)


def resume(session: Session, name: str, *, by: Caller, at: datetime) -> Mailbox:
    """Read a paused mailbox again, from where it was left.

    Raises:
        NotFound: There is no such mailbox.
        Refused: Who asks is no administrator.
    """
    return _set_state(session, name, "active", by=by, at=at)


def ask_for_backfill(
    session: Session, name: str, *, since: date, per_minute: int, by: Caller, at: datetime, folder: str = ""
) -> Backfill:
    """Have old mail taken in beside the new: what the server received since that day in a folder (empty: the one that
    is read for new mail), at most so many messages a minute.

    Raises:
        NotFound: There is no such mailbox.
        Malformed: The day is still to come, or the pace is none.
        Conflict: The folder's old mail is being taken in already.
        Refused: Mail is pushed to this mailbox, so there is nothing to look for; or who asks is no administrator.
    """
    require_administrator(by)
    mailbox = mailbox_named(session, name, for_change=True)
    if mailbox.kind == "inbound":
        raise Refused(f"Mail is sent to “{name}” by a provider: there is no folder with old mail to read.")
    if since > at.date():
        raise Malformed("The day to begin with is still to come. Choose one that has been.")
    if not 1 <= per_minute <= _MOST_PER_MINUTE:
        raise Malformed(f"Old mail is taken in at 1 to {_MOST_PER_MINUTE:,} messages a minute.")
    folder = (folder.strip() or Reached.model_validate(mailbox.settings).folders.inbox)[:500]
    under_way = select(Backfill.id).where(
        Backfill.mailbox_id == mailbox.id, Backfill.folder == folder, Backfill.ended_at.is_(None)
    )
    if session.execute(under_way).first() is not None:
        raise Conflict(f"Old mail of “{folder}” is being taken in already. Wait for it, or stop it first.")
    asked = Backfill(
        mailbox_id=mailbox.id, folder=folder, since=since, per_minute=per_minute, asked_by=by.email, asked_at=at
    )  # fmt: skip
    session.add(asked)
    session.flush()
    trail.record(
        session, "mailbox.backfill_asked", actor=by.email, at=at, mailbox=name, folder=folder,
        since=since.isoformat(), per_minute=per_minute,
    )  # fmt: skip
    return asked


def stop_backfill(session: Session, name: str, backfill_id: int, *, by: Caller, at: datetime) -> Backfill:
    """Take in no more old mail; what was taken in stays. One that has ended stays ended.

    Raises:
        NotFound: There is no such mailbox, or it was never asked for that.
        Refused: Who asks is no administrator.
    """
    require_administrator(by)
    mailbox = mailbox_named(session, name)
    asked = session.get(Backfill, backfill_id, with_for_update=True)
    if asked is None or asked.mailbox_id != mailbox.id:
        raise NotFound(f"Nobody asked for that old mail of “{name}”. Open the mailbox again.")
    if asked.ended_at is None:
        asked.ended_at = at
        session.flush()
        trail.record(
            session, "mailbox.backfill_stopped", actor=by.email, at=at, mailbox=name, folder=asked.folder,
            done=asked.done,
        )  # fmt: skip
    return asked


def require_administrator(by: Caller) -> None:
    """Raises Refused when who asks is no administrator."""
    if "administrator" not in by.roles:
        raise Refused("Only an administrator can see and change this.")


def _one_at_a_time(session: Session) -> None:
    """Whoever adds or changes a mailbox waits for who began before: names, folders and the default are looked at
    together. Lasts until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _set_state(session: Session, name: str, state: str, *, by: Caller, at: datetime) -> Mailbox:
    require_administrator(by)
    mailbox = mailbox_named(session, name, for_change=True)
    if mailbox.state != state:
        mailbox.state = state
        _begin_anew(mailbox, at)
        session.flush()
        action = "mailbox.paused" if state == "paused" else "mailbox.resumed"
        trail.record(session, action, actor=by.email, at=at, mailbox=name)
    return mailbox


# -- what may be entered ------------------------------------------------------------------------------------------


def _checked(session: Session, kind: str, wanted: Wanted) -> Wanted:
    """What was entered, in the form in which it is kept."""
    address = _address(wanted.address.strip())
    display_name = " ".join(wanted.display_name.split())
    if len(display_name) > _LONGEST_DISPLAY_NAME:
        raise Malformed(f"A sender's name has at most {_LONGEST_DISPLAY_NAME} characters.")
    if wanted.language and wanted.language not in LANGUAGES:
        raise Malformed(f"Replies are written in {', '.join(LANGUAGES)}, not in “{wanted.language[:10]}”.")
    if wanted.team and wanted.team not in people.teams(session):
        raise NotFound(f"There is no team “{wanted.team[:80]}”. Add people to it with: countersign user team")
    if wanted.company_id is not None and not 1 <= wanted.company_id < 2**31:
        raise Malformed("A company is named by its id in Odoo, a whole number.")
    reached = _checked_way(kind, address, wanted.reached)
    if wanted.is_default_for_sending and reached.outgoing is None and kind not in BY_ITSELF:
        raise Malformed("A mailbox that others' replies go out from needs a server for outgoing mail. Enter it first.")
    return Wanted(
        address, reached, display_name, wanted.company_id, wanted.language, wanted.team, wanted.is_default_for_sending
    )  # fmt: skip


def _address(entered: str) -> str:
    """An address as it goes over the wire: its domain in ASCII (IDNA), so that it can stand in every header."""
    name, _, domain = entered.rpartition("@")
    try:
        address = f"{name.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError:
        address = ""
    if len(address) > 254 or not _ADDRESS.fullmatch(address) or not address.isprintable():
        raise Malformed(f"“{entered[:80]}” is no mail address. Write it as billing@company.example.")
    return address


def _checked_way(kind: str, address: str, reached: Reached) -> Reached:
    if kind == "imap" and not reached.host:
        raise Malformed("An IMAP mailbox needs the name of its server, such as imap.company.example.")
    if kind == "maildir" and not reached.path.startswith("/"):
        raise Malformed("A Maildir is named by its whole path, beginning with “/”.")
    for host in (reached.host, reached.outgoing.host if reached.outgoing else ""):
        if host and not _is_host(host):
            raise Malformed(f"“{host[:80]}” is no server's name. Write it without https:// and without a port.")
    if reached.encryption == "none" and reached.host and not is_loopback(reached.host):
        raise Malformed(_IN_THE_OPEN)
    if reached.outgoing is not None:
        if not reached.outgoing.host:
            raise Malformed("Outgoing mail needs the name of its server, such as smtp.company.example.")
        if reached.outgoing.encryption == "none" and not is_loopback(reached.outgoing.host):
            raise Malformed(_IN_THE_OPEN)
    if kind != "inbound":
        _check_folders(reached)
    signs_in = kind in ("imap", *BY_ITSELF)
    by_token = kind in BY_ITSELF or (kind == "imap" and reached.sign_in == "oauth")
    if by_token:
        _check_oauth(reached)
    return reached.model_copy(
        update={
            "user": (reached.user or address) if signs_in else reached.user,
            "sign_in": "oauth" if by_token else "password",
            "oauth": reached.oauth if by_token else None,
        }
    )


_IN_THE_OPEN = (
    "Mail and passwords go unencrypted only within this machine (127.0.0.1). Choose TLS or STARTTLS for other servers."
)


def _is_host(host: str) -> bool:
    """Whether this is a server's name, or its IP address."""
    try:
        return bool(ip_address(host))
    except ValueError:
        return _HOST.fullmatch(host) is not None


def _check_folders(reached: Reached) -> None:
    folders = reached.folders
    if not folders.inbox:
        raise Malformed("Name the folder that new mail is read from, such as INBOX.")
    for outcome in (folders.taken_in, folders.came_again, folders.refused):
        if outcome.casefold() == folders.inbox.casefold():
            raise Malformed(
                f"Mail from “{folders.inbox}” cannot be moved to the same folder. Choose another, or leave it empty."
            )


def _check_oauth(reached: Reached) -> None:
    if reached.oauth is None or not reached.oauth.client_id:
        raise Malformed("Signing in by OAuth needs the address that tokens come from and the application's client id.")
    try:
        parts = urlsplit(reached.oauth.token_url)
    except ValueError:
        raise Malformed("The address that tokens come from looks like https://host/path.") from None
    if "TENANT" in parts.path.split("/"):
        raise Malformed("Put the directory's id in the place of TENANT in the address that tokens come from.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise Malformed("Tokens are got from an address that begins with https://.")
    if not parts.hostname or parts.username or parts.password:
        raise Malformed("The address that tokens come from looks like https://host/path.")


def _require_credentials(kind: str, reached: Reached, kept: Mapping[str, str]) -> None:
    if kind in ("imap", *BY_ITSELF) and reached.sign_in == "password" and PASSWORD not in kept:
        raise Malformed("The password is missing. Enter it.")
    if reached.sign_in == "oauth" and reached.oauth is not None:
        if reached.oauth.grant == "refresh_token" and REFRESH_TOKEN not in kept:
            raise Malformed("The refresh token is missing. Enter it: access tokens are got with it.")
        if reached.oauth.grant == "client_credentials" and CLIENT_SECRET not in kept:
            raise Malformed("The client secret is missing. Enter it: access tokens are got with it.")


def _require_entered_again(
    before: Reached, after: Reached, known: Mapping[str, str], entered: Mapping[str, str]
) -> None:
    """Whoever can change where a password goes does not learn it that way."""
    if PASSWORD in known and PASSWORD not in entered and _moved(before, after, OUT_PASSWORD in known):
        raise Malformed(
            "The server changed: enter the password again. What was kept for one server is not sent to another."
        )
    if OUT_PASSWORD in known and OUT_PASSWORD not in entered and _out(before) != _out(after) and after.outgoing:
        raise Malformed(
            "The server for outgoing mail changed: enter its password again. What was kept for one server is not sent "
            "to another."
        )
    tokens = {CLIENT_SECRET, REFRESH_TOKEN} & set(known)
    moved = _token_host(before) != _token_host(after) or _moved(before, after, OUT_PASSWORD in known)
    if tokens and moved and after.oauth is not None and not tokens <= set(entered):
        raise Malformed(
            "The server changed: enter the client secret and the refresh token again. What was kept for one server is "
            "not sent to another."
        )


def _moved(before: Reached, after: Reached, has_own_out_password: bool) -> bool:
    if (before.host, before.port, before.encryption) != (after.host, after.port, after.encryption) and after.host:
        return True
    return not has_own_out_password and after.outgoing is not None and _out(before) != _out(after)


def _out(reached: Reached) -> tuple[str, int, str] | None:
    out = reached.outgoing
    return (out.host, out.port, out.encryption) if out is not None else None


def _token_host(reached: Reached) -> str:
    return urlsplit(reached.oauth.token_url).netloc if reached.oauth is not None else ""


def _require_own_folder(session: Session, name: str, kind: str, reached: Reached) -> None:
    """Two mailboxes that read one folder would take each other's mail."""
    if kind == "inbound":
        return
    others = session.execute(select(Mailbox).where(Mailbox.kind == kind, Mailbox.name != name)).scalars()
    for other in others:
        if _folder_of(Reached.model_validate(other.settings)) == _folder_of(reached):
            raise Conflict(f"The mailbox “{other.name}” reads this folder already. Change that one.")


def _folder_of(reached: Reached) -> tuple[str, ...]:
    return (
        reached.host.casefold(), reached.user.casefold(), reached.path.rstrip("/"), reached.folders.inbox.casefold()
    )  # fmt: skip


# -- the row ------------------------------------------------------------------------------------------------------


def _give(mailbox: Mailbox, wanted: Wanted) -> None:
    mailbox.address, mailbox.display_name = wanted.address, wanted.display_name
    mailbox.company_id, mailbox.language, mailbox.team = wanted.company_id, wanted.language, wanted.team


def _begin_anew(mailbox: Mailbox, at: datetime) -> None:
    """Its process starts anew; what failed before is told again only if it still does."""
    mailbox.changed_at, mailbox.failing_since, mailbox.failure = at, None, ""


def _make_default(session: Session, mailbox: Mailbox, wanted: bool) -> None:
    """At most one is the default: the one that was gives way."""
    if wanted:
        others = select(Mailbox).where(Mailbox.is_default_for_sending, Mailbox.name != mailbox.name).with_for_update()
        with session.no_autoflush:
            for other in session.execute(others).scalars():
                other.is_default_for_sending = False
        session.flush()
    mailbox.is_default_for_sending = wanted


def _said(mailbox: Mailbox) -> dict[str, Any]:
    """What the trail compares: all but credentials and counters, settings flat."""
    flat: dict[str, Any] = {
        "address": mailbox.address, "display_name": mailbox.display_name, "company_id": mailbox.company_id,
        "language": mailbox.language, "team": mailbox.team, "default_for_sending": bool(mailbox.is_default_for_sending),
    }  # fmt: skip
    for label, value in Reached.model_validate(mailbox.settings).model_dump(mode="json").items():
        if isinstance(value, dict):
            flat.update({f"{label}.{inner}": said for inner, said in value.items()})
        elif label not in ("oauth", "outgoing"):
            flat[label] = value
    return flat
