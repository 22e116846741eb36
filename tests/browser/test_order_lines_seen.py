"""The lines of an order in a browser: typed over, filled from the source, added one after the other, taken out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import Desk

pytestmark = pytest.mark.browser
FORM = "#lines-form"


def kept(page: Any) -> None:
    with page.expect_navigation():
        page.click(f"{FORM} button:not([name])[type=submit]")


def test_lines_are_typed_over_filled_from_the_source_and_added(desk: Desk) -> None:
    case_id = desk.case("08-order-other-rate")
    page = desk.person("Ines", reduced_motion="reduce")  # the source jumps to a place, and then stays
    page.goto(f"/cases/{case_id}")
    page.fill("#f-lines-1-unit_price", "140")
    note = page.locator("#f-lines-1-unit_price-edited")
    note.filter(has_text="Price · You changed this. It was: 135.00").wait_for()
    page.fill("#f-lines-1-amount", "8400")
    page.locator("#f-lines-new1-description").scroll_into_view_if_needed()
    page.focus("#f-lines-new1-description")
    place = page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.querySelector(".message-body"), NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf("collection");
                if (at < 0) continue;
                const range = new Range();
                range.setStart(walker.currentNode, at + 2);
                range.setEnd(walker.currentNode, at + 4);
                const box = range.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }
        }"""
    )
    page.mouse.click(*place)
    assert page.input_value("#f-lines-new1-description") == "collection"
    page.click("[data-add-line]")
    page.locator("#f-lines-new2-description:focus").wait_for()
    page.keyboard.type("Travel")
    page.fill("#f-lines-new2-amount", "250")
    page.check("[name=lines-out][value='2']")
    kept(page)
    said = page.inner_text("#order-lines")
    assert "Taken out: 20 Fare collection review: workshop, half a day" in said
    assert said.count("Added by hand.") == 2
    assert [page.input_value(f"#f-lines-{n}-description") for n in (2, 3)] == ["collection", "Travel"]
    assert page.input_value("#f-lines-1-unit_price") == "140.00"
    desk.house.time_passes()
    desk.house.work()
    page.goto(f"/cases/{case_id}")
    with page.expect_navigation():
        page.click(f"{FORM} [name=as-read]")
    assert "Added by hand." not in page.inner_text("#order-lines")
    assert desk.wrong == []


def test_a_figure_in_brackets_is_not_taken_without_its_minus(desk: Desk) -> None:
    """As some systems print an amount below zero. It is asked back instead, and stays in the field."""
    case_id = desk.case("08-order-other-rate")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}")
    page.evaluate("document.querySelector('.message-body').textContent = '(100.00)'")
    page.focus("#f-lines-2-amount")
    box = page.evaluate(
        """() => {
            const range = new Range();
            range.selectNodeContents(document.querySelector(".message-body"));
            const box = range.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }"""
    )
    page.mouse.click(*box)
    assert page.input_value("#f-lines-2-amount") == "(100.00)"
    kept(page)
    assert "“(100.00)” is no number that can be read." in page.inner_text("body")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_lines_that_a_person_changed(desk: Desk, width: int, scheme: str) -> None:
    case_id = desk.case("08-order-other-rate")
    page = desk.person(
        "Ines", color_scheme=scheme, bypass_csp=True, reduced_motion="reduce",
        viewport={"width": width, "height": 860},
    )  # fmt: skip
    page.goto(f"/cases/{case_id}")
    page.fill("#f-lines-1-description", "Review of the fare collection in four cities " * 4)
    page.fill("#f-lines-new1-description", "Travel")
    kept(page)
    page.fill("#f-lines-2-quantity", "3")
    page.check("[name=lines-out][value='1']")
    page.click("[data-add-line]")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0); document.querySelector('#found').scrollTo(0, 0)")
    assert desk.axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
