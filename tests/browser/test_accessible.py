"""Every page keeps to WCAG 2.2 AA in both themes, on a desk and on a phone, with dialogs open; light, and still."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import Desk

pytestmark = pytest.mark.browser

PAGES = (
    "/inbox", "/inbox?view=stale", "/cases/1", "/cases/1/snooze", "/cases/1/assign", "/cases/1/ask", "/cases/1/split",
    "/cases/1/merge", "/cases/1/fraud", "/cases/1/close", "/cases/1/reject", "/cases/1/more", "/cases/2", "/cases/3",
    "/cases/999", "/keyboard?on=case", "/narratives", "/dashboards", "/patterns", "/audit", "/policy",
    "/settings", "/settings/mail", "/settings/mailboxes", "/settings/people", "/settings/keys", "/settings/odoo",
    "/settings/webhooks", "/settings/failures", "/system", "/tour", "/questions",
)  # fmt: skip
SAMPLES = ("01-hours", "07-order-as-quoted", "12-new-bank")
EVERYTHING = ("reviewer", "controller", "auditor", "policy_owner", "administrator")
MOST_BYTES = 250_000


def somebody(desk: Desk, scheme: str = "light", width: int = 1280) -> Any:
    return desk.person(
        "Nora", *EVERYTHING, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce",
        viewport={"width": width, "height": 860},
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_the_window(desk: Desk, width: int, scheme: str) -> None:
    for sample in SAMPLES:
        desk.case(sample)
    page = somebody(desk, scheme, width)
    found: dict[str, list[str]] = {}
    for address in PAGES:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        wrong = desk.axe(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide = page.evaluate(
                """width => [...document.querySelectorAll("main *")]
                    .filter(one => one.getBoundingClientRect().right > width + 1)
                    .slice(0, 2).map(one => one.outerHTML.slice(0, 160))""",
                width,
            )
            wrong.append(f"wider than the window: {wide}")
        if wrong:
            found[address] = wrong
    assert found == {}, "\n\n".join(f"{address}\n" + "\n".join(wrong) for address, wrong in found.items())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_dialogs_the_palette_and_the_undo_bar_open(desk: Desk, scheme: str) -> None:
    case_id = desk.case("01-hours")
    page = somebody(desk, scheme)
    found: dict[str, list[str]] = {}
    for key in ("?", "r", "s", "a", "p", "Control+k"):
        page.goto(f"/cases/{case_id}")
        page.keyboard.press(key)
        page.wait_for_selector("#palette li" if key == "Control+k" else "dialog[open] .dialog-body")
        found[key] = desk.axe(page)
    page.goto(f"/cases/{case_id}")
    page.keyboard.press("c")
    page.wait_for_selector("#undo")
    found["undo"] = desk.axe(page)
    page.context.set_offline(True)
    page.wait_for_selector("#offline")
    found["offline"] = desk.axe(page)
    assert not any(found.values()), found


@pytest.mark.parametrize("address", ["/inbox", "/cases/1", "/narratives", "/dashboards", "/settings"])
def test_a_page_weighs_at_most_250_kb_without_page_images_and_nothing_shifts(desk: Desk, address: str) -> None:
    desk.case("07-order-as-quoted")
    page = somebody(desk)
    finished: list[Any] = []
    fresh = page.context.browser.new_context(
        base_url=desk.url, storage_state=page.context.storage_state(), viewport={"width": 1280, "height": 860}
    ).new_page()
    fresh.on("requestfinished", lambda request: finished.append(request))
    fresh.add_init_script(
        """window.shifts = [];
        new PerformanceObserver(seen => window.shifts.push(...seen.getEntries()))
            .observe({ type: "layout-shift", buffered: true })"""
    )
    scripts: list[Any] = []
    fresh.route("**/*.js*", lambda route: scripts.append(route))
    fresh.goto(address, wait_until="commit")
    fresh.wait_for_function("document.readyState === 'interactive'")  # all of it is there, and no script has run
    painted = fresh.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
    )
    for script in scripts:
        script.continue_()
    fresh.wait_for_load_state()
    fresh.wait_for_timeout(800)
    weight = [(one.url, one.sizes()["responseBodySize"]) for one in finished if ".png" not in one.url]
    assert sum(size for _, size in weight) <= MOST_BYTES, sorted(weight, key=lambda one: -one[1])[:5]
    shifts = "painted => window.shifts.filter(one => one.startTime > painted).map(one => one.toJSON())"
    assert fresh.evaluate(shifts, painted) == []


def test_the_tab_key_goes_from_the_source_to_what_was_found_to_the_decision(desk: Desk) -> None:
    case_id = desk.case("01-hours")
    page = desk.person("Ines")
    page.goto(f"/cases/{case_id}")
    page.focus("#source")
    order = []
    for _ in range(150):
        pane = page.evaluate("document.activeElement.closest('.pane')?.id || ''")
        if pane and pane not in order:
            order.append(pane)
        page.keyboard.press("Tab")
    assert order == ["source", "found", "do"]
