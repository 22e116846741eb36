"""Stand-ins for Microsoft Graph and the Gmail API, written from the vendors' public documentation, and recordings of
what they answered.

The adapters are tested against recorded answers (`tests/cassettes/vendor_mail/*.yaml`), which COUNTERSIGN_RECORD=all
makes anew from the stand-ins: nobody asked the live services. A test says what happens at the vendor's side with
`vendor.do(…)`, which does nothing when answers are replayed; so it asserts what it knows by itself.
"""

from __future__ import annotations

import base64
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import vcr
from vcr.patch import PATCHER_NAMES
from vcr.request import Request

from app.mailboxes.reached import OAuth, Reached
from app.mailboxes.tokens import AccessTokens

CASSETTES = Path(__file__).parent / "cassettes" / "vendor_mail"
ADDRESS = "billing@marlowvoss.example"
FIRST = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
"""When the first message is received; each further one comes a minute later."""
PAGE = 2
"""Entries on a page unless a test wants more, whatever is asked for: so few messages make several pages."""


@dataclass
class Message:
    key: str
    content: bytes
    received_at: datetime
    where: str
    is_read: bool = False


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Gone(Exception):
    """There is nothing at this address."""


class StandIn:
    """What both have in common: messages, tokens that run out, answers that fail, an HTTP server on the loopback."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.log: list[tuple[str, str]] = []
        """(message, what happened) in order; its place is the number that tells what was seen."""
        self.page = PAGE
        self.sent: list[bytes] = []
        self.refused_tokens: set[str] = set()
        self.asked: list[str] = []
        self.prefers: list[str] = []
        self._failing: list[tuple[re.Pattern[str], Answer]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                answer = outer.answered(self.command, self.path, dict(self.headers.items()), body)
                raw = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                kind = "text/plain" if isinstance(answer.body, bytes) else "application/json"
                for name, value in {"content-type": kind, "content-length": str(len(raw)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_PATCH = _serve

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail(self, pattern: str, status: int, body: Any = None, **headers: str) -> None:
        """Answer the next call whose method and path fit with this."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._failing.append((re.compile(pattern), Answer(status, body or {}, named)))

    def deliver(self, content: bytes, where: str = "inbox", *, received_at: datetime | None = None) -> str:
        number = len(self.messages) + 1
        key = f"AAkALgAAAA{number:04}="
        moment = received_at or FIRST + timedelta(minutes=number - 1)
        self.messages[key] = Message(key, content, moment, self.folder_id(where))
        self.log.append((key, "added"))
        return key

    def folder_id(self, name: str) -> str:
        raise NotImplementedError

    def call(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Answer:
        raise NotImplementedError

    def answered(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self.asked.append(f"{method} {unquote(path)}")
        lowered = {name.casefold(): value for name, value in headers.items()}
        self.prefers.append(lowered.get("prefer", ""))
        if lowered.get("authorization", "").removeprefix("Bearer ") in self.refused_tokens | {""}:
            return Answer(401, {"error": {"code": "InvalidAuthenticationToken", "message": "Token has expired."}})
        for failing in self._failing:
            if failing[0].search(f"{method} {unquote(path)}"):
                self._failing.remove(failing)
                return failing[1]
        parts = urlsplit(path)
        try:
            return self.call(method, unquote(parts.path), parse_qs(parts.query), body)
        except Gone:
            return Answer(404, {"error": {"code": "ErrorItemNotFound", "message": "The object was not found."}})


class GraphStandIn(StandIn):
    """Microsoft Graph, as far as mail is read, moved and sent."""

    OWN = f"/v1.0/users/{ADDRESS}"

    def __init__(self) -> None:
        self.folders: dict[str, tuple[str, str]] = {"AQ-inbox": ("", "Inbox")}
        self.oldest_token = 0
        super().__init__()

    def folder_id(self, name: str) -> str:
        if name.casefold() == "inbox":
            return "AQ-inbox"
        within = ""
        for part in name.split("/"):
            within = next((i for i, found in self.folders.items() if found == (within, part)), "")
        return within

    def call(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Answer:
        if path == "/v1.0/$batch":
            return self._batch(json.loads(body))
        rest = path.removeprefix(self.OWN)
        if rest == "/sendMail":
            self.sent.append(base64.b64decode(body))
            return Answer(202)
        if rest == "/mailFolders/inbox":
            return Answer(200, {"id": "AQ-inbox"})
        if match := re.fullmatch(r"/mailFolders(?:/([^/]+)/childFolders)?", rest):
            return self._children(method, match[1] or "", query, body)
        if match := re.fullmatch(r"/mailFolders/([^/]+)/messages/delta", rest):
            return self._delta(match[1], query)
        if match := re.fullmatch(r"/messages/([^/]+)/\$value", rest):
            return Answer(200, self._found(match[1]).content)
        if (match := re.fullmatch(r"/messages/([^/]+)/move", rest)) and method == "POST":
            message = self._found(match[1])
            self.log.append((message.key, f"removed from {message.where}"))
            message.where = json.loads(body)["destinationId"]
            self.log.append((message.key, "added"))
            return Answer(201, {"id": message.key})
        if (match := re.fullmatch(r"/messages/([^/]+)", rest)) and method == "PATCH":
            self._found(match[1]).is_read = json.loads(body)["isRead"]
            self.log.append((match[1], "changed"))
            return Answer(200, {"id": match[1]})
        raise Gone

    def _found(self, key: str) -> Message:
        if key not in self.messages:
            raise Gone
        return self.messages[key]

    def _children(self, method: str, within: str, query: dict[str, list[str]], body: bytes) -> Answer:
        if method == "POST":
            name = json.loads(body)["displayName"]
            if (within, name) in self.folders.values():
                return Answer(409, {"error": {"code": "ErrorFolderExists", "message": "A folder exists already."}})
            key = f"AQ-{len(self.folders)}"
            self.folders[key] = (within, name)
            return Answer(201, {"id": key, "displayName": name})
        match = re.fullmatch(r"displayName eq '(.*)'", query["$filter"][0])
        assert match
        wanted = match[1].replace("''", "'")
        found = [key for key, (above, name) in self.folders.items() if (above, name) == (within, wanted)]
        return Answer(200, {"value": [{"id": key, "displayName": wanted} for key in found]})

    def _delta(self, folder: str, query: dict[str, list[str]]) -> Answer:
        if folder not in self.folders:
            raise Gone
        link = f"{self.url}{self.OWN}/mailFolders/{folder}/messages/delta"
        end = len(self.log)  # what happens while this round is read belongs to the next one
        if token := query.get("$deltatoken"):
            seen = int(token[0])
            if seen < self.oldest_token:
                return Answer(410, {"error": {"code": "syncStateNotFound", "message": "The sync state is not found."}})
            names = list(dict.fromkeys(key for key, _ in self.log[seen:end]))
            return self._page(link, names, 0, folder, end)
        if skip := query.get("$skiptoken"):
            listed, first, end = json.loads(base64.urlsafe_b64decode(skip[0]))
            return self._page(link, listed, first, folder, end)
        newest_first = [m.key for m in reversed(list(self.messages.values())) if m.where == folder]
        return self._page(link, newest_first, 0, folder, end)

    def _page(self, link: str, names: list[str], first: int, folder: str, end: int) -> Answer:
        value: list[dict[str, Any]] = []
        for key in names[first : first + self.page]:
            message = self.messages.get(key)
            if message and message.where == folder:
                moment = message.received_at.strftime("%Y-%m-%dT%H:%M:%SZ")
                value.append({"@odata.etag": 'W/"1"', "id": key, "receivedDateTime": moment})
            else:
                value.append({"id": key, "@removed": {"reason": "deleted"}})
        if first + self.page < len(names):
            token = base64.urlsafe_b64encode(json.dumps([names, first + self.page, end]).encode()).decode()
            return Answer(200, {"value": value, "@odata.nextLink": f"{link}?$skiptoken={token}"})
        return Answer(200, {"value": value, "@odata.deltaLink": f"{link}?$deltatoken={end}"})

    def _batch(self, given: dict[str, Any]) -> Answer:
        responses = []
        for one in given["requests"]:
            body = json.dumps(one["body"]).encode()
            answer = self.answered(one["method"], f"/v1.0{one['url']}", {"authorization": "Bearer inner"}, body)
            responses.append({"id": one["id"], "status": answer.status, "headers": answer.headers, "body": answer.body})
        return Answer(200, {"responses": responses[::-1]})


class GmailStandIn(StandIn):
    """The Gmail API, as far as mail is read, labelled and sent. A message's place is its only label beside UNREAD."""

    OWN = "/gmail/v1/users/me"

    def __init__(self) -> None:
        self.labels = {"INBOX": "INBOX"}
        self.oldest_history = 1
        super().__init__()

    def folder_id(self, name: str) -> str:
        return "INBOX" if name == "inbox" else self.labels.get(name, "")

    def move_back(self, key: str) -> None:
        self.messages[key].where = "INBOX"
        self.log.append((key, "labelled INBOX"))

    def call(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Answer:
        if path == f"/upload{self.OWN}/messages/send":
            assert query["uploadType"] == ["media"]
            self.sent.append(body)
            return Answer(200, {"id": f"sent{len(self.sent)}"})
        rest = path.removeprefix(self.OWN)
        if rest == "/profile":
            return Answer(200, {"emailAddress": ADDRESS, "historyId": str(len(self.log) + 1)})
        if rest == "/labels":
            return self._labels(method, body)
        if rest == "/messages":
            return self._listed(query)
        if rest == "/history":
            return self._history(query)
        if rest == "/messages/batchModify":
            return self._modify(json.loads(body))
        if match := re.fullmatch(r"/messages/([^/]+)", rest):
            if match[1] not in self.messages:
                raise Gone
            return self._message(self.messages[match[1]], query["format"][0])
        raise Gone

    def _labels(self, method: str, body: bytes) -> Answer:
        if method == "POST":
            name = json.loads(body)["name"]
            if name in self.labels:
                return Answer(409, {"error": {"code": 409, "message": "Label name exists or conflicts"}})
            self.labels[name] = f"Label_{len(self.labels)}"
            return Answer(200, {"id": self.labels[name], "name": name})
        return Answer(200, {"labels": [{"id": key, "name": name} for name, key in self.labels.items()]})

    def _listed(self, query: dict[str, list[str]]) -> Answer:
        label = query["labelIds"][0]
        after = int(query.get("q", ["after:0"])[0].removeprefix("after:"))
        found = [
            m.key for m in sorted(self.messages.values(), key=lambda m: m.received_at, reverse=True)
            if m.where == label and m.received_at.timestamp() > after
        ]  # fmt: skip
        first = int(query.get("pageToken", ["0"])[0])
        page: dict[str, Any] = {"resultSizeEstimate": len(found)}
        if found:
            page["messages"] = [{"id": key, "threadId": key} for key in found[first : first + self.page]]
        if first + self.page < len(found):
            page["nextPageToken"] = str(first + self.page)
        return Answer(200, page)

    def _history(self, query: dict[str, list[str]]) -> Answer:
        start, label = int(query["startHistoryId"][0]), query["labelId"][0]
        if start < self.oldest_history:
            return Answer(404, {"error": {"code": 404, "message": "Requested entity was not found."}})
        records, end = [], len(self.log)
        for number, (key, what) in enumerate(self.log[start - 1 : end], start + 1):
            message = {"id": key, "threadId": key, "labelIds": [self.messages[key].where]}
            if what == "added" and self.messages[key].where == label:
                records.append({"id": str(number), "messages": [message], "messagesAdded": [{"message": message}]})
            elif what == f"labelled {label}":
                added = {"message": message, "labelIds": [label]}
                records.append({"id": str(number), "messages": [message], "labelsAdded": [added]})
        first = int(query.get("pageToken", ["0"])[0])
        page: dict[str, Any] = {"historyId": str(end + 1)}
        if records:
            page["history"] = records[first : first + self.page]
        if first + self.page < len(records):
            page["nextPageToken"] = str(first + self.page)
        return Answer(200, page)

    def _message(self, message: Message, form: str) -> Answer:
        if form == "raw":
            return Answer(200, {"raw": base64.urlsafe_b64encode(message.content).decode()})
        moment = str(int(message.received_at.timestamp() * 1000))
        return Answer(200, {"internalDate": moment, "labelIds": [message.where, "UNREAD"]})

    def _modify(self, given: dict[str, Any]) -> Answer:
        for key in given["ids"]:
            if key in self.messages and "UNREAD" in given["removeLabelIds"]:
                self.messages[key].is_read = True
            elif key in self.messages:
                self.messages[key].where = given["addLabelIds"][0]
                self.log.append((key, f"labelled {given['addLabelIds'][0]}"))
        return Answer(204, b"")


class Tokens(AccessTokens):
    """Access tokens that count up, without a token server."""

    def __init__(self) -> None:
        super().__init__(OAuth(token_url="https://tokens.example/token", client_id="countersign"), {})
        self.count = 1

    def get(self, *, anew: bool = False) -> str:
        self.count += anew
        return f"token-{self.count}"


Kind = TypeVar("Kind", bound=StandIn)


@dataclass
class Vendor(Generic[Kind]):
    """A vendor as an adapter sees it, and its side of things while answers are recorded."""

    reached: Reached
    stand_in: Kind | None
    tokens: Tokens = field(default_factory=Tokens)
    slept: list[float] = field(default_factory=list)

    def do(self, what: Callable[[Kind], object]) -> None:
        """Have something happen at the vendor's side."""
        if self.stand_in is not None:
            what(self.stand_in)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def is_recording() -> bool:
    return os.environ.get("COUNTERSIGN_RECORD", "") == "all"


@contextmanager
def live(make: Callable[[], Kind], *, user: str = "") -> Iterator[Vendor[Kind]]:
    """A vendor's stand-in itself, spoken to over HTTP."""
    stand_in = make()
    try:
        given = {"host": "127.0.0.1", "port": stand_in.port, "encryption": "none", "sign_in": "oauth", "user": user}
        yield Vendor(Reached.model_validate(given), stand_in)
    finally:
        stand_in.close()


@contextmanager
def recorded(make: Callable[[], Kind], name: str, *, host: str, user: str = "") -> Iterator[Vendor[Kind]]:
    """A vendor whose answers come from the cassette of this name: each is given once, and all must be asked for."""
    path = CASSETTES / f"{name}.yaml"
    if is_recording():
        path.unlink(missing_ok=True)
        with live(make, user=user) as vendor:
            assert vendor.stand_in is not None
            with _recorder(vendor.stand_in.url, host).use_cassette(str(path), record_mode="all"):
                yield vendor
        return
    with _recorder("", host).use_cassette(str(path), record_mode="none") as cassette:
        yield Vendor(Reached.model_validate({"sign_in": "oauth", "user": user}), None)
        assert cassette.all_played, "answers were recorded that nobody asks for any more: record anew"


def _recorder(url: str, host: str) -> vcr.VCR:
    """Keeps no token; names the vendor's own host in place of the stand-in's."""
    own = f"https://{host}"

    def without_address(request: Request) -> Request:
        if url:
            request.uri = request.uri.replace(url, own)
        request.headers = {
            name: value for name, value in request.headers.items() if name.casefold() in ("prefer", "content-type")
        }
        return request

    def without_headers(response: dict[str, Any]) -> dict[str, Any]:
        kept = {
            name: value for name, value in response["headers"].items()
            if name.casefold() in ("content-type", "retry-after")
        }  # fmt: skip
        body = response["body"]["string"]
        return {
            **response,
            "headers": kept,
            "body": {"string": body.replace(url.encode(), own.encode()) if url else body},
        }

    return vcr.VCR(
        match_on=["method", "scheme", "host", "port", "path", "query", "body"],
        before_record_request=without_address, before_record_response=without_headers,
        skip_patchers=[name for name in PATCHER_NAMES if name != "httpx"],
    )  # fmt: skip
