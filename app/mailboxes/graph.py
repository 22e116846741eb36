"""A mailbox at Microsoft 365 by Microsoft Graph: what is new by delta query, messages as MIME, moved by batches.

Written from Microsoft's public documentation (Microsoft Graph v1.0: message-delta, message-get "$value", message-move,
json-batching, user-sendmail in MIME format, throttling) and tried against recorded answers made by that documentation;
not against the live service. Permissions: Mail.ReadWrite, and Mail.Send for replies.

A message is known by its immutable id, which stays when it is moved. A folder is read in rounds: a delta link says what
changed since the round before, in no certain order; what Graph names again (read, moved back) the reader knows already.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from app.mailboxes.port import PIECE, MailboxFails, Place, Waiting
from app.mailboxes.reached import Reached
from app.mailboxes.tokens import AccessTokens
from app.mailboxes.web_api import Token, WebApi, address_of, send_once

HOST = "graph.microsoft.com"
_PAGE = 200
_BATCH = 20
"""Calls in one batch, as many as Graph takes."""
_LONGEST_POSITION = 1_900
"""Characters of a link that are kept; after a longer one the next round is a whole one."""
_LARGEST_SENT = 3_000_000
"""Bytes of a message that can be sent: Graph takes requests of 4 MB, in base64."""
_TRIES = 5
_SAME_ID = 'IdType="ImmutableId"'
_PREFER = {"prefer": _SAME_ID}
_UNKNOWN = datetime.max.replace(tzinfo=UTC)


def open_graph(
    reached: Reached, tokens: AccessTokens | None, *, sleep: Callable[[float], None] = time.sleep
) -> GraphSource:
    """Open the mailbox of `reached.user`; without one, that of the account whose refresh token it is.

    Raises:
        MailboxFails: It cannot be opened.
    """
    if tokens is None:
        raise MailboxFails("Microsoft Graph is reached by token, and no token server is set. Enter it.", step="sign_in")
    if not reached.user and tokens.oauth.grant == "client_credentials":
        raise MailboxFails(
            "An application that signs in by itself must be told whose mailbox it reads. Enter the mailbox's address "
            "as its user.",
            step="sign_in",
        )
    return GraphSource(_api(reached, lambda anew: tokens.get(anew=anew), sleep), _whose(reached))


def send(reached: Reached, token: str, message: bytes) -> None:
    """Send a message (RFC 5322) to the recipients in its headers; Graph keeps a copy under Sent Items.

    Raises:
        MailboxFails: With `is_permanent` and `may_have_left` in its facts, as in app/mailboxes/smtp.py.
    """
    if len(message) > _LARGEST_SENT:
        raise MailboxFails(
            f"The mail is {len(message) / 1_000_000:.1f} MB; Microsoft Graph sends up to "
            f"{_LARGEST_SENT / 1_000_000:.0f} MB. Send it with fewer or smaller papers, or set an outgoing server.",
            step="sending", is_permanent=True, may_have_left=False,
        )  # fmt: skip
    send_once(_api(reached, lambda _: token), f"{_whose(reached)}/sendMail", base64.b64encode(message), "text/plain")


def _api(reached: Reached, token: Token, sleep: Callable[[float], None] = time.sleep) -> WebApi:
    return WebApi(f"{address_of(reached, HOST)}/v1.0", token, where="Microsoft Graph", sleep=sleep)


def _whose(reached: Reached) -> str:
    return f"/users/{quote(reached.user, safe='@')}" if reached.user else "/me"


class GraphSource:
    """The mailbox as a `MailSource`; see `open_graph`."""

    def __init__(self, api: WebApi, own: str) -> None:
        self._api, self._own = api, own
        self._folders: dict[str, str] = {}
        self._newer: dict[tuple[str, str, date | None], str] = {}
        """Where a round without messages ended, by where it began: the next one goes on from there."""

    def place(self, folder: str) -> Place:
        return Place(folder, hashlib.sha256(self._folder(folder).encode()).hexdigest()[:40])

    def waiting(self, place: Place, after: str, *, since: date | None = None) -> Iterator[Waiting]:
        begin = (place.folder, after, since)
        found, end = self._round(place.folder, self._newer.get(begin, after), since)
        if not found:
            self._newer[begin] = end
        for number, one in enumerate(found, 1):
            yield Waiting(one.key, None, one.received_at, end if number == len(found) else "")

    def pieces(self, place: Place, key: str) -> Iterator[bytes]:
        with self._api.stream("GET", f"{self._message(key)}/$value", step="reading", allowed=(404,)) as answer:
            if answer.status_code == 404:
                raise MailboxFails("The message is gone from Microsoft 365.", step="reading", is_gone=True)
            yield from self._api.chunks(answer, PIECE, "reading")

    def file_away(self, place: Place, keys: Sequence[str], folder: str) -> None:
        target = self._folder(folder, make=True) if folder else ""
        calls: list[dict[str, Any]] = [
            {"method": "POST", "url": f"{self._message(key)}/move", "body": {"destinationId": target}}
            if target
            else {"method": "PATCH", "url": self._message(key), "body": {"isRead": True}}
            for key in keys
        ]
        for first in range(0, len(calls), _BATCH):
            self._together(calls[first : first + _BATCH])

    def wait(self, place: Place, seconds: float) -> bool:
        time.sleep(seconds)
        return False

    def close(self) -> None:
        self._api.close()

    def _message(self, key: str) -> str:
        return f"{self._own}/messages/{quote(key, safe='')}"

    def _round(self, folder: str, start: str, since: date | None) -> tuple[list[Waiting], str]:
        """What is new after `start` (a delta link; empty: all there is), the oldest first, and where to go on."""
        first = (
            f"{self._own}/mailFolders/{quote(self._folder(folder), safe='')}/messages/delta?$select=receivedDateTime"
        )
        path, found = start or first, dict[str, Waiting]()
        prefer = {"prefer": f"{_SAME_ID}, odata.maxpagesize={_PAGE}"}
        is_whole = path == first
        while True:
            void = (404,) if is_whole else (400, 404, 410)
            answer = self._api.ask("GET", path, step="reading", allowed=void, headers=prefer)
            if answer.status_code >= 400:
                if is_whole:
                    self._folders.clear()
                    raise MailboxFails(f"The folder {folder} is not there at Microsoft 365.", step="folder")
                path, found, is_whole = first, {}, True  # the link is void: all from the beginning
                continue
            page = self._api.content(answer, "reading")
            for one in _listed(page):
                found.pop(one["id"], None)
                received_at = _moment(one.get("receivedDateTime"))
                if "@removed" not in one and not (since and received_at and received_at.date() < since):
                    found[one["id"]] = Waiting(one["id"], None, received_at)
            if "@odata.nextLink" in page:
                path = self._api.relative(page["@odata.nextLink"], "reading")
                continue
            end = self._api.relative(page.get("@odata.deltaLink"), "reading")
            ordered = sorted(found.values(), key=lambda one: one.received_at or _UNKNOWN)
            return ordered, end if len(end) <= _LONGEST_POSITION else ""

    def _folder(self, name: str, *, make: bool = False) -> str:
        """The id of a folder by its path, such as "Countersign/Taken in"; INBOX is the inbox in every language."""
        if name not in self._folders:
            if name.casefold() == "inbox":
                found = self._api.json(
                    "GET", f"{self._own}/mailFolders/inbox?$select=id", step="folder", headers=_PREFER
                )
                self._folders[name] = str(found.get("id", ""))
            else:
                within = ""
                for part in name.split("/"):
                    within = self._child(within, part, name, make=make)
                self._folders[name] = within
        return self._folders[name]

    def _child(self, within: str, part: str, whole: str, *, make: bool) -> str:
        path = f"{self._own}/mailFolders" + (f"/{quote(within, safe='')}/childFolders" if within else "")
        wanted = quote(part.replace("'", "''"), safe="")
        query = f"?$filter=displayName%20eq%20'{wanted}'&$select=id,displayName"
        step = "moving" if make else "folder"
        for is_second in (False, True):
            found = _listed(self._api.json("GET", path + query, step=step, headers=_PREFER))
            if found:
                return str(found[0]["id"])
            if not make or is_second:
                break
            made = self._api.ask(
                "POST", path, step="moving", allowed=(409,), headers=_PREFER, json={"displayName": part}
            )
            if made.status_code != 409:
                return str(self._api.content(made, "moving")["id"])
        raise MailboxFails(
            f"The folder {whole} is not there at Microsoft 365. Make it, or choose another.", step=step, folder=whole
        )

    def _together(self, calls: Sequence[dict[str, Any]]) -> None:
        """Make these calls in one batch; those that are told to wait are made again."""
        headers = {"content-type": "application/json", **_PREFER}
        left = {str(number): {"id": str(number), "headers": headers, **call} for number, call in enumerate(calls)}
        for _ in range(_TRIES):
            said = self._api.json("POST", "/$batch", step="moving", json={"requests": list(left.values())})
            pause = 1.0
            for one in said.get("responses") or []:
                status, body = int(one.get("status", 0)), one.get("body")
                if 200 <= status < 300 or status == 404:  # done, or gone already
                    left.pop(str(one.get("id")), None)
                elif status in (429, 502, 503, 504):
                    asked = str((one.get("headers") or {}).get("Retry-After", ""))
                    pause = max(pause, float(asked) if asked.isdecimal() else 0.0)
                else:
                    error = body.get("error") if isinstance(body, dict) else None
                    raise self._api.refused(status, error if isinstance(error, dict) else {}, "moving")
            if not left:
                return
            self._api.rest(pause, "moving")
        raise self._api.refused(429, {}, "moving")


def _listed(page: dict[str, Any]) -> list[dict[str, Any]]:
    listed = page.get("value")
    return [one for one in listed if isinstance(one, dict) and "id" in one] if isinstance(listed, list) else []


def _moment(given: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(given).replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return None
