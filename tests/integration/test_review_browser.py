"""The pages in a real browser: they keep to the content policy and the window, and work without a script.

Needs Chromium: on the PATH, or named by CHROMIUM.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.suggestions.models import Suggestion
from app.users import access
from tests.builders import a_credit, a_person, a_reference, a_suggestion
from tests.web import SECRET, a_read_case, served, settings

pytestmark = pytest.mark.browser


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """The app on a real port, with a case of two steps."""
    with database.transaction() as session:
        case = a_read_case(session, flags=("prompt_injection",))
        a_suggestion(session, case, a_reference())
        a_suggestion(session, case, a_credit("300.00"))
    with served(settings(countersign_undo_seconds=30), database) as url:
        yield url


def signed_in(chromium: Any, database: Database, address: str, **options: Any) -> Any:
    with database.transaction() as session:
        person = a_person(session, "Ines")
    page = chromium.new_context(**options).new_page()
    page.goto(access.sign_in_link(address, SECRET, person.user_id))
    page.click("text=Sign in >> nth=-1")
    page.wait_for_url("**/inbox")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_keep_to_the_policy_and_to_the_window(
    chromium: Any, database: Database, address: str, width: int, scheme: str
) -> None:
    page = signed_in(
        chromium, database, address, viewport={"width": width, "height": 860}, color_scheme=scheme
    )  # fmt: skip
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: wrong.append(str(e)))
    for path in ("/inbox", "/cases/1", "/inbox?view=stale", "/patterns?from=2026-11-01&to=2026-11-30"):
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        page.mouse.move(width / 2, 500)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert wrong == []


def test_deciding_works_without_a_script_and_the_button_says_what_is_ticked(
    chromium: Any, database: Database, address: str
) -> None:
    page = signed_in(chromium, database, address, java_script_enabled=False)
    page.goto(address + "/cases/1")
    assert page.inner_text("#confirm").startswith("Confirm 2 steps")
    page.click(".pick-2")
    assert page.inner_text("#confirm").startswith("Confirm the ticked steps")
    page.click("#confirm")
    assert "Confirmed:" in page.inner_text("#undo")
    with database.transaction() as session:
        assert sorted(session.execute(select(Suggestion.state)).scalars()) == ["confirmed", "open"]
    with page.expect_navigation():
        page.click("#undo button")
    with database.transaction() as session:
        assert sorted(session.execute(select(Suggestion.state)).scalars()) == ["open", "open", "superseded"]


def test_an_evidence_link_lights_its_words_without_a_script(chromium: Any, database: Database, address: str) -> None:
    page = signed_in(chromium, database, address, java_script_enabled=False, reduced_motion="reduce")
    page.goto(address + "/cases/1")
    before = page.evaluate("getComputedStyle(document.querySelector('mark.evidence')).backgroundColor")
    page.click(".claim")
    page.wait_for_selector("mark:target", state="attached")
    assert page.evaluate("getComputedStyle(document.querySelector('mark:target')).backgroundColor") != before


def test_keys_lead_from_the_list_to_the_confirmation(chromium: Any, database: Database, address: str) -> None:
    page = signed_in(chromium, database, address)
    page.goto(address + "/inbox")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/1")
    page.keyboard.press("c")
    page.wait_for_selector("#undo")
    page.wait_for_load_state()  # its script obeys keys now
    with page.expect_navigation():
        page.keyboard.press("z")
    page.wait_for_selector("#confirm")
    page.focus("#search")
    page.keyboard.press("c")  # typed, not obeyed
    assert page.input_value("#search") == "c"
