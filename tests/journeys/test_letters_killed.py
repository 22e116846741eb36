"""Replies that leave while the worker is killed at random: none leaves twice by itself, and none is forgotten."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from app.letters.models import Letter
from app.mailboxes.models import Mailbox
from tests.house import House
from tests.integration.test_letters import THANKS, arrives, connect, parsed, reply_of
from tests.mail_servers import SmtpServer

pytestmark = [pytest.mark.mail, pytest.mark.timeout(1200)]
ROOT = Path(__file__).parents[2]
LETTERS, KILLS = 12, 10
WORKER = """
from uuid import UUID
from sqlalchemy import select
from app.writebacks.models import WriteBack
from workers import writeback
from workers.wiring import parts
with parts().database.transaction() as session:
    rows = session.execute(select(WriteBack.id).where(WriteBack.state.in_(("waiting", "leased")))).scalars().all()
print("ready", flush=True)
for row in rows:
    writeback.deliver(parts(), row)
parts().close()
"""


def worker(postgres_url: str) -> subprocess.Popen[str]:
    """A worker of its own that delivers what waits; it has begun when this returns."""
    foreign = ("COUNTERSIGN_", "ODOO_", "FIRM_", "REDIS_URL")
    env = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    env |= {"DATABASE_URL": postgres_url, "COUNTERSIGN_SECRET_KEY": "k" * 40, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_no_letter_leaves_twice_however_often_the_worker_is_killed(
    house: House, smtp: SmtpServer, postgres_url: str
) -> None:
    draw = random.Random(20261122)
    connect(house, smtp)
    rita = house.person("Rita", "reviewer")
    for n in range(LETTERS):
        mail = THANKS.replace(b"<one@", f"<one{n}@".encode()).replace(b"dora@", f"dora{n}@".encode())
        house.confirm(reply_of(house, arrives(house, mail)), rita)
    for _ in range(KILLS):
        process = worker(postgres_url)
        time.sleep(draw.uniform(0.0, 1.5))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        house.time_passes()
    for _ in range(2):
        house.time_passes()
        process = worker(postgres_url)
        process.communicate(timeout=300)
        assert process.returncode == 0
    left = Counter(str(parsed(mail.content)["Message-ID"]) for mail in smtp.taken)
    with house.parts.database.transaction() as session:
        assert session.execute(select(Mailbox)).scalar_one()
        letters = {one.message_id: one.state for one in session.execute(select(Letter)).scalars()}
    assert len(letters) == LETTERS
    assert set(left.values()) <= {1}
    assert set(letters.values()) <= {"sent", "uncertain"}
    assert {one for one, state in letters.items() if state == "sent"} <= set(left)
    assert [house.case(n).state for n in range(1, LETTERS + 1)].count("writing") == 0
