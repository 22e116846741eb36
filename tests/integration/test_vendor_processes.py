"""The real fetching process on stand-ins of Microsoft Graph and the Gmail API: killed at any moment, and with a mail of
40 MB. The live services were not asked."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.mailboxes.reached import CLIENT_SECRET, REFRESH_TOKEN
from tests.mail_servers import TokenServer, mail
from tests.mailroom import TAKEN_IN, Mailroom
from tests.vendor_mail import GmailStandIn, GraphStandIn, StandIn

pytestmark = [pytest.mark.mail, pytest.mark.timeout(1200)]

MAKERS = {"graph": GraphStandIn, "gmail": GmailStandIn}


@pytest.fixture(params=sorted(MAKERS))
def vendor(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    stand_in = MAKERS[request.param]()
    stand_in.page = 50
    try:
        yield stand_in
    finally:
        stand_in.close()


@pytest.fixture
def mailroom(vendor: StandIn, database: Any, postgres_url: str, tmp_path: Path) -> Iterator[Mailroom]:
    with TokenServer() as tokens, Mailroom(postgres_url, database, tmp_path) as found:
        found.add(
            "billing", vendor, kind="graph" if isinstance(vendor, GraphStandIn) else "gmail", sign_in="oauth",
            credentials={REFRESH_TOKEN: tokens.refresh_token, CLIENT_SECRET: tokens.client_secret},
            oauth={"token_url": tokens.token_url, "client_id": tokens.client_id},
        )  # fmt: skip
        yield found


def test_each_mail_is_taken_in_once_though_the_process_is_killed(mailroom: Mailroom, vendor: StandIn) -> None:
    whims = random.Random(6)
    keys = [vendor.deliver(mail(f"Order {number}", size=20_000)) for number in range(200)]
    for _ in range(6):
        mailroom.start("billing")
        before = len(vendor.asked)
        mailroom.wait_for("the process to read", lambda before=before: len(vendor.asked) > before)  # type: ignore[misc]
        time.sleep(whims.uniform(0, 1))
        mailroom.kill("billing")
    mailroom.start("billing")
    keys += [vendor.deliver(mail(f"Later {number}")) for number in range(20)]
    mailroom.wait_until_filed(len(keys), within=300)
    assert mailroom.cases() == len(keys)
    assert {vendor.messages[key].where for key in keys} == {vendor.folder_id(TAKEN_IN)}
    assert mailroom.row("billing")["came_again"] == 0


def test_a_mail_of_40_mb_takes_little_memory(mailroom: Mailroom, vendor: StandIn) -> None:
    vendor.deliver(mail("Scans", size=29_000_000))  # in base64: 40 MB
    mailroom.start("billing")
    mailroom.wait_until_filed(1, within=300)
    most = mailroom.most_memory("billing")
    assert most < 200_000_000, f"{most / 1_000_000:.0f} MB"
    assert mailroom.one("select size from documents") > 39_000_000
