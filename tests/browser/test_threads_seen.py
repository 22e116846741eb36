"""The mails of a case in a browser: places are reached in folded mails, nothing is wrong on the page."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.integration.test_threads import MORE_HOURS, RATE
from tests.threads import sent

pytestmark = pytest.mark.browser


def test_a_place_in_an_earlier_mail_opens_that_mail(desk: Desk) -> None:
    case_id = desk.case("01")
    sent(desk.house, MORE_HOURS)
    page = desk.person()
    page.goto(f"/cases/{case_id}")
    mails = page.locator(".thread-mail")
    assert [mails.nth(n).get_attribute("open") is not None for n in range(2)] == [False, True]
    page.locator('.evidence-link[href^="#e-d"], .claim[href^="#e-d"], .evidence-link[href^="#e-root"]').first.click()
    page.locator(".thread-mail .evidence.is-lit").first.wait_for(state="visible")
    assert not desk.wrong


def test_question_and_news_stand_well_and_can_be_used_by_everybody(desk: Desk) -> None:
    case_id = desk.case("01")
    sent(desk.house, RATE)
    sent(desk.house, MORE_HOURS, n="x", sender="Kanzlei Probe <post@kanzlei-probe.example>")
    page = desk.person(bypass_csp=True)
    page.goto(f"/cases/{case_id}")
    assert page.locator("#news").is_visible()
    assert desk.axe(page) == []
    with page.expect_navigation():
        page.get_by_role("button", name="No, keep them apart").click()
    assert page.locator('[id^="asked-"]').count() == 0
    with page.expect_navigation():
        page.get_by_role("button", name="I have seen it").click()
    assert page.locator("#news").count() == 0
