"""`countersign up`: engines, worker, scheduler and web app as supervised children of one process."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

from app import config
from app.config import ENGINES_FILE, Settings
from app.errors import Conflict, Unavailable
from workers import engines

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
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    started_at: float = 0.0
    due_at: float = 0.0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Starts the children in order, watches them, and stops them in reverse order.

    `say` gets one line for a person whenever something happens.
    """

    settings: Settings
    say: Callable[[str], None]
    programs: Mapping[str, list[str]] = field(default_factory=dict)
    """Further programs to supervise, by name."""
    children: list[Child] = field(default_factory=list)
    _stopping: bool = False
    _lock: TextIO | None = None

    @property
    def data(self) -> Path:
        return self.settings.countersign_data

    def start(self) -> Settings:
        """Bring everything up and return the settings that clients use.

        Raises:
            Conflict: Another `countersign up` has this data folder, or the web port is taken.
            Misconfigured, Unavailable: An engine cannot start.
        """
        self._take_folder()
        try:
            self._require_port()
            known = config.known_engines(self.data)
            if not self.settings.database_url.get_secret_value():
                self._add_engine("postgres", known, engines.start_postgres, signal.SIGINT, "database_url")
            if not self.settings.redis_url.get_secret_value():
                self._add_engine("valkey", known, engines.start_valkey, signal.SIGTERM, "redis_url")
            known.setdefault("countersign_secret_key", engines.new_password() + engines.new_password())
            known["countersign_port"] = self.settings.countersign_port
            self._remember(known)
            self.settings = config.load(
                countersign_data=self.data, countersign_host=self.settings.countersign_host,
                countersign_port=self.settings.countersign_port,
            )  # fmt: skip
            from app import migrations

            migrations.upgrade(self.settings.database_url.get_secret_value())
            for name, arguments in {**self._own_programs(), **self.programs}.items():
                self._add_program(name, arguments)
            self._wait_for_web()
        except BaseException:
            self.stop()
            raise
        return self.settings

    def run(self) -> None:
        """Watch the children until SIGTERM or SIGINT, then stop them."""
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, self._asked_to_stop)
        while not self._stopping:
            self.look_after()
            time.sleep(0.2)
        self.stop()

    def look_after(self) -> None:
        """Start again what ended by itself, after a wait that grows with each fall."""
        now = time.monotonic()
        for child in self.children:
            if child.is_running:
                if child.falls and now - child.started_at > STEADY_AFTER:
                    child.falls = 0
                continue
            if child.process is not None:
                code = child.process.returncode
                wait = RESTART_WAITS[min(child.falls, len(RESTART_WAITS) - 1)]
                child.falls += 1
                child.process, child.due_at = None, now + wait
                self.say(f"{child.name} ended ({_ending(code)}); starting it again in {wait:g} s.")
            elif now >= child.due_at:
                self._begin(child)

    def stop(self) -> None:
        """Stop the children: first what works on the engines, all at once, then the engines."""
        self._stopping = True
        for are_engines in (False, True):
            wave = [(c, c.process) for c in self.children if c.is_engine == are_engines and c.process is not None]
            for child, process in wave:
                engines.ask_to_stop(process, child.stop_signal)
            for child, process in wave:
                engines.wait_for_end(process, within=child.stop_within)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _require_port(self) -> None:
        host, port = self.settings.countersign_host, self.settings.countersign_port
        if engines.is_port_taken(host, port):
            raise Conflict(
                f"Port {port} is taken by another program. Free it, or choose another with --port or COUNTERSIGN_PORT."
            )

    def _take_folder(self) -> None:
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        lock = (self.data / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise Conflict(
                f"Countersign is running already with the data in {self.data}. Stop it first, or choose another folder "
                "with COUNTERSIGN_DATA."
            ) from None
        self._lock = lock  # closing it would give the folder up

    def _remember(self, known: dict[str, object]) -> None:
        path = self.data / ENGINES_FILE
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(known, indent=1))
        fresh.replace(path)

    def _add_engine(
        self,
        name: str,
        known: dict[str, object],
        start: Callable[..., engines.Started],
        stop_signal: int,
        url_setting: str,
    ) -> None:
        password = str(known.setdefault(f"{name}_password", engines.new_password()))
        port = int(str(known.get(f"{name}_port", 0)))
        if not port or engines.is_port_taken("127.0.0.1", port):
            port = engines.free_port()
        known[f"{name}_port"] = port
        self._remember(known)

        def begin() -> subprocess.Popen[bytes]:
            started = start(self.data.resolve(), port=port, password=password)
            known[url_setting] = started.url
            return started.process

        child = Child(name, begin, stop_signal, stop_within=30.0, is_engine=True)
        self.children.append(child)
        self._begin(child)

    def _own_programs(self) -> dict[str, list[str]]:
        celery = [sys.executable, "-m", "celery", "-A", "workers.celery_app:celery_app", "-q"]
        models = [*celery, "worker", "-P", "threads", "-c", str(self.settings.questions_at_once), "-Q", "models",
                  "-n", "models@%h", "--without-gossip", "--without-mingle", "-l", "INFO"]  # fmt: skip
        return {
            **({"models": models} if self.settings.has_llm else {}),
            "worker": [*celery, "worker", "-P", "prefork", "-c", "2", "--without-gossip", "--without-mingle",
                       "-l", "INFO"],
            "scheduler": [*celery, "beat", "-s", str(self.data / "beat"), "--pidfile=", "-l", "WARNING"],
            "web": [sys.executable, "-m", "uvicorn", "workers.web:application", "--factory",
                    "--host", self.settings.countersign_host, "--port", str(self.settings.countersign_port),
                    "--timeout-graceful-shutdown", "2", "--log-level", "warning", "--no-server-header"],
        }  # fmt: skip

    def _add_program(self, name: str, arguments: list[str]) -> None:
        environment = {
            **os.environ, "COUNTERSIGN_DATA": str(self.data.resolve()), "REMAP_SIGTERM": "SIGQUIT",
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        environment.setdefault("COUNTERSIGN_PORT", str(self.settings.countersign_port))
        log = self.data / "logs" / f"{name}.log"

        # When we are killed, the broker goes at the same moment: a worker that tried to end politely would wait for it
        # for ever. Leases make a sudden end harmless.
        def begin() -> subprocess.Popen[bytes]:
            with log.open("ab") as out:
                return subprocess.Popen(
                    arguments, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=environment,
                    preexec_fn=engines.dies_with_us(signal.SIGKILL),
                )  # fmt: skip

        child = Child(name, begin)
        self.children.append(child)
        self._begin(child)

    def _begin(self, child: Child) -> None:
        child.started_at = time.monotonic()
        try:
            child.process = child.start()
        except Unavailable as error:
            if not child.falls:
                raise
            child.due_at = time.monotonic() + RESTART_WAITS[-1]
            self.say(f"{child.name} does not start: {error.message}")

    def _wait_for_web(self) -> None:
        import httpx

        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.look_after()
            try:
                httpx.get(
                    f"http://{self.settings.countersign_host}:{self.settings.countersign_port}/healthz", timeout=2
                )
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise Unavailable(f"The web app did not start within 60 s. Its log is {self.data / 'logs' / 'web.log'}.")


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
