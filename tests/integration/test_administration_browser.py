"""Settings, policy, health and tour in a real browser: inside the window, no complaint of the content policy."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.cases import steps
from app.clock import now
from app.db import Database
from app.decisions import decide
from app.health import Check, Peer, Pulse, Queue
from app.users import access
from tests.builders import a_case, a_credit, a_person, a_suggestion, the_policy
from tests.desk import Desk
from tests.web import SECRET, a_read_case, served, settings

pytestmark = pytest.mark.browser

PATHS = (
    "/system", "/settings/people", "/settings/keys", "/settings/odoo", "/settings/webhooks", "/settings/failures",
    "/policy?action=draft_credit_note&amount=900&currency=EUR", "/policy/simulate?days=30&CN-1.below=200", "/tour",
    "/nothing-here",
)  # fmt: skip


class ABadDay:
    """Odoo is silent and nobody reads the queue of the model."""

    def pulse(self) -> Pulse:
        at = now()
        queues = (Queue("celery", ("celery@one",), 3), Queue("models", (), 12))
        silent = Peer("fails", at - timedelta(minutes=40), "Odoo does not answer at http://odoo.example.")
        return Pulse(at, Peer("works", at), queues, at, silent)

    def checks(self) -> Iterable[Check]:
        return (Check("database", "works", "PostgreSQL 18.4"), Check("Odoo", "fails", "Odoo does not answer."))


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """The app on a real port, with something on every page."""
    with database.transaction() as session:
        a_read_case(session)
        tom = a_person(session, "Tom", "controller")
        locked = a_case(session, content=b"Subject: locked\n\nsee attachment", state="needs_attention")
        steps.give_up(session, locked.id, "assess", "The attachment is locked with a password.", at=now())
        step = a_suggestion(session, a_case(session, content=b"Subject: other\n\nx"), a_credit("300.00"))
        decide.confirm(session, step.id, content_hash=step.content_hash, by=tom, policy=the_policy(), at=now())
        access.issue_key(session, access.user_by_email(session, tom.email), name="n8n", scopes=("read",), at=now())
    with served(settings(), database, health=ABadDay()) as url:
        yield url


def signed_in(chromium: Any, database: Database, address: str, **options: Any) -> Any:
    with database.transaction() as session:
        person = a_person(session, "Nora", "administrator", "policy_owner", "reviewer")
    page = chromium.new_context(**options).new_page()
    page.goto(access.sign_in_link(address, SECRET, person.user_id))
    page.click("main button[type=submit]")
    page.wait_for_url("**/inbox")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_keep_to_the_policy_and_to_the_window(
    chromium: Any, database: Database, address: str, width: int, scheme: str
) -> None:
    page = signed_in(chromium, database, address, viewport={"width": width, "height": 860}, color_scheme=scheme)
    wrong: list[str] = []
    page.on(
        "console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") and "404" not in m.text else None
    )
    page.on("pageerror", lambda e: wrong.append(str(e)))
    for path in PATHS:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if shots := os.environ.get("COUNTERSIGN_SHOTS"):
            name = path.strip("/").partition("?")[0].replace("/", "-")
            page.screenshot(path=f"{shots}/{name}-{width}-{scheme}.png", full_page=True)
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_where_there_is_something_to_show(
    chromium: Any, database: Database, address: str, width: int, scheme: str
) -> None:
    page = signed_in(
        chromium, database, address, viewport={"width": width, "height": 860}, color_scheme=scheme, bypass_csp=True
    )  # fmt: skip
    desk = Desk(None, address, chromium)  # type: ignore[arg-type] - only its axe is used
    found: dict[str, list[str]] = {}
    for path in (*PATHS, "/tour/2"):
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
        found[path] = desk.axe(page)
    page.goto(address + "/settings/people")
    page.click("main form[action$='/link'] button >> nth=0")
    page.wait_for_selector(".secret")
    found["link"] = desk.axe(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_dot_says_what_is_amiss_and_leads_to_the_page_that_explains_it(
    chromium: Any, database: Database, address: str
) -> None:
    page = signed_in(chromium, database, address)
    page.goto(address + "/inbox")
    page.click("a.health")
    page.wait_for_url("**/system")
    assert page.inner_text("h1") == "System health"
    assert "Odoo has not answered since" in page.inner_text("main")


def test_a_person_is_added_without_a_script(chromium: Any, database: Database, address: str) -> None:
    page = signed_in(chromium, database, address, java_script_enabled=False)
    page.goto(address + "/settings/people")
    page.fill("input[name=email]", "marc@firm.example")
    page.fill("input[name=name]", "Marc Delorme")
    page.check("input[value=controller]")
    with page.expect_navigation():
        page.click("text=Add this person")
    assert "Marc Delorme" in page.inner_text("table")
