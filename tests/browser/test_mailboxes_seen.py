"""The settings pages of mailboxes keep to WCAG 2.2 AA, fit a phone, and are worked by keyboard."""

from __future__ import annotations

from typing import Any

import pytest

from app.clock import now
from app.mailboxes import administration
from app.mailboxes.administration import COMMAND_LINE
from tests.desk import Desk
from tests.mail_servers import PASSWORD, Pymap
from tests.mailboxes import a_mailbox
from tests.web import SECRET

pytestmark = pytest.mark.browser

PAGES = (
    "/settings/mailboxes", "/settings/mailboxes/new", "/settings/mailboxes/new?kind=imap",
    "/settings/mailboxes/new?kind=imap&preset=google", "/settings/mailboxes/new?kind=graph&preset=graph",
    "/settings/mailboxes/new?kind=maildir", "/settings/mailboxes/new?kind=inbound", "/settings/mailboxes/billing",
    "/settings/mailboxes/billing/change", "/settings/mailboxes/orders", "/system",
)  # fmt: skip


def mailboxes(desk: Desk, server: Pymap) -> None:
    """One that works, and one that fails, with old mail under way."""
    parts, at = desk.house.parts, now()
    with parts.database.transaction() as session:
        billing = a_mailbox(
            session, key=SECRET, host="127.0.0.1", port=server.port, encryption="none", user=server.user,
            credentials={"password": PASSWORD},
        )  # fmt: skip
        billing.seen_at, billing.last_message_at, billing.last_lag_seconds, billing.taken_in = at, at, 0.4, 1204
        orders = a_mailbox(session, "orders", key=SECRET)
        orders.failing_since, orders.failures = at, 12
        orders.failure = "imap.marlowvoss.example:993 refuses: the password was changed. Enter the new one."
        asked = administration.ask_for_backfill(
            session, "billing", since=at.date(), per_minute=60, by=COMMAND_LINE, at=at
        )
        asked.total, asked.done = 400, 130


def somebody(desk: Desk, scheme: str = "light", width: int = 1280) -> Any:
    return desk.person(
        "Nora", "administrator", color_scheme=scheme, bypass_csp=True, reduced_motion="reduce",
        viewport={"width": width, "height": 860},
    )  # fmt: skip


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_on_the_pages_of_mailboxes(desk: Desk, pymap: Pymap, width: int, scheme: str) -> None:
    mailboxes(desk, pymap)
    page = somebody(desk, scheme, width)
    found: dict[str, Any] = {}
    for address in PAGES:
        page.goto(address)
        wrong = desk.axe(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append("wider than the window")
        if wrong:
            found[address] = wrong
    assert found == {}


def test_the_connection_is_tested_by_keyboard_from_the_list(desk: Desk, pymap: Pymap) -> None:
    mailboxes(desk, pymap)
    page = somebody(desk)
    page.goto("/settings")
    page.get_by_role("link", name="Mailboxes").press("Enter")
    page.get_by_role("link", name="billing").press("Enter")
    page.get_by_role("button", name="Test the connection now").press("Enter")
    page.wait_for_selector("text=Mail can be moved to")
    assert desk.axe(page) == []
