"""Calls of a mailbox's web interface (Microsoft Graph, the Gmail API): tokens, patience, and words for what failed.

A refused token is got anew once. Where the server asks to wait (429, 503, Gmail's rate limits as 403) we wait as long
as it says, up to a minute; then, or when it fails otherwise, `MailboxFails` says so, and the mailbox is tried later.
The token goes to the address that was set and nowhere else: no redirect is followed, no link to elsewhere is opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from app.clock import now
from app.mailboxes.port import MailboxFails
from app.mailboxes.reached import Reached, is_loopback
from app.mailboxes.words import said

if TYPE_CHECKING:
    import httpx

WITHIN = 60.0
"""Seconds that the server may take for an answer, or between two pieces of one."""
LONGEST_WAIT = 60.0
"""Seconds that we wait in all, for one call, when the server asks us to."""
_BUSY = (429, 500, 502, 503, 504)
_TOO_FAST = ("rateLimitExceeded", "userRateLimitExceeded")
Token = Callable[[bool], str]
"""Gives an access token; True: the one before was refused."""


def address_of(reached: Reached, host: str) -> str:
    """Where the web interface is: at the vendor's own host unless another is set (a national cloud).

    Raises:
        MailboxFails: Without encryption it may only be on this machine.
    """
    if not reached.host:
        return f"https://{host}"
    if reached.encryption == "none":
        if not is_loopback(reached.host):
            raise MailboxFails(
                f"{reached.host} is another machine: without encryption the token would be sent in the open. Choose "
                "TLS.",
                step="encryption",
            )
        return f"http://{reached.host}:{reached.port}"
    return f"https://{reached.host}" + ("" if reached.port in (443, 993) else f":{reached.port}")


class WebApi:
    """One mailbox's calls. `base` begins every address; `where` names the service in sentences."""

    def __init__(
        self, base: str, token: Token, *, where: str, headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        import httpx

        self.base, self.where = base, where
        self._token, self._sleep = token, sleep
        self._client = httpx.Client(timeout=WITHIN, headers=dict(headers or {}), follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def ask(
        self, method: str, path: str, *, step: str, allowed: tuple[int, ...] = (), is_once: bool = False, **options: Any
    ) -> httpx.Response:
        """The answer to a call, read whole: one of success, or of a status in `allowed`.

        `is_once`: the call is not made again, whatever the answer.
        """
        with self.stream(method, path, step=step, allowed=allowed, is_once=is_once, **options) as answer:
            self._read(answer, step)
            return answer

    def json(self, method: str, path: str, *, step: str, **options: Any) -> dict[str, Any]:
        """The JSON object in the answer to a call."""
        return self.content(self.ask(method, path, step=step, **options), step)

    def content(self, answer: httpx.Response, step: str) -> dict[str, Any]:
        """The JSON object in an answer."""
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise MailboxFails(f"{self.where} answers what cannot be read. It is asked again by itself.", step=step)
        return found

    @contextmanager
    def stream(
        self, method: str, path: str, *, step: str, allowed: tuple[int, ...] = (), is_once: bool = False,
        headers: Mapping[str, str] | None = None, **options: Any,
    ) -> Iterator[httpx.Response]:  # fmt: skip
        """The answer to a call, its body still to be read."""
        import httpx

        waited, refused, tries = 0.0, False, 0
        while True:
            signed = {**(headers or {}), "authorization": f"Bearer {self._token(refused)}"}
            request = self._client.build_request(method, self.base + path, headers=signed, **options)
            try:
                answer = self._client.send(request, stream=True)
            except httpx.HTTPError as error:
                raise self._lost(error, step) from None
            try:
                if answer.status_code < 300 or answer.status_code in allowed:
                    yield answer
                    return
                self._read(answer, step)
            finally:
                answer.close()
            tries += 1
            if answer.status_code == 401 and not refused and not is_once:
                refused = True
                continue
            pause = None if is_once else _pause(answer, tries)
            if pause is None or waited + pause > LONGEST_WAIT:
                raise self.refused(answer.status_code, _error(answer), step, asks=_asked(answer))
            waited += pause
            self._sleep(pause)

    def rest(self, seconds: float, step: str) -> None:
        """Wait because the server asked for it.

        Raises:
            MailboxFails: It asks for longer than we wait.
        """
        if seconds > LONGEST_WAIT:
            raise self.refused(429, {}, step, asks=seconds)
        self._sleep(seconds)

    def relative(self, link: object, step: str) -> str:
        """A link of the server without what every address begins with.

        Raises:
            MailboxFails: It leads elsewhere.
        """
        if not isinstance(link, str) or not link.startswith(f"{self.base}/"):
            raise MailboxFails(
                f"{self.where} names an address that is not its own. Check the server's name.", step=step
            )
        return link.removeprefix(self.base)

    def chunks(self, answer: httpx.Response, size: int, step: str) -> Iterator[bytes]:
        """The body in pieces of this size."""
        import httpx

        try:
            yield from answer.iter_bytes(size)
        except httpx.HTTPError as error:
            raise self._lost(error, step) from None

    def _read(self, answer: httpx.Response, step: str) -> None:
        import httpx

        try:
            answer.read()
        except httpx.HTTPError as error:
            raise self._lost(error, step) from None

    def _lost(self, error: Exception, step: str) -> MailboxFails:
        import httpx

        never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        return MailboxFails(
            f"{self.where} does not answer ({said(error)}). It is tried again by itself.",
            step="connection", while_doing=step, may_have_arrived=not never_sent,
        )  # fmt: skip

    def refused(self, status: int, error: Mapping[str, Any], step: str, *, asks: float | None = None) -> MailboxFails:
        """What to say of an answer that is no success; `error` is what the server wrote."""
        reason = _reason(error)
        why = said(error.get("message") or reason or "no reason given")
        facts: dict[str, object] = {"status": status, "reason": reason}
        if status in _BUSY or reason in _TOO_FAST:
            return MailboxFails(
                f"{self.where} is busy or asks us to wait ({status}: {why}). It is tried again by itself.",
                step=step, retry_after=asks, **facts,
            )  # fmt: skip
        if status == 401:
            return MailboxFails(
                f"{self.where} does not let us in: {why}. Check client id and scope, or give consent again.",
                step="sign_in", **facts,
            )  # fmt: skip
        if status == 403:
            return MailboxFails(
                f"{self.where} does not allow this: {why}. Give the application the permission that it lacks and "
                "consent again.",
                step="sign_in" if step == "folder" else step, **facts,
            )  # fmt: skip
        return MailboxFails(f"{self.where} refuses ({status}): {why}.", step=step, **facts)


def send_once(api: WebApi, path: str, content: bytes, media_type: str, **options: Any) -> None:
    """Hand a mail to the service to be sent, once, and close.

    Raises:
        MailboxFails: Nothing was sent, unless its facts say `may_have_left`; `is_permanent`: nor will it ever be.
    """
    try:
        headers = {"content-type": media_type}
        with api.stream("POST", path, step="sending", content=content, headers=headers, is_once=True, **options):
            pass  # the status says that it was taken; what else is said of it does not matter
    except MailboxFails as error:
        status = error.facts.get("status")
        may_have_left = bool(error.facts.get("may_have_arrived")) or status in (500, 502, 504)
        is_permanent = status in (400, 413)
        raise MailboxFails(
            error.message, **{**error.facts, "is_permanent": is_permanent, "may_have_left": may_have_left}
        ) from None
    finally:
        api.close()


def _error(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    error = found.get("error") if isinstance(found, dict) else None
    if isinstance(error, dict):
        return error
    return {"message": error if isinstance(error, str) else answer.reason_phrase}


def _reason(error: Mapping[str, Any]) -> str:
    """The short name of an error: Graph's code, Gmail's first reason."""
    listed = error.get("errors")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    return str(first.get("reason") or error.get("code") or "")


def _pause(answer: httpx.Response, tries: int) -> float | None:
    """Seconds to wait before the same call is made again; None: that does not help."""
    if answer.status_code not in _BUSY and not (answer.status_code == 403 and _reason(_error(answer)) in _TOO_FAST):
        return None
    asked = _asked(answer)
    return asked if asked is not None else float(2 ** min(tries, 6))


def _asked(answer: httpx.Response) -> float | None:
    """How long the server asks to wait (Retry-After), in seconds; it says so in seconds or as a moment."""
    given = answer.headers.get("retry-after", "")
    if given.isdecimal():
        return float(given)
    try:
        return max(0.0, (parsedate_to_datetime(given) - now()).total_seconds())
    except (ValueError, TypeError):
        return None
