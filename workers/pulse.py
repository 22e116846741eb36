"""Who works, and who answers: workers leave word in the broker, and the web app looks, never while a page waits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import redis

from app.clock import now
from app.errors import CountersignError
from app.health import Check, Peer, Pulse, Queue

if TYPE_CHECKING:
    from app.odoo.gateway import OdooVersion
    from workers.wiring import Parts

log = logging.getLogger(__name__)

QUEUES = ("celery", "models")
WORD = "countersign:reads"
"""Keys `countersign:reads:QUEUE:WORKER`: this worker reads that queue; they end by themselves."""
SWEPT = "countersign:swept"
"""When the queues were last swept, in seconds since 1970."""
LASTS = 30
"""Seconds that a worker's word holds."""
SAID_EVERY = 8.0
LONGEST = 4.0
"""Seconds that Odoo may take to say its version."""
OLD_AFTER = 10.0
"""Seconds after which the last look is renewed."""


class Word:
    """A worker's word that it is there: said again every few seconds, and no matter when the broker is away."""

    def __init__(self, url: str, worker: str, queues: Iterable[str]) -> None:
        self._client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
        self._keys = [f"{WORD}:{queue}:{worker}" for queue in queues]
        self._said = 0.0

    def say(self) -> None:
        if time.monotonic() - self._said < SAID_EVERY:
            return
        self._said = time.monotonic()
        try:
            with self._client.pipeline(transaction=False) as pipe:
                for key in self._keys:
                    pipe.set(key, "1", ex=LASTS)
                pipe.execute()
        except redis.RedisError:
            log.debug("the broker takes no word")

    def end(self) -> None:
        """The worker goes: say so at once, if the broker listens."""
        try:
            self._client.delete(*self._keys)
        except redis.RedisError:
            log.debug("the broker takes no word")
        self._client.close()


def note_sweep(url: str) -> None:
    """Note that the scheduler's sweep ran just now."""
    if not url:
        return
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            client.set(SWEPT, f"{time.time():.0f}")
    except redis.RedisError:
        log.debug("the broker takes no word")


class LivePulse:
    """Keeps the last look at broker and Odoo, and looks again in a thread of its own when it has grown old."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._last: Pulse | None = None
        self._looked = 0.0
        self._lock = threading.Lock()
        self._is_looking = False
        self._asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pulse-odoo")
        self._asked: Future[OdooVersion] | None = None

    def pulse(self) -> Pulse | None:
        with self._lock:
            is_old = time.monotonic() - self._looked > OLD_AFTER
            if is_old and not self._is_looking:
                self._is_looking = True
                threading.Thread(target=self._renew, name="pulse", daemon=True).start()
            return self._last

    def checks(self) -> Iterator[Check]:
        from workers.health import checks

        return checks(self._parts)

    def look(self) -> Pulse:
        """Look now, and keep what was seen."""
        at = now()
        broker, queues, swept_at = self._broker(at)
        odoo = self._odoo(at)
        last = self._last
        found = Pulse(
            at, _since(broker, last.broker if last else None, at), queues, swept_at,
            _since(odoo, last.odoo if last else None, at),
        )  # fmt: skip
        with self._lock:
            self._last, self._looked = found, time.monotonic()
        return found

    def _renew(self) -> None:
        try:
            self.look()
        except Exception:
            log.exception("looking at engines and peers failed")
        finally:
            with self._lock:
                self._is_looking = False
                self._looked = time.monotonic()

    def _broker(self, at: datetime) -> tuple[Peer, tuple[Queue, ...], datetime | None]:
        url = self._parts.settings.redis_url.get_secret_value()
        if not url:
            return Peer("absent", at), (), None
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
                readers = {name: _readers(client, name) for name in QUEUES}
                waiting = {name: _number(client.llen(name)) for name in QUEUES}
                swept: Any = client.get(SWEPT)
        except redis.RedisError as error:
            return Peer("fails", at, type(error).__name__), (), None
        queues = tuple(Queue(name, readers[name], waiting[name]) for name in QUEUES)
        return Peer("works", at), queues, datetime.fromtimestamp(int(swept), UTC) if swept else None

    def _odoo(self, at: datetime) -> Peer:
        """Whether Odoo answers within `LONGEST`; a question that hangs is waited for, and no second one is put."""
        odoo = self._parts.odoo
        if odoo is None:
            return Peer("absent", at)
        if self._asked is None:
            self._asked = self._asking.submit(odoo.version)
        try:
            version = self._asked.result(timeout=LONGEST)
        except TookTooLong:
            return Peer("fails", at, f"Odoo had no answer within {LONGEST:.0f} seconds.")
        except CountersignError as error:
            return Peer("fails", at, error.message)
        finally:
            if self._asked.done():
                self._asked = None
        return Peer("works", at, f"{version.server} {version.addon or ''}".strip())


def _readers(client: redis.Redis, queue: str) -> tuple[str, ...]:
    start = f"{WORD}:{queue}:"
    return tuple(sorted(key.decode().removeprefix(start) for key in client.scan_iter(f"{start}*", count=200)))


def _number(found: Any) -> int:
    return int(found)


def _since(found: Peer, before: Peer | None, at: datetime) -> Peer:
    """The peer with the moment since which it has been in this state."""
    if before is not None and before.state == found.state:
        return Peer(found.state, before.since, found.says)
    return Peer(found.state, at, found.says)
