"""Odoo 19 over JSON-2 (`POST /json/2/<model>/<method>`): the real gateway, and the sandbox's too.

Retries happen only where repeating is harmless: reads, and `apply`, which Odoo deduplicates by its key. Odoo's error
bodies carry a traceback in `debug`; it is never read.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Self

import httpx
from pydantic import SecretStr

from app.clock import now
from app.errors import CountersignError, Malformed, Misconfigured, NotFound, Unavailable
from app.odoo.answers import AddonMissing, error_from
from app.odoo.api_keys import ApiKeys
from app.odoo.commands import WriteCommand
from app.odoo.gateway import Domain, OdooVersion, Receipt, Row, WriteStatus
from app.odoo.pacing import Breaker, Bucket, LeftAlone

_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_LONGEST_WAIT = 5.0


class Json2Odoo:
    """An `OdooGateway` on one Odoo database; safe to share between threads, close it when done.

    `attempts` counts the first try; waits between tries are random up to a doubling bound (full jitter), seconds.
    `timeout` bounds the wait for each answer, in seconds; `page` is how many records one read call asks for at most.
    `only_companies` narrows what `companies` answers; empty means all that the service user may see.
    `api_key` may be several that overlap, or none where `key_file` holds them. `per_second` bounds the calls.
    """

    def __init__(
        self,
        url: str,
        database: str,
        api_key: SecretStr | str | Sequence[SecretStr],
        *,
        key_file: Path | None = None,
        per_second: float | None = None,
        breaker: Breaker | None = None,
        timeout: float = 30.0,
        attempts: int = 4,
        first_wait: float = 0.25,
        page: int = 1000,
        only_companies: Sequence[int] = (),
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        address = _address(url)
        self._database = database
        self._attempts = max(1, attempts)
        self._first_wait = first_wait
        self._page = page
        self._only_companies = frozenset(only_companies)
        self._sleep = sleep
        self._last_date = now()
        if isinstance(api_key, str | SecretStr):
            api_key = [api_key if isinstance(api_key, SecretStr) else SecretStr(api_key)]
        self._keys = ApiKeys(api_key, key_file)
        self._bucket = Bucket(per_second, sleep=sleep) if per_second else None
        self._breaker = breaker or Breaker(f"Odoo at {address.host}")
        self._http = httpx.Client(
            base_url=address,
            auth=self._keys,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=8),
            headers={"X-Odoo-Database": database, "User-Agent": "countersign"},
            transport=transport,
            trust_env=address.host not in _LOOPBACK,
        )

    def __repr__(self) -> str:
        return f"Json2Odoo({str(self._http.base_url)!r}, {self._database!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def companies(self) -> list[int]:
        me = self.call("res.users", "context_get", idempotent=True)
        rows = self.call("res.users", "read", ids=[me["uid"]], fields=["company_ids"], idempotent=True)
        seen = set(rows[0]["company_ids"]) if rows else set()
        return sorted(seen & self._only_companies if self._only_companies else seen)

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        companies: Sequence[int],
        limit: int | None = None,
        offset: int = 0,
        order: str = "id",
        archived: bool = False,
    ) -> list[Row]:
        if not re.search(r"\bid\b", order):
            order += ", id"  # pages of an ambiguous order could overlap
        found: list[Row] = []
        while limit is None or len(found) < limit:
            size = self._page if limit is None else min(self._page, limit - len(found))
            rows = self.call(
                model,
                "search_read",
                domain=list(domain),
                fields=list(fields),
                limit=size,
                offset=offset + len(found),
                order=order,
                context=_context(companies, archived),
                idempotent=True,
            )
            found += _rows(rows, model)
            if len(rows) < size:
                break
        return found

    def search_count(self, model: str, domain: Domain, *, companies: Sequence[int], archived: bool = False) -> int:
        context = _context(companies, archived)
        count = self.call(model, "search_count", domain=list(domain), context=context, idempotent=True)
        if not isinstance(count, int):
            raise Malformed(f"Odoo answered the count of {model} with {type(count).__name__}.", model=model)
        return count

    def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str], *, companies: Sequence[int], archived: bool = False
    ) -> list[Row]:
        if not ids:
            return []
        context = _context(companies, archived)
        by_id: dict[int, Row] = {}
        for start in range(0, len(ids), self._page):
            some = list(ids[start : start + self._page])
            rows = self.call(model, "read", ids=some, fields=list(fields), context=context, idempotent=True)
            by_id |= {row["id"]: row for row in _rows(rows, model)}
        missing = [i for i in ids if i not in by_id]
        if missing:
            raise NotFound(f"Odoo has no {model} with id {missing[0]} any more.", model=model, ids=missing)
        return [by_id[i] for i in ids]

    def apply(self, command: WriteCommand, *, key: str) -> Receipt:
        answer = self.call(
            "countersign.operation",
            "apply",
            **command.arguments(key),
            context=_context([command.change.company_id]),
            idempotent=True,
        )
        try:
            return Receipt(WriteStatus(answer["status"]), answer["result"])
        except (TypeError, KeyError, ValueError):
            raise Malformed("Odoo's answer to a write is not a receipt. Is the addon's version right?") from None

    def ask_addon(self, question: str, *, companies: Sequence[int] = (), **arguments: Any) -> Any:
        context = _context(companies, archived=True) if companies else {"lang": "en_US"}
        return self.call("countersign.operation", question, context=context, idempotent=True, **arguments)

    def fields(self, model: str, names: Sequence[str]) -> list[str]:
        found = self.call(model, "fields_get", allfields=list(names), attributes=["type"], idempotent=True)
        return sorted(found)

    def clock(self) -> datetime:
        self._send("GET", "/json/version", None, idempotent=True, what="version")
        return self._last_date

    def version(self) -> OdooVersion:
        answer = self._send("GET", "/json/version", None, idempotent=True, what="version")
        try:
            addon = self.call("countersign.operation", "about", idempotent=True)["version"]
        except AddonMissing:
            addon = None
        return OdooVersion(server=str(answer["version"]), addon=addon)

    def call(self, model: str, method: str, /, *, idempotent: bool = False, **arguments: Any) -> Any:
        """Any method of Odoo by name; repeated after a failure only when the caller says that is harmless."""
        if not (_NAME.fullmatch(model) and _NAME.fullmatch(method)):
            raise Misconfigured(f"{model}/{method} is not a model and method of Odoo.", model=model, method=method)
        path = f"/json/2/{model}/{method}"
        return self._send("POST", path, arguments, idempotent=idempotent, what=f"{model}/{method}")

    def _send(self, verb: str, path: str, body: Mapping[str, Any] | None, *, idempotent: bool, what: str) -> Any:
        left = self._attempts if idempotent else 1
        wait = self._first_wait
        while True:
            left -= 1
            if self._bucket is not None:
                self._bucket.take()
            try:
                with self._breaker.attempt(_is_outage):
                    return self._once(verb, path, body, what)
            except Unavailable as problem:
                if not left or isinstance(problem, LeftAlone):
                    raise
                asked = problem.facts.get("retry_after")
                pause = random.uniform(0, wait)  # noqa: S311 - jitter, not a secret
                self._sleep(min(_LONGEST_WAIT, max(pause, asked if isinstance(asked, float) else 0.0)))
                wait = min(_LONGEST_WAIT, wait * 2)

    def _once(self, verb: str, path: str, body: Mapping[str, Any] | None, what: str) -> Any:
        host = self._http.base_url.host
        problem: CountersignError
        try:
            answer = self._http.request(verb, path, json=body)
        except httpx.TimeoutException as error:
            problem = Unavailable(f"Odoo at {host} did not answer in time.", call=what, cause=type(error).__name__)
        except httpx.TransportError as error:
            problem = Unavailable(f"Odoo at {host} cannot be reached.", call=what, cause=type(error).__name__)
        else:
            if answer.status_code == httpx.codes.OK:
                self._last_date = _date_of(answer)
                try:
                    return answer.json()
                except ValueError:
                    raise Misconfigured(f"What answers at {host} is not Odoo's JSON-2 interface.", call=what) from None
            problem = error_from(answer, host=host, database=self._database, what=what, keys=self._keys.count)
        raise problem from None


def _is_outage(problem: Unavailable) -> bool:
    """Not a record that is locked, nor a call among many that failed inside: those are answers too."""
    return problem.facts.get("status") not in (409, 500)


def _date_of(answer: httpx.Response) -> datetime:
    """When it was sent, by the sender's clock; by ours where it does not say."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return now()


def _address(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL:
        address = httpx.URL("")
    if address.scheme not in ("http", "https") or not _HOST.fullmatch(address.raw_host.decode("ascii", "replace")):
        raise Misconfigured("Odoo's address must start with http:// or https:// and name a host.")
    if address.userinfo:
        raise Misconfigured("Odoo's address must not contain a user or password: the API key has its own setting.")
    return address


def _context(companies: Sequence[int], archived: bool = False) -> dict[str, Any]:
    if not companies:
        raise Misconfigured("A call to Odoo must name the companies it is about.")
    asked = {"lang": "en_US", "tz": "UTC", "allowed_company_ids": list(companies)}
    return asked | {"active_test": False} if archived else asked


def _rows(answer: Any, model: str) -> list[Row]:
    if not isinstance(answer, list):
        raise Malformed(f"Odoo answered a read of {model} with {type(answer).__name__}, not a list.", model=model)
    return answer
