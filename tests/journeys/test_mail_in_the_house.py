"""`countersign up` with a mailbox: a mail that arrives is a case that waits for a decision, whatever is killed."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.mail_house import OTHER, House
from tests.mail_servers import Dovecot, mail
from tests.mailroom import TAKEN_IN, USER
from tests.running import ROOT, Running, SandboxOdoo

pytestmark = [pytest.mark.mail, pytest.mark.timeout(1200)]

SAMPLES = ROOT / "fixtures" / "samples"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("mail")
    with ExitStack() as stack:
        dovecot = stack.enter_context(Dovecot())
        odoo = stack.enter_context(SandboxOdoo(folder / "odoo.journal"))
        running = stack.enter_context(Running(folder / "data", **odoo.settings)).wait_until_up()
        found = House(running, dovecot)
        found.add("billing", USER, folder)
        found.add("orders", OTHER, folder)
        yield found


def test_a_mail_that_arrives_is_a_case_that_waits_for_a_decision(house: House) -> None:
    house.wait_for("both to be read", lambda: house.one("select count(*) from mailboxes where seen_at is null") == 0)
    house.dovecot.deliver(USER, next(SAMPLES.glob("01-hours*")).read_bytes())
    house.wait_for("the case", lambda: house.running.ask("select state from cases") == [("to_decide",)])
    house.wait_until_moved(USER)
    assert len(house.dovecot.subjects(USER, TAKEN_IN)) == 1
    billing, orders = map(json.loads, house.mailbox("list", "--json").splitlines())
    assert (billing["name"], orders["name"]) == ("billing", "orders")


def test_each_mailbox_has_a_process_that_comes_back_when_it_is_killed(house: House) -> None:
    cases = house.cases()
    [billing], [orders] = house.fetching("billing"), house.fetching("orders")
    os.kill(billing, signal.SIGKILL)
    house.dovecot.deliver(USER, mail("Order 1"))
    house.dovecot.deliver(OTHER, mail("Order 2"))
    house.wait_for_rest(cases + 2)
    assert house.fetching("orders") == [orders]
    assert house.fetching("billing") not in ([], [billing])


def test_a_paused_mailbox_is_left_alone_until_it_is_resumed(house: House) -> None:
    cases = house.cases()
    house.wait_until_moved(USER)
    house.mailbox("pause", "billing")
    house.wait_for("the process to end", lambda: house.fetching("billing") == [])
    house.dovecot.deliver(USER, mail("Order 3"))
    house.dovecot.deliver(OTHER, mail("Order 4"))
    house.wait_for_rest(cases + 1)
    assert house.dovecot.subjects(USER) == ["Order 3"]
    house.mailbox("resume", "billing")
    house.wait_for_rest(cases + 2)


def test_everything_is_killed_while_mails_come_in_by_two_mailboxes(house: House) -> None:
    """Processes and engines, at moments drawn with a seed: every mail is one case, and was assessed."""
    draw = random.Random(60)
    cases = house.cases()
    texts = [p.read_bytes() for p in sorted((ROOT / "evals" / "datasets" / "messages").glob("*.eml"))[:20]]
    mails = [mail(f"Order {n}", size=draw.choice((0, 50_000))) for n in range(60)] + texts
    for n, one in enumerate(mails):
        house.dovecot.deliver((USER, OTHER)[n % 2], one)
        if n % 10 == 5:
            house.running.kill(draw.choice(("fetching", "fetching", "worker", "postgres", "valkey")))
        time.sleep(draw.uniform(0, 0.2))
    distinct = cases + len(mails)
    house.wait_for_rest(distinct, within=600)
    house.wait_until_moved(USER, OTHER)
    assert house.one("select count(*) from cases where state = 'received'") == 0
    assert house.running.command("audit", "verify").returncode == 0
