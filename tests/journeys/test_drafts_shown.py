"""The brief and the papers of a reply as a person sees them: on the page, on the terminal, over the API."""

from __future__ import annotations

import re

from app.suggestions import papers
from tests.house import House
from tests.web import browser, with_key


def contested(house: House) -> int:
    taken = house.take_in_sample("01-hours")
    house.work()
    return taken.case_id


def test_the_brief_stands_on_the_case_page_with_its_options(house: House) -> None:
    case_id = contested(house)
    page = browser(house.parts.database, "Clara", "reviewer").open(f"/cases/{case_id}")
    brief = re.search(r'<section class="block" id="brief">(.*?)</section>', page, re.S)
    assert brief is not None
    says = ("Hafenwerk Logistik AG contests 900.00 EUR", "Supports the customer", "Finding 1.")
    options = ("Credit 900.00 EUR on RE/2026/00004", "Ask delivery first", "Hold RE/2026/00004 as it is")
    for words in (*says, *options):
        assert words in brief.group(1), words
    assert "Supports us" not in brief.group(1)


def test_the_brief_comes_over_the_api_with_amounts_as_text(house: House) -> None:
    case_id = contested(house)
    found = with_key(house.parts.database, "read").get(f"/v1/cases/{case_id}")
    assert found.status_code == 200, found.text
    option = found.json()["brief"]["options"][0]
    assert (option["kind"], option["amount"]) == ("draft_credit_note", {"amount": "900.00", "currency": "EUR"})
    assert option["is_proposed"]


def test_papers_that_are_ticked_make_a_version_of_their_own(house: House) -> None:
    case_id = contested(house)
    reply = house.suggestions(case_id)["draft_reply"]
    known = papers.of_json(reply.command["within"])
    assert [(p.name, p.is_ticked) for p in known] == [
        ("RE_2026_00004.pdf", True), ("Timesheets_RE_2026_00004.pdf", False),
    ]  # fmt: skip
    clara = browser(house.parts.database, "Clara", "reviewer")
    page = clara.open(f"/cases/{case_id}")
    forms = re.findall(r'<form[^>]*action="/cases/\d+/edit">.*?</form>', page, re.S)
    form = next(f for f in forms if 'name="value-papers"' in f)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    sent = {name: value for name, value in hidden if not name.startswith(("value-", "was-"))}
    sent |= {"was-papers": "RE_2026_00004.pdf"}
    ticked = {"value-papers": ["", "RE_2026_00004.pdf", "Timesheets_RE_2026_00004.pdf"]}
    answer = clara.http.post(f"/cases/{case_id}/edit", data={**sent, **ticked}, headers=clara.headers)
    assert answer.status_code == 303, answer.text
    changed = house.suggestions(case_id)["draft_reply"]
    assert changed.version == reply.version + 1
    assert all(p.is_ticked for p in papers.of_json(changed.command["within"]))
    assert changed.content_hash != reply.content_hash
