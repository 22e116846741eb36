"""Child processes that are started again when they end by themselves."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import Unavailable

RESTART_WAITS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a child that ended by itself is started again; the last one repeats."""
STEADY_AFTER = 60.0
"""A child that ran this long starts with the shortest wait again."""


@dataclass
class Child:
    """A supervised process: how to start it, how to stop it, and how often it ended by itself."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop_signal: int = signal.SIGTERM
    stop_within: float = 10.0
    is_engine: bool = False
    may_end: bool = False
    """One that ends well (exit code 0) did what it was begun for, and is not started again."""
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    started_at: float = 0.0
    due_at: float = 0.0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def begin(self, say: Callable[[str], None]) -> None:
        """Start it.

        Raises:
            Unavailable: It does not start, and never did.
        """
        self.started_at = time.monotonic()
        try:
            self.process = self.start()
        except Unavailable as error:
            if not self.falls:
                raise
            self.due_at = time.monotonic() + RESTART_WAITS[-1]
            say(f"{self.name} does not start: {error.message}")

    def look_after(self, say: Callable[[str], None]) -> None:
        """Start it again if it ended by itself, after a wait that grows with each fall."""
        now = time.monotonic()
        if self.is_running:
            if self.falls and now - self.started_at > STEADY_AFTER:
                self.falls = 0
            return
        if self.process is not None:
            code = self.process.returncode
            if code == 0 and self.may_end:
                return
            wait = RESTART_WAITS[min(self.falls, len(RESTART_WAITS) - 1)]
            self.falls += 1
            self.process, self.due_at = None, now + wait
            say(f"{self.name} ended ({_ending(code)}); starting it again in {wait:g} s.")
        elif now >= self.due_at:
            self.begin(say)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
