"""The dashboards in a real browser, with a month of work on them: for axe, on a phone, by keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.clock import now
from tests.desk import Desk
from tests.month_of_work import a_month

pytestmark = pytest.mark.browser

PAGES = (
    "/dashboards", "/dashboards/behind?what=waiting", "/dashboards/behind?what=open",
    "/dashboards/behind?what=unbilled", "/patterns",
)  # fmt: skip


@pytest.fixture
def month(desk: Desk) -> Desk:
    by = desk.house.person("Tom", "reviewer")
    with desk.house.parts.database.transaction() as session:
        a_month(session, by, today=(now() - timedelta(days=1)).date(), days=20)  # today's would partly be to come
    return desk


def somebody(desk: Desk, **options: Any) -> Any:
    return desk.person("Nora", "controller", bypass_csp=True, reduced_motion="reduce", **options)


def test_axe_finds_nothing_with_all_tables_open(month: Desk) -> None:
    found: dict[str, list[str]] = {}
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)):
        page = somebody(month, color_scheme=scheme, viewport={"width": width, "height": 860})
        for address in PAGES:
            page.goto(address)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            wrong = month.axe(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append("wider than the window")
            if wrong:
                found[f"{address} {scheme} {width}"] = wrong
        page.context.close()
    assert found == {}, "\n\n".join(f"{address}\n" + "\n".join(wrong) for address, wrong in found.items())


def test_a_bar_is_reached_and_followed_by_keys(month: Desk) -> None:
    page = somebody(month)
    page.goto("/dashboards")
    bar = page.locator('article[aria-labelledby="queue-t"] svg a').first
    bar.focus()
    label = bar.get_attribute("aria-label")
    assert label
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboards/behind?**what=queue**")
    assert page.locator("h1").inner_text().startswith("How long cases wait: ")
    number = label.partition(" ")[0].rstrip(",")
    assert page.locator("tbody tr").count() == int(number)
    page.locator("[data-back]").click()
    page.wait_for_url("**/dashboards?**")
