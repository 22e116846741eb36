"""Kill -9 of worker, Valkey, PostgreSQL, web and scheduler in the middle of work: nothing lost, nothing doubled."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1500)]

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT / "evals" / "datasets" / "messages"
NAMES = {"postgres": "/bin/postgres", "valkey": "valkey-server", "worker": "celery_app worker", "web": "uvicorn",
         "scheduler": "celery_app beat"}  # fmt: skip


class Running:
    """`countersign demo --stay` in a folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environment = {**os.environ, "COUNTERSIGN_DATA": str(data), "COUNTERSIGN_UNDO_SECONDS": "1"}
        self.environment.pop("COUNTERSIGN_PORT", None)
        self.log = data.with_suffix(".log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workers", "demo", "--stay", "--data", str(data)], cwd=ROOT, env=self.environment,
            stdout=self.log, stderr=self.log,
        )  # fmt: skip
        self.wait_until("Running until", 240)

    def wait_until(self, text: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.data.with_suffix(".log").read_text():
            assert self.process.poll() is None, self.data.with_suffix(".log").read_text()[-3000:]
            assert time.monotonic() < deadline, self.data.with_suffix(".log").read_text()[-3000:]
            time.sleep(0.2)

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "workers", *arguments], cwd=ROOT, env=self.environment, text=True,
            capture_output=True, check=check, timeout=300,
        )  # fmt: skip

    def pids(self, name: str) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and NAMES[name] in line:
                    found.append(int(entry.name))
        return found

    def kill(self, name: str) -> bool:
        pids = self.pids(name)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(pids)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Query the database, waiting while it recovers."""
        deadline = time.monotonic() + 60
        while True:
            try:
                url = json.loads((self.data / "engines.json").read_text())["database_url"]
                with psycopg.connect(url, connect_timeout=3) as connection:
                    return connection.execute(query).fetchall()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.3)

    def operations(self) -> list[dict[str, object]]:
        """What the sandbox Odoo carried out: its journal holds one line for each change."""
        journal = self.data / "odoo.journal"
        entries = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
        return [entry["arguments"] for entry in entries if "arguments" in entry]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    house = Running(tmp_path / "data")
    yield house
    house.stop()


def ingest_through_faults(house: Running, folder: Path, expected: int) -> None:
    """Ingest until every file is in, again from the start when the database was killed under the command."""
    for _ in range(40):
        house.command("ingest", str(folder), check=False)
        if house.ask(f"select count(*) from arrivals where source_key like '{folder}%'") == [(expected,)]:
            return
        time.sleep(1)
    raise AssertionError("the files could not be taken in")


def test_every_document_has_one_case_and_every_confirmation_one_change(running: Running, tmp_path: Path) -> None:
    files = sorted(MESSAGES.glob("*.eml"))[:120]
    folder = tmp_path / "inbox"
    folder.mkdir()
    for path in files:
        (folder / path.name).write_bytes(path.read_bytes())
    before = running.ask("select count(*) from documents")[0][0]

    chance = random.Random(20261121)
    confirming = subprocess.Popen(
        [sys.executable, "-m", "workers", "decide", "1", "--as", "clara.engel@marlowvoss.example", "--confirm"],
        cwd=ROOT, env=running.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ingesting = subprocess.Popen(
        [sys.executable, "-m", "workers", "ingest", str(folder)], cwd=ROOT, env=running.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for name in ("worker", "valkey", "worker", "postgres", "worker", "web", "scheduler", "valkey", "postgres"):
        time.sleep(chance.uniform(1.0, 4.0))
        running.kill(name)
    ingesting.wait(300)
    confirming.wait(300)
    ingest_through_faults(running, folder, len(files))
    running.command("decide", "1", "--as", "clara.engel@marlowvoss.example", "--confirm", check=False)

    deadline = time.monotonic() + 900
    open_steps = "select count(*) from case_steps where state in ('waiting', 'leased')"
    open_writes = "select count(*) from write_backs where state in ('waiting', 'leased')"
    while running.ask(open_steps) != [(0,)] or running.ask(open_writes) != [(0,)]:
        assert time.monotonic() < deadline, running.ask(
            "select stage, state, attempts, last_error from case_steps where state <> 'done'"
        )
        time.sleep(1)

    distinct = {path.read_bytes() for path in files}
    assert running.ask("select count(*) from documents") == [(before + len(distinct),)]
    assert running.ask(
        "select count(*) from documents d left join case_documents c on c.document_id = d.id where c.case_id is null"
    ) == [(0,)]
    assert running.ask("select count(*) from case_documents") == running.ask("select count(*) from documents")
    assert running.ask("select count(*) from cases where state = 'received'") == [(0,)]
    assert running.ask("select count(*) from case_steps where state = 'failed'") == [(0,)]
    assert running.ask("select case_id from assessments where is_current group by case_id having count(*) > 1") == []

    written = running.ask("select key from write_backs where state = 'written' and receipt->>'status' <> 'within'")
    keys = [operation["key"] for operation in running.operations()]
    assert len(keys) == len(set(keys))
    assert {key for (key,) in written} == set(keys)
    assert keys, "nothing was written: the confirmations did not arrive"
    assert running.command("audit", "verify").returncode == 0


def test_a_second_start_on_the_same_data_is_refused_in_words(running: Running) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "workers", "up", "--port", "0"], cwd=ROOT, env=running.environment, text=True,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert "running already" in second.stderr


def test_after_kill_9_of_the_supervisor_the_engines_end_and_the_next_start_finds_its_data(tmp_path: Path) -> None:
    first = Running(tmp_path / "data")
    cases = first.ask("select count(*) from cases")
    engines = [pid for name in NAMES for pid in first.pids(name)]
    first.process.kill()
    first.process.wait(10)
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in engines):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    first.data.with_suffix(".log").write_text("")
    again = Running(tmp_path / "data")
    try:
        assert again.ask("select count(*) from cases") == cases
    finally:
        again.stop()
