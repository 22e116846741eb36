"""Keys, help and palette come from one table; fields light their evidence and are filled from the source."""

from __future__ import annotations

from typing import Any

import pytest

from app.review import commands
from tests.desk import Desk

pytestmark = pytest.mark.browser


def focus(page: Any) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.id"))


def test_the_help_lists_what_the_keys_do_on_this_page(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open] .keys")
    shown = page.eval_on_selector_all("dialog[open] .keys dt", "all => all.map(one => one.textContent)")
    assert sorted(shown) == sorted(c.label for c in commands.commands(("reviewer",), "case") if c.keys)
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")


def test_the_palette_finds_a_command_by_its_words_and_runs_it(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette li")
    page.keyboard.type("stale")
    page.wait_for_selector("#palette li:only-of-type")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox?view=stale")
    assert desk.wrong == []


def test_letters_are_typed_in_a_field_and_do_nothing_in_a_dialog_or_with_control(desk: Desk) -> None:
    case_id = desk.case("02-order-number")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}")
    page.focus("#search")
    page.keyboard.type("c")
    assert page.input_value("#search") == "c"
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.wait_for_selector("dialog[open] form")
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+c")
    page.wait_for_timeout(300)
    assert desk.states(case_id)["set_customer_reference"] == "open"


def test_single_keys_can_be_switched_off(desk: Desk) -> None:
    case_id = desk.case("02-order-number")
    page = desk.person("Ines")
    page.goto("/settings")
    page.uncheck("[name=single_keys]")
    with page.expect_navigation():
        page.click("main form button[type=submit]")
    page.goto(f"/cases/{case_id}")
    page.keyboard.press("c")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette li")
    assert desk.states(case_id)["set_customer_reference"] == "open"


def test_the_list_moves_with_j_and_k_and_confirms_nothing(desk: Desk) -> None:
    for sample in ("01-hours", "02-order-number", "05-vat"):
        desk.case(sample)
    page = desk.person("Ines")
    page.goto("/inbox")
    links = page.eval_on_selector_all("a.row-link", "all => all.map(one => one.getAttribute('href'))")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert focus(page) == links[place]
    page.keyboard.press("c")
    desk.says(page, "Open the case to confirm it.")
    page.keyboard.type("gs")  # the second within a moment of the first
    page.wait_for_url("**/inbox?view=stale")


def test_a_field_lights_its_evidence_and_a_click_on_a_word_fills_it(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines", reduced_motion="reduce")  # the source jumps to a place, and then stays
    page.goto(f"/cases/{case_id}")
    page.hover(".field[data-evidence] label >> nth=0")
    page.wait_for_selector("#source .is-lit")
    page.keyboard.press("e")
    field = focus(page)
    assert field.startswith("f-")
    words = page.evaluate(
        """() => {
            const body = document.querySelector(".message-body");
            const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf("4500781120");
                if (at < 0) continue;
                const range = new Range();
                range.setStart(walker.currentNode, at + 2);
                range.setEnd(walker.currentNode, at + 4);
                range.startContainer.parentElement.scrollIntoView({ block: "center" });
                const box = range.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }
        }"""
    )
    page.mouse.click(*words)
    assert page.input_value(f"#{field}") == "4500781120"
    assert focus(page) == field
    assert "You changed this. It was:" in page.inner_text(f".field:has(#{field})")


def test_finding_in_the_source_goes_from_place_to_place(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}")
    page.fill("#find-in-source", "Stunden")
    desk.says(page, "Matches: 3")
    page.press("#find-in-source", "Enter")
    desk.says(page, "Place 1 of 3")
