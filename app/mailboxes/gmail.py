"""A mailbox at Google by the Gmail API: what is new by its history, messages raw, moved by labels.

Written from Google's public documentation (Gmail API v1: users.messages, users.history, users.labels, uploads, resolve
errors) and tried against recorded answers made by that documentation; not against the live service. Scope:
https://www.googleapis.com/auth/gmail.modify, which covers sending too.

A folder is a label: INBOX, or one of the user's by its name. A message is known by its id. A history id says what was
added since; Google keeps it for a week at least, and when it is void (404) the label is listed anew.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from app.mailboxes.port import PIECE, MailboxFails, Place, Waiting
from app.mailboxes.reached import Reached
from app.mailboxes.tokens import AccessTokens
from app.mailboxes.web_api import Token, WebApi, address_of, send_once

HOST = "gmail.googleapis.com"
_OWN = "/gmail/v1/users/me"
_PAGE = 500
_MOVED = 1_000
"""Messages that are given other labels in one call, as many as Gmail takes."""
_RAW = re.compile(rb'"raw"\s*:\s*"')


def open_gmail(
    reached: Reached, tokens: AccessTokens | None, *, sleep: Callable[[float], None] = time.sleep
) -> GmailSource:
    """Open the mailbox of the account whose refresh token it is.

    Raises:
        MailboxFails: It cannot be opened.
    """
    if tokens is None:
        raise MailboxFails("The Gmail API is reached by token, and no token server is set. Enter it.", step="sign_in")
    return GmailSource(_api(reached, lambda anew: tokens.get(anew=anew), sleep))


def send(reached: Reached, token: str, message: bytes) -> None:
    """Send a message (RFC 5322) to the recipients in its headers; Gmail keeps a copy under Sent.

    Raises:
        MailboxFails: With `is_permanent` and `may_have_left` in its facts, as in app/mailboxes/smtp.py.
    """
    path = f"/upload{_OWN}/messages/send?uploadType=media&fields=id"
    send_once(_api(reached, lambda _: token), path, message, "message/rfc822")


def _api(reached: Reached, token: Token, sleep: Callable[[float], None] = time.sleep) -> WebApi:
    return WebApi(address_of(reached, HOST), token, where="Gmail", sleep=sleep)


class GmailSource:
    """The mailbox as a `MailSource`; see `open_gmail`."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._address = ""
        self._labels: dict[str, str] = {"INBOX": "INBOX"}
        self._newer: dict[tuple[str, str, date | None], str] = {}
        """Where a round without messages ended, by where it began: the next one goes on from there."""

    def place(self, folder: str) -> Place:
        if not self._address:
            self._address = str(self._profile().get("emailAddress", "")).casefold()
        named = f"{self._address}\n{self._label(folder)}"
        return Place(folder, hashlib.sha256(named.encode()).hexdigest()[:40])

    def waiting(self, place: Place, after: str, *, since: date | None = None) -> Iterator[Waiting]:
        label = self._label(place.folder)
        begin = (place.folder, after, since)
        start = self._newer.get(begin, after)
        found = self._added(label, start) if start else None
        keys, end = found or self._all(label, since)
        before: Waiting | None = None
        for key in keys:
            received_at = self._received(key, label)
            if received_at is None or (since and received_at.date() < since):
                continue
            if before:
                yield before
            before = Waiting(key, None, received_at, "")
        if before:
            yield Waiting(before.key, None, before.received_at, end)
        else:
            self._newer[begin] = end

    def pieces(self, place: Place, key: str) -> Iterator[bytes]:
        path = f"{_OWN}/messages/{quote(key, safe='')}?format=raw&fields=raw"
        with self._api.stream("GET", path, step="reading", allowed=(404,)) as answer:
            if answer.status_code == 404:
                raise MailboxFails("The message is gone from Gmail.", step="reading", is_gone=True)
            yield from raw_of(self._api.chunks(answer, PIECE, "reading"))

    def file_away(self, place: Place, keys: Sequence[str], folder: str) -> None:
        change: dict[str, Any] = {"removeLabelIds": ["UNREAD"]}
        if folder:
            away = self._label(place.folder)
            change = {"addLabelIds": [self._label(folder, make=True)], "removeLabelIds": [away]}
        for first in range(0, len(keys), _MOVED):
            ids = list(keys[first : first + _MOVED])
            self._api.ask("POST", f"{_OWN}/messages/batchModify", step="moving", json={"ids": ids, **change})

    def wait(self, place: Place, seconds: float) -> bool:
        time.sleep(seconds)
        return False

    def close(self) -> None:
        self._api.close()

    def _profile(self) -> dict[str, Any]:
        return self._api.json("GET", f"{_OWN}/profile?fields=emailAddress,historyId", step="folder")

    def _all(self, label: str, since: date | None) -> tuple[list[str], str]:
        """Keys of all messages with a label, the oldest first, and the history id before they were listed."""
        end = str(self._profile().get("historyId", ""))
        query: dict[str, Any] = {"labelIds": label, "maxResults": _PAGE, "fields": "messages/id,nextPageToken"}
        if since:
            query["q"] = f"after:{int(datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp()) - 1}"
        keys = [str(one["id"]) for page in self._pages("messages", query) for one in _listed(page, "messages")]
        return keys[::-1], end

    def _added(self, label: str, start: str) -> tuple[list[str], str] | None:
        """Keys of messages that got a label after this history id, and where to go on; None: it is void."""
        query = {"startHistoryId": start, "labelId": label, "maxResults": _PAGE}
        path = f"{_OWN}/history?{urlencode(query)}&historyTypes=messageAdded&historyTypes=labelAdded"
        keys: dict[str, None] = {}
        token, end = "", start
        while True:
            answer = self._api.ask(
                "GET", path + (f"&pageToken={quote(token, safe='')}" if token else ""), step="reading", allowed=(404,)
            )
            if answer.status_code == 404:
                return None
            page = self._api.content(answer, "reading")
            for record in _listed(page, "history"):
                for one in [*_listed(record, "messagesAdded"), *_listed(record, "labelsAdded")]:
                    message = one.get("message") or {}
                    labels = [*(message.get("labelIds") or []), *(one.get("labelIds") or [])]
                    if "id" in message and label in labels:
                        keys[str(message["id"])] = None
            end = str(page.get("historyId") or end)
            token = str(page.get("nextPageToken") or "")
            if not token:
                return list(keys), end

    def _received(self, key: str, label: str) -> datetime | None:
        """When Gmail received a message; None: it is gone, or has the label no more."""
        path = f"{_OWN}/messages/{quote(key, safe='')}?format=minimal&fields=internalDate,labelIds"
        answer = self._api.ask("GET", path, step="reading", allowed=(404,))
        if answer.status_code == 404:
            return None
        found = self._api.content(answer, "reading")
        if label not in (found.get("labelIds") or []):
            return None
        try:
            return datetime.fromtimestamp(int(found["internalDate"]) / 1000, UTC)
        except (KeyError, ValueError, OverflowError, OSError):
            return datetime.now(UTC)

    def _pages(self, what: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        token = ""
        while True:
            more = {"pageToken": token} if token else {}
            page = self._api.json("GET", f"{_OWN}/{what}?{urlencode({**query, **more})}", step="reading")
            yield page
            token = str(page.get("nextPageToken") or "")
            if not token:
                return

    def _label(self, name: str, *, make: bool = False) -> str:
        """The id of a label by its name, such as "Countersign/Taken in"; made with those above it if asked for."""
        known = "INBOX" if name.casefold() == "inbox" else name
        if known in self._labels:
            return self._labels[known]
        step = "moving" if make else "folder"
        self._labels |= self._listed_labels(step)
        if known not in self._labels and make:
            parts = known.split("/")
            for count in range(1, len(parts) + 1):
                above = "/".join(parts[:count])
                if above not in self._labels:
                    made = self._api.ask(
                        "POST", f"{_OWN}/labels", step="moving", allowed=(409,),
                        json={"name": above, "labelListVisibility": "labelShow", "messageListVisibility": "show"},
                    )  # fmt: skip
                    if made.status_code != 409:
                        self._labels[above] = str(self._api.content(made, "moving").get("id", ""))
            if known not in self._labels:  # somebody else made it meanwhile
                self._labels |= self._listed_labels(step)
        if not self._labels.get(known):
            raise MailboxFails(
                f"There is no label {name} at Gmail. Make it, or choose another.", step=step, folder=name
            )  # fmt: skip
        return self._labels[known]

    def _listed_labels(self, step: str) -> dict[str, str]:
        page = self._api.json("GET", f"{_OWN}/labels?fields=labels(id,name)", step=step)
        return {str(one.get("name")): str(one.get("id")) for one in _listed(page, "labels")}


def raw_of(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes of a message out of the JSON that holds it as base64url, never more than a piece at a time.

    Raises:
        MailboxFails: It ends before the message does, or holds none.
    """
    head, digits, is_in = b"", b"", False
    for chunk in chunks:
        if not is_in:
            head += chunk
            found = _RAW.search(head)
            if not found and len(head) > PIECE:
                break
            if not found:
                continue
            chunk, head, is_in = head[found.end() :], b"", True
        end = re.search(rb'["\\=]', chunk)  # padding may be written as =, or as \u003d
        digits += chunk[: end.start()] if end else chunk
        whole = len(digits) if end else len(digits) // 4 * 4
        now_there, digits = digits[:whole], digits[whole:]
        if now_there:
            yield _decoded(now_there)
        if end:
            for _ in chunks:
                pass  # what stands after it is read, so that the connection may be used again
            return
    raise MailboxFails("Gmail's answer ended before the message did. It is read again by itself.", step="reading")


def _decoded(digits: bytes) -> bytes:
    try:
        return base64.b64decode(digits + b"=" * (-len(digits) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise MailboxFails("Gmail's answer holds a message that cannot be read.", step="reading") from None


def _listed(page: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = page.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
