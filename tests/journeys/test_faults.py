"""Kill -9 of everything, in the middle of everything: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from celery import Celery
from sqlalchemy.exc import DBAPIError

from app import config
from app.errors import Conflict, NotFound, Refused
from tests.running import ROOT, Running, SandboxOdoo, everything_below, left_of
from workers.deciding import Request, carry_out
from workers.wiring import Parts

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

MESSAGES = ROOT / "evals" / "datasets" / "messages"
SAMPLES = ROOT / "fixtures" / "samples"
CONTESTED = ("01-hours", "02-order-number", "03-billed-twice", "04-rate", "06-cap", "09-already", "19-promise")
"""Samples whose proposals two people confirm while everything is killed."""
KILLED = (
    "worker", "valkey", "pool", "postgres", "odoo", "worker", "web", "pool", "scheduler", "valkey", "odoo", "postgres",
    "worker",
)  # fmt: skip
UNDER_WAY = (
    "select case_id || ' ' || stage, state, attempts, last_error from case_steps where state in ('waiting', 'leased') "
    "union all select key, state, attempts, last_error from write_backs where state in ('waiting', 'leased')"
)
"""Steps and writes, seen at one moment: the end of one begins another in the same transaction."""
DETECTED = "(select case_id from detections)"
"""Cases that no document of ours opened: the detectors look every ten minutes, however far a test is."""
CASES = f"select count(*) from cases where id not in {DETECTED}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, SandboxOdoo]]:
    folder = tmp_path_factory.mktemp("faults")
    with ExitStack() as stack:
        odoo = stack.enter_context(SandboxOdoo(folder / "odoo.journal"))
        running = stack.enter_context(
            Running(folder / "data", COUNTERSIGN_UNDO_SECONDS="1", **odoo.settings)
        ).wait_until_up()
        for name, role in (("Clara", "reviewer"), ("Tom", "controller")):
            running.command("user", "add", f"{name}@firm.example", name, "--role", role, check=True)
        yield running, odoo


def wait_for_rest(running: Running, seconds: float = 600) -> None:
    """Wait until no step and no write is under way."""
    deadline = time.monotonic() + seconds
    while left := running.ask(UNDER_WAY):
        assert time.monotonic() < deadline, left
        time.sleep(0.5)


class TwoPeople(threading.Thread):
    """A reviewer and a controller who confirm whatever is open in these cases, and try again when something is down."""

    def __init__(self, running: Running, cases: list[int]) -> None:
        super().__init__(daemon=True)
        self.cases = cases
        self.enough = threading.Event()
        self.parts = Parts(config.load(countersign_data=running.data))

    def run(self) -> None:
        while True:
            last = self.enough.is_set()
            for case_id in self.cases:
                for who in ("clara@firm.example", "tom@firm.example"):
                    try:
                        list(carry_out(self.parts, Request(case_id, who, confirm=True)))
                    except (NotFound, Refused, Conflict, DBAPIError):
                        time.sleep(0.05)
                    else:
                        time.sleep(0.3)
            if last:
                break
        self.parts.close()


def test_every_document_has_one_case_and_every_confirmation_one_change(
    house: tuple[Running, SandboxOdoo], tmp_path: Path
) -> None:
    running, odoo = house
    samples = [path for name in CONTESTED for path in SAMPLES.glob(f"{name}*")]
    running.command("ingest", "--wait", *map(str, samples), check=True)
    to_confirm = [int(str(case)) for (case,) in running.ask("select id from cases order by id")]
    files = sorted(MESSAGES.glob("*.eml"))[:120]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for path in files:
        shutil.copy(path, inbox / path.name)

    people = TwoPeople(running, to_confirm)
    people.start()
    ingesting = subprocess.Popen(
        [sys.executable, "-m", "workers", "ingest", str(inbox)], cwd=ROOT, env=running.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    chance = random.Random(20261121)
    for name in KILLED:
        time.sleep(chance.uniform(0.3, 2.0))
        odoo.kill_and_start() if name == "odoo" else running.kill(name)
    ingesting.wait(300)
    deadline = time.monotonic() + 300
    while (said := running.command("ingest", str(inbox))).returncode:
        assert time.monotonic() < deadline, said.stderr
        time.sleep(0.5)
    people.enough.set()
    people.join(300)
    assert not people.is_alive(), "they go on confirming"
    wait_for_rest(running)

    distinct = len({path.read_bytes() for path in [*files, *samples]})
    theirs = f"select document_id from case_documents where case_id in {DETECTED}"
    assert running.ask(f"select count(*) from documents where id not in ({theirs})") == [(distinct,)]
    assert running.ask(CASES) == [(distinct,)]
    assert (
        running.ask(
            "select d.id from documents d left join case_documents c on c.document_id = d.id where c.case_id is null"
        )
        == []
    )
    assert running.ask("select case_id, count(*) from case_documents group by case_id having count(*) <> 1") == []
    assert running.ask("select id from cases where state = 'received'") == []
    assert running.ask("select id, attention from cases where attention like '%five times%'") == []
    assert running.ask("select case_id, stage from case_steps where state <> 'done'") == []
    assert running.ask("select case_id from assessments where is_current group by case_id having count(*) <> 1") == []
    assessed = f"select count(*) from assessments where is_current and case_id not in {DETECTED}"
    assert running.ask(assessed) == [(distinct,)]

    confirmed = running.ask(
        "select s.id, w.state from suggestions s left join write_backs w on w.suggestion_id = s.id where "
        "(select count(*) from decisions d where d.suggestion_id = s.id and d.verdict = 'confirm') "
        ">= s.approvals_required"
    )
    assert {state for _, state in confirmed} <= {"written", "stale"}, confirmed
    written = [
        key for (key,) in running.ask(
            "select key from write_backs where state = 'written' and receipt->>'status' <> 'within'"
        )
    ]  # fmt: skip
    changed = [operation["key"] for operation in odoo.operations()]
    assert sorted(map(str, changed)) == sorted(map(str, written))
    assert len(changed) == len(set(changed)) >= len(CONTESTED), "the confirmations did not arrive"
    assert running.command("audit", "verify").returncode == 0


def test_a_worker_killed_with_a_step_in_hand_leaves_it_to_the_next(house: tuple[Running, SandboxOdoo]) -> None:
    running, _ = house
    running.command("ingest", "--wait", str(next(SAMPLES.glob("16-statement*"))), check=True)
    [(case_id,)] = running.ask(f"select max(id) from cases where id not in {DETECTED}")
    running.kill("worker")
    running.change(  # what it leaves behind; written down while nobody can take it up
        f"update case_steps set state = 'leased', attempts = attempts + 1, next_at = now() + interval '2 seconds' "
        f"where case_id = {case_id} and stage = 'assess'"
    )
    wait_for_rest(running)
    assert running.ask(f"select lost, state from case_steps where case_id = {case_id} and stage = 'assess'") == [
        (1, "done")
    ]


def test_messages_sent_three_times_change_nothing(house: tuple[Running, SandboxOdoo]) -> None:
    running, odoo = house
    ours = f"select count(*) from audit_events where case_id is null or case_id not in {DETECTED}"
    events = running.ask(ours)
    written = odoo.operations()
    broker = Celery(broker=running.known("redis_url"))
    for _ in range(3):
        for case_id, stage in running.ask("select case_id, stage from case_steps"):
            broker.send_task(f"case.{stage}", args=[str(case_id)])
        for (write_back_id,) in running.ask("select id from write_backs"):
            broker.send_task("writeback.deliver", args=[str(write_back_id)])
    with broker.connection_for_read() as connection:
        deadline = time.monotonic() + 300
        while connection.default_channel.client.llen("celery"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    wait_for_rest(running)
    assert running.ask(ours) == events
    assert odoo.operations() == written
    broker.close()


def test_kill_9_of_the_supervisor_ends_everything_and_the_next_start_finds_its_data(
    house: tuple[Running, SandboxOdoo],
) -> None:
    running, odoo = house
    cases = running.ask(CASES)
    below = everything_below(running.process.pid)
    running.process.kill()
    running.process.wait(10)
    assert left_of(below) == []
    with Running(running.data, **odoo.settings) as again:
        assert again.wait_until_up().ask(CASES) == cases
        assert again.command("audit", "verify").returncode == 0
