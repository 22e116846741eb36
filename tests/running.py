"""The whole house as a user runs it: `countersign up` with its engines, and a sandbox Odoo beside it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx
import psycopg

from fixtures.odoo.sandbox import API_KEY, DATABASE
from workers import engines

ROOT = Path(__file__).parents[1]
NAMES = {
    "postgres": "/bin/postgres -D", "valkey": "valkey-server", "worker": "celery_app -q worker",
    "scheduler": "celery_app -q beat", "web": "uvicorn workers.web", "fetching": "workers.fetching",
}  # fmt: skip
"""What the command line of each child of the supervisor holds."""


def environment(data: Path, **more: str) -> dict[str, str]:
    """Our environment without the settings of the machine the tests run on, and with these."""
    foreign = ("COUNTERSIGN_", "ODOO_", "FIRM_", "DATABASE_URL", "REDIS_URL")
    ours = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**ours, "COUNTERSIGN_DATA": str(data), "PYTHONPATH": path, **more}


def command(
    *arguments: str, env: Mapping[str, str], check: bool = False, within: float = 300, columns: int = 80
) -> subprocess.CompletedProcess[str]:
    """Run `countersign …` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "workers", *arguments], cwd=ROOT, env={**env, "COLUMNS": str(columns)}, text=True,
        capture_output=True, check=check, timeout=within, stdin=subprocess.DEVNULL,
    )  # fmt: skip


class Running:
    """`countersign up` with its data in a folder of its own; `with` stops it."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = engines.free_port()
        told = {"COUNTERSIGN_NARRATIVES_AT": "", **settings}  # tests run at any hour: nothing is drafted by itself
        self.environment = environment(data, COUNTERSIGN_PORT=str(self.port), **told)
        self.log = data.with_suffix(".log")
        self._log_from = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers", "up"], cwd=ROOT, env=self.environment, stdout=out, stderr=out,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_until_up(self, seconds: float = 240) -> Running:
        self.wait_for("is up", seconds)
        return self

    def wait_for(self, text: str, seconds: float = 120) -> None:
        """Wait until the supervisor has said this."""
        deadline = time.monotonic() + seconds
        while text not in self.said():
            assert self.process.poll() is None, self.said()[-3000:]
            assert time.monotonic() < deadline, self.said()[-3000:]
            time.sleep(0.1)

    def said(self) -> str:
        """What the supervisor has said since this start."""
        return self.log.read_bytes()[self._log_from :].decode(errors="replace")

    def command(self, *arguments: str, check: bool = False, within: float = 300) -> subprocess.CompletedProcess[str]:
        return command(*arguments, env=self.environment, check=check, within=within)

    def children(self, name: str) -> list[int]:
        """Ids of the supervisor's processes of this name; "pool" means the worker's own children."""
        if name == "pool":
            return [pid for worker in self.children("worker") for pid in _children_of(worker)]
        return [pid for pid in _children_of(self.process.pid) if NAMES[name] in _command_line(pid)]

    def kill(self, name: str, *, within: float = 120) -> int:
        """Kill -9 one process of this name, waiting for it when it is just being started again; its id."""
        deadline = time.monotonic() + within
        while True:
            for pid in self.children(name):
                with contextlib.suppress(ProcessLookupError):  # it ended by itself this very moment
                    os.kill(pid, signal.SIGKILL)
                    return pid
            assert time.monotonic() < deadline, f"{name} did not come back: {self.said()[-3000:]}"
            time.sleep(0.1)

    def ask(self, query: str, *, within: float = 120) -> list[tuple[object, ...]]:
        """Query the database, waiting while it recovers."""
        deadline = time.monotonic() + within
        while True:
            try:
                with psycopg.connect(self.known("database_url"), connect_timeout=3) as connection:
                    return connection.execute(query).fetchall()  # type: ignore[arg-type]
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.2)

    def change(self, statement: str) -> None:
        """Change rows behind the product's back."""
        with psycopg.connect(self.known("database_url"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def known(self, name: str) -> str:
        return str(json.loads((self.data / "engines.json").read_text())[name])

    def stop(self) -> int:
        """End it as Ctrl-C would; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(180)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


class SandboxOdoo:
    """A sandbox Odoo in a process of its own, with a journal; may be killed and started again."""

    def __init__(self, journal: Path) -> None:
        self.journal = journal
        self.port = engines.free_port()
        self.settings = {
            "ODOO_URL": f"http://127.0.0.1:{self.port}", "ODOO_DB": DATABASE, "ODOO_API_KEY": API_KEY,
            "FIRM_DOMAINS": '["marlowvoss.example"]', "FIRM_NAMES": '["Marlow Voss"]',
            "FIRM_INVOICE_PREFIXES": '["RE/", "INV/"]',
        }  # fmt: skip
        self.process = self._start()

    def __enter__(self) -> SandboxOdoo:
        deadline = time.monotonic() + 120
        while not self._answers():
            assert self.process.poll() is None, f"the sandbox Odoo cannot listen on port {self.port}"
            assert time.monotonic() < deadline, "the sandbox Odoo does not answer"
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(10)

    def kill_and_start(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self.process = self._start()

    def operations(self) -> list[dict[str, object]]:
        """What was carried out: the journal holds one line for each change."""
        lines = self.journal.read_text().splitlines() if self.journal.exists() else []
        return [entry["arguments"] for entry in map(json.loads, lines) if "arguments" in entry]

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.settings['ODOO_URL']}/json/version", timeout=10).is_success
        except httpx.HTTPError:
            return False

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "fixtures.odoo.sandbox", "--port", str(self.port), "--journal", str(self.journal)],
            cwd=ROOT, env=environment(self.journal.parent), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip


def left_of(pids: Iterable[int], *, within: float = 90) -> list[int]:
    """Which of these processes still live when they had so many seconds to end."""
    deadline = time.monotonic() + within
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def is_running(pid: int) -> bool:
    """Whether a process lives (one that ended and waits to be collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def everything_below(pid: int) -> list[int]:
    """Ids of a process's children, their children and so on."""
    found = _children_of(pid)
    return found + [below for child in found for below in everything_below(child)]


def _children_of(pid: int) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
    return sorted(found)


def _command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
