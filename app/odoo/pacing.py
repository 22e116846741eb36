"""How often Odoo is called, and when it is left alone: a bucket of tokens and a circuit breaker, both thread-safe."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from app.clock import now
from app.errors import Unavailable


class LeftAlone(Unavailable):
    """Odoo failed so often in a row that it is not even asked for a while; nothing was sent."""


class Bucket:
    """At most `burst` calls at once and `per_second` on average; whoever comes too early waits for their turn."""

    def __init__(
        self,
        per_second: float,
        *,
        burst: int = 20,
        sleep: Callable[[float], None],
        tell: Callable[[], float] = time.monotonic,
    ) -> None:
        self._apart = 1.0 / per_second
        self._ahead = (burst - 1) * self._apart
        self._sleep = sleep
        self._tell = tell
        self._next = 0.0
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait until a call may go out."""
        with self._lock:
            present = self._tell()
            turn = max(self._next, present - self._ahead)
            self._next = turn + self._apart
        if turn > present:
            self._sleep(turn - present)


class Breaker:
    """Opens after `opens_after` failures in a row: then calls fail at once, until a pause is over and one may try.

    The pause begins with `pause` seconds and doubles up to `longest` while the trial calls fail too.
    """

    def __init__(
        self, what: str, *, opens_after: int = 8, pause: float = 5.0, longest: float = 60.0,
        tell: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._what = what
        self._opens_after = opens_after
        self._first_pause = pause
        self._longest = longest
        self._tell = tell
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = pause
        self._until = 0.0
        self._is_trying = False

    @contextmanager
    def attempt(self, is_outage: Callable[[Unavailable], bool]) -> Iterator[None]:
        """A call; an `Unavailable` out of the block that is an outage counts as a failure, any other end as an answer.

        Raises:
            LeftAlone: It is not the time to call.
        """
        self._enter()
        try:
            yield
        except Unavailable as problem:
            if is_outage(problem):
                self._failed()
            else:
                self._answered()
            raise
        except Exception:
            self._answered()
            raise
        except BaseException:
            self._gave_up()
            raise
        else:
            self._answered()

    def _enter(self) -> None:
        with self._lock:
            if self._failures < self._opens_after:
                return
            left = self._until - self._tell()
            if left <= 0 and not self._is_trying:
                self._is_trying = True
                return
            failures, left = self._failures, max(left, 1.0)
        at = now() + timedelta(seconds=left)
        raise LeftAlone(
            f"{self._what} has not answered {failures} times in a row. It is asked again at {at:%H:%M:%S} UTC; nothing "
            "is lost until then.",
            retry_after=left,
        )

    def _answered(self) -> None:
        with self._lock:
            self._failures, self._pause, self._is_trying = 0, self._first_pause, False

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures > self._opens_after:
                self._pause = min(self._longest, self._pause * 2)
            self._until = self._tell() + self._pause
            self._is_trying = False

    def _gave_up(self) -> None:
        with self._lock:
            self._is_trying = False
