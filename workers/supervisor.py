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
from app.db import connect
from app.errors import Conflict, Unavailable
from workers import engines, mailbox_processes
from workers.children import Child
from workers.mailbox_processes import MailboxProcesses


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
    mailboxes: MailboxProcesses | None = None
    """The processes that fetch mail, once the database is there."""
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
            self._follow_mailboxes()
            self._wait_for_web()
        except BaseException:
            self.stop()
            raise
        return self.settings

    def heed_signals(self) -> None:
        """From now on SIGTERM and SIGINT end `run`, even before it has begun."""
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, self._asked_to_stop)

    def run(self) -> None:
        """Watch the children until SIGTERM or SIGINT, then stop them."""
        self.heed_signals()
        while not self._stopping:
            self.look_after()
            time.sleep(0.2)
        self.stop()

    def look_after(self) -> None:
        """Start again what ended by itself, after a wait that grows with each fall; follow the mailboxes."""
        for child in self.children:
            child.look_after(self.say)
        if self.mailboxes is not None:
            self.mailboxes.look_after()

    def stop(self) -> None:
        """Stop the children: first what works on the engines, all at once, then the engines."""
        self._stopping = True
        if self.mailboxes is not None:
            self.mailboxes.stop()
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
        child.begin(self.say)

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
        child = Child(name, lambda: self._start_program(name, arguments))
        self.children.append(child)
        child.begin(self.say)

    def _start_program(self, name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
        """A program of ours, with its log.

        When we are killed, the broker goes at the same moment: a worker that tried to end politely would wait for it
        for ever. Leases make a sudden end harmless.
        """
        environment = {
            **os.environ, "COUNTERSIGN_DATA": str(self.data.resolve()), "REMAP_SIGTERM": "SIGQUIT",
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        environment.setdefault("COUNTERSIGN_PORT", str(self.settings.countersign_port))
        with (self.data / "logs" / f"{name}.log").open("ab") as out:
            return subprocess.Popen(
                arguments, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=environment,
                preexec_fn=engines.dies_with_us(signal.SIGKILL),
            )  # fmt: skip

    def _follow_mailboxes(self) -> None:
        """From now on a process runs for each active mailbox."""
        database = connect(self.settings.database_url.get_secret_value(), pool_size=1)
        self.mailboxes = MailboxProcesses(
            database, lambda name: self._start_program(f"mailbox-{name}", mailbox_processes.command(name)), self.say
        )

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
