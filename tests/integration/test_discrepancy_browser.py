"""A detector's case in a real browser: it keeps to the content policy and the window, and is decided like any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.db import Database
from tests.house import House
from tests.integration.test_review_browser import signed_in
from tests.web import served, settings
from workers import detection

pytestmark = pytest.mark.browser


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """The app on a real port, with what the detectors find in the sandbox Odoo."""
    detection.run(house.parts)
    house.work()
    given = settings(countersign_undo_seconds=30, odoo_url="https://odoo.example")
    with served(given, house.parts.database, odoo=house.parts.odoo) as url:
        yield url


@pytest.mark.parametrize("width", [1280, 360])
def test_every_discrepancy_keeps_to_the_policy_and_to_the_window(
    chromium: Any, database: Database, address: str, house: House, width: int
) -> None:
    page = signed_in(chromium, database, address, viewport={"width": width, "height": 860})
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: wrong.append(str(e)))
    with house.parts.database.transaction() as session:
        from sqlalchemy import select

        from app.cases.models import Case

        cases = session.execute(select(Case.id).order_by(Case.id)).scalars().all()
    for path in ("/inbox", *(f"/cases/{case}" for case in cases)):
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert wrong == []


def test_a_discrepancy_is_confirmed_with_one_key_and_the_other_way_out_stays_unticked(
    chromium: Any, database: Database, address: str
) -> None:
    page = signed_in(chromium, database, address, viewport={"width": 1280, "height": 860})
    page.goto(address + "/inbox")
    page.click("text=Rate differs")
    page.wait_for_url("**/cases/*")
    assert "Found in Odoo by Countersign" in page.inner_text("#source")
    assert page.inner_text("#lead-said") == "The rule"
    assert page.get_attribute("#found .links a", "href").startswith("https://odoo.example/odoo/")
    ticked = page.eval_on_selector_all(".step-pick", "picks => picks.map(pick => pick.checked)")
    assert ticked == [True, False]
    assert page.inner_text("#confirm").startswith("Confirm 1 step")
    decided = page.url
    page.keyboard.press("c")
    page.wait_for_selector("#undo")  # the next case is open by now, and the undo came along
    assert "credit of 378.00\u00a0EUR" in page.inner_text("#undo")
    page.goto(decided)
    assert "Close without action" not in page.inner_text("#do")
